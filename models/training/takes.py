"""What models ask of takes, whatever these hold."""

import hashlib

import numpy as np
from numpy.typing import NDArray

from jihwa.data.alphabet import Alphabet
from jihwa.data.signal.frames import Array
from jihwa.data.takes.episodes import EpisodeSet
from jihwa.data.takes.sequences import TakeSet
from jihwa.models.bundle import Bundle
from jihwa.models.network import Channels, channels_of


def channels(takes: TakeSet, kind: Channels) -> list[Array]:
    """(T, F) channels of every take; sequences have only those that were given."""
    if isinstance(takes, EpisodeSet):
        return [channels_of(episode.hold, kind) for episode in takes]
    return list(takes.sequences)


def truth(takes: TakeSet, alphabet: Alphabet) -> NDArray[np.int64]:
    """(n,) the place of every take's sign in the alphabet."""
    return np.array([alphabet.index[sign] for sign in takes.signs], dtype=np.int64)


def likelihoods(bundle: Bundle, takes: TakeSet) -> Array:
    """(n, S) log-likelihood of every sign for every take.

    Raises:
        UsageError: The bundle does not read such takes.
    """
    if isinstance(takes, EpisodeSet):
        return bundle.log_likelihood([episode.hold for episode in takes])
    return bundle.of_sequences(takes.sequences)


def fingerprint(takes: TakeSet) -> str:
    """Tells takes from any others, by their content and their labels."""
    digest = hashlib.sha256()
    for labels in (takes.signs, takes.sessions, takes.wearers, takes.styles):
        digest.update(" ".join(map(str, labels)).encode())
    for sequence in channels(takes, Channels.ALL):
        digest.update(np.ascontiguousarray(sequence).tobytes())
    return digest.hexdigest()
