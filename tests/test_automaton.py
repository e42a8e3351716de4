import functools
import itertools
from collections import defaultdict

import hgtk
import pytest
from cases import BACKSPACE, COMPOSITIONS, FLUSH, outcome, play, read_cases
from hypothesis import given
from hypothesis import strategies as st

from jihwa.composer.letters import Automaton
from jihwa.data.alphabet import Alphabet
from jihwa.data.messages import UsageError

SYLLABLES = [chr(code) for code in range(0xAC00, 0xD7A4)]
CODAS = SYLLABLES[: len(hgtk.const.JONG)]
"""가, 각, 갂 …"""
ONSETS = SYLLABLES[:: len(hgtk.const.JOONG) * len(hgtk.const.JONG)]
"""가, 까, 나 …"""
BASIC = Alphabet.load()
ALPHABETS = [Alphabet.load(name) for name in ("basic24", "extended31", "full40")]
every_alphabet = pytest.mark.parametrize("alphabet", ALPHABETS, ids=lambda each: each.name)


def signs_of(alphabet, *others):
    return st.lists(st.sampled_from([*alphabet.signs, *others]), max_size=30)


def border(pair):
    """Two syllables stripped to what may be ambiguous: the coda of one, the onset of the next."""
    (_, _, coda), (onset, _, _) = map(hgtk.letter.decompose, pair)
    return hgtk.letter.compose("ㅇ", "ㅏ", coda) + hgtk.letter.compose(onset, "ㅏ")


def readings(alphabet):
    """Every coda before every onset, between two vowels, by the signs that show it."""
    by_signs = defaultdict(set)
    for text in map(border, itertools.product(CODAS, ONSETS)):
        by_signs[alphabet.spell(text)].add(text)
    return by_signs


@functools.cache
def ambiguous(name):
    """The texts that are listed for an inventory, and what comes of their signs."""
    cases = read_cases(COMPOSITIONS / "ambiguous.txt")
    return {(c.signs.removesuffix(FLUSH), c.outcome) for c in cases if c.alphabet.name == name}


# --- from text to signs and back


@every_alphabet
def test_every_syllable_by_itself_survives_spelling_and_composing(alphabet):
    automaton = Automaton(alphabet)
    broken = [s for s in SYLLABLES if automaton.compose(alphabet.spell(s)) != s]
    assert broken == []


@every_alphabet
def test_every_coda_before_every_onset_survives_unless_two_texts_are_spelled_alike(alphabet):
    automaton = Automaton(alphabet)
    for signs, texts in readings(alphabet).items():
        if len(texts) == 1:
            assert {automaton.compose(signs)} == texts


@every_alphabet
def test_the_list_of_ambiguous_texts_is_complete_and_true(alphabet):
    """What is listed are the texts of which another with the same spelling is composed."""
    automaton, found = Automaton(alphabet), set()
    for signs, texts in readings(alphabet).items():
        composed = automaton.compose(signs)
        assert composed in texts
        found |= {(text, outcome("", composed)) for text in texts - {composed}}
    assert found == ambiguous(alphabet.name)


@every_alphabet
def test_pairs_of_syllables_survive_wherever_no_other_pair_is_spelled_alike(alphabet):
    automaton, survived = Automaton(alphabet), 0
    spelled = {syllable: alphabet.spell(syllable) for syllable in SYLLABLES}
    known = set(spelled.values())
    for one, other in itertools.product(SYLLABLES[::97], repeat=2):
        signs = spelled[one] + spelled[other]
        ways = sum(signs[:n] in known and signs[n:] in known for n in range(len(signs)))
        composed = automaton.compose(signs)
        assert spelled[composed[0]] + spelled[composed[1]] == signs
        if ways == 1:
            survived += 1
            assert composed == one + other
    assert survived > 10_000


@every_alphabet
@given(text=st.text(st.sampled_from(SYLLABLES), max_size=8))
def test_a_text_survives_unless_a_pair_in_it_is_listed(alphabet, text):
    lost = {text for text, _ in ambiguous(alphabet.name)}
    survives = Automaton(alphabet).compose(alphabet.spell(text)) == text
    assert survives == lost.isdisjoint(map(border, itertools.pairwise(text)))


# --- from signs to text and back


@every_alphabet
@given(data=st.data())
def test_whatever_is_shown_is_written_and_a_backspace_undoes_the_last_of_it(alphabet, data):
    automaton, committed, shown = Automaton(alphabet), "", []
    for step in data.draw(signs_of(alphabet, BACKSPACE, FLUSH)):
        undoes = step == BACKSPACE and automaton.preedit
        committed += play(automaton, [step])
        if undoes:
            shown.pop()
        elif step in alphabet.index:
            shown.append(step)
        # ㅗㅏㅣ and ㅗㅐ are both ㅙ with 31 signs; in basic letters there is one way only
        assert BASIC.spell(committed + automaton.preedit) == BASIC.spell("".join(shown))


@every_alphabet
@given(data=st.data())
def test_what_is_shown_so_far_is_what_these_signs_compose(alphabet, data):
    signs = data.draw(signs_of(alphabet))
    automaton, other, committed = Automaton(alphabet), Automaton(alphabet), ""
    for n, sign in enumerate(signs, start=1):
        committed += automaton.process(sign)
        assert committed + automaton.preedit == other.compose(signs[:n])


def test_backspace_on_nothing_says_so():
    automaton = Automaton(BASIC)
    assert not automaton.backspace()
    automaton.process("ㄱ")
    assert automaton.backspace()
    assert automaton.preedit == ""


def test_reset_forgets_the_preedit():
    automaton = Automaton(BASIC)
    play(automaton, "ㄱㅏ")
    automaton.reset()
    assert (automaton.preedit, automaton.process("ㄴ"), automaton.preedit) == ("", "", "ㄴ")


def test_an_unknown_sign_is_refused_and_changes_nothing():
    automaton = Automaton(BASIC)
    automaton.process("ㄱ")
    with pytest.raises(UsageError, match="no sign 'x'"):
        automaton.process("x")
    assert automaton.preedit == "ㄱ"
