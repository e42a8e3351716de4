"""What else a word may be: another reading of its emissions, or one of the wearer's abbreviations.

The search that makes the text keeps one of the hypotheses that end alike, so the rivals of a word
are gone once it is over. A word is short: it can be read again, with every reading told apart,
whenever someone asks. The language model thinks little of abbreviations (ㅇㄴ for 안녕하세요), so
the text seldom has them as they were spelled; here the hand alone is asked how well it shows each
of them, compared with the word as it was read.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from jihwa.composer.decoding.alignment import AlignedToken
from jihwa.composer.decoding.arcs import SegmentationRates
from jihwa.composer.decoding.decoder import Decoder, Ending
from jihwa.composer.decoding.evidence import log_of, reading_scores
from jihwa.composer.decoding.options import DecoderOptions
from jihwa.composer.language.jamo import BOUNDARY, SPACE, decode, known_end, known_start
from jihwa.composer.language.token_model import Mode, ModelState, TokenModel
from jihwa.composer.text.record import Record
from jihwa.composer.text.transcript import Candidate
from jihwa.data.alphabet import Alphabet
from jihwa.data.signal.frames import Array
from jihwa.recognizer.events import NO_SIGN, Emission, readings


class WordReader:
    """Reads single words of a text again.

    Args:
        alphabet: The signs whose likelihoods the emissions carry.
        model: The language model, with the expectations of the text's mode.
        options: How the text was decoded.
        abbreviations: The wearer's own.
    """

    def __init__(
        self,
        alphabet: Alphabet,
        model: TokenModel,
        options: DecoderOptions,
        abbreviations: "AbbreviationReader",
    ) -> None:
        self._alphabet, self._model, self._options = alphabet, model, options
        self._abbreviations = abbreviations

    def candidates(self, record: Record, word: int, before_text: str) -> tuple[Candidate, ...]:
        """What a word may be: as it is shown, then what it abbreviates, then the likeliest others.

        Args:
            record: The text.
            word: Its place among the words.
            before_text: What stands before the text.

        Raises:
            IndexError: There is no such word.
        """
        now, place = record.words()[word], record.place(word)
        endings = self._endings(record, place, before_text)
        read = {decode(ending.tokens): ending.log_prob for ending in endings}
        first = Candidate(now.text, read.pop(now.text, math.log(max(now.confidence, 1e-9))))
        read.pop("", None)  # that the hand wrote nothing there is no word to choose
        others = (Candidate(text, log_prob) for text, log_prob in read.items())
        holds = [reading.emission for reading in record.readings(record.holds_of(place))]
        return (first, *self._abbreviations.read(holds, now.text), *others)

    def spelling(
        self, record: Record, place: slice, text: str, before_text: str
    ) -> tuple[AlignedToken, ...]:
        """How the hand spelled a word if it is this text; nothing where that cannot be.

        Args:
            record: The text.
            place: The entries of the word.
            text: What the word is.
            before_text: What stands before the text.
        """
        endings = self._endings(record, place, before_text)
        return next((each.alignment for each in endings if decode(each.tokens) == text), ())

    def _endings(self, record: Record, place: slice, before_text: str) -> tuple[Ending, ...]:
        """The ways to read the emissions of a word; none where they are not remembered."""
        emissions = [reading.emission for reading in record.readings(place)]
        before, after = record.around(place)
        return self._read(emissions, before_text + before, after) if emissions else ()

    @cached_property
    def _decoder(self) -> Decoder:
        """Made when the first word is read: few texts need one."""
        apart = replace(self._options, recombine=False)
        return Decoder(self._alphabet, self._model, apart, Mode.WORD)

    def _read(self, emissions: Sequence[Emission], before: str, after: str) -> tuple[Ending, ...]:
        """The likeliest ways to read a word, best first.

        Args:
            emissions: Those of the word.
            before: The text before it.
            after: The text behind it; empty where the word is the last one.
        """
        state = self._decoder.begin(before)
        shared: list[AlignedToken] = []
        for emission in emissions:
            state = self._decoder.step(state, (emission.alone,))
            shared += state.committed
        endings = [
            replace(ending, alignment=(*shared, *ending.alignment))
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


_SHARE = 0.1
"""Of the words of a wearer who has abbreviations: how many are some."""
_LEAST = 0.01
"""Abbreviations that are less probable are not told."""
_LEAST_RATE = 1e-4
"""Signs are missed, spurious and split at least as often: else one mistake would hide a word."""


class AbbreviationReader:
    """Finds abbreviations in the emissions of single words.

    Args:
        alphabet: The signs whose likelihoods the emissions carry.
        options: How the text is decoded.
        meanings: What every abbreviation (Hangul syllables or letters) stands for.

    Raises:
        UsageError: An abbreviation cannot be spelled with the alphabet.
    """

    def __init__(
        self, alphabet: Alphabet, options: DecoderOptions, meanings: Mapping[str, str]
    ) -> None:
        self._alphabet, self._options = alphabet, options
        self._meanings = tuple(meanings.values())
        self._spellings = tuple(map(self._spelled, meanings))
        self._no_sign = readings(alphabet).index(NO_SIGN)

    def read(self, emissions: Sequence[Emission], text: str) -> tuple[Candidate, ...]:
        """What the abbreviations mean that the hand plausibly spelled, the likeliest first.

        Args:
            emissions: Those of a word; none where they are not known.
            text: How the word was read.

        Returns:
            Some of the meanings, with the log-probabilities of their abbreviations among all of
            them and the word as it was read, which does not count beside an abbreviation that is
            spelled alike.
        """
        if not (emissions and self._spellings):
            return ()
        word, others = self._spelled(_hangul(text)), self._spellings
        scores = np.array([reading_scores(e, self._options.temperature) for e in emissions])
        log_likelihood = _log_likelihood([word, *others], scores, self._no_sign, self._rates)
        log_likelihood[0] += log_of(1 - _SHARE) if word not in others else -np.inf
        log_likelihood[1:] += log_of(_SHARE / len(others))
        log_prob = log_likelihood - np.logaddexp.reduce(log_likelihood)
        found = map(Candidate, self._meanings, log_prob[1:].tolist())
        plausible = [each for each in found if each.log_prob >= log_of(_LEAST)]
        return tuple(sorted(plausible, key=lambda each: -each.log_prob))

    @property
    def _rates(self) -> SegmentationRates:
        rates = self._options.rates
        return SegmentationRates(
            missed=max(rates.missed, _LEAST_RATE), spurious=max(rates.spurious, _LEAST_RATE)
        )

    def _spelled(self, text: str) -> tuple[int, ...]:
        return tuple(self._alphabet.index[sign] for sign in self._alphabet.spell(text))


def _hangul(text: str) -> str:
    """What of a word the hand can have spelled."""
    return re.sub("[^가-힣ㄱ-ㅣ]", "", text)


def _log_likelihood(
    spellings: Sequence[tuple[int, ...]], scores: Array, no_sign: int, rates: SegmentationRates
) -> NDArray[np.float64]:
    """(K,) how well emissions show each of K sequences of signs.

    The sum over all ways to line up the two, as in the forward algorithm: an emission is the next
    sign or none; a sign may have been missed.

    Args:
        spellings: K sequences of signs.
        scores: (N, S + 2) log-likelihood of every reading of every emission.
        no_sign: Which reading is none.
        rates: How often signs are missed or spurious.
    """
    lengths = np.array([len(signs) for signs in spellings])  # (K,)
    signs = np.zeros((len(spellings), lengths.max()), np.intp)  # (K, L)
    for row, spelling in zip(signs, spellings, strict=True):
        row[: len(spelling)] = spelling
    missed, spurious = map(log_of, (rates.missed, rates.spurious))
    # (K, L + 1): as far as the emissions so far show the first 0 … L signs
    total = np.tile(missed * np.arange(signs.shape[1] + 1), (len(spellings), 1))
    for seen in scores:
        shown = seen[signs]  # (K, L)
        following = total + spurious + seen[no_sign]
        following[:, 1:] = np.logaddexp(following[:, 1:], total[:, :-1] + shown)
        for at in range(signs.shape[1]):
            skipped = following[:, at] + missed
            following[:, at + 1] = np.logaddexp(following[:, at + 1], skipped)
        total = following
    ends: NDArray[np.float64] = total[np.arange(len(spellings)), lengths]
    return ends
