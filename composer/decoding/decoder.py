"""The noisy-channel decoder: from sign likelihoods to tokens, online.

ㅎ ㅏ ㄱ ㄱ ㅛ becomes 학교 and not 하꾜 because of the language model, and not of a rule.

What a decoder knows at one moment is a `DecoderState`, which never changes. `step` makes the next
one from it: whoever keeps an old one can go on from there, or look ahead without consequences.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist

from jihwa.composer.decoding.alignment import (
    AlignedToken,
    FinalPosteriors,
    Reading,
    aligned,
    doubted,
    posteriors,
    unmasked,
    written,
)
from jihwa.composer.decoding.arcs import Arcs
from jihwa.composer.decoding.evidence import Evidence, log_add, reading_scores
from jihwa.composer.decoding.grammar import WORD_IS_OVER, State, unalterable
from jihwa.composer.decoding.hypotheses import (
    Hypothesis,
    Stack,
    Trail,
    before_last_syllable,
    common_ancestor,
    cut,
    goes_on_behind,
    steps_of,
    tokens_of,
)
from jihwa.composer.decoding.lattice import Lattice
from jihwa.composer.decoding.options import DecoderOptions
from jihwa.composer.decoding.search import Search
from jihwa.composer.language.jamo import decode
from jihwa.composer.language.token_model import Mode, TokenModel
from jihwa.data.alphabet import Alphabet
from jihwa.data.messages import UsageError
from jihwa.recognizer.events import Emission

_COMMAND_PROBABILITY = 0.9
"""Among all readings of a segment, from which a command is obeyed. One that is less clear is
weighed against letters like a segment that is no sign."""
_WEIGHED_ENDINGS = 40
"""Endings whose errors are weighed against each other."""
_EQUAL_RISK = 1e-9
"""Edits by which rounding may tell texts apart that only differ in their spaces."""


@dataclass(frozen=True, slots=True)
class DecoderState:
    """All that a decoder knows at one moment.

    Attributes:
        last: The stack of the newest boundary, one hypothesis at least.
        stacks: The stacks that an arc can still reach back to, by boundary.
        lattice: The emissions that are not decided.
        final: What is known for good of some of them.
        committed: Tokens that were decided just now; they never change.
    """

    last: Stack
    stacks: Mapping[int, Stack] = field(default_factory=dict)
    lattice: Lattice = field(default_factory=Lattice)
    final: FinalPosteriors = field(default_factory=dict)
    committed: tuple[AlignedToken, ...] = ()

    @property
    def preedit(self) -> tuple[int, ...]:
        """Tokens of the best hypothesis behind what is committed; they may change."""
        return tokens_of(self.last[0].trail)

    @property
    def word_is_over(self) -> bool:
        """Whether rest or a sign for a space has ended the last word of the preedit."""
        return WORD_IS_OVER[self.last[0].state]


@dataclass(frozen=True, slots=True)
class Ending:
    """One way to read everything that was still open at the end.

    Attributes:
        alignment: What is written, and the emissions that spelled it.
        log_prob: Natural log of its probability among all endings in the beam.
    """

    alignment: tuple[AlignedToken, ...]
    log_prob: float

    @property
    def tokens(self) -> tuple[int, ...]:
        """What is written."""
        return written(self.alignment)


class Decoder:
    """Turns emissions into tokens, one boundary of the signal at a time; remembers nothing.

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

    def begin(self, behind: str = "", *, word_is_over: bool = False) -> DecoderState:
        """What is known before the first emission of a text, or of one that goes on.

        Args:
            behind: The final text before it.
            word_is_over: Whether a space follows that if anything does.
        """
        return DecoderState(self._search.root(behind, word_is_over=word_is_over))

    def check(self, emissions: Sequence[Emission]) -> None:
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

    def step(self, state: DecoderState, emissions: Sequence[Emission]) -> DecoderState:
        """What is known with the emissions that end at the next boundary: one, or alternatives.

        Raises:
            UsageError: As `check` does.
        """
        self.check(emissions)
        seen = [self._seen(emission) for emission in emissions]
        ahead = (of for each, of in zip(emissions, seen, strict=True) if each.segment.spans == 1)
        last = self._search.closed(state.last, next(ahead, None))
        stacks = {**state.stacks, state.lattice.last: last}
        lattice = state.lattice.grown(emissions, seen, {at for at, of in stacks.items() if of})
        last = self._search.extended(stacks, lattice.paths(self._arcs.longest))
        reach = lattice.reach(self._arcs.longest, self._options.longest_span)
        stacks = {at: stack for at, stack in stacks.items() if at >= reach}
        old = lattice.edges.get(lattice.last - self._options.lag, ())
        new = posteriors(last, (e for e in old if e not in state.final), self._n_readings)
        final = {**state.final, **new}
        return self._commit_agreed(DecoderState(last, stacks, lattice, final))

    def _seen(self, emission: Emission) -> Evidence:
        pauses, segment = self._options.pauses, emission.segment
        gap = segment.gap_s / segment.tempo.gap_s
        scores = reading_scores(emission, self._options.temperature, exact=self._exact)
        total = -math.inf
        for score in scores:
            total = log_add(total, score)
        return Evidence(
            scores=scores,
            segmentation=segment.log_prob - (total - math.log(len(scores))),
            word_end=pauses.word_end_log_ratio(gap),
            missed=pauses.missed_log_ratio(gap),
        )

    def certain_reading(self, emission: Emission, signs: Collection[int]) -> Reading | None:
        """How an emission was read that certainly is one of some signs, whatever the text.

        None if it is another one, or not so clear, or may be more than one hold.
        """
        if not signs or emission.segment.spans > 1:
            return None
        scores = reading_scores(emission, self._options.temperature)  # S + 2
        posterior = np.exp(scores - np.logaddexp.reduce(scores))
        best = int(posterior.argmax())
        certain = best in signs and posterior[best] >= _COMMAND_PROBABILITY
        return Reading(emission, posterior, best) if certain else None

    def commit(self, state: DecoderState) -> DecoderState:
        """Decide now for the whole syllables of the preedit, and go on in the same text."""
        if state.last[0].state == State.ONSET:
            return self._commit_syllables(replace(state, committed=()))
        return self.commit_all(state)

    def commit_all(self, state: DecoderState) -> DecoderState:
        """Decide now for all of the preedit as it is; no later letter can alter it."""
        return self._commit_best(replace(state, committed=()))

    def endings(self, state: DecoderState) -> tuple[Ending, ...]:
        """The ways to end the text.

        Returns:
            One at least: first the one with the fewest errors to be expected, which is the text,
            then the likeliest.
        """
        ended = self._search.ended(self._search.closed(state.last))
        total = -math.inf
        for each in ended:
            total = log_add(total, each.mass)
        log_probs: dict[tuple[int, ...], float] = {}
        trails: dict[tuple[int, ...], Trail | None] = {}
        for each in ended:
            tokens = tokens_of(each.trail)
            log_prob = each.score - total
            log_probs[tokens] = log_add(log_probs.get(tokens, -math.inf), log_prob)
            trails.setdefault(tokens, each.trail)
        likeliest = sorted(log_probs, key=lambda tokens: -log_probs[tokens])[:_WEIGHED_ENDINGS]
        texts = [decode(tokens) for tokens in likeliest]
        least = least_risk(texts, [log_probs[tokens] for tokens in likeliest])
        likeliest.insert(0, likeliest.pop(least))
        return tuple(
            self._ending(trails[tokens], ended, state, log_probs[tokens])
            for tokens in likeliest[: self._options.candidates]
        )

    def _ending(
        self, trail: Trail | None, ended: Stack, state: DecoderState, log_prob: float
    ) -> Ending:
        """An ending; where only the best readings count, they have to be right as well."""
        alignment = self._aligned(trail, ended, state.final)
        alignment = doubted(alignment, trail, state.last, state.final, self._n_readings)
        if self._exact:
            of = [each.posterior[each.sign] for token in alignment for each in token.readings]
            log_prob += float(np.log(of).sum())
        return Ending(alignment, log_prob)

    def open_alignment(
        self, state: DecoderState, hypothesis: Hypothesis | None = None
    ) -> tuple[AlignedToken, ...]:
        """What one of the last hypotheses, or else the best one, takes the open emissions for."""
        trail = (hypothesis or state.last[0]).trail
        return self._aligned(trail, state.last, state.final)

    def _aligned(
        self, trail: Trail | None, stack: Stack, final: FinalPosteriors
    ) -> tuple[AlignedToken, ...]:
        """As `aligned`; where only the best readings count, with how probable they are."""
        alignment = aligned(trail, stack, final, self._n_readings)
        if not self._exact:
            return alignment
        return tuple(unmasked(each, self._options.temperature) for each in alignment)

    def _commit_agreed(self, state: DecoderState) -> DecoderState:
        """Commit what all hypotheses agree on; the best one decides about what is very old."""
        agreed = common_ancestor((state.last, *state.stacks.values()))
        state = self._commit(state, before_last_syllable(agreed))
        while max(each.length for each in state.last) > self._options.longest_preedit:
            n_committed = len(state.committed)
            state = self._commit_syllables(state)
            if len(state.committed) == n_committed:  # all of it is one syllable
                state = self._commit_best(state)
        return state

    def _commit_syllables(self, state: DecoderState) -> DecoderState:
        """Commit the best hypothesis up to its last syllable; drop what disagrees."""
        best = state.last[0].trail
        last = before_last_syllable(best)
        if last is best:  # there is no syllable
            return self._commit_best(state)

        def agreeing(stack: Stack) -> Stack:
            return tuple(each for each in stack if goes_on_behind(each.trail, last))

        stacks = {at: agreeing(stack) for at, stack in state.stacks.items()}
        left = replace(state, last=agreeing(state.last), stacks=stacks)
        return self._commit(left, last, state.last)

    def _commit_best(self, state: DecoderState) -> DecoderState:
        """Commit the best hypothesis as it is; drop all others."""
        best = state.last[0]
        only = (best.but(state=unalterable(best.state)),)
        return self._commit(replace(state, last=only, stacks={}), best.trail, state.last)

    def _commit(self, state: DecoderState, last: Trail | None, rivals: Stack = ()) -> DecoderState:
        """Commit all up to a step that all hypotheses share.

        Args:
            state: With the hypotheses that are left.
            last: The step; None for none.
            rivals: Those that were there before one was chosen; else a guess would be certain.
        """
        if last is None:
            return state
        alignment = self._aligned(last, rivals or state.last, state.final)
        end = max((each.path[-1].end for each in steps_of(last) if each.path), default=0)
        lattice = state.lattice.decided(end) if end else state.lattice
        open_stacks = {at: stack for at, stack in state.stacks.items() if stack}
        newest, *others = cut((state.last, *open_stacks.values()), last)
        return DecoderState(
            last=newest,
            stacks=dict(zip(open_stacks, others, strict=True)),
            lattice=lattice,
            final={e: p for e, p in state.final.items() if e.end > lattice.first},
            committed=(*state.committed, *alignment),
        )


def least_risk(texts: Sequence[str], log_probs: Sequence[float]) -> int:
    """The place of the text whose expected edits, spaces aside, are fewest; of equals the first.

    The likeliest text is the one that is most often right as a whole. Where no text is likely, one
    that shares its syllables with other likely ones has fewer wrong syllables on average (minimum
    Bayes risk; V. Goel and W. Byrne (2000), "Minimum Bayes-risk automatic speech recognition").

    Args:
        texts: One at least.
        log_probs: Natural log of how likely each is.
    """
    tight = [text.replace(" ", "") for text in texts]
    weights = np.exp(np.array(log_probs) - max(log_probs))  # (N,)
    edits = cdist(tight, tight, scorer=Levenshtein.distance)  # (N, N)
    risk = edits @ weights  # (N,)
    return int((risk <= risk.min() + _EQUAL_RISK).argmax())
