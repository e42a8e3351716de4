"""Segments to emissions: how likely every sign, rest and no sign are."""

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from jihwa.data.signal.frames import Array, Frames
from jihwa.models.bundle import Bundle
from jihwa.models.features import FLEX, GRAVITY
from jihwa.models.mount import unturned
from jihwa.recognizer.durations import mixed, no_sign_log_ratio
from jihwa.recognizer.events import Emission, Segment, likeliest
from jihwa.recognizer.glove_fit import GloveFit
from jihwa.recognizer.personal import PersonalModel

RETURNS = 0.7
"""How often a resting hand returns to where it rested before; else it rests anywhere."""

HESITATIONS = 0.02
"""Share of the holds that are stops on the way from one letter to the next, and show none."""

WAY_SHARES = np.linspace(0.25, 0.75, 6)
"""How far on the way a hand stops."""

LEAST_LOG_ODDS, MOST_LOG_ODDS = -4.0, 3.0
"""Of a stop: below, it is not looked at; above, nothing is believed more."""

LIKENESS = 2.0
"""How many times the log-odds of two stretches being different poses count against one hold: within
one a hand stays nearer to a pose than when it returns to it."""

UNREAD = 100.0
"""Nats by which every sign is less likely than none where there can be no letter: no finger is
believed, or nobody spells."""


class Classifier:
    """Turns segments into emissions, and learns how this wearer rests.

    Where the profile does not tell how the wearer rests, the first hold that is more likely rest
    than any sign and shows most fingers shows it; from then on rest is known by it. Until then it
    is a broad guess.

    Args:
        bundle: The model of strangers.
        personal: What the wearer's profile makes of it; without one the wearer is a stranger.

    Attributes:
        fit: How the glove fits them by now.
    """

    def __init__(self, bundle: Bundle, personal: PersonalModel | None = None) -> None:
        self._gaussian = bundle.of_glove()
        self._extractor = bundle.extractor
        self._initial = personal or PersonalModel(bundle)
        self._hesitations = HesitationFinder(bundle)
        self.reset()

    def reset(self) -> None:
        """Forget what was learned of the wearer since the beginning."""
        self.fit = GloveFit(self._initial)
        self._rest_pose: Array | None = self._initial.rest
        self._apart: deque[Emission] = deque(maxlen=2)  # the last stretches of stillness
        self._hesitations.reset()

    def feed(self, *segments: Segment) -> tuple[Emission, ...]:
        """The emissions of segments that end together, one more if the hand hesitated before.

        They may show how the wearer rests.
        """
        emissions = self.read(*segments)
        seen = likeliest(emissions)
        is_seen = np.isfinite(seen.pose[FLEX]).mean() > 0.5  # not so while a board starts
        if self._rest_pose is None and seen.rest > seen.any_sign and is_seen:
            self._rest_pose = seen.pose
        self.fit.see(seen)
        return self._hesitations.feed(self._joined(emissions))

    def _joined(self, emissions: tuple[Emission, ...]) -> tuple[Emission, ...]:
        """The emissions, where two letters are less likely one hold the less alike they are.

        What has found them sees movement and no pose. That poses are alike says nothing for one
        hold, for letters may be; so bends do not make up for directions, nor these for bends. What
        is no letter may look like anything, so no more is lost than the less certain is a letter.

        For example, the bends of ㅂ are less likely a return to those of ㅣ than any by 3.4 nats,
        while the hand points the same way. They are one hold by 2 · 3.4 = 6.8 nats less then, if
        each is a letter by more: behind ㄴㅏ that tells 나비 from 내.
        """
        alone, before = emissions[0], list(self._apart)[::-1][: len(emissions) - 1]
        self._apart.append(alone)
        if not before:
            return emissions
        log_odds = np.zeros(len(before))
        for left_out in (FLEX, GRAVITY):
            x = np.array([each.pose for each in before])
            x[:, left_out] = np.nan
            near = self._gaussian.pose_log_likelihood(x, alone.pose)
            log_odds += np.minimum(near - self._gaussian.no_sign_log_likelihood(x), 0.0)
        letters = np.minimum([_letter_nats(each) for each in before], _letter_nats(alone))
        log_odds = np.maximum(LIKENESS * log_odds, -letters)
        least = np.minimum.accumulate(log_odds).tolist()  # of the last two, of the last three
        joined = [
            replace(e, segment=replace(e.segment, log_prob=e.segment.log_prob + odds))
            for e, odds in zip(emissions[1:], least, strict=False)
        ]
        return alone, *joined, *emissions[1 + len(joined) :]

    def read(self, *segments: Segment) -> tuple[Emission, ...]:
        """The emissions that segments would be; nothing is learned from them."""
        holds = [segment.frames for segment in segments]
        x = np.array([self._extractor.of_hold(hold) for hold in holds])  # (n, 8)
        no_sign = self._gaussian.no_sign_log_likelihood(x)  # (n,)
        no_sign += [no_sign_log_ratio(segment.length) for segment in segments]
        log_likelihood = self._of_signs(
            x, holds, no_sign, [self.fit.spelling.goes_on] * len(holds)
        )  # (n, S)
        here = unturned(x, self.fit.mount)  # a board that sits otherwise hangs down otherwise
        either = self._gaussian.rest_log_likelihood(np.concatenate([x, here])).reshape(2, -1)
        rest = list(map(mixed, *either.tolist(), [0.5] * len(x)))  # n
        if self._rest_pose is not None:
            known = self._gaussian.pose_log_likelihood(x, self._rest_pose).tolist()
            rest = list(map(mixed, known, rest, [RETURNS] * len(x)))
        return tuple(map(Emission, segments, log_likelihood, rest, no_sign.tolist(), x))

    def read_again(self, emissions: Sequence[Emission]) -> list[Emission]:
        """Emissions as they would be by what is known now of how the glove fits."""
        x = np.array([emission.pose for emission in emissions])  # (n, 8)
        holds = [emission.segment.frames for emission in emissions]
        no_sign = np.array([emission.no_sign for emission in emissions])  # (n,)
        is_spelled = [self.fit.spelling.is_spelled(emission.segment) for emission in emissions]
        log_likelihood = self._of_signs(x, holds, no_sign, is_spelled)  # (n, S)
        return [
            replace(e, log_likelihood=of) for e, of in zip(emissions, log_likelihood, strict=True)
        ]

    def _of_signs(
        self, x: Array, holds: Sequence[Frames], no_sign: Array, is_spelled: Sequence[bool]
    ) -> Array:
        """(n, S) log-likelihood of every sign for holds whose (n, 8) features are known.

        Where no finger is believed, nobody can tell letters; where nobody spells, there are none.
        """
        log_likelihood = self.fit.personal.with_network(self.fit.log_likelihood(x), holds)
        finds_none = [
            not spelled or not np.isfinite(hold.flex_adc).any()
            for hold, spelled in zip(holds, is_spelled, strict=True)
        ]
        log_likelihood[finds_none] = no_sign[finds_none, None] - UNREAD
        return log_likelihood


