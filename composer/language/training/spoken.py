"""What people say, as one automaton: utterances, those that an interjection opens, and numbers.

Running texts are written, and in a film review 네 stands less often than 넘. What is said in films
is a list of words, the most frequent first; what ends a sentence in a text is a sentence too, since
Korean leaves out what is understood: of 화장실 불 좀 꺼 줘 that is 불 좀 꺼 줘.

    네 │ 응          polite or plain utterance, mostly as polite as the interjection
    utterance       by itself
    세 │ 삼십        what is counted so, and how it goes on: 세 개 주세요, 삼십 분이에요
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce
from operator import or_

from jihwa.composer.language.lexicon import Lexicon
from jihwa.composer.language.training.personal_names import chained

SPOKEN = "spoken"
"""The root."""

_MOST_WORDS, _RANK_OFFSET = 15_000, 8
"""Words of the list of frequent ones that are taken, and c in their weights 1 / (rank + c)
(B. Mandelbrot, 1953, "An informational theory of the statistical structure of language")."""
_LONGEST_ENDING, _MOST_SYLLABLES, _LEAST_COUNT = 3, 10, 2
"""Words and syllables of the ends of sentences, and how often they occur."""

_AGREES = 0.9
"""How often an utterance is as polite as the interjection before it."""
_AGREEMENT = {
    word: {"polite": polite, "plain": 1 - polite}
    for words, polite in (
        ("네 예 아니요 아뇨 그럼요 글쎄요 여보세요 저기요", _AGREES),
        ("응 어 아니 그럼 글쎄 야 그래", 1 - _AGREES),
        ("아 음 자 저기 와 참", 0.5),
    )
    for word in words.split()
}
"""Interjections, and what follows them how often."""
_POLITE_ENDINGS = ("요", "니다", "니까", "죠", "시오")

_WORD, _ENDING, _OPENED, _ASKED, _HELPED, _NUMBER = 0.36, 0.16, 0.2, 0.06, 0.07, 0.15
"""Shares of what is said: a word of the list, the end of a sentence, either behind an interjection,
a thing or an act that is asked for, a number. They are judgements, since there is no text of talk
to count in."""

_LEAST_PAIRS, _UNSEEN_POLITE = 10, 0.5
"""Words with and without 요 that it takes to know an ending that 요 follows, and how much of what
is usual there a word counts for of which the list has one form only."""
_ASKING = {"주세요": 4.0, "좀 주세요": 2.0, "줘": 2.0, "좀 줘": 1.0, "있어요": 3.0, "있어": 2.0,
           "없어요": 3.0, "없어": 2.0, "있나요": 1.0, "있습니까": 0.5, "없습니다": 0.5}  # fmt: skip
"""What is said behind things: to ask for them, and whether they are there."""
_HELPING = {"주세요": 5.0, "줘": 3.0, "줘요": 1.0, "줄래": 1.0, "줄래요": 1.0, "주시겠어요": 1.0,
            "주실래요": 0.5, "봐": 2.0, "봐요": 1.0, "보세요": 2.0, "볼게요": 1.0, "드릴게요": 1.0,
            "주셔서 감사합니다": 0.5, "줘서 고마워": 0.5, "줘서 고마워요": 0.5}  # fmt: skip
"""What is said behind acts, with a space before it by the standard, if seldom in films."""
_ONE_WORD = (
    "도와",
    "돌려",
    "들려",
    "물려",
    "데려다",
    "가져다",
    "갖다",
    "넘겨",
    "건네",
    "놓아",
    "알아",
)
"""Acts that are one word with it in the dictionary."""

_UNITS = ("", "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉")
_TENS = ("", "열", "스물", "서른", "마흔", "쉰", "예순", "일흔", "여든", "아흔")
_NATIVE = ("하나", "둘", "셋", "넷", "다섯", "여섯", "일곱", "여덟", "아홉", "열")
_HOW_MANY = 0.7
"""How common it is to ask for a number, beside one."""
_LARGE = 0.25
"""How common a number from 백 on is, beside a smaller one of the same digits."""
_DIGITS = ("", "일", "이", "삼", "사", "오", "육", "칠", "팔", "구")
_COUNTERS = (
    *("개", "명", "시", "살", "번", "잔", "시간", "분", "병", "장", "마리", "대", "권", "그릇"),
    *("사람", "달", "가지", "번째", "시 반", "곳", "켤레", "송이", "줄", "통"),
)
"""What is counted in native numbers, the commonest first."""
_MONTHS = tuple(f"{n}월" for n in (*"일이삼사오유칠팔구시", "십일", "십이"))
_MEASURES = (
    *("원", "분", "층", "일", "년", "번", "호", "개월", "인분", "주", "초", "학년", "반"),
    *("퍼센트", "도", "킬로", "미터", "호선", "등", "회", "세", "점", "주일", "쪽", "센티"),
)
"""What is counted in Chinese numbers."""
_GOES_ON = {
    ("", ""): 8.0,
    **{(end, end): 1.0 for end in ("만요", " 주세요", "입니다")},
    **{("이에요", "예요"): 1.0, ("이요", "요"): 1.0, ("이야", "야"): 1.0, ("이죠", "죠"): 0.5},
    **{
        (end, end): 0.5
        for end in ("만", "에", " 정도", "쯤", " 전", " 후", " 동안", "부터", "까지")
    },
}
"""How what is counted goes on, behind a coda and behind a vowel, and how often."""


def spoken(
    frequent: Sequence[str], texts: Iterable[str], is_decent: Callable[[str], bool]
) -> Lexicon:
    """Everything of it under one root.

    Args:
        frequent: Words as they are said, the most frequent first.
        texts: Sentences.
        is_decent: Whether correction may introduce an utterance.
    """
    words = _with_polite(frequent_words(frequent))
    endings = sentence_ends(texts)
    utterances = _pooled((_WORD, words), (_ENDING, endings))
    utterances = {u: weight for u, weight in utterances.items() if is_decent(u)}
    polite = {u: weight for u, weight in utterances.items() if u.endswith(_POLITE_ENDINGS)}
    plain = {u: weight for u, weight in utterances.items() if u not in polite}
    interjections = {w: words.get(w, min(words.values())) for w in _AGREEMENT}
    native, chinese = _native_numbers(), _chinese_numbers()
    things, acts = _things(words), _acts(words)
    alone = dict.fromkeys((*_NATIVE, *_TENS[2:], *_MONTHS), 0.3) | chinese
    parts = {
        "said": _pooled(
            (_WORD + _ENDING, utterances),
            (_OPENED, _spaced(interjections)),
            (_ASKED, _spaced(things)),
            (_HELPED, _spaced(acts)),
            (0.3 * _NUMBER, alone),
            (0.35 * _NUMBER, _spaced(native)),
            (0.35 * _NUMBER, _spaced(chinese)),
        ),
        "polite": polite,
        "plain": plain,
        "asking": _ASKING,
        "helping": _HELPING,
        "counters": _counted(_COUNTERS),
        "measures": _counted(_MEASURES),
    }
    lexicon = reduce(or_, (Lexicon.of_words(name, part) for name, part in parts.items()))
    behind: defaultdict[int, dict[str, float]] = defaultdict(dict)
    for share, openings, leads_to in (
        (_OPENED, interjections, _AGREEMENT),
        (_ASKED, things, {word: {"asking": 1.0} for word in things}),
        (_HELPED, acts, {word: {"helping": 1.0} for word in acts}),
        (0.35 * _NUMBER, native, {word: {"counters": 1.0} for word in native}),
        (0.35 * _NUMBER, chinese, {word: {"measures": 1.0} for word in chinese}),
    ):
        total = sum(openings.values())
        for opening, weight in openings.items():
            for name, part in leads_to[opening].items():
                shares = behind[lexicon.node("said", f"{opening} ")]
                shares[name] = shares.get(name, 0.0) + share * weight / total * part
    following = {node: _scaled(shares) for node, shares in behind.items()}
    return chained(SPOKEN, lexicon, "said", following)


def frequent_words(frequent: Sequence[str]) -> dict[str, float]:
    """Words with weights, from a list that begins with the most frequent ones."""
    words = [standard(word) for word in frequent[:_MOST_WORDS]]
    return {word: 1 / (rank + _RANK_OFFSET) for rank, word in reversed([*enumerate(words)])}


def _with_polite(words: Mapping[str, float]) -> dict[str, float]:
    """With the other form of words that are there with or without 요 only: 맞아, 맞아요.

    How much commoner one form is, is counted for every last syllable.
    """
    pairs: defaultdict[str, list[str]] = defaultdict(list)
    for word in words:
        if f"{word}요" in words:
            pairs[word[-1]].append(word)
    more = dict(words)
    for last, known in pairs.items():
        if len(known) >= _LEAST_PAIRS:
            ratio = sum(words[f"{w}요"] for w in known) / sum(words[w] for w in known)
            for word, weight in words.items():
                if word.endswith(last) and f"{word}요" not in words:
                    more[f"{word}요"] = _UNSEEN_POLITE * ratio * weight
                elif word.endswith(f"{last}요") and word[:-1] not in words and len(word) > 2:
                    more[word[:-1]] = _UNSEEN_POLITE / ratio * weight
    return more


def _things(words: Mapping[str, float]) -> dict[str, float]:
    """What there is, as often as it stands as an object: 물, of 물을."""
    return {
        word: weight
        for object_, weight in words.items()
        if len(word := object_[:-1]) and object_[-1] == ("을" if _is_closed(word) else "를")
    }


def _acts(words: Mapping[str, float]) -> dict[str, float]:
    """What somebody may do for others, as often as it is asked for: 도와, of 도와줘, 도와주세요."""
    acts: defaultdict[str, float] = defaultdict(float)
    for word, weight in words.items():
        for end in _HELPING:
            act = word.removesuffix(end)
            if act and act != word and act not in _ONE_WORD:
                acts[act] += weight
    return dict(acts)


def standard(utterance: str) -> str:
    """With 예요 where it is often written 에요: behind a vowel, but for 아니에요 (rule 26)."""
    head = utterance.removesuffix("에요")
    if head == utterance or not head or head.endswith(("이", "아니")):
        return utterance
    return utterance if _is_closed(head) else f"{head}예요"


def sentence_ends(texts: Iterable[str]) -> dict[str, float]:
    """What sentences end in, and how often it does."""
    counts = Counter(
        " ".join(words[-n:])
        for words in (standard(text).split() for text in texts)
        for n in range(2, min(_LONGEST_ENDING, len(words)) + 1)
        if len("".join(words[-n:])) <= _MOST_SYLLABLES
    )
    return {end: float(n) for end, n in counts.items() if n >= _LEAST_COUNT}


def _native_numbers() -> dict[str, float]:
    """한 to 아흔아홉 as they stand before what is counted; small and round ones are commoner."""
    names = {n: _TENS[n // 10] + _UNITS[n % 10] for n in range(1, 100)} | {20: "스무"}
    return {name: (1 if n % 10 else 2) / n for n, name in names.items()} | {"몇": _HOW_MANY}


def _chinese_numbers() -> dict[str, float]:
    """일 to 구십구, and from there to 구백구십만 those with two digits in front at most."""
    small = dict.fromkeys(range(1, 100), 1.0)
    large = {n * 10**zeros: _LARGE for zeros in range(1, 6) for n in range(10, 100)}
    return {
        chinese_number(n): weight / int(str(n).rstrip("0")) for n, weight in (small | large).items()
    } | {"몇": _HOW_MANY}


def chinese_number(n: int) -> str:
    """A number from 1 to 99,999,999 in words: 12000 is 만 이천, here without the space."""
    high, low = divmod(n, 10_000)
    name = "" if not high else "만" if high == 1 else f"{chinese_number(high)}만"
    for digit, power in zip(f"{low:04}", ("천", "백", "십", ""), strict=True):
        if digit != "0":
            name += (_DIGITS[int(digit)] if digit != "1" or not power else "") + power
    return name


def _counted(units: Sequence[str]) -> dict[str, float]:
    """What is counted, the commonest first, and how it goes on."""
    return {
        unit + (closed if _is_closed(unit) else open_): weight / (rank + 3)
        for rank, unit in enumerate(units)
        for (closed, open_), weight in _GOES_ON.items()
    }


def _is_closed(word: str) -> bool:
    """Whether a word ends in a coda."""
    return (ord(word[-1]) - ord("가")) % 28 > 0


def _spaced(words: Mapping[str, float]) -> dict[str, float]:
    return {f"{word} ": weight for word, weight in words.items()}


def _scaled(weights: Mapping[str, float], total: float = 1.0) -> dict[str, float]:
    """Weights that sum to a total, if there are any."""
    factor = total / sum(weights.values()) if weights else 0.0
    return {word: factor * weight for word, weight in weights.items()}


def _pooled(*parts: tuple[float, Mapping[str, float]]) -> dict[str, float]:
    """The words of parts, each with its share."""
    pooled: defaultdict[str, float] = defaultdict(float)
    for share, words in parts:
        for word, weight in _scaled(words, share).items():
            pooled[word] += weight
    return dict(pooled)
