"""One pipeline for live and recorded signal: frames → emissions → text → sinks."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from jihwa.composer.beam import TokenModel
from jihwa.composer.composer import Composer
from jihwa.composer.modes import Mode
from jihwa.composer.transcript import Transcript, Update
from jihwa.data.frames import Frames
from jihwa.data.monitor import SensorMonitor
from jihwa.models.bundle import Bundle
from jihwa.recognizer.adaptation import Adaptation
from jihwa.recognizer.classifier import Classifier
from jihwa.recognizer.events import Emission
from jihwa.recognizer.personal import PersonalModel
from jihwa.recognizer.profile import Profile
from jihwa.recognizer.recognizer import Recognizer
from jihwa.recognizer.segmenter import Segmenter


class Sink(Protocol):
    """Whatever follows the text while it grows."""

    def update(self, emission: Emission, update: Update) -> None:
        """A hold was recognised, and this is what it changed."""

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
    """Runs a source through recogniser and composer, and tells the sinks."""

    def __init__(
        self, recognizer: Recognizer, composer: Composer, sinks: Sequence[Sink] = ()
    ) -> None:
        self._recognizer = recognizer
        self._composer = composer
        self._sinks = sinks

    @property
    def sensors(self) -> SensorMonitor:
        """Which sensors failed in the last run, or fail now."""
        return self._recognizer.sensors

    def run(self, source: Iterable[Frames]) -> Transcript:
        """Follow a source to its end.

        Args:
            source: Chunks of the signal, as they come.
        """
        self._recognizer.reset()
        self._composer.reset()
        for frames in source:
            self._compose(self._recognizer.feed(frames))
        self._compose(self._recognizer.flush())
        transcript = self._composer.flush()
        self._recognizer.learn(transcript.decided)
        for sink in self._sinks:
            sink.finish(transcript)
        return transcript

    def _compose(self, emissions: Iterable[Emission]) -> None:
        for emission in emissions:
            update = self._composer.feed(emission)
            self._recognizer.learn(update.decided)
            for sink in self._sinks:
                sink.update(emission, update)
