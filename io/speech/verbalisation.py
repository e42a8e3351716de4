"""Numbers, symbols and Latin letters as Korean says them, in Hangul: 3시 30분 is 세 시 삼십 분.

For engines that read digits one way alone. What things are called is in verbalisation.toml. Words
of Latin letters are left to the engine, which reads them as English.
"""

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable
from functools import cache
from importlib import resources
from typing import Any

_DIGITS = "영일이삼사오육칠팔구"
_TENS = ("", "십", "백", "천")
_MYRIADS = ("", "만", "억", "조", "경")
_MOST_DIGITS = 4 * len(_MYRIADS)
_NAME_DIGITS = 13
"""So many digits without a comma name something (a card, an account) and count nothing."""
_NATIVE_TENS = ("", "열", "스물", "서른", "마흔", "쉰", "예순", "일흔", "여든", "아흔")
_NATIVE_ONES = ("", "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉")
_ANY = 99
"""The most of a counter that is behind larger numbers too."""
_MONTHS = {6: "유월", 10: "시월"}

_DIGIT = re.compile(r"\d")
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_HOUR, _SIXTIETH = r"(?:[01]?\d|2[0-4])", r"[0-5]\d"
_MONTH, _DAY = r"(?:1[0-2]|0?[1-9])", r"(?:3[01]|[12]\d|0?[1-9])"
_CURRENCIES = {
    "₩": "원",
    "￦": "원",
    "\\": "원",
    "$": "달러",
    "€": "유로",
    "£": "파운드",
    "¥": "엔",
}
_SQUARED = re.compile("[\uff01-\uff5e\u3371-\u33df]+")
"""Full-width letters and digits, and units that are one character (㎏); spelled out they are
known."""
_CONSONANTS = r"[b-df-hj-np-tv-xz]"


def verbalised(text: str) -> str:
    """The text with Hangul in the place of numbers, symbols and Latin letters.

    What it does not know stays as it is.
    """
    text = _SQUARED.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
    text = _DIGIT.sub(lambda match: str(int(match[0])), text)  # those of other scripts too
    for pattern, said in _rules():
        text = pattern.sub(said, text)
    return text


def sino(digits: str) -> str:
    """A whole number in Chinese numerals, with a space behind every four digits.

    Args:
        digits: 20 at most, or they are read one by one.
    """
    digits = digits.lstrip("0") or "0"
    if len(digits) > _MOST_DIGITS:
        return one_by_one(digits)
    if digits == "0":
        return _DIGITS[0]
    groups = []
    for place, myriad in enumerate(_MYRIADS):
        end = len(digits) - 4 * place
        group = digits[max(end - 4, 0) : max(end, 0)]
        if group.strip("0"):
            is_bare = myriad == "만" and group == "1"  # 만, but 일억
            groups.append(("" if is_bare else _below_myriad(group)) + myriad)
    return " ".join(reversed(groups))


def _below_myriad(digits: str) -> str:
    said = ""
    for digit, ten in zip(digits, reversed(_TENS[: len(digits)]), strict=True):
        if digit != "0":
            said += ("" if digit == "1" and ten else _DIGITS[int(digit)]) + ten
    return said


def native(number: int) -> str:
    """A number before a counter in Korea's own numerals; hundreds and more are Chinese.

    Above a hundred only the last numerals up to 19 are native: 백한 개, but 백이십 개.
    """
    above, below = number - number % 100, number % 100
    if not below or (above and below >= 20):
        return sino(str(number))
    tens, ones = divmod(below, 10)
    said = "스무" if below == 20 else _NATIVE_TENS[tens] + _NATIVE_ONES[ones]
    return (sino(str(above)) if above else "") + said


def one_by_one(digits: str) -> str:
    """The digits of a name: 공일공."""
    return "".join("공" if digit == "0" else _DIGITS[int(digit)] for digit in digits)


@cache
def _tables() -> dict[str, Any]:
    source = resources.files("jihwa.io.speech") / "verbalisation.toml"
    return tomllib.loads(source.read_text(encoding="utf-8"))


