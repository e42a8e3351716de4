"""Everything that can learn, by name: from labelled takes to a bundle that knows its origin."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from jihwa.data.alphabet import Alphabet
from jihwa.data.messages import UsageError
from jihwa.data.signal.frames import Array, Frames
from jihwa.data.takes.episodes import EpisodeSet
from jihwa.data.takes.sequences import TakeSet, marks
from jihwa.data.takes.splits import LEAKING, Split, by_random, by_session, title
from jihwa.models.bundle import Bundle
from jihwa.models.features import N_FEATURES, FeatureExtractor
from jihwa.models.network import Channels
from jihwa.models.training.estimation import LabelledHolds, fit
from jihwa.models.training.evaluation import score
from jihwa.models.training.runs import TrainingLog, TrainingOptions
from jihwa.models.training.takes import truth

_PUBLISHED = """lstm gru-dropout gru-dense bilstm-attention gru stacked-gru projected-stacked-gru
cnn-gru cnn-stacked-gru ms-gru ms-stacked-gru ms3d-gru ms3d-stacked-gru"""
NETWORKS: Mapping[str, Channels] = {
    **dict.fromkeys(_PUBLISHED.split(), Channels.ANGLES),
    **dict.fromkeys(("pose-mlp", "pose-gru"), Channels.POSE),
}
"""The architectures of the zoo, and what each sees of the glove if nobody says otherwise: published
ones what they were published with."""

COMBINED_WEIGHT = 0.3
"""Share of the network in the log-posterior of `combined`."""


@dataclass(frozen=True)
class Learner:
    """A Gaussian, a network, or both.

    Attributes:
        architecture: Of the network; None: only the Gaussian.
        network_weight: Its share in the log-posterior; the Gaussian has the rest.
    """

    architecture: str | None
    network_weight: float

    def fit(
        self,
        takes: TakeSet,
        alphabet: Alphabet,
        seed: int = 0,
        options: TrainingOptions | None = None,
        log: TrainingLog | None = None,
    ) -> Bundle:
        """Learn from all takes; a network holds a part of them out to know when to stop.

        A network that reads the glove gets a Gaussian beside it, which tells signs from other
        poses.

        Args:
            takes: What to learn from.
            alphabet: Their signs.
            seed: Of all that is random.
            options: How a network is trained.
            log: Where its training reports.

        Raises:
            UsageError: A sign of the glove has no take, the learner cannot read such takes, a
                library is missing, or the log's folder holds another run.
        """
        options, log = options or TrainingOptions(), log or TrainingLog()
        provenance: dict[str, Any] = {
            "episodes": dict(sorted(Counter(takes.sessions.tolist()).items())),
            "seed": seed,
            "marks": marks(takes),
        }
        metrics: dict[str, Any] = {}
        gaussian = network = None
        extractor = FeatureExtractor()
        if isinstance(takes, EpisodeSet):
            _require_all(takes, alphabet)
            defects = {str(k): n for k, n in sorted(takes.defects().items())}
            provenance |= {"skipped": len(takes.skipped), "defects": defects}
            holds = labelled_holds(takes, alphabet, extractor.of_hold)
            gaussian = fit(holds, len(alphabet.signs), extractor)
            if self.architecture is None:
                metrics = _metrics(takes, holds, alphabet, extractor, seed)
        elif self.network_weight < 1:
            raise UsageError(
                ko="가우시안은 .npy 데이터를 읽지 못합니다. --model gru 같은 신경망을 고르세요.",
                en="The Gaussian cannot read .npy data. Choose a network, such as --model gru.",
            )
        elif len(classes := set(takes.signs.tolist())) < 2:
            raise UsageError(
                ko=f"종류가 하나뿐입니다: {' '.join(classes)}. 둘 이상인 데이터를 주세요.",
                en=f"There is one class only: {' '.join(classes)}. Give data of two or more.",
            )
        else:
            lengths = [len(sequence) for sequence in takes.sequences]
            provenance["frames"] = int(np.median(lengths))
        if self.architecture:
            channels = _channels(self.architecture, takes, options)
            with trains(self.architecture):  # ten seconds to import, and only networks need it
                from jihwa.models.training.network_training import train
            trained = train(self.architecture, channels, takes, alphabet, seed, options, log)
            network, metrics = trained.network, trained.metrics()
            provenance |= {"options": asdict(options), "versions": dict(trained.versions)}
        return Bundle(
            alphabet=alphabet,
            extractor=extractor,
            gaussian=gaussian,
            network=network,
            network_weight=self.network_weight,
            provenance=provenance,
            metrics=metrics,
        )


LEARNERS: Mapping[str, Learner] = {
    "gaussian": Learner(None, 0.0),
    **{name: Learner(name, 1.0) for name in NETWORKS},
    "combined": Learner("pose-mlp", COMBINED_WEIGHT),
}
"""By name: the hierarchical Gaussian, every network, and the Gaussian with our own network."""


def labelled_holds(
    episodes: EpisodeSet, alphabet: Alphabet, of_hold: Callable[[Frames], Array]
) -> LabelledHolds:
    """The features of every episode's hold, with its label; a block is a style of a session."""
    features = [of_hold(episode.hold) for episode in episodes]
    return LabelledHolds(
        features=np.array(features).reshape(-1, N_FEATURES),
        sign=truth(episodes, alphabet),
        block=episodes.styles,
        session=episodes.sessions,
    )


