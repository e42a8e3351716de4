"""Stored sentences of a wearer: plain text files that they edit."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from jihwa.composer.language.word_list import COMMENT, normalised, shown
from jihwa.data.messages import Message
from jihwa.io.user import profiles, storage

MAX_LENGTH = 200
"""Characters of the longest sentence."""
MAX_ABBREVIATION = 12
"""Characters of the longest abbreviation."""

STARTERS = """\
1. ㅇㄴ = 안녕하세요. 만나서 반갑습니다.
2. ㄱㅅ = 감사합니다
3. ㅁㅈ = 물 좀 주세요.
"""
"""What everybody has until they write a file of their own."""

_HEAD = Message(
    ko="# 자주 쓰는 문장, 한 줄에 하나. 앞에 1.부터 9.까지 적으면 그 숫자 글쇠로,\n"
    "# 줄임말 =을 적으면 그 줄임말을 지문자로 써서 부를 수 있습니다. 줄임말이 없어도 첫소리로\n"
    "# 찾습니다. 보기:\n",
    en="# Sentences of often, one a line. With 1. to 9. before it, that number key types it;\n"
    "# with an abbreviation and = before it, spelling the abbreviation does. Spelling its\n"
    "# initials finds it anyway. Examples:\n",
)


_LINE = re.compile(r"(?:([1-9])[.)](?:\s+|$))?(?:([^=]*)=)?(.*)")
_ABBREVIATION = re.compile("[가-힣ㄱ-ㅣ]+")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A stored sentence.

    Attributes:
        text: The sentence (NFC, single spaces).
        key: The number key that types it, 1 to 9; None if none does.
        abbreviation: What is spelled for it, Hangul syllables or letters; None if nothing is.
    """

    text: str
    key: int | None = None
    abbreviation: str | None = None


def path_of(profile: str | None = None) -> Path:
    """The file of a wearer's sentences, or of those that everybody has; it may not exist yet.

    Args:
        profile: Name or file of the wearer's profile.
    """
    return profiles.file_of("phrases", profile)


def template(profile: str | None = None) -> Message:
    """A new file that explains itself: with the starters, but a wearer's own without a sentence."""
    examples = (
        STARTERS if profile is None else re.sub("^", "#", STARTERS.strip(), flags=re.M) + "\n"
    )
    return Message(ko=_HEAD.ko + examples, en=_HEAD.en + examples)


def load(profile: str | None = None) -> tuple[tuple[Phrase, ...], tuple[Message, ...]]:
    """The sentences of a wearer, then those that everybody has, and what cannot be used.

    As long as there is no file of what everybody has, they have the `STARTERS`. A key or
    abbreviation of the wearer's own goes before the same one of everybody.

    Raises:
        UsageError: The name cannot be that of a profile.
        OSError: A file cannot be read.
    """
    phrases: list[Phrase] = []
    warnings: list[Message] = []
    for path in dict.fromkeys((path_of(profile), path_of())):
        is_new = path == path_of() and not path.exists()
        content = STARTERS.encode() if is_new else storage.content(path)
        found, unusable = parse(content, str(path))
        keys = {phrase.key for phrase in phrases}
        abbreviations = {phrase.abbreviation for phrase in phrases}
        phrases += (
            Phrase(
                phrase.text,
                phrase.key if phrase.key not in keys else None,
                phrase.abbreviation if phrase.abbreviation not in abbreviations else None,
            )
            for phrase in found
        )
        warnings += unusable
    return tuple(phrases), tuple(warnings)


def parse(content: bytes, source: str) -> tuple[tuple[Phrase, ...], tuple[Message, ...]]:
    """The sentences of a file, `[KEY.] [ABBREVIATION =] SENTENCE` a line.

    Args:
        content: What the file holds, of any content.
        source: Its name, for messages.

    Returns:
        The sentences, in the order of the file, and what is wrong with every other line.
    """
    phrases: list[Phrase] = []
    warnings: list[Message] = []
    for number, line in enumerate(content.decode(errors="surrogateescape").splitlines(), start=1):
        entry = normalised(line)
        if not entry or entry.startswith(COMMENT):
            continue
        phrase = _phrase(entry)
        if why := next(_faults(phrase, phrases), None):
            warnings.append(
                Message(
                    ko=f"{source}:{number}: {shown(entry)}: 이 줄을 쓰지 못했습니다 ({why.ko}).",
                    en=f"{source}:{number}: {shown(entry)}: this line cannot be used ({why.en}).",
                )
            )
        else:
            phrases.append(phrase)
    return tuple(phrases), tuple(warnings)


def _phrase(entry: str) -> Phrase:
    key, abbreviation, text = next(_LINE.finditer(entry)).groups()
    return Phrase(
        text.strip(),
        int(key) if key else None,
        None if abbreviation is None else abbreviation.strip(),
    )


def _faults(phrase: Phrase, known: Sequence[Phrase]) -> Iterator[Message]:
    """What is wrong with a phrase beside those that are known."""
    text, short = phrase.text, phrase.abbreviation
    if any("\udc80" <= c <= "\udcff" for c in text + (short or "")):
        yield Message(ko="UTF-8이 아님", en="no UTF-8")
    if not text:
        yield Message(ko="문장이 없음", en="no sentence")
    if not text.isprintable():
        yield Message(ko="글자가 아닌 것이 있음", en="something that is no character")
    if len(text) > MAX_LENGTH:
        yield Message(ko=f"{MAX_LENGTH}자보다 김", en=f"longer than {MAX_LENGTH} characters")
    if short is not None and not _ABBREVIATION.fullmatch(short):
        yield Message(
            ko="줄임말은 빈칸 없는 한글이어야 함", en="the abbreviation is no Hangul without spaces"
        )
    if short is not None and len(short) > MAX_ABBREVIATION:
        yield Message(
            ko=f"줄임말이 {MAX_ABBREVIATION}자보다 김",
            en=f"an abbreviation longer than {MAX_ABBREVIATION} characters",
        )
    if phrase.key and any(other.key == phrase.key for other in known):
        yield Message(ko=f"위에 {phrase.key}번이 있음", en=f"key {phrase.key} is taken above")
    if short and any(other.abbreviation == short for other in known):
        yield Message(ko=f"위에 {short}이(가) 있음", en=f"{short} is taken above")
