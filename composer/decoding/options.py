"""What the decoder can be told."""

from dataclasses import dataclass, field, replace
from typing import Self

from jihwa.composer.decoding.arcs import SegmentationRates
from jihwa.composer.decoding.evidence import PauseModel
from jihwa.composer.decoding.grammar import GrammarCosts
from jihwa.data.messages import UsageError

_PATIENCE = 50.0
"""Beam window for certain letters: a lone letter costs much before it turns out to be one."""


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
        lag: Boundaries after which a letter's confidence is final. Alternatives that differ only
            further back than the language model sees are no longer in the beam.
        longest_preedit: Steps that may stay open; the best hypothesis decides about older ones.
        candidates: Final texts at most.
        longest_span: Boundaries that one emission may span in a lattice, at most.
        recombine: Whether of hypotheses with equal futures only the best one survives.
    """

    beam: int = 256
    beam_window: float = 10.0
    lm_weight: float = 1.0
    temperature: float = 1.1
    arc_window: float = 20.0
    rates: SegmentationRates = field(default_factory=SegmentationRates)
    pauses: PauseModel = field(default_factory=PauseModel)
    grammar: GrammarCosts = field(default_factory=GrammarCosts)
    lag: int = 5
    longest_preedit: int = 96
    candidates: int = 10
    longest_span: int = 3
    recombine: bool = True

    def certain(self) -> Self:
        """The same where every sign is known: nothing is missed, spurious or split."""
        rates = SegmentationRates(missed=0.0, spurious=0.0, rest=1.0)
        return replace(self, rates=rates, beam_window=_PATIENCE)

    def __post_init__(self) -> None:
        least = min(self.beam, self.candidates, self.longest_span)
        if least < 1 or self.longest_preedit < 16 or self.lag < 0:
            raise UsageError(
                ko="디코더 설정: beam, candidates, longest_span은 1, longest_preedit는 16, lag는 0 "
                "이상이어야 합니다.",
                en="Decoder options: beam, candidates and longest_span must be at least 1, "
                "longest_preedit 16 and lag 0.",
            )
        positive = min(self.temperature, self.beam_window, self.arc_window)
        if not (positive > 0 and self.lm_weight >= 0):
            raise UsageError(
                ko="디코더 설정: temperature와 창(window)은 0보다 크고 lm_weight는 0 "
                "이상이어야 합니다.",
                en="Decoder options: temperature and windows must be above 0 and "
                "lm_weight at least 0.",
            )
