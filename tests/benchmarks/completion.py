"""How many signs completion saves, how restless its list is, and what a list takes.

    python tests/benchmarks/completion.py [--limit N] [--offered N]
    python tests/benchmarks/completion.py --live N     # so many sentences, spelled live

The development sentences are spelled with certain signs, the hand at rest between words, without
any history. Whoever spells looks at the list before every sign and takes the word that they mean
as soon as it is there; to take one costs no sign, but is counted. Beside it a plain completion,
which offers the most frequent words of the training sentences that begin so, whatever is before.
Times are the processor's.

Live, a simulated hand spells at natural speed, and every list that the screen would show is noted.
"""

import gzip
import threading
import time
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from time import process_time

import numpy as np
from reporting import options, show, table
from shared import SHARED, dev_texts

from jihwa.composer.composer import Composer
from jihwa.composer.language.mixture import Mixture
from jihwa.composer.text.completions import MOST_OFFERED
from jihwa.data.alphabet import Alphabet
from jihwa.data.signal.frames import Frames
from jihwa.io.evaluation.errors import Tally
from jihwa.io.live.journal import SessionLog
from jihwa.io.live.session import LiveOptions, LiveSession
from jihwa.io.live.wearer import Wearer
from jihwa.io.sources.source import Link
from jihwa.io.sources.uri import open_source
from jihwa.models.bundle import load_shipped
from jihwa.recognizer.events import Emission, Segment

SENTENCES = ("train_open.txt.gz", "train_sharealike.txt.gz")
HEAD = (
    *("", "signs not needed %", "… if taking one counts as a sign", "words taken %"),
    *("… before their first sign", "new in a list after a sign, of 5", "of the others, moved %"),
    "ms a list: median / 99 % / most",
)
HOLD_S, GAP_S, CERTAIN_NATS = 0.3, 0.25, 30.0
WEARER = 7
GLANCE_S = 0.3
"""To look at a list takes longer."""


@dataclass
class Saving(Tally):
    """What was spelled, and what was not.

    Attributes:
        signs: Signs of all words.
        saved: Those that were not needed.
        words: All words.
        taken: Those that were taken from the list.
        at_once: Those of them that were there before their first sign.
        lists: Lists that followed another one while a word was spelled.
        new: Words in them that were not in the one before.
        kept: Words in them that were.
        moved: Those of them that stood elsewhere.
        times_s: What the lists took, of the processor's time.
    """

    signs: int = 0
    saved: int = 0
    words: int = 0
    taken: int = 0
    at_once: int = 0
    lists: int = 0
    new: int = 0
    kept: int = 0
    moved: int = 0
    times_s: list[float] = field(default_factory=list)

    def look(self, before: Sequence[str], now: Sequence[str]) -> None:
        """Note how a list differs from the one before it."""
        stay = [text for text in now if text in before]
        self.lists += 1
        self.new += len(now) - len(stay)
        self.kept += len(stay)
        self.moved += sum(now.index(text) != before.index(text) for text in stay)

    def row(self, name: str) -> tuple[str, ...]:
        """A row of the table."""
        times_ms = 1000 * np.array(self.times_s or [0.0])
        return (
            name,
            f"{100 * self.saved / self.signs:.1f}",
            f"{100 * (self.saved - self.taken) / self.signs:.1f}",
            f"{100 * self.taken / self.words:.1f}",
            f"{100 * self.at_once / self.words:.1f}",
            f"{self.new / self.lists:.2f}",
            f"{100 * self.moved / max(self.kept, 1):.0f}",
            f"{np.median(times_ms):.1f} / {np.percentile(times_ms, 99):.1f} / {times_ms.max():.1f}",
        )


class Speller:
    """Shows signs to a composer, each for certain.

    Args:
        alphabet: The signs.
        composer: Reads them.
    """

    def __init__(self, alphabet: Alphabet, composer: Composer) -> None:
        self._alphabet, self._composer, self._now_s = alphabet, composer, 0.0

    def show(self, sign: str | None) -> None:
        """Show a sign; None is the hand at rest."""
        likelihoods = np.full(len(self._alphabet.signs), -CERTAIN_NATS)
        if sign:
            likelihoods[self._alphabet.index[sign]] = 0.0
        gap_s = GAP_S if self._now_s else np.inf
        start_s = self._now_s + GAP_S
        self._now_s = start_s + HOLD_S
        segment = Segment(start_s, self._now_s, gap_s, Frames.empty())
        rest = -CERTAIN_NATS if sign else 0.0
        self._composer.feed(Emission(segment, likelihoods, rest, -CERTAIN_NATS))


def product(alphabet: Alphabet, texts: Sequence[str], most: int) -> tuple[Saving, int]:
    """What the product saves, and how many of the texts came out as they were meant."""
    saving, right = Saving(), 0
    composer = Composer(alphabet, Mixture.load())
    composer.completions()
    for text in texts:
        composer.reset()
        speller = Speller(alphabet, composer)
        for at, word in enumerate(text.split()):
            signs = alphabet.spell(word)
            saving.words += 1
            saving.signs += len(signs)
            before: list[str] | None = None
            for shown in range(len(signs)):
                began_s = process_time()
                completions = composer.completions()[:most]
                saving.times_s.append(process_time() - began_s)
                offered = [each.text for each in completions]
                if before is not None:
                    saving.look(before, offered)
                if wanted := [each for each in completions if (each.word, each.text) == (at, word)]:
                    composer.accept(wanted[0])
                    saving.saved += len(signs) - shown
                    saving.taken += 1
                    saving.at_once += not shown
                    break
                before = offered
                speller.show(signs[shown])
            else:
                speller.show(None)
        right += composer.flush().text == text
    return saving, right


