"""Word signs while they are shown, before a camera: beside the session that spells letters."""

from collections.abc import Callable

import numpy as np

from jihwa.data.formats.lines import LineParser
from jihwa.data.messages import Message, UsageError
from jihwa.data.signal.frames import Array
from jihwa.data.signal.landmarks import FEATURES, POINTS, as_features
from jihwa.data.takes.sequences import derive
from jihwa.models.bundle import Bundle
from jihwa.recognizer.word_signs import FRAMES, Pauses, WordSign

BEGUN = Message(
    ko="낱말 수어를 읽습니다. F2로 지문자와 번갈아 씁니다.",
    en="Word signs are read. F2 switches to letters and back.",
)


class WordSignListener:
    """Lines of the points of a hand in, words out, each when it is known.

    Args:
        bundle: A network that has learned words of such points.

    Attributes:
        write: Takes every word.

    Raises:
        UsageError: It has learned from other features.
    """

    def __init__(self, bundle: Bundle) -> None:
        network, self._derived = bundle.network, bundle.features
        self._n_features = len(network.inputs.mean) if network and not self._derived else POINTS
        self._last = np.zeros((1, self._n_features))
        if network is None or self._n_features not in FEATURES:
            kinds = ", ".join(map(str, FEATURES))
            raise UsageError(
                ko=f"낱말 모델의 특징이 {self._n_features}개인데, 손의 좌표에서 나오는 것은 "
                f"{kinds}개입니다. 그런 데이터로 배운 모델을 주세요.",
                en=f"The model of words reads {self._n_features} features, and points of a hand "
                f"make {kinds}. Give a model that has learned from such data.",
            )
        self.write: Callable[[str], None] = lambda _: None
        self._names = bundle.alphabet.signs
        n_frames = int(bundle.provenance.get("frames", FRAMES))
        self._pauses = Pauses(bundle.of_sequences, network.inputs.sd, n_frames)
        self._parser = LineParser(see=self._see)

    def read(self, lines: bytes) -> None:
        """Read whole lines; none at the end of the signal."""
        self._parser.feed(lines)
        if not lines:
            self._parser.flush()
            self._tell(self._pauses.flush())

    def _see(self, points: Array) -> None:
        features = np.vstack([self._last, as_features(points, self._n_features)])
        self._last = features[-1:]
        told = derive(features, self._derived) if self._derived else features
        self._tell(self._pauses.feed(told[1:]))

    def _tell(self, words: list[WordSign]) -> None:
        for word in words:
            self.write(self._names[word.word])
