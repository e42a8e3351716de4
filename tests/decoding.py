"""What the tests of the decoder share: small models, emissions, and a run to the end."""

import math

import numpy as np

from jihwa.composer.language.jamo import N_TOKENS, decode
from jihwa.data.alphabet import Alphabet
from jihwa.data.signal.frames import Frames
from jihwa.recognizer.events import Emission, Segment

ALPHABET = Alphabet.load()
N_SIGNS = len(ALPHABET.signs)


class Bigrams:
    """A language model of one token's memory with random probabilities, or all alike."""

    def __init__(self, seed=None):
        scores = np.zeros((N_TOKENS, N_TOKENS))
        if seed is not None:
            scores = np.random.default_rng(seed).normal(scale=2, size=scores.shape)
        total = np.logaddexp.reduce(scores, axis=1, keepdims=True)
        self.table = (scores - total).astype(np.float32)

    def start(self):
        return np.zeros((1, 1), dtype=np.int32)

    def log_prob(self, states):
        return self.table[states[:, 0]]

    def advance(self, states, tokens):
        return tokens[:, None].astype(np.int32)

    def key(self, states):
        return states[:, 0].astype(np.int64)

    def profane(self, states):
        return np.zeros(len(states), dtype=bool)

    def in_mode(self, mode):
        return self


def emission(log_likelihood, rest=-1e3, no_sign=-1e3, gap_s=math.nan):
    segment = Segment(start_s=0.0, end_s=0.1, gap_s=gap_s, frames=Frames.empty())
    return Emission(segment, np.asarray(log_likelihood, dtype=float), rest, no_sign)


def shown(sign, margin=30.0, **kwargs):
    likelihoods = np.full(N_SIGNS, -margin)
    likelihoods[ALPHABET.index[sign]] = 0.0
    return emission(likelihoods, rest=-margin, no_sign=-margin, **kwargs)


def rest():
    return emission(np.full(N_SIGNS, -30.0), rest=0.0, no_sign=-30.0)


def text_of(steps):
    return decode(step.token for step in steps if step.token is not None)


def run(decoder, emissions):
    steps = [step for each in emissions for step in decoder.feed(each).committed]
    endings = decoder.flush()
    return (*steps, *endings[0].steps), endings
