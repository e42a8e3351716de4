"""Composition cases for people who write no Python: see compositions/automaton.txt."""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from jihwa.composer.letters import Automaton
from jihwa.data.alphabet import Alphabet, Control
from jihwa.data.messages import JihwaError

COMPOSITIONS = Path(__file__).with_name("compositions")
BACKSPACE, FLUSH, SPACE, REFUSED = "⌫", ".", "_", "!"


@dataclass(frozen=True)
class Case:
    """One line, for one of the alphabets above it; the outcome is preedit | commit or REFUSED."""

    where: str
    alphabet: Alphabet
    signs: str
    outcome: str

    def __str__(self) -> str:
        return f"{self.where}: {self.signs} → {self.outcome} with {self.alphabet.name}"

    @property
    def steps(self) -> tuple[str, ...]:
        """The signs one by one; a syllable stands for the signs that spell it."""
        return tuple(
            step
            for char in self.signs
            for step in (self.alphabet.spell(char) if "가" <= char <= "힣" else (char,))
        )


def outcome(preedit: str, commit: str) -> str:
    """What came of signs, as it stands in a case."""
    return f"{preedit} | {commit}"


class CaseError(ValueError):
    """A line that is no case."""


def read_cases(path: Path) -> Iterator[Case]:
    """Read a file of cases; what is wrong with a line is told with its place."""
    alphabets: list[Alphabet] = []
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1):
        content = unicodedata.normalize("NFC", line).partition("#")[0].strip()
        where = f"{path.name}:{number}"
        try:
            if content.startswith("["):
                alphabets = _alphabets(content, path.parent)
            elif content:
                signs, result = _parts(content)
                if not alphabets:
                    raise CaseError("no [inventory] above the first case")
                yield from (Case(where, each, signs, result) for each in alphabets)
        except (CaseError, JihwaError) as error:
            raise CaseError(f"{where}: {error}: {content}") from error


def play(automaton: Automaton, steps: Iterable[str]) -> str:
    """The text that steps commit; the automaton holds the preedit."""
    committed = ""
    for step in steps:
        if step == BACKSPACE:
            automaton.backspace()
        elif step == FLUSH:
            committed += automaton.flush()
        else:
            committed += automaton.process(Control.SPACE if step == SPACE else step)
    return committed


def _alphabets(directive: str, folder: Path) -> list[Alphabet]:
    listed = [each.split() for each in directive.strip("[]").split(",")]
    if not directive.endswith("]") or not all(listed):
        raise CaseError("an inventory is written [name], [name, name] or [name ㅐ space]")
    alphabets = []
    for name, *own in listed:
        beside = folder / f"{name}.toml"
        alphabets.append(Alphabet.load(beside if beside.is_file() else name).with_signs(own))
    return alphabets


def _parts(content: str) -> tuple[str, str]:
    signs, arrow, result = content.partition("→")
    signs = "".join(signs.split())
    if not signs or not arrow:
        raise CaseError("a case is written: signs → preedit | commit")
    if result.strip() == REFUSED:
        return signs, REFUSED
    if result.count("|") != 1:
        raise CaseError("behind → comes 'preedit | commit', or '!'")
    preedit, commit = (part.strip().replace(SPACE, " ") for part in result.split("|"))
    return signs, outcome(preedit, commit)
