"""Calibration: which signs to show, and whether a hold will do.

How the board sits is found out from what is shown, first of all: every plan begins with those
of its signs that show it best. Whether a later hold looks like another sign is judged by that.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from jihwa.data.alphabet import Alphabet
from jihwa.data.messages import Message
from jihwa.data.signal.frames import Array, Frames
from jihwa.data.signal.landmarks import is_seen
from jihwa.data.signal.sensors import ACCELERATION, IN_SIGHT, SENSORS
from jihwa.data.takes.collection import DEFAULT_STYLE
from jihwa.data.takes.episodes import Episode, EpisodeSet
from jihwa.models.bundle import Bundle
from jihwa.models.features import FLEX, GRAVITY, TANGENT
from jihwa.models.mount import USUAL_IF_SHOWN, Mounts
from jihwa.models.overlap import most_telling_signs, mount_signs
from jihwa.recognizer.glove_fit import SLIPS
from jihwa.recognizer.personal import PersonalModel
from jihwa.recognizer.profile import Observation, Profile, Step, StepKind, mount_rows
from jihwa.recognizer.sitting import AS_EVER, UNSURE, read_so, slipped, turn, unlike_last

MOUNT_SIGNS = 3
"""Signs that show how the board sits. Two directions determine a rotation, and of recorded sessions
two signs always found it; worn otherwise, 64 to 81 % of them by two, 81 to 92 % by three."""
QUICK_SIGNS = 10
"""Signs of a quick calibration: twice ten holds take half a minute."""
QUICK_STYLES = (1, 5)
FULL_STYLES = (*QUICK_STYLES, DEFAULT_STYLE)
"""The straightest and the most bent tell most of a wearer's span."""

LEAST_HOLD_S = 0.3
"""A shorter hold will not do."""
MOST_DEAD_SENSORS = 2
"""Sensors (five fingers, gravity) that a hold can do without."""
MOST_BEND, MOST_TURN = 15.0, 3.0
"""How far warped bends and gravity may differ between the halves of a still hold, in standard
deviations (rad) of gravity between the model's takes: that tells how still its source keeps, be it
a glove (0.8 bends and 9° then) or what a camera sees of a hand (2 and 23°)."""
REST_NATS = 1.0
"""Nats by which a hand at rest may be likelier than the sign: of three sessions no true hold
exceeds it, and the rest before a first sign does by one or two."""
CERTAIN = 0.7
"""How sure it has to be how the board sits."""
UNLIKE_NATS = 6.0
"""Nats by which another sign may be likelier than the one that was asked for: of three sessions no
true hold exceeds it, and six of ten holds of a wrong sign do once the mount is known."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What to show: a sign, and how bent (1 very straight to 5 very bent; None: as you like)."""

    sign: str
    style: int | None = None


def mount_plan(bundle: Bundle) -> tuple[Prompt, ...]:
    """The signs that show how the board sits."""
    chosen = mount_signs(bundle.of_glove(), MOUNT_SIGNS)
    return tuple(Prompt(bundle.alphabet.signs[s]) for s in chosen)


def quick_plan(bundle: Bundle, styles: Sequence[int] = QUICK_STYLES) -> tuple[Prompt, ...]:
    """The signs that tell most about all others, each in every style.

    Those of them that show best how the board sits come first.
    """
    gaussian = bundle.of_glove()
    chosen = most_telling_signs(gaussian, QUICK_SIGNS, len(styles))
    first = mount_signs(gaussian, MOUNT_SIGNS, chosen)
    return _plan([bundle.alphabet.signs[s] for s in dict.fromkeys((*first, *chosen))], styles)


def full_plan(bundle: Bundle, styles: Sequence[int] = FULL_STYLES) -> tuple[Prompt, ...]:
    """All signs, each in every style; those that tell about the mount first."""
    first = [prompt.sign for prompt in mount_plan(bundle)]
    return _plan(dict.fromkeys((*first, *bundle.alphabet.signs)), styles)


def own_sign_plan(sign: str, takes: int) -> tuple[Prompt, ...]:
    """A sign of the wearer's own, as often as they like to show it."""
    return (Prompt(sign),) * takes


def _plan(signs: Iterable[str], styles: Sequence[int]) -> tuple[Prompt, ...]:
    """Style by style, so that the wearer changes it seldom."""
    signs = tuple(signs)
    return tuple(Prompt(sign, style) for style in styles for sign in signs)


