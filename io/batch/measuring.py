"""One recorded session beside its truth, cut as the segmenter does and cut perfectly."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from jihwa.data.messages import DataError, Language, Message
from jihwa.data.synthesis.pace import PACES
from jihwa.data.synthesis.sessions import Truth
from jihwa.io.batch.setup import Setup
from jihwa.io.batch.transcribing import Follow, Transcriber
from jihwa.io.evaluation.alignments import Letters, SessionTally, TextErrors
from jihwa.io.evaluation.comparisons import truth_of
from jihwa.io.evaluation.costs import Cost, costs
from jihwa.io.evaluation.perfect import read_perfectly
from jihwa.io.writers.document import Document

MOST_EXPENSIVE = 10
"""So many errors are shown."""
UNKNOWN = "unknown"
"""The speed of sessions whose truth does not tell it."""


@dataclass(frozen=True)
class Measured:
    """What came of one session.

    Attributes:
        source: Where it is, below the folder of all.
        document: What was read, with signal and truth.
        truth: The truth.
        tally: Its figures.
        costs: Every stretch that was read wrongly.
    """

    source: Path
    document: Document
    truth: Truth
    tally: SessionTally
    costs: tuple[Cost, ...]

    @property
    def speed(self) -> str:
        """How fast it was spelled."""
        return self.truth.speed or UNKNOWN


class Measurer:
    """Reads sessions, one after the other, each as if it were the first.

    Args:
        setup: What to read with.
        language: Of documents.
        folder: Where the sessions are, each with its truth beside it.
    """

    def __init__(self, setup: Setup, language: Language, folder: Path) -> None:
        self._transcriber = Transcriber(setup, language, folder)
        self._engine, _ = setup.build()
        self._folder = folder

    def measure(self, path: Path, follow: Follow | None = None) -> Measured:
        """Read a session.

        Args:
            path: The recording.
            follow: Is told how far it is.

        Raises:
            UsageError: There is no such file, or it cannot be a recording.
            DataError: The recording or its truth cannot be read, or they do not fit together.
        """
        truth = truth_of(self._folder, path)
        if truth is None:
            raise _unfit(path, Message(ko="옆에 정답(.json)이 없습니다.", en="no truth beside it."))
        document = self._transcriber.read(path, follow, with_signal=True)
        compared, signal = document.comparison, document.signal
        alphabet = self._engine.recognizer.alphabet
        misfit = truth.misfit(alphabet, document.duration_s)
        if misfit or not compared or not signal:
            raise _unfit(path, misfit or Message(ko="읽을 것이 없습니다.", en="nothing to read."))
        perfect = read_perfectly(self._engine, signal.frames, truth).text
        tally = SessionTally(
            sessions=1,
            letters=compared.letters or Letters(),
            read=compared.errors,
            perfect=TextErrors.of(truth.text, " ".join(perfect.split()), alphabet),
        )
        source = path.relative_to(self._folder)
        wrong = tuple(costs(compared, perfect, alphabet))
        return Measured(source, document, truth, tally, wrong)


@dataclass(frozen=True)
class Expensive:
    """A stretch of a session that was read wrongly, and the session."""

    cost: Cost
    session: Measured


class Evaluation:
    """Adds sessions up by their speed, and keeps the errors that cost most.

    Attributes:
        tallies: Figures by speed.
        expensive: The errors that cost most edits, most first; of equal ones those that perfect
            boundaries would spare more of, then the first.
        takes: The labelled sessions that sessions were assembled of.
    """

    def __init__(self) -> None:
        self.tallies: dict[str, SessionTally] = {}
        self.expensive: list[Expensive] = []
        self.takes: set[str] = set()

    def add(self, session: Measured) -> None:
        """Take one more."""
        before = self.tallies.get(session.speed, SessionTally())
        self.tallies[session.speed] = before + session.tally
        if session.truth.takes:
            self.takes.add(session.truth.takes)
        found = chain(self.expensive, (Expensive(cost, session) for cost in session.costs))
        order = sorted(found, key=lambda each: (-each.cost.edits, each.cost.perfect_edits))
        self.expensive = order[:MOST_EXPENSIVE]

    @property
    def by_speed(self) -> Mapping[str, SessionTally]:
        """Figures by speed: the usual ones from slow to natural, then any other."""
        known = [*PACES, *sorted(self.tallies.keys() - PACES.keys() - {UNKNOWN}), UNKNOWN]
        return {speed: self.tallies[speed] for speed in known if speed in self.tallies}

    @property
    def total(self) -> SessionTally:
        """Figures of all sessions."""
        return sum(self.tallies.values(), SessionTally())


def _unfit(path: Path, why: Message) -> DataError:
    return DataError(ko=f"{path}: {why.ko}", en=f"{path}: {why.en}")
