"""What it costs that the board sits otherwise than in training, and how soon it is found out.

    python tests/benchmarks/mounts.py [--sessions N]

In August the same glove was recorded with its board turned by about 49° and a dead ring finger;
models are fitted on the two other sessions and read it. For comparison each of these is read by
models of the others, as it is and worn otherwise (`jihwa.data.synthesis.fits`): fingers of other
spans, boards turned by up to 60°, or the glove on the left hand.

Every row is measured with the mount as it is, shown by three signs first (`jihwa calibrate
--mount`), and taken out by an oracle that knows all takes. Holds come in random order, texts one
after the other as one wearer would type them.
"""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
from numpy.random import Generator
from reporting import options, show, table
from shared import dev_texts
from strangers import episodes, stranger, stranger_network

from jihwa.composer.composer import Composer
from jihwa.composer.language.mixture import Mixture
from jihwa.data.signal.frames import Frames
from jihwa.data.synthesis.fits import Fit
from jihwa.data.synthesis.hands import RecordedHand
from jihwa.data.synthesis.pace import PACES
from jihwa.data.synthesis.spelling import SpelledSession, assemble
from jihwa.io.engine import Engine
from jihwa.io.evaluation.errors import TextErrors
from jihwa.recognizer.calibration import Calibration, mount_plan
from jihwa.recognizer.classifier import Classifier
from jihwa.recognizer.events import Segment
from jihwa.recognizer.personal import Adaptation, PersonalModel
from jihwa.recognizer.profile import Profile, StepKind
from jihwa.recognizer.recognizer import Recognizer
from jihwa.recognizer.segmenter import Segmenter

WORN = (("august", False), ("hb", False), ("v2", False), ("hb", True), ("v2", True))
"""Whose takes, and whether each session wears the glove in a way of its own."""

SPEEDS = ("normal", "natural")
TEXTS = {"words": 5, "persons": 2, "places": 1, "sentences": 2}
"""Texts of a session, in random order: about a hundred letters."""

HOLDS = 100
PLACES = (0, 5, 10, 20, 40, 80)
"""From which letter of a session on texts are counted together, by the one that they begin with."""


class Mount(StrEnum):
    """What is known of how the board sits."""

    UNKNOWN = "unknown"
    SHOWN = "shown"
    ORACLE = "taken out by an oracle"


@dataclass(frozen=True)
class Way:
    """What a session is read with."""

    mount: Mount
    adapts: bool

    def __str__(self) -> str:
        return f"{self.mount}, learning" if self.adapts else self.mount


HOLD_WAYS = {
    "alone": (Mount.UNKNOWN, False),
    "in a row": (Mount.UNKNOWN, True),
    "shown, in a row": (Mount.SHOWN, True),
    "oracle": (Mount.ORACLE, False),
    "oracle, in a row": (Mount.ORACLE, True),
}
"""How single holds are read: each as if it were the first, or one after the other."""

WAYS = tuple(Way(mount, adapts) for adapts in (False, True) for mount in Mount)


@dataclass
class Outcome:
    """Holds read right at once and among five, alone and in a row; texts by speed and place."""

    holds: Counter[str] = field(default_factory=Counter)
    texts: dict[tuple[str, int, Way], TextErrors] = field(default_factory=dict)


def measure(worn: tuple[str, bool], seed: int) -> Outcome:
    """One session: its holds, and its texts at every speed."""
    outcome = Outcome()
    wearer, differently = worn
    fit = Fit.draw(seed) if differently else Fit()
    undone = {Mount.ORACLE: _oracle(wearer, fit)}
    profiles = {Mount.SHOWN: _shown(wearer, fit, np.random.default_rng(seed))}
    _read_holds(wearer, fit, undone, profiles, outcome.holds, np.random.default_rng(seed))
    for speed in SPEEDS:
        texts = [*_spell(wearer, fit, speed, np.random.default_rng(seed))]
        for way in WAYS:
            undo, profile = undone.get(way.mount, Fit()), profiles.get(way.mount)
            _type(wearer, texts, undo, profile, speed, way, outcome)
    return outcome


def _shown(wearer: str, fit: Fit, rng: Generator) -> Profile:
    """The profile of a wearer who showed how the board sits, with any takes."""
    bundle, takes = stranger(wearer), episodes(wearer)
    calibration = Calibration(bundle, mount_plan(bundle), kind=StepKind.MOUNT)
    while prompt := calibration.prompt:
        take = rng.choice(np.flatnonzero(takes.signs == prompt.sign))
        calibration.answer(fit.worn(takes.episodes[take].hold))
    step = calibration.step("2025-08-19")
    profile = Profile.empty(bundle.alphabet)
    return profile.with_step(step) if step else profile


def _oracle(wearer: str, fit: Fit) -> Fit:
    """What takes a wearer's mount out: the rotation that brings mean gravity of all signs nearest
    to the model's (W. Kabsch (1976), "A solution for the best rotation to relate two sets of
    vectors").
    """
    bundle, takes = stranger(wearer), episodes(wearer)
    gravity = np.array([bundle.extractor.of_hold(fit.worn(take.hold))[5:] for take in takes])
    of_sign = [gravity[takes.signs == sign].mean(axis=0) for sign in bundle.alphabet.signs]
    left, _, right = np.linalg.svd(bundle.of_glove().mean[:, 5:].T @ np.array(of_sign))
    handedness = np.sign(np.linalg.det(fit.mount) * np.linalg.det(left @ right))
    return Fit(mount=left @ np.diag([1.0, 1.0, handedness]) @ right)


