"""What a calibration was good for: the wearer's holds, read before it and after it."""

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from jihwa.data.frames import Array
from jihwa.models.bundle import Bundle
from jihwa.recognizer.personal import PersonalModel
from jihwa.recognizer.profile import Profile, poses

ALIKE = 0.2
"""Probability of an own sign in a pose of another one above which they look much alike."""


@dataclass(frozen=True, slots=True)
class Review:
    """How the holds of a profile's last step are read.

    Attributes:
        n: How many there are.
        before: How many of them were read right without the step.
        after: How many are read right when each one is left out of the step in turn.
        resolved: Pairs of signs that were confused before and are less now, most improved first.
    """

    n: int
    before: int
    after: int
    resolved: tuple[tuple[str, str], ...]


def review(bundle: Bundle, profile: Profile) -> Review:
    """Review the last step of a profile, whose signs are all known to it before."""
    *earlier, step = profile.steps
    known = replace(profile, steps=tuple(earlier))
    model = PersonalModel(bundle, known)
    signs = model.alphabet.signs
    x = poses(step.observations, bundle.extractor)  # (n, 8)
    truth = np.array([model.alphabet.index[each.sign] for each in step.observations])  # (n,)
    before = _read(model, x)
    after = before.copy()
    for i in range(len(x)):
        others = (*step.observations[:i], *step.observations[i + 1 :])
        without = replace(known, steps=(*earlier, replace(step, observations=others)))
        after[i] = _read(PersonalModel(bundle, without), x[i : i + 1])[0]
    fewer = _confusions(truth, before)
    fewer.subtract(_confusions(truth, after))
    return Review(
        n=len(x),
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
    x = np.vstack([bundle.of_glove().mean, poses(others, bundle.extractor)])  # (n, 8)
    signs = (*bundle.alphabet.signs, *(observation.sign for observation in others))
    log_likelihood = model.of_features(x, [])  # (n, S)
    share = log_likelihood[:, model.alphabet.index[added]] - np.logaddexp.reduce(
        log_likelihood, axis=1
    )
    most = int(share.argmax())
    return signs[most] if share[most] > np.log(ALIKE) else None


def _read(model: PersonalModel, x: Array) -> NDArray[np.int64]:
    """(n,) the most likely sign of every hold."""
    return np.asarray(model.of_features(x, []).argmax(axis=1))


def _confusions(truth: NDArray[np.int64], read: NDArray[np.int64]) -> Counter[tuple[int, int]]:
    """How often the two signs of a pair were taken for each other."""
    wrong = np.flatnonzero(read != truth)
    pairs = np.sort(np.column_stack([truth[wrong], read[wrong]]), axis=1)
    return Counter((int(s), int(t)) for s, t in pairs)
