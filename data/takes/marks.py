"""Takes are known again by what they hold, whatever folder they lie in."""

from base64 import b64decode, b64encode
from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np

from jihwa.data.takes.sequences import TakeSet

_MARK_BYTES = 4
"""Of a take: among a thousand known ones, a stranger's is taken for one once in 4 million."""


def marks(takes: TakeSet) -> dict[str, str]:
    """Of every session what tells its takes from others: short digests, in base64."""
    packed: dict[str, bytes] = defaultdict(bytes)
    for session, digest in zip(takes.sessions.tolist(), takes.digests, strict=True):
        packed[session] += digest[:_MARK_BYTES]
    return {session: b64encode(packed[session]).decode() for session in sorted(packed)}


def known_sessions(marked: Mapping[str, str], here: Iterable[str]) -> list[str]:
    """The sessions of these `marks` that share a take with any whose digests these are.

    Raises:
        ValueError: Something is none of `marks`.
    """
    digests = set().union(*map(unpacked, here))
    return [session for session, packed in marked.items() if digests & unpacked(packed)]


def unpacked(packed: str) -> set[int]:
    """The digests of a session's takes.

    Raises:
        ValueError: They are none.
    """
    return set(np.frombuffer(b64decode(packed, validate=True), f"<u{_MARK_BYTES}").tolist())
