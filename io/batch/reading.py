"""What a recording says: letters of a signal of any length, in bounded memory; or word signs."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.lib.format import MAGIC_PREFIX

from jihwa.composer.composer import Composer
from jihwa.composer.text.transcript import Candidate, Sign, Transcript, Update, Word
from jihwa.data.alphabet import Alphabet
from jihwa.data.formats.compressed import DAMAGES
from jihwa.data.formats.lines import LineParser
from jihwa.data.formats.readers import CHUNK_BYTES, open_recording
from jihwa.data.formats.tables import read_npy
from jihwa.data.formats.times import UNTIMED_STEP_S
from jihwa.data.messages import DataError
from jihwa.data.signal.frames import Array, Frames
from jihwa.data.signal.landmarks import FEATURES, as_features, is_seen
from jihwa.data.takes.sequences import derive, without_padding
from jihwa.io.engine import Engine, Sink, tell
from jihwa.io.sources.camera import open_seen
from jihwa.io.writers.document import CompactTranscript, Signal, SignStore
from jihwa.models.bundle import Bundle
from jihwa.recognizer.events import Decision, Emission
from jihwa.recognizer.word_signs import (
    AGREEING,
    Pauses,
    Vote,
    WordSign,
    features_read,
    frames_learned,
)

MOST_CHARACTERS, KEPT_WORDS = 400, 40
"""Of a longer text the composer keeps the last words; the others no longer change."""


class Watch:
    """Keeps what an engine sees of a recording, for whoever wants to look at it; a sink.

    Attributes:
        is_seen: Whether a camera saw the hand; None as long as there is neither that nor a glove.
    """

    def __init__(self) -> None:
        self._keeps = False
        self.is_seen: bool | None = None
        self._frames: list[Frames] = []
        self._emissions: list[Emission] = []

    def follow(self, source: Iterable[Frames], *, keep: bool) -> Iterator[Frames]:
        """The chunks of one recording; what was kept of another is forgotten.

        Args:
            source: The chunks.
            keep: Whether they and their emissions are kept, in memory that grows with them.
        """
        self._keeps, self._frames, self._emissions = keep, [], []
        self.is_seen = None
        for frames in source:
            if self.is_seen is None and np.isfinite(frames.flex_adc).any():
                self.is_seen = is_seen(frames)
            if self._keeps:
                self._frames.append(frames)
            yield frames

    def update(self, update: Update, emission: Emission | None) -> None:
        """Keep what a hold looked like, and one that the text preferred to it."""
        if self._keeps and emission is not None:
            self._emissions.append(emission)
        self._take(update.decided)

    def finish(self, transcript: Transcript) -> None:
        """Keep what the end of the text was read from."""
        self._take(transcript.decided)

    def _take(self, decided: Iterable[Decision]) -> None:
        if self._keeps:
            self._emissions += [decision.emission for decision in decided]

    def signal(self, alphabet: Alphabet) -> Signal:
        """What was kept.

        Args:
            alphabet: The signs that emissions tell apart.
        """
        return Signal(Frames.concatenate(self._frames), tuple(self._emissions), alphabet)


def read(
    engine: Engine,
    source: Iterable[Frames],
    sinks: Sequence[Sink] = (),
    most_characters: int = MOST_CHARACTERS,
    kept_words: int = KEPT_WORDS,
) -> CompactTranscript:
    """Follow a source to its end; the text is the same as `Engine.run` makes of it.

    Args:
        engine: Reads.
        source: Chunks of the signal, as they come.
        sinks: What follows the text.
        most_characters: So much text the composer may hold before it lets go of some.
        kept_words: So much of it stays.
    """
    engine.reset()
    texts: list[str] = []
    words: list[Word] = []
    signs = SignStore()
    for frames in source:
        tell(sinks, engine.feed(frames))
        if len(engine.composer.text) > most_characters:
            texts.append(_let_go(engine.composer, kept_words, words, signs))
    tell(sinks, engine.flush())
    end = engine.finish()
    for sink in sinks:
        sink.finish(end)
    signs.extend(end.signs)
    before = "".join(texts)
    return CompactTranscript(
        text=before + end.text,
        candidates=tuple(replace(each, text=before + each.text) for each in end.candidates),
        words=[*words, *end.words],
        signs=signs,
    )


def _let_go(composer: Composer, kept_words: int, words: list[Word], signs: SignStore) -> str:
    """Take over what the composer can forget; returns its text."""
    all_words, all_signs = composer.words(), composer.signs()
    released = composer.release(kept_words)
    words += all_words[: len(released.split())]
    signs.extend(all_signs[: len(all_signs) - len(composer.signs())])
    return released


class StreamBy(StrEnum):
    """How words of a stream are told from each other."""

    PAUSES = "pauses"
    VOTE = "vote"


class WordSignReader:
    """Reads sequences of one word each, or a stream of frames with words in it.

    Args:
        bundle: A network of such features.
        stream_by: How words of a stream are told from each other.
    """

    def __init__(self, bundle: Bundle, stream_by: StreamBy) -> None:
        self._bundle, self._stream_by = bundle, stream_by
        self._n_features, self._n_frames = features_read(bundle), frames_learned(bundle)

    def read(self, path: Path) -> tuple[CompactTranscript, float]:
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
        return self._reading(words), math.prod(array.shape[:-1]) * UNTIMED_STEP_S

    def _stream(self) -> Pauses | Vote:
        """What tells the words of a stream from each other."""
        read, network = self._bundle.of_sequences, self._bundle.network
        if network is None or self._stream_by is StreamBy.VOTE:
            return Vote(read, self._n_frames)
        return Pauses(read, network.inputs.sd, self._n_frames)

    def _of_points(self, path: Path) -> Array:
        """(n, F) features of the points of a hand, a picture a row."""
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
        """The array without labels."""
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

    def _reading(self, words: Sequence[WordSign]) -> CompactTranscript:
        names, step_s = self._bundle.alphabet.signs, UNTIMED_STEP_S
        signs = [
            Sign.of_word(word.start * step_s, word.end * step_s, names, word.posterior.tolist())
            for word in words
        ]
        told = [Word(sign.sign, sign.start_s, sign.end_s, sign.confidence) for sign in signs]
        text = " ".join(word.text for word in told)
        log_prob = sum(math.log(max(word.confidence, 1e-300)) for word in told)
        return CompactTranscript(text, (Candidate(text, log_prob),), told, signs)
