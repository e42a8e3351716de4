"""The search beside one that leaves nothing out: rest, lattices, a lexicon, and what is committed.

The other one is dynamic programming over every step that the grammar allows, without a beam, a
window or an order in which steps are tried.
"""

import math
from dataclasses import replace

import numpy as np
import pytest
from decoding import ALPHABET, N_SIGNS, Bigrams
from emissions import of_likelihoods, segment

from jihwa.composer.decoding.arcs import Arcs, SegmentationRates
from jihwa.composer.decoding.decoder import Decoder
from jihwa.composer.decoding.grammar import LONE_PAIRS, ArcKind, Grammar, State
from jihwa.composer.decoding.options import DecoderOptions
from jihwa.composer.language.lexicon import Lexicon
from jihwa.composer.language.mixture import Mixture
from jihwa.composer.language.ngram import LanguageModel
from jihwa.data.alphabet import Alphabet

WIDE = DecoderOptions(
    beam=10**6,
    beam_window=1e6,
    arc_window=6.0,
    temperature=1.0,
    rates=SegmentationRates(missed=0.01, spurious=0.05, rest=0.5),
)
LEXICON = Lexicon.of_words("words", {"가다": 3.0, "나다": 1.0, "거기": 1.0}) | Lexicon.of_words(
    "persons", {"가나": 2.0, "고다": 1.0}
)


@pytest.fixture(scope="module")
def mixture():
    return Mixture(LanguageModel.load(), LEXICON)


class Exhaustive:
    """All texts for some boundaries; of those that go on alike the best one."""

    def __init__(self, model, options, alphabet=ALPHABET):
        self.model, self.options = model, options
        self.arcs, self.grammar = Arcs(alphabet, options.rates), Grammar(options.grammar)

    def best(self, boundaries):
        """The tokens of the best text, and the score by which it is ahead of another one."""
        start = self.model.start()
        stacks = [{(State.START, 0, start.key): (0.0, (), start)}]
        edges = {}
        for end, ending in enumerate(boundaries, start=1):
            stacks[-1] = self.with_free_steps(stacks[-1])
            edges[end] = [(end - each.segment.spans, self.scores(each), each) for each in ending]
            stack = {}
            for path in self.paths(edges, end):
                for arc in self.arcs.consuming[len(path)]:
                    pairs = list(zip(path, arc.signs, strict=True))
                    looks = sum(scores[sign] for (_, scores, _), sign in pairs)
                    if looks > -self.options.arc_window or arc.kind == ArcKind.NO_SIGN:
                        score = looks + sum(cut(scores, each) for (_, scores, each), _ in pairs)
                        self.take(stacks[path[0][0]], arc, score, stack)
            stacks.append(stack)
        last = self.with_free_steps(stacks[-1])
        texts = {}
        for (state, _, _), (score, tokens, model) in last.items():
            for arc in self.arcs.ends:
                if arc.kind in self.grammar.steps[state]:
                    cost = self.grammar.steps[state][arc.kind][1]
                    total = score + cost + (model.row()[arc.token] if arc.advances else 0.0)
                    texts[tokens] = max(total, texts.get(tokens, -math.inf))
        first, second = sorted(texts.items(), key=lambda each: -each[1])[:2]
        return first[0], first[1] - second[1]

    def scores(self, each):
        raw = each.of_readings
        return raw - raw.max()

    def paths(self, edges, end, n=None):
        for length in range(1, self.arcs.longest + 1) if n is None else (n,):
            for edge in edges.get(end, ()):
                if length == 1:
                    yield (edge,)
                else:
                    for before in self.paths(edges, edge[0], length - 1):
                        yield (*before, edge)

    def with_free_steps(self, stack):
        """A space, a missed letter, or both in either order."""
        free = self.arcs.consuming[0]
        spaces, letters = ([a for a in free if a.is_space is kind] for kind in (True, False))
        closed = dict(stack)
        for first, second in ((spaces, letters), (letters, spaces)):
            once, twice = {}, {}
            for arc in first:
                self.take(stack, arc, 0.0, once)
            for arc in second:
                self.take(once, arc, 0.0, twice)
            for found in (once, twice):
                for key, reading in found.items():
                    keep_better(closed, key, reading)
        return closed

    def take(self, stack, arc, score, into):
        for (state, letter, _), (before, tokens, model) in stack.items():
            step = self.grammar.steps[state].get(arc.kind)
            if step is None:
                continue
            total, behind = before + score + step[1] + arc.cost, model
            if arc.advances:
                total, behind = total + model.row()[arc.token], model.after(arc.token)
            elif arc.restarts:
                behind = self.model.start()
                costs = self.options.grammar
                if arc.letter == letter:
                    total += costs.lone_repeated - costs.lone_again
                elif (letter, arc.letter) in LONE_PAIRS:
                    total += costs.lone_paired - costs.lone_again
            writes = arc.token < len(model.row())
            text = (*tokens, arc.token) if writes else tokens
            key = (step[0], arc.letter if writes else letter, behind.key)
            keep_better(into, key, (total, text, behind))


