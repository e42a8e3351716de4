"""What the decoder reads, as stories, and its promises for any input."""

import gc
import math
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from decoding import ALPHABET, N_SIGNS, Bigrams, emission, rest, run, shown, text_of
from hypothesis import given, settings
from hypothesis import strategies as st

from jihwa.composer.decoding.arcs import SegmentationRates
from jihwa.composer.decoding.decoder import Decoder, least_risk
from jihwa.composer.decoding.evidence import PauseModel
from jihwa.composer.decoding.grammar import GrammarCosts
from jihwa.composer.decoding.options import DecoderOptions
from jihwa.composer.language.jamo import LETTER_OF, SPACE, decode
from jihwa.data.alphabet import Alphabet
from jihwa.data.messages import UsageError

# --- what one reads, as stories


@pytest.fixture(scope="module")
def flat():
    """A decoder whose language model favours nothing."""
    return Decoder(ALPHABET, Bigrams())


@pytest.mark.parametrize("sign", ALPHABET.signs)
def test_one_letter_shown_by_itself_is_that_letter(flat, sign):
    _, endings = run(flat, [shown(sign, margin=12.0)])
    assert decode(endings[0].tokens) == sign


@pytest.mark.parametrize("sign", ["ㄱ", "ㅏ"])
def test_rest_around_one_letter_changes_nothing(flat, sign):
    steps, endings = run(flat, [rest(), shown(sign), rest()])
    assert decode(endings[0].tokens) == sign
    assert [reading.sign for step in steps for reading in step.readings] == [
        N_SIGNS + 1,
        ALPHABET.index[sign],
        N_SIGNS + 1,
    ]


def test_nothing_fed_is_an_empty_text(flat):
    steps, endings = run(flat, [])
    assert steps == ()
    assert [decode(ending.tokens) for ending in endings] == [""]


def test_only_rest_is_an_empty_text(flat):
    _, endings = run(flat, [rest(), rest()])
    assert decode(endings[0].tokens) == ""


@pytest.mark.parametrize(("likelihood_of_rest", "text"), [(0.0, "ㅁ"), (5.0, "")])
def test_a_single_hold_is_a_letter_unless_rest_explains_it_better(flat, likelihood_of_rest, text):
    likelihoods = np.full(N_SIGNS, -20.0)
    likelihoods[ALPHABET.index["ㅁ"]] = 0.0
    _, endings = run(flat, [emission(likelihoods, rest=likelihood_of_rest)])
    assert decode(endings[0].tokens) == text


def test_a_lone_letter_keeps_its_rivals_as_candidates(flat):
    likelihoods = np.full(N_SIGNS, -20.0)
    likelihoods[[ALPHABET.index[sign] for sign in "ㄹㅌ"]] = [0.0, -1.0]
    _, endings = run(flat, [emission(likelihoods)])
    assert [decode(ending.tokens) for ending in endings[:2]] == ["ㄹ", "ㅌ"]


def test_rest_between_words_is_a_space(flat):
    signs = [shown(sign) for sign in "ㄴㅏㄴㅡㄴ"]
    more = [shown(sign) for sign in "ㄱㅏㄷㅏ"]
    steps, _ = run(flat, [*signs, rest(), *more])
    assert text_of(steps) == "나는 가다"


def test_a_long_gap_favours_a_space_and_a_short_one_does_not():
    pauses = PauseModel()
    gaps = [0.3, 0.7, 1.0, 1.5, 2.5, 3.5, 7.0]  # in the wearer's usual ones
    ratios = [pauses.word_end_log_ratio(gap) for gap in gaps]
    assert ratios == sorted(ratios)
    assert ratios[2] < 0 < ratios[-2]
    # A word end may go unshown, and a hesitation may look like one.
    assert min(ratios) >= math.log(1 - pauses.shown) - 0.1
    assert max(ratios) <= math.log(pauses.shown / pauses.hesitation) + 0.1


@pytest.mark.parametrize("gap_s", [math.inf, math.nan, 0.0, -1.0])
def test_a_gap_that_is_unknown_says_nothing(gap_s):
    assert PauseModel().word_end_log_ratio(gap_s) == 0.0


