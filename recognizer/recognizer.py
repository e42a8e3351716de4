"""The recognising stage: frames in, emissions out."""

from jihwa.data.frames import Frames
from jihwa.recognizer.classifier import Classifier
from jihwa.recognizer.events import Emission
from jihwa.recognizer.segmenter import Segmenter


class Recognizer:
    """Finds the held signs and says how likely each letter was; any cut of the input will do."""

    def __init__(self, segmenter: Segmenter, classifier: Classifier) -> None:
        self._segmenter = segmenter
        self._classifier = classifier

    def reset(self) -> None:
        """Forget the signal and the wearer."""
        self._segmenter.reset()
        self._classifier.reset()

    def feed(self, frames: Frames) -> list[Emission]:
        """The emissions of the holds that end in these frames."""
        return [self._classifier.feed(segment) for segment in self._segmenter.feed(frames)]

    def flush(self) -> list[Emission]:
        """The emission of the hold that the signal ended in."""
        return [self._classifier.feed(segment) for segment in self._segmenter.flush()]
