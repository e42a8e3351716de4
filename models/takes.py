"""What models ask of takes, whatever these hold."""

import hashlib

import numpy as np

from jihwa.data.episodes import EpisodeSet
from jihwa.data.frames import Array
from jihwa.data.sequences import TakeSet
from jihwa.models.inputs import Channels, channels_of


def channels(takes: TakeSet, kind: Channels) -> list[Array]:
    """(T, F) channels of every take; sequences have only those that were given."""
    if isinstance(takes, EpisodeSet):
        return [channels_of(episode.hold, kind) for episode in takes]
    return list(takes.sequences)


def fingerprint(takes: TakeSet) -> str:
    """Tells takes from any others, by their content and their labels."""
    digest = hashlib.sha256()
    for labels in (takes.signs, takes.sessions, takes.wearers, takes.styles):
        digest.update(" ".join(map(str, labels)).encode())
    for sequence in channels(takes, Channels.ALL):
        digest.update(np.ascontiguousarray(sequence).tobytes())
    return digest.hexdigest()
