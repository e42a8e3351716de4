"""A signal of any length, read in bounded memory."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from jihwa.composer.composer import Composer
from jihwa.composer.text.transcript import Transcript, Update, Word
from jihwa.data.alphabet import Alphabet
from jihwa.data.signal.frames import Frames
from jihwa.io.engine import Engine, Sink, tell
from jihwa.io.writers.document import CompactTranscript, Signal, SignStore
from jihwa.recognizer.events import Decision, Emission

MOST_CHARACTERS, KEPT_WORDS = 400, 40
"""Of a longer text the composer keeps the last words; the others no longer change."""


class Watch:
    """Keeps what an engine sees of a recording, for whoever wants to look at it; a sink."""

    def __init__(self) -> None:
        self._keeps = False
        self._frames: list[Frames] = []
        self._emissions: list[Emission] = []

    def follow(self, source: Iterable[Frames], *, keep: bool) -> Iterator[Frames]:
        """The chunks of one recording; what was kept of another is forgotten.

        Args:
            source: The chunks.
            keep: Whether they and their emissions are kept, in memory that grows with them.
        """
        self._keeps, self._frames, self._emissions = keep, [], []
        for frames in source:
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
