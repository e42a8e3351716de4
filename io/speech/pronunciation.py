"""How Korean text is said, written in Hangul: 꽃잎 is 꼰닙, 입니다 is 임니다.

For engines that read letters as they stand. The rules are those of 표준 발음법 (the standard), by
its articles, and of its permitted forms those that are usual in speech; what spelling does not tell
is in pronunciation.toml. Vowel length is not written. Words between which only a space stands are
said in one breath, which changes the letters on both sides of it (옷 한 벌, 할 것).
"""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

import hgtk

from jihwa.io.speech.verbalisation import verbalised

# fmt: off
_SIMPLE: Mapping[str, str] = {
    "ㄲ": "ㄱ", "ㅋ": "ㄱ", "ㄳ": "ㄱ", "ㄺ": "ㄱ",
    "ㅅ": "ㄷ", "ㅆ": "ㄷ", "ㅈ": "ㄷ", "ㅊ": "ㄷ", "ㅌ": "ㄷ", "ㅎ": "ㄷ",
    "ㅍ": "ㅂ", "ㅄ": "ㅂ", "ㄿ": "ㅂ",
    "ㄵ": "ㄴ", "ㄶ": "ㄴ", "ㄼ": "ㄹ", "ㄽ": "ㄹ", "ㄾ": "ㄹ", "ㅀ": "ㄹ", "ㄻ": "ㅁ",
}
"""Articles 8-11: the one of seven sounds that a coda is at the end."""
_SPLIT: Mapping[str, tuple[str, str]] = {
    "ㄳ": ("ㄱ", "ㅆ"), "ㄵ": ("ㄴ", "ㅈ"), "ㄺ": ("ㄹ", "ㄱ"), "ㄻ": ("ㄹ", "ㅁ"),
    "ㄼ": ("ㄹ", "ㅂ"), "ㄽ": ("ㄹ", "ㅆ"), "ㄾ": ("ㄹ", "ㅌ"), "ㄿ": ("ㄹ", "ㅍ"),
    "ㅄ": ("ㅂ", "ㅆ"), "ㄶ": ("", "ㄴ"), "ㅀ": ("", "ㄹ"), "ㅎ": ("", "ㅇ"),
}
"""Articles 12-14: what stays and what moves on when a vowel follows; all others move as a whole."""
_PALATAL: Mapping[str, tuple[str, str]] = {"ㄷ": ("", "ㅈ"), "ㅌ": ("", "ㅊ"), "ㄾ": ("ㄹ", "ㅊ")}
"""Article 17, before 이 and 여."""
_WITH_H: Mapping[str, tuple[str, str]] = {
    "ㄱ": ("", "ㅋ"), "ㄲ": ("", "ㅋ"), "ㅋ": ("", "ㅋ"), "ㄳ": ("", "ㅋ"), "ㄺ": ("ㄹ", "ㅋ"),
    "ㄷ": ("", "ㅌ"), "ㅅ": ("", "ㅌ"), "ㅆ": ("", "ㅌ"), "ㅊ": ("", "ㅌ"), "ㅌ": ("", "ㅌ"),
    "ㅂ": ("", "ㅍ"), "ㅍ": ("", "ㅍ"), "ㅄ": ("", "ㅍ"), "ㄼ": ("ㄹ", "ㅍ"),
    "ㅈ": ("", "ㅊ"), "ㄵ": ("ㄴ", "ㅊ"), "ㅎ": ("", "ㅎ"),
}
"""Article 12: a coda before ㅎ, and what the two become."""
_AFTER_H: Mapping[str, str] = {"ㄱ": "ㅋ", "ㄷ": "ㅌ", "ㅈ": "ㅊ", "ㅅ": "ㅆ"}
_LOSES_H: Mapping[str, str] = {"ㅎ": "", "ㄶ": "ㄴ", "ㅀ": "ㄹ"}
_TENSE: Mapping[str, str] = {"ㄱ": "ㄲ", "ㄷ": "ㄸ", "ㅂ": "ㅃ", "ㅅ": "ㅆ", "ㅈ": "ㅉ"}
_NASAL: Mapping[str, str] = {"ㄱ": "ㅇ", "ㄷ": "ㄴ", "ㅂ": "ㅁ"}
# fmt: on
_OBSTRUENTS = frozenset("ㄱㄷㅂ")
_UNLIKE_R = _OBSTRUENTS | frozenset("ㅁㅇ")
"""Article 19: the codas behind which ㄹ is ㄴ."""
_TENSING_CLUSTERS = frozenset("ㄵㄻㄼㄾ")
"""Articles 24 and 25: clusters of stems; behind them ㄱㄷㅅㅈ are tense though a sonorant stays."""
_LK_NOUNS = frozenset("닭흙칡슭탉삵")
"""Article 11: in nouns ㄺ is ㄱ before ㄱ too; in stems it is ㄹ."""
_LM_NOUNS = frozenset("삶앎")
"""Article 24 is about stems."""
_PRESSED = "밟"
"""Article 10: the stem whose ㄼ is ㅂ before consonants."""
_LETTERS = re.compile(r"[ㄱ-ㅎㅏ-ㅣ]+")
_CONJOINING = re.compile(r"[\u1100-\u11ff]+|[가-힣][\u1161-\u11ff]+")
_BREATH = re.compile(r"[가-힣]+(?: [가-힣]+)*")
_LEAF = re.compile(r"(?<=[가-힣])잎")
_NUMERALS = {
    re.compile("(?<=[일삼칠팔십백천만억])육"): "뉵",
    re.compile("(?<=[열물른흔쉰순든])여(?=[섯덟])"): "녀",
    re.compile("(?<=[칠팔])십(?![니시])"): "씹",
}
"""Articles 26 and 29 in numbers: 십육, 열여섯, 칠십."""
_APART = re.compile("^(?:첫|헛|풋)(?=[아-잏])")
"""Article 15: prefixes whose ㅅ is ㄷ before the vowel of another word."""
_NOT_I = frozenset("ㅏㅐㅓㅔㅗㅘㅙㅚㅜㅝㅞㅟㅡ")
"""Article 15: vowels to which an obstruent moves from the word before; before others ㄴ may come in
between."""

