"""What a wearer gains in text at natural speed by showing signs first.

    python tests/benchmarks/calibrated.py [--share F] [--speed NAME] [--third]

Models that have not met a recorded wearer are shown some of the takes, and read the dev texts that
are spelled with the rest. Two wearers are pooled; `--third` is the one whose glove sits otherwise.
"""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from reporting import both, options, pooled, show, table
from sessions import (
    classify,
    found_boundaries,
    read,
    spelled_sessions,
    true_boundaries,
    without_choice,
)
from shared import THIRD
from strangers import episodes, stranger

from jihwa.composer.composer import Composer
from jihwa.composer.language.mixture import Mixture
from jihwa.data.synthesis.pace import PACES
from jihwa.data.takes.collection import DEFAULT_STYLE
from jihwa.data.takes.episodes import EpisodeSet
from jihwa.io.evaluation.errors import TextErrors
from jihwa.models.bundle import Bundle
from jihwa.recognizer.calibration import (
    QUICK_STYLES,
    Calibration,
    Prompt,
    full_plan,
    go_through,
    quick_plan,
)
from jihwa.recognizer.classifier import Classifier
from jihwa.recognizer.personal import PersonalModel
from jihwa.recognizer.profile import Profile

SHOWN: dict[str, Callable[[Bundle], Sequence[Prompt]]] = {
    "nothing": lambda _: (),
    "ten signs, straight and bent (`--quick`)": quick_plan,
    "all signs once": partial(full_plan, styles=(DEFAULT_STYLE,)),
    "all signs, straight and bent": partial(full_plan, styles=QUICK_STYLES),
}
"""What calibration asks for."""

WAYS = ("whole path", "perfect segments")


def measure(wearer: str, share: float, speed: str) -> dict[tuple[str, str], TextErrors]:
    """Errors by what was shown and by way."""
    errors = {(shown, way): TextErrors() for shown in SHOWN for way in WAYS}
    alphabet = stranger(wearer).alphabet
    for shown, plan in SHOWN.items():
        profile, others = _shown(wearer, plan(stranger(wearer)))
        personal = PersonalModel(stranger(wearer), profile)
        composer = Composer(personal.alphabet, Mixture.load())
        for _, session in spelled_sessions(wearer, share, paces=[speed], takes=others):
            cuts = found_boundaries(session, wearer), true_boundaries(session)
            for way, boundaries in zip(WAYS, cuts, strict=True):
                classifier = Classifier(stranger(wearer), personal)
                seen = classify(boundaries, wearer, classifier)
                text = read(seen if way == WAYS[0] else without_choice(seen), composer).text
                errors[shown, way] += TextErrors.of(session.text, text, alphabet)
    return errors


def _shown(wearer: str, prompts: Sequence[Prompt]) -> tuple[Profile | None, EpisodeSet]:
    """A wearer's profile, and the takes that it was not made from."""
    takes, bundle = episodes(wearer), stranger(wearer)
    if not prompts:
        return None, takes
    calibration = Calibration(bundle, prompts)
    order = np.random.default_rng(0).permutation(len(takes))
    _, others = go_through(calibration, takes[order])
    step = calibration.step("")
    profile = Profile.empty(bundle.alphabet)
    return (profile.with_step(step) if step else profile), others


def main() -> None:
    """Measure all wearers, and print a table."""
    parser = options(__doc__, share=1.0)
    parser.add_argument("--third", action="store_true", help="a third wearer's texts")
    parser.add_argument("--speed", default="natural", choices=list(PACES))
    asked = parser.parse_args()
    if asked.third:
        errors = measure(THIRD, asked.share, asked.speed)
    else:
        errors = pooled(both(measure, asked.share, asked.speed))
    print(f"CER without spaces at speed {asked.speed}, %\n")
    rows = ((shown, *(f"{errors[shown, way].cer:.1f}" for way in WAYS)) for shown in SHOWN)
    show(table(("shown", *WAYS), rows))


if __name__ == "__main__":
    main()
