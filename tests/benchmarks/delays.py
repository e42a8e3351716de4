"""How soon a letter is seen: what was shown when, beside what was really spelled when."""

import re
from collections.abc import Iterator, Sequence

from jihwa.data.alphabet import Alphabet
from jihwa.data.synthesis.spelling import SpelledSign

_NO_HANGUL = re.compile("[^ㄱ-ㅣ가-힣]")


def from_starts_ms(
    signs: Sequence[SpelledSign], shown: Sequence[tuple[float, str]]
) -> Iterator[float]:
    """From every letter's true start until the text ends in it and the one before.

    A letter of which that is not so before the next one ends has none: it was read as another.

    Args:
        signs: What was spelled.
        shown: Texts, and when each of them was first seen, in the signs' time.
    """
    alphabet = Alphabet.load()
    spelled = [(at_s, alphabet.spell(_NO_HANGUL.sub("", text))) for at_s, text in shown]
    for place, sign in enumerate(signs):
        last_two = tuple(each.sign for each in signs[max(place - 1, 0) : place + 1])
        end_s = signs[min(place + 1, len(signs) - 1)].end_s
        for at_s, letters in spelled:
            if sign.start_s <= at_s < end_s and letters[-len(last_two) :] == last_two:
                yield 1000 * (at_s - sign.start_s)
                break