_DETERMINERS = frozenset("첫몇")
"""Behind these, none comes in: 첫 인상 is 처 딘상."""


def pronounce(text: str) -> str:
    """The text as it is said; what has no reading in Korean is left as it is.

    Lone letters are read by their names, ㄱ is 기역; numbers and the like as `verbalised` has them.
    """
    text = verbalised(text)
    text = _CONJOINING.sub(lambda match: unicodedata.normalize("NFC", match[0]), text)
    text = _LETTERS.sub(lambda match: " ".join(map(_name, match[0])), text)
    return _BREATH.sub(lambda match: _breath(match[0].split(" ")), text)


@cache
def _tables() -> dict[str, Any]:
    source = resources.files("jihwa.io.speech") / "pronunciation.toml"
    return tomllib.loads(source.read_text(encoding="utf-8"))


class _Patterns(NamedTuple):
    """Words by what happens to them."""

    listed: re.Pattern[str]
    names: re.Pattern[str]
    """Names of letters before a vowel."""
    bound: re.Pattern[str]
    """Tense behind a stem in ㄹ."""
    inserted: re.Pattern[str]
    """ㄴ comes before them."""


@cache
def _patterns() -> _Patterns:
    tables = _tables()
    longest_first = sorted(tables["words"], key=len, reverse=True)
    bound, inserted = (
        "|".join(f"{word}(?:{'|'.join(particles)})" for word, particles in tables[name].items())
        for name in ("behind_rieul", "inserted")
    )
    names = f"({'|'.join(tables['names'])})(?=[아-잏])"
    return _Patterns(*map(re.compile, ("|".join(longest_first), names, bound, inserted)))


@cache
def _endings() -> re.Pattern[str]:
    """A word with an ending that is tense behind ㄹ."""
    tables = {name: "|".join(each) for name, each in _tables()["rieul_endings"].items()}

    def not_behind(name: str) -> str:
        return "".join(f"(?<!{each})" for each in tables[name].split("|"))

    return re.compile(
        f"(?P<stem>.+)(?P<ending>{tables['always']}|"
        f"{not_behind('stems')}(?:{tables['unless_stem']})|"
        f"(?<={tables['usual']}){not_behind('nouns')}(?:{tables['only_behind_stem']}))"
    )


@cache
def _stems() -> re.Pattern[str]:
    stems, endings = _tables()["tensing"]["stems"], _tables()["tensing"]["endings"]
    return re.compile(f"(?P<stem>{'|'.join(stems)})(?P<ending>{'|'.join(endings)})")


