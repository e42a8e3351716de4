"""Who can be compared: every learner, and the references."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from jihwa.data.alphabet import Alphabet
from jihwa.data.takes.sequences import TakeSet
from jihwa.models.bundle import Bundle
from jihwa.models.training.fitting import LEARNERS
from jihwa.models.training.references import REFERENCES, Reader
from jihwa.models.training.takes import likelihoods


@dataclass(frozen=True)
class Fitted:
    """What a contender has learned.

    Attributes:
        log_likelihood: Reads takes.
        n_parameters: How many numbers were fitted; None where that says nothing.
        size_kb: Of the file that it is saved to; None if it never is.
        history: Epochs of the training, as `jihwa.models.training.history.Epoch` has them, if any.
    """

    log_likelihood: Reader
    n_parameters: int | None = None
    size_kb: float | None = None
    history: Sequence[Mapping[str, Any]] = ()


Contender = Callable[[TakeSet, Alphabet, int], Fitted]
"""Learns from takes, with a seed."""


def _learner(name: str, takes: TakeSet, alphabet: Alphabet, seed: int) -> Fitted:
    bundle = LEARNERS[name].fit(takes, alphabet, seed)
    return Fitted(
        partial(likelihoods, bundle),
        _n_parameters(bundle),
        len(bundle.to_bytes()) / 1000,
        bundle.metrics.get("history", ()),
    )


def _reference(name: str, takes: TakeSet, alphabet: Alphabet, seed: int) -> Fitted:
    return Fitted(REFERENCES[name](takes, alphabet, seed))


def _n_parameters(bundle: Bundle) -> int:
    """Of whatever has a say in which sign comes first."""
    n = bundle.network.n_parameters if bundle.network else 0
    gaussian = bundle.gaussian
    if gaussian is not None and bundle.network_weight < 1:
        n += gaussian.mean.size + gaussian.take.size + gaussian.block.size
    return n


CONTENDERS: Mapping[str, Contender] = {
    **{name: partial(_learner, name) for name in LEARNERS},
    **{name: partial(_reference, name) for name in REFERENCES},
}
