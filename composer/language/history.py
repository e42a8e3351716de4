"""What the user typed, and how often: it fades, and a word counts without its josa too.

Josa are the particles that follow a Korean word without a space: 서울에서는 teaches 서울.
"""

import heapq
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from jihwa.composer.language.jamo import CODAS
from jihwa.composer.language.word_list import fault, normalised
from jihwa.data.messages import DataError, Message

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


VERSION = 1
MAX_WORDS = 5_000
HALF_LIFE = 2_000
FAINTEST = 0.01
"""A word that counts less is forgotten."""
CHOSEN = 3.0
"""A word chosen among candidates counts as often: without its help it would be wrong again."""
STEM_SHARE = 0.5
"""What a word teaches of the word before its josa: 김민수는 of 김민수."""
LISTED = 10.0
"""A word of the user's own list counts as if it had been typed as often, just now."""
OTHERS = 1_000.0
"""What all other words count together: a few words of one's own are not expected everywhere."""

_NO_WORD = re.compile(r"^\W+|\W+$")
_HEADER = f"# jihwa history {VERSION}"
_COUNT = re.compile(r"[0-9]{1,4}(\.[0-9]{1,8})?")
_FADE = 0.5 ** (1 / HALF_LIFE)


@dataclass(frozen=True, slots=True)
class History:
    """How much every word was typed.

    Attributes:
        counts: How often, faded; at most `MAX_WORDS` words.
    """

    counts: Mapping[str, float] = field(default_factory=dict)

    def with_text(self, text: str) -> "History":
        """The history after a text; words that are not all Hangul are left out."""
        return self._after([(word, 1.0) for word in words_of(text)])

    def with_choice(self, word: str) -> "History":
        """The history after a word, or words, that the wearer chose among candidates."""
        return self._after([(each, CHOSEN) for each in words_of(word)])

    def without(self, words: Iterable[str]) -> "History":
        """The history without normalised words and without them before josa."""
        gone = set(words)
        kept = {w: n for w, n in self.counts.items() if gone.isdisjoint([w, *stems(w)])}
        return History(kept)

    def beside(self, other: "History") -> "History":
        """What both count together."""
        return History(_heaviest(Counter(self.counts) + Counter(other.counts)))

    def weights(self, listed: Iterable[str] = ()) -> dict[str, float]:
        """How much every word is expected, by the history and by the words of the user's list.

        Returns:
            A weight for every word, and one for the empty word, which stands for all others;
            empty where there is no word.
        """
        weights = dict(self.counts)
        for word in listed:
            weights[word] = weights.get(word, 0.0) + LISTED
        return {"": OTHERS, **weights} if weights else {}

    def _after(self, typed: list[tuple[str, float]]) -> "History":
        """The history after words in the order typed, each with how much it counts."""
        faded = _FADE ** len(typed)
        counts = {word: count * faded for word, count in self.counts.items()}
        for i, (word, times) in enumerate(typed, start=1):
            now = times * _FADE ** (len(typed) - i)
            counts[word] = counts.get(word, 0.0) + now
            for depth, inner in enumerate(stems(word), start=1):
                counts[inner] = counts.get(inner, 0.0) + now * STEM_SHARE**depth
        return History(_heaviest(counts))


def words_of(text: str) -> list[str]:
    """The words of a text that are all Hangul, without the punctuation around them."""
    words = (_NO_WORD.sub("", normalised(word)) for word in text.split())
    return [word for word in words if fault(word) is None]


def parse(content: bytes, source: str) -> tuple[History, Message | None]:
    """Read a history.

    Args:
        content: The file.
        source: Its name, for messages.

    Returns:
        The history, and how many damaged lines were left out.

    Raises:
        DataError: It is no history, or one of another version.
    """
    header, *lines = content.decode("utf-8-sig", errors="replace").splitlines() or [_HEADER]
    if not f"{header} ".startswith(f"{_HEADER} "):
        raise DataError(
            ko=f"{source}: 버전 {VERSION}의 입력 기록이 아닙니다. jihwa를 맞는 버전으로 바꾸거나, "
            "`jihwa lm forget`으로 지우고 새로 시작하세요.",
            en=f"{source}: no history of version {VERSION}. Install the matching jihwa, or wipe "
            "it with `jihwa lm forget` and start anew.",
        )
    counts: dict[str, float] = {}
    damaged = 0
    for line in lines:
        count, _, word = line.partition("\t")
        word = normalised(word)
        if _COUNT.fullmatch(count) and fault(word) is None and " " not in word:
            counts[word] = counts.get(word, 0.0) + float(count)
        else:
            damaged += 1
    warning = Message(
        ko=f"{source}: 손상된 입력 기록 {damaged}줄을 건너뛰었습니다.",
        en=f"{source}: {damaged} damaged line(s) of the history were left out.",
    )
    return History(_heaviest(counts)), warning if damaged else None


def serialise(history: History) -> bytes:
    """The history as a file: `count<TAB>word`, the heaviest first."""
    head = f"{_HEADER} (count, word; `jihwa lm forget` wipes it)\n"
    ranked = sorted(history.counts.items(), key=lambda item: (-item[1], item[0]))
    return (head + "".join(f"{count:.6g}\t{word}\n" for word, count in ranked)).encode()


def _heaviest(counts: Mapping[str, float]) -> dict[str, float]:
    """What is not forgotten."""
    kept = (item for item in counts.items() if item[1] >= FAINTEST)
    return dict(heapq.nlargest(MAX_WORDS, kept, key=lambda item: item[1]))
