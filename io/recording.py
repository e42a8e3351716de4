"""Labelled takes of steady holds: cut out of a live signal, and put where a data set lacks them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from jihwa.data.files import write_whole
from jihwa.data.formats.writers import to_csv
from jihwa.data.messages import Message
from jihwa.data.signal.frames import N_FINGERS, Frames
from jihwa.data.signal.monitor import believed
from jihwa.data.takes.collection import SignStyle, take_path
from jihwa.io.live.shown import is_rest
from jihwa.models.bundle import Bundle
from jihwa.models.features import FeatureExtractor
from jihwa.recognizer.calibration import Calibration, Prompt
from jihwa.recognizer.personal import PersonalModel
from jihwa.recognizer.profile import Profile
from jihwa.recognizer.recognizer import Recognizer
from jihwa.recognizer.segmenter import OpenHold

FORMER_NATS = 3.0
"""Nats by which the sign before may be likelier than the one that was asked for: no true hold of
the recorded wearers exceeds it, and nine in ten holds of the sign before do."""
_KEPT_S = 1.0
"""So much of the signal is kept beyond the length of a take."""
_EXTRACTOR = FeatureExtractor()
_FAR = np.repeat([0.8, 0.15], [N_FINGERS, 3])
"""(8,) warped bends and g: a hand that has moved further has let go."""


class TakeCutter:
    """Cuts a take out of the signal as soon as the hand was still for long enough.

    Args:
        recognizer: Finds holds, and tells rest.
        take_s: Length of a take in seconds.
        hands_free: Nobody says when the pose is taken: a take then begins with a new hold that
            is no rest, after the hand has let go of what it held when it was asked for. Otherwise
            it begins when it is asked for.

    Attributes:
        take_s: As given.
        hands_free: As given.
        held_s: How much of the next take was held so far.
        rests: Holds since the last take that were left out as rest.
    """

    def __init__(self, recognizer: Recognizer, take_s: float, *, hands_free: bool) -> None:
        self._recognizer, self.take_s, self.hands_free = recognizer, take_s, hands_free
        self._recent = Frames.empty()
        self._asked = self._let_go = False
        self._held: OpenHold | None = None  # as it was seen last
        self._not_before_s = -np.inf
        self.held_s = 0.0
        self.rests = 0

    def ask(self) -> None:
        """Cut a take as soon as there is one."""
        self._asked, self._let_go = True, False
        if len(self._recent):
            self._not_before_s = float(self._recent.time_s[-1])

    def cancel(self) -> None:
        """Cut none until it is asked for again."""
        self._asked, self.held_s = False, 0.0

    def feed(self, frames: Frames) -> Iterator[Frames]:
        """The takes that these samples complete; ask again between them.

        Args:
            frames: Samples as they came, whatever the cut.
        """
        for row in range(len(frames)):
            take = self._follow(frames[row : row + 1])
            if take is not None:
                yield take

    def _follow(self, sample: Frames) -> Frames | None:
        now_s = float(sample.time_s[0])
        recent = Frames.concatenate([self._recent, sample])
        self._recent = recent[recent.time_s >= now_s - self.take_s - _KEPT_S]
        for _ in self._recognizer.feed(sample):  # a resting hand is known by it later
            pass
        hold = self._recognizer.hold
        if self.hands_free:
            self._follow_pose(sample, hold)
        if hold is None or not self._asked:
            self.held_s = 0.0
            return None
        start_s = hold.segment.start_s
        if self.hands_free and not (self._let_go and start_s > self._not_before_s):
            return None  # the hand still shows what it was asked for before, or rests
        start_s = max(start_s, self._not_before_s)
        self.held_s = now_s - start_s
        if self.held_s < self.take_s:
            return None
        if self.hands_free and is_rest(*self._recognizer.read(hold.segment)):
            self._not_before_s = now_s
            self.rests += 1
            return None
        self.cancel()
        self.rests = 0
        return self._recent[self._recent.time_s >= start_s]

    def _follow_pose(self, sample: Frames, hold: OpenHold | None) -> None:
        """Notice when the hand lets go: it moves, and is far from what it held.

        A hold that wavers looks like two, so that a new one alone proves nothing.
        """
        if hold is not None:
            self._held = hold
        elif self._held is not None and self._asked and not self._let_go:
            held = _EXTRACTOR.of_hold(self._held.segment.frames)  # (8,)
            away = np.nan_to_num(np.abs(_EXTRACTOR.of_frames(sample)[0] - held))
            self._let_go = bool((away > _FAR).any())


@dataclass(frozen=True, slots=True)
class Saved:
    """A take that was written.

    Attributes:
        path: Its file.
        prompt: Its sign and style.
        remark: Why it may be no good; None if nothing speaks against it.
    """

    path: Path
    prompt: SignStyle
    remark: Message | None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A hold that was taken without a key, and looks like the sign that was asked for before.

    Attributes:
        former: That sign.
        prompt: Sign and style that it was to be.
        in_a_row: How many were left out since the last one that was written.
    """

    former: str
    prompt: SignStyle
    in_a_row: int


