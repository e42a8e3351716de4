"""Word signs in a stream: pauses between them, and the vote that published programs take.

    python tests/benchmarks/words.py [--streams N]

Words are made of the shared landmarks: the hand comes into the picture, goes through three signs at
a place of its own each, and leaves or rests low. A network (`gru`) learns words of one set of
recordings; streams are made of the other set, with the same word twice in a row now and then, and
with movements that are no word. Delay is from the end of a word to when it is known.
"""

import gzip
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

import numpy as np
from ksl31 import SETS, SHARED
from reporting import options, show, table

from jihwa.data.alphabet import Alphabet
from jihwa.data.formats.times import UNTIMED_STEP_S
from jihwa.data.signal.frames import Array
from jihwa.data.takes.sequences import SequenceSet
from jihwa.models.bundle import Bundle
from jihwa.models.training.fitting import LEARNERS
from jihwa.recognizer.word_signs import Pauses, Vote, WordSign

WORDS, SHAPES, LEARNED = 10, 3, 30
"""Words, signs of each, and sequences of each that are learned."""
IN_STREAM, AGAIN, OTHERWISE = 12, 0.15, 0.2
"""Words of a stream; shares of those that come twice, and of movements that are none."""
LATEST_S = 1.5
"""What is known later after the end of a word is a false alarm."""
_REST_AT = np.array([0.5, 0.92])


@dataclass
class Signer:
    """Shows words with the hand of one set of recordings."""

    recordings: Sequence[Array]
    rng: np.random.Generator
    n_points: int = field(default=21, init=False)

    def word(self, shapes: Sequence[int], places: Array, rests_low: bool) -> Array:
        """(T, 63) a hand that goes through signs at (n, 2) places, from rest to rest."""
        stops = [self._shape(shape, place) for shape, place in zip(shapes, places, strict=True)]
        low = self._shape(0, _REST_AT)
        path = [low, *stops, low] if rests_low else stops
        parts = [path[0][:1]]
        for stop in path[1:] if rests_low else path:
            n = int(self.rng.integers(6, 11))
            share = ((1 - np.cos(np.pi * np.arange(1, n + 1) / n)) / 2)[:, None]
            parts += [parts[-1][-1] * (1 - share) + stop[0] * share, stop]
        return np.concatenate(parts[:-1] if rests_low else parts)

    def rest(self, n: int, rests_low: bool) -> Array:
        """(n, 63) a hand at rest, or no hand."""
        low = np.resize(self._shape(0, _REST_AT, 30), (n, 63))
        return low if rests_low else np.zeros((n, 63))

    def _shape(self, shape: int, place: Array, n: int = 0) -> Array:
        n = n or int(self.rng.integers(2, 5))
        recording = self.recordings[shape]
        start = int(self.rng.integers(len(recording) - n))
        hand = recording[start : start + n] - recording[start, :1]
        where = place + self.rng.normal(0, 0.02, 2)
        hand[:, :, :2] += where
        return hand.reshape(n, -1)


@dataclass(frozen=True)
class Shown:
    """A word of a stream, from frame to frame; None for a movement that is none."""

    word: int | None
    start: int
    end: int


@dataclass
class Tally:
    """What became of streams."""

    words: int = 0
    found: int = 0
    false: int = 0
    frames: int = 0
    delays: list[int] = field(default_factory=list)

    def take(self, shown: Sequence[Shown], read: Sequence[WordSign], n_frames: int) -> None:
        """Count a stream."""
        left = [each for each in shown if each.word is not None]
        self.words, self.frames = self.words + len(left), self.frames + n_frames
        for word in sorted(read, key=lambda each: each.known):
            latest = LATEST_S / UNTIMED_STEP_S
            fits = [s for s in left if s.word == word.word and s.start < word.known]
            hit = next((s for s in fits if word.known < s.end + latest), None)
            if hit is None:
                self.false += 1
            else:
                left.remove(hit)
                self.found += 1
                self.delays.append(word.known - hit.end)

    @property
    def row(self) -> tuple[str, str, str]:
        """Missed words, false alarms a minute, and median delay."""
        minutes = self.frames * UNTIMED_STEP_S / 60
        delays = np.array(self.delays) * UNTIMED_STEP_S
        return (
            f"{1 - self.found / self.words:.1%}",
            f"{self.false / minutes:.1f}",
            f"{median(delays):.2f} ({np.quantile(delays, 0.9):.2f}) s",
        )


