"""Words that correction must not introduce, found while a text is written (Aho and Corasick, 1975).

A pattern is a sequence of tokens, where a boundary stands for either end of a word. One that ends
in a vowel is complete when the next token is no coda: 고자 is not in 고장. The longest pattern that
ends at a place decides: 미들섹스, a place, is none although 섹스 is in it.
"""

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from jihwa.composer.language.jamo import BOUNDARY, KINDS, N_TOKENS, SPACE, Kind, Tokens, encode
from jihwa.composer.language.lexicon import PROBS, Lexicon

PROFANE, CLEAN = "profane", "clean"
"""Roots of the lexicon: the patterns, and longer ones that are clean although they end in one."""
_VERDICT = {PROFANE: 1, CLEAN: -1}

_ENDS_SYLLABLE = KINDS != Kind.VOWEL
_FOLLOWS_SYLLABLE = np.isin(KINDS, (Kind.ONSET, Kind.SPACE, Kind.BOUNDARY))

_Ids = NDArray[np.int32]


class Profanity:
    """An automaton over tokens; a state is a number.

    Args:
        lexicon: Holds the patterns; without any, nothing is profane.

    Attributes:
        start: The state before a text.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        following, decides, last = _automaton(lexicon)
        is_profane = decides == _VERDICT[PROFANE]  # (S,)
        at_once = is_profane & _ENDS_SYLLABLE[last]
        later = is_profane & ~_ENDS_SYLLABLE[last]
        found = at_once[following] | (later[:, None] & _FOLLOWS_SYLLABLE)  # (S, N_TOKENS)
        self._following = (following << 1 | found).data  # (S, N_TOKENS)
        self.start = int(following[0, BOUNDARY]) << 1

    def follow(self, state: int, token: int) -> int:
        """The state that follows a state after one more token."""
        return int(self._following[state >> 1, token])

    def is_in(self, text: str) -> bool:
        """Whether a text of syllables and spaces has a pattern in it.

        Raises:
            UsageError: A character is neither a modern syllable nor a space.
        """
        state, found = self.start, False
        for token in (*encode(text).tolist(), BOUNDARY):
            state = self.follow(state, token)
            found |= self.found(state)
        return found

    def found(self, state: int) -> bool:
        """Whether the last token completed a pattern."""
        return bool(state & 1)


def _automaton(lexicon: Lexicon) -> tuple[_Ids, _Ids, Tokens]:
    """The states of the automaton, breadth first.

    Returns:
        (S, N_TOKENS) where every token leads from every state, (S,) the verdict of the longest
        pattern that ends there or 0, and (S,) the token that leads there.
    """
    states = [{root: lexicon.roots[root] for root in (PROFANE, CLEAN) if root in lexicon.roots}]
    tokens, fallback, decides = [BOUNDARY], [0], [0]
    rows: list[_Ids] = []
    for state, nodes in enumerate(states):  # it grows: breadth first
        ends = [root for root in nodes if PROBS[lexicon.end_codes[nodes[root]]] > 0]
        decides[state] = _VERDICT[ends[0]] if ends else decides[fallback[state]]
        row = rows[fallback[state]].copy() if state else np.zeros(N_TOKENS, dtype=np.int32)
        children: dict[int, dict[str, int]] = defaultdict(dict)
        for root, node in nodes.items():
            begin = int(lexicon.begins[node])
            behind = lexicon.tokens[begin : begin + int(lexicon.sizes[node])].tolist()
            for child, token in enumerate(behind, start=begin):
                children[token][root] = child
        for token, child_nodes in children.items():
            fallback.append(int(row[token]) if state else 0)
            row[token] = len(states)
            states.append(child_nodes)
            tokens.append(token)
            decides.append(0)
        rows.append(row)
    following = np.stack(rows)
    following[:, SPACE] = following[:, BOUNDARY]
    return following, np.array(decides, np.int32), np.array(tokens, np.uint8)
