"""What the tests of the decoder share: small models, emissions, and a run to the end."""

from array import array

import numpy as np
from emissions import BASIC, N_SIGNS
from emissions import of_likelihoods as emission

from jihwa.composer.language.jamo import BOUNDARY, N_TOKENS, decode
from jihwa.composer.language.token_model import ModelState

ALPHABET = BASIC


class Bigrams:
    """A language model of one token's memory with random probabilities, or all alike."""

    def __init__(self, seed=None):
        scores = np.zeros((N_TOKENS, N_TOKENS))
        if seed is not None:
            scores = np.random.default_rng(seed).normal(scale=2, size=scores.shape)
        total = np.logaddexp.reduce(scores, axis=1, keepdims=True)
        self.table = (scores - total).astype(np.float32)

        self.states = [_LastToken(self, token) for token in range(N_TOKENS)]

    def start(self):
        return self.states[BOUNDARY]

    def in_mode(self, mode):
        return self


class _LastToken(ModelState):
    def __init__(self, model, token):
        super().__init__(token)
        self.model, self.token = model, token

    def after(self, token):
        return self.model.states[token]

    def _expect(self):
        return array("f", self.model.table[self.token])


def shown(sign, margin=30.0, **kwargs):
    likelihoods = np.full(N_SIGNS, -margin)
    likelihoods[ALPHABET.index[sign]] = 0.0
    return emission(likelihoods, rest=-margin, no_sign=-margin, **kwargs)


def rest():
    return emission(np.full(N_SIGNS, -30.0), rest=0.0, no_sign=-30.0)


def text_of(steps):
    return decode(step.token for step in steps if step.token is not None)


def run(decoder, emissions):
    state, steps = decoder.begin(), []
    for each in emissions:
        state = decoder.step(state, (each,))
        steps += state.committed
    endings = decoder.endings(state)
    return (*steps, *endings[0].alignment), endings