def test_steps_name_the_emissions_that_spelled_them(flat):
    emissions = [shown(sign) for sign in "ㄱㅗㅏㄴ"]
    steps, _ = run(flat, emissions)
    assert [(LETTER_OF[step.token], len(step.readings)) for step in steps] == [
        ("ㄱ", 1),
        ("ㅘ", 2),
        ("ㄴ", 1),
    ]
    read = [reading.emission for step in steps for reading in step.readings]
    assert all(a is b for a, b in zip(read, emissions, strict=True))
    assert all(step.confidence > 0.5 for step in steps)


def test_a_segment_that_is_no_sign_is_left_out(flat):
    noise = emission(np.full(N_SIGNS, -30.0), no_sign=0.0)
    steps, endings = run(flat, [shown("ㄱ"), noise, shown("ㅏ")])
    assert decode(endings[0].tokens) == "가"
    assert [step.token is None for step in steps] == [False, True, False]


def test_candidates_are_distinct_and_their_probabilities_add_up_to_one_at_most(flat):
    blurred = emission(np.zeros(N_SIGNS))
    _, endings = run(flat, [blurred, shown("ㅏ"), blurred])
    texts = [ending.tokens for ending in endings]
    assert len(set(texts)) == len(texts)
    probabilities = [math.exp(ending.log_prob) for ending in endings]
    assert probabilities == sorted(probabilities, reverse=True)
    assert sum(probabilities) <= 1 + 1e-9


@settings(max_examples=300)
@given(st.lists(st.text("가나다라", min_size=3, max_size=3), max_size=38), st.randoms())
def test_of_texts_that_differ_in_spaces_alone_the_likeliest_is_taken(others, random):
    log_probs = sorted((random.uniform(-9, 0) for _ in range(len(others) + 2)), reverse=True)
    assert least_risk(["가나다", *others, "가 나다"], log_probs) <= len(others)


def test_commit_makes_the_preedit_final_and_the_text_goes_on(flat):
    state, steps = flat.begin(), []
    for sign in "ㄱㅏ":
        state = flat.step(state, (shown(sign),))
        steps += state.committed
    state = flat.commit(state)
    steps += state.committed
    assert text_of(steps) == "가"
    for sign in "ㄴㅏ":
        state = flat.step(state, (shown(sign),))
        steps += state.committed
    last = flat.endings(state)[0].alignment
    assert text_of([*steps, *last]).replace(" ", "") == "가나"


def test_commit_in_the_middle_of_a_syllable_leaves_it_open(flat):
    state, steps = flat.begin(), []
    for sign in "ㄱㅏㄷㅏㄹㅏㅁ":
        state = flat.step(state, (shown(sign),))
        steps += state.committed
    now = flat.commit(state)
    assert text_of([*steps, *now.committed]) + decode(now.preedit) in ("가다람", "가다라ㅁ")


def test_a_state_can_be_gone_on_from_again_and_again(flat):
    state = flat.begin()
    for sign in "ㄱㅏㄷ":
        state = flat.step(state, (shown(sign),))
    texts = [decode(flat.step(state, (shown(sign),)).preedit) for sign in "ㅏㅗㅏ"]
    assert texts[0] == texts[2] != texts[1]


def test_commit_of_a_mere_onset_keeps_it_open():
    decoder = Decoder(ALPHABET, Bigrams(), DecoderOptions(grammar=GrammarCosts(lone_text=-20.0)))
    state = decoder.commit(decoder.step(decoder.begin(), (shown("ㄱ"),)))
    assert state.committed == ()
    state = decoder.step(state, (shown("ㅏ"),))
    assert decode(decoder.endings(state)[0].tokens) == "가"


# --- for any input

floats = st.one_of(
    st.floats(-50, 0),
    st.sampled_from([math.nan, math.inf, -math.inf, 1e300, -1e300, 0.0]),
)
any_emission = st.builds(
    lambda row, gap_s: emission(row[2:], rest=row[0], no_sign=row[1], gap_s=gap_s),
    st.lists(floats, min_size=N_SIGNS + 2, max_size=N_SIGNS + 2),
    st.one_of(st.floats(0, 5), st.sampled_from([math.nan, math.inf])),
)
SMALL = DecoderOptions(beam=16, longest_preedit=16)


