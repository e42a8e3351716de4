"""Fills a data set: which take is next, where it goes, and what to say about it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from jihwa.data.files import write_whole
from jihwa.data.formats.writers import to_csv
from jihwa.data.messages import Message
from jihwa.data.signal.frames import Frames
from jihwa.data.signal.monitor import believed
from jihwa.data.takes.collection import SignStyle, take_path
from jihwa.io.recording.cutter import TakeCutter
from jihwa.models.bundle import Bundle
from jihwa.recognizer.calibration import Calibration, Prompt


@dataclass(frozen=True, slots=True)
class Saved:
    """A take that was written.

    Attributes:
        path: Its file.
        cell: Its sign and style.
        remark: Why it may be no good; None if nothing speaks against it.
    """

    path: Path
    cell: SignStyle
    remark: Message | None


class Collector:
    """Goes through a plan of takes, and writes each as it is cut.

    Args:
        root: The data set.
        plan: Signs and styles in their order, and how many takes of each.
        cutter: Cuts the takes.
        bundle: Knows what signs look like.
        now: Tells the time, which names the files.
    """

    def __init__(
        self,
        root: Path,
        plan: Sequence[tuple[SignStyle, int]],
        cutter: TakeCutter,
        bundle: Bundle,
        now: Callable[[], datetime] = datetime.now,
    ) -> None:
        self._root, self._cutter, self._bundle, self._now = root, cutter, bundle, now
        self._todo = [cell for cell, n in plan for _ in range(n)]
        self._saved: list[Saved] = []

    @property
    def prompt(self) -> SignStyle | None:
        """What to show next; None at the end."""
        return self._todo[0] if self._todo else None

    @property
    def left(self) -> int:
        """How many takes of the prompt are still to come."""
        return self._todo.count(self._todo[0]) if self._todo else 0

    @property
    def saved(self) -> Sequence[Saved]:
        """What was written."""
        return self._saved

    def ask(self) -> None:
        """Take the next hold."""
        self._cutter.ask()

    def skip(self) -> None:
        """Leave out all takes of the prompt that are still to come."""
        self._cutter.cancel()
        self._todo = [cell for cell in self._todo if cell != self.prompt]

    def undo(self) -> Path | None:
        """Delete the last take that was written, to do it again; None if there is none.

        Raises:
            OSError: It cannot be deleted.
        """
        self._cutter.cancel()
        if not self._saved:
            return None
        last = self._saved[-1]
        last.path.unlink(missing_ok=True)
        self._saved.pop()
        self._todo.insert(0, last.cell)
        return last.path

    def feed(self, frames: Frames) -> Iterator[Saved]:
        """The takes that these samples complete, already written.

        Raises:
            OSError: One cannot be written.
        """
        for take in self._cutter.feed(frames):
            if self.prompt is not None:
                yield self._save(take, self.prompt)

    def _save(self, take: Frames, cell: SignStyle) -> Saved:
        sign, style = cell
        when = self._now()
        while (path := take_path(self._root, sign, style, when)).exists():
            when += timedelta(seconds=1)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, to_csv(_from_its_start(take)))
        remark = Calibration(self._bundle, (Prompt(sign, style),)).answer(believed(take))
        self._saved.append(Saved(path, cell, remark))
        del self._todo[0]
        return self._saved[-1]


def _from_its_start(take: Frames) -> Frames:
    return Frames(take.time_s - take.time_s[0], take.flex_adc, take.accel_g, take.orientation_deg)
