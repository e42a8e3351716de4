"""Segments and emissions made by hand.

Stories are written with one character a sign: `_` space, `<` backspace, `!` speak, `↵` enter,
`×` clear, `✓` accept, `-` the hand at rest.
"""

import math
from dataclasses import replace

import numpy as np

from jihwa.data.alphabet import CONTROLS, Alphabet
from jihwa.data.signal.frames import Frames
from jihwa.recognizer.events import REST, Emission, Segment, readings

BASIC = Alphabet.load()
N_SIGNS = len(BASIC.signs)
OWN = BASIC.with_signs(["ㅐ", *CONTROLS])
NAMES = {
    "_": "space",
    "<": "backspace",
    "!": "speak",
    "↵": "enter",
    "×": "clear",
    "✓": "accept",
    "-": REST,
}


def segment(at_s=0.0, lasts_s=0.4, gap_s=0.3, frames=None, **changes):
    """A hold that begins at `at_s`; without frames where only its times matter."""
    frames = Frames.empty() if frames is None else frames
    return Segment(at_s, at_s + lasts_s, gap_s, frames, **changes)


def of_likelihoods(log_likelihood, rest=-1e3, no_sign=-1e3, gap_s=math.nan, *, held=None, **pose):
    """An emission with this log-likelihood of every sign, of a short hold or the one given."""
    held = held or segment(lasts_s=0.1, gap_s=gap_s)
    return Emission(held, np.asarray(log_likelihood, dtype=float), rest, no_sign, **pose)


def emission(weights, at_s=0.0, alphabet=OWN, noise=0.0, gap_s=None):
    """An emission whose readings have these log-likelihoods; all others are far below.

    The one at 0 s is the first: without `gap_s`, nothing comes before it.
    """
    labels = readings(alphabet)
    row = np.full(len(labels), -18.0) + noise
    for label, weight in weights.items():
        row[labels.index(label)] = weight
    if gap_s is None:
        gap_s = 0.3 if at_s else math.inf
    return of_likelihoods(row[:-2], row[-1], row[-2], held=segment(at_s, gap_s=gap_s))


def shown(story, alphabet=OWN):
    """The emissions of a story, one hold after the other."""
    names = [NAMES.get(step, step) for step in story]
    return [emission({name: 0.0}, 0.7 * i, alphabet) for i, name in enumerate(names)]


def spelled(story, *, gap_s=0.3, pause_s=1.2):
    """The emissions of a story in which a blank is a pause, at a pace of one's own."""
    emissions, at_s, gap = [], 0.0, math.inf
    for step in story:
        if step == " ":
            gap = pause_s
            continue
        emissions.append(emission({NAMES.get(step, step): 0.0}, at_s, BASIC, gap_s=gap))
        at_s, gap = at_s + 0.4 + gap_s, gap_s
    return emissions


def whole(sign, at_s, end_s, log_prob=0.0):
    """One long hold in place of the last two."""
    held = emission({sign: 0.0}, at_s, BASIC)
    return replace(held, segment=replace(held.segment, end_s=end_s, spans=2, log_prob=log_prob))


def cut_in_two(emissions, place):
    """The hold at this place with a jolt in it: two emissions, or one that spans both."""
    one = emissions[place]
    first = replace(one, segment=replace(one.segment, end_s=one.segment.start_s + 0.15))
    second = replace(one.segment, start_s=one.segment.start_s + 0.2, gap_s=0.05, log_prob=-2.3)
    both = replace(one.segment, spans=2, log_prob=-0.1)
    alternatives = replace(one, segment=second), replace(one, segment=both)
    return [*emissions[:place], first, alternatives, *emissions[place + 1 :]]
