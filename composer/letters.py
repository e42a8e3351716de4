"""Letters that are known for certain, as text: ㅎㅏㄱㄱㅛ is 학교.

With a language model the decoder composes them, without one an automaton, as a keyboard does.
"""

import math
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import hgtk
import numpy as np

from jihwa.composer.composer import Composer
from jihwa.composer.decoding.options import DecoderOptions
from jihwa.composer.language.jamo import KINDS, LETTER_OF, N_TOKENS, Kind
from jihwa.composer.language.token_model import Mode, TokenModel
from jihwa.composer.language.word_list import shown
from jihwa.composer.text.transcript import Transcript
from jihwa.data.alphabet import Alphabet, Control
from jihwa.data.messages import UsageError
from jihwa.data.signal.frames import Frames
from jihwa.recognizer.events import NO_SIGN, REST, Emission, Segment

_LOG_LIKELIHOOD = -1e3
"""Of every reading but the one that was given."""
_TYPED = re.compile(r"([!-~]+)")
"""What a keyboard has beside Hangul: digits, Latin letters, punctuation."""


def compose(
    letters: str, alphabet: Alphabet, model: TokenModel, mode: Mode = Mode.FREE
) -> Transcript:
    """The text that letters spell when every one of them is certain.

    Args:
        letters: Letters (compatibility jamo) or syllables; those without a sign of their own are
            spelled in sequence. A space is a certain word end; more may be found. Digits, Latin
            letters and punctuation between them stand in the text as they are.
        alphabet: The signs.
        model: The language model.
        mode: What the text may be.

    Returns:
        The transcript; its times count signs.

    Raises:
        UsageError: A character is no letter, or there are others but no letter at all.
    """
    _check(letters)
    composer = Composer(alphabet, model, DecoderOptions().certain(), mode)
    time_s = 0.0

    def show(label: str) -> None:
        nonlocal time_s
        composer.feed(_certain(label, time_s, alphabet))
        time_s += 1.0

    for place, word in enumerate(letters.split()):
        if place:
            show(REST)
        for part in _TYPED.split(word):
            if _TYPED.fullmatch(part):
                composer.type(part)
            else:
                for sign in alphabet.spell(part):
                    show(sign)
    return composer.flush()


def compose_as_shown(letters: str, alphabet: Alphabet) -> str:
    """The text that letters make without a language model, as a keyboard would write them.

    Args:
        letters: As for `compose`; a space is one.
        alphabet: The signs.

    Raises:
        UsageError: As `compose` does.
    """
    _check(letters)
    automaton = Automaton(alphabet)

    def text_of(part: str) -> str:
        return part if _TYPED.fullmatch(part) else automaton.compose(alphabet.spell(part))

    return " ".join("".join(map(text_of, _TYPED.split(word))) for word in letters.split())


def _check(letters: str) -> None:
    if letters.strip() and not _TYPED.sub("", letters).strip():
        found = shown(letters.strip())
        raise UsageError(
            ko=f"{found}: 지문자로 쓸 한글 자모가 없습니다. ㅎㅏㄱㄱㅛ처럼 주세요.",
            en=f"{found}: no Hangul letter, so this cannot be fingerspelled. Give letters such as "
            "ㅎㅏㄱㄱㅛ.",
        )


def _certain(label: str, time_s: float, alphabet: Alphabet) -> Emission:
    def likelihood(other: str) -> float:
        return 0.0 if other == label else _LOG_LIKELIHOOD

    return Emission(
        segment=Segment(time_s, time_s, gap_s=math.nan, frames=Frames.empty()),
        log_likelihood=np.array([likelihood(sign) for sign in alphabet.signs]),
        rest=likelihood(REST),
        no_sign=likelihood(NO_SIGN),
    )


class _Syllable(NamedTuple):
    """The letters of a syllable so far; empty where there is none yet."""

    onset: str = ""
    vowel: str = ""
    coda: str = ""

    def text(self) -> str:
        if self.onset and self.vowel:
            return str(hgtk.letter.compose(self.onset, self.vowel, self.coda))
        return self.onset + self.vowel + self.coda


_SLOT_KINDS = {"onset": Kind.ONSET, "vowel": Kind.VOWEL, "coda": Kind.CODA}
# Where one more sign may go, by which slots are filled: into the last letter, or behind it.
_OPEN_SLOTS: Mapping[tuple[bool, bool, bool], tuple[str, ...]] = {
    (False, False, False): ("onset", "vowel"),
    (True, False, False): ("onset", "vowel"),
    (False, True, False): ("vowel",),
    (True, True, False): ("vowel", "coda"),
    (True, True, True): ("coda",),
    (False, False, True): ("coda",),
}

