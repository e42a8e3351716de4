"""Which profane words count anywhere, and which only as a word of their own."""

from collections.abc import Collection, Iterable

import numpy as np

from jihwa.composer.language.jamo import BOUNDARY, Tokens, encode
from jihwa.composer.language.lexicon import Lexicon
from jihwa.composer.language.profanity import CLEAN, PROFANE

_PARTICLES = ("", *"이가은는을를아야도의로에", "들", "들이", "들은", "같은", "놈", "년", "새끼")
"""What may stand between a word of its own and the end of the word."""
_EDGE = np.array([BOUNDARY], np.uint8)


def profane_patterns(profane: Iterable[str], clean: Collection[str]) -> Lexicon:
    """The roots `profane` and `clean` for `Profanity`.

    A profane word counts anywhere, as 씨발 does, unless a clean one goes on behind it: 시발점. Then
    it counts only where it is a word of its own, or has a particle. Clean words that end in one
    that counts anywhere are told: 미들섹스.

    Args:
        profane: Words; those that contain another one of them in full are no news.
        clean: Words of any kind; those that contain two profane ones, one within the other, are not
            taken for clean.
    """
    words = sorted(set(profane))
    within = {word: sorted(c for c in clean if word in c and c not in words) for word in words}
    found_in: dict[str, int] = {}
    for holders in within.values():
        for holder in holders:
            found_in[holder] = found_in.get(holder, 0) + 1
    patterns: list[Tokens] = []
    exceptions: list[Tokens] = []
    for word, holders in within.items():
        innocent = [holder for holder in holders if found_in[holder] == 1]
        if any(word in holder[:-1] for holder in innocent):
            own = (np.concatenate([_EDGE, encode(word + p), _EDGE]) for p in _PARTICLES)
            patterns.extend(own)
        else:
            patterns.append(encode(word))
            exceptions.extend(encode(holder) for holder in innocent)
    return Lexicon.of_patterns(PROFANE, patterns) | Lexicon.of_patterns(CLEAN, exceptions)
