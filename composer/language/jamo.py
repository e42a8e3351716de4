"""The tokens of the language model: positional jamo (Unicode NFD), space and text boundary.

NFD tells an onset from a coda of the same shape, so a sequence of these tokens is read in one way
only: ᄒ ᅡ ᆨ ᄀ ᅭ is 학교 and nothing else.
"""

import re
import unicodedata
from collections.abc import Iterable
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from jihwa.data.messages import UsageError

Tokens = NDArray[np.uint8]

ONSETS = "".join(chr(c) for c in range(0x1100, 0x1113))
VOWELS = "".join(chr(c) for c in range(0x1161, 0x1176))
CODAS = "".join(chr(c) for c in range(0x11A8, 0x11C3))

BOUNDARY = 0
"""Start or end of a text."""
SPACE = 1
TOKENS = "\n " + ONSETS + VOWELS + CODAS
"""The character of every token; a token's id is its place here."""
N_TOKENS = len(TOKENS)

MEMORY_CHARACTERS = 16
"""Characters of earlier text that are looked at: more tokens than a language model remembers."""
_FORESIGHT_CHARACTERS = 4
"""Characters of later text that are looked at."""

LETTER_OF = (
    "\n "
    "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
    "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
    "ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
)
"""The letter (compatibility jamo) that every token is written with."""


class Kind(IntEnum):
    """The place of a token in its syllable."""

    BOUNDARY = 0
    SPACE = 1
    ONSET = 2
    VOWEL = 3
    CODA = 4


KINDS: NDArray[np.uint8] = np.repeat(
    np.array(list(Kind), dtype=np.uint8), [1, 1, len(ONSETS), len(VOWELS), len(CODAS)]
)
"""(N_TOKENS,) the `Kind` of every token."""

_ID = {char: i for i, char in enumerate(TOKENS)}
_LETTERS = str.maketrans(TOKENS, LETTER_OF)


def encode(text: str) -> Tokens:
    """The tokens of Hangul syllables and spaces, without boundaries.

    Raises:
        UsageError: A character is neither a modern syllable nor a space.
    """
    try:
        return np.array([_ID[c] for c in unicodedata.normalize("NFD", text)], dtype=np.uint8)
    except KeyError as error:
        raise UsageError(
            ko=f"'{error.args[0]}': 한글 음절과 빈칸만 쓸 수 있습니다.",
            en=f"'{error.args[0]}': only Hangul syllables and spaces can be used.",
        ) from error


def has_coda(word: str) -> bool:
    """Whether the last syllable of a word ends in a consonant."""
    return bool(KINDS[encode(word[-1])[-1]] == Kind.CODA)


def decode(tokens: Iterable[int]) -> str:
    """The text that tokens stand for: composed syllables, lone letters as compatibility jamo."""
    jamo = "".join([TOKENS[token] for token in tokens if token != BOUNDARY])
    composed = unicodedata.normalize("NFC", jamo)
    return composed.translate(_LETTERS)  # what is no syllable


def known_end(text: str) -> Tokens:
    """The tokens at the end of a text that the language model knows; it knows no lone letters."""
    return encode(re.split("[^가-힣 ] *", text)[-1][-MEMORY_CHARACTERS:])


def known_start(text: str) -> Tokens:
    """The first tokens of a text that the language model knows."""
    return encode(re.split("[^가-힣 ]", text)[0][:_FORESIGHT_CHARACTERS].strip())
