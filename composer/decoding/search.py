"""The steps of the beam search: one stack of hypotheses from those before it.

Every boundary of the lattice has a stack of the best hypotheses that have read the signal up to it.
It is filled along paths: from the boundary before the last emission by tokens that consume one,
from the one before the last two by those that consume two (ㅘ as ㅗ ㅏ), and so on; before a stack
is left, steps that consume nothing (a space, a missed letter) are taken within it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from jihwa.composer.decoding.arcs import Arcs
from jihwa.composer.decoding.beam import Beam
from jihwa.composer.decoding.evidence import Evidence
from jihwa.composer.decoding.grammar import (
    IS_SPACE,
    WORD_IS_OVER,
    ArcKind,
    Grammar,
    State,
    state_behind,
)
from jihwa.composer.decoding.hypotheses import Extension, Hypotheses
from jihwa.composer.decoding.lattice import Path
from jihwa.composer.decoding.options import DecoderOptions
from jihwa.composer.language.jamo import Tokens, encode
from jihwa.composer.language.modes import Mode
from jihwa.composer.language.token_model import TokenModel

_FREE, _CONSUMING = 0.5, 1.5
"""Steps looked at for every hypothesis that survives, without an emission and with one: the former
are seldom among the best, of the latter some turn out to be no different from others."""

_WORST_SPACE = 0.9
"""Share of the beam's window that the space behind a rest costs at most."""

MEMORY = 16
"""Characters of earlier text that are looked at: more tokens than a language model remembers."""
_FORESIGHT = 4
"""Characters of later text that are looked at."""


class Search:
    """Makes stacks; keeps none.

    Args:
        arcs: The steps that hypotheses are made of.
        model: The language model.
        options: How to weigh.
        mode: What the text may be.
    """

    def __init__(self, arcs: Arcs, model: TokenModel, options: DecoderOptions, mode: Mode) -> None:
        self._options = options
        self._arcs = arcs
        self._beam = Beam(
            model,
            arcs,
            Grammar(options.grammar, mode),
            size=options.beam,
            window=options.beam_window,
            lm_weight=options.lm_weight,
            recombine=options.recombine,
        )
        self._consuming = [arcs.consuming(n) for n in range(arcs.longest + 1)]
        self._always = arcs.kind == ArcKind.NO_SIGN  # (A,) possible whatever was seen
        free = self._consuming[0]
        self._spaces = IS_SPACE[arcs.kind[free]]
        self._spelled = ~arcs.corrects[free]

    def root(self, behind: str, *, word_is_over: bool) -> Hypotheses:
        """The one hypothesis before anything was seen, behind a text that is final."""
        state = state_behind(behind, word_is_over=word_is_over)
        return self._beam.root(state, known_end(behind))

    def closed(self, hypotheses: Hypotheses, ahead: Evidence | None = None) -> Hypotheses:
        """With the steps that consume nothing: a space, a missed letter, both in either order.

        Args:
            hypotheses: Those of a boundary.
            ahead: What is seen next; None for nothing, or for several things.
        """
        arcs = self._consuming[0]
        pause, missed = (ahead.word_end, ahead.missed) if ahead else (0.0, 0.0)
        groups = [hypotheses]
        for _ in range(2):
            source = groups[-1]
            pauses = np.where(WORD_IS_OVER.take(source.state), 0.0, pause)  # (H,)
            evidence = np.where(self._spaces, pauses[:, None], missed)  # (H, A)
            scores = self._beam.score(source, arcs, evidence)  # (H, A)
            if source is hypotheses:
                self._let_go_on(source, scores)
            else:  # one space and one missed letter at most
                scores[(source.state == State.SPACE)[:, None] == self._spaces] = -np.inf
            scores[scores < self._beam.limit(hypotheses)] = -np.inf
            if scores.max(initial=-np.inf) == -np.inf:
                break
            free = Extension(source, arcs, scores, 0, self._spelled)
            stepped = self._beam.extend([free], max(1, int(_FREE * self._options.beam)))
            groups.append(self._beam.merge([stepped]) if source is hypotheses else stepped)
        return self._beam.merge(groups)

    def _let_go_on(self, hypotheses: Hypotheses, scores: NDArray[np.float64]) -> None:
        """Keep the best hypothesis's space within the beam's window if the hand has rested.

        It can only go on with one. Where the language model is sure that the text ends there, and
        no other hypothesis is left, the text could not go on at all.
        """
        if WORD_IS_OVER[hypotheses.state[0]]:
            best = np.flatnonzero(self._spaces)[scores[0, self._spaces].argmax()]
            if scores[0, best] > -np.inf:
                least = hypotheses.score[0] - _WORST_SPACE * self._options.beam_window
                scores[0, best] = max(scores[0, best], least)

    def extended(self, stacks: Mapping[int, Hypotheses], paths: Sequence[Path]) -> Hypotheses:
        """The stack of the newest boundary.

        Args:
            stacks: Those of earlier boundaries, closed.
            paths: All that end at the newest one.
        """
        extensions: list[Extension] = []
        for path in paths:
            source = stacks.get(path.begin)
            if source is None or not len(source):
                continue
            arcs = self._consuming[len(path.edges)]
            seen = path.looks_like(self._arcs, arcs)
            likely = (seen > -self._options.arc_window) | self._always.take(arcs)
            arcs, seen = arcs[likely], seen[likely]
            if len(arcs):
                evidence = seen + path.gaps_say(self._arcs, arcs) + path.log_prob
                scores = self._beam.score(source, arcs, evidence)
                spelled = (seen == 0) & ~self._arcs.corrects.take(arcs)
                extensions.append(Extension(source, arcs, scores, path.number, spelled))
        return self._beam.merge(
            [self._beam.extend(extensions, int(_CONSUMING * self._options.beam))]
        )

    def ended(self, hypotheses: Hypotheses) -> Hypotheses:
        """With the step that ends the text, best first."""
        ends = np.flatnonzero(np.isin(self._arcs.kind, (ArcKind.END, ArcKind.LONE_END)))
        scores = self._beam.score(hypotheses, ends, np.zeros(len(ends))).max(axis=1)  # (H,)
        scores[self._beam.profane_at_end(hypotheses)] = -np.inf
        if scores.max() == -np.inf:  # each is in the middle of a syllable or ends profanely
            scores = hypotheses.score
        order = np.argsort(-scores, kind="stable")
        order = order[scores[order] >= scores.max() - self._options.beam_window]
        mass = hypotheses.mass + scores - hypotheses.score
        return replace(hypotheses, score=scores, mass=mass).take(order)


def known_end(text: str) -> Tokens:
    """The tokens at the end of a text that the language model knows; it knows no lone letters."""
    return encode(re.split("[^가-힣 ] *", text)[-1][-MEMORY:])


def known_start(text: str) -> Tokens:
    """The first tokens of a text that the language model knows."""
    return encode(re.split("[^가-힣 ]", text)[0][:_FORESIGHT].strip())
