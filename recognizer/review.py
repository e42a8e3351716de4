"""What a step of a profile was good for."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jihwa.data.signal.frames import Array
from jihwa.data.takes.episodes import EpisodeSet
from jihwa.models.bundle import Bundle
from jihwa.models.mount import unturned
from jihwa.recognizer.personal import PersonalModel
from jihwa.recognizer.profile import Profile, poses

ALIKE_PROBABILITY = 0.2
"""Of an own sign in a pose of another one: above it they look much alike."""


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


def _read(model: PersonalModel, x: Array) -> NDArray[np.int64]:
    """(n,) the most likely sign of every hold."""
    return np.asarray(model.of_features(x, []).argmax(axis=1))


def _confusions(truth: NDArray[np.int64], read: NDArray[np.int64]) -> Counter[tuple[int, int]]:
    """How often the two signs of a pair were taken for each other."""
    wrong = np.flatnonzero(read != truth)
    pairs = np.sort(np.column_stack([truth[wrong], read[wrong]]), axis=1)
    return Counter((int(s), int(t)) for s, t in pairs)
