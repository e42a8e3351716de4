"""The noisy-channel decoder: from sign likelihoods to tokens, online.

ㅎ ㅏ ㄱ ㄱ ㅛ becomes 학교 and not 하꾜 because of the language model, and not of a rule.
"""

from dataclasses import replace

import numpy as np

from jihwa.composer.decoding.alignment import Alignment, Step
from jihwa.composer.decoding.arcs import NO_TOKEN, Arcs
from jihwa.composer.decoding.decoded import Decoded, Ending, Snapshot
from jihwa.composer.decoding.evidence import Evidence, reading_scores
from jihwa.composer.decoding.grammar import BEGINS_SYLLABLE, CLOSED, WORD_IS_OVER, State
from jihwa.composer.decoding.hypotheses import Hypotheses
from jihwa.composer.decoding.options import DecoderOptions
from jihwa.composer.decoding.risk import least_risk
from jihwa.composer.decoding.search import Search
from jihwa.composer.language.jamo import decode
from jihwa.composer.language.modes import Mode
from jihwa.composer.language.token_model import TokenModel
from jihwa.data.alphabet import Alphabet
from jihwa.data.messages import UsageError
from jihwa.recognizer.events import Emission

_WEIGHED = 40
"""Endings whose errors are weighed against each other."""


class Decoder:
    """Turns emissions into tokens, one boundary of the signal at a time.

    Args:
        alphabet: The signs whose likelihoods the emissions carry.
        model: The language model, with the expectations of the mode.
        options: How to weigh.
        mode: What the text may be.
    """

    def __init__(
        self,
        alphabet: Alphabet,
        model: TokenModel,
        options: DecoderOptions | None = None,
        mode: Mode = Mode.FREE,
    ) -> None:
        options = options or DecoderOptions()
        self._exact = mode is Mode.EXACT
        self._options = options.certain() if self._exact else options
        self._n_readings = len(alphabet.signs) + 2
        self._arcs = Arcs(alphabet, self._options.rates)
        self._search = Search(self._arcs, model, self._options, mode)
        self.reset()

    def reset(self, behind: str = "", *, word_is_over: bool = False) -> None:
        """Forget everything; the next emission begins a text, or goes on behind a final one.

        Args:
            behind: The final text.
            word_is_over: Whether a space follows if anything does.
        """
        self._stacks: dict[int, Hypotheses] = {}
        self._last = self._search.root(behind, word_is_over=word_is_over)
        self._alignment = Alignment(self._arcs, self._n_readings)

    @property
    def word_is_over(self) -> bool:
        """Whether rest or a sign for a space has ended the last word of the preedit."""
        return bool(WORD_IS_OVER[self._last.state[0]])

    def snapshot(self) -> Snapshot:
        """What is known now."""
        lattice, settled = self._alignment.lattice, self._alignment.settled
        return Snapshot(dict(self._stacks), self._last, lattice, settled)

    def restore(self, snapshot: Snapshot) -> None:
        """Go on as if nothing had been fed since the snapshot."""
        self._stacks = dict(snapshot.stacks)
        self._last = snapshot.last
        self._alignment.lattice, self._alignment.settled = snapshot.lattice, snapshot.settled

    def check(self, *emissions: Emission) -> None:
        """See whether emissions can be decoded.

        Raises:
            UsageError: There is none, or one has likelihoods for another alphabet, or spans more
                boundaries than the options allow.
        """
        for emission in emissions:
            if emission.log_likelihood.shape != (self._n_readings - 2,):
                raise UsageError(
                    ko=f"글자표에는 지문자가 {self._n_readings - 2}개인데 인식 결과에는 "
                    f"{emission.log_likelihood.size}개가 있습니다. 모델과 글자표를 맞추세요.",
                    en=f"The alphabet has {self._n_readings - 2} signs but the emission has "
                    f"{emission.log_likelihood.size} likelihoods. Use the model's own alphabet.",
                )
        longest = self._options.longest_span
        if not emissions or not all(1 <= each.segment.spans <= longest for each in emissions):
            spans = ", ".join(str(each.segment.spans) for each in emissions)
            raise UsageError(
                ko=f"경계 하나에 인식 결과가 {len(emissions)}개 있습니다(경계 수: {spans}). 하나 "
                f"이상, 경계 1~{longest}개짜리여야 합니다. longest_span을 확인하세요.",
                en=f"A boundary has {len(emissions)} emissions (spans: {spans}). There must be one "
                f"at least, each spanning 1 to {longest}. Check longest_span.",
            )

    def feed(self, *emissions: Emission) -> Decoded:
        """Take in the emissions that end at the next boundary: one, or alternatives.

        Raises:
            UsageError: As `check` does.
        """
        self.check(*emissions)
        alignment = self._alignment
        seen = [self._seen(emission) for emission in emissions]
        ahead = next(
            (of for each, of in zip(emissions, seen, strict=True) if each.segment.spans == 1), None
        )
        self._stacks[alignment.lattice.last] = self._search.closed(self._last, ahead)
        live = {at for at, stack in self._stacks.items() if len(stack)}
        longest = self._arcs.longest
        alignment.lattice, paths = alignment.lattice.grown(emissions, seen, longest, live)
        self._last = self._search.extended(self._stacks, paths)
        reach = alignment.lattice.reach(longest, self._options.longest_span)
        self._stacks = {at: stack for at, stack in self._stacks.items() if at >= reach}
        alignment.settle(self._last, self._options.lag)
        committed = self._commit_agreed()
        return Decoded(committed, self._tokens(0))

    def _seen(self, emission: Emission) -> Evidence:
        pauses, segment = self._options.pauses, emission.segment
        gap = segment.gap_s / segment.tempo.gap_s
        scores = reading_scores(emission, self._options.temperature, exact=self._exact)
        surprise = float(np.logaddexp.reduce(scores)) - np.log(len(scores))
        return Evidence(
            scores=scores,
            cut=segment.log_prob - surprise,
            word_end=pauses.word_end_log_ratio(gap),
            missed=pauses.missed_log_ratio(gap),
        )

    def commit(self) -> Decoded:
        """Decide now for the whole syllables of the preedit, and go on in the same text."""
        syllable_is_open = self._last.state[0] == State.ONSET
        committed = self._commit_syllables() if syllable_is_open else self._commit_all()
        return Decoded(committed, self._tokens(0))

    def settle(self) -> tuple[Step, ...]:
        """Decide now for all of the preedit as it is; returns its steps."""
        return self._commit_all()

    def flush(self) -> tuple[Ending, ...]:
        """End the text: decide everything, and forget it.

        Returns:
            The endings, at least one: first the one with the fewest errors to be expected, which
            is the text, then the likeliest.
        """
        self._last = self._search.ended(self._search.closed(self._last))
        total = float(np.logaddexp.reduce(self._last.mass))
        log_probs: dict[tuple[int, ...], float] = {}
        rows: dict[tuple[int, ...], int] = {}
        for row, score in enumerate(self._last.score.tolist()):
            tokens = self._tokens(row)
            log_probs[tokens] = float(np.logaddexp(log_probs.get(tokens, -np.inf), score - total))
            rows.setdefault(tokens, row)
        likeliest = sorted(log_probs, key=lambda tokens: -log_probs[tokens])[:_WEIGHED]
        least = least_risk([decode(t) for t in likeliest], [log_probs[t] for t in likeliest])
        likeliest.insert(0, likeliest.pop(least))
        best = likeliest[: self._options.candidates]
        endings = tuple(Ending(self._steps(rows[each]), log_probs[each]) for each in best)
        self.reset()
        return endings

    @property
    def open_steps(self) -> tuple[Step, ...]:
        """What the best hypothesis takes the emissions for that are not decided, as of now."""
        settled = self._alignment.settled
        steps = self._steps(0)
        self._alignment.settled = settled
        return steps

    def _steps(self, row: int) -> tuple[Step, ...]:
        return self._alignment.steps(self._last, row, int(self._last.length[row]))

    def _commit_agreed(self) -> tuple[Step, ...]:
        """Commit what all hypotheses agree on; the best one decides about what is very old."""
        best = self._last
        agreed = int(best.length[0])
        for stack in filter(len, (best, *self._stacks.values())):
            agreed = min(agreed, int(stack.length.min(initial=agreed)))
            differs = (stack.steps[:, :agreed] != best.steps[0, :agreed]).any(axis=0)
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
        best, begins = self._last, BEGINS_SYLLABLE[self._arcs.kind]
        stacks = self._stacks.items()
        self._stacks = {at: stack.agreeing(best, length, begins) for at, stack in stacks}
        self._last = best.agreeing(best, length, begins)
        return self._commit(length)

    def _commit_all(self) -> tuple[Step, ...]:
        """Commit the best hypothesis as it is; drop all others."""
        self._stacks = {}
        best = self._last.take(np.arange(1))
        state = State(best.state[0])
        self._last = replace(best, state=np.array([CLOSED.get(state, state)], dtype=np.uint8))
        return self._commit(int(best.length[0]))

    def _unalterable(self, length: int) -> int:
        """How many of the best hypothesis's first steps no later letter can alter.

        They end before the last syllable, which may still grow.
        """
        kinds = self._arcs.kind[self._last.history[0, :length]]
        begins = np.flatnonzero(BEGINS_SYLLABLE[kinds])
        return int(begins[-1]) if len(begins) else length

    def _commit(self, length: int) -> tuple[Step, ...]:
        """Take the first steps, which all hypotheses share, off every history."""
        if length == 0:
            return ()
        steps = self._alignment.take(self._last, length)
        self._last = self._last.without_first(length)
        stacks = self._stacks.items()
        self._stacks = {at: stack.without_first(length) for at, stack in stacks if len(stack)}
        return steps

    def _tokens(self, row: int) -> tuple[int, ...]:
        tokens = self._arcs.token[self._last.history[row, : self._last.length[row]]]
        return tuple(tokens[tokens != NO_TOKEN].tolist())
