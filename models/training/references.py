"""References that any model has to beat, on nothing but the mean of every channel.

They are fitted when models are compared, and never saved.
"""

from collections.abc import Callable, Mapping

import numpy as np

from jihwa.data.alphabet import Alphabet
from jihwa.data.messages import UsageError
from jihwa.data.signal.frames import Array
from jihwa.data.takes.episodes import EpisodeSet
from jihwa.data.takes.sequences import TakeSet
from jihwa.models.training.takes import truth

KERNEL_SHARE = 0.5
"""Width of the nearest neighbour's kernel: a share of each channel's standard deviation."""

N_TREES = 300

Reader = Callable[[TakeSet], Array]
"""Gives the (n, S) log-likelihoods of takes."""


def channel_means(takes: TakeSet) -> Array:
    """(n, F) the mean of every channel of every take, NaN where nothing is usable.

    Of the glove: flex (ADC counts) and acceleration (g), 8 in all.
    """
    if isinstance(takes, EpisodeSet):
        holds = [episode.hold for episode in takes]
        sequences = [np.hstack([hold.flex_adc, hold.accel_g]) for hold in holds]  # (n, 8) each
    else:
        sequences = list(takes.sequences)
    return np.array([_mean(sequence) for sequence in sequences])


def nearest_neighbour(takes: TakeSet, alphabet: Alphabet, _: int) -> Reader:
    """1-NN: the log of a Gaussian kernel at every sign's nearest take.

    Channels that one of two takes lacks do not count; the distance is scaled up for them.

    Args:
        takes: What to learn from.
        alphabet: The S signs.
    """
    sign, n_signs = truth(takes, alphabet), len(alphabet.signs)
    known = channel_means(takes)  # (m, F)
    sd = np.ma.masked_invalid(known).std(axis=0).filled(0.0)  # (F,)
    width = np.where(sd > 0, KERNEL_SHARE * sd, 1.0)  # (F,)

    def log_likelihood(takes: TakeSet) -> Array:
        nearest = np.full((len(takes), n_signs), -np.inf)
        for row, means in enumerate(channel_means(takes)):
            square = ((known - means) / width) ** 2  # (m, F)
            shared = np.isfinite(square).sum(axis=1)  # (m,)
            distance = np.nansum(square, axis=1) * len(means) / np.maximum(shared, 1)
            np.maximum.at(nearest[row], sign, -0.5 * distance)
        return nearest

    return log_likelihood


def extra_trees(takes: TakeSet, alphabet: Alphabet, seed: int) -> Reader:
    """Extremely randomised trees; absent channels get the mean of the training takes.

    The shares of the trees get one more vote that is spread over all signs, so that none is
    impossible.

    Args:
        takes: What to learn from.
        alphabet: The S signs.
        seed: Of the trees.

    Raises:
        UsageError: scikit-learn is not installed.
    """
    try:
        from sklearn.ensemble import ExtraTreesClassifier  # 1.5 s, and only this needs it
    except ImportError as error:
        raise UsageError(
            ko="extra-trees에는 scikit-learn이 필요합니다. 설치: pip install 'jihwa[train]'",
            en="extra-trees needs scikit-learn. Install it with: pip install 'jihwa[train]'",
        ) from error
    sign, n_signs = truth(takes, alphabet), len(alphabet.signs)
    known = channel_means(takes)  # (m, F)
    fill = np.nan_to_num(_mean(known))  # (F,)

    def complete(means: Array) -> Array:
        return np.where(np.isfinite(means), means, fill)

    trees = ExtraTreesClassifier(N_TREES, random_state=seed).fit(complete(known), sign)

    def log_likelihood(takes: TakeSet) -> Array:
        votes = np.zeros((len(takes), n_signs))
        votes[:, trees.classes_] = N_TREES * trees.predict_proba(complete(channel_means(takes)))
        return np.asarray(np.log((votes + 1 / n_signs) / (N_TREES + 1)))

    return log_likelihood


REFERENCES: Mapping[str, Callable[[TakeSet, Alphabet, int], Reader]] = {
    "1-nn": nearest_neighbour,
    "extra-trees": extra_trees,
}


def _mean(rows: Array) -> Array:
    """(F,) mean of what is there; NaN, without a warning, where nothing is."""
    count = np.isfinite(rows).sum(axis=0)
    return np.where(count > 0, np.nansum(rows, axis=0) / np.maximum(count, 1), np.nan)
