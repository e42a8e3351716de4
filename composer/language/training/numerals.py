"""Numbers in words, and what is counted with them.

세 │ 개          native numbers count things, people, hours
삼십 │ 분         Chinese ones measure, and number
"""

from collections.abc import Sequence

from jihwa.composer.language.jamo import has_coda

_UNITS = ("", "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉")
_TENS = ("", "열", "스물", "서른", "마흔", "쉰", "예순", "일흔", "여든", "아흔")
_NATIVE = ("하나", "둘", "셋", "넷", "다섯", "여섯", "일곱", "여덟", "아홉", "열")
_HOW_MANY = 0.7
"""How common it is to ask for a number, beside one."""
_LARGE = 0.25
"""How common a number from 백 on is, beside a smaller one of the same digits."""
_DIGITS = ("", "일", "이", "삼", "사", "오", "육", "칠", "팔", "구")
COUNTERS = (
    *("개", "명", "시", "살", "번", "잔", "시간", "분", "병", "장", "마리", "대", "권", "그릇"),
    *("사람", "달", "가지", "번째", "시 반", "곳", "켤레", "송이", "줄", "통"),
)
"""What is counted in native numbers, the commonest first."""
_MONTHS = tuple(f"{n}월" for n in (*"일이삼사오유칠팔구시", "십일", "십이"))
MEASURES = (
    *("원", "분", "층", "일", "년", "번", "호", "개월", "인분", "주", "초", "학년", "반"),
    *("퍼센트", "도", "킬로", "미터", "호선", "등", "회", "세", "점", "주일", "쪽", "센티"),
)
"""What is counted in Chinese numbers."""
_GOES_ON = {
    ("", ""): 8.0,
    **{(end, end): 1.0 for end in ("만요", " 주세요", "입니다")},
    **{(end, end): 0.5 for end in (" 더", " 더 주세요", "만 주세요")},
    **{("이에요", "예요"): 1.0, ("이요", "요"): 1.0, ("이야", "야"): 1.0, ("이죠", "죠"): 0.5},
    **{
        (end, end): 0.5
        for end in ("만", "에", " 정도", "쯤", " 전", " 후", " 동안", "부터", "까지")
    },
}
"""How what is counted goes on, behind a coda and behind a vowel, and how often."""


def numbers_alone() -> dict[str, float]:
    """Numbers that stand by themselves, and months."""
    native = dict.fromkeys((*_NATIVE, *_TENS[2:], *_MONTHS), 0.3)
    between = {tens + n: 0.03 for tens in _TENS[1:] for n in _NATIVE[:9]}
    return native | chinese_numbers() | between


def native_numbers() -> dict[str, float]:
    """한 to 아흔아홉 as they stand before what is counted; small and round ones are commoner."""
    names = {n: _TENS[n // 10] + _UNITS[n % 10] for n in range(1, 100)} | {20: "스무"}
    return {name: (1 if n % 10 else 2) / n for n, name in names.items()} | {"몇": _HOW_MANY}


def chinese_numbers() -> dict[str, float]:
    """일 to 구십구, and from there to 구백구십만 those with two digits in front at most."""
    small = dict.fromkeys(range(1, 100), 1.0)
    large = {n * 10**zeros: _LARGE for zeros in range(1, 6) for n in range(10, 100)}
    return {
        chinese_number(n): weight / int(str(n).rstrip("0")) for n, weight in (small | large).items()
    } | {"몇": _HOW_MANY}


def chinese_number(n: int) -> str:
    """A number from 1 to 99,999,999 in words: 12000 is 만 이천 (rule 44)."""
    high, low = divmod(n, 10_000)
    name = "" if not high else "만" if high == 1 else f"{chinese_number(high)}만"
    name += " " if high and low else ""
    for digit, power in zip(f"{low:04}", ("천", "백", "십", ""), strict=True):
        if digit != "0":
            name += (_DIGITS[int(digit)] if digit != "1" or not power else "") + power
    return name


def counted(units: Sequence[str]) -> dict[str, float]:
    """What is counted, the commonest first, and how it goes on."""
    return {
        unit + (closed if has_coda(unit) else open_): weight / (rank + 3)
        for rank, unit in enumerate(units)
        for (closed, open_), weight in _GOES_ON.items()
    }
