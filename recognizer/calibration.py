"""Calibration: which signs to show, whether a hold will do, and what the step was good for."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jihwa.data.messages import Message
from jihwa.data.signal.frames import Array, Frames
from jihwa.data.takes.collection import DEFAULT_STYLE
from jihwa.data.takes.episodes import EpisodeSet
from jihwa.models.bundle import Bundle
from jihwa.models.features import FLEX, GRAVITY
from jihwa.models.mount import Mounts, unturned
from jihwa.models.overlap import most_telling_signs
from jihwa.recognizer.events import likeliest
from jihwa.recognizer.personal import PersonalModel
from jihwa.recognizer.profile import Observation, Profile, Step, StepKind, mount_rows, poses
from jihwa.recognizer.segmenter import Segmenter

QUICK_SIGNS = 10
"""Signs of a quick calibration: twice ten holds take half a minute."""
QUICK_STYLES = (1, 5)
FULL_STYLES = (*QUICK_STYLES, DEFAULT_STYLE)
"""The straightest and the most bent tell most of a wearer's span."""

LEAST_HOLD_S = 0.3
"""A shorter hold will not do."""
MOST_DEAD_SENSORS = 1
"""Sensors (five fingers, gravity) that a hold can do without."""
MOST_BEND, MOST_TURN_G = 0.8, 0.15
"""How far the warped bends and gravity (g) may differ between the halves of a still hold."""
UNLIKE_NATS = 6.0
"""Nats by which another sign may be likelier than the one that was asked for: among unseen sessions
no true hold exceeds it, and three of five holds of a wrong sign do."""
ALIKE_PROBABILITY = 0.2
"""Of an own sign in a pose of another one: above it they look much alike."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What to show: a sign, and how bent (1 very straight to 5 very bent; None: as you like)."""

    sign: str
    style: int | None = None


def quick_plan(bundle: Bundle, styles: Sequence[int] = QUICK_STYLES) -> tuple[Prompt, ...]:
    """The signs that tell most about all others, each in every style."""
    chosen = most_telling_signs(bundle.of_glove(), QUICK_SIGNS, len(styles))
    return _plan([bundle.alphabet.signs[s] for s in chosen], styles)


