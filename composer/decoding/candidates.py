"""What else a word may be: its emissions read again, with every reading told apart.

The search that makes the text keeps one of the hypotheses that end alike, so the rivals of a word
are gone once it is over. A word is short: it can be read again whenever someone asks.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from jihwa.composer.decoding.alignment import Step
from jihwa.composer.decoding.decoder import Decoder, Ending
from jihwa.composer.decoding.options import DecoderOptions
from jihwa.composer.decoding.search import known_end, known_start
from jihwa.composer.language.jamo import BOUNDARY, SPACE
from jihwa.composer.language.token_model import Mode, ModelState, TokenModel
from jihwa.data.alphabet import Alphabet
from jihwa.recognizer.events import Emission


class WordReader:
    """Reads the emissions of single words.

    Args:
        alphabet: The signs whose likelihoods the emissions carry.
        model: The language model, with the expectations of the text's mode.
        options: How the text was decoded.
    """

    def __init__(self, alphabet: Alphabet, model: TokenModel, options: DecoderOptions) -> None:
        self._alphabet = alphabet
        self._model = model
        self._options = options

    @cached_property
    def _decoder(self) -> Decoder:
        """Made when the first word is read: few texts need one."""
        apart = replace(self._options, recombine=False)
        return Decoder(self._alphabet, self._model, apart, Mode.WORD)

    def read(self, emissions: Sequence[Emission], before: str, after: str) -> tuple[Ending, ...]:
        """The likeliest ways to read a word, best first.

        Args:
            emissions: Those of the word.
            before: The text before it.
            after: The text behind it; empty where the word is the last one.
        """
        state = self._decoder.begin(before)
        shared: list[Step] = []
        for emission in emissions:
            state = self._decoder.step(state, (emission.alone,))
            shared += state.committed
        endings = [
            replace(ending, steps=(*shared, *ending.steps))
            for ending in self._decoder.endings(state)
        ]
        scores = np.array([ending.log_prob for ending in endings])
        following = known_start(after).tolist()
        if following:
            behind = _after(self._model.start(), known_end(before).tolist())
            scores += [self._gain(behind, ending.tokens, following) for ending in endings]
        scores -= np.logaddexp.reduce(scores)
        order = np.argsort(-scores, kind="stable").tolist()
        return tuple(replace(endings[i], log_prob=float(scores[i])) for i in order)

    def _gain(self, context: ModelState, word: Sequence[int], following: Sequence[int]) -> float:
        """How much likelier a word is if this follows it than if the text ends with it."""
        context = _after(context, word)
        total = -context.row()[BOUNDARY]
        for token in (SPACE, *following):
            total += context.row()[token]
            context = context.after(token)
        return total * self._options.lm_weight


def _after(context: ModelState, tokens: Sequence[int]) -> ModelState:
    for token in tokens:
        context = context.after(token)
    return context
