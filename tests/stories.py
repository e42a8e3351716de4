"""Texts that are shown sign by sign, and a reader who follows them.

Stories are written with one character a sign: `_` space, `<` backspace, `!` speak, `↵` enter,
`×` clear, `-` the hand at rest.
"""

import functools
import math
from dataclasses import replace

import numpy as np

from jihwa.composer.composer import Composer
from jihwa.composer.language.mixture import Mixture
from jihwa.composer.text.edits import TextEdit
from jihwa.data.alphabet import CONTROLS, Alphabet
from jihwa.data.signal.frames import Frames
from jihwa.recognizer.events import REST, Emission, Segment, readings

BASIC = Alphabet.load()
OWN = BASIC.with_signs(["ㅐ", *CONTROLS])
NAMES = {"_": "space", "<": "backspace", "!": "speak", "↵": "enter", "×": "clear", "-": REST}


@functools.cache
def model():
    return Mixture.load()


def emission(weights, at_s=0.0, alphabet=OWN, noise=0.0):
    """An emission whose readings have these log-likelihoods; all others are far below."""
    labels = readings(alphabet)
    row = np.full(len(labels), -18.0) + noise
    for label, weight in weights.items():
        row[labels.index(label)] = weight
    gap_s = 0.3 if at_s else math.inf
    segment = Segment(start_s=at_s, end_s=at_s + 0.4, gap_s=gap_s, frames=Frames.empty())
    return Emission(segment, row[:-2], rest=row[-1], no_sign=row[-2])


def shown(story, alphabet=OWN):
    names = [NAMES.get(step, step) for step in story]
    return [emission({name: 0.0}, 0.7 * i, alphabet) for i, name in enumerate(names)]


def cut_in_two(emissions, place):
    """The hold at this place with a jolt in it: two emissions, or one that spans both."""
    whole = emissions[place]
    first = replace(whole, segment=replace(whole.segment, end_s=whole.segment.start_s + 0.15))
    rest = replace(whole.segment, start_s=whole.segment.start_s + 0.2, gap_s=0.05, log_prob=-2.3)
    both = replace(whole.segment, spans=2, log_prob=-0.1)
    ways = replace(whole, segment=rest), replace(whole, segment=both)
    return [*emissions[:place], first, ways, *emissions[place + 1 :]]


class Reader:
    """Follows a composer as a screen does: by its edits alone."""

    def __init__(self, alphabet=OWN, options=None):
        self.composer = Composer(alphabet, model(), options)
        self.text = self.committed = self.preedit = ""
        self.decided, self.commands = [], []

    def follow(self, update):
        self.text = update.edit.apply(self.text)
        self.committed = TextEdit(update.withdrawn, update.committed).apply(self.committed)
        self.preedit = update.preedit
        assert self.text == self.committed + self.preedit
        self.decided += update.decided
        self.commands += [update.command] if update.command else []
        return update

    def feed(self, boundaries):
        """Feed single emissions, and tuples of those that end together."""
        for ways in boundaries:
            self.follow(self.composer.feed(*(ways if isinstance(ways, tuple) else (ways,))))
        return self

    def flush(self):
        transcript = self.composer.flush()
        self.text = transcript.edit.apply(self.text)
        assert self.text == transcript.text
        assert " ".join(word.text for word in transcript.words) == transcript.text
        self.decided += transcript.decided
        return transcript


def read(story, alphabet=OWN):
    reader = Reader(alphabet).feed(shown(story, alphabet))
    return reader.flush()
