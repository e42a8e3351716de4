"""Models that have not met a recorded wearer, and that wearer's takes."""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import ModuleType

import numpy as np
from ksl31 import SETS, write_takes
from numpy.typing import NDArray
from shared import SESSIONS, SHARED, THIRD

from jihwa.data.alphabet import Alphabet
from jihwa.data.synthesis import motion, spelling
from jihwa.data.takes.episodes import EpisodeSet, load_episodes
from jihwa.models import hold_network
from jihwa.models.bundle import Bundle
from jihwa.models.hold_network import HoldNetwork
from jihwa.models.training.evaluation import score
from jihwa.models.training.fitting import LEARNERS
from jihwa.models.training.takes import truth
from jihwa.recognizer.personal import PersonalModel

LANDMARKS = Path(__file__).parents[2] / "build" / "landmarks"
NETWORKS = Path(__file__).parents[2] / "build" / "networks"
"""Trained networks are kept here: training one takes minutes."""


@cache
def episodes(session: str) -> EpisodeSet:
    """All takes of a session, or of a set of landmarks."""
    folder = SHARED / "signglove"
    if session in SETS:
        folder = LANDMARKS
        if not (folder / session).exists():
            write_takes(folder)
    return load_episodes(folder / session, Alphabet.load())


@cache
def stranger(wearer: str) -> Bundle:
    """A model that was fitted to all other sessions."""
    others = EpisodeSet.join([episodes(name) for name in (*SESSIONS, THIRD) if name != wearer])
    return LEARNERS["gaussian"].fit(others, Alphabet.load())


@cache
def stranger_network(wearer: str) -> HoldNetwork:
    """A segmenter's network that was trained on the other session.

    Where that lacks a style, the synthetic hands among its practice are the shipped ones, which
    know both. For a third session it is the shipped one.
    """
    return network_of(other_than(wearer)) if wearer in SESSIONS else HoldNetwork.load()


@cache
def network_of(*sessions: str) -> HoldNetwork:
    """A segmenter's network that was trained on these sessions, now or earlier."""
    from jihwa.models.training import hold_training  # takes seconds to import

    learned_from = (motion, spelling, hold_network, hold_training)
    constants = "".join(map(_constants, learned_from))
    key = sha256(constants.encode()).hexdigest()[:12]
    path = NETWORKS / f"{'-'.join(sessions)}-{key}.bundle"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        takes = EpisodeSet.join([episodes(name) for name in sessions])
        hold_training.train_holds(takes, Alphabet.load()).save(path)
    return HoldNetwork.load(path)


@dataclass(frozen=True)
class Wearer:
    """A wearer's takes, and a model that has never met them."""

    name: str
    bundle: Bundle
    episodes: EpisodeSet

    @classmethod
    def load(cls, name: str) -> "Wearer":
        """The wearer of a recorded session."""
        return cls(name, stranger(name), episodes(name))

    def scores(self, model: PersonalModel, rows: NDArray[np.int64]) -> list[float]:
        """Top-1, top-3, top-5 (%) and ECE on these takes; NaN if there are none."""
        if not len(rows):
            return [np.nan] * 4
        takes = self.episodes[rows]
        log_likelihood = model.log_likelihood([take.hold for take in takes])
        of = score(log_likelihood, truth(takes, self.bundle.alphabet))
        return [100 * of.top1, 100 * of.top3, 100 * of.top5, of.ece]


def other_than(wearer: str) -> str:
    """The session that a segmenter for this wearer is trained on."""
    return next(name for name in SESSIONS if name != wearer)


def _constants(module: ModuleType) -> str:
    """Everything that a module is set to, as text."""
    known = vars(module).items()
    return repr({name: value for name, value in known if name[0] != "_" and name.isupper()})