def _channels(architecture: str, takes: TakeSet, options: TrainingOptions) -> Channels:
    """What the network sees of such takes."""
    if isinstance(takes, EpisodeSet):
        return options.channels or NETWORKS[architecture]
    if options.channels:
        raise UsageError(
            ko=f".npy 데이터에는 장갑의 채널({options.channels})이 없습니다. --channels를 빼세요.",
            en=f".npy data have no channels of the glove ({options.channels}). Leave --channels "
            "out.",
        )
    return Channels.GIVEN


def _require_all(episodes: EpisodeSet, alphabet: Alphabet) -> None:
    missing = [sign for sign in alphabet.signs if sign not in episodes.signs]
    if missing:
        raise UsageError(
            ko=f"녹화가 없는 지문자: {' '.join(missing)}. 글자표 {alphabet.name}의 모든 지문자가 "
            "필요합니다. 녹화하거나 다른 글자표를 고르세요.",
            en=f"Signs without a recording: {' '.join(missing)}. All signs of the alphabet "
            f"{alphabet.name} are needed: record them or choose another alphabet.",
        )


def _metrics(
    episodes: EpisodeSet,
    holds: LabelledHolds,
    alphabet: Alphabet,
    extractor: FeatureExtractor,
    seed: int,
) -> dict[str, Any]:
    """Scores of the Gaussian on unseen sessions, if there are two, and on the split that leaks."""
    n_signs = len(alphabet.signs)

    def scored(split: Split) -> dict[str, float | None]:
        fitted = fit(holds[split.train], n_signs, extractor)
        of_test = fitted.log_likelihood(holds.features[split.test])
        return score(of_test, holds.sign[split.test]).rounded()

    def scores(splits: Iterable[Split]) -> dict[str, Any]:
        complete = (s for s in splits if len(np.unique(holds.sign[s.train])) == n_signs)
        return {split.name: scored(split) for split in complete}

    has_sessions = len(set(episodes.sessions)) > 1
    honest = {"session": scores(by_session(episodes))} if has_sessions else {}
    return {**honest, title(LEAKING): scores(by_random(episodes, seed))}


@contextmanager
def trains(network: str, ko: str = "학습하려면", en: str = "Training") -> Iterator[None]:
    """Import what trains a network, or does something else with it.

    Raises:
        UsageError: A library is missing.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise UsageError(
            ko=f"신경망 {network}을(를) {ko} {error.name}이(가) 필요합니다. "
            "설치: pip install 'jihwa[train]'",
            en=f"{en} the network {network} needs {error.name}. Install it with: "
            "pip install 'jihwa[train]'",
        ) from error
