"""The noisy-channel decoder: from sign likelihoods to tokens, online.

Stack t holds the best hypotheses that have consumed t emissions. It is filled from stack t-1 by
tokens that consume one emission, from stack t-2 by those that consume two (ㅘ as ㅗ ㅏ), and so on;
before a stack is left, steps that consume nothing (a space, a missed letter) are taken within it.
ㅎ ㅏ ㄱ ㄱ ㅛ becomes 학교 and not 하꾜 because of the language model, and not of a rule.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from jihwa.composer.arcs import NO_TOKEN, Arcs, SegmentationRates
from jihwa.composer.beam import Beam, Extension, Hypotheses, TokenModel
from jihwa.composer.evidence import PauseModel, reading_scores
from jihwa.composer.grammar import ArcKind, Grammar, GrammarCosts, State
from jihwa.data.alphabet import Alphabet
from jihwa.data.frames import Array
from jihwa.data.messages import UsageError
from jihwa.recognizer.events import Emission


@dataclass(frozen=True, slots=True)
class DecoderOptions:
    """Everything that weighs one kind of evidence against another.

    Attributes:
        beam: Hypotheses that survive each emission at most.
        beam_window: Hypotheses this much worse (in nats) than the best one do not.
        lm_weight: Factor on the language model's log-probs.
        temperature: Divides the sign log-likelihoods.
        arc_window: A reading that explains the emissions this much worse (in nats) than the best
            one is not tried.
        rates: How often segments are missed or spurious.
        pauses: What gaps say about word ends.
        grammar: Costs of lone letters and of an empty text.
        lag: Emissions after which a letter's confidence is settled. Alternatives that differ only
            further back than the language model sees are no longer in the beam.
        longest_preedit: Steps that may stay open; the best hypothesis decides about older ones.
        candidates: Final texts at most.
    """

    beam: int = 128
    beam_window: float = 15.0
    lm_weight: float = 1.0
    temperature: float = 1.0
    arc_window: float = 25.0
    rates: SegmentationRates = field(default_factory=SegmentationRates)
    pauses: PauseModel = field(default_factory=PauseModel)
    grammar: GrammarCosts = field(default_factory=GrammarCosts)
    lag: int = 5
    longest_preedit: int = 96
    candidates: int = 10

    def __post_init__(self) -> None:
        if self.beam < 1 or self.candidates < 1 or self.longest_preedit < 16 or self.lag < 0:
            raise UsageError(
                ko="디코더 설정: beam과 candidates는 1, longest_preedit는 16, lag는 0 이상이어야 합니다.",
                en="Decoder options: beam and candidates must be at least 1, longest_preedit 16 "
                "and lag 0.",
            )
        if not (self.temperature > 0 and self.lm_weight >= 0 and self.arc_window > 0):
            raise UsageError(
                ko="디코더 설정: temperature와 arc_window는 0보다 크고 lm_weight는 0 이상이어야 합니다.",
                en="Decoder options: temperature and arc_window must be above 0, lm_weight at "
                "least 0.",
            )


@dataclass(frozen=True, slots=True)
class Reading:
    """What one emission was read as.

    Attributes:
        emission: The emission.
        sign: Index of the sign; S is no sign, S + 1 is rest.
        posterior: (S + 2,) probability of every reading, all other evidence considered.
    """

    emission: Emission
    sign: int
    posterior: Array


@dataclass(frozen=True, slots=True)
class Step:
    """One decided step: a token, and the emissions that spelled it.

    Attributes:
        token: What is written; None for rest and for a segment that is no sign.
        readings: Its emissions; none for a space and for a letter that was missed.
        confidence: Probability of the step among what was possible; 1 where it has no emission.
    """

    token: int | None
    readings: tuple[Reading, ...]
    confidence: float


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
class _Posterior:
    """(S + 2,) of every reading and (A,) of every arc, for one emission."""

    readings: Array
    arcs: Array


@dataclass(slots=True)
class _Pending:
    """An emission whose reading is not decided, and its posterior once that is settled."""

    emission: Emission
    scores: Array
    posterior: _Posterior | None = None


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
_WORD_IS_OVER = np.isin([int(state) for state in State], (State.RESTED, State.LONE_RESTED))
"""(states,) where the hand has rested, so that the gap says no more about the word's end."""
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
        self._beam = Beam(
            model,
            self._arcs,
            Grammar(self._options.grammar),
            size=self._options.beam,
            window=self._options.beam_window,
            lm_weight=self._options.lm_weight,
            history=self._options.longest_preedit + 4,
        )
        self._consuming = [self._arcs.consuming(n) for n in range(self._arcs.longest + 1)]
        self._spaces = np.isin(
            self._arcs.kind[self._consuming[0]], (ArcKind.SPACE, ArcKind.LONE_SPACE)
        )
        self.reset()

    def reset(self) -> None:
        """Forget everything; the next emission begins a text."""
        self._stacks: deque[Hypotheses] = deque(maxlen=self._arcs.longest)
        self._last = self._beam.root()
        self._pending: list[_Pending] = []

    def feed(self, emission: Emission) -> Decoded:
        """Take in one emission.

        Raises:
            UsageError: The emission has likelihoods for another alphabet.
        """
        if emission.log_likelihood.shape != (self._n_readings - 2,):
            raise UsageError(
                ko=f"글자표에는 지문자가 {self._n_readings - 2}개인데 인식 결과에는 "
                f"{emission.log_likelihood.size}개가 있습니다. 모델과 글자표를 맞추세요.",
                en=f"The alphabet has {self._n_readings - 2} signs but the emission has "
                f"{emission.log_likelihood.size} likelihoods. Use the model's own alphabet.",
            )
        gap = self._options.pauses.word_end_log_ratio(emission.segment.gap_s)
        self._stacks.append(self._closed(self._last, gap))
        scores = reading_scores(emission, self._options.temperature)
        self._pending.append(_Pending(emission, scores))
        self._last = self._extended()
        if len(self._pending) > self._options.lag:
            self._settled(len(self._pending) - 1 - self._options.lag)
        committed = self._commit_agreed()
        return Decoded(committed, self._preedit())

    def commit(self) -> Decoded:
        """Decide now for the whole syllables of the preedit, and go on in the same text."""
        committed = self._commit_best()
        return Decoded(committed, self._preedit())

    def flush(self) -> tuple[tuple[Step, ...], tuple[Ending, ...]]:
        """End the text: decide everything, and forget it.

        Returns:
            The remaining steps of the best ending, and the best endings, best first.
        """
        closed = self._closed(self._last, 0.0)
        ends = np.concatenate([self._arcs.of_kind(k) for k in (ArcKind.END, ArcKind.LONE_END)])
        scores = self._beam.score(closed, ends, np.zeros(len(ends))).max(axis=1)  # (H,)
        if scores.max() == -np.inf:  # only half a syllable is left
            scores = closed.score
        order = np.argsort(-scores, kind="stable")
        order = order[scores[order] > -np.inf]
        self._last = replace(closed, score=scores).take(order)
        steps = self._steps(int(self._last.length[0]))
        endings: dict[tuple[int, ...], float] = {}
        for row, score in enumerate(self._last.score.tolist()):
            tokens = self._tokens(row)
            endings[tokens] = float(np.logaddexp(endings.get(tokens, -np.inf), score))
        total = np.logaddexp.reduce(self._last.score)
        ranked = sorted(endings.items(), key=lambda ending: -ending[1])
        self.reset()
        return steps, tuple(
            Ending(tokens, score - float(total))
            for tokens, score in ranked[: self._options.candidates]
        )

    # --- the search

    def _closed(self, hypotheses: Hypotheses, pause: float) -> Hypotheses:
        """With the steps that consume nothing: a space, a missed letter, or both in either order."""
        arcs = self._consuming[0]
        groups = [hypotheses]
        for _ in range(2):
            source = groups[-1]
            evidence = np.where(_WORD_IS_OVER[source.state, None], 0.0, pause * self._spaces)
            scores = self._beam.score(source, arcs, evidence)  # (H, A)
            if source is not hypotheses:  # one space and one missed letter at most
                scores[(source.state == State.SPACE)[:, None] == self._spaces] = -np.inf
            if len(hypotheses) == self._beam.size:
                scores[scores <= hypotheses.score[-1]] = -np.inf  # would be pruned
            if scores.max(initial=-np.inf) == -np.inf:
                break
            groups.append(self._beam.extend([Extension(source, arcs, scores)]))
        return self._beam.merge(groups)

    def _extended(self) -> Hypotheses:
        """The stack behind the newest emission."""
        extensions: list[Extension] = []
        for n, source in enumerate(reversed(self._stacks), start=1):
            if not len(source):
                continue
            arcs = self._consuming[n]
            evidence = np.zeros(len(arcs))
            for place, pending in enumerate(self._pending[-n:]):
                evidence += pending.scores[self._arcs.signs[arcs, place]]
            likely = evidence > -self._options.arc_window
            likely |= self._arcs.kind[arcs] == ArcKind.NO_SIGN  # possible whatever was seen
            arcs, evidence = arcs[likely], evidence[likely]
            if len(arcs):
                extensions.append(Extension(source, arcs, self._beam.score(source, arcs, evidence)))
        return self._beam.extend(extensions)

    # --- what is decided

    def _commit_agreed(self) -> tuple[Step, ...]:
        """Commit the syllables on which all hypotheses agree; the best decides about very old ones."""
        agreed = int(self._last.length[0])
        for stack in (*list(self._stacks)[1:], self._last):
            agreed = min(agreed, int(stack.length.min(initial=agreed)))
            differs = (stack.history[:, :agreed] != self._last.history[0, :agreed]).any(axis=0)
            if differs.any():
                agreed = int(differs.argmax())
        committed = self._commit(self._unalterable(agreed))
        if self._last.length.max() > self._options.longest_preedit:
            committed += self._commit_best()
        return committed

    def _commit_best(self) -> tuple[Step, ...]:
        """Commit the whole syllables of the best hypothesis and drop what disagrees with them."""
        state, length = State(self._last.state[0]), int(self._last.length[0])
        whole = self._unalterable(length)
        if state == State.ONSET and whole:
            shared = self._last.history[0, : whole + 1]
            self._keep(lambda stack: (stack.history[:, : whole + 1] == shared).all(axis=1))
            return self._commit(whole)
        self._stacks.clear()
        closed = np.array([_CLOSED.get(state, state)], dtype=np.uint8)
        self._last = replace(self._last.take(np.arange(1)), state=closed)
        return self._commit(length)

    def _keep(self, which: Callable[[Hypotheses], NDArray[np.bool_]]) -> None:
        """Drop hypotheses from every stack."""
        self._last = self._last.take(which(self._last))
        for i, stack in enumerate(self._stacks):
            self._stacks[i] = stack.take(which(stack))

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
        steps = self._steps(length)
        del self._pending[: sum(len(step.readings) for step in steps)]
        self._last = self._last.without_first(length)
        for i, stack in enumerate(self._stacks):
            self._stacks[i] = stack.without_first(length)
        return steps

    def _steps(self, length: int) -> tuple[Step, ...]:
        """The best hypothesis's first steps with the emissions that they consumed."""
        steps: list[Step] = []
        place = 0
        for arc in self._last.history[0, :length].tolist():
            readings: list[Reading] = []
            confidence = 1.0
            for sign in self._arcs.signs[arc, : self._arcs.consumed[arc]].tolist():
                posterior = self._settled(place)
                readings.append(
                    Reading(self._pending[place].emission, sign, posterior.readings)
                )
                confidence = min(confidence, float(posterior.arcs[arc]))
                place += 1
            token = int(self._arcs.token[arc])
            steps.append(Step(None if token == NO_TOKEN else token, tuple(readings), confidence))
        return tuple(steps)

    def _settled(self, place: int) -> _Posterior:
        """The posterior of an open emission: as it was when settled, or as it is now."""
        pending = self._pending[place]
        if pending.posterior is None:
            pending.posterior = self._posterior(place)
        return pending.posterior

    def _posterior(self, place: int) -> _Posterior:
        """What the newest hypotheses say about the open emission at a place."""
        weights = np.exp(self._last.score - np.logaddexp.reduce(self._last.score))  # (H,)
        rows = np.arange(len(self._last))
        taken = np.arange(self._last.length.max()) < self._last.length[:, None]  # (H, L)
        history = self._last.history[:, : taken.shape[1]]
        consumed = np.cumsum(self._arcs.consumed[history] * taken, axis=1)  # (H, L)
        column = (consumed <= place).sum(axis=1)
        arc = history[rows, column]
        within = place - (consumed[rows, column] - self._arcs.consumed[arc])
        return _Posterior(
            readings=np.bincount(self._arcs.signs[arc, within], weights, self._n_readings),
            arcs=np.bincount(arc, weights, len(self._arcs)),
        )

    def _preedit(self) -> tuple[int, ...]:
        return self._tokens(0)

    def _tokens(self, row: int) -> tuple[int, ...]:
        tokens = self._arcs.token[self._last.history[row, : self._last.length[row]]]
        return tuple(tokens[tokens != NO_TOKEN].tolist())
