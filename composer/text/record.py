"""What of a text is decided: its letters in order, and what of the signal they came from."""

import heapq
import math
import unicodedata
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter

from jihwa.composer.decoding.alignment import AlignedToken, Reading, Taken
from jihwa.composer.language.jamo import BOUNDARY, KINDS, LETTER_OF, SPACE, TOKENS, Kind, decode
from jihwa.composer.text.transcript import MOST_CANDIDATES, Sign, TextEdit, Word
from jihwa.recognizer.events import REST

_TOKEN_OF = {char: token for token, char in enumerate(TOKENS) if token != BOUNDARY}
WORD_SIGN = -1
"""Stands in `Entry.taken` for what is none of the readings: a word that was shown by one sign."""
_READABLE_ENTRIES = 128
"""Entries at the end whose emissions are kept, so that their words can be read again."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What was decided, or typed, at once.

    Attributes:
        written: A token, or a character that was typed or must not change; None for rest and no
            sign.
        signs: The signs that spelled it.
        taken: What each emission was taken for.
        confidence: Probability that it is right.
        readings: Its emissions, of the last entries only.
    """

    written: int | str | None
    signs: tuple[Sign, ...] = ()
    taken: tuple[Taken, ...] = ()
    confidence: float = 1.0
    readings: tuple[Reading, ...] = ()

    @property
    def n_tokens(self) -> int:
        """How many tokens write it; what was typed counts as if it had been spelled."""
        if isinstance(self.written, str):
            return _n_tokens(self.written)
        return 0 if self.written is None else 1

    @property
    def separates(self) -> bool:
        """Whether it stands between words."""
        return self.written == SPACE or (isinstance(self.written, str) and self.written.isspace())

    @property
    def is_false_start(self) -> bool:
        """Whether it is the trace of a hold that was neither sign nor rest."""
        return self.written is None and all(sign.sign != REST for sign in self.signs)