@settings(max_examples=60, deadline=None)
@given(st.lists(any_emission, max_size=12), st.sets(st.integers(0, 11)))
def test_any_likelihoods_give_a_text_and_account_for_every_emission(emissions, commits):
    decoder = Decoder(ALPHABET, Bigrams(1), SMALL)
    state, steps = decoder.begin(), []
    for place, each in enumerate(emissions):
        state = decoder.step(state, (each,))
        steps += state.committed
        if place in commits:
            state = decoder.commit(state)
            steps += state.committed
    endings = decoder.endings(state)
    last = endings[0].alignment
    steps += last
    read = [reading.emission for step in steps for reading in step.readings]
    assert [id(e) for e in read] == [id(e) for e in emissions]
    assert 1 <= len(endings) <= SMALL.candidates
    assert all(math.isfinite(ending.log_prob) for ending in endings)
    assert text_of(last) == decode(endings[0].tokens)
    for step in steps:
        assert 0 <= step.confidence <= 1 + 1e-9
        for reading in step.readings:
            assert reading.posterior.sum() == pytest.approx(1)


def test_likelihoods_that_say_nothing_are_no_reason_to_stop(flat):
    for value in (math.nan, -math.inf, math.inf):
        blank = emission(np.full(N_SIGNS, value), rest=value, no_sign=value)
        _, endings = run(flat, [shown("ㄱ"), blank, shown("ㄴ")])
        assert endings


def test_likelihoods_for_another_alphabet_are_refused(flat):
    with pytest.raises(UsageError, match="31 likelihoods"):
        flat.step(flat.begin(), (emission(np.zeros(31)),))


@pytest.mark.parametrize(
    "wrong", [{"beam": 0}, {"temperature": 0.0}, {"longest_preedit": 3}, {"lm_weight": -1.0}]
)
def test_options_out_of_range_are_refused(wrong):
    with pytest.raises(UsageError):
        DecoderOptions(**wrong)


@pytest.mark.parametrize("story", ["ㄱ", "ㅏ", "ㄱㅏ", "-", "_", "ㄱ-"])
def test_endless_repeats_stay_bounded(story):
    """Letters, rest (-) or nothing in particular (_) without end."""
    each = {"-": rest(), "_": emission(np.full(N_SIGNS, -30.0), no_sign=0.0)}
    decoder = Decoder(ALPHABET, Bigrams(2), SMALL)
    emissions = [each[s] if s in each else shown(s) for s in story]
    open_tokens, consumed, state = 0, 0, decoder.begin()

    def feed(n):
        nonlocal open_tokens, consumed, state
        for i in range(n):
            state = decoder.step(state, (emissions[i % len(emissions)],))
            consumed += sum(len(step.readings) for step in state.committed)
            open_tokens = max(open_tokens, len(state.preedit))

    feed(100)
    tracemalloc.start()
    feed(40)
    before = _traced_bytes()
    feed(160)
    grown = _traced_bytes() - before
    tracemalloc.stop()
    assert open_tokens <= SMALL.longest_preedit + 4
    assert consumed > 300 - SMALL.longest_preedit - 20
    assert grown < 150_000  # less than a kilobyte a segment


def _traced_bytes():
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def test_ties_are_broken_alike_every_time():
    """Two runs over the same input agree to the last bit."""
    rng = np.random.default_rng(3)
    emissions = [emission(rng.integers(-3, 1, N_SIGNS)) for _ in range(20)]
    first = run(Decoder(ALPHABET, Bigrams(4), SMALL), emissions)
    second = run(Decoder(ALPHABET, Bigrams(4), SMALL), emissions)
    assert [(e.tokens, e.log_prob) for e in first[1]] == [(e.tokens, e.log_prob) for e in second[1]]


def test_without_missed_signs_every_letter_of_the_text_was_seen():
    options = replace(DecoderOptions(), rates=SegmentationRates(missed=0.0, spurious=0.0))
    decoder = Decoder(ALPHABET, Bigrams(5), options)
    steps, _ = run(decoder, [shown(sign) for sign in ALPHABET.spell("학교")])
    assert ALPHABET.spell(text_of(steps).replace(" ", "")) == ALPHABET.spell("학교")
    assert all(step.readings for step in steps if step.token != SPACE)


@pytest.mark.parametrize("name", ["extended31", "full40"])
def test_other_alphabets_decode_as_well(name):
    alphabet = Alphabet.load(name)
    emissions = []
    for sign in alphabet.spell("외국어"):
        row = np.full(len(alphabet.signs), -30.0)
        row[alphabet.index[sign]] = 0.0
        emissions.append(emission(row))
    steps, _ = run(Decoder(alphabet, Bigrams()), emissions)
    assert text_of(steps) == "외국어"
