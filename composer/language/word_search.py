"""The likeliest words that begin in some way, found best first in a token model.

A beginning is as likely as all the words together that go on from it, so as soon as a word is
likelier than every beginning that is left, no word that is not found yet can be likelier.

    ᄀ ᅡ ᆷ 0.9 ──► ᄉ 0.6 ──► ᅡ 0.5 ──► 감사합니다 0.3      found
                  ᄀ 0.2                                  감기 is 0.2 at most: it comes later
"""

import heapq
import math
from collections.abc import Iterable, Sequence
from operator import itemgetter

from jihwa.composer.language.jamo import BOUNDARY, KINDS, N_TOKENS, SPACE, Kind
from jihwa.composer.language.token_model import ModelState, TokenModel

MOST_OPENED = 400
"""Beginnings that are opened at most: of a text of which nobody knows how it goes on, that takes
ten milliseconds or so, and the likeliest words are found all the same."""
LEAST_NATS = -18.0
"""Log-probability below which a word is worth nobody's while."""

_SPACE, _ONSET, _VOWEL, _CODA = map(int, (Kind.SPACE, Kind.ONSET, Kind.VOWEL, Kind.CODA))
_FOLLOWS = {_SPACE: (_ONSET,), _ONSET: (_VOWEL,), _VOWEL: (_CODA, _ONSET), _CODA: (_ONSET,)}
_KINDS: tuple[int, ...] = tuple(KINDS.tolist())
_NEXT = {
    kind: tuple(token for token in range(N_TOKENS) if _KINDS[token] in kinds)
    for kind, kinds in _FOLLOWS.items()
}
_NO_TOKEN = -1


class Beginning:
    """What is known of a word, and what the model expects behind that; never changed.

    Attributes:
        tokens: The first tokens of the word.
        log_prob: Natural log of the probability that it begins so.
        state: The model's behind these tokens.
        kind: The `Kind` that the next token follows; a syllable that takes no more is a coda.
        onsets: Of each of the next syllables, which onsets it may have and the log-likelihood of
            each; any where this ends.
    """

    __slots__ = ("kind", "log_prob", "onsets", "state", "tokens")

    def __init__(
        self,
        tokens: tuple[int, ...],
        log_prob: float,
        state: ModelState,
        kind: int = _SPACE,
        onsets: Sequence[dict[int, float]] = (),
    ) -> None:
        self.tokens, self.log_prob, self.state = tokens, log_prob, state
        self.kind, self.onsets = kind, onsets

    def followed_by(self, token: int, log_prob: float) -> "Beginning":
        """The beginning that is one token longer, and so probable."""
        kind = _KINDS[token]
        onsets = self.onsets[1:] if kind == _ONSET else self.onsets
        return Beginning((*self.tokens, token), log_prob, self.state.after(token), kind, onsets)


def likeliest_words(
    model: TokenModel, beginnings: Iterable[Beginning], n: int
) -> list[tuple[tuple[int, ...], float]]:
    """The likeliest words that are longer than one of these beginnings.

    Words that correction must not introduce are left out, also where the beginning is theirs.

    Args:
        model: What the states of the beginnings are of.
        beginnings: The same word may have several.
        n: How many words at most.

    Returns:
        The tokens of each word and the natural log of its probability, the likeliest first.
    """
    # The negative log-probability and a number tell what is next: a beginning, or one and a token.
    queue: list[tuple[float, int, Beginning, int]] = [
        (-each.log_prob, number, each, _NO_TOKEN) for number, each in enumerate(beginnings)
    ]
    number = len(queue)
    heapq.heapify(queue)
    found: dict[tuple[int, ...], float] = {}
    least = LEAST_NATS  # what a word has to be to be among the likeliest so far
    for _ in range(MOST_OPENED):
        if not queue or -queue[0][0] <= least:
            break
        negative, _, first, last = heapq.heappop(queue)
        here = first if last == _NO_TOKEN else first.followed_by(last, -negative)
        row, so_far = here.state.row(), here.log_prob
        may_end = here.kind == _VOWEL or here.kind == _CODA
        if here is not first and may_end and not here.onsets:
            ends = so_far + math.log(math.exp(row[SPACE]) + math.exp(row[BOUNDARY]))
            if ends > least and _is_clean(model, here.tokens):
                before = found.get(here.tokens, -math.inf)
                found[here.tokens] = math.log(math.exp(before) + math.exp(ends))
                if len(found) >= n:
                    least = max(least, heapq.nlargest(n, found.values())[-1])
        onsets = here.onsets[0] if here.onsets and here.kind != _ONSET else None
        for token in _NEXT[here.kind]:
            likely = so_far + row[token]
            if onsets is not None and _KINDS[token] == _ONSET:
                likely += onsets.get(token, -math.inf)
            if likely > least:
                heapq.heappush(queue, (-likely, number, here, token))
                number += 1
    return heapq.nlargest(n, found.items(), key=itemgetter(1))


def _is_clean(model: TokenModel, word: tuple[int, ...]) -> bool:
    """Whether correction might introduce a word and everything that it begins with.

    What goes on behind a word that is profane by itself may be 점, as in 시발점, or an ending.
    """
    state, before = model.start(), _SPACE
    for token in word:
        kind = _KINDS[token]
        if (kind == _ONSET and state.is_profane(BOUNDARY)) or state.is_profane(token):
            return False
        if before == kind == _ONSET:  # behind a lone consonant a word begins
            state = model.start()
        before = kind
        state = state.after(token)
    return not state.is_profane(BOUNDARY)
