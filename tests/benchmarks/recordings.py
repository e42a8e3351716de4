"""The two recorded sessions, and models that have met only one of their wearers."""

from functools import cache

from scoring import SHARED

from jihwa.data.alphabet import Alphabet
from jihwa.data.episodes import EpisodeSet, load_episodes
from jihwa.models.bundle import Bundle
from jihwa.models.fitting import LEARNERS

SESSIONS = ("hb", "v2")


@cache
def episodes(session: str) -> EpisodeSet:
    """All takes of a session."""
    return load_episodes(SHARED / "signglove" / session, Alphabet.load())


@cache
def stranger(wearer: str) -> Bundle:
    """A model that was fitted to the other session."""
    source = next(name for name in SESSIONS if name != wearer)
    return LEARNERS["gaussian"].fit(episodes(source), Alphabet.load())
