"""Text of hands that a camera sees: one set of landmarks fitted, texts spelled with the other one.

    python tests/benchmarks/landmarks.py [--share F]

The segmenter has practised on gloves and the fitted set. The signer of the set that is spelled
shows nothing, or one take of every sign, which is not spelled with. Both directions are pooled. How
single holds are read is said by `jihwa compare`, of the takes that `ksl31.py` writes.
"""

import tempfile
from itertools import product
from pathlib import Path
from unittest.mock import patch

import numpy as np
from ksl31 import SETS, write_takes
from reporting import options, pooled, show, table
from sessions import KINDS, TEXTS, read, without_choice
from shared import SESSIONS, dev_texts
from strangers import network_of

from jihwa.composer.composer import Composer
from jihwa.composer.language.mixture import Mixture
from jihwa.data.alphabet import Alphabet
from jihwa.data.signal import landmarks
from jihwa.data.signal.monitor import SensorMonitor
from jihwa.data.synthesis.hands import RecordedHand
from jihwa.data.synthesis.pace import PACES
from jihwa.data.synthesis.sessions import Truth
from jihwa.data.synthesis.spelling import assemble, spell_words
from jihwa.data.takes.collection import DEFAULT_STYLE
from jihwa.data.takes.episodes import EpisodeSet, load_episodes
from jihwa.io.evaluation.errors import TextErrors
from jihwa.io.evaluation.sessions import true_segments
from jihwa.models.training.fitting import LEARNERS
from jihwa.models.training.hold_training import smoothed
from jihwa.recognizer.calibration import Calibration, full_plan, go_through
from jihwa.recognizer.classifier import Classifier
from jihwa.recognizer.personal import PersonalModel
from jihwa.recognizer.profile import Profile
from jihwa.recognizer.segmenter import Segmenter

SHOWN = ("nothing", "all signs once")
WAYS = ("whole path", "perfect segments")
SPEEDS = ("normal", "natural", "slow")

Key = tuple[str, str, str]
"""Speed, what was shown, and way."""


def measure(
    fitted: EpisodeSet, shown: EpisodeSet, spelled: EpisodeSet, share: float
) -> dict[Key, TextErrors]:
    """Errors of texts that the signer of one set spells, for a model of the other.

    Args:
        fitted: What the model has met.
        shown: What the signer shows first; some of it.
        spelled: The same takes before they were smoothed: sessions are smoothed as a whole.
        share: Of the texts.
    """
    alphabet = Alphabet.load("basic31")
    bundle = LEARNERS["gaussian"].fit(fitted, alphabet)
    rng = np.random.default_rng(0)
    calibration = Calibration(bundle, full_plan(bundle, [DEFAULT_STYLE]))
    _, unused = go_through(calibration, shown[rng.permutation(len(shown))])
    left = {episode.path for episode in unused}
    left |= {e.path for e in shown if e.sign not in unused.signs}  # refused as too restless
    others = EpisodeSet(tuple(episode for episode in spelled if episode.path in left), ())
    step = calibration.step("")
    assert step is not None
    profile = Profile.empty(alphabet).with_step(step)
    texts = [
        str(text)
        for kind in KINDS
        for text in rng.choice(dev_texts(kind), max(1, round(TEXTS[kind] * share)), replace=False)
    ]
    errors = {key: TextErrors() for key in product(SPEEDS, SHOWN, WAYS)}
    personal = dict(zip(SHOWN, (None, PersonalModel(bundle, profile)), strict=True))
    composer = Composer(alphabet, Mixture.load())
    (fitted_set,) = set(fitted.sessions)
    network = network_of(*SESSIONS, fitted_set)
    for speed, text in product(SPEEDS, texts):
        hand = RecordedHand(others, alphabet, rng)
        session = smoothed(assemble(text, hand, alphabet, PACES[speed], rng))
        frames = SensorMonitor().feed(session.frames)
        segmenter = Segmenter(network)
        truth = Truth(session.text, session.signs, session.pauses)
        lengths = [len(word) for word in spell_words(text, alphabet)]
        perfect = [(segment,) for segment in true_segments(frames, truth, lengths)]
        cuts = segmenter.feed(frames) + segmenter.flush(), perfect
        for known, (way, boundaries) in product(SHOWN, zip(WAYS, cuts, strict=True)):
            classifier = Classifier(bundle, personal[known])
            seen = [classifier.feed(*segments) for segments in boundaries]
            told = read(seen if way == WAYS[0] else without_choice(seen), composer).text
            errors[speed, known, way] += TextErrors.of(session.text, told, alphabet)
    return errors


def main() -> None:
    """Measure both directions, and print a table."""
    asked = options(__doc__, share=0.25).parse_args()
    alphabet = Alphabet.load("basic31")
    with tempfile.TemporaryDirectory() as folder:
        write_takes(Path(folder))
        smooth = [load_episodes(Path(folder) / name, alphabet) for name in SETS]
        with patch.object(landmarks, "SMOOTHED", 1):
            rough = [load_episodes(Path(folder) / name, alphabet) for name in SETS]
    pairs = (smooth[0], smooth[1], rough[1]), (smooth[1], smooth[0], rough[0])
    errors = pooled([measure(*pair, asked.share) for pair in pairs])
    print("CER without spaces, %\n")
    rows = (
        (speed, shown, *(f"{errors[speed, shown, way].cer:.1f}" for way in WAYS))
        for speed, shown in product(SPEEDS, SHOWN)
    )
    show(table(("speed", "shown", *WAYS), rows))


if __name__ == "__main__":
    main()