def _name(letter: str) -> str:
    """What a letter is called; a vowel by its sound."""
    names: dict[str, str] = _tables()["letters"]
    return names.get(letter) or str(_Syllable("ㅇ", letter, ""))


def _breath(words: list[str]) -> str:
    """Words that are said together."""
    said: list[list[_Syllable]] = []
    for place, word in enumerate(words):
        syllables = [_plain(_Syllable.of(char)) for char in _respelled(word)]
        if place and _is_bound(words[place - 1], word):
            syllables[0] = _tensed(syllables[0])
        elif place and _takes_n(words[place - 1], word):
            syllables[0] = replace(syllables[0], onset="ㄴ")
        for i in range(1, len(syllables)):
            syllables[i - 1], syllables[i] = _joined(syllables[i - 1], syllables[i])
            syllables[i] = _plain(syllables[i])  # 묻혀 is 무처
        if said and syllables:
            said[-1][-1], syllables[0] = _across(said[-1][-1], syllables[0])
        said.append(syllables)
    said[-1][-1] = _final(said[-1][-1])
    return " ".join("".join(map(str, syllables)) for syllables in said)


def _is_bound(before: str, word: str) -> bool:
    """Whether the word is one of those that are tense behind a stem in ㄹ, and stands there."""
    is_stem = (
        _Syllable.of(before[-1]).coda == "ㄹ" and before not in _tables()["rieul_nouns"]["words"]
    )
    return is_stem and _patterns().bound.fullmatch(word) is not None


def _takes_n(before: str, word: str) -> bool:
    """Whether ㄴ comes in between (article 29)."""
    return bool(_Syllable.of(before[-1]).coda) and _patterns().inserted.fullmatch(word) is not None


def _respelled(word: str) -> str:
    """The word with what its spelling does not tell spelled out."""
    patterns = _patterns()
    tables = _tables()
    if word in tables["whole"]:
        word = tables["whole"][word]
    elif match := patterns.listed.match(word):
        word = tables["words"][match[0]] + word[match.end() :]
    elif match := _stems().match(word):
        ending = str(_tensed(_Syllable.of(match["ending"][0])))
        word = match["stem"] + ending + word[match.end("stem") + 1 :]
    elif _APART.match(word):
        first, second = map(_Syllable.of, word[:2])
        word = f"{replace(first, coda='')}{replace(second, onset='ㄷ')}{word[2:]}"
    word = _with_tense_ending(word)
    for numeral, said in _NUMERALS.items():
        word = numeral.sub(said, word)
    word = patterns.names.sub(lambda match: tables["names"][match[1]], _ui(word))
    return _LEAF.sub(lambda match: _leaf(word, match.start()), word)


def _with_tense_ending(word: str) -> str:
    """The word with a tense ending behind ㄹ: 할게 is 할께, 할수록 할쑤록 (article 27)."""
    match = _endings().fullmatch(word)
    if match is None or _Syllable.of(match["stem"][-1]).coda != "ㄹ":
        return word
    first, rest = match["ending"][0], match["ending"][1:]
    return match["stem"] + str(_tensed(_Syllable.of(first))) + rest


def _leaf(word: str, place: int) -> str:
    """잎 behind a coda is 닢 (article 29)."""
    return "닢" if _Syllable.of(word[place - 1]).coda else "잎"


def _ui(word: str) -> str:
    """의 behind another syllable: the particle is 에, all else 이 (article 5)."""
    if word.endswith("의") and len(word) > 1:
        nouns = tuple(_tables()["ending_in_ui"]["words"])
        is_particle = not word.endswith(nouns) or word[:-1].endswith(nouns)
        word = word[:-1] + ("에" if is_particle else "이")
    return word[:1] + word[1:].replace("의", "이")


@dataclass(frozen=True, slots=True)
class _Syllable:
    """A syllable by its letters; `coda` may be empty, and `written` is how it was spelled."""

    onset: str
    vowel: str
    coda: str
    written: str = ""

    @classmethod
    def of(cls, char: str) -> "_Syllable":
        """Take a precomposed syllable apart."""
        onset, vowel, coda = hgtk.letter.decompose(char)
        return cls(onset, vowel, coda, written=char)

    def __str__(self) -> str:
        return str(hgtk.letter.compose(self.onset, self.vowel, self.coda))


