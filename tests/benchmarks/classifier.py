"""What the shipped classifier costs: time of a hold, of loading, of learning a wearer; memory.

    python tests/benchmarks/classifier.py [BUNDLE]

Times are medians, on one thread and without imports. Memory is what loading the model and using it
once adds to the resident size of a process that has imported numpy. The hold is two seconds at
33 Hz; the wearer has shown every sign in two styles and typed until the profile is full.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from reporting import median_ms, options, resident_mb

from jihwa.data.signal.frames import Frames
from jihwa.data.synthesis.hands import HandStatistics, SyntheticHand
from jihwa.models.bundle import Bundle, load_shipped
from jihwa.recognizer.events import Decision, Emission, Segment
from jihwa.recognizer.personal import Adaptation, PersonalModel
from jihwa.recognizer.profile import KEPT_HOLDS, Observation, Profile, Step, StepKind

REPEATS = 300
N_FRAMES = 66
"""Two seconds at 33 Hz."""


def main() -> None:
    """Print the table."""
    parser = options(__doc__)
    parser.add_argument("bundle", nargs="?", type=Path, help="a model (default: the shipped one)")
    path = parser.parse_args().bundle
    load = (lambda: Bundle.load(path)) if path else load_shipped
    before_mb = resident_mb()
    bundle = load()
    hold = holds(bundle, ["ㄱ"])[0]
    bundle.log_likelihood([hold])
    print(f"{'memory':36}{resident_mb() - before_mb:8.1f} MB")
    profile = calibrated(bundle)
    personal = PersonalModel(bundle, profile)
    features = bundle.extractor.of_hold(hold)[None]
    adaptation = typed(bundle, profile)
    steps: dict[str, Callable[[], object]] = {
        "load": load,
        "hold to log-likelihoods": lambda: bundle.log_likelihood([hold]),
        "the same, calibrated": lambda: personal.log_likelihood([hold]),
        "features to log-likelihoods": lambda: bundle.of_glove().log_likelihood(features),
        "profile to model, calibrated": lambda: PersonalModel(bundle, profile),
        "profile to model, full of typed holds": adaptation.model,
    }
    for name, step in steps.items():
        print(f"{name:36}{median_ms(step, REPEATS):8.3f} ms")


def holds(bundle: Bundle, signs: list[str]) -> list[Frames]:
    """One hold of each sign by a simulated wearer."""
    rng = np.random.default_rng(0)
    hand = SyntheticHand(HandStatistics.load(), bundle.alphabet, rng)
    time_s = np.arange(N_FRAMES) / hand.rate_hz
    return [
        Frames(time_s, *np.split(hand.hold(sign, N_FRAMES, rng), [5, 8], axis=1)) for sign in signs
    ]


def calibrated(bundle: Bundle) -> Profile:
    """The profile of a wearer who has shown every sign in two styles."""
    signs = list(bundle.alphabet.signs) * 2
    styles = np.repeat([1, 5], len(bundle.alphabet.signs)).tolist()
    observations = [
        Observation.of_pose(bundle.extractor.of_hold(hold), bundle.extractor, sign, style)
        for sign, style, hold in zip(signs, styles, holds(bundle, signs), strict=True)
    ]
    step = Step(StepKind.CALIBRATION, "2026-01-01T00:00:00", tuple(observations))
    return Profile.empty(bundle.alphabet).with_step(step)


def typed(bundle: Bundle, profile: Profile) -> Adaptation:
    """Self-adaptation that has kept as many holds of every sign as it can."""
    adaptation = Adaptation(bundle, profile)
    signs = list(bundle.alphabet.signs) * KEPT_HOLDS
    for sign, hold in zip(signs, holds(bundle, signs), strict=True):
        pose = bundle.extractor.of_hold(hold)
        posterior = np.zeros(len(bundle.alphabet.signs) + 2)
        posterior[bundle.alphabet.index[sign]] = 1.0
        segment = Segment(0.0, 2.0, 0.3, hold)
        emission = Emission(segment, np.log(posterior[:-2] + 1e-9), -50.0, -50.0, pose)
        adaptation.learn([Decision(emission, posterior)])
    return adaptation


if __name__ == "__main__":
    main()
