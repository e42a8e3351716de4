"""The cases of tests/compositions: what signs become, without and with the language model."""

import pytest
from cases import COMPOSITIONS, REFUSED, SPACE, CaseError, outcome, play, read_cases
from stories import model

from jihwa.composer.letters import Automaton, compose
from jihwa.data.messages import UsageError

DECODER = COMPOSITIONS / "decoder.txt"


def composed(case):
    automaton = Automaton(case.alphabet)
    try:
        committed = play(automaton, case.steps)
    except UsageError:
        return REFUSED
    return outcome(automaton.preedit, committed)


def decoded(case):
    return outcome("", compose(case.signs.replace(SPACE, " "), case.alphabet, model()).text)


@pytest.mark.parametrize("path", sorted(COMPOSITIONS.glob("*.txt")), ids=lambda path: path.name)
def test_every_case_comes_out_as_it_says(path):
    way = decoded if path == DECODER else composed
    results = [(case, way(case)) for case in read_cases(path)]
    wrong = [f"{case} gives {got!r}" for case, got in results if got != case.outcome]
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("[basic24]\n\nㄱㅏ | 가", "mine.txt:3: a case is written: signs → preedit | commit"),
        ("[basic24]\n → 가 |", "mine.txt:2: a case is written"),
        ("[basic24]\nㄱㅏ → 가", "mine.txt:2: behind → comes 'preedit | commit'"),
        ("[basic24]\nㄱㅏ → 가 | |", "mine.txt:2: behind →"),
        ("ㄱㅏ → 가 |", r"mine.txt:1: no \[inventory\] above"),
        ("# first\n[basic24", "mine.txt:2: an inventory is written"),
        ("[basic24,]", "mine.txt:1: an inventory is written"),
        ("[basic42]", "mine.txt:1: .*basic42"),
        ("[basic24 x]", "mine.txt:1: .*'x'"),
    ],
)
def test_a_malformed_line_is_told_with_its_place(lines, told, tmp_path):
    path = tmp_path / "mine.txt"
    path.write_text(lines, encoding="utf-8")
    with pytest.raises(CaseError, match=told):
        list(read_cases(path))


def test_a_case_counts_for_every_inventory_above_it_and_may_be_typed_decomposed(tmp_path):
    path = tmp_path / "mine.txt"
    path.write_text("[basic24, full40 space]\n\u1100\u1161_ → | 가_  # a syllable and a space\n")
    basic, full = read_cases(path)
    assert (basic.alphabet.name, full.alphabet.name) == ("basic24", "full40")
    assert full.steps == ("ㄱ", "ㅏ", "_")
    assert full.outcome == " | 가 "
    assert "space" in full.alphabet.signs