def _letter_nats(emission: Emission) -> float:
    """By how many nats it is likelier as a letter than as none; 0 if it is not."""
    return max(float(emission.log_likelihood.max()) - max(emission.no_sign, emission.rest), 0.0)


def _is_unread(emission: Emission) -> bool:
    """Whether no sign was looked for, so that nothing tells how likely one is."""
    return emission.any_sign < emission.no_sign - UNREAD / 2


class HesitationFinder:
    """Offers to read a hold and the one before it as one letter: the hand hesitated on its way.

    Such a stop is told by where it is: between the pose before it and the one behind it, where a
    letter would be by chance only. So it is known once the next hold is. For example, a hold half
    way from ㄱ to ㅎ may be 4 nats likelier as a return to one of the poses there than as a letter,
    and 1 nat by its length; a share of 0.02 costs ln 50 = 3.9, so the log-odds are 1.1.

    Args:
        bundle: Knows how near to a pose a return to it is, and how poses are on the way between
            others.
    """

    def __init__(self, bundle: Bundle) -> None:
        self._gaussian, self._extractor = bundle.of_glove(), bundle.extractor
        self.reset()

    def reset(self) -> None:
        """Forget the holds before."""
        self._before: deque[Emission] = deque(maxlen=2)

    def feed(self, emissions: tuple[Emission, ...]) -> tuple[Emission, ...]:
        """The emissions of a boundary, with the one behind a stop if there may have been one."""
        here = emissions[0]
        known = [*self._before]
        self._before.append(here)
        if len(known) < 2:
            return emissions
        before, stop = known
        log_odds = self._log_odds(before, stop, here)
        if log_odds < LEAST_LOG_ODDS or _is_unread(stop):
            return emissions
        segment = replace(
            here.segment,
            spans=2,
            gap_s=stop.segment.gap_s + here.segment.gap_s,
            log_prob=here.log_prob + min(log_odds, MOST_LOG_ODDS),
        )
        return (*emissions, replace(here, segment=segment))

    def _log_odds(self, before: Emission, stop: Emission, here: Emission) -> float:
        """Log-odds that a hold was a stop between two others, and no letter."""
        path = self._path(before.pose, here.pose)
        near = self._gaussian.pose_log_likelihood(path, stop.pose)  # (K,)
        on_the_way = float(np.logaddexp.reduce(near)) - math.log(len(near))
        of_length = no_sign_log_ratio(stop.segment.length)
        return math.log(HESITATIONS) + on_the_way - stop.any_sign + of_length

    def _path(self, start: Array, end: Array) -> Array:
        """(K, 8) features of poses between two others, where a hand would move evenly."""
        way = WAY_SHARES[:, None]
        poses = np.array([start, end])
        bends = self._extractor.unwarp(poses[:, FLEX])
        flex = self._extractor.warp(bends[0] + way * (bends[1] - bends[0]))
        gravity = start[GRAVITY] + way * (end[GRAVITY] - start[GRAVITY])
        length = np.sqrt(np.add.reduce(gravity * gravity, axis=1, keepdims=True))
        return np.concatenate([flex, gravity / length], axis=1)
