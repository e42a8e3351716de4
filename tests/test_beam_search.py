"""The decoder against a brute-force search."""

import itertools
import math

import numpy as np
import pytest
from decoding import ALPHABET, N_SIGNS, Bigrams, emission, run

from jihwa.composer.decoding.arcs import SegmentationRates
from jihwa.composer.decoding.decoder import Decoder
from jihwa.composer.decoding.grammar import GrammarCosts
from jihwa.composer.decoding.options import DecoderOptions
from jihwa.composer.language.jamo import KINDS, LETTER_OF, N_TOKENS, SPACE, Kind


def brute_force(model, scores, rates, costs):
    """The best reading of the emissions by trying every sequence of tokens.

    Only regular texts of onset-vowel-coda syllables, no lone letters. `scores` is (T, S + 1) with
    no sign last, relative to the best reading of each emission.
    """
    spelled = {
        t: tuple(ALPHABET.index[s] for s in ALPHABET.spell(LETTER_OF[t]))
        for t in range(2, N_TOKENS)
    }
    best = (-math.inf, None)
    log_missed, log_spurious = math.log(rates.missed), math.log(rates.spurious)

    def search(place, last, score, tokens, missed, spaced):
        nonlocal best
        kind = Kind(KINDS[last])
        over = kind in (Kind.VOWEL, Kind.CODA)
        if place == len(scores) and over:
            best = max(best, (score + model.table[last, 0], tokens))
        if score < best[0]:
            return
        # Steps with an emission come last of the free ones: a space, a missed letter.
        if place < len(scores):
            search(place + 1, last, score + log_spurious + scores[place, -1], tokens, False, False)
        if over and not spaced:
            search(place, SPACE, score + model.table[last, SPACE], (*tokens, SPACE), missed, True)
        following = {
            Kind.BOUNDARY: (Kind.ONSET,),
            Kind.SPACE: (Kind.ONSET,),
            Kind.ONSET: (Kind.VOWEL,),
            Kind.VOWEL: (Kind.CODA, Kind.ONSET),
            Kind.CODA: (Kind.ONSET,),
        }[kind]
        for token, signs in spelled.items():
            if KINDS[token] not in following:
                continue
            after = score + model.table[last, token]
            for seen in {signs, *itertools.combinations(signs, len(signs) - 1)}:
                if not seen and missed:
                    continue
                if place + len(seen) > len(scores):
                    continue
                heard = sum(scores[place + i, sign] for i, sign in enumerate(seen))
                cost = log_missed if len(seen) < len(signs) else 0.0
                free = not seen
                search(
                    place + len(seen),
                    token,
                    after + heard + cost,
                    (*tokens, token),
                    free,
                    spaced and free,
                )

    search(0, 0, 0.0, (), False, False)
    return best


@pytest.mark.parametrize("seed", range(4))
def test_the_beam_finds_the_best_of_all_readings(seed):
    rng = np.random.default_rng(seed)
    model = Bigrams(seed)
    # Few signs are likely, so that all readings can be tried.
    raw = rng.normal(scale=3, size=(3, N_SIGNS + 1)) - 12
    for row in raw:
        row[rng.integers(N_SIGNS, size=3)] += 12
    scores = raw - raw.max(axis=1, keepdims=True)
    rates = SegmentationRates(missed=0.05, spurious=0.05, rest=0.0)
    options = DecoderOptions(
        beam=800,
        beam_window=1e3,
        arc_window=1e3,
        rates=rates,
        grammar=GrammarCosts(empty_text=-1e3, lone_text=-1e3, lone_letter=-1e3, space=0.0),
    )
    decoder = Decoder(ALPHABET, model, options)
    steps, endings = run(
        decoder, [emission(row[:-1], rest=-np.inf, no_sign=row[-1]) for row in scores]
    )
    score, tokens = brute_force(model, scores, rates, options.grammar)
    assert endings[0].tokens == tokens
    assert tuple(step.token for step in steps if step.token is not None) == tokens
    assert score > -math.inf
