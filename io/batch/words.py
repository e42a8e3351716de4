"""Arrays of features, or a hand that a camera saw, to words, by a model that has learned words."""

import math
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.lib.format import MAGIC_PREFIX

from jihwa.composer.text.transcript import Candidate, Sign, Word
from jihwa.data.formats.compressed import DAMAGES
from jihwa.data.formats.lines import STEP_S, LineParser
from jihwa.data.formats.readers import CHUNK_BYTES, open_recording
from jihwa.data.formats.tables import read_npy
from jihwa.data.messages import DataError
from jihwa.data.signal.frames import Array
from jihwa.data.signal.landmarks import FEATURES, POINTS, as_features
from jihwa.data.takes.derived import derive
from jihwa.data.takes.sequences import without_padding
from jihwa.io.sources.camera import open_seen
from jihwa.io.writers.document import Reading
from jihwa.models.bundle import Bundle
from jihwa.recognizer.words import AGREEING, FRAMES, Pauses, Vote, WordSign


class StreamBy(StrEnum):
    """How words of a stream are told from each other."""

    PAUSES = "pauses"
    VOTE = "vote"


class WordReader:
    """Reads sequences of one word each, or a stream of frames with words in it.

    Args:
        bundle: A network of such features.
        stream_by: How words of a stream are told from each other.
    """

    def __init__(self, bundle: Bundle, stream_by: StreamBy) -> None:
        self._bundle, self._stream_by = bundle, stream_by
        self._n_frames = int(bundle.provenance.get("frames", FRAMES))

    def read(self, path: Path) -> tuple[Reading, float]:
        """What a file says, and how long it is, in seconds.

        An array (sequences, frames, features) has a word in each sequence; one of (frames,
        features) is a stream, or a single word where it is too short for a vote; lines of the
        points of a hand are a stream too. A column more than the model reads is taken for the
        label.

        Raises:
            UsageError: There is no such file, or the model reads other features.
            DataError: It is no such array, and no recording of a hand's points.
        """
        with open_recording(path) as file:
            is_array = file.read(len(MAGIC_PREFIX)) == MAGIC_PREFIX
        array = self._features(path) if is_array else self._of_points(path)
        if names := self._bundle.features:
            parts = array if array.ndim == 3 else array[None]
            array = np.array([derive(part, names) for part in parts]).reshape(*array.shape[:-1], -1)
        # A model that reads other features refuses the first frame.
        self._bundle.of_sequences([array.reshape(-1, array.shape[-1])[:1]])
        if array.ndim == 2 and len(array) >= self._n_frames + AGREEING - 1:
            stream = self._stream()
            words = stream.feed(array) + stream.flush()
        else:
            words = self._each(array if array.ndim == 3 else array[None])
        return self._reading(words), math.prod(array.shape[:-1]) * STEP_S

    def _stream(self) -> Pauses | Vote:
        """What tells the words of a stream from each other."""
        read, network = self._bundle.of_sequences, self._bundle.network
        if network is None or self._stream_by is StreamBy.VOTE:
            return Vote(read, self._n_frames)
        return Pauses(read, network.inputs.sd, self._n_frames)

    @property
    def _n_features(self) -> int:
        """How many the model reads; of a hand's points, where it makes others of them."""
        if self._bundle.features or not self._bundle.network:
            return POINTS
        return len(self._bundle.network.inputs.mean)

    def _of_points(self, path: Path) -> Array:
        """(n, F) features of the points of a hand, a picture a row.

        Raises:
            DataError: There are none, or the model reads features that they do not tell.
        """
        seen: list[Array] = []
        parser = LineParser(see=seen.append)
        with open_seen(path) as file:
            while data := file.read(CHUNK_BYTES):
                parser.feed(data)
        parser.flush()
        try:
            points = np.concatenate(seen)
            return as_features(points, self._n_features)
        except ValueError as error:
            kinds = ", ".join(map(str, FEATURES))
            raise DataError(
                ko=f"{path}: 이 낱말 모델은 .npy나, 특징이 {kinds}개인 모델이면 손의 좌표를 "
                f"읽습니다 (이 모델: {self._n_features}개). 다른 녹화라면 --model을 빼거나 "
                "바꾸세요.",
                en=f"{path}: this model of words reads .npy arrays, and points of a hand if its "
                f"features are {kinds} (they are {self._n_features}). For another recording, "
                "change --model or leave it out.",
            ) from error

    def _features(self, path: Path) -> Array:
        """The array without labels.

        Raises:
            UsageError: There is no such file.
            DataError: It is no array of features.
        """
        try:
            with open_recording(path) as file:
                array = read_npy(file).astype(np.float64)
            if array.ndim not in (2, 3) or not array.size:
                raise ValueError(f"shape {array.shape}")
        except (ValueError, TypeError, *DAMAGES) as error:
            raise DataError(
                ko=f"{path}: 이 모델은 (시퀀스, 프레임, 특징)이나 (프레임, 특징) 모양의 .npy를 "
                f"읽습니다 ({error}). 다른 녹화라면 --model을 빼거나 바꾸세요.",
                en=f"{path}: this model reads .npy arrays of (sequences, frames, features) or "
                f"(frames, features) ({error}). For another recording, change --model or leave it "
                "out.",
            ) from error
        read = FEATURES if self._bundle.features else (self._n_features,)
        return array[..., :-1] if array.shape[-1] - 1 in read else array

    def _each(self, sequences: Array) -> list[WordSign]:
        """The word of every sequence, one behind the other."""
        posterior = np.exp(self._bundle.of_sequences(list(map(without_padding, sequences))))
        n = sequences.shape[1]
        return [
            WordSign(at * n, (at + 1) * n - 1, (at + 1) * n - 1, row)
            for at, row in enumerate(posterior)
        ]

    def _reading(self, words: Sequence[WordSign]) -> Reading:
        names = self._bundle.alphabet.signs
        signs = [
            Sign.of_word(word.start * STEP_S, word.end * STEP_S, names, word.posterior.tolist())
            for word in words
        ]
        told = [Word(sign.sign, sign.start_s, sign.end_s, sign.confidence) for sign in signs]
        text = " ".join(word.text for word in told)
        log_prob = sum(math.log(max(word.confidence, 1e-300)) for word in told)
        return Reading(text, (Candidate(text, log_prob),), told, signs)
