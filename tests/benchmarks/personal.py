"""What a wearer gains from calibration.

    python tests/benchmarks/personal.py [--draws N]

The classifier is fitted to one recorded session and made personal with takes of the other; both
directions are averaged. No take is scored that the wearer showed. *Same styles* are other takes of
styles that were shown, recorded right after them; *other styles* were never shown.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.random import Generator
from reporting import both, median_ms, options, show, table
from shared import SESSIONS
from strangers import Wearer

from jihwa.models.bundle import Bundle
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
    return median_ms(lambda: PersonalModel(wearer.bundle, profile), 50)


def report(parts: Sequence[dict[str, list[float]]]) -> Iterator[str]:
    """A Markdown table: both directions and their mean."""
    head = ("shown", "takes", "same styles", "other styles", "all: top-1 / 3 / 5", "ECE")
    yield from table((*head, *(f"as {name}" for name in SESSIONS)), _rows(parts))


def _rows(parts: Sequence[dict[str, list[float]]]) -> Iterator[tuple[object, ...]]:
    for plan in PLANS:
        of = np.array([part[plan] for part in parts])  # (directions, 7)
        takes, same, other, top1, top3, top5, ece = of.mean(axis=0)
        yield (
            plan,
            f"{takes:.0f}",
            f"{same:.1f}",
            f"{other:.1f}",
            f"{top1:.1f} / {top3:.1f} / {top5:.1f}",
            f"{ece:.3f}",
            *(f"{each:.1f}" for each in of[:, 3]),
        )


def main() -> None:
    """Measure both directions, and print the table."""
    parser = options(__doc__)
    parser.add_argument("--draws", type=int, default=10, help="calibrations of each kind")
    show(report(both(calibrated, parser.parse_args().draws)))
    print(f"\nTop-1, -3, -5 in %. A profile update takes {update_ms(SESSIONS[0]):.1f} ms (median).")


if __name__ == "__main__":
    main()
