"""One pipeline for live and recorded signal: frames → emissions → text → sinks."""

import math
from collections.abc import Iterable, Sequence
from typing import Protocol

from jihwa.composer.composer import Composer
from jihwa.composer.language.token_model import Mode, TokenModel
from jihwa.composer.text.transcript import Transcript, Update
from jihwa.data.signal.frames import Frames
from jihwa.data.signal.monitor import SensorMonitor
from jihwa.models.bundle import Bundle
from jihwa.recognizer.adaptation import Adaptation
from jihwa.recognizer.classifier import Classifier
from jihwa.recognizer.events import Emission, Segment, likeliest
from jihwa.recognizer.personal import PersonalModel
from jihwa.recognizer.profile import Profile
from jihwa.recognizer.recognizer import Recognizer
from jihwa.recognizer.segmenter import Segmenter

SAME_HOLD_S = 0.12
"""What begins so soon after a hold began is that hold: none is that short."""


class Sink(Protocol):
    """Whatever follows the text while it grows."""

    def update(self, update: Update, emission: Emission | None) -> None:
        """The text has changed, because of a hold that was recognised or else of the keyboard."""

    def finish(self, transcript: Transcript) -> None:
        """The signal has ended, and this is the text."""


def assemble_engine(
    bundle: Bundle,
    language_model: TokenModel,
    sinks: Sequence[Sink] = (),
    *,
    profile: Profile | None = None,
    adaptation: Adaptation | None = None,
    mode: Mode = Mode.FREE,
) -> "Engine":
    """An engine with the default segmenter and decoder around these models.

    Args:
        bundle: The classifier.
        language_model: The language model, with the lexicon or without.
        sinks: What follows the text.
        profile: What the wearer showed; without one, the wearer is a stranger.
        adaptation: Learns from the text, with the same bundle and profile; None to learn nothing.
        mode: What the text may be.
    """
    personal = PersonalModel(bundle, profile)
    recognizer = Recognizer(Segmenter(), Classifier(bundle, personal), adaptation)
    composer = Composer(personal.alphabet, language_model, mode=mode)
    return Engine(recognizer, composer, sinks)


class Engine:
    """Runs a signal through recogniser and composer, and tells the sinks.

    Attributes:
        recognizer: The recognising stage.
        composer: The composing stage; what a keyboard changes there goes through `apply`.
    """

    def __init__(
        self, recognizer: Recognizer, composer: Composer, sinks: Sequence[Sink] = ()
    ) -> None:
        self.recognizer = recognizer
        self.composer = composer
        self._sinks = list(sinks)
        self._taken_s = -math.inf  # holds that begin before it were taken in

    @property
    def sensors(self) -> SensorMonitor:
        """Which sensors failed since the last reset, or fail now."""
        return self.recognizer.sensors

    def attach(self, sink: Sink) -> None:
        """Let one more sink follow the text."""
        self._sinks.append(sink)

    def run(self, source: Iterable[Frames]) -> Transcript:
        """Follow a source to its end.

        Args:
            source: Chunks of the signal, as they come.
        """
        self.reset()
        for frames in source:
            self.feed(frames)
        return self.flush()

    def reset(self) -> None:
        """Forget signal, wearer and text."""
        self.recognizer.reset()
        self.composer.reset()
        self._taken_s = -math.inf

    def feed(self, frames: Frames) -> None:
        """Follow the signal further."""
        self._compose(self.recognizer.feed(frames))

    def overlook(self, frames: Frames) -> None:
        """Follow the signal without taking anything for a letter, not even what is held."""
        self.recognizer.feed(frames)  # what nobody asks for is not classified
        self.recognizer.flush()

    @property
    def pending(self) -> list[Segment]:
        """The holds that are still to be taken in, as far as they are known."""
        return [each for each in self.recognizer.pending if each.start_s >= self._taken_s]

    def take(self, holds: Iterable[Emission]) -> None:
        """Take in holds that are `pending`, as they are; how they end says no more."""
        for hold in holds:
            start_s, seen_s = hold.segment.start_s, hold.segment.frames.time_s[-1]
            self._taken_s = max(float(seen_s), start_s + SAME_HOLD_S)
            self.apply(self.composer.feed(hold.alone), hold)

    def settle(self) -> None:
        """Take in what is still held, as if the signal ended, and complete the text."""
        self._compose(self.recognizer.flush())
        self.apply(self.composer.complete())

    def flush(self) -> Transcript:
        """End signal and text."""
        self._compose(self.recognizer.flush())
        transcript = self.composer.flush()
        self.recognizer.learn(transcript.decided)
        for sink in self._sinks:
            sink.finish(transcript)
        return transcript

    def apply(self, update: Update, emission: Emission | None = None) -> None:
        """Learn from a change of the text, and tell the sinks about it."""
        self.recognizer.learn(update.decided)
        for sink in self._sinks:
            sink.update(update, emission)

    def _compose(self, boundaries: Iterable[tuple[Emission, ...]]) -> None:
        for emissions in boundaries:
            new = [each for each in emissions if each.segment.start_s >= self._taken_s]
            if new:
                self.apply(self.composer.feed(*new), likeliest(new))
