"""What it costs that the glove slips while it learns: in the middle of a text, or of a calibration.

    python tests/benchmarks/slips.py [--sessions N]

The board turns by 60° about its normal. Texts are 14 words at natural speed, read by models of the
other sessions that learn from them. Quick calibrations are of recorded takes, three at most for
each that is asked for, and scored by 150 others that are worn as the glove sits in the end.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from reporting import both, options, show, table
from shared import SESSIONS, dev_texts
from strangers import episodes, stranger
from usual_mount import read

from jihwa.data.signal.frames import Frames
from jihwa.data.signal.monitor import SensorMonitor
from jihwa.data.synthesis.fits import Fit
from jihwa.data.synthesis.hands import RecordedHand
from jihwa.data.synthesis.pace import PACES
from jihwa.data.synthesis.spelling import assemble
from jihwa.io.evaluation.errors import TextErrors
from jihwa.models.mount import rotation
from jihwa.models.training.takes import truth
from jihwa.recognizer.calibration import Calibration, quick_plan
from jihwa.recognizer.personal import PersonalModel
from jihwa.recognizer.profile import Profile

SLIP_DEG = 60.0
WORDS = 14
TRIES, SCORED = 3, 150


def measure(wearer: str, sessions: int) -> tuple[TextErrors, TextErrors, float, float]:
    """Errors of texts while the glove stays and slips; top-1 (%) after such calibrations."""
    stays, slips = TextErrors(), TextErrors()
    top1: list[tuple[float, float]] = []
    for seed in range(sessions):
        turn_rad = np.radians([0.0, 0.0, SLIP_DEG * (-1) ** seed])
        slipped = Fit(mount=rotation(turn_rad))
        stays += _type(wearer, seed, Fit())
        slips += _type(wearer, seed, slipped)
        top1.append((_calibrate(wearer, seed, Fit()), _calibrate(wearer, seed, slipped)))
    stayed, had_slipped = np.mean(top1, axis=0).tolist()
    return stays, slips, stayed, had_slipped


def _type(wearer: str, seed: int, slipped: Fit) -> TextErrors:
    """Errors of a text, from the middle of which on the glove is worn so."""
    rng, alphabet = np.random.default_rng(seed), stranger(wearer).alphabet
    text = " ".join(rng.choice(dev_texts("words"), WORDS))
    hand = RecordedHand(episodes(wearer), alphabet, rng)
    session = assemble(text, hand, alphabet, PACES["natural"], rng)
    frames = SensorMonitor().feed(session.frames)
    middle_s = session.signs[len(session.signs) // 2].start_s - 0.05
    first, last = frames[frames.time_s < middle_s], frames[frames.time_s >= middle_s]
    frames = Frames.concatenate([first, slipped.worn(last)])
    return sum(read([replace(session, frames=frames)], wearer, learns=True), TextErrors())


def _calibrate(wearer: str, seed: int, slipped: Fit) -> float:
    """Top-1 (%) after a calibration from whose middle on the glove is worn so."""
    rng, bundle, takes = np.random.default_rng(seed), stranger(wearer), episodes(wearer)
    calibration = Calibration(bundle, quick_plan(bundle))
    unused = rng.permutation(len(takes)).tolist()
    while prompt := calibration.prompt:
        done, of = calibration.progress
        asked = [i for i in unused if takes.signs[i] == prompt.sign]
        for take in [i for i in asked if takes.styles[i] == prompt.style][:TRIES]:
            unused.remove(take)
            hold = takes.episodes[take].hold
            if calibration.answer(slipped.worn(hold) if done >= of // 2 else hold) is None:
                break
        else:
            calibration.skip()
    step = calibration.step("")
    profile = Profile.empty(bundle.alphabet)
    model = PersonalModel(bundle, profile.with_step(step) if step else profile)
    holds = [slipped.worn(takes.episodes[i].hold) for i in unused[:SCORED]]
    answers = model.log_likelihood(holds).argmax(axis=1)
    return 100 * float((answers == truth(takes, bundle.alphabet)[unused[:SCORED]]).mean())


def report(parts: list[tuple[TextErrors, TextErrors, float, float]]) -> Iterator[str]:
    """A Markdown table, by wearer."""
    rows = (
        (wearer, f"{stays.cer:.1f}", f"{slips.cer:.1f}", f"{top1:.1f}", f"{top1_slipped:.1f}")
        for wearer, (stays, slips, top1, top1_slipped) in zip(SESSIONS, parts, strict=True)
    )
    head = ("wearer", "CER: it stays", "it slips", "top-1: it stays", "it slips")
    return table(head, rows)


def main() -> None:
    """Measure both wearers, and print the table. All figures in %."""
    parser = options(__doc__)
    parser.add_argument("--sessions", type=int, default=8, help="texts, and calibrations, of each")
    show(report(both(measure, parser.parse_args().sessions)))


if __name__ == "__main__":
    main()
