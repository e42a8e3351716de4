"""How Korean text is said, written in Hangul: 꽃잎 is 꼰닙, 입니다 is 임니다.

For engines that read letters as they stand. The rules are those of 표준 발음법 and of its permitted
forms those that are usual in speech; what spelling does not tell is in pronunciation.toml. Vowel
length is not written. Words that are spaced keep their letters apart: between them only the coda
changes, and ㄱㄷㅅㅈ behind a stem in ㄹ (할 것).
"""

import re
import tomllib
import unicodedata
from functools import cache
from importlib import resources
from typing import Any

from jihwa.io.speech.sounds import Syllable, across, final, joined, plain, tensed

_WORD = re.compile(r"[가-힣]+")
_LETTERS = re.compile(r"[ㄱ-ㅎㅏ-ㅣ]+")
_CONJOINING = re.compile(r"[\u1100-\u11ff]+|[가-힣][\u1161-\u11ff]+")
_BREATH = re.compile(r"[가-힣]+(?: [가-힣]+)*")
_LEAF = re.compile(r"(?<=[가-힣])잎")


def pronounce(text: str) -> str:
    """The text as it is said; all that is not Hangul is left as it is.

    Lone letters are read by their names, ㄱ is 기역.
    """
    text = _CONJOINING.sub(lambda match: unicodedata.normalize("NFC", match[0]), text)
    text = _LETTERS.sub(lambda match: " ".join(map(_name, match[0])), text)
    return _BREATH.sub(lambda match: _breath(match[0].split(" ")), text)


@cache
def _tables() -> dict[str, Any]:
    source = resources.files("jihwa.io.speech") / "pronunciation.toml"
    return tomllib.loads(source.read_text(encoding="utf-8"))


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Listed words, letter names before a vowel, and what is tense behind a stem in ㄹ."""
    tables = _tables()
    longest_first = sorted(tables["words"], key=len, reverse=True)
    bound = [
        f"{word}(?:{'|'.join(particles)})" for word, particles in tables["behind_rieul"].items()
    ]
    return (
        re.compile("|".join(longest_first)),
        re.compile(f"({'|'.join(tables['names'])})(?=[아-잏])"),
        re.compile("|".join(bound)),
    )


@cache
def _stems() -> re.Pattern[str]:
    stems, endings = _tables()["tensing"]["stems"], _tables()["tensing"]["endings"]
    return re.compile(f"(?P<stem>{'|'.join(stems)})(?P<ending>{'|'.join(endings)})")


def _name(letter: str) -> str:
    """What a letter is called; a vowel by its sound."""
    names: dict[str, str] = _tables()["letters"]
    return names.get(letter) or str(Syllable("ㅇ", letter, ""))


def _breath(words: list[str]) -> str:
    """Words that are said together."""
    said: list[list[Syllable]] = []
    for place, word in enumerate(words):
        syllables = [plain(Syllable.of(char)) for char in _respelled(word)]
        if place and _is_bound(words[place - 1], word):
            syllables[0] = tensed(syllables[0])
        for i in range(1, len(syllables)):
            syllables[i - 1], syllables[i] = joined(syllables[i - 1], syllables[i])
            syllables[i] = plain(syllables[i])  # 묻혀 is 무처
        if said:
            said[-1][-1], syllables[0] = across(said[-1][-1], syllables[0])
        said.append(syllables)
    said[-1][-1] = final(said[-1][-1])
    return " ".join("".join(map(str, syllables)) for syllables in said)


def _is_bound(before: str, word: str) -> bool:
    """Whether the word is one of those that are tense behind a stem in ㄹ, and stands there."""
    is_stem = (
        Syllable.of(before[-1]).coda == "ㄹ" and before not in _tables()["rieul_nouns"]["words"]
    )
    return is_stem and _patterns()[2].fullmatch(word) is not None


def _respelled(word: str) -> str:
    """The word with what its spelling does not tell spelled out."""
    listed, names, _ = _patterns()
    tables = _tables()
    if word in tables["whole"]:
        word = tables["whole"][word]
    elif match := listed.match(word):
        word = tables["words"][match[0]] + word[match.end() :]
    elif match := _stems().match(word):
        ending = str(tensed(Syllable.of(match["ending"][0])))
        word = match["stem"] + ending + word[match.end("stem") + 1 :]
    word = names.sub(lambda match: tables["names"][match[1]], _ui(word))
    return _LEAF.sub(lambda match: _leaf(word, match.start()), word)


def _leaf(word: str, place: int) -> str:
    """잎 behind a coda is 닢 (article 29)."""
    return "닢" if Syllable.of(word[place - 1]).coda else "잎"


def _ui(word: str) -> str:
    """의 behind another syllable: the particle is 에, all else 이 (article 5)."""
    if word.endswith("의") and len(word) > 1:
        nouns = tuple(_tables()["ending_in_ui"]["words"])
        is_particle = not word.endswith(nouns) or word[:-1].endswith(nouns)
        word = word[:-1] + ("에" if is_particle else "이")
    return word[:1] + word[1:].replace("의", "이")
