"""Alphabets: which signs exist, and how every Hangul letter is spelled with them.

An alphabet is data (TOML), not code. Signs are named by compatibility jamo (U+31xx); letters
without a sign of their own are spelled as a sequence of signs.
"""

import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any

import hgtk

from jihwa.data.messages import DataError, UsageError

LETTERS = "".join(chr(code) for code in range(0x3131, 0x3164))
"""Every modern Hangul letter, consonants first."""


@dataclass(frozen=True)
class Alphabet:
    """The signs of an inventory in their fixed order, and the spelling of every letter.

    Attributes:
        name: What the inventory is called.
        signs: The signs; a sign's place is its index in every likelihood array.
        sequences: Letters without a sign of their own, and the signs that spell them.
    """

    name: str
    signs: tuple[str, ...]
    sequences: Mapping[str, tuple[str, ...]]

    def __post_init__(self) -> None:
        if len(set(self.signs)) != len(self.signs):
            raise DataError(
                ko=f"글자표 {self.name}: 같은 지문자가 두 번 있습니다. 하나만 남기세요.",
                en=f"Alphabet {self.name}: a sign is listed twice. Keep one of them.",
            )
        for letter in LETTERS:
            spelled = self.sequences.get(letter, (letter,))
            unknown = [sign for sign in spelled if sign not in self.index]
            if unknown:
                raise DataError(
                    ko=f"글자표 {self.name}: {letter}의 철자에 모르는 지문자 {unknown[0]}가 "
                    "있습니다. signs에 넣거나 [spelling]을 고치세요.",
                    en=f"Alphabet {self.name}: {letter} is spelled with the unknown sign "
                    f"{unknown[0]}. Add it to signs or mend [spelling].",
                )

    @cached_property
    def index(self) -> dict[str, int]:
        """The index of every sign."""
        return {sign: i for i, sign in enumerate(self.signs)}

    @cached_property
    def spelling(self) -> dict[str, tuple[str, ...]]:
        """The signs of every letter in `LETTERS`, single signs included."""
        return {letter: tuple(self.sequences.get(letter, (letter,))) for letter in LETTERS}

    def spell(self, word: str) -> tuple[str, ...]:
        """The signs that spell a word of syllables and letters, without spaces.

        Raises:
            UsageError: A character is not modern Hangul.
        """
        signs: list[str] = []
        for char in unicodedata.normalize("NFC", word):
            if hgtk.checker.is_hangul(char) and char not in LETTERS:
                letters = [letter for letter in hgtk.letter.decompose(char) if letter]
            else:
                letters = [char]
            for letter in letters:
                if letter not in self.spelling:
                    raise UsageError(
                        ko=f"'{word}'의 '{char}' 글자는 지문자로 쓸 수 없습니다. "
                        "한글만 쓸 수 있습니다.",
                        en=f"'{char}' in '{word}' cannot be fingerspelled. Use Hangul only.",
                    )
                signs.extend(self.spelling[letter])
        return tuple(signs)

    @classmethod
    def load(cls, name_or_path: str | Path = "basic24") -> "Alphabet":
        """Load a shipped inventory by name (basic24, extended31, full40) or a TOML file by path.

        Raises:
            UsageError: No such inventory or file.
            DataError: The file is not an alphabet.
        """
        shipped = resources.files("jihwa.data") / "inventories" / f"{name_or_path}.toml"
        source = shipped if shipped.is_file() else Path(name_or_path)
        if not source.is_file():
            raise UsageError(
                ko=f"글자표 '{name_or_path}'가 없습니다. basic24, extended31, full40 가운데 하나나 "
                "TOML 파일을 주세요.",
                en=f"There is no alphabet '{name_or_path}'. Give one of basic24, extended31, "
                "full40, or a TOML file.",
            )
        try:
            table: dict[str, Any] = tomllib.loads(source.read_text(encoding="utf-8"))
            return cls(
                name=str(table["name"]),
                signs=tuple(str(sign) for sign in table["signs"]),
                sequences={k: tuple(v) for k, v in table.get("spelling", {}).items()},
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise DataError(
                ko=f"{source}: 글자표가 아닙니다 ({error}). name과 signs가 있는 TOML이어야 합니다.",
                en=f"{source}: not an alphabet ({error}). It must be TOML with name and signs.",
            ) from error
