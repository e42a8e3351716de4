import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jihwa.composer.automaton import Automaton
from jihwa.data.alphabet import Alphabet
from jihwa.data.messages import UsageError

CASES = Path(__file__).with_name("automaton_cases.txt")
SYLLABLES = [chr(code) for code in range(0xAC00, 0xD7A4)]


def cases():
    alphabet = ""
    for number, line in enumerate(CASES.read_text(encoding="utf-8").splitlines(), start=1):
        line = line.strip()
        if line.startswith("["):
            alphabet = line.strip("[]")
        elif line and not line.startswith("#"):
            signs, _, outcome = (part.strip() for part in line.partition("→"))
            yield pytest.param(alphabet, signs, outcome, id=f"{number}: {line}")


def play(automaton, story):
    """The text committed by a story of signs, backspaces (<) and flushes (.)."""
    committed = ""
    for step in story:
        if step == "<":
            automaton.backspace()
        else:
            sign = "space" if step == "_" else step
            committed += automaton.flush() if step == "." else automaton.feed(sign)
    return committed.replace(" ", "_")


@pytest.mark.parametrize(("alphabet", "story", "outcome"), list(cases()))
def test_story(alphabet, story, outcome):
    name, *own = alphabet.split()
    automaton = Automaton(Alphabet.load(name).with_signs(own))
    if outcome == "!":
        with pytest.raises(UsageError):
            play(automaton, story)
        return
    preedit, commit = (part.strip() for part in outcome.split("|"))
    committed = play(automaton, story)
    assert (automaton.preedit, committed) == (preedit, commit)


@pytest.mark.parametrize("name", ["basic24", "extended31", "full40"])
def test_every_syllable_by_itself_survives_spelling_and_composing(name):
    alphabet = Alphabet.load(name)
    automaton = Automaton(alphabet)
    broken = [s for s in SYLLABLES if automaton.compose(alphabet.spell(s)) != s]
    assert broken == []


@pytest.mark.parametrize("name", ["basic24", "extended31", "full40"])
def test_pairs_of_syllables_survive_wherever_their_spelling_is_unambiguous(name):
    alphabet = Alphabet.load(name)
    automaton = Automaton(alphabet)
    known = {alphabet.spell(syllable) for syllable in SYLLABLES}
    survived = 0
    for pair in itertools.product(SYLLABLES[::97], repeat=2):
        signs = alphabet.spell("".join(pair))
        borders = [n for n in range(len(signs)) if signs[:n] in known and signs[n:] in known]
        composed = automaton.compose(signs)
        assert alphabet.spell(composed) == signs
        if len(borders) == 1:
            survived += 1
            assert composed == "".join(pair)
    assert survived > 10_000


@given(st.text(alphabet="".join(Alphabet.load().signs) + "<.", max_size=30))
def test_backspace_undoes_a_sign_and_nothing_is_lost(story):
    alphabet = Alphabet.load()
    automaton = Automaton(alphabet)
    expected = []
    committed = ""
    for step in story:
        if step == "<":
            if automaton.backspace():
                expected.pop()
        else:
            if step != ".":
                expected.append(step)
            committed += play(automaton, step)
        assert alphabet.spell(committed + automaton.preedit) == tuple(expected)


def test_backspace_on_nothing_says_so():
    automaton = Automaton(Alphabet.load())
    assert not automaton.backspace()
    automaton.feed("ㄱ")
    assert automaton.backspace()
    assert automaton.preedit == ""


def test_an_unknown_sign_is_refused_and_changes_nothing():
    automaton = Automaton(Alphabet.load())
    automaton.feed("ㄱ")
    with pytest.raises(UsageError, match="no sign 'x'"):
        automaton.feed("x")
    assert automaton.preedit == "ㄱ"