def _read_holds(
    wearer: str,
    fit: Fit,
    undone: dict[Mount, Fit],
    profiles: dict[Mount, Profile],
    holds: Counter[str],
    rng: Generator,
) -> None:
    """Read holds one by one, in every way."""
    takes, alphabet = episodes(wearer), stranger(wearer).alphabet
    chosen = takes[rng.permutation(len(takes))[:HOLDS]]
    for name, (mount, carried) in HOLD_WAYS.items():
        bundle = stranger(wearer)
        classifier = Classifier(bundle, PersonalModel(bundle, profiles.get(mount)))
        for number, take in enumerate(chosen):
            frames = undone.get(mount, Fit()).worn(fit.worn(take.hold))
            segment = Segment(number, number + 0.5, 1.0, frames)
            (emission, *_) = classifier.feed(segment) if carried else classifier.read(segment)
            likeliest = [alphabet.signs[i] for i in np.argsort(-emission.log_likelihood)[:5]]
            holds[f"{name}: 1"] += likeliest[0] == take.sign
            holds[f"{name}: 5"] += take.sign in likeliest
    holds["all"] += len(chosen)


def _spell(wearer: str, fit: Fit, speed: str, rng: Generator) -> Iterator[SpelledSession]:
    """The texts of a session, spelled one after the other."""
    alphabet = stranger(wearer).alphabet
    texts = [str(t) for kind, n in TEXTS.items() for t in rng.choice(dev_texts(kind), n)]
    hand = RecordedHand(episodes(wearer), alphabet, rng)
    start_s = 0.0
    for text in rng.permutation(texts):
        session = assemble(str(text), hand, alphabet, PACES[speed], rng)
        frames = fit.worn(session.frames)
        yield replace(session, frames=replace(frames, time_s=frames.time_s + start_s))
        start_s += frames.duration_s + 1.0


def _type(
    wearer: str,
    texts: list[SpelledSession],
    undone: Fit,
    profile: Profile | None,
    speed: str,
    way: Way,
    outcome: Outcome,
) -> None:
    """Read the texts of a session one after the other."""
    bundle = stranger(wearer)
    adaptation = Adaptation(bundle, profile) if way.adapts else None
    classifier = Classifier(bundle, PersonalModel(bundle, profile))
    recognizer = Recognizer(Segmenter(stranger_network(wearer)), classifier, adaptation)
    engine = Engine(recognizer, Composer(bundle.alphabet, Mixture.load()))
    letters = 0
    for text in texts:
        read = _text(engine, undone.worn(text.frames))
        place = max(place for place in PLACES if place <= letters)
        errors = TextErrors.of(text.text, read, bundle.alphabet)
        known = outcome.texts.get((speed, place, way), TextErrors())
        outcome.texts[speed, place, way] = known + errors
        letters += len(text.signs)


def _text(engine: Engine, frames: Frames) -> str:
    """The text of a signal that follows those before it."""
    for _ in engine.feed(frames):
        pass
    for _ in engine.flush():
        pass
    return engine.finish().text


def report(outcomes: dict[tuple[str, bool], list[Outcome]]) -> Iterator[str]:
    """Two Markdown tables: of holds and of texts."""
    head = ("wearer", *(f"{way}: top-1 / 5" for way in HOLD_WAYS))
    yield from table(head, _of_holds(outcomes))
    yield ""
    head = ("wearer", "speed", "mount", *(f"letter {place + 1} on" for place in PLACES), "all")
    yield from table(head, _of_texts(outcomes))


def _of_holds(outcomes: dict[tuple[str, bool], list[Outcome]]) -> Iterator[tuple[str, ...]]:
    for worn, sessions in outcomes.items():
        holds = sum((each.holds for each in sessions), Counter[str]())
        share = {name: f"{100 * n / holds['all']:.1f}" for name, n in holds.items()}
        yield _name(worn), *(f"{share[f'{way}: 1']} / {share[f'{way}: 5']}" for way in HOLD_WAYS)


def _of_texts(outcomes: dict[tuple[str, bool], list[Outcome]]) -> Iterator[tuple[object, ...]]:
    for worn, sessions in outcomes.items():
        for speed in SPEEDS:
            for way in WAYS:
                parts = [
                    sum(
                        (s.texts.get((speed, place, way), TextErrors()) for s in sessions),
                        TextErrors(),
                    )
                    for place in PLACES
                ]
                cers = [f"{part.cer:.1f}" for part in (*parts, sum(parts, TextErrors()))]
                yield _name(worn), speed, way, *cers


def _name(worn: tuple[str, bool]) -> str:
    return f"{worn[0]}, worn otherwise" if worn[1] else worn[0]


def main() -> None:
    """Measure all sessions, and print the tables. CER without spaces, all figures in %."""
    parser = options(__doc__)
    parser.add_argument("--sessions", type=int, default=16, help="sessions of each wearer")
    sessions = parser.parse_args().sessions
    jobs = [(worn, seed) for worn in WORN for seed in range(sessions)]
    outcomes: dict[tuple[str, bool], list[Outcome]] = {}
    with ProcessPoolExecutor(2) as pool:
        for (worn, _), outcome in zip(
            jobs, pool.map(measure, *zip(*jobs, strict=True)), strict=True
        ):
            outcomes.setdefault(worn, []).append(outcome)
    show(report(outcomes))


if __name__ == "__main__":
    main()
