"""What else a word may be: its emissions read again, with every reading told apart.

The search that makes the text keeps one of the hypotheses that end alike, so the rivals of a word
are gone once it is over. A word is short: it can be read again whenever someone asks.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from jihwa.composer.decoding.decoded import Ending
from jihwa.composer.decoding.decoder import Decoder
from jihwa.composer.decoding.options import DecoderOptions
from jihwa.composer.decoding.search import known_end, known_start
from jihwa.composer.language.jamo import BOUNDARY, SPACE, Tokens
from jihwa.composer.language.modes import Mode
from jihwa.composer.language.ngram import States
from jihwa.composer.language.token_model import TokenModel
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
        self._decoder.reset(before)
        shared = [step for each in emissions for step in self._decoder.feed(each.alone).committed]
        endings = [
            replace(ending, steps=(*shared, *ending.steps)) for ending in self._decoder.flush()
        ]
        scores = np.array([ending.log_prob for ending in endings])
        following = known_start(after)
        if len(following):
            behind = self._advanced(self._model.start(), known_end(before))
            scores += [self._gain(behind, ending.tokens, following) for ending in endings]
        scores -= np.logaddexp.reduce(scores)
        order = np.argsort(-scores, kind="stable").tolist()
        return tuple(replace(endings[i], log_prob=float(scores[i])) for i in order)

    def _gain(self, context: States, word: Sequence[int], following: Tokens) -> float:
        """How much likelier a word is if this follows it than if the text ends with it."""
        context = self._advanced(context, np.array(word, np.uint8))
        total = -float(self._model.log_prob(context)[0, BOUNDARY])
        for token in (SPACE, *following.tolist()):
            total += float(self._model.log_prob(context)[0, token])
            context = self._advanced(context, np.array([token], np.uint8))
        return total * self._options.lm_weight

    def _advanced(self, context: States, tokens: Tokens) -> States:
        for i in range(len(tokens)):
            context = self._model.advance(context, tokens[i : i + 1])
        return context
