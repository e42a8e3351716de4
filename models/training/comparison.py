"""Every learner on every fold of every protocol, each a fit of its own; what is done is kept."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from jihwa.data.alphabet import Alphabet
from jihwa.data.files import write_whole
from jihwa.data.messages import JihwaError, Message
from jihwa.data.takes.sequences import TakeSet
from jihwa.data.takes.splits import LEAKING, PROTOCOLS, Split, by_random
from jihwa.models.bundle import Bundle
from jihwa.models.training.evaluation import score
from jihwa.models.training.fitting import LEARNERS
from jihwa.models.training.references import REFERENCES, Reader
from jihwa.models.training.runs import TrainingOptions
from jihwa.models.training.takes import fingerprint, likelihoods, truth

_TIMED, _WARM_UP = 50, 5
"""So many single takes are timed, and so many before the clock runs."""


@dataclass(frozen=True)
class Fitted:
    """What a contender has learned.

    Attributes:
        log_likelihood: Reads takes.
        n_parameters: How many numbers were fitted; None where that says nothing.
        size_kb: Of the file that it is saved to; None if it never is.
        history: Epochs of the training, as `jihwa.models.training.runs.Epoch` has them, if any.
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


def _n_parameters(bundle: Bundle) -> int:
    """Of whatever has a say in which sign comes first."""
    n = bundle.network.n_parameters if bundle.network else 0
    gaussian = bundle.gaussian
    if gaussian is not None and bundle.network_weight < 1:
        n += gaussian.mean.size + gaussian.take.size + gaussian.block.size
    return n


def _reference(name: str, takes: TakeSet, alphabet: Alphabet, seed: int) -> Fitted:
    return Fitted(REFERENCES[name](takes, alphabet, seed))


CONTENDERS: Mapping[str, Contender] = {
    **{name: partial(_learner, name) for name in LEARNERS},
    **{name: partial(_reference, name) for name in REFERENCES},
}


@dataclass(frozen=True)
class Trial:
    """One fit.

    Attributes:
        protocol: One of `PROTOCOLS`.
        model: Name of the contender.
        seed: Of the fit, and of the folds where they are random.
        number: Which fold.
        split: The fold.
    """

    protocol: str
    model: str
    seed: int
    number: int
    split: Split

    @property
    def name(self) -> str:
        """A name for files; no two trials share it."""
        return f"{self.protocol}-{self.number}-{self.model}-{self.seed}"


@dataclass(frozen=True)
class Result:
    """What a fit was worth.

    Attributes:
        protocol: Of its trial, as are `model`, `seed` and `name`.
        fold: What was tested.
        scores: Every figure of `Scores` by its name.
        latency_ms: Median time from one take to its log-likelihoods, warm.
        n_parameters: Of the contender that was fitted, as are `size_kb` and `history`.
        fit_s: Time that the fit took.
    """

    protocol: str
    model: str
    seed: int
    fold: str
    name: str
    scores: Mapping[str, float | None]
    latency_ms: float
    n_parameters: int | None
    size_kb: float | None
    fit_s: float
    history: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Failure:
    """A fit that came to nothing."""

    trial: Trial
    reason: Message


class ResultStore:
    """Results in files, one a fit, so that a comparison that was cut short goes on.

    Results of other data, another alphabet or another version of jihwa do not count.
    """

    def __init__(self, folder: Path, takes: TakeSet, alphabet: Alphabet) -> None:
        self._folder = folder
        self._fingerprint = _fingerprint(takes, alphabet)

    def __getitem__(self, trial: Trial) -> Result | None:
        """The result of a trial that was done before."""
        try:
            content: dict[str, Any] = json.loads(self._path(trial).read_bytes())
            is_ours = content.pop("fingerprint") == self._fingerprint
            return Result(**content) if is_ours else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def __setitem__(self, trial: Trial, result: Result) -> None:
        """Keep a result."""
        content = {"fingerprint": self._fingerprint, **asdict(result)}
        text = json.dumps(content, ensure_ascii=False, indent=1)
        self._folder.mkdir(parents=True, exist_ok=True)
        write_whole(self._path(trial), text.encode())

    def _path(self, trial: Trial) -> Path:
        return self._folder / f"{trial.name}.json"


def plan(
    takes: TakeSet, protocols: Sequence[str], models: Sequence[str], n_seeds: int
) -> list[Trial]:
    """Every fit that it takes, the most telling first: honest protocols, then the first seed.

    Raises:
        UsageError: The takes cannot be split by one of the protocols.
    """
    folds = {
        (protocol, seed): list(
            by_random(takes, seed) if protocol == LEAKING else PROTOCOLS[protocol](takes)
        )
        for protocol in PROTOCOLS
        if protocol in protocols
        for seed in range(n_seeds)
    }
    return [
        Trial(protocol, model, seed, number, split)
        for (protocol, seed), splits in folds.items()
        for model in models
        for number, split in enumerate(splits, start=1)
    ]


@dataclass(frozen=True)
class Comparison:
    """How every trial is done.

    Attributes:
        takes: What all folds are of.
        alphabet: Their signs.
        contenders: Who learns, by the names in the trials.
        store: Has results of an earlier run, and gets those of this one.
    """

    takes: TakeSet
    alphabet: Alphabet
    contenders: Mapping[str, Contender]
    store: ResultStore | None = None

    def attempt(self, trial: Trial) -> Result | Failure:
        """Do a trial, unless it was done before.

        A fit may fail in any way that a library can fail; that is its outcome.
        """
        if self.store and (kept := self.store[trial]):
            return kept
        try:
            result = _result(trial, self.takes, self.alphabet, self.contenders[trial.model])
        except JihwaError as error:
            return Failure(trial, error.message)
        except Exception as error:
            told = f"{type(error).__name__}: {error}"
            return Failure(trial, Message(ko=told, en=told))
        if self.store:
            self.store[trial] = result
        return result


def _result(trial: Trial, takes: TakeSet, alphabet: Alphabet, contender: Contender) -> Result:
    train, test = takes[trial.split.train], takes[trial.split.test]
    start_s = perf_counter()
    fitted = contender(train, alphabet, trial.seed)
    fit_s = perf_counter() - start_s
    scores = score(fitted.log_likelihood(test), truth(test, alphabet))
    return Result(
        protocol=trial.protocol,
        model=trial.model,
        seed=trial.seed,
        fold=trial.split.name,
        name=trial.name,
        scores=scores.rounded(),
        latency_ms=_latency_ms(fitted.log_likelihood, test),
        n_parameters=fitted.n_parameters,
        size_kb=fitted.size_kb,
        fit_s=fit_s,
        history=[dict(epoch) for epoch in fitted.history],
    )


def _latency_ms(read: Reader, takes: TakeSet) -> float:
    """Median time to read one take."""
    rows = np.linspace(0, len(takes) - 1, min(_TIMED, len(takes))).astype(np.int64)
    singles = [takes[row] for row in rows[:, None]]
    for single in singles[:_WARM_UP]:
        read(single)
    times_s = []
    for single in singles:
        start_s = perf_counter()
        read(single)
        times_s.append(perf_counter() - start_s)
    return float(np.median(times_s)) * 1000


def _fingerprint(takes: TakeSet, alphabet: Alphabet) -> str:
    """What results depend on beside their trial."""
    others = (version("jihwa"), *alphabet.signs, repr(TrainingOptions()), fingerprint(takes))
    return hashlib.sha256(" ".join(others).encode()).hexdigest()
