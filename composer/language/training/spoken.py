"""What people say, as two automata: what is said as it is, and what is put together.

Running texts are written, and in a film review 네 stands less often than 넘. What is said in films
is a list of words, the most frequent first; what ends a sentence in a text is a sentence too, since
Korean leaves out what is understood: of 화장실 불 좀 꺼 줘 that is 불 좀 꺼 줘. But few of the
commonest sentences stand in any text, so short ones are put together as well.

    네 │ 응          polite or plain utterance, mostly as polite as the interjection
    utterance       by itself
    세 │ 삼십        what is counted so, and how it goes on: 세 개 주세요, 삼십 분이에요

    언제 │ 문 좀      a word that ends sentences (언제 와요), or an act (문 좀 열어 줘)
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set
from functools import reduce
from operator import or_

from jihwa.composer.language.jamo import LETTER_OF, encode, has_coda
from jihwa.composer.language.lexicon import Lexicon
from jihwa.composer.language.training.numerals import (
    COUNTERS,
    MEASURES,
    chinese_numbers,
    counted,
    native_numbers,
    numbers_alone,
)
from jihwa.composer.language.training.personal_names import chained

SPOKEN, SHORT = "spoken", "short"
"""The roots: what is said, and short sentences put together of a few words."""

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

_WORD, _ENDING, _OPENED, _ASKED, _HELPED, _NUMBER = 0.36, 0.15, 0.19, 0.06, 0.09, 0.15
"""Shares of what is said: a word of the list, the end of a sentence, either behind an interjection,
a thing or an act that is asked for, a number. They are judgements, since there is no text of talk
to count in."""
_MOST_SHORT, _LEAST_BEGUN, _THINGS = 4, 3, 0.3
"""Words of a short sentence at most, how many of them need to have a word before its last, and the
share of things among such words."""
_CLOSED, _ACT, _GOES_ON = 0.65, 0.15, 0.2
"""What follows such a word how often: the last one, an act to ask for, one more such word."""
_ENDING_COUNTS = 5.0
"""How many occurrences of a word what is usual for its last two syllables counts for."""
_COUNT_EXPONENT = 0.7
"""Words of the sentences count less unevenly than they occur: many talk to machines there."""

_LEAST_PAIRS, _UNSEEN_POLITE = 10, 0.5
"""Words with and without 요 that it takes to know an ending that 요 follows, and how much of what
is usual there a word counts for of which the list has one form only."""
_ASKING = {"주세요": 4.0, "좀 주세요": 2.0, "줘": 2.0, "좀 줘": 1.0, "더 주세요": 1.0, "더 줘": 0.5,
           "있어요": 3.0, "있어": 2.0, "있나요": 1.0, "있습니까": 0.5,
           "없어요": 3.0, "없어": 2.0, "없습니다": 0.5}  # fmt: skip
"""What is said behind things: to ask for them, and whether they are there."""
_HELPING = {"주세요": 5.0, "줘": 3.0, "줘요": 1.0, "줄래": 1.0, "줄래요": 1.0, "주시겠어요": 1.0,
            "주실래요": 0.5, "봐": 2.0, "봐요": 1.0, "보세요": 2.0, "볼게요": 1.0, "드릴게요": 1.0,
            "주셔서 감사합니다": 0.5, "줘서 고마워": 0.5, "줘서 고마워요": 0.5}  # fmt: skip
"""What is said behind acts, with a space before it by the standard, if seldom in films."""
_GIVING = (
    *("주세요", "줘", "줘요", "줄래", "줄래요", "주시겠어요", "주실래요", "드릴게요"),
    *("줘라", "주라", "줄게", "줄게요", "줄까", "줄까요", "주십시오"),
)
"""What is 주다 or 드리다 behind an act: it is written as a word of its own."""
_ONE_WORD = (
    *("도와", "돌려", "들려", "물려", "데려다", "바래다", "가져다", "갖다", "넘겨", "건네"),
    *("놓아", "알아", "몰라", "빌려", "밀어", "봐"),
)
"""Acts that are one word with it in the dictionary."""
_INFINITIVE = "ㅏㅐㅓㅔㅕㅘㅙㅝㅞ"
"""Vowels that an act ends in."""
BOUND = {
    *(
        "예요",
        "에요",
        "이에요",
        "이예요",
        "요",
        "이요",
        "죠",
        "이죠",
        "네요",
        "군요",
        "입니다",
        "입니까",
    ),
    *("까지", "부터", "에서", "에게", "한테", "처럼"),
}
"""No words, though often written so: they belong to the word before them (rule 41)."""
_OFFERED = re.compile(r"(?<=감사|말씀|축하|부탁|사과|인사) (?=드[려리린릴립])")
"""A space inside what is one word with 드리다, which is a suffix there."""


def spoken(
    frequent: Sequence[str], texts: Iterable[str], is_decent: Callable[[str], bool]
) -> Lexicon:
    """Everything of it, under two roots.

    Args:
        frequent: Words as they are said, the most frequent first.
        texts: Sentences.
        is_decent: Whether correction may introduce an utterance.
    """
    sentences = [standard(text).split() for text in texts]
    words = _with_polite(ranked_words(frequent))
    endings = sentence_ends(sentences)
    closing = _closing(words, sentences)
    utterances = _decent(_pooled((_WORD, words), (_ENDING, endings)), is_decent)
    closings = _decent(_pooled((_WORD, closing), (_ENDING, endings)), is_decent)
    polite = {u: weight for u, weight in closings.items() if u.endswith(_POLITE_ENDINGS)}
    plain = {u: weight for u, weight in closings.items() if u not in polite}
    interjections = {w: words.get(w, min(words.values())) for w in _AGREEMENT}
    native, chinese = native_numbers(), chinese_numbers()
    things, acts = _things(words, sentences), _acts(words, sentences)
    begun = _begun(sentences, things, {*_AGREEMENT, *acts})
    behind_begun = {"closing": _CLOSED, "acts": _ACT, "begun": _GOES_ON}
    parts = {
        "said": _pooled(
            (_WORD + _ENDING, utterances),
            (_OPENED, _spaced(interjections)),
            (_ASKED, _spaced(things)),
            (_HELPED, _spaced(acts)),
            (0.3 * _NUMBER, numbers_alone()),
            (0.35 * _NUMBER, _spaced(native)),
            (0.35 * _NUMBER, _spaced(chinese)),
        ),
        "polite": polite,
        "plain": plain,
        "closing": _decent(closing, is_decent),
        "acts": _spaced({act: weight for act, weight in acts.items() if act != "해"}),
        "begun": _spaced(begun),
        "asking": _ASKING,
        "helping": _HELPING,
        "counters": counted(COUNTERS),
        "measures": counted(MEASURES),
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
    following |= {lexicon.node("acts", f"{act} "): {"helping": 1.0} for act in acts if act != "해"}
    following |= {lexicon.node("begun", f"{b} "): behind_begun for b in begun}
    return chained(SPOKEN, lexicon, "said", following) | chained(SHORT, lexicon, "begun", following)


def ranked_words(frequent: Sequence[str]) -> dict[str, float]:
    """Words with weights, from a list that begins with the most frequent ones."""
    words = [standard(word) for word in frequent[:_MOST_WORDS] if word not in BOUND]
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


def _things(words: Mapping[str, float], sentences: Iterable[Sequence[str]]) -> dict[str, float]:
    """What there is, as often as it stands as an object: 물, of 물을.

    Half by the frequent words, half by the sentences.
    """
    seen = Counter(word for sentence in sentences for word in sentence)
    counted = {word: n**_COUNT_EXPONENT for word, n in seen.items() if n >= _LEAST_COUNT}
    known = words.keys() | seen.keys()
    return _pooled((0.5, _objects(words, known)), (0.5, _objects(counted, known)))


def _objects(words: Mapping[str, float], known: Set[str]) -> dict[str, float]:
    """Without the particle of an object, the words that others know as subjects, too."""
    return {
        word: weight
        for object_, weight in words.items()
        if (word := object_[:-1])
        and object_[-1] == ("을" if has_coda(word) else "를")
        and not known.isdisjoint((word + ("이" if has_coda(word) else "가"), f"{word}도"))
    }


def _acts(words: Mapping[str, float], sentences: Iterable[Sequence[str]]) -> dict[str, float]:
    """What somebody may do for others, as often as it is asked for: 기다려, of 기다려 줘.

    By the frequent words and by the sentences, and a few that are told there only: 포장해.
    """
    found, asked = defaultdict[str, float](float), Counter[str]()
    told = Counter(w for s in sentences for w in s if w.endswith("해") and _is_act(w) and w != "해")
    for word, weight in words.items():
        for end in _GIVING:
            act = word.removesuffix(end).rstrip()
            if act != word and _is_act(act):
                found[act] += weight
    for *_, act, end in (sentence for sentence in sentences if len(sentence) > 1):
        if end in _GIVING and _is_act(act):
            asked[act] += 1
    counted, few = (
        {act: n**_COUNT_EXPONENT for act, n in sorted(acts.items())} for acts in (asked, told)
    )
    return _pooled((0.45, found), (0.45, counted), (0.1, few))


def _begun(
    sentences: Iterable[Sequence[str]], things: Mapping[str, float], others: Collection[str]
) -> dict[str, float]:
    """What short sentences have before their last word, but for these others."""
    counts = Counter(word for s in sentences if len(s) <= _MOST_SHORT for word in s[:-1])
    seen = {b: n**_COUNT_EXPONENT for b, n in sorted(counts.items()) if n >= _LEAST_BEGUN}
    begun = _pooled((1 - _THINGS, seen), (_THINGS, things))
    return {b: weight for b, weight in begun.items() if b not in others}


def _closing(words: Mapping[str, float], sentences: Iterable[Sequence[str]]) -> dict[str, float]:
    """The words, as often as they end a sentence: 말아요, but seldom 가지."""
    seen, last = Counter[str](), Counter[str]()
    seen_so, last_so = Counter[str](), Counter[str]()  # by how they end
    for sentence in sentences:
        seen.update(sentence)
        last[sentence[-1]] += 1
    for word, n in seen.items():
        seen_so[word[-2:]] += n
        last_so[word[-2:]] += last[word]
    overall = last.total() / max(seen.total(), 1)
    closing = {}
    for word, weight in words.items():
        end = word[-2:]
        usual = (last_so[end] + _ENDING_COUNTS * overall) / (seen_so[end] + _ENDING_COUNTS)
        known = (last[word] + _ENDING_COUNTS * usual) / (seen[word] + _ENDING_COUNTS)
        if known and " " not in word:
            closing[word] = weight * known
    return closing


def _decent(said: Mapping[str, float], is_decent: Callable[[str], bool]) -> dict[str, float]:
    return {utterance: weight for utterance, weight in said.items() if is_decent(utterance)}


def standard(utterance: str) -> str:
    """An utterance by the standard, where it is often written otherwise.

    With 예요 for 에요 behind a vowel, but for 아니에요 (rule 26); with a space before what one does
    for others, as rule 47 has it in principle: 해 줘; and without one in 감사드리다.
    """
    head = utterance.removesuffix("에요")
    if head not in ("", utterance) and not head.endswith(("이", "아니")) and not has_coda(head):
        return f"{head}예요"
    *before, word = utterance.split() or [""]
    for end in _GIVING:
        act = word.removesuffix(end)
        if act != word and _is_act(act):
            return " ".join((*before, act, end))
    return _OFFERED.sub("", utterance)


def _is_act(word: str) -> bool:
    """Whether something can be done for others: 해, but not 안; 도와주다 is one word."""
    return bool(word) and word not in _ONE_WORD and LETTER_OF[encode(word)[-1]] in _INFINITIVE


def sentence_ends(sentences: Iterable[Sequence[str]]) -> dict[str, float]:
    """What sentences end in, and how often it does."""
    counts = Counter(
        " ".join(words[-n:])
        for words in sentences
        for n in range(2, min(_LONGEST_ENDING, len(words)) + 1)
        if len("".join(words[-n:])) <= _MOST_SYLLABLES and BOUND.isdisjoint(words[-n:])
    )
    return {end: float(n) for end, n in counts.items() if n >= _LEAST_COUNT}


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
