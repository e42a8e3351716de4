"""Whether looking for the mount harms where the board sits as usual.

    python tests/benchmarks/usual_mount.py [--share F]

The dev texts of `hb` and `v2` are read by models of the others: by the product, and by the same
with every mount but the usual one struck out, the same signals by both. Each text is the first of
its wearer, or they come ten in a row, learning from each other or not.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from unittest.mock import patch

import numpy as np
from reporting import both, options, show, table
from sessions import spelled_sessions
from shared import SESSIONS
from strangers import stranger, stranger_network

from jihwa.composer.composer import Composer
from jihwa.composer.language.mixture import Mixture
from jihwa.data.signal.frames import Array
from jihwa.data.synthesis.spelling import SpelledSession
from jihwa.io.engine import Engine
from jihwa.io.evaluation.errors import TextErrors
from jihwa.models.mount import Mounts
from jihwa.recognizer.classifier import Classifier
from jihwa.recognizer.personal import Adaptation, PersonalModel
from jihwa.recognizer.recognizer import Recognizer
from jihwa.recognizer.segmenter import Segmenter

SPEEDS = ("normal", "natural")
WAYS = {
    "each the first": (1, False),
    "in a row": (10, False),
    "in a row, learning": (10, True),
}
"""How many texts of a wearer come one after the other, and whether they teach the model."""

DRAWS = 2000


@dataclass
class Pair:
    """The same texts with the mount looked for and with the usual one alone."""

    found: list[TextErrors] = field(default_factory=list)
    usual: list[TextErrors] = field(default_factory=list)


def usual_only(usual: Array, _usual_share: float = 0.0) -> Mounts:
    """A grid of the usual mount alone."""
    return Mounts(usual[None], np.zeros(1), np.ones((1, 1), dtype=np.bool_))


def measure(wearer: str, share: float) -> dict[tuple[str, str], Pair]:
    """One wearer's texts by speed and way."""
    pairs: dict[tuple[str, str], Pair] = {}
    for speed in SPEEDS:
        texts = [session for _, session in spelled_sessions(wearer, share, paces=[speed])]
        texts = [texts[i] for i in np.random.default_rng(0).permutation(len(texts))]
        for way, (in_a_row, learns) in WAYS.items():
            pair = pairs.setdefault((speed, way), Pair())
            for first in range(0, len(texts), in_a_row):
                row = texts[first : first + in_a_row]
                pair.found += read(row, wearer, learns=learns)
                with patch("jihwa.recognizer.glove_fit.Mounts.around", usual_only):
                    pair.usual += read(row, wearer, learns=learns)
    return pairs


def read(texts: list[SpelledSession], wearer: str, *, learns: bool) -> list[TextErrors]:
    """What texts that follow each other come to."""
    bundle = stranger(wearer)
    classifier = Classifier(bundle, PersonalModel(bundle))
    adaptation = Adaptation(bundle) if learns else None
    recognizer = Recognizer(Segmenter(stranger_network(wearer)), classifier, adaptation)
    engine = Engine(recognizer, Composer(bundle.alphabet, Mixture.load()))
    errors, start_s = [], 0.0
    for text in texts:
        frames = replace(text.frames, time_s=text.frames.time_s + start_s)
        start_s += frames.duration_s + 1.0
        for _ in (*engine.feed(frames), *engine.flush()):
            pass
        errors.append(TextErrors.of(text.text, engine.finish().text, bundle.alphabet))
    return errors


def report(parts: Sequence[dict[tuple[str, str], Pair]]) -> Iterator[str]:
    """A Markdown table: CER by both, their difference, and between what it lies in 95 %."""
    pairs: dict[tuple[str, str, str], Pair] = {}
    for wearer, part in zip(SESSIONS, parts, strict=True):
        for (speed, way), pair in part.items():
            for key in ((wearer, speed, way), ("both", speed, way), ("both", "both", way)):
                known = pairs.get(key, Pair())
                pairs[key] = Pair(known.found + pair.found, known.usual + pair.usual)
    head = ("wearer", "speed", "texts", "usual mount alone", "looked for", "difference (95 %)")
    return table(head, ((*key, *_figures(pairs[key])) for key in sorted(pairs, key=_place)))


def _place(key: tuple[str, str, str]) -> tuple[int, str, str]:
    wearer, speed, way = key
    return list(WAYS).index(way), wearer.replace("both", "~"), speed.replace("both", "~")


def _figures(pair: Pair) -> tuple[str, ...]:
    usual, found = (sum(texts, TextErrors()) for texts in (pair.usual, pair.found))
    both_ways = zip(pair.usual, pair.found, strict=True)
    more = np.array([found.tight_errors - usual.tight_errors for usual, found in both_ways])
    chars = np.array([each.tight_chars for each in pair.usual])
    drawn = np.random.default_rng(0).integers(len(chars), size=(DRAWS, len(chars)))
    low, high = np.percentile(100 * more[drawn].sum(axis=1) / chars[drawn].sum(axis=1), [2.5, 97.5])
    difference = 100 * more.sum() / chars.sum()
    return f"{usual.cer:.2f}", f"{found.cer:.2f}", f"{difference:+.2f} ({low:+.2f} to {high:+.2f})"


def main() -> None:
    """Measure both wearers, and print the table. CER without spaces, %."""
    share = options(__doc__, share=1.0).parse_args().share
    show(report(both(measure, share)))


if __name__ == "__main__":
    main()
