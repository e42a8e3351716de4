"""What an engine sees of a recording, kept for those who want to look at it."""

from collections.abc import Iterable, Iterator

from jihwa.composer.text.transcript import Transcript, Update
from jihwa.data.alphabet import Alphabet
from jihwa.data.signal.frames import Frames
from jihwa.io.writers.document import Signal
from jihwa.recognizer.events import Decision, Emission


class Watch:
    """Keeps what an engine sees of a recording, if it shall; a sink.

    Attributes:
        keeps: Whether it shall.
    """

    def __init__(self) -> None:
        self.keeps = True
        self._frames: list[Frames] = []
        self._emissions: list[Emission] = []

    def follow(self, source: Iterable[Frames]) -> Iterator[Frames]:
        """The chunks of one recording, which are kept; what was kept before is forgotten."""
        self._frames, self._emissions = [], []
        for frames in source:
            if self.keeps:
                self._frames.append(frames)
            yield frames

    def update(self, update: Update, emission: Emission | None) -> None:
        """Keep what a hold looked like, and one that the text preferred to it."""
        if self.keeps and emission is not None:
            self._emissions.append(emission)
        self._take(update.decided)

    def finish(self, transcript: Transcript) -> None:
        """Keep what the end of the text was read from."""
        self._take(transcript.decided)

    def _take(self, decided: Iterable[Decision]) -> None:
        if self.keeps:
            self._emissions += [decision.emission for decision in decided]

    def signal(self, alphabet: Alphabet) -> Signal:
        """What was kept.

        Args:
            alphabet: The signs that emissions tell apart.
        """
        return Signal(Frames.concatenate(self._frames), tuple(self._emissions), alphabet)