class Calibration:
    """Goes through a plan: says what to show, takes in holds, ends in a step of the profile.

    Args:
        bundle: The model of strangers.
        plan: What to show.
        profile: What the wearer showed before.
        kind: Of the step, unless a sign of the wearer's own is shown.
    """

    def __init__(
        self,
        bundle: Bundle,
        plan: Sequence[Prompt],
        profile: Profile | None = None,
        kind: StepKind = StepKind.CALIBRATION,
    ) -> None:
        self._extractor = bundle.extractor
        self._model = PersonalModel(bundle, profile)
        self._density = self._model.density()
        self._mounts = Mounts.around(self._model.mount, USUAL_IF_SHOWN)
        self._evidence: list[Array] = []  # (K,) what each accepted hold says of the mounts
        self._n_before = 0  # how many of them were shown before the glove slipped
        self._before = self._belief = self._mounts.log_prior  # (K,) by these, and by the others
        own = any(prompt.sign not in bundle.alphabet.index for prompt in plan)
        self._kind = StepKind.OWN_SIGN if own else kind
        variance = np.diagonal(self._model.gaussian.take)[TANGENT].mean()
        self._restless = float(np.sqrt(variance))  # rad
        self._plan = plan
        self._place = 0
        self._accepted: list[Observation] = []
        self._form: Observation | None = None

    @property
    def prompt(self) -> Prompt | None:
        """What to show next; None at the end."""
        return self._plan[self._place] if self._place < len(self._plan) else None

    @property
    def progress(self) -> tuple[int, int]:
        """How many of how many prompts are behind."""
        return self._place, len(self._plan)

    @property
    def may_be_own_form(self) -> bool:
        """Whether the last hold was refused for looking like another sign, and for that alone."""
        return self._form is not None

    @property
    def sits(self) -> Message:
        """How the board sits, by what was accepted of signs that are known."""
        mount, certainty = self._mounts.likeliest(self._belief)
        if certainty < CERTAIN:
            return UNSURE
        if self._n_before and (how := turn(mount, self._mounts.likeliest(self._before)[0])):
            return slipped(how)
        last = self._model.last
        if last and (how := turn(mount, self._model.mount)):
            return unlike_last(how, last)
        how = turn(mount, np.eye(3))
        return read_so(how) if how else AS_EVER

    def skip(self) -> None:
        """Leave the prompt out."""
        self._place += 1
        self._form = None

    def answer(self, hold: Frames) -> Message | None:
        """Take in a hold of what the prompt asks for.

        Args:
            hold: Its samples, NaN where they cannot be believed, as in a `Segment`.

        Returns:
            None if it was accepted, and the next prompt is due; else why it was not.
        """
        prompt = self._plan[self._place]
        pose = self._extractor.of_hold(hold)
        self._form = None
        if reason := self._unsteady(hold) or _incomplete(pose, hold):
            return reason
        by_mount = self._density.turned_log_density(pose, self._mounts.mount)  # (K, S)
        seen = Observation.of_pose(pose, self._extractor, prompt.sign, prompt.style)
        belief = self._belief - np.logaddexp.reduce(self._belief)
        of_signs = np.logaddexp.reduce(belief[:, None] + by_mount)  # (S,)
        if reason := unlike(self._model.alphabet, of_signs, prompt.sign):
            self._form = seen
            return reason
        sign = self._model.alphabet.index.get(prompt.sign)
        if sign is not None:
            (rest,) = self._model.gaussian.rest_log_likelihood(pose[None])
            if rest - of_signs[sign] > REST_NATS:
                return Message(
                    ko=f"손이 쉬고 있는 것 같습니다. {prompt.sign} 자세를 잡으세요.",
                    en=f"The hand seems to rest. Take the pose of {prompt.sign}.",
                )
        self._take(seen, None if sign is None else by_mount[:, sign])
        return None

    def accept(self) -> None:
        """Take the last hold although it looks like another sign: its wearer shows the sign so."""
        if self._form:
            self._take(self._form)

    def step(self, date: str) -> Step | None:
        """What was accepted so far, as a step for the profile; None if there is nothing.

        If the glove has slipped meanwhile, what came before is as the board would read it now.

        Args:
            date: Today, ISO 8601.
        """
        if not self._accepted:
            return None
        n, (mount, _) = self._n_before, self._mounts.likeliest(self._belief)
        slip = self._mounts.slip(self._before, self._belief)
        before = [each.turned(slip) for each in self._accepted[:n]]
        return Step(self._kind, date, (*before, *self._accepted[n:]), mount_rows(mount))

    def _take(self, seen: Observation, evidence: Array | None = None) -> None:
        self._accepted.append(seen)
        self._evidence.append(0 * self._belief if evidence is None else evidence)
        self._look_for_slip()
        self.skip()

    def _look_for_slip(self) -> None:
        """Find after how many holds the glove slipped, unless one mount explains all of them."""
        so_far = np.cumsum([self._mounts.log_prior, *self._evidence], axis=0)  # (n + 1, K)
        since = so_far[-1] - so_far + self._mounts.log_prior  # (n + 1, K)
        whole = sum(np.logaddexp.reduce(each, axis=1) for each in (so_far, since)) + np.log(SLIPS)
        whole[:MOUNT_SIGNS] = whole[-MOUNT_SIGNS:] = -np.inf  # so few do not show a mount
        whole[0] = np.logaddexp.reduce(so_far[-1])  # it has not slipped
        n = self._n_before = int(whole.argmax())
        self._before, self._belief = so_far[n], since[n]

    def _unsteady(self, hold: Frames) -> Message | None:
        n = len(hold)
        duration_s = float(hold.time_s[-1] - hold.time_s[0]) if n > 1 else 0.0
        if duration_s < LEAST_HOLD_S:
            return Message(
                ko=f"{duration_s:.1f}초는 너무 짧습니다. 손을 {LEAST_HOLD_S}초 넘게 멈추세요.",
                en=f"{duration_s:.1f} s is too short. Hold still for more than {LEAST_HOLD_S} s.",
            )
        before, after = map(self._extractor.of_hold, (hold[: n // 2], hold[n // 2 :]))
        moved = np.nan_to_num(np.abs(after - before))  # (8,)
        if moved[FLEX].max() > MOST_BEND * self._restless:
            finger = SENSORS[int(moved[FLEX].argmax())].name
            return Message(
                ko=f"손이 움직였습니다: {finger.ko}. 자세를 잡고 멈춘 다음 다시 하세요.",
                en=f"The hand moved: {finger.en}. Take the pose, hold still, and try again.",
            )
        if (turned_g := float(np.linalg.norm(moved[GRAVITY]))) > MOST_TURN * self._restless:
            about = f"{np.degrees(2 * np.arcsin(min(turned_g / 2, 1.0))):.0f}°"
            return Message(
                ko=f"손이 움직였습니다: {about} 돌았습니다. 자세를 잡고 멈춘 다음 다시 하세요.",
                en=f"The hand moved: it turned by {about}. Take the pose, hold still, and try "
                "again.",
            )
        return None


def unlike(alphabet: Alphabet, log_likelihood: Array, shown: str) -> Message | None:
    """What speaks against a pose showing a sign: another one is much likelier.

    Args:
        alphabet: The signs.
        log_likelihood: (S,) of every sign.
        shown: The sign that it is said to show; one that is not known is like nothing.
    """
    sign = alphabet.index.get(shown)
    if sign is None:
        return None
    best = int(log_likelihood.argmax())
    if log_likelihood[best] - log_likelihood[sign] <= UNLIKE_NATS:
        return None
    other = alphabet.signs[best]
    return Message(
        ko=f"{shown}보다 {other}에 훨씬 가깝습니다. {shown} 자세가 맞는지 보세요.",
        en=f"This is much more like {other} than {shown}. Check the pose of {shown}.",
    )


def go_through(
    calibration: Calibration,
    episodes: EpisodeSet,
    is_own_form: Callable[[str, Message], bool] = lambda *_: False,
) -> tuple[list[tuple[Prompt, Message]], EpisodeSet]:
    """Answer every prompt with a recorded take: the first one of its sign and style that will do.

    Takes without a style will do for any, and any take for a prompt without one.

    Args:
        calibration: Asks.
        episodes: The takes.
        is_own_form: Whether a sign all of whose takes look like another one is shown so by its
            wearer.

    Returns:
        Every take that would not do and every prompt without one, and why; and the takes that
        nobody asked for.
    """
    refused: list[tuple[Prompt, Message]] = []
    unused = list(episodes)
    while prompt := calibration.prompt:
        styles = {prompt.style, None}
        fitting = [
            each
            for each in unused
            if each.sign == prompt.sign and (prompt.style is None or each.style in styles)
        ]
        if not fitting:
            refused.append((prompt, Message(ko="녹화가 없습니다.", en="There is no recording.")))
        other_form: tuple[Episode, Message] | None = None
        for episode in fitting:
            unused.remove(episode)
            reason = calibration.answer(episode.hold)
            if reason is None:
                break
            if calibration.may_be_own_form:
                other_form = other_form or (episode, reason)
            told = Message(ko=f"{episode.path}: {reason.ko}", en=f"{episode.path}: {reason.en}")
            refused.append((prompt, told))
        else:
            if other_form and is_own_form(prompt.sign, other_form[1]):
                calibration.answer(other_form[0].hold)
                calibration.accept()
            else:
                calibration.skip()
    return refused, EpisodeSet(tuple(unused), skipped=())


def _incomplete(pose: Array, hold: Frames) -> Message | None:
    dead = [SENSORS[finger].name for finger in np.flatnonzero(np.isnan(pose[FLEX]))]
    if np.isnan(pose[GRAVITY]).any():
        dead.append(SENSORS[ACCELERATION].name)
    n = len(dead)
    if n <= MOST_DEAD_SENSORS:
        return None
    ko, en = (", ".join(each.text(language) for each in dead) for language in ("ko", "en"))
    if is_seen(hold):
        return Message(
            ko=f"카메라에 {ko}이(가) 잘 보이지 않습니다. {IN_SIGHT.ko}",
            en=f"The camera does not see well: {en}. {IN_SIGHT.en}",
        )
    return Message(
        ko=f"센서 {n}개가 죽어 있습니다({ko}). 배선을 확인하고 다시 하세요.",
        en=f"{n} sensors are dead ({en}). Check their wiring and try again.",
    )
