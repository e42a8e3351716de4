"""Sound changes between two syllables of Korean, by the articles of 표준 발음법 (the standard)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import hgtk

# fmt: off
SIMPLE: Mapping[str, str] = {
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


@dataclass(frozen=True, slots=True)
class Syllable:
    """A syllable by its letters; `coda` may be empty, and `written` is how it was spelled."""

    onset: str
    vowel: str
    coda: str
    written: str = ""

    @classmethod
    def of(cls, char: str) -> "Syllable":
        """Take a precomposed syllable apart."""
        onset, vowel, coda = hgtk.letter.decompose(char)
        return cls(onset, vowel, coda, written=char)

    def __str__(self) -> str:
        return str(hgtk.letter.compose(self.onset, self.vowel, self.coda))


def final(first: Syllable) -> Syllable:
    """A syllable behind which nothing is said."""
    return replace(first, coda=SIMPLE.get(first.coda, first.coda))


def joined(first: Syllable, second: Syllable) -> tuple[Syllable, Syllable]:
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


def across(first: Syllable, second: Syllable) -> tuple[Syllable, Syllable]:
    """The last syllable of a word and the first of the next, said in one breath (article 18)."""
    coda = SIMPLE.get(first.coda, first.coda)
    return replace(first, coda=_nasal(coda) if second.onset in "ㄴㅁ" else coda), second


def plain(syllable: Syllable) -> Syllable:
    """The syllable with the simpler vowels of article 5: 져 is 저, 희 is 히, 시계 is 시게."""
    simple = syllable.vowel
    if simple == "ㅢ" and syllable.onset != "ㅇ":
        simple = "ㅣ"
    elif simple == "ㅕ" and syllable.onset in "ㅈㅉㅊ":
        simple = "ㅓ"
    elif simple == "ㅖ" and syllable.onset not in "ㅇㄹㄴ":
        simple = "ㅔ"
    return replace(syllable, vowel=simple)


def tensed(syllable: Syllable) -> Syllable:
    """The syllable with a tense onset."""
    return replace(syllable, onset=_TENSE.get(syllable.onset, syllable.onset))


def _linked(coda: str, vowel: str) -> tuple[str, str]:
    """Coda and onset where a vowel follows."""
    if coda == "ㅇ":
        return coda, "ㅇ"
    if vowel in "ㅣㅕ" and coda in _PALATAL:
        return _PALATAL[coda]
    return _SPLIT.get(coda, ("", coda))


def _side_by_side(first: Syllable, onset: str, vowel: str) -> tuple[str, str]:
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


def _simplified(first: Syllable, onset: str) -> str:
    if first.written == _PRESSED:
        return "ㅂ"
    if first.coda == "ㄺ" and onset == "ㄱ" and first.written not in _LK_NOUNS:
        return "ㄹ"
    if first.coda == "ㅎ" and onset == "ㄴ":  # 놓는 is 논는
        return "ㄴ"
    return SIMPLE.get(first.coda, first.coda)


def _nasal(coda: str) -> str:
    return _NASAL.get(coda, coda)