def _final(first: _Syllable) -> _Syllable:
    """A syllable behind which nothing is said."""
    return replace(first, coda=_SIMPLE.get(first.coda, first.coda))


def _joined(first: _Syllable, second: _Syllable) -> tuple[_Syllable, _Syllable]:
    """Two syllables of one word."""
    coda, onset = first.coda, second.onset
    if coda and onset == "ㅇ":
        coda, onset = _linked(coda, second.vowel)
    elif coda == "ㄷ" and onset == "ㅎ" and second.vowel in "ㅣㅕ":
        coda, onset = "", "ㅊ"
    elif onset == "ㅎ" and coda in _WITH_H:
        coda, onset = _WITH_H[coda]
    elif coda in _LOSES_H and onset in _AFTER_H:
        coda, onset = _LOSES_H[coda], _AFTER_H[onset]
    else:
        coda, onset = _side_by_side(first, onset, second.vowel)
    return replace(first, coda=coda), replace(second, onset=onset)


def _across(first: _Syllable, second: _Syllable) -> tuple[_Syllable, _Syllable]:
    """The last syllable of a word and the first of the next, said in one breath.

    So articles 12, 15, 18, 20 and 23 have it.
    """
    coda, onset = _SIMPLE.get(first.coda, first.coda), second.onset
    if coda in _OBSTRUENTS:
        if onset == "ㅎ":
            coda, onset = _WITH_H[coda]
        elif onset == "ㅇ" and (second.vowel in _NOT_I or first.written in _DETERMINERS):
            coda, onset = "", coda
        elif onset in "ㄴㅁ":
            coda = _nasal(coda)
        else:
            onset = _TENSE.get(onset, onset)
    elif (coda, onset) == ("ㄹ", "ㄴ"):
        onset = "ㄹ"
    return replace(first, coda=coda), replace(second, onset=onset)


def _plain(syllable: _Syllable) -> _Syllable:
    """The syllable with the simpler vowels of article 5: 져 is 저, 희 is 히, 시계 is 시게."""
    simple = syllable.vowel
    if simple == "ㅢ" and syllable.onset != "ㅇ":
        simple = "ㅣ"
    elif simple == "ㅕ" and syllable.onset in "ㅈㅉㅊ":
        simple = "ㅓ"
    elif simple == "ㅖ" and syllable.onset not in "ㅇㄹㄴ":
        simple = "ㅔ"
    return replace(syllable, vowel=simple)


def _tensed(syllable: _Syllable) -> _Syllable:
    """The syllable with a tense onset."""
    return replace(syllable, onset=_TENSE.get(syllable.onset, syllable.onset))


def _linked(coda: str, vowel: str) -> tuple[str, str]:
    """Coda and onset where a vowel follows."""
    if coda == "ㅇ":
        return coda, "ㅇ"
    if vowel in "ㅣㅕ" and coda in _PALATAL:
        return _PALATAL[coda]
    return _SPLIT.get(coda, ("", coda))


def _side_by_side(first: _Syllable, onset: str, vowel: str) -> tuple[str, str]:
    """Coda and onset where both stay."""
    coda = _simplified(first, onset)
    is_stem = first.coda in _TENSING_CLUSTERS and first.written not in _LM_NOUNS
    is_passive = first.coda == "ㄻ" and (onset, vowel) == ("ㄱ", "ㅣ")  # 굶기다
    is_lk = first.coda == "ㄺ" and onset == "ㄱ"
    if coda in _OBSTRUENTS or is_lk or (is_stem and onset != "ㅂ" and not is_passive):
        onset = _TENSE.get(onset, onset)
    if onset == "ㄹ" and coda in _UNLIKE_R:  # article 19
        onset = "ㄴ"
    if onset in "ㄴㅁ":  # article 18
        coda = _nasal(coda)
    if {coda, onset} == {"ㄴ", "ㄹ"}:  # article 20
        coda = onset = "ㄹ"
    return coda, onset


def _simplified(first: _Syllable, onset: str) -> str:
    if first.written == _PRESSED:
        return "ㅂ"
    if first.coda == "ㄺ" and onset == "ㄱ" and first.written not in _LK_NOUNS:
        return "ㄹ"
    if first.coda == "ㅎ" and onset == "ㄴ":  # 놓는 is 논는
        return "ㄴ"
    return _SIMPLE.get(first.coda, first.coda)


def _nasal(coda: str) -> str:
    return _NASAL.get(coda, coda)
