"""What a wearer gains in text at natural speed by showing signs first.

    python tests/benchmarks/calibrated.py [--share F] [--speed NAME]

Classifier and segmenter are fitted on one recorded session; the other one's wearer shows some takes
and spells the dev texts with the rest. Both directions are pooled.
"""

import argparse
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from itertools import repeat

import numpy as np
from recordings import SESSIONS, episodes, stranger, stranger_network
from scoring import dev_texts
from sessions import KINDS, TEXTS, true_boundaries

from jihwa.composer.composer import Composer
from jihwa.composer.language.mixture import Mixture
from jihwa.data.signal.monitor import SensorMonitor
from jihwa.data.synthesis.hands import RecordedHand
from jihwa.data.synthesis.pace import PACES
from jihwa.data.synthesis.spelling import SpelledSession, assemble
from jihwa.data.takes.collection import DEFAULT_STYLE
from jihwa.data.takes.episodes import EpisodeSet
from jihwa.io.evaluation.errors import TextErrors
from jihwa.recognizer.calibration import QUICK_STYLES, Calibration, full_plan, go_through
from jihwa.recognizer.classifier import Classifier
from jihwa.recognizer.events import Boundary
from jihwa.recognizer.personal import PersonalModel
from jihwa.recognizer.profile import Profile
from jihwa.recognizer.segmenter import Segmenter

SHOWN: dict[str, Sequence[int]] = {
    "nothing": (),
    "all signs once": (DEFAULT_STYLE,),
    "straight and bent": QUICK_STYLES,
}
"""The styles in which all signs are shown."""

WAYS = ("whole path", "perfect segments")


def measure(wearer: str, share: float, speed: str) -> dict[str, dict[str, TextErrors]]:
    """Errors of both ways, by what was shown."""
    return {shown: _read(wearer, styles, share, speed) for shown, styles in SHOWN.items()}


def _read(wearer: str, styles: Sequence[int], share: float, speed: str) -> dict[str, TextErrors]:
    bundle, network = stranger(wearer), stranger_network(wearer)
    profile, others = _shown(wearer, styles)
    personal = PersonalModel(bundle, profile)
    composer = Composer(personal.alphabet, Mixture.load())
    errors = {way: TextErrors() for way in WAYS}
    for kind in KINDS:
        rng = np.random.default_rng([SESSIONS.index(wearer), KINDS.index(kind)])
        n = max(1, round(TEXTS[kind] * share))
        for text in rng.choice(dev_texts(kind), n, replace=False):
            hand = RecordedHand(others, bundle.alphabet, rng)
            session = assemble(str(text), hand, bundle.alphabet, PACES[speed], rng)
            session = replace(session, frames=SensorMonitor().feed(session.frames))
            for way, boundaries in zip(WAYS, _cuts(session, Segmenter(network)), strict=True):
                classifier = Classifier(bundle, personal)
                for segments in boundaries:
                    seen = classifier.feed(*segments)
                    composer.feed(*(seen if way == WAYS[0] else seen[:1]))
                read = composer.flush().text
                errors[way] += TextErrors.of(session.text, read, bundle.alphabet)
    return errors


def _cuts(session: SpelledSession, segmenter: Segmenter) -> tuple[list[Boundary], list[Boundary]]:
    """The boundaries that are found, and the true ones."""
    return segmenter.feed(session.frames) + segmenter.flush(), true_boundaries(session)


def _shown(wearer: str, styles: Sequence[int]) -> tuple[Profile | None, EpisodeSet]:
    """A wearer's profile, and the takes that it was not made from."""
    takes, bundle = episodes(wearer), stranger(wearer)
    if not styles:
        return None, takes
    calibration = Calibration(bundle, full_plan(bundle, styles))
    order = np.random.default_rng(0).permutation(len(takes))
    _, others = go_through(calibration, takes[order])
    step = calibration.step("")
    profile = Profile.empty(bundle.alphabet)
    return (profile.with_step(step) if step else profile), others


def main() -> None:
    """Measure both directions, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--share", type=float, default=1.0, help="share of the texts to spell")
    parser.add_argument("--speed", default="natural", choices=list(PACES))
    options = parser.parse_args()
    with ProcessPoolExecutor(len(SESSIONS)) as pool:
        parts = [*pool.map(measure, SESSIONS, repeat(options.share), repeat(options.speed))]
    print(f"CER without spaces at speed {options.speed}, %\n\n| shown | {' | '.join(WAYS)} |")
    print("|---|---|---|")
    for shown in SHOWN:
        pooled = [sum((part[shown][way] for part in parts), TextErrors()) for way in WAYS]
        print(f"| {shown} | {' | '.join(f'{errors.cer:.1f}' for errors in pooled)} |")


if __name__ == "__main__":
    main()