def full_plan(bundle: Bundle, styles: Sequence[int] = FULL_STYLES) -> tuple[Prompt, ...]:
    """All signs, each in every style."""
    return _plan(bundle.alphabet.signs, styles)


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
    """

    def __init__(
        self, bundle: Bundle, plan: Sequence[Prompt], profile: Profile | None = None
    ) -> None:
        self._extractor = bundle.extractor
        self._model = PersonalModel(bundle, profile)
        own = any(prompt.sign not in bundle.alphabet.index for prompt in plan)
        self._kind = StepKind.OWN_SIGN if own else StepKind.CALIBRATION
        self._plan = plan
        self._place = 0
        self._accepted: list[Observation] = []

    @property
    def prompt(self) -> Prompt | None:
        """What to show next; None at the end."""
        return self._plan[self._place] if self._place < len(self._plan) else None

    @property
    def progress(self) -> tuple[int, int]:
        """How many of how many prompts are behind."""
        return self._place, len(self._plan)

    def skip(self) -> None:
        """Leave the prompt out."""
        self._place += 1

    def answer(self, hold: Frames) -> Message | None:
        """Take in a hold of what the prompt asks for.

        Args:
            hold: Its samples, NaN where they cannot be believed, as in a `Segment`.

        Returns:
            None if it was accepted, and the next prompt is due; else why it was not.
        """
        prompt = self._plan[self._place]
        pose = self._extractor.of_hold(hold)
        reason = self._unsteady(hold) or _incomplete(pose) or unlike(self._model, pose, prompt.sign)
        if reason is None:
            seen = Observation.of_pose(pose, self._extractor, prompt.sign, prompt.style)
            self._accepted.append(seen)
            self._place += 1
        return reason

    def step(self, date: str) -> Step | None:
        """What was accepted so far, as a step for the profile; None if there is nothing.

        Args:
            date: Today, ISO 8601.
        """
        if not self._accepted:
            return None
        mount = mount_rows(self._mount())
        return Step(self._kind, date, tuple(self._accepted), mount)

    def _mount(self) -> Array:
        """(3, 3) how the board sits by what was accepted of signs that are known."""
        signs = self._model.alphabet.index
        known = [each for each in self._accepted if each.sign in signs]
        x = poses(known, self._extractor)  # (n, 8)
        shown = np.array([signs[each.sign] for each in known], dtype=np.int64)
        return Mounts.around(self._model.mount).of_labelled(self._model.density(), x, shown)

    def _unsteady(self, hold: Frames) -> Message | None:
        n = len(hold)
        duration_s = float(hold.time_s[-1] - hold.time_s[0]) if n > 1 else 0.0
        if duration_s < LEAST_HOLD_S:
            return Message(
                ko=f"{duration_s:.1f}초는 너무 짧습니다. 손을 {LEAST_HOLD_S}초 넘게 멈추세요.",
                en=f"{duration_s:.1f} s is too short. Hold still for more than {LEAST_HOLD_S} s.",
            )
        halves = (hold[: n // 2], hold[n // 2 :])
        before, after = (self._extractor.of_hold(half) for half in halves)
        moved = np.nan_to_num(np.abs(after - before))  # (8,)
        if moved[FLEX].max() > MOST_BEND or moved[GRAVITY].max() > MOST_TURN_G:
            return Message(
                ko="손이 움직였습니다. 자세를 잡고 멈춘 다음 다시 하세요.",
                en="The hand moved. Take the pose, hold still, and try again.",
            )
        return None


def unlike(model: PersonalModel, pose: Array, shown: str) -> Message | None:
    """What speaks against a pose showing a sign: another one is much likelier.

    Args:
        model: Knows the signs.
        pose: (8,) features of a hold.
        shown: The sign that it is said to show; one that the model does not know is like nothing.
    """
    sign = model.alphabet.index.get(shown)
    if sign is None:
        return None
    log_likelihood = model.of_features(pose[None], [])[0]  # (S,)
    best = int(log_likelihood.argmax())
    if log_likelihood[best] - log_likelihood[sign] <= UNLIKE_NATS:
        return None
    other = model.alphabet.signs[best]
    return Message(
        ko=f"{shown}보다 {other}에 훨씬 가깝습니다. {shown} 자세가 맞는지 보세요.",
        en=f"This is much more like {other} than {shown}. Check the pose of {shown}.",
    )


def go_through(
    calibration: Calibration, episodes: EpisodeSet
) -> tuple[list[tuple[Prompt, Message]], EpisodeSet]:
    """Answer every prompt with a recorded take: the first one of its sign and style that will do.

    Takes without a style will do for any.

    Returns:
        The prompts that had to be left out, and why; and the takes that nobody asked for.
    """
    left_out: list[tuple[Prompt, Message]] = []
    unused = list(episodes)
    while prompt := calibration.prompt:
        reason = Message(ko="녹화가 없습니다.", en="There is no recording.")
        fitting = [e for e in unused if e.sign == prompt.sign and e.style in (prompt.style, None)]
        for episode in fitting:
            unused.remove(episode)
            refused = calibration.answer(episode.hold)
            if refused is None:
                break
            reason = Message(ko=f"{episode.path}: {refused.ko}", en=f"{episode.path}: {refused.en}")
        else:
            left_out.append((prompt, reason))
            calibration.skip()
    return left_out, EpisodeSet(tuple(unused), skipped=())


def longest_hold(frames: Frames) -> Frames:
    """The samples of the longest hold in a recording; none if the hand never held still."""
    segmenter = Segmenter()
    segments = map(likeliest, segmenter.feed(frames) + segmenter.flush())
    longest = max(segments, key=lambda segment: segment.end_s - segment.start_s, default=None)
    return longest.frames if longest else Frames.empty()


@dataclass(frozen=True, slots=True)
class Review:
    """How holds are read before and after a step that did not show them.

    Attributes:
        before: How many of them were read right before the step.
        after: How many are read right since.
        resolved: Pairs of signs that were confused before and are less now, most improved first.
    """

    before: int
    after: int
    resolved: tuple[tuple[str, str], ...]


def review(bundle: Bundle, profile: Profile, unseen: EpisodeSet) -> Review:
    """Review the last step of a profile by takes of the same wearer that it was not made from."""
    earlier = PersonalModel(bundle, profile.undone())
    model = PersonalModel(bundle, profile)
    signs = model.alphabet.signs
    x = np.array([bundle.extractor.of_hold(episode.hold) for episode in unseen])  # (n, 8)
    truth = np.array([model.alphabet.index[sign] for sign in unseen.signs])  # (n,)
    before, after = _read(earlier, x), _read(model, x)
    fewer = _confusions(truth, before)
    fewer.subtract(_confusions(truth, after))
    return Review(
        before=int((before == truth).sum()),
        after=int((after == truth).sum()),
        resolved=tuple((signs[s], signs[t]) for (s, t), n in fewer.most_common() if n > 0),
    )


def lookalike(bundle: Bundle, profile: Profile) -> str | None:
    """The sign that may be taken for the one that a profile's last step added; None if none may.

    Asked of the mean pose of every sign, and of all poses that the wearer showed.
    """
    model = PersonalModel(bundle, profile)
    added = profile.steps[-1].observations[0].sign
    if added not in model.alphabet.index:  # rest is no sign
        return None
    others = [
        observation
        for step in profile.steps
        for observation in step.observations
        if observation.sign in model.alphabet.index and observation.sign != added
    ]
    worn = unturned(bundle.of_glove().mean, model.mount.T)
    x = np.vstack([worn, poses(others, bundle.extractor)])  # (n, 8)
    signs = (*bundle.alphabet.signs, *(observation.sign for observation in others))
    log_likelihood = model.of_features(x, [])  # (n, S)
    total = np.logaddexp.reduce(log_likelihood, axis=1)
    share = log_likelihood[:, model.alphabet.index[added]] - total  # (n,)
    most = int(share.argmax())
    return signs[most] if share[most] > np.log(ALIKE_PROBABILITY) else None


def _incomplete(pose: Array) -> Message | None:
    missing = int(np.isnan(pose[FLEX]).sum()) + int(np.isnan(pose[GRAVITY]).any())
    if missing <= MOST_DEAD_SENSORS:
        return None
    return Message(
        ko=f"센서 {missing}개가 죽어 있습니다. 배선을 확인하고 다시 하세요.",
        en=f"{missing} sensors are dead. Check their wiring and try again.",
    )


def _read(model: PersonalModel, x: Array) -> NDArray[np.int64]:
    """(n,) the most likely sign of every hold."""
    return np.asarray(model.of_features(x, []).argmax(axis=1))


def _confusions(truth: NDArray[np.int64], read: NDArray[np.int64]) -> Counter[tuple[int, int]]:
    """How often the two signs of a pair were taken for each other."""
    wrong = np.flatnonzero(read != truth)
    pairs = np.sort(np.column_stack([truth[wrong], read[wrong]]), axis=1)
    return Counter((int(s), int(t)) for s, t in pairs)
