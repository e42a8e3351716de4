"""Search for the settings of a network that strangers are read best with, in a study that resumes.

A trial trains a network once for every session, on all others, and is worth the mean negative
log-likelihood of the session left out: what the decoder gets is all likelihoods, never the best
sign alone.
"""

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

from jihwa.data.alphabet import Alphabet
from jihwa.data.messages import DataError, JihwaError, Message, UsageError
from jihwa.data.takes.augment import Variation
from jihwa.data.takes.episodes import EpisodeSet
from jihwa.data.takes.sequences import TakeSet
from jihwa.data.takes.splits import by_session
from jihwa.models.network import Channels
from jihwa.models.training.evaluation import Scores, score
from jihwa.models.training.fitting import LEARNERS, Learner
from jihwa.models.training.runs import TrainingOptions
from jihwa.models.training.takes import fingerprint, likelihoods, truth

if TYPE_CHECKING:
    from optuna import Study as OptunaStudy
    from optuna import Trial

TUNABLE = tuple(name for name, learner in LEARNERS.items() if learner.architecture)
"""Learners with settings: the Gaussian has none."""

_DIVERGED = Message(
    ko="학습이 발산했습니다. 다른 설정으로 계속합니다.",
    en="the training diverged. Other settings are tried.",
)

Hyperparameter = str | int | float | bool

_LEARNING_RATE, _WEIGHT_DECAY = (3e-4, 2e-2), (1e-6, 1e-2)
_BATCH_SIZES = (32, 64, 128)
_NETWORK_WEIGHT = (0.05, 0.95)
_OF_GLOVE = (Variation.TIME, Variation.NOISE, Variation.FLEX, Variation.ROTATION)
_OF_SEQUENCES = (Variation.TIME, Variation.NOISE, Variation.SCALE)


@dataclass(frozen=True, slots=True)
class Asked:
    """Settings to try.

    Attributes:
        number: Of the trial.
        settings: By name.
    """

    number: int
    settings: Mapping[str, Hyperparameter]


@dataclass(frozen=True, slots=True)
class Tried:
    """What settings were worth.

    Attributes:
        asked: The settings.
        scores: Of every session that was left out, by its name; empty if the trial failed.
        failure: Why it failed, if it did.
    """

    asked: Asked
    scores: Mapping[str, Scores]
    failure: Message | None = None

    @property
    def nll(self) -> float:
        """Mean negative log-likelihood over the sessions, nats."""
        return fmean(scores.nll for scores in self.scores.values())

    @property
    def top1(self) -> float:
        """Mean share of right answers over the sessions."""
        return fmean(scores.top1 for scores in self.scores.values())


@dataclass(frozen=True)
class Objective:
    """Tries settings of one model on the sessions of a data set.

    Attributes:
        model: One of `TUNABLE`.
        takes: All of them.
        alphabet: Their signs.
        epochs: Passes over the training takes at most.
        seed: Of all that is random in a training.
    """

    model: str
    takes: TakeSet
    alphabet: Alphabet
    epochs: int
    seed: int

    def attempt(self, asked: Asked) -> Tried:
        """Train and measure; a training may fail in any way that a library can fail."""
        try:
            tried = Tried(asked, dict(self._scores(asked.settings)))
            return tried if isfinite(tried.nll) else Tried(asked, {}, _DIVERGED)
        except JihwaError as error:
            return Tried(asked, {}, error.message)
        except Exception as error:
            told = f"{type(error).__name__}: {error}"
            return Tried(asked, {}, Message(ko=told, en=told))

    def learner(self, settings: Mapping[str, Hyperparameter]) -> tuple[Learner, TrainingOptions]:
        """The learner with such settings, and how it is trained."""
        learner = LEARNERS[self.model]
        if "network_weight" in settings:
            learner = replace(learner, network_weight=float(settings["network_weight"]))
        chosen = settings.get("channels")
        return learner, TrainingOptions(
            channels=Channels(str(chosen)) if chosen else None,
            augment=tuple(kind for kind in Variation if settings.get(f"augment_{kind}", False)),
            epochs=self.epochs,
            batch_size=int(settings["batch_size"]),
            learning_rate=float(settings["learning_rate"]),
            weight_decay=float(settings["weight_decay"]),
        )

    def suggest(self, trial: "Trial") -> Asked:
        """The next settings to try."""
        settings: dict[str, Hyperparameter] = {
            "learning_rate": trial.suggest_float("learning_rate", *_LEARNING_RATE, log=True),
            "weight_decay": trial.suggest_float("weight_decay", *_WEIGHT_DECAY, log=True),
            "batch_size": trial.suggest_categorical("batch_size", _BATCH_SIZES),
        }
        of_glove = isinstance(self.takes, EpisodeSet)
        if of_glove:
            seen = [str(channels) for channels in Channels if channels != Channels.GIVEN]
            settings["channels"] = trial.suggest_categorical("channels", seen)
        for kind in _OF_GLOVE if of_glove else _OF_SEQUENCES:
            name = f"augment_{kind}"
            settings[name] = trial.suggest_categorical(name, (True, False))
        if 0 < LEARNERS[self.model].network_weight < 1:
            settings["network_weight"] = trial.suggest_float("network_weight", *_NETWORK_WEIGHT)
        return Asked(trial.number, settings)

    @property
    def identity(self) -> dict[str, str]:
        """What trials depend on beside their settings."""
        return {
            "model": self.model,
            "takes": fingerprint(self.takes),
            "signs": " ".join(self.alphabet.signs),
            "epochs": str(self.epochs),
            "seed": str(self.seed),
        }

    def _scores(self, settings: Mapping[str, Hyperparameter]) -> Iterator[tuple[str, Scores]]:
        learner, options = self.learner(settings)
        for split in by_session(self.takes):
            train, test = self.takes[split.train], self.takes[split.test]
            bundle = learner.fit(train, self.alphabet, self.seed, options)
            yield split.name, score(likelihoods(bundle, test), truth(test, self.alphabet))


