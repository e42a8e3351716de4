"""Josa: the particles that follow a Korean word without a space, and the words before them."""

from jihwa.composer.language.jamo import CODAS

ANYWHERE = (
    "의 도 만 에 에서 에게 에게서 께 께서 한테 한테서 까지 부터 보다 처럼 마다 밖에 조차 마저 "
    "님 씨 입니다 이다"
)
AFTER_CODA = "은 이 을 과 으로 아 이랑 이나 이라도 이라고 이야 이에요 이가 이는 이를 이의 이와"
AFTER_VOWEL = "는 가 를 와 로 야 랑 나 라도 라고 예요"
AFTER_RIEUL = "로"
"""Josa, the copula and what follows names, by the end of the syllable before them."""

MIN_STEM = 2
"""Syllables of the shortest word that is told from its josa: 나이 is no 나."""

_N_CODAS = 1 + len(CODAS)  # none is the first
_NO_CODA, _CODA_RIEUL = 0, 1 + CODAS.index("\N{HANGUL JONGSEONG RIEUL}")
_JOSA = [frozenset(f"{ANYWHERE} {AFTER_CODA}".split())] * _N_CODAS
_JOSA[_NO_CODA] = frozenset(f"{ANYWHERE} {AFTER_VOWEL}".split())
_JOSA[_CODA_RIEUL] |= frozenset(AFTER_RIEUL.split())
"""What may follow a syllable, by its coda in the order of Unicode."""
_LONGEST = max(len(josa) for choices in _JOSA for josa in choices)


def stems(word: str) -> list[str]:
    """The words before the josa of a word, from the longest: 서울에서 and 서울 of 서울에서는.

    Args:
        word: Hangul syllables.
    """
    for size in range(min(_LONGEST, len(word) - MIN_STEM), 0, -1):
        stem, josa = word[:-size], word[-size:]
        if josa in _JOSA[(ord(stem[-1]) - ord("가")) % _N_CODAS]:
            return [stem, *stems(stem)]
    return []