class Collector:
    """Goes through a plan of takes, and writes each as soon as it is complete.

    Args:
        root: The data set.
        plan: Signs and styles in their order, and how many takes of each.
        cutter: Cuts the takes.
        bundle: Knows what signs look like.
        now: Tells the time, which names the files.

    Attributes:
        saved: What was written.
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
        self._model = PersonalModel(bundle, Profile.empty(bundle.alphabet))
        self._todo = [prompt for prompt, n in plan for _ in range(n)]
        self.saved: list[Saved] = []
        self._n_left_out = 0  # in a row

    @property
    def prompt(self) -> SignStyle | None:
        """What to show next; None at the end."""
        return self._todo[0] if self._todo else None

    @property
    def left(self) -> int:
        """How many takes of the prompt are still to come."""
        return self._todo.count(self._todo[0]) if self._todo else 0

    def ask(self) -> None:
        """Take the next hold."""
        self._cutter.ask()

    def skip(self) -> None:
        """Leave out all takes of the prompt that are still to come."""
        self._cutter.cancel()
        self._todo = [prompt for prompt in self._todo if prompt != self.prompt]

    def undo(self) -> Path | None:
        """Delete the last take that was written, to do it again; None if there is none.

        Raises:
            OSError: It cannot be deleted.
        """
        self._cutter.cancel()
        if not self.saved:
            return None
        last = self.saved[-1]
        last.path.unlink(missing_ok=True)
        self.saved.pop()
        self._todo.insert(0, last.prompt)
        return last.path

    def feed(self, frames: Frames) -> Iterator[Saved | LeftOut]:
        """The takes that these samples complete, already written or left out.

        Raises:
            OSError: One cannot be written.
        """
        for take in self._cutter.feed(frames):
            if self.prompt is None:
                return
            former = self._former(take, self.prompt) if self._cutter.hands_free else None
            if former:
                self._n_left_out += 1
                yield LeftOut(former, self.prompt, self._n_left_out)
            else:
                self._n_left_out = 0
                yield self._save(take, self.prompt)

    def _former(self, take: Frames, prompt: SignStyle) -> str | None:
        """The sign before this one, if the hand seems to show that."""
        index = self._bundle.alphabet.index
        former = self.saved[-1].prompt[0] if self.saved else prompt[0]
        if former == prompt[0] or not index.keys() >= {former, prompt[0]}:
            return None
        pose = self._bundle.extractor.of_hold(believed(take))
        of_sign = self._model.of_features(pose[None], [])[0]  # (S,)
        return former if of_sign[index[former]] - of_sign[index[prompt[0]]] > FORMER_NATS else None

    def _save(self, take: Frames, prompt: SignStyle) -> Saved:
        sign, style = prompt
        when = self._now()
        while (path := take_path(self._root, sign, style, when)).exists():
            when += timedelta(seconds=1)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, to_csv(replace(take, time_s=take.time_s - take.time_s[0])))
        remark = Calibration(self._bundle, (Prompt(sign, style),)).answer(believed(take))
        self.saved.append(Saved(path, prompt, remark))
        del self._todo[0]
        return self.saved[-1]
