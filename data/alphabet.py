"""Alphabets: which signs exist, and how every Hangul letter is spelled with them.

An alphabet is data (TOML), not code. Signs are named by compatibility jamo (U+31xx); letters
without a sign of their own are spelled as a sequence of signs. A wearer can add signs of their own:
for letters, which can be spelled in sequence as before, and for what a keyboard has other keys for.
"""

import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any

import hgtk

from jihwa.data.messages import DataError, UsageError

INVENTORIES = "basic24, basic31, extended31, full40"
"""The names of those that ship."""
DEFAULT = "basic24"

LETTERS = "".join(chr(code) for code in range(0x3131, 0x3164))
"""Every modern Hangul letter, consonants first."""

# fmt: off
COMPOSITION: Mapping[str, str] = {
    "ㄲ": "ㄱㄱ", "ㄸ": "ㄷㄷ", "ㅃ": "ㅂㅂ", "ㅆ": "ㅅㅅ", "ㅉ": "ㅈㅈ",
    "ㄳ": "ㄱㅅ", "ㄵ": "ㄴㅈ", "ㄶ": "ㄴㅎ", "ㄺ": "ㄹㄱ", "ㄻ": "ㄹㅁ", "ㄼ": "ㄹㅂ",
    "ㄽ": "ㄹㅅ", "ㄾ": "ㄹㅌ", "ㄿ": "ㄹㅍ", "ㅀ": "ㄹㅎ", "ㅄ": "ㅂㅅ",
    "ㅐ": "ㅏㅣ", "ㅒ": "ㅑㅣ", "ㅔ": "ㅓㅣ", "ㅖ": "ㅕㅣ",
    "ㅘ": "ㅗㅏ", "ㅙ": "ㅗㅏㅣ", "ㅝ": "ㅜㅓ", "ㅞ": "ㅜㅓㅣ",
    "ㅚ": "ㅗㅣ", "ㅟ": "ㅜㅣ", "ㅢ": "ㅡㅣ",
}
# fmt: on
"""Which of the 24 basic letters every other letter is composed of."""

_COMPOSED = {tuple(parts): letter for letter, parts in COMPOSITION.items()}
_STANDARD = (*hgtk.const.CHO, *hgtk.const.JOONG)
"""The letters that have a sign in the largest inventory."""


class Control(StrEnum):
    """Signs that are no letters but what other keys of a keyboard are for."""

    SPACE = "space"
    BACKSPACE = "backspace"
    ENTER = "enter"
    SPEAK = "speak"
    CLEAR = "clear"
    REST = "rest"
    ACCEPT = "accept"


CONTROLS = tuple(Control)
COMMANDS = (Control.BACKSPACE, Control.ENTER, Control.SPEAK, Control.CLEAR, Control.ACCEPT)
"""Those that write nothing and say what to do with the text."""