def keep_better(stack, key, reading):
    if key not in stack or reading[0] > stack[key][0]:
        stack[key] = reading


def cut(scores, each):
    return each.segment.log_prob - (np.logaddexp.reduce(scores) - math.log(len(scores)))


def random_boundaries(rng, n, *, rests=True, alternatives=0.5, readings=3, signs=None):
    """Emissions of a few likely readings, and now and then one that spans two boundaries."""
    known = range(N_SIGNS) if signs is None else [ALPHABET.index[sign] for sign in signs]
    boundaries = []
    for end in range(1, n + 1):
        ending = [blurred(rng, known, readings, rests, spans=1)]
        if end > 1 and rng.random() < alternatives:
            ending.append(blurred(rng, known, readings, rests, spans=2))
        boundaries.append(tuple(ending))
    return boundaries


def blurred(rng, signs, readings, rests, spans):
    row = np.full(N_SIGNS + 2, -50.0)
    row[rng.choice(signs, readings, replace=False)] = rng.uniform(-4, 0, readings)
    row[-2] = rng.uniform(-8, -2)
    if rests:
        row[-1] = rng.uniform(-6, 1)
    held = segment(gap_s=math.nan, spans=spans, log_prob=rng.uniform(-2, 0))
    return of_likelihoods(row[:-2], row[-1], row[-2], held=held)


def likeliest(decoder, boundaries, commits=()):
    """What was committed on the way, and the likeliest whole text."""
    state, tokens = decoder.begin(), []
    for place, ending in enumerate(boundaries):
        state = decoder.step(state, ending)
        tokens += [step.token for step in state.committed if step.token is not None]
        if place in commits:
            state = decoder.commit(state)
            tokens += [step.token for step in state.committed if step.token is not None]
    best = max(decoder.endings(state), key=lambda ending: ending.log_prob)
    return tuple(tokens), (*tokens, *best.tokens)


CLEAR_NATS = 0.5
"""So much a text must be ahead: the decoder sums over the ways to read a text, the other takes the
best one, so of two that are nearly alike either may be found."""


@pytest.mark.parametrize("seed", range(60))
def test_rest_and_lattices_are_weighed_like_everything_else(seed):
    rng, model = np.random.default_rng(seed), Bigrams(seed)
    boundaries = random_boundaries(rng, 4, readings=2)
    tokens, ahead = Exhaustive(model, WIDE).best(boundaries)
    _, found = likeliest(Decoder(ALPHABET, model, WIDE), boundaries)
    assert ahead < CLEAR_NATS or found == tokens


@pytest.mark.parametrize("seed", range(30))
def test_a_lexicon_is_no_reason_to_miss_the_best_text(seed, mixture):
    rng = np.random.default_rng(seed)
    options = replace(WIDE, rates=replace(WIDE.rates, missed=0.0))
    signs = Alphabet.load().spell("가나다거기고")
    boundaries = random_boundaries(rng, 4, readings=2, alternatives=0.3, signs=sorted({*signs}))
    tokens, ahead = Exhaustive(mixture, options).best(boundaries)
    _, found = likeliest(Decoder(ALPHABET, mixture, options), boundaries)
    assert ahead < CLEAR_NATS or found == tokens


@pytest.mark.parametrize("seed", range(60))
def test_what_is_committed_stands_and_what_all_agree_on_is_in_the_best_text(seed):
    rng, model = np.random.default_rng(seed), Bigrams(seed)
    boundaries = random_boundaries(rng, 4, readings=2, alternatives=0.3)
    tokens, ahead = Exhaustive(model, WIDE).best(boundaries)
    decoder = Decoder(ALPHABET, model, WIDE)
    committed, found = likeliest(decoder, boundaries, commits={int(rng.integers(4))})
    assert found[: len(committed)] == committed
    agreed, _ = likeliest(decoder, boundaries)
    assert ahead < CLEAR_NATS or tokens[: len(agreed)] == agreed