def recordings(number: int) -> list[Array]:
    """(n, 21, 3) pictures of every sign of a set, in the order of the first set's names."""
    names = [*SETS.values()]
    found = []
    for sign in names[0]:
        place = names[number - 1].index(sign) + 1
        with gzip.open(SHARED / f"data_{number}_{place}.csv.gz", "rt") as file:
            rows = [line.rstrip("\n").split(",")[-63:] for line in [*file][1:]]
        whole = [row for row in rows if len(row) == 63 and all(row)]
        found.append(np.array(whole, dtype=np.float64).reshape(-1, 21, 3))
    return found


def learn(vocabulary: Sequence[tuple[Array, Array]], signer: Signer) -> Bundle:
    """A network of these words, as one signer shows them."""
    labels = np.arange(WORDS * LEARNED) % WORDS
    sequences = tuple(signer.word(*vocabulary[at], bool(i % 3)) for i, at in enumerate(labels))
    names = np.array([f"w{at}" for at in labels])
    takes = SequenceSet(sequences, names, np.full(len(names), "one"))
    alphabet = Alphabet("words", tuple(f"w{at}" for at in range(WORDS)))
    return LEARNERS["gru"].fit(takes, alphabet)


def stream(vocabulary: Sequence[tuple[Array, Array]], signer: Signer) -> tuple[Array, list[Shown]]:
    """Words with rests between them, and which they are."""
    rng = signer.rng
    rests_low = bool(rng.integers(2))
    parts, shown, n = [signer.rest(30, rests_low)], [], 30
    last = 0
    for _ in range(IN_STREAM):
        last = last if rng.random() < AGAIN else int(rng.integers(WORDS))
        is_word = rng.random() >= OTHERWISE
        other = (rng.integers(31, size=SHAPES), rng.uniform(0.25, 0.75, (SHAPES, 2)))
        hand = signer.word(*(vocabulary[last] if is_word else other), rests_low)
        rest = signer.rest(int(rng.integers(12, 60)), rests_low)
        shown.append(Shown(last if is_word else None, n, n + len(hand)))
        parts += [hand, rest]
        n += len(hand) + len(rest)
    return np.concatenate(parts), shown


def main() -> None:
    """Measure both directions of the sets, and print."""
    parser = options(__doc__ or "")
    parser.add_argument("--streams", type=int, default=20, help="streams of each set")
    n_streams = parser.parse_args().streams
    sets = [recordings(1), recordings(2)]
    tallies = {"pauses": Tally(), "vote": Tally()}
    rng = np.random.default_rng(0)
    vocabulary = [
        (rng.integers(31, size=SHAPES), rng.uniform(0.25, 0.75, (SHAPES, 2))) for _ in range(WORDS)
    ]
    for fitted, spelled in ((0, 1), (1, 0)):
        bundle = learn(vocabulary, Signer(sets[fitted], rng))
        n_frames, network = int(bundle.provenance["frames"]), bundle.network
        assert network is not None
        for _ in range(n_streams):
            frames, shown = stream(vocabulary, Signer(sets[spelled], rng))
            for name, reader in (
                ("pauses", Pauses(bundle.of_sequences, network.inputs.sd, n_frames)),
                ("vote", Vote(bundle.of_sequences, n_frames)),
            ):
                tallies[name].take(shown, reader.feed(frames) + reader.flush(), len(frames))
    rows = [(name, *tally.row) for name, tally in tallies.items()]
    show(table(("read by", "missed", "false alarms a minute", "delay, median (90 %)"), rows))


if __name__ == "__main__":
    main()
