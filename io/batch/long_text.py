"""A text of any length, read in bounded memory."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from jihwa.composer.composer import Composer
from jihwa.composer.text.transcript import Candidate, Word
from jihwa.data.signal.frames import Frames
from jihwa.io.batch.signs import SignStore
from jihwa.io.engine import Engine, Sink, tell

MOST_CHARACTERS, KEPT_WORDS = 400, 40
"""Of a longer text the composer keeps the last words; the others no longer change."""


@dataclass(frozen=True, slots=True)
class LongText:
    """What a signal was read as: `jihwa.composer.text.transcript.Transcript`, in less memory."""

    text: str
    candidates: tuple[Candidate, ...]
    words: Sequence[Word]
    signs: SignStore


def read(
    engine: Engine,
    source: Iterable[Frames],
    sinks: Sequence[Sink] = (),
    most_characters: int = MOST_CHARACTERS,
    kept_words: int = KEPT_WORDS,
) -> LongText:
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
    return LongText(
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
