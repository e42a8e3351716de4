"""The noisy-channel decoder: from sign likelihoods to tokens, online.

ㅎ ㅏ ㄱ ㄱ ㅛ becomes 학교 and not 하꾜 because of the language model, and not of a rule.
"""

from collections import deque
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from jihwa.composer.alignment import Alignment, OpenEmission, Step
from jihwa.composer.arcs import NO_TOKEN, Arcs
from jihwa.composer.beam import Hypotheses, TokenModel
from jihwa.composer.grammar import ArcKind, State
from jihwa.composer.options import DecoderOptions
from jihwa.composer.search import Search
from jihwa.data.alphabet import Alphabet
from jihwa.data.messages import UsageError
from jihwa.recognizer.events import Emission


@dataclass(frozen=True, slots=True)
class Decoded:
    """What is known after an emission.

    Attributes:
        committed: Steps that were decided just now; they never change.
        preedit: Tokens of the best hypothesis behind them; they may change.
    """

    committed: tuple[Step, ...]
    preedit: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Ending:
    """One way to read everything that was still open at the end.

    Attributes:
        tokens: What is written.
        log_prob: Natural log of its probability among all endings in the beam.
    """

    tokens: tuple[int, ...]
    log_prob: float


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that a decoder knows at one moment.

    Attributes:
        stacks: The stacks that an arc can still reach back to, the oldest first.
        last: The stack behind the newest emission.
        emissions: Those that are not decided.
    """

    stacks: tuple[Hypotheses, ...]
    last: Hypotheses
    emissions: tuple[OpenEmission, ...]


_BEGINS = np.isin(
    [int(kind) for kind in ArcKind],
    (
        ArcKind.ONSET,
        ArcKind.LONE_CONSONANT,
        ArcKind.LONE_VOWEL,
        ArcKind.SPACE,
        ArcKind.LONE_SPACE,
    ),
)
"""(arc kinds,) which steps leave the syllable before them as it is."""
_CLOSED = {State.VOWEL: State.CODA, State.ONSET: State.LONE_CONSONANT}
"""Where a hypothesis stands when what it wrote must not change any more."""


class Decoder:
    """Turns emissions into tokens, one emission at a time.

    Args:
        alphabet: The signs whose likelihoods the emissions carry.
        model: The language model.
        options: How to weigh.
    """

    def __init__(
        self, alphabet: Alphabet, model: TokenModel, options: DecoderOptions | None = None
    ) -> None:
        self._options = options or DecoderOptions()
        self._n_readings = len(alphabet.signs) + 2
        self._arcs = Arcs(alphabet, self._options.rates)
        self._search = Search(self._arcs, model, self._options)
        self.reset()

    def reset(self, behind: str = "", *, word_is_over: bool = False) -> None:
        """Forget everything; the next emission begins a text, or goes on behind a final one.

        Args:
            behind: The final text; no space at its end.
            word_is_over: Whether a space follows if anything does.
        """
        self._stacks: deque[Hypotheses] = deque()
        self._last = self._search.root(behind, word_is_over=word_is_over)
        self._alignment = Alignment(self._arcs, self._n_readings)

    @property
    def word_is_over(self) -> bool:
        """Whether rest or a sign for a space has ended the last word of the preedit."""
        return self._last.state[0] in (State.RESTED, State.LONE_RESTED)

    def snapshot(self) -> Snapshot:
        """What is known now."""
        return Snapshot(tuple(self._stacks), self._last, self._alignment.open)

    def restore(self, snapshot: Snapshot) -> None:
        """Go on as if nothing had been fed since the snapshot."""
        self._stacks = deque(snapshot.stacks)
        self._last = snapshot.last
        self._alignment.open = snapshot.emissions

    def check(self, emission: Emission) -> None:
        """See whether an emission can be decoded.

        Raises:
            UsageError: It has likelihoods for another alphabet.
        """
        if emission.log_likelihood.shape != (self._n_readings - 2,):
            raise UsageError(
                ko=f"글자표에는 지문자가 {self._n_readings - 2}개인데 인식 결과에는 "
                f"{emission.log_likelihood.size}개가 있습니다. 모델과 글자표를 맞추세요.",
                en=f"The alphabet has {self._n_readings - 2} signs but the emission has "
                f"{emission.log_likelihood.size} likelihoods. Use the model's own alphabet.",
            )

    def feed(self, emission: Emission) -> Decoded:
        """Take in one emission.

        Raises:
            UsageError: The emission has likelihoods for another alphabet.
        """
        self.check(emission)
        gap = self._options.pauses.word_end_log_ratio(emission.segment.gap_s)
        self._stacks.append(self._search.closed(self._last, gap))
        self._alignment.append(emission, self._options.temperature)
        self._last = self._search.extended(self._stacks, self._alignment)
        if len(self._stacks) == self._arcs.longest:
            self._stacks.popleft()  # no arc reaches back to it any more
        self._alignment.settle(self._last, self._options.lag)
        committed = self._commit_agreed()
        return Decoded(committed, self._tokens(0))

    def commit(self) -> Decoded:
        """Decide now for the whole syllables of the preedit, and go on in the same text."""
        syllable_is_open = self._last.state[0] == State.ONSET
        committed = self._commit_syllables() if syllable_is_open else self._commit_all()
        return Decoded(committed, self._tokens(0))

    def flush(self) -> tuple[tuple[Step, ...], tuple[Ending, ...]]:
        """End the text: decide everything, and forget it.

        Returns:
            The remaining steps of the best ending, and the best endings, best first.
        """
        self._last = self._search.ended(self._search.closed(self._last, pause=0.0))
        steps = self._alignment.take(self._last, int(self._last.length[0]))
        total = float(np.logaddexp.reduce(self._last.score))
        texts: dict[tuple[int, ...], float] = {}
        for row, score in enumerate(self._last.score.tolist()):
            tokens = self._tokens(row)
            texts[tokens] = float(np.logaddexp(texts.get(tokens, -np.inf), score - total))
        best = sorted(texts, key=lambda tokens: -texts[tokens])[: self._options.candidates]
        self.reset()
        return steps, tuple(Ending(tokens, texts[tokens]) for tokens in best)

    def read(self) -> tuple[int, ...]:
        """Of every emission that is not decided, which of the `readings` it is taken for.

        `RESUMED` stands for one that only goes on with the sign before it.
        """
        return self._alignment.read(self._last)

    def _commit_agreed(self) -> tuple[Step, ...]:
        """Commit what all hypotheses agree on; the best one decides about what is very old."""
        agreed = int(self._last.length[0])
        for stack in (*self._stacks, self._last):
            agreed = min(agreed, int(stack.length.min(initial=agreed)))
            differs = (stack.history[:, :agreed] != self._last.history[0, :agreed]).any(axis=0)
            if differs.any():
                agreed = int(differs.argmax())
        committed = self._commit(self._unalterable(agreed))
        while self._last.length.max() > self._options.longest_preedit:
            committed += self._commit_syllables() or self._commit_all()
        return committed

    def _commit_syllables(self) -> tuple[Step, ...]:
        """Commit the best hypothesis up to its last syllable; drop what disagrees."""
        length = self._unalterable(int(self._last.length[0]))
        if length == self._last.length[0]:  # there is no syllable
            return self._commit_all()
        shared = self._last.history[0, : length + 1]  # with the beginning of the last syllable
        for i, stack in enumerate(self._stacks):
            self._stacks[i] = _beginning_with(shared, stack)
        self._last = _beginning_with(shared, self._last)
        return self._commit(length)

    def _commit_all(self) -> tuple[Step, ...]:
        """Commit the best hypothesis as it is; drop all others."""
        self._stacks.clear()
        best = self._last.take(np.arange(1))
        state = State(best.state[0])
        self._last = replace(best, state=np.array([_CLOSED.get(state, state)], dtype=np.uint8))
        return self._commit(int(best.length[0]))

    def _unalterable(self, length: int) -> int:
        """How many of the best hypothesis's first steps no later letter can alter.

        They end before the last syllable, which may still grow.
        """
        kinds = self._arcs.kind[self._last.history[0, :length]]
        begins = np.flatnonzero(_BEGINS[kinds])
        return int(begins[-1]) if len(begins) else length

    def _commit(self, length: int) -> tuple[Step, ...]:
        """Take the first steps, which all hypotheses share, off every history."""
        if length == 0:
            return ()
        steps = self._alignment.take(self._last, length)
        self._last = self._last.without_first(length)
        for i, stack in enumerate(self._stacks):
            self._stacks[i] = stack.without_first(length)
        return steps

    def _tokens(self, row: int) -> tuple[int, ...]:
        tokens = self._arcs.token[self._last.history[row, : self._last.length[row]]]
        return tuple(tokens[tokens != NO_TOKEN].tolist())


def _beginning_with(arcs: NDArray[np.int16], hypotheses: Hypotheses) -> Hypotheses:
    """Those hypotheses that took these arcs first."""
    same = (hypotheses.history[:, : len(arcs)] == arcs).all(axis=1)
    return hypotheses.take(same & (hypotheses.length >= len(arcs)))
