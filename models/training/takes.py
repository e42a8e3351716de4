"""What models ask of takes, whatever these hold."""

import hashlib
from base64 import b64decode, b64encode
from collections import defaultdict
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from jihwa.data.alphabet import Alphabet
from jihwa.data.signal.frames import Array
from jihwa.data.takes.episodes import EpisodeSet
from jihwa.data.takes.sequences import TakeSet
from jihwa.models.bundle import Bundle
from jihwa.models.network import Channels, channels_of

_MARK_BYTES = 4
"""Of a take: among a thousand known ones, a stranger's is taken for one once in 4 million."""


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


def marks(takes: TakeSet) -> dict[str, str]:
    """Of every session what tells its takes from others: short digests, in base64."""
    packed: dict[str, bytes] = defaultdict(bytes)
    for session, digest in zip(takes.sessions.tolist(), takes.digests, strict=True):
        packed[session] += digest[:_MARK_BYTES]
    return {session: b64encode(packed[session]).decode() for session in sorted(packed)}


def known_sessions(marked: Mapping[str, str], takes: TakeSet) -> list[str]:
    """The sessions of these `marks` of which a take is among these, whatever folder it lies in."""
    here = set().union(*map(_unpacked, marks(takes).values()))
    return [session for session, packed in marked.items() if here & _unpacked(packed)]


def _unpacked(packed: str) -> set[int]:
    return set(np.frombuffer(b64decode(packed), dtype=f"<u{_MARK_BYTES}").tolist())


def fingerprint(takes: TakeSet) -> str:
    """Tells takes from any others, by their content and their labels."""
    digest = hashlib.sha256()
    for labels in (takes.signs, takes.sessions, takes.wearers, takes.styles):
        digest.update(" ".join(map(str, labels)).encode())
    for sequence in channels(takes, Channels.ALL):
        digest.update(np.ascontiguousarray(sequence).tobytes())
    return digest.hexdigest()
