"""Arrays of features to words, by a model that has learned words from such arrays."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from jihwa.composer.text.transcript import Candidate, Sign, Word
from jihwa.data.formats.compressed import DAMAGES
from jihwa.data.formats.lines import STEP_S
from jihwa.data.formats.readers import open_recording
from jihwa.data.formats.tables import read_npy
from jihwa.data.messages import DataError
from jihwa.data.signal.frames import Array
from jihwa.data.takes.sequences import without_padding
from jihwa.io.writers.document import Reading
from jihwa.models.bundle import Bundle
from jihwa.recognizer.words import AGREEING, FRAMES, Vote, WordSign

_CANDIDATES = 5


class WordReader:
    """Reads `.npy` files: sequences of one word each, or a stream of frames with words in it.

    Args:
        bundle: A network of such features.
    """

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._n_frames = int(bundle.provenance.get("frames", FRAMES))

    def read(self, path: Path) -> tuple[Reading, float]:
        """What a file says, and how long it is, in seconds.

        An array (sequences, frames, features) has a word in each sequence; one of (frames,
        features) is a stream, or a single word where it is too short for a vote. A column more than
        the model reads is taken for the label.

        Raises:
            UsageError: There is no such file, or the model reads other features.
            DataError: It is no such array.
        """
        array = self._features(path)
        if array.ndim == 2 and len(array) >= self._n_frames + AGREEING - 1:
            vote = Vote(self._bundle.of_sequences, self._n_frames)
            words = vote.feed(array) + vote.flush()
        else:
            words = self._each(array if array.ndim == 3 else array[None])
        return self._reading(words), math.prod(array.shape[:-1]) * STEP_S

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
        network = self._bundle.network
        n_read = len(network.inputs.mean) if network else 0
        return array[..., :-1] if array.shape[-1] == n_read + 1 else array

    def _each(self, sequences: Array) -> list[WordSign]:
        """The word of every sequence, one behind the other."""
        posterior = np.exp(self._bundle.of_sequences(list(map(without_padding, sequences))))
        n = sequences.shape[1]
        return [WordSign(at * n, (at + 1) * n - 1, row) for at, row in enumerate(posterior)]

    def _reading(self, words: Sequence[WordSign]) -> Reading:
        names = self._bundle.alphabet.signs
        told, signs = [], []
        for word in words:
            start_s, end_s = word.start * STEP_S, word.end * STEP_S
            best = np.argsort(-word.posterior, kind="stable")[:_CANDIDATES].tolist()
            candidates = tuple((names[at], float(word.posterior[at])) for at in best)
            told.append(Word(names[best[0]], start_s, end_s, candidates[0][1]))
            signs.append(Sign(start_s, end_s, names[best[0]], candidates))
        text = " ".join(word.text for word in told)
        log_prob = sum(math.log(max(word.confidence, 1e-300)) for word in told)
        return Reading(text, (Candidate(text, log_prob),), told, signs)
