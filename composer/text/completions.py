"""What the word that is being spelled may become, or behind a word that is over, the next one.

Every hypothesis of the decoder begins a word, and the language model goes on from all of them.
Consonants in a row are the initials of a word or of a stored phrase, too: ㄱㅅ for 감사합니다. What
the wearer has an abbreviation for comes before all else.

Nothing here is needed to decode: it is found when somebody asks.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from jihwa.composer.decoding.grammar import WORD_IS_OVER, State
from jihwa.composer.decoding.hypotheses import Hypothesis, Stack, tokens_of
from jihwa.composer.language.jamo import (
    BOUNDARY,
    KINDS,
    LETTER_OF,
    SPACE,
    Kind,
    decode,
    encode,
    known_end,
)
from jihwa.composer.language.token_model import Mode, ModelState, TokenModel
from jihwa.composer.language.word_list import fault
from jihwa.composer.language.word_search import Beginning, likeliest_words
from jihwa.composer.text.candidates import AbbreviationReader
from jihwa.composer.text.record import Record, jamo_of
from jihwa.composer.text.transcript import Candidate, Completion
from jihwa.data.alphabet import Alphabet

MOST_OFFERED = 5
"""To read more takes longer than to sign what they save."""
_PLAUSIBLE = 0.1
"""Probability below which an abbreviation does not go before what the language model expects."""
_WORTHWHILE, _SURE = 0.01, 0.5
"""Probability of initials from which words that have them are looked for, and from which a word
that is over is taken for initials."""
_RESTS_WITHIN = 0.25
"""How much less often a hand rests within a word, to look for how it goes on, than behind one."""
_PHRASE_SHARE = 0.1
"""Of what is shown by its initials: how often that is one of the stored phrases."""
_LEAST_PROBABILITY = 1e-6

_IN_WORD = (State.ONSET, State.VOWEL, State.CODA, State.RESTED)
_BEFORE_WORD = (State.START, State.SPACE, State.FINAL_SPACE)
_LONE = (State.LONE_CONSONANT, State.LONE_VOWEL, State.LONE_RESTED, State.FINAL_CONSONANT)
"""Behind a lone letter the language model begins anew."""
_ONSET_OF: Mapping[str, int] = {
    LETTER_OF[token]: token for token in np.flatnonzero(KINDS == Kind.ONSET).tolist()
}
_FIRST_ONSET, _FIRST_SYLLABLE, _SYLLABLES_AN_ONSET = _ONSET_OF["ㄱ"], ord("가"), 588

_Initials = list[dict[int, float]]
"""Of every syllable that is shown by its onset alone: the log-probability of each onset."""
_Word = tuple[int, ...]


class CompletionReader:
    """Finds what a text may go on with.

    Args:
        alphabet: The signs whose likelihoods the emissions carry.
        model: The language model, with the expectations of the text's mode.
        mode: What the text may be. One that nothing corrects is not completed either; a single word
            has none behind it.
        abbreviations: The wearer's own.
        phrases: Their stored phrases, which initials find.
    """

    def __init__(
        self,
        alphabet: Alphabet,
        model: TokenModel,
        mode: Mode,
        abbreviations: AbbreviationReader,
        phrases: Iterable[str],
    ) -> None:
        self._alphabet, self._model, self._mode = alphabet, model, mode
        self._abbreviations = abbreviations
        self._single = frozenset(map(alphabet.spell, _ONSET_OF))
        self._phrases = {phrase: _onsets_of(phrase) for phrase in phrases}

    def read(
        self, stack: Stack, final: Record, shown: Record, before_text: str
    ) -> tuple[Completion, ...]:
        """What the text may go on with, the likeliest first; nothing where nobody knows.

        A hand that rests behind a word has finished it, or looks for how it goes on.

        Args:
            stack: The hypotheses about what is open.
            final: What is decided.
            shown: The same with what is open as it is read now.
            before_text: What stands before the text.
        """
        words, best = shown.words(), stack[0]
        if self._mode is Mode.EXACT:
            return ()
        rests = bool(WORD_IS_OVER[best.state])
        known = bool(words) and best.state not in _BEFORE_WORD
        is_open = known and (not rests or bool(shown.readings(shown.place(-1))))
        within, over = _goes_on(best.model) if is_open and rests else (0.0, 0.0)
        first: list[Candidate] = []
        others: list[Completion] = []
        if is_open:
            place, last, now = shown.place(-1), len(words) - 1, words[-1].text
            initials = self._initials(shown, place)
            share = _probability(initials)
            first = self._abbreviated(shown, place, now)
            spelled = within + math.log(max(1 - share, _LEAST_PROBABILITY))
            found = [*self._longer(stack, final, spelled)]
            if share > _WORTHWHILE:
                found += self._shown_by(initials, before_text + shown.around(place)[0])
            others = _each(last, (each for each in found if each.text != now))
            rests = rests and not first and share < _SURE
        if (rests or not is_open) and not (words and self._mode is Mode.WORD):
            others += _each(len(words), self._next(best, over))
        others.sort(key=lambda each: -each.log_prob)
        distinct: dict[tuple[int, str], Completion] = {}
        for each in [*_each(len(words) - 1, first), *others]:
            distinct.setdefault((each.word, each.text), each)
        return tuple(distinct.values())[:MOST_OFFERED]

    def begun(self, stack: Stack, final: Record, text: str) -> Hypothesis | None:
        """The best of the hypotheses whose last word begins as this text does; None if none does.

        Args:
            stack: The hypotheses about what is open.
            final: What is decided.
            text: A word or phrase.
        """
        jamo = jamo_of(text)
        words = _begun_words(stack, final)
        return next(
            (each for word, each in words if jamo.startswith("".join(map(jamo_of, word)))), None
        )

    def _longer(self, stack: Stack, final: Record, log_prob: float) -> Iterator[Candidate]:
        """Words that the hypotheses begin; that it is one has this log-probability."""
        weight = log_prob - float(np.logaddexp.reduce([each.mass for each in stack]))
        return self._words(
            Beginning(word, each.mass + weight, each.model, _kind_behind(word, each))
            for word, each in _begun_words(stack, final)
        )

    def _next(self, best: Hypothesis, log_prob: float) -> Iterator[Candidate]:
        """Words behind the last one; that it is over has this log-probability."""
        is_apart = best.state in _BEFORE_WORD or best.state in _LONE
        behind = best.model if is_apart else best.model.after(SPACE)
        return self._words([Beginning((), log_prob, behind)])

    def _shown_by(self, initials: _Initials, behind: str) -> Iterator[Candidate]:
        """Words and stored phrases that have these initials."""
        state = self._model.start()
        for token in known_end(behind).tolist():
            state = state.after(token)
        yield from self._words([Beginning((), 0.0, state, onsets=initials)])
        for phrase, onsets in self._phrases.items():
            if len(onsets) >= len(initials):
                looks = sum(of.get(o, -math.inf) for of, o in zip(initials, onsets, strict=False))
                yield Candidate(phrase, looks + math.log(_PHRASE_SHARE / len(self._phrases)))

    def _words(self, beginnings: Iterable[Beginning]) -> Iterator[Candidate]:
        found = likeliest_words(self._model, beginnings, MOST_OFFERED + 1)
        return (Candidate(decode(word), log_prob) for word, log_prob in found)

    def _abbreviated(self, shown: Record, place: slice, word: str) -> list[Candidate]:
        """What the hand has plausibly abbreviated."""
        holds = [reading.emission for reading in shown.readings(shown.holds_of(place))]
        read = self._abbreviations.read(holds, word)
        return [each for each in read if each.log_prob > math.log(_PLAUSIBLE)]

    def _initials(self, shown: Record, place: slice) -> _Initials:
        """The syllables that a word may be the initials of; none where it is no two consonants.

        Those that spell one onset, like ㄱㄱ, are the beginning of a word.
        """
        rows, labels = list[Mapping[str, float]](), self._alphabet.signs
        for entry in shown.entries[place]:
            if not entry.taken and isinstance(entry.written, str):
                rows.append({entry.written: 1.0})
            elif entry.taken and not entry.readings:  # it is not remembered
                return []
            for reading in entry.readings:
                if reading.sign < len(labels):
                    shares = reading.emission.posterior.tolist()
                    rows.append(dict(zip(labels, shares, strict=False)))
        likeliest = tuple(max(row, key=lambda sign: row[sign]) for row in rows)
        if len(rows) < 2 or likeliest in self._single:
            return []
        return [
            {
                token: math.log(max(row[letter], _LEAST_PROBABILITY))
                for letter, token in _ONSET_OF.items()
                if letter in row
            }
            for row in rows
        ]


def _begun_words(stack: Stack, final: Record) -> Iterator[tuple[_Word, Hypothesis]]:
    """The last words of those hypotheses that agree with the best one about all before it.

    Args:
        stack: The hypotheses about what is open; those that are not within a word are left out.
        final: What is decided.
    """
    best = tokens_of(stack[0].trail)
    begin = len(best) - best[::-1].index(SPACE) if SPACE in best else 0
    decided = "" if begin else re.split(r"\s", final.text)[-1]
    if decided and fault(decided):
        return
    for each in stack:
        tokens = tokens_of(each.trail)
        word = (*encode(decided).tolist(), *tokens[begin:])
        agrees = tokens[:begin] == best[:begin] and SPACE not in word
        if agrees and word and each.state in _IN_WORD:
            yield word, each


def _goes_on(model: ModelState) -> tuple[float, float]:
    """The log-probabilities of a word behind which the hand rests: to go on per way, to be over."""
    ends = math.exp(model.row()[SPACE]) + math.exp(model.row()[BOUNDARY]) or _LEAST_PROBABILITY
    total = math.log(ends + _RESTS_WITHIN * (1 - ends))
    return math.log(_RESTS_WITHIN) - total, math.log(ends) - total


def _kind_behind(word: _Word, hypothesis: Hypothesis) -> Kind:
    """What the next letter follows: a syllable that is final takes no more."""
    return Kind.CODA if hypothesis.state == State.CODA else Kind(KINDS[word[-1]])


def _probability(initials: _Initials) -> float:
    """How probable it is that all of these are consonants."""
    if not initials:
        return 0.0
    return math.prod(min(sum(map(math.exp, each.values())), 1.0) for each in initials)


def _onsets_of(phrase: str) -> list[int]:
    """The onset of every syllable."""
    syllables = re.findall("[가-힣]", phrase)
    return [_FIRST_ONSET + (ord(s) - _FIRST_SYLLABLE) // _SYLLABLES_AN_ONSET for s in syllables]


def _each(word: int, candidates: Iterable[Candidate]) -> list[Completion]:
    return [Completion(word, each.text, each.log_prob) for each in candidates]
