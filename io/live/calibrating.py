"""A calibration in the middle of a session: holds answer prompts instead of writing."""

from jihwa.data.messages import Message
from jihwa.data.signal.frames import Frames
from jihwa.io.live.state import CalibrationProgress
from jihwa.io.user import profiles
from jihwa.recognizer.calibration import Calibration
from jihwa.recognizer.events import likeliest
from jihwa.recognizer.profile import Step
from jihwa.recognizer.segmenter import Segmenter


class LiveCalibration:
    """Feeds holds to a calibration, and says how far it is.

    Args:
        calibration: What to go through.
    """

    def __init__(self, calibration: Calibration) -> None:
        self._calibration = calibration
        self._segmenter = Segmenter()
        self._feedback: Message | None = None

    @property
    def progress(self) -> CalibrationProgress | None:
        """How far it is; None at its end."""
        prompt = self._calibration.prompt
        if prompt is None:
            return None
        return CalibrationProgress(prompt, *self._calibration.progress, self._feedback)

    def feed(self, frames: Frames) -> None:
        """Follow the signal: samples without what cannot be believed, NaN there."""
        for boundary in self._segmenter.feed(frames):
            if self._calibration.prompt:
                self._feedback = self._calibration.answer(likeliest(boundary).frames)

    def skip(self) -> None:
        """Leave the prompt out."""
        self._calibration.skip()
        self._feedback = None

    def step(self) -> Step | None:
        """What was shown so far; None if it was nothing."""
        return self._calibration.step(profiles.now())