def _any(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


_Said = Callable[[re.Match[str]], str] | str


@cache
def _rules() -> tuple[tuple[re.Pattern[str], _Said], ...]:
    """What is replaced by what, in this order: first by what is written, then by what is said."""
    tables = _tables()
    fixed, symbols, letters = tables["fixed"], tables["symbols"], tables["letters"]
    counters = _any([*tables["native"], *tables["sino"]["counters"]])
    counted = f"[십백천만억조]|{counters}|{_any(tables['units'])}"
    money, speed = "".join(map(re.escape, _CURRENCIES)), {"h": "시속", "s": "초속"}
    rules: tuple[tuple[str, _Said], ...] = (
        (rf"(?<![\w.+])(?:{_any(fixed)})(?![A-Za-z\d]|\s?=)", lambda match: fixed[match[0]]),
        (  # dates
            rf"(?<!\d)(\d{{4}})([-./])\s?({_MONTH})\2\s?({_DAY})(?!\d)(?:\.(?!\d))?",
            r"\1년 \3월 \4일",
        ),
        (rf"(?<![\d:])({_HOUR}):00(?![\d:])", r"\1시"),
        (rf"(?<![\d:])({_HOUR}):({_SIXTIETH})(?::({_SIXTIETH}))?(?![\d:])", _time),
        (rf"(?<![\d:.])(\d+)(?::|대| 대 )(\d+)(?![\d:]|\s?(?:{counted}))", _score),
        (  # telephones, accounts
            r"(?<![\d.-])(?:\+\d{1,3}[- ]?\(?0?|\(?0)\d{1,2}\)?[-. ]?\d{3,4}[-. ]\d{4}(?![\d-])"
            r"|(?<!\d)(?:\d+(?:-\d+){2,}|\d{6}-\d{7})(?!\d)"
            rf"|(?<![\d-])(?!(?:19|20)\d\d-)\d{{3,4}}-\d{{4}}(?![\d-]|\s?(?:{counted}))",
            lambda match: " ".join(map(one_by_one, re.findall(r"\d+", match[0]))),
        ),
        (
            r"(?<!\d)(01\d)(\d{3,4})(\d{4})(?!\d)",
            lambda match: " ".join(map(one_by_one, match.groups())),
        ),
        (
            r"(?<!\d)11[249](?=에|로| ?신고| ?구급| ?부르| ?불러| ?전화)",
            lambda match: one_by_one(match[0]),
        ),
        (rf"[{money}]\s?({_NUMBER})([십백천만억조]*)", _money),
        (rf"(?<![\d.,])({_NUMBER})\s?km/([hs])\b", lambda match: f"{speed[match[2]]} {match[1]}km"),
        (rf"(?<![\d.,])({_NUMBER})\s?m/s\b", r"초속 \1m"),
        (
            r"(?<!\d)(\d+)분의\s?(\d+)",
            lambda match: f"{sino(match[1])}분의 {sino(match[2])}",
        ),
        (r"(?<![\d/])(\d{1,4})/(\d{1,4})(?![\d/])", _fraction),
        (
            r"(?<!\d)(\d{1,3})\s?번째",
            lambda match: ("첫" if int(match[1]) == 1 else native(int(match[1]))) + " 번째",
        ),
        (r"(?<!\d)(1[0-2]|0?[1-9])월", lambda match: _month(int(match[1]))),
        (
            r"(?<!\d)(\d{1,2})·(\d{1,2})(?!\d)",
            lambda match: "".join(map(one_by_one, match.groups())),
        ),
        (r"(?<![\d.])\d+(?:\.\d+){2,}", lambda match: " 점 ".join(map(sino, match[0].split(".")))),
        (r"(?<=\d)\s?[x×*]\s?(?=\d)", " 곱하기 "),
        (r"(?<=\d)\s?÷\s?(?=\d)", " 나누기 "),
        (r"(?<=\d)\s?\+\s?(?=\d)", " 더하기 "),
        (r"(?<=\d) [-−] (?=\d)", " 빼기 "),
        (_counted_pattern(counters), _counted),
        (
            r"(?<=[가-힣])\s?[~∼〜～]\s?(?=오[전후]|[영일이삼사오육유칠팔구십시백천만한두세네열])",
            "에서 ",
        ),
        (r"(?<=[가-힣])\s?=\s?(?=\S)", _topic),
        (rf"\s?[{re.escape(''.join(symbols))}]\s?", lambda match: f" {symbols[match[0].strip()]} "),
        (  # all capitals, no vowels, or alone
            rf"(?<![A-Za-z])(?:[A-Z]{{1,5}}|{_CONSONANTS}{{2,5}}|[a-z])(?![A-Za-z])",
            lambda match: "".join(letters[letter] for letter in match[0].upper()),
        ),
        (r"(?<=[가-힣])  +(?=[가-힣])", " "),
    )
    return tuple((re.compile(pattern), said) for pattern, said in rules)


def _time(match: re.Match[str]) -> str:
    hour, minute, second = match.groups()
    return f"{hour}시 {minute}분" + (f" {second}초" if second else "")


def _score(match: re.Match[str]) -> str:
    return f"{sino(match[1])} 대 {sino(match[2])}"


def _money(match: re.Match[str]) -> str:
    return match[1] + match[2] + _CURRENCIES[match[0][0]]


def _fraction(match: re.Match[str]) -> str:
    """3/4 is 사분의 삼, 11/29 a date."""
    above, below = int(match[1]), int(match[2])
    is_proper, is_date = 0 < above < below, 0 < above <= 12 and 0 < below <= 31
    if is_proper and (below <= 10 or not is_date):
        return f"{sino(match[2])}분의 {sino(match[1])}"
    if is_date:
        return f"{match[1]}월 {match[2]}일"
    return f"{match[1]} 슬래시 {match[2]}"


def _month(month: int) -> str:
    return _MONTHS.get(month) or sino(str(month)) + "월"


def _counted_pattern(counters: str) -> str:
    return (
        rf"(?P<ahead>[가-힣])?(?P<minus>(?<![\w가-힣)])[-−])?(?P<first>{_NUMBER})"
        rf"(?:\s?(?P<to>[~∼〜～-])\s?(?P<last>{_NUMBER}))?"
        rf"(?:(?P<myriads>[십백천만억조]+(?![가-힣])|[백천만억조]+(?=\s?(?:{counters}))|[천만억]+)|"
        rf"\s?(?P<unit>{_any(_tables()['units'])})(?![A-Za-z\d])|"
        rf"\s?(?P<counter>{counters}))?"
    )


def _counted(match: re.Match[str]) -> str:
    """A number, or a range of two, with what is counted."""
    ahead, first, last, counter = (match[name] for name in ("ahead", "first", "last", "counter"))
    unit = _tables()["units"].get(match["unit"])
    numbers = [first] if last is None else [first, last]
    if unit or counter:
        numbers = [each.lstrip("0") or "0" if each.isdecimal() else each for each in numbers]
    most = 0 if ahead == "제" or _is_named(match) else _tables()["native"].get(counter, 0)
    is_native = most and all(each.isdecimal() and len(each) <= 3 for each in numbers)
    if is_native:
        largest = max(map(int, numbers))
        is_native = largest > 0 and (largest <= most or most == _ANY)
    join = "" if ahead == "제" else " "
    if is_native:
        said = "에서 ".join(f"{native(int(each))} {counter}" for each in numbers)
    else:
        is_range = match["to"] != "-" or bool(unit or counter or match["myriads"])
        said = ("에서 " if is_range else " 다시 ").join(map(_number, numbers))
        if match["myriads"]:  # 만 and 천, but 일억
            is_bare = numbers == ["1"] and match["myriads"][0] not in "억조"
            said = ("" if is_bare else said) + match["myriads"]
        elif unit or counter:
            said += join + (unit or counter)
    if match["minus"]:
        said = ("영하 " if "도" in (unit, counter) else "마이너스 ") + said
    return (ahead or "") + (" " if ahead and join else "") + said


def _is_named(match: re.Match[str]) -> bool:
    """Whether the number is the name of what follows: 3번 출구."""
    behind = match.string[match.end() : match.end() + 9].lstrip()
    return match["counter"] == "번" and behind.startswith(tuple(_tables()["sino"]["named"]))


def _number(written: str) -> str:
    """A number by itself."""
    whole, _, decimals = written.partition(".")
    is_name = len(whole) >= _NAME_DIGITS and "," not in whole
    if is_name or (whole.startswith("0") and whole != "0"):
        said = one_by_one(whole)
    else:
        said = sino(whole.replace(",", ""))
    return f"{said} 점 {' '.join(_DIGITS[int(each)] for each in decimals)}" if decimals else said


def _topic(match: re.Match[str]) -> str:
    """`=` is the particle that goes with the number before it."""
    before = match.string[match.start() - 1]
    return "은 " if (ord(before) - ord("가")) % 28 else "는 "
