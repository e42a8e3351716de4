"""How the glove fits who wears it, found while they spell: how the board sits, and their fingers.

Mounts of the board compete (`jihwa.models.mount`). Each hold says how likely it is by each of them,
whichever letter it is; where the text tells later which letters were to be expected there, it is
weighed by that instead. Fingers, and what of the mount lies between those of the grid, are the
wearer's effect θ (`jihwa.models.gaussian`), which all holds so far tell about by the likeliest
mount, each hold for every sign as much as it is likely to be that sign.

For example, eight letters of a board that is turned by 48° are likelier by 45° than by 0° by 1.7
nats each. The usual mount is likelier beforehand by ln(0.53 / 0.0015), 6 nats, so that four letters
turn the scales.

With every hold a little of the belief goes back to where it began, for a glove can slip. When
another mount becomes the likeliest although the first holds had spoken for the one before, it did:
the holds before the moment that explains them all best tell nothing of how it sits now.

A hand that spells nothing fits no glove. While the last holds look like no signs even so, nor more
so than by the usual mount, letters are read as the glove usually fits; and while no mount foresees
them as signs, nobody spells. Once somebody does again, it fits as it did before.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from math import inf, isnan, log, log1p, nan

import numpy as np

from jihwa.data.messages import Message
from jihwa.data.signal.frames import Array
from jihwa.models.density import PoseDensity
from jihwa.models.features import GRAVITY, N_FEATURES
from jihwa.models.gaussian import ROTATION
from jihwa.models.mount import Mounts, rotation, unturned
from jihwa.models.wearer import WearerEffect
from jihwa.recognizer.events import Decision, Emission, Slip
from jihwa.recognizer.holds import SIGNS, SeenHold, log_sum
from jihwa.recognizer.personal import PersonalModel
from jihwa.recognizer.sitting import read_so, slipped, turn, unlike_last, wired_otherwise
from jihwa.recognizer.spelling import SILENT, Spelling

KEPT_HOLDS = 64
"""Holds that tell how the glove fits, the latest ones."""

LEAST_HOLDS, SELDOM = 4, 16
"""How many holds have to be there to tell about the effect: fewer would rather confirm what they
were taken for. It is estimated with every hold at first, and at least once in so many
later."""

SLIPS, STRAYS = 0.001, 0.01
"""How often the glove slips, a hold; and gravity that is computed from the angles goes astray."""

FAR_LOG_WEIGHT = -9.0
"""A mount that is less likely is not asked what a hold may be."""

TOLD_HOLDS, TOLD_CERTAINTY = 6, 0.95
"""From how many holds on and how sure a turn is told to the wearer."""

SLIP_HOLDS, SLIP_NATS = 4, 7.0
"""How many holds have to speak for the mount before, by how much, for the glove to have slipped."""

MUCH = 0.2
"""A change of certainty that is news."""

EXPLAINED_HOLDS, EXPLAINED_NATS, BETTER_NATS = 12, 1.0, 0.5
"""The last so many holds but rests have to be likelier as signs, by so much on average, than as any
pose (in sessions of strangers by 2 to 6, where fingers are only tried by 0.6 or less), or than as
signs by the usual mount."""

WIRED_EVERY = 8
"""That fingers may be wired or read the other way round is looked at once in so many holds."""


class GloveFit:
    """What is believed of a glove's fit by now.

    Args:
        personal: What is known of the wearer.

    Attributes:
        personal: What is known of them by now.
        spelling: Whether the hand spells at all.
        slip: The last time that the glove has slipped; None if it did not.
    """

    def __init__(self, personal: PersonalModel) -> None:
        self._mounts = Mounts.around(personal.mount)
        self._log_weight = self._mounts.log_prior  # (K,)
        self._holds: deque[SeenHold] = deque(maxlen=KEPT_HOLDS)
        self._seen = 0
        self._learned = 0  # how many holds had been seen when the effect was estimated
        self._best = 0
        self._n_found = 0  # holds since it has been about that one
        self._explained = np.zeros(2)  # how well it explains the last holds
        self._wired: Message | None = None  # if they would, were the fingers wired otherwise
        self.spelling = Spelling()
        self._known = self._log_weight, list[SeenHold]()  # before nobody spelled any more
        self.slip: Slip | None = None
        self._before = self._mounts.mount[0]  # how it sat before it slipped
        self._earlier: tuple[Slip | None, Array, list[SeenHold]] = None, self._before, []
        self._told: set[Message] = set()
        self.personal, self._last = personal, personal.last
        self._density: PoseDensity = personal.density()
        self._steps_due = 0  # of estimating the effect anew, before anything is read
        self._looked = self._density, 0  # by which density and mount holds were looked at, and read
        self._read = self._density, 0, np.empty((0, N_FEATURES)), np.empty((0, 0))
        self._any_mount = self._density  # by which mounts are told apart
        self._effect = WearerEffect.of_stranger(personal.gaussian)
        self._news = (self._best, self._explains, 0), self.certainty, 1

    @property
    def mount(self) -> Array:
        """(3, 3) the likeliest mount."""
        return np.asarray(self._mounts.mount[self._best])

    @property
    def certainty(self) -> float:
        """How likely it is, and those that are about the same."""
        return self._share_about(self._best)

    @property
    def _explains(self) -> bool:
        """Whether letters are read by what is found.

        Stops between words look like no signs, so it will do to explain more than usually.
        """
        return bool((self._explained > [EXPLAINED_NATS, BETTER_NATS]).any())

    @property
    def message(self) -> Message | None:
        """What to tell the wearer if glove or board are not as known; None if they are."""
        if self._wired:
            return self._wired
        looks_so = self.spelling.goes_on and self._explained[0] > EXPLAINED_NATS
        if not looks_so or self._seen < TOLD_HOLDS or self.certainty < TOLD_CERTAINTY:
            return None
        self._estimate()
        how = turn(self.mount @ rotation(self._effect.mean[ROTATION]), self._before)
        if how is None:
            return None
        if self.slip:
            return slipped(how)
        return read_so(how) if self._last is None else unlike_last(how, self._last)

    def take_messages(self) -> tuple[Message, ...]:
        """What to tell the wearer now, each thing once, and again once the glove has slipped."""
        silent = None if self.spelling.goes_on else SILENT
        told = tuple(each for each in (self.message, silent) if each and each not in self._told)
        self._told.update(told)
        return told

    def take_news(self) -> bool:
        """Whether so much was found out since this was asked last that holds look otherwise now."""
        found, certainty, seen = self._news
        now = self._best, self._explains, self.spelling.n_changes
        news = now != found or self._seen >= 2 * seen or abs(self.certainty - certainty) > MUCH
        if news:
            self._news = now, self.certainty, self._seen
        return news

    def wear(self, personal: PersonalModel) -> None:
        """Go on with what is known of the wearer by now."""
        self.personal = personal
        self._any_mount = personal.density()
        self._learn_effect(anew=False)

    def log_likelihood(self, x: Array) -> Array:
        """(n, S) of every sign for (n, 8) features, whichever mount it is."""
        if not self._explains:
            usual = self._any_mount.log_density(unturned(x, self._mounts.mount[0]))
            return np.asarray(usual / self.personal.gaussian.temperature)
        near = self._mounts.near[self._best]
        log_near = np.logaddexp.reduce(self._log_weight[near])
        self._estimate()
        found = self._density.log_density(unturned(x, self.mount))
        self._read = self._density, self._best, x, found
        total = log_near + found
        far = np.flatnonzero(~near & (self._log_weight > FAR_LOG_WEIGHT))
        if len(far):
            weight = self._log_weight[far, None]
            by_mount = [
                weight + self._any_mount.turned_log_density(row, self._mounts.mount[far])
                for row in x
            ]
            total = np.logaddexp(total, np.logaddexp.reduce(by_mount, axis=1))
        return np.asarray(total / self.personal.gaussian.temperature)

    def see(self, emission: Emission) -> None:
        """Learn from a hold; it takes the place of holds that turn out to be parts of it."""
        segment = emission.segment
        while segment.spans > 1 and self._holds and self._holds[-1].segment.end_s > segment.start_s:
            self._log_weight = self._log_weight - self._holds.pop().evidence
        hold = SeenHold.of(emission, self._any_mount, self._mounts.mount)
        self._holds.append(hold)
        self._seen += 1
        moves = STRAYS if np.linalg.norm(emission.pose[GRAVITY]) < 0.999 else SLIPS
        kept = self._log_weight + (log1p(-moves) - log_sum(self._log_weight))
        self._log_weight = np.logaddexp(kept, log(moves) + self._mounts.log_prior)
        found = log_sum(self._log_weight + hold.signs)
        nats = float(hold.signs[0]) - hold.no_sign, float(found) - hold.no_sign
        likeliest = hold.likeliest([0, self._best])  # while nobody spells, no letter is likely
        is_rest = hold.is_rest and max(emission.rest, emission.no_sign) > likeliest
        self._n_found += not is_rest
        went_on = self.spelling.goes_on
        self.spelling.see(segment, None if is_rest else nats, emission.pose, self._n_found)
        if self.spelling.goes_on and not went_on:
            self._go_on()
        else:
            self._believe(hold.evidence)
        if went_on and not self.spelling.goes_on:
            self._set_aside()
        if self._seen >= self._learned + min(1 + self._learned // 5, SELDOM):
            self._learn_effect(anew=self._seen <= 2)
        self._explained = self._look_explained()
        if self._seen % WIRED_EVERY == 0:
            self._wired = self._look_wired()

    def _set_aside(self) -> None:
        """Remember what was known before the hand did what is no spelling: that tells nothing."""
        spelled = self._spelled()
        unread = _evidence(self._holds) - _evidence(spelled)
        if self.slip and self.slip.since_s >= self.spelling.unread[-1][0]:
            self.slip, self._before, gone = self._earlier
            spelled = [*gone, *spelled]
        self._known = self._log_weight - unread, spelled

    def _go_on(self) -> None:
        """The hand spells again: go on from there, with the holds that it has spelled since."""
        found, n_found = self._best, self._n_found
        weight, before = self._known
        since_s = before[-1].segment.end_s if before else -inf
        new = [hold for hold in self._spelled() if hold.segment.start_s > since_s]
        self._holds = deque([*before, *new], maxlen=KEPT_HOLDS)
        self._log_weight, self._best, self._density = weight, int(weight.argmax()), self._any_mount
        self._believe(_evidence(new))
        if self._mounts.near[found, self._best]:
            self._n_found = n_found
        self._learn_effect(anew=True)

    def _spelled(self) -> list[SeenHold]:
        return [hold for hold in self._holds if self.spelling.is_spelled(hold.segment)]

    def learn(self, decided: Sequence[Decision]) -> None:
        """Learn from how holds were read: what the text made of them was to be expected there."""
        change = np.zeros_like(self._log_weight)
        for decision in decided:
            for hold in self._holds:
                if hold.pose is decision.emission.pose:
                    change += hold.learn(decision)
        if change.any():
            self._believe(change)
            self._learn_effect(anew=False)

    def _look_explained(self) -> Array:
        """(2,) nats by which the last holds are likelier as signs than as any pose, or usually."""
        holds = [hold for hold in self._holds if not hold.is_rest][-EXPLAINED_HOLDS:]
        if not holds:
            return np.zeros(2)
        self._estimate()
        if self._looked[0] is not self._density or self._looked[1] != self._best:
            self._looked = self._density, self._best
            for hold in self._holds:
                hold.found = nan
        if new := [hold for hold in holds if isnan(hold.found)]:
            signs = log_sum(self._of_holds(new)) - log(len(new[0].expected))
            for hold, found in zip(new, signs.tolist(), strict=True):
                hold.found = found
        explained = sum(hold.found - hold.no_sign for hold in holds)
        better = sum(float(hold.signs[self._best] - hold.signs[0]) for hold in holds)
        return np.array([explained, better]) / len(holds)

    def _of_holds(self, holds: Sequence[SeenHold]) -> Array:
        """(m, S) log-likelihoods of signs, as `log_likelihood` has just found them if it did."""
        density, best, x, found = self._read
        if len(holds) == 1 and density is self._density and best == self._best:
            same = (x == holds[0].pose).all(axis=1)
            if same.any():
                return np.asarray(found[same][:1])
        poses = np.array([hold.pose for hold in holds])  # (m, 8)
        return self._density.log_density(unturned(poses, self.mount))

    def _look_wired(self) -> Message | None:
        """What to tell if the last holds look like signs of fingers that are wired otherwise."""
        holds = [hold for hold in self._holds if not hold.is_rest][-2 * EXPLAINED_HOLDS :]
        if len(holds) < EXPLAINED_HOLDS:
            return None
        x = np.array([hold.pose for hold in holds])  # (n, 8)
        mounts = self._mounts.mount[sorted({0, self._best})]
        return wired_otherwise(x, self.personal.extractor, self._any_mount, mounts)

    def _share_about(self, mount: int) -> float:
        """How likely a mount is, and those that are about the same."""
        return float(np.exp(np.logaddexp.reduce(self._log_weight[self._mounts.near[mount]])))

    def _believe(self, evidence: Array) -> None:
        weight = self._log_weight + evidence
        self._log_weight = weight - log_sum(weight)
        best = int(self._log_weight.argmax())
        if best == self._best:
            return
        if not self._mounts.near[self._best, best]:
            n_before = self._holds_before_slip(best)
            certain = self.spelling.goes_on and self._share_about(best) >= TOLD_CERTAINTY
            if n_before and not certain:
                return  # a single hold may look so, and whatever a hand does that does not spell
            if n_before:
                gone = [self._holds.popleft() for _ in range(n_before)]
                self._earlier = self.slip, self._before, gone
                turned = self._mounts.mount[best] @ self.mount.T
                self.slip, self._before = Slip(self._holds[0].segment.start_s, turned), self.mount
                self._told.clear()
            self._n_found = 0
        self._best = best
        self._density = self._any_mount
        self._learn_effect(anew=True)

    def _holds_before_slip(self, best: int) -> int:
        """After how many holds the glove slipped to this mount; 0 if that is not what happened."""
        now = [hold.evidence[best] - hold.evidence[self._best] for hold in self._holds]  # (n,)
        so_far = np.cumsum([0.0, *now])  # (n + 1,)
        n_before = int(so_far.argmin())
        has_slipped = SLIP_HOLDS <= n_before < len(now) and so_far[n_before] <= -SLIP_NATS
        return n_before if has_slipped else 0

    def _learn_effect(self, *, anew: bool) -> None:
        """Estimate the wearer's effect once it is asked for; twice where nothing is known of it."""
        if len(self._holds) < LEAST_HOLDS:
            self._density, self._steps_due = self._any_mount, 0
            return
        self._learned = self._seen
        self._steps_due = max(self._steps_due, 1 + anew)

    def _estimate(self) -> None:
        """Estimate the wearer's effect from all holds, if more is known than last time."""
        if not self._steps_due:
            return
        x = unturned(np.array([hold.pose for hold in self._holds]), self.mount)  # (n, 8)
        expected = np.array([hold.expected for hold in self._holds])  # (n, S)
        other = np.array([hold.other for hold in self._holds])  # (n,)
        for _ in range(self._steps_due):
            signs = np.log(SIGNS) + expected + self._density.log_density(x)
            total = np.logaddexp(log_sum(signs), other)
            share = np.exp(signs - total[:, None])  # (n, S)
            self._effect = WearerEffect.of_unlabelled(self.personal.gaussian, x, share)
            self._density = self.personal.density(self._effect)
        self._steps_due = 0


def _evidence(holds: Iterable[SeenHold]) -> Array:
    """(K,) what holds say of the mounts together."""
    return np.asarray(np.sum([hold.evidence for hold in holds], axis=0))
