"""Word signs and spelled words in one stream: what is read as the other.

    python tests/benchmarks/mixed.py [--streams N]

Word signs are those of `words.py`, three recorded hand shapes each; spelled words are everyday
ones, of the same recordings. Everything is fitted to one set and shown with the other. Between two
of them the hand leaves the picture, or stops at its last shape. They are read by letters and words
at once, and by either alone.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np
from ksl31 import SETS
from rapidfuzz.distance import Levenshtein
from reporting import options, pooled, show, table
from shared import SESSIONS, dev_texts
from strangers import LANDMARKS, network_of
from words import SHAPES, WORDS, Signer, learn, recordings

from jihwa.composer.composer import Composer
from jihwa.composer.language.mixture import Mixture
from jihwa.composer.text.transcript import Sign, Transcript
from jihwa.data.alphabet import Alphabet
from jihwa.data.formats.lines import LineParser
from jihwa.data.formats.times import UNTIMED_STEP_S
from jihwa.data.signal.frames import Array
from jihwa.data.takes.episodes import load_episodes
from jihwa.io.engine import Engine
from jihwa.models.training.fitting import LEARNERS
from jihwa.recognizer.classifier import Classifier
from jihwa.recognizer.recognizer import Recognizer
from jihwa.recognizer.segmenter import Segmenter
from jihwa.recognizer.word_signs import WordSignSpotter

IN_STREAM = 12
"""Word signs and spelled words of a stream, each as likely."""
PACES = {"normal": ((12, 20), (5, 9)), "natural": ((4, 13), (3, 7))}
"""Frames of a letter, and from one to the next: 0.36-0.6 and 0.15-0.27 s; 0.12-0.4 and 0.09-0.2."""
OF_WORDS = ((2, 5), (6, 11))
"""Of the shapes of a word sign, as in `words.py`."""
SPELLED_AT = np.array([0.5, 0.45])
RESTS = ("hand leaves", "hand stops")
WAYS = ("at once", "words alone", "letters alone")
ALPHABET = Alphabet.load("basic31")
SPELLED = [
    word
    for word in dev_texts("words")
    if 2 <= len(word) <= 3 and all(a != b for a, b in pairwise(ALPHABET.spell(word)))
]
"""Words without two equal letters in a row, between which a hand would have to let go."""

Key = tuple[str, str, str, bool]
"""Pace, rest, way of reading, and whether it is a word sign that was shown."""


@dataclass(frozen=True)
class Shown:
    """A word sign, or a spelled word, and when."""

    text: str
    is_sign: bool
    start_s: float
    end_s: float

    def overlaps(self, sign: Sign) -> bool:
        """Whether a sign was read while it was shown."""
        return sign.start_s < self.end_s and self.start_s < sign.end_s


def path(
    signer: Signer,
    before: Array | None,
    stops: Sequence[tuple[int, Array]],
    manner: tuple[tuple[int, int], tuple[int, int]],
) -> Array:
    """(n, 63) a hand that goes on to shapes at places, from its last picture or from nowhere."""
    hold, move = manner
    parts = [] if before is None else [before[-1:]]
    for shape, place in stops:
        stop = signer._shape(shape, place, int(signer.rng.integers(*hold)))
        if parts:
            n = int(signer.rng.integers(*move))
            share = ((1 - np.cos(np.pi * np.arange(1, n + 1) / n)) / 2)[:, None]
            parts.append(parts[-1][-1] * (1 - share) + stop[0] * share)
        parts.append(stop)
    return np.concatenate(parts if before is None else parts[1:])


def stream(
    vocabulary: Sequence[tuple[Array, Array]], signer: Signer, pace: str, rest: str
) -> tuple[Array, list[Shown]]:
    """Pictures of word signs and spelled words in turn, and which they are."""
    rng, letters = signer.rng, SETS["one"]
    parts: list[Array] = [np.zeros((1, 63))]
    shown: list[Shown] = []
    n, before = 1, None
    for _ in range(IN_STREAM):
        if is_sign := bool(rng.random() < 0.5):
            at = int(rng.integers(WORDS))
            text, stops, manner = f"w{at}", list(zip(*vocabulary[at], strict=True)), OF_WORDS
        else:
            text, manner = str(rng.choice(SPELLED)), PACES[pace]
            stops = [(letters.index(sign), SPELLED_AT) for sign in ALPHABET.spell(text)]
        hand = path(signer, before, stops, manner)
        shown.append(Shown(text, is_sign, n * UNTIMED_STEP_S, (n + len(hand)) * UNTIMED_STEP_S))
        still = int(rng.integers(12, 60))
        behind = np.zeros((still, 63))
        if rest == RESTS[1]:
            behind = before = signer._shape(*stops[-1], still)
        parts += [hand, behind]
        n += len(hand) + still
    return np.concatenate(parts), shown


def lines(pictures: Array) -> Iterator[bytes]:
    """What a camera tells of (n, 63) pictures, a second at a time."""
    told = [
        json.dumps({"timestamp": at * UNTIMED_STEP_S, "landmarks": row if any(row) else []}) + "\n"
        for at, row in enumerate(pictures.tolist())
    ]
    for at in range(0, len(told), 33):
        yield "".join(told[at : at + 33]).encode()


def measure(number: int, n_streams: int) -> dict[Key, Counter[str]]:
    """What is shown with one set becomes, read by models of the other."""
    rng = np.random.default_rng([7, number])
    fitted = [*SETS][1 - number]
    vocabulary = [
        (rng.integers(31, size=SHAPES), rng.uniform(0.25, 0.75, (SHAPES, 2))) for _ in range(WORDS)
    ]
    words = learn(vocabulary, Signer(recordings(2 - number), rng))
    letters = LEARNERS["gaussian"].fit(load_episodes(LANDMARKS / fitted, ALPHABET), ALPHABET)
    network = network_of(*SESSIONS, fitted)
    signer = Signer(recordings(1 + number), rng)
    mixture = Mixture.load()
    counts: dict[Key, Counter[str]] = {}
    for (pace, rest), _ in product(product(PACES, RESTS), range(n_streams)):
        pictures, shown = stream(vocabulary, signer, pace, rest)
        for way in WAYS:
            engine = Engine(
                Recognizer(Segmenter(network), Classifier(letters)), Composer(ALPHABET, mixture)
            )
            engine.word_signs = None if way == WAYS[2] else WordSignSpotter(words)
            read = follow(engine, pictures, with_letters=way != WAYS[1])
            for item in shown:
                tally = counts.setdefault((pace, rest, way, item.is_sign), Counter())
                tally.update(became(item, read))
    return counts


def follow(engine: Engine, pictures: Array, *, with_letters: bool) -> Transcript:
    """What an engine reads."""
    engine.reset()
    see = engine.word_signs.see if engine.word_signs else lambda _: None
    parser = LineParser(see=see)
    for chunk in lines(pictures):
        frames = parser.feed(chunk)
        for _ in engine.feed(frames) if with_letters else engine.overlook(frames):
            pass
    for _ in engine.flush():
        pass
    return engine.finish()


def became(item: Shown, read: Transcript) -> Counter[str]:
    """What one of those shown was read as, in counts."""
    signs = [sign for sign in read.signs if item.overlaps(sign)]
    names = [sign.sign for sign in signs if sign.sign[0] == "w"]
    letters = [sign for sign in signs if sign.sign in ALPHABET.index]
    if names:
        kind = "right" if item.text in names else "sign"
    elif letters:
        kind = "letters"
    else:
        kind = "nothing"
    told = Counter({"shown": 1, kind: 1})
    if not item.is_sign:
        spelled = ALPHABET.spell(item.text)
        told["spelled"] = len(spelled)
        told["errors"] = Levenshtein.distance(spelled, [sign.sign for sign in letters])
    return told


def main() -> None:
    """Measure both directions of the sets, and print."""
    parser = options(__doc__ or "")
    parser.add_argument("--streams", type=int, default=10, help="streams of each kind and set")
    n_streams = parser.parse_args().streams
    counts = pooled([measure(number, n_streams) for number in range(2)])

    def share(key: Key, kind: str, of: str = "shown") -> str:
        return f"{100 * counts[key][kind] / counts[key][of]:.1f}"

    rows = (
        (
            pace,
            rest,
            way,
            *(share((pace, rest, way, True), kind) for kind in ("right", "sign", "letters")),
            share((pace, rest, way, False), "sign"),
            share((pace, rest, way, False), "errors", "spelled"),
        )
        for pace, rest, way in product(PACES, RESTS, WAYS)
    )
    head = (
        "pace",
        "between",
        "read",
        "right",
        "other word",
        "letters",
        "word sign",
        "wrong letters",
    )
    show(table(head, rows))
    print(sum(each["shown"] for each in counts.values()) // len(WAYS), "shown")


if __name__ == "__main__":
    main()
