"""What it gives to read a hand in a hurry by what it was aimed at, not by what it reached.

    python tests/benchmarks/aims.py [--share F]

The same signals of strangers are read with and without it, at the segmenter's holds and at the true
ones.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from unittest.mock import patch

from reporting import both, options, pooled, show, table
from sessions import classify, found_boundaries, read, spelled_sessions, true_boundaries

from jihwa.composer.composer import Composer
from jihwa.composer.language.mixture import Mixture
from jihwa.data.alphabet import Alphabet
from jihwa.io.evaluation.errors import TextErrors
from jihwa.recognizer.classifier import HURRIED_HOLD_S

SPEEDS = ("natural", "stress", "fluent", "mixed")
LONGEST_S = {"reached": 0.0, "aimed at": HURRIED_HOLD_S}
"""The longest hold of a hand that may be in a hurry."""

Key = tuple[str, str, str]
"""Speed, whose holds, and how they are read."""


def measure(wearer: str, share: float) -> dict[Key, TextErrors]:
    """The errors of one wearer's texts."""
    alphabet = Alphabet.load()
    composer = Composer(alphabet, Mixture.load())
    errors: dict[Key, TextErrors] = defaultdict(TextErrors)
    for cell, session in spelled_sessions(wearer, share, paces=SPEEDS):
        found = {"segmenter": found_boundaries(session, wearer), "true": true_boundaries(session)}
        for holds, boundaries in found.items():
            for way, longest_s in LONGEST_S.items():
                with patch("jihwa.recognizer.classifier.HURRIED_HOLD_S", longest_s):
                    text = read(classify(boundaries, wearer), composer).text
                errors[cell.pace, holds, way] += TextErrors.of(session.text, text, alphabet)
    return dict(errors)


def report(errors: Mapping[Key, TextErrors]) -> Iterator[str]:
    """A Markdown table of CER, %."""
    columns = [(holds, way) for holds in ("segmenter", "true") for way in LONGEST_S]
    head = ["speed", "characters", *(f"holds of {holds}, {way}" for holds, way in columns)]
    rows = (
        [
            speed,
            errors[speed, *columns[0]].tight_chars,
            *(f"{errors[speed, *column].cer:.1f}" for column in columns),
        ]
        for speed in SPEEDS
    )
    return table(head, rows)


def main() -> None:
    """Measure with both wearers as the stranger, and print the table."""
    share = options(__doc__, share=0.4).parse_args().share
    show(report(pooled(both(measure, share))))


if __name__ == "__main__":
    main()