@dataclass(frozen=True, slots=True)
class Record:
    """The decided part of a text; never changed, so that a snapshot of it is itself.

    Attributes:
        labels: The names of the readings.
        entries: What was decided, in order.
        commands: The signs that wrote nothing and were obeyed.
        text: What the entries write.
    """

    labels: tuple[str, ...]
    entries: tuple[Entry, ...] = ()
    commands: tuple[Sign, ...] = ()
    text: str = ""

    def with_aligned(self, alignment: Iterable[AlignedToken]) -> "Record":
        """With decided tokens behind it."""
        return self._longer([self._entry(token) for token in alignment])

    def with_typed(self, text: str) -> "Record":
        """With characters behind it as they were typed; a space is the one that the hand writes."""
        return self._longer([Entry(SPACE if char == " " else char) for char in text])

    def with_word_sign(self, word: Sign) -> "Record":
        """With a word behind it that was shown by one sign, which stands as it is."""
        first, *others = (Entry(SPACE if char == " " else char) for char in word.sign)
        taken = (Taken(WORD_SIGN, 1),)
        shown = replace(first, signs=(word,), taken=taken, confidence=word.confidence)
        return self._longer([shown, *others])

    def _longer(self, more: Sequence[Entry]) -> "Record":
        entries = (*self.entries, *more)
        begin, end = (max(len(of) - _READABLE_ENTRIES, 0) for of in (self.entries, entries))
        unreadable = tuple(replace(entry, readings=()) for entry in entries[begin:end])
        entries = (*entries[:begin], *unreadable, *entries[end:])
        return replace(self, entries=entries, text=self.text + _text_of(more))

    def completed(self, text: str) -> "Record":
        """With a text in the place of the last word; all of it stands if the text begins so.

        What the hand has spelled is no other word any more, so that is not remembered.
        """
        place = self.place(-1)
        word, jamo = self.entries[place], jamo_of(text)
        begun = "".join(jamo_of(entry.written) for entry in word if entry.written is not None)
        if not jamo.startswith(begun):
            return self.rewritten(place, (), text)
        word = tuple(replace(entry, confidence=1.0, readings=()) for entry in word)
        more = (Entry(_TOKEN_OF.get(char, char)) for char in jamo.removeprefix(begun))
        entries = (*self.entries[: place.start], *word, *self.entries[place.stop :], *more)
        return replace(self, entries=entries, text=_text_of(entries))

    def with_command(self, reading: Reading) -> "Record":
        """With a sign that wrote nothing and was obeyed."""
        return replace(self, commands=(*self.commands, self._sign(reading)))

    def with_text(self, text: str) -> "Record":
        """With another text; the characters that it begins with alike stay as they are."""
        edit = TextEdit.between(self.text, text)
        kept = self.text[: len(self.text) - edit.delete]
        entries = self.entries[: self._covering(len(kept))] if edit.delete else self.entries
        return replace(self, entries=entries, text=kept).with_typed(edit.insert)

    def until(self, time_s: float) -> "Record":
        """Without what is signed from a moment on (device time), and all that stands behind it."""
        for at, entry in enumerate(self.entries):
            if entry.signs and entry.signs[0].start_s >= time_s:
                kept = self.entries[:at]
                return replace(self, entries=kept, text=_text_of(kept))
        return self

    def with_final_end(self) -> "Record":
        """With a lone consonant at the end that stays one if a vowel is written behind it."""
        places = reversed(range(len(self.entries)))
        last = next((at for at in places if self.entries[at].written is not None), None)
        token = None if last is None else self.entries[last].written
        if last is None or not isinstance(token, int) or KINDS[token] != Kind.ONSET:
            return self
        final = replace(self.entries[last], written=LETTER_OF[token])
        return replace(self, entries=(*self.entries[:last], final, *self.entries[last + 1 :]))

    def without_first(self, length: int) -> "Record":
        """Without the first characters, and the signs that spelled them."""
        n_entries = self._covering(length)
        signs = [sign for entry in self.entries[:n_entries] for sign in entry.signs]
        later = (c for c in self.commands if not signs or c.start_s > signs[-1].start_s)
        return replace(
            self, entries=self.entries[n_entries:], commands=tuple(later), text=self.text[length:]
        )

    def _covering(self, length: int) -> int:
        """How many of the first entries write the first characters."""
        left = _n_tokens(self.text[:length])
        for at, entry in enumerate(self.entries):
            if left == 0:
                return at
            left -= entry.n_tokens
        return len(self.entries)

    def boundaries_since(self, signs: Container[int]) -> int:
        """Boundaries of the signal from where one of these signs began last; 0 for none."""
        boundaries = 0
        for entry in reversed(self.entries):
            for taken in reversed(entry.taken):
                boundaries += taken.span
                if taken.sign in signs:
                    return boundaries
        return 0

    def signs(self) -> tuple[Sign, ...]:
        """Every segment in order."""
        written = (sign for entry in self.entries for sign in entry.signs)
        return tuple(heapq.merge(written, self.commands, key=attrgetter("start_s")))

    def words(self) -> tuple[Word, ...]:
        """The words of the text."""
        return tuple(_word(self.entries[place]) for place in self._places())

    def place(self, word: int) -> slice:
        """The entries of a word.

        Raises:
            IndexError: There is no such word.
        """
        return self._places()[word]

    def _places(self) -> list[slice]:
        """Where the words stand: from the first entry that writes to the last one."""
        places: list[slice] = []
        within = False
        for at, entry in enumerate(self.entries):
            if entry.separates:
                within = False
            elif entry.written is not None:
                start = places.pop().start if within else at
                places.append(slice(start, at + 1))
                within = True
        return places

    def holds_of(self, place: slice) -> slice:
        """The entries of a word with those around it that write nothing and are not rest."""
        start, stop = place.start, place.stop
        while start > 0 and self.entries[start - 1].is_false_start:
            start -= 1
        while stop < len(self.entries) and self.entries[stop].is_false_start:
            stop += 1
        return slice(start, stop)

    def around(self, place: slice) -> tuple[str, str]:
        """The text before some entries, and the text behind them."""
        return _text_of(self.entries[: place.start]), _text_of(self.entries[place.stop :])

    def readings(self, place: slice) -> tuple[Reading, ...]:
        """How the emissions of some entries were read; none where that is not remembered."""
        entries = self.entries[place]
        if any(entry.taken and not entry.readings for entry in entries):
            return ()
        return tuple(reading for entry in entries for reading in entry.readings)

    def rewritten(self, place: slice, alignment: Sequence[AlignedToken], text: str) -> "Record":
        """With a text in the place of some entries; what comes behind them stands.

        Args:
            place: Which entries.
            alignment: How the hand spelled the text; none where that is not known.
            text: The text.
        """
        new = [replace(self._entry(token), confidence=1.0) for token in alignment]
        if not new:
            signs = tuple(sign for entry in self.entries[place] for sign in entry.signs)
            first, *others = (Entry(SPACE if char == " " else char) for char in text)
            new = [replace(first, signs=signs), *others]
        entries = (*self.entries[: place.start], *new, *self.entries[place.stop :])
        rewritten = replace(self, entries=entries, text=_text_of(entries))
        return rewritten if place.stop < len(self.entries) else rewritten.with_final_end()

    def _entry(self, token: AlignedToken) -> Entry:
        taken = tuple(reading.taken for reading in token.readings)
        signs = tuple(map(self._sign, token.readings))
        return Entry(token.token, signs, taken, token.confidence, token.readings)

    def _sign(self, reading: Reading) -> Sign:
        share = reading.posterior.tolist()
        best = sorted(range(len(share)), key=share.__getitem__, reverse=True)[:MOST_CANDIDATES]
        segment = reading.emission.segment
        return Sign(
            start_s=segment.start_s,
            end_s=segment.end_s,
            sign=self.labels[reading.sign],
            candidates=tuple((self.labels[i], share[i]) for i in best if share[i] > 0),
        )


def jamo_of(written: int | str) -> str:
    """The characters of a token or text, Hangul syllables as the jamo of the tokens."""
    if isinstance(written, int):
        return TOKENS[written]
    return "".join(unicodedata.normalize("NFD", c) if "가" <= c <= "힣" else c for c in written)


def _n_tokens(text: str) -> int:
    """How many tokens spell a text."""
    return len(unicodedata.normalize("NFD", text))


def _text_of(entries: Iterable[Entry]) -> str:
    """What entries write: tokens side by side make syllables; what was typed stands as it is."""
    written = (entry.written for entry in entries if entry.written is not None)
    parts: list[str] = []
    for _, run in groupby(written, key=type):
        each = list(run)
        tokens = [token for token in each if isinstance(token, int)]
        parts.append(decode(tokens) if tokens else "".join(map(str, each)))
    return "".join(parts)


def _word(entries: Sequence[Entry]) -> Word:
    # No more than one letter in a row is missed: only a typed word has no sign.
    signs = [sign for entry in entries if entry.written is not None for sign in entry.signs]
    return Word(
        text=_text_of(entries),
        start_s=signs[0].start_s if signs else math.nan,
        end_s=signs[-1].end_s if signs else math.nan,
        confidence=min(entry.confidence for entry in entries if entry.written is not None),
    )