Joins = Mapping[tuple[str, str], str]
"""The letter that a letter and one more sign make; the first letter of a slot is joined to ""."""


class Automaton:
    """Composes signs into syllables as they come, always the longest fit.

    ㅎ ㅏ ㄱ ㄱ gives 핚; ㅛ then takes the last sign along, and 학 is final with 교 behind it. That
    rule is right for 학교 and wrong for 아까, which it writes 악가: the baseline for the decoder.
    Lone consonants join as on a keyboard: ㄱ ㅅ is ㄳ until a vowel takes ㅅ along.

    Args:
        alphabet: The signs and how letters are spelled with them.
    """

    def __init__(self, alphabet: Alphabet) -> None:
        self._alphabet = alphabet
        self._joins = {slot: _joins(alphabet, kind) for slot, kind in _SLOT_KINDS.items()}
        self.reset()

    @property
    def preedit(self) -> str:
        """The syllable or letter that may still change."""
        return self._grown[-1].text()

    def reset(self) -> None:
        """Forget the preedit."""
        self._signs: list[str] = []
        self._grown: list[_Syllable] = [_Syllable()]  # after none, one, two … of the signs

    def process(self, sign: str) -> str:
        """Take in one sign. One that spells no letter ends the syllable; `space` is written.

        Returns:
            The text that became final with it.

        Raises:
            UsageError: The alphabet has no such sign.
        """
        if sign not in self._alphabet.index:
            raise UsageError(
                ko=f"'{sign}'은(는) 글자표 {self._alphabet.name}에 없는 지문자입니다. "
                f"쓸 수 있는 지문자: {' '.join(self._alphabet.signs)}",
                en=f"The alphabet {self._alphabet.name} has no sign '{sign}'. "
                f"It has: {' '.join(self._alphabet.signs)}",
            )
        if self._grow(sign):
            return ""
        taken_along = self._onset_from_coda(sign)
        committed = self.flush()
        for each in (*taken_along, sign):
            self._grow(each)
        return committed + " " * (sign == Control.SPACE)

    def backspace(self) -> bool:
        """Undo one sign of the preedit; False where there is none."""
        if not self._signs:
            return False
        self._signs.pop()
        self._grown.pop()
        return True

    def flush(self) -> str:
        """Make the preedit final; returns it."""
        committed = self.preedit
        self.reset()
        return committed

    def compose(self, signs: Iterable[str]) -> str:
        """The whole text that signs make, from an empty preedit to an empty preedit."""
        self.reset()
        return "".join(self.process(sign) for sign in signs) + self.flush()

    def _grow(self, sign: str) -> bool:
        """Add a sign to the syllable if it fits."""
        grown = self._grown_by(self._grown[-1], sign)
        if grown is None:
            return False
        self._signs.append(sign)
        self._grown.append(grown)
        return True

    def _grown_by(self, syllable: _Syllable, sign: str) -> _Syllable | None:
        """The syllable with one more sign, None where it does not fit."""
        onset, vowel, coda = syllable
        for slot in _OPEN_SLOTS[bool(onset), bool(vowel), bool(coda)]:
            letter = self._joins[slot].get((getattr(syllable, slot), sign))
            if letter:
                return syllable._replace(**{slot: letter})
        if onset and not vowel and (onset, sign) in self._joins["coda"]:
            return _Syllable(coda=self._joins["coda"][onset, sign])
        return None

    def _onset_from_coda(self, sign: str) -> tuple[str, ...]:
        """Take the coda's last sign off the syllable if the next sign makes it an onset."""
        vowel_follows = ("", sign) in self._joins["vowel"]
        if vowel_follows and self._grown[-1].coda and ("", self._signs[-1]) in self._joins["onset"]:
            self._grown.pop()
            return (self._signs.pop(),)
        return ()


def _joins(alphabet: Alphabet, kind: Kind) -> Joins:
    """What letters of one kind are made of, sign by sign."""
    letters = [LETTER_OF[token] for token in range(N_TOKENS) if KINDS[token] == kind]
    spelled = {signs: letter for letter in letters for signs in alphabet.spellings(letter)}
    return {
        (spelled.get(signs[:-1], ""), signs[-1]): letter
        for signs, letter in spelled.items()
        if len(signs) == 1 or signs[:-1] in spelled
    }