@dataclass(frozen=True)
class Alphabet:
    """The signs of an inventory in their fixed order, and the spelling of every letter.

    It may also only name the classes of a data set; then no letter can be spelled with it.

    Attributes:
        name: What the inventory is called.
        signs: The signs; a sign's place is its index in every likelihood array.
        sequences: Letters that can be spelled in sequence, and the signs that spell them. A letter
            with a sign of its own may be among them: both ways are good.
    """

    name: str
    signs: tuple[str, ...]
    sequences: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(set(self.signs)) != len(self.signs):
            raise DataError(
                ko=f"글자표 {self.name}: 같은 지문자가 두 번 있습니다. 하나만 남기세요.",
                en=f"Alphabet {self.name}: a sign is listed twice. Keep one of them.",
            )

    @cached_property
    def index(self) -> dict[str, int]:
        """The index of every sign."""
        return {sign: i for i, sign in enumerate(self.signs)}

    def with_signs(self, names: Sequence[str]) -> "Alphabet":
        """The alphabet with signs of the wearer's own behind all others.

        Args:
            names: Letters of the larger inventories without a sign so far, or `CONTROLS`. `rest` is
                a pose that is known without being a sign, and is not appended.

        Raises:
            UsageError: Something else, or something that has a sign already.
        """
        signs = self.signs
        for name in names:
            possible = [other for other in (*_STANDARD, *CONTROLS) if other not in signs]
            if name not in possible:
                raise UsageError(
                    ko=f"'{name}' 지문자는 글자표 {self.name}에 더할 수 없습니다. "
                    f"더할 수 있는 것: {' '.join(possible)}",
                    en=f"A sign '{name}' cannot be added to the alphabet {self.name}. "
                    f"It can take: {' '.join(possible)}",
                )
            if name != Control.REST:
                signs = (*signs, str(name))
        return replace(self, signs=signs)

    def spellings(self, letter: str) -> tuple[tuple[str, ...], ...]:
        """Every way to spell one of `LETTERS`, the shortest and preferred first.

        A part of a sequence that has a sign of its own may be shown by it: with a sign for ㅐ, ㅙ
        is ㅗ ㅐ as well as ㅗ ㅏ ㅣ.

        Raises:
            UsageError: The letter cannot be spelled with these signs.
        """
        sequences = {(letter,), tuple(self.sequences.get(letter, (letter,)))}
        ways = {way for sequence in sequences for way in self._tilings(sequence) if way}
        if not ways:
            raise UsageError(
                ko=f"글자표 {self.name}의 지문자로는 {letter}을(를) 쓸 수 없습니다. "
                "다른 글자표를 고르세요.",
                en=f"{letter} cannot be spelled with the signs of the alphabet {self.name}. "
                "Choose another alphabet.",
            )
        return tuple(sorted(ways, key=lambda way: (len(way), way)))

    def _tilings(self, sequence: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        """The ways to show a sequence: each part by its sign, or several by that of their whole."""
        if not sequence:
            yield ()
        for size in range(1, len(sequence) + 1):
            sign = _COMPOSED.get(sequence[:size]) if size > 1 else sequence[0]
            if sign in self.index:
                yield from ((sign, *rest) for rest in self._tilings(sequence[size:]))

    def spell(self, word: str) -> tuple[str, ...]:
        """The preferred signs for a word of syllables and letters, without spaces.

        Raises:
            UsageError: A character is not modern Hangul, or cannot be spelled with these signs.
        """
        signs: list[str] = []
        for char in unicodedata.normalize("NFC", word):
            if hgtk.checker.is_hangul(char) and char not in LETTERS:
                letters = [letter for letter in hgtk.letter.decompose(char) if letter]
            else:
                letters = [char]
            for letter in letters:
                if letter not in LETTERS:
                    within = "".join(c if c.isprintable() else "\ufffd" for c in word[:20])
                    found = f"'{char}'" if char.isprintable() else f"U+{ord(char):04X}"
                    raise UsageError(
                        ko=f"'{within}'의 {found} 글자는 지문자로 쓸 수 없습니다. "
                        "한글만 쓸 수 있습니다.",
                        en=f"{found} in '{within}' cannot be fingerspelled. Use Hangul only.",
                    )
                signs.extend(self.spellings(letter)[0])
        return tuple(signs)

    @classmethod
    def load(cls, name_or_path: str | Path | None = None) -> "Alphabet":
        """Load one of the shipped `INVENTORIES` by name, or a TOML file by path; else `DEFAULT`.

        The file has a name, signs, and a table [spelling] for letters whose sequence is not their
        `COMPOSITION`, or that have a sign and can be spelled in sequence all the same. One that has
        words instead of signs only names the classes of a data set, in the order of their numbers.

        Raises:
            UsageError: No such inventory or file.
            DataError: The file is not an alphabet, or not every letter can be spelled with it.
        """
        name_or_path = DEFAULT if name_or_path is None else name_or_path
        shipped = resources.files("jihwa.data") / "inventories" / f"{name_or_path}.toml"
        source = shipped if shipped.is_file() else Path(name_or_path)
        if not source.is_file():
            raise UsageError(
                ko=f"글자표 '{name_or_path}'가 없습니다. {INVENTORIES} 가운데 하나나 TOML 파일을 "
                "주세요.",
                en=f"There is no alphabet '{name_or_path}'. Give one of {INVENTORIES}, or a TOML "
                "file.",
            )
        try:
            table: dict[str, Any] = tomllib.loads(source.read_text(encoding="utf-8"))
            if "words" in table:
                return cls(str(table["name"]), tuple(map(str, table["words"])))
            signs = tuple(str(sign) for sign in table["signs"])
            listed = {k: tuple(map(str, v)) for k, v in table.get("spelling", {}).items() if v}
            composed = {k: tuple(v) for k, v in COMPOSITION.items() if k not in signs}
            alphabet = cls(str(table["name"]), signs, composed | listed)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise DataError(
                ko=f"{source}: 글자표가 아닙니다 ({error}). name과 signs(낱말이면 words)가 있는 "
                "TOML이어야 합니다.",
                en=f"{source}: not an alphabet ({error}). It must be TOML with name and signs (or "
                "words).",
            ) from error
        for letter in LETTERS:
            unknown = set(alphabet.sequences.get(letter, (letter,))) - set(signs)
            if unknown:
                sign = min(unknown)
                raise DataError(
                    ko=f"{source}: {letter}의 철자에 모르는 지문자 {sign}이(가) 있습니다. "
                    "signs에 넣거나 [spelling]을 고치세요.",
                    en=f"{source}: {letter} is spelled with the unknown sign {sign}. "
                    "Add it to signs or mend [spelling].",
                )
        return alphabet
