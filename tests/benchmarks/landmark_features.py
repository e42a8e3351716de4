"""What more of a hand that a camera sees would tell than five bends and gravity.

    python tests/benchmarks/landmark_features.py

Takes of one set of landmarks are told by the other one: by linear discriminants, and by the 15
nearest neighbours. Both directions are averaged.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import fmean

import numpy as np
from ksl31 import SETS, write_takes
from reporting import show, table
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from jihwa.data.alphabet import Alphabet
from jihwa.data.signal.frames import Array
from jihwa.data.signal.landmarks import ASPECTS, SeenHand
from jihwa.models.training.evaluation import score

LEARNERS = {
    "discriminants": lambda: LinearDiscriminantAnalysis(solver="lsqr", shrinkage=0.1),
    "nearest neighbours": lambda: KNeighborsClassifier(15),
}
_FIRST_COORDINATE = 5
_BASES = np.array([1, 5, 9, 13, 17])


def features(hand: Array) -> dict[str, Array]:
    """Every group of features of (n, 21, 3) pictures, (n, k) each."""
    pose = SeenHand().feed(hand)
    wide = hand / (1, ASPECTS[0], 1)
    bones = wide[:, _BASES + 1] - wide[:, _BASES]
    bones /= np.linalg.norm(bones, axis=2, keepdims=True)
    spread = np.arccos(np.clip((bones[:, 1:] * bones[:, :-1]).sum(axis=2), -1, 1))  # (n, 4)
    points = (wide - wide[:, :1]).reshape(len(hand), -1)
    size = np.linalg.norm(wide[:, 9] - wide[:, 0], axis=1, keepdims=True)
    return {
        "bends": pose[:, :5],
        "gravity": pose[:, 5:],
        "two spreads": spread[:, :2],
        "four spreads": spread,
        "all points": points / size,
    }


SEEN = {
    "bends, gravity": ("bends", "gravity"),
    "and spread of thumb, index and middle finger": ("bends", "gravity", "two spreads"),
    "and spread of all fingers": ("bends", "gravity", "four spreads"),
    "all points by themselves": ("all points",),
}


def main() -> None:
    """Print what every choice of features tells."""
    with tempfile.TemporaryDirectory() as folder:
        write_takes(Path(folder))
        sets = [_read(Path(folder) / name) for name in SETS]
    show(table(("features", *(f"{name}: top-1 / top-5, %" for name in LEARNERS)), _rows(sets)))


def _read(folder: Path) -> tuple[dict[str, Array], Array]:
    """The medians of every take's features, and its sign."""
    takes, signs = [], []
    for path in sorted(folder.rglob("*.csv")):
        coordinates = np.loadtxt(
            path.read_text(encoding="utf-8").splitlines()[1:],
            delimiter=",",
            usecols=range(_FIRST_COORDINATE, _FIRST_COORDINATE + 63),
        )
        found = features(coordinates.reshape(-1, 21, 3))
        takes.append({name: np.median(group, axis=0) for name, group in found.items()})
        signs.append(Alphabet.load("basic31").index[path.parent.name])
    return {name: np.array([take[name] for take in takes]) for name in takes[0]}, np.array(signs)


def _rows(sets: list[tuple[dict[str, Array], Array]]) -> Iterator[tuple[str, ...]]:
    for name, groups in SEEN.items():
        cells = []
        for learner in LEARNERS.values():
            scores = []
            for (known, sign), (unseen, truth) in (sets, sets[::-1]):
                model = make_pipeline(StandardScaler(), learner())
                model.fit(np.hstack([known[group] for group in groups]), sign)
                posterior = model.predict_proba(np.hstack([unseen[group] for group in groups]))
                scores.append(score(np.log(posterior + 1e-9), truth))
            top1, top5 = (fmean(getattr(s, k) for s in scores) for k in ("top1", "top5"))
            cells.append(f"{100 * top1:.1f} / {100 * top5:.1f}")
        yield name, *cells


if __name__ == "__main__":
    main()