class Study:
    """Trials in an SQLite file; one that was cut short goes on where it was.

    Only one program may use the file at a time.

    Args:
        path: The file.
        objective: What is tried.

    Raises:
        UsageError: Optuna is not installed, or the file holds a study of something else.
        DataError: The file is no study.
    """

    def __init__(self, path: Path, objective: Objective) -> None:
        self._path, self._objective = path, objective
        with _optuna(path) as optuna:
            self._study: OptunaStudy = optuna.create_study(
                study_name="jihwa", storage=f"sqlite:///{path}", load_if_exists=True
            )
            n = len(self._study.get_trials(deepcopy=False))
            self._study.sampler = optuna.samplers.TPESampler(
                seed=objective.seed + n,
                constant_liar=True,  # several trials run at once
            )
            self._claim()
            for trial in self._study.get_trials(deepcopy=False):
                if not trial.state.is_finished():  # it was cut short
                    self._study.tell(trial.number, state=optuna.trial.TrialState.FAIL)

    @property
    def done(self) -> Sequence[Mapping[str, Any]]:
        """Every trial that came to something, the best first: number, nll, top1 and settings."""
        trials = [t for t in self._study.get_trials(deepcopy=False) if t.value is not None]
        return [
            {
                "number": trial.number,
                "nll": trial.value,
                "top1": trial.user_attrs["top1"],
                "settings": dict(trial.params),
            }
            for trial in sorted(trials, key=lambda trial: trial.value or 0.0)
        ]

    def run(
        self, n_trials: int, at_once: int, work: Callable[[Sequence[Asked]], Iterable[Tried]]
    ) -> Iterator[Tried]:
        """Try until so many trials have come to something, those of former runs included.

        A run gives up when as many fail as it was to do.

        Args:
            n_trials: How many.
            at_once: How many are asked for together.
            work: Does them, in any order.
        """
        failures = 0
        while (left := n_trials - len(self.done)) > 0 and failures < n_trials:
            with _optuna(self._path):
                trials = [self._study.ask() for _ in range(min(left, at_once))]
                asked = [self._objective.suggest(trial) for trial in trials]
            by_number = {trial.number: trial for trial in trials}
            for tried in work(asked):
                failures += tried.failure is not None
                self._note(by_number[tried.asked.number], tried)
                yield tried

    def _note(self, trial: "Trial", tried: Tried) -> None:
        with _optuna(self._path) as optuna:
            if tried.failure is None:
                trial.set_user_attr("top1", tried.top1)
                self._study.tell(trial, tried.nll)
            else:
                self._study.tell(trial, state=optuna.trial.TrialState.FAIL)

    def _claim(self) -> None:
        """Let the study be one of this objective."""
        found, identity, path = self._study.user_attrs, self._objective.identity, self._path
        wrong = [name for name, value in identity.items() if found.get(name, value) != value]
        if wrong:
            raise UsageError(
                ko=f"{path}: 다른 것을 찾던 기록입니다 (다른 것: {', '.join(wrong)}). --study에 "
                "다른 파일을 주세요.",
                en=f"{path}: a study of something else (these differ: {', '.join(wrong)}). Give "
                "--study another file.",
            )
        for name, value in identity.items():
            self._study.set_user_attr(name, value)


@contextmanager
def _optuna(path: Path) -> Iterator[Any]:
    """Optuna, which keeps quiet; what its database complains about is told.

    Raises:
        UsageError: It is not installed.
        DataError: The file is no study.
    """
    try:
        import optuna
        import sqlalchemy.exc
    except ImportError as error:
        raise UsageError(
            ko="jihwa tune에는 Optuna가 필요합니다. 설치: pip install 'jihwa[train]'",
            en="jihwa tune needs Optuna. Install it with: pip install 'jihwa[train]'",
        ) from error
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            yield optuna
    except (sqlalchemy.exc.SQLAlchemyError, optuna.exceptions.StorageInternalError) as error:
        reason = str(error).splitlines()[0]
        raise DataError(
            ko=f"{path}: 찾기 기록을 읽거나 쓸 수 없습니다 ({reason}). 파일을 확인하거나 --study에 "
            "다른 파일을 주세요.",
            en=f"{path}: the study cannot be read or written ({reason}). Check the file, or give "
            "--study another one.",
        ) from error
