"""From labelled episodes to a model bundle that knows where it comes from."""

from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np

from jihwa.data.alphabet import Alphabet
from jihwa.data.episodes import EpisodeSet
from jihwa.data.frames import Array, Frames
from jihwa.data.messages import UsageError
from jihwa.data.splits import Split, by_random, by_session
from jihwa.models.bundle import Bundle
from jihwa.models.estimation import LabelledHolds, fit
from jihwa.models.evaluation import channel_means, cross_validate, nearest_neighbour
from jihwa.models.features import N_FEATURES, FeatureExtractor

SEED = 0
"""Of the folds of the random split; the fit itself has nothing random."""


def labelled_holds(
    episodes: EpisodeSet, alphabet: Alphabet, of_hold: Callable[[Frames], Array]
) -> LabelledHolds:
    """The features of every episode's hold, with its label; a block is a style of a session."""
    features = [of_hold(episode.hold) for episode in episodes]
    return LabelledHolds(
        features=np.array(features).reshape(-1, N_FEATURES),
        sign=np.array([alphabet.index[sign] for sign in episodes.signs], dtype=np.int64),
        block=episodes.styles,
        session=episodes.sessions,
    )


def fit_bundle(episodes: EpisodeSet, alphabet: Alphabet, command: str) -> Bundle:
    """Fit the hierarchical Gaussian and measure it on what it has not seen.

    Args:
        episodes: What to learn from.
        alphabet: Their signs; every one needs an episode.
        command: What was typed to get this model; kept as its provenance.

    Raises:
        UsageError: A sign of the alphabet has no usable episode.
    """
    missing = [sign for sign in alphabet.signs if sign not in episodes.signs]
    if missing:
        raise UsageError(
            ko=f"녹화가 없는 지문자: {' '.join(missing)}. 글자표 {alphabet.name}의 모든 지문자가 "
            "필요합니다. 녹화하거나 다른 글자표를 고르세요.",
            en=f"Signs without a recording: {' '.join(missing)}. All signs of the alphabet "
            f"{alphabet.name} are needed: record them or choose another alphabet.",
        )
    extractor = FeatureExtractor()
    holds = labelled_holds(episodes, alphabet, extractor.of_hold)
    return Bundle(
        alphabet=alphabet,
        extractor=extractor,
        gaussian=fit(holds, len(alphabet.signs), extractor),
        network=None,
        network_weight=0.0,
        provenance=_provenance(episodes, command),
        metrics=_metrics(episodes, alphabet, extractor, holds),
    )


def _provenance(episodes: EpisodeSet, command: str) -> dict[str, Any]:
    return {
        "command": command,
        "episodes": dict(sorted(Counter(episodes.sessions.tolist()).items())),
        "skipped": len(episodes.skipped),
        "defects": {str(k): n for k, n in sorted(episodes.defects().items())},
        "seed": SEED,
    }


def _metrics(
    episodes: EpisodeSet, alphabet: Alphabet, extractor: FeatureExtractor, holds: LabelledHolds
) -> dict[str, Any]:
    """Scores on unseen sessions, if there are two; beside them 1-NN, and the split that leaks."""
    n_signs = len(alphabet.signs)

    def gaussian(train: LabelledHolds, test: LabelledHolds) -> Array:
        return fit(train, n_signs, extractor).log_likelihood(test.features)

    def complete(splits: Iterable[Split]) -> list[Split]:
        return [s for s in splits if len(np.unique(holds.sign[s.train])) == n_signs]

    by_protocol: dict[str, Any] = {}
    if len(set(episodes.sessions)) > 1:
        sessions = complete(by_session(episodes))
        means = labelled_holds(episodes, alphabet, channel_means)
        neighbour = partial(nearest_neighbour, n_signs=n_signs)
        by_protocol["session"] = cross_validate(holds, sessions, gaussian)
        by_protocol["session, 1-NN on channel means"] = cross_validate(means, sessions, neighbour)
    random = complete(by_random(episodes, SEED))
    by_protocol["random (leaks)"] = cross_validate(holds, random, gaussian)
    return {
        protocol: {fold: scores.rounded() for fold, scores in folds.items()}
        for protocol, folds in by_protocol.items()
    }
