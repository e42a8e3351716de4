"""The two recorded sessions, and models that have met only one of their wearers."""

from functools import cache
from hashlib import sha256
from pathlib import Path
from types import ModuleType

from scoring import SHARED

from jihwa.data.alphabet import Alphabet
from jihwa.data.synthesis import motion, spelling
from jihwa.data.takes.episodes import EpisodeSet, load_episodes
from jihwa.models import hold_network
from jihwa.models.bundle import Bundle
from jihwa.models.hold_network import HoldNetwork
from jihwa.models.training.fitting import LEARNERS

SESSIONS = ("hb", "v2")
NETWORKS = Path(__file__).parents[2] / "build" / "networks"
"""Trained networks are kept here: training one takes minutes."""


@cache
def episodes(session: str) -> EpisodeSet:
    """All takes of a session."""
    return load_episodes(SHARED / "signglove" / session, Alphabet.load())


@cache
def stranger(wearer: str) -> Bundle:
    """A model that was fitted to the other session."""
    return LEARNERS["gaussian"].fit(episodes(_other(wearer)), Alphabet.load())


@cache
def stranger_network(wearer: str) -> HoldNetwork:
    """A segmenter's network that was trained on the other session, now or earlier.

    Where that lacks a style, the synthetic hands among its practice are the shipped ones, which
    know both.
    """
    from jihwa.models.training import hold_training  # takes seconds to import

    learned_from = (motion, spelling, hold_network, hold_training)
    constants = "".join(map(_constants, learned_from))
    key = sha256(constants.encode()).hexdigest()[:12]
    path = NETWORKS / f"{_other(wearer)}-{key}.bundle"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        hold_training.train_holds(episodes(_other(wearer)), Alphabet.load()).save(path)
    return HoldNetwork.load(path)


def _other(wearer: str) -> str:
    return next(name for name in SESSIONS if name != wearer)


def _constants(module: ModuleType) -> str:
    """Everything that a module is set to, as text."""
    known = vars(module).items()
    return repr({name: value for name, value in known if name[0] != "_" and name.isupper()})
