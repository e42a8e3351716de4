"""The recognising stage: frames in, emissions out."""

from collections.abc import Iterator, Sequence
from itertools import starmap

from jihwa.data.alphabet import Alphabet
from jihwa.data.signal.frames import Frames
from jihwa.data.signal.monitor import SensorMonitor
from jihwa.recognizer.classifier import Classifier
from jihwa.recognizer.events import Decision, Emission, Segment
from jihwa.recognizer.glove_fit import GloveFit
from jihwa.recognizer.personal import Adaptation
from jihwa.recognizer.segmenter import OpenHold, Segmenter


class Recognizer:
    """Finds the held signs and says how likely each letter was; any cut of the input will do.

    A hold is classified when its emission is asked for, so that what was learned from one emission
    already counts for the next, be they in the same chunk or not.

    Args:
        segmenter: Finds the holds.
        classifier: Says what they may be.
        adaptation: Learns from how they were read; None to learn nothing.

    Attributes:
        sensors: Leaves out what cannot be believed before anything else sees it, and knows which
            sensors failed.
    """

    def __init__(
        self, segmenter: Segmenter, classifier: Classifier, adaptation: Adaptation | None = None
    ) -> None:
        self.sensors = SensorMonitor()
        self._segmenter = segmenter
        self._classifier = classifier
        self._adaptation = adaptation

    def reset(self) -> None:
        """Forget the signal and the wearer."""
        self.sensors.reset()
        self._segmenter.reset()
        self._classifier.reset()
        if self._adaptation:
            self._adaptation.reset()

    def feed(self, frames: Frames) -> Iterator[tuple[Emission, ...]]:
        """The emissions of every boundary that becomes known with these frames."""
        return starmap(self._classifier.feed, self._segmenter.feed(self.sensors.feed(frames)))

    @property
    def alphabet(self) -> Alphabet:
        """The signs that emissions tell apart."""
        return self.fit.personal.alphabet

    @property
    def hold(self) -> OpenHold | None:
        """The hold that goes on; None while the hand moves."""
        return self._segmenter.hold

    def read(self, *segments: Segment) -> tuple[Emission, ...]:
        """The emissions that segments would be; nothing follows from it."""
        return self._classifier.read(*segments)

    def read_again(self, emissions: Sequence[Emission]) -> list[Emission]:
        """Emissions as they would be by what is known now of how the glove fits."""
        return self._classifier.read_again(emissions)

    @property
    def fit(self) -> GloveFit:
        """How the glove fits, as far as is known by now."""
        return self._classifier.fit

    def take(self, *segments: Segment) -> tuple[Emission, ...]:
        """The emissions of segments that were found elsewhere and end together."""
        return self._classifier.feed(*segments)

    @property
    def pending(self) -> list[Segment]:
        """The holds whose emissions are still to come, as far as they are known."""
        return self._segmenter.pending

    def flush(self) -> Iterator[tuple[Emission, ...]]:
        """The emissions of the hold that the signal ended in."""
        return starmap(self._classifier.feed, self._segmenter.flush())

    def learn(self, decided: Sequence[Decision]) -> None:
        """Take to heart how emissions were read, from the next emission on."""
        fit = self.fit
        fit.learn(decided)
        mount = fit.mount if fit.spelling.goes_on else None  # else nothing tells how the board sits
        if self._adaptation and self._adaptation.learn(decided, mount, fit.slip):
            fit.wear(self._adaptation.model())