def plain(alphabet: Alphabet, texts: Sequence[str], most: int) -> Saving:
    """What the most frequent words save."""
    longer, saving = by_beginning(alphabet, most), Saving()
    for word in (word for text in texts for word in text.split()):
        signs = alphabet.spell(word)
        saving.words += 1
        saving.signs += len(signs)
        for shown in range(len(signs)):
            offered = longer[signs[:shown]]
            if shown:
                saving.look(longer[signs[: shown - 1]], offered)
            if word in offered:
                saving.saved += len(signs) - shown
                saving.taken += 1
                saving.at_once += not shown
                break
    return saving


def by_beginning(alphabet: Alphabet, most: int) -> dict[tuple[str, ...], list[str]]:
    """The most frequent words of the training sentences that are longer than some signs."""
    counts: Counter[str] = Counter()
    for name in SENTENCES:
        with gzip.open(SHARED / "text" / name, "rt", encoding="utf-8") as lines:
            for line in lines:
                counts.update(unicodedata.normalize("NFC", line).split())
    longer: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for word, count in counts.most_common():
        if count == 1:
            break
        signs = alphabet.spell(word)
        for shown in range(len(signs)):
            if len(longer[signs[:shown]]) < most:
                longer[signs[:shown]].append(word)
    return longer


@dataclass
class Shown:
    """The lists that a session shows, one after the other.

    Attributes:
        letters: What was spelled.
        stood_s: How long each list stood.
        unasked: Lists that came although no letter of the text had changed.
        stayed: Words of a list that were in the one before.
        moved: Those of them that stood elsewhere.
    """

    letters: int = 0
    stood_s: list[float] = field(default_factory=list)
    unasked: int = 0
    stayed: int = 0
    moved: int = 0

    def spell(self, alphabet: Alphabet, text: str) -> None:
        """Let a hand spell a text, and look."""
        before, since_s, text_before = (), time.monotonic(), ""
        ended = threading.Event()

        def look() -> None:
            nonlocal before, since_s, text_before
            page, now_s = live.state.text, time.monotonic()
            now = tuple(each.text for each in page.completions)
            if before and now != before:
                self.stood_s.append(now_s - since_s)
                self.unasked += page.committed + page.preedit == text_before
                stay = [each for each in now if each in before]
                self.stayed += len(stay)
                self.moved += sum(now.index(each) != before.index(each) for each in stay)
            if now != before:
                before, since_s, text_before = now, now_s, page.committed + page.preedit
            if live.state.connection.link is Link.ENDED:
                ended.set()

        wearer = Wearer(load_shipped, Mixture.load, adapts=False)
        source = open_source(f"sim:{text}?speed=natural&wearer={WEARER}")
        live = LiveSession(
            source, wearer.engine, SessionLog(), LiveOptions(wearer=wearer), changed=look
        )
        with closing(live):
            live.start()
            ended.wait()
        self.letters += len(alphabet.spell(text.replace(" ", "")))

    def told(self) -> Iterator[str]:
        """What was seen."""
        stood_s, n = np.array(self.stood_s), len(self.stood_s)
        yield f"{self.letters} letters, {n / self.letters:.2f} lists a letter."
        yield f"{100 * self.unasked / n:.0f} % came although the text had not changed."
        yield f"{self.stayed / n:.2f} of 5 stayed, {100 * self.moved / self.stayed:.0f} % moved."
        shorter = f"{100 * float((stood_s < GLANCE_S).mean()):.0f} % less than {GLANCE_S} s"
        yield f"A list stands for {np.median(stood_s):.2f} s (median), {shorter}."


def lines(limit: int | None, most: int) -> Iterator[str]:
    """The table."""
    alphabet, texts = Alphabet.load(), dev_texts("sentences")[:limit]
    ours, right = product(alphabet, texts, most)
    rows = [ours.row("product"), plain(alphabet, texts, most).row("most frequent words")]
    yield from table(HEAD, rows)
    yield f"{right} of {len(texts)} sentences came out as they were meant."


def main() -> None:
    """Print the table."""
    parser = options(__doc__)
    parser.add_argument("--limit", type=int, help="so many sentences only")
    parser.add_argument("--offered", type=int, default=MOST_OFFERED, help="words of the list")
    parser.add_argument("--live", type=int, help="so many sentences, spelled live")
    given = parser.parse_args()
    if given.live:
        shown, alphabet = Shown(), Alphabet.load()
        for text in dev_texts("sentences")[: given.live]:
            shown.spell(alphabet, text)
        show(shown.told())
    else:
        show(lines(given.limit, given.offered))


if __name__ == "__main__":
    main()
