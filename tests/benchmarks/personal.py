"""What a wearer gains from calibration.

    python tests/benchmarks/personal.py [--draws N]

The classifier is fitted to one recorded session and made personal with takes of the other; both
directions are averaged. No take is scored that the wearer showed. *Same styles* are other takes of
styles that were shown, recorded right after them; *other styles* were never shown.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import repeat
from time import perf_counter

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from recordings import SESSIONS, episodes, stranger

from jihwa.data.takes.episodes import EpisodeSet
from jihwa.models.bundle import Bundle
from jihwa.models.training.evaluation import score
from jihwa.models.training.takes import truth
from jihwa.recognizer.calibration import Calibration, Prompt, full_plan, quick_plan
from jihwa.recognizer.personal import PersonalModel
from jihwa.recognizer.profile import Profile

PLANS: dict[str, Callable[[Bundle], Sequence[Prompt]]] = {
    "nothing": lambda _: (),
    "quick: 10 signs, straight and bent": quick_plan,
    "all signs, default style": lambda bundle: full_plan(bundle, (3,)),
    "all signs, straight and bent": lambda bundle: full_plan(bundle, (1, 5)),
    "all signs, straight, default and bent": lambda bundle: full_plan(bundle, (1, 3, 5)),
}


@dataclass(frozen=True)
class Wearer:
    """A model that has never met this wearer, and the wearer's takes."""

    name: str
    bundle: Bundle
    episodes: EpisodeSet

    @classmethod
    def load(cls, name: str) -> "Wearer":
        return cls(name, stranger(name), episodes(name))

    def scores(self, model: PersonalModel, rows: NDArray[np.int64]) -> list[float]:
        """Top-1, top-3, top-5 (%) and ECE on these takes; NaN if there are none."""
        if not len(rows):
            return [np.nan] * 4
        takes = self.episodes[rows]
        log_likelihood = model.log_likelihood([take.hold for take in takes])
        of = score(log_likelihood, truth(takes, self.bundle.alphabet))
        return [100 * of.top1, 100 * of.top3, 100 * of.top5, of.ece]


def calibrated(name: str, draws: int) -> dict[str, list[float]]:
    """For every plan: shown takes, top-1 in the same and in other styles, scores of all takes."""
    wearer = Wearer.load(name)
    results: dict[str, list[float]] = {}
    for plan, prompts_of in PLANS.items():
        prompts = prompts_of(wearer.bundle)
        styles = {prompt.style for prompt in prompts}
        rows: list[list[float]] = []
        for draw in range(draws if prompts else 1):
            profile, shown = _show(wearer, prompts, np.random.default_rng(draw))
            model = PersonalModel(wearer.bundle, profile)
            left = np.setdiff1d(np.arange(len(wearer.episodes)), shown)
            same = np.array([style in styles for style in wearer.episodes.styles[left].tolist()])
            rows.append(
                [
                    len(shown),
                    wearer.scores(model, left[same])[0],
                    wearer.scores(model, left[~same])[0],
                    *wearer.scores(model, left),
                ]
            )
        results[plan] = np.mean(rows, axis=0).tolist()
    return results


def _show(wearer: Wearer, prompts: Sequence[Prompt], rng: Generator) -> tuple[Profile, list[int]]:
    """The profile of a wearer who answers every prompt with a random take, and those takes."""
    profile = Profile.empty(wearer.bundle.alphabet)
    calibration = Calibration(wearer.bundle, prompts)
    shown: list[int] = []
    while prompt := calibration.prompt:
        signs, styles = wearer.episodes.signs, wearer.episodes.styles
        fitting = np.flatnonzero((signs == prompt.sign) & (styles == prompt.style))
        for row in rng.permutation(fitting).tolist():
            if calibration.answer(wearer.episodes.episodes[row].hold) is None:
                shown.append(row)
                break
        else:
            calibration.skip()
    step = calibration.step("")
    return (profile.with_step(step) if step else profile), shown


def update_ms(name: str) -> float:
    """Median time to estimate the model anew from all signs in three styles."""
    wearer = Wearer.load(name)
    profile, _ = _show(wearer, full_plan(wearer.bundle), np.random.default_rng(0))
    took_s: list[float] = []
    for _ in range(50):
        start_s = perf_counter()
        PersonalModel(wearer.bundle, profile)
        took_s.append(perf_counter() - start_s)
    return 1e3 * float(np.median(took_s))


def report(parts: Sequence[dict[str, list[float]]]) -> Iterator[str]:
    """A Markdown table: both directions and their mean."""
    yield (
        "| shown | takes | same styles | other styles | all: top-1 / 3 / 5 | ECE | "
        + " | ".join(f"as {name}" for name in SESSIONS)
        + " |"
    )
    yield "|---|---|---|---|---|---|" + "---|" * len(SESSIONS)
    for plan in PLANS:
        of = np.array([part[plan] for part in parts])  # (directions, 7)
        takes, same, other, top1, top3, top5, ece = of.mean(axis=0)
        yield (
            f"| {plan} | {takes:.0f} | {same:.1f} | {other:.1f} | "
            f"{top1:.1f} / {top3:.1f} / {top5:.1f} | {ece:.3f} | "
            + " | ".join(f"{each:.1f}" for each in of[:, 3])
            + " |"
        )


def main() -> None:
    """Measure both directions, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=10, help="calibrations of each kind")
    options = parser.parse_args()
    with ProcessPoolExecutor(len(SESSIONS)) as pool:
        parts = list(pool.map(calibrated, SESSIONS, repeat(options.draws)))
    for line in report(parts):
        print(line)
    print(f"\nTop-1, -3, -5 in %. A profile update takes {update_ms(SESSIONS[0]):.1f} ms (median).")


if __name__ == "__main__":
    main()
