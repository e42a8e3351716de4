"""What the name of a field means: people call the same sensor by many names."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

FLEX = ("flex1", "flex2", "flex3", "flex4", "flex5")
ACCEL = ("accel_x", "accel_y", "accel_z")
ORIENTATION = ("pitch", "roll", "yaw")
QUATERNION = ("qw", "qx", "qy", "qz")
TIME = "timestamp"
RECEIVED = "recv_timestamp_ms"
IGNORED = "-"
POINTS = tuple(f"{axis}{point}" for point in range(21) for axis in "xyz")
"""The coordinates of a hand that a camera sees, by MediaPipe's numbers of its points."""

VALUES = (*FLEX, *ACCEL, *ORIENTATION)
"""The channels in the order in which a parsed sample holds them."""

QUANTITY: Mapping[str, str] = {
    TIME: "time",
    **dict.fromkeys(FLEX, "flex"),
    **dict.fromkeys(ACCEL, "accel"),
    **dict.fromkeys(ORIENTATION, "angle"),
}
"""What is measured in the same unit."""

_UNITS: Mapping[str, Mapping[str, str]] = {
    "time": {
        "ms": "ms", "msec": "ms", "millis": "ms", "milliseconds": "ms",
        "s": "s", "sec": "s", "secs": "s", "second": "s", "seconds": "s", "초": "s",
        "us": "us", "µs": "us", "μs": "us", "usec": "us", "micros": "us", "microseconds": "us",
        "ns": "ns", "nanos": "ns", "days": "days",
    },
    "flex": {
        "adc": "adc10", "adc10": "adc10", "10bit": "adc10", "adc8": "adc8", "8bit": "adc8",
        "adc12": "adc12", "12bit": "adc12", "adc14": "adc14", "14bit": "adc14",
        "adc16": "adc16", "16bit": "adc16", "norm": "norm", "0-1": "norm",
        "%": "percent", "percent": "percent", "3.3v": "3.3v", "5v": "5v",
        "mv3.3": "mv(3.3v)", "mv5": "mv(5v)",
    },
    "accel": {
        "g": "g", "mg": "mg", "m/s2": "m/s2", "m/s^2": "m/s2", "m/s²": "m/s2", "ms2": "m/s2",
        "mps2": "m/s2", "lsb16384": "lsb16384", "lsb8192": "lsb8192", "lsb4096": "lsb4096",
        "lsb2048": "lsb2048", "lsb256": "lsb256",
    },
    "angle": {
        "deg": "deg", "degree": "deg", "degrees": "deg", "°": "deg", "도": "deg",
        "rad": "rad", "radian": "rad", "radians": "rad",
    },
}  # fmt: skip
"""How units are written, by what is measured."""

_TIMES = (
    "timestamp", "timestamps", "time", "times", "t", "ts", "datetime", "devicetime", "elapsed",
    "elapsedtime", "epoch", "clock", "arduinotimestamp", "arduinotimestamps", "date", "시각",
    "시간",
    *(unit for unit in _UNITS["time"] if unit != "days"),
)  # fmt: skip
"""The likeliest first: a line may hold several."""
_SOME_TIME = re.compile("[a-z가-힣]{1,12}(?:time|timestamp|millis|micros|시각|시간)")
"""What else may be one, where there is none of those."""

_RECEIVED = ("recvtimestamp", "receivedtimestamp", "recvtime")
_FINGERS = (
    ("thumb", "엄지"),
    ("index", "indexfinger", "pointer", "forefinger", "검지", "집게"),
    ("middle", "중지", "가운데", "가운뎃", "장지"),
    ("ring", "약지", "약손가락"),
    ("little", "pinky", "pinkie", "pinkyfinger", "littlefinger", "소지", "새끼"),
)
_FINGER_WORDS = re.compile("flexsensor|flex|fingers?|bend|sensor|adc|value|손가락|센서")
_NUMBERED = re.compile(r"([a-z]+?|플렉스|손가락|센서)(?:sensor|finger)?([0-9])")
_FAMILIES = (
    "flex", "finger", "f", "bend", "adc", "a", "ch", "channel", "s", "sensor", "analog",
    "플렉스", "손가락", "센서",
)  # fmt: skip
_ACCEL = re.compile(
    r"(?:imu)?(?:a|acc|accel|acceleration|accelerometer|accelerometeracceleration|gf|가속도)([xyz])"
    r"|([xyz])acc(?:el\w*)?"
)
_ACCEL_WORD = re.compile("(?:imu)?(?:a|acc|accel|acceleration|accelerometer|가속도)")
_ANGLE = re.compile(
    r"(?:euler|angles?|imu|orientation)?(pitch|roll|yaw|heading|피치|롤|요)(?:angle)?"
)
_ORDERS = {
    word: order
    for order in permutations(ORIENTATION)
    for word in ("".join(order), "".join(name[0] for name in order))
}
"""Names that tell the order of three angles, such as `ypr`."""
_ANGLES = {"heading": "yaw", "피치": "pitch", "롤": "roll", "요": "yaw"}
_QUATERNION = re.compile(r"(?:q|quat|quaternion)([wxyz0-3])")
_JOINTS = ("wrist", "thumbcmc", "thumbmcp", "thumbip", "thumbtip", *(
    f"{finger}{joint}"
    for finger in ("index", "middle", "ring", "pinky")
    for joint in ("mcp", "pip", "dip", "tip")
))  # fmt: skip
_POINT = re.compile(r"(.*?)(?:([xyz])([0-9]{1,3})|([0-9]{1,3})([xyz]))")
_COUNTED = re.compile(r"(.*?)([0-9]{1,3})")
_WHOSE = re.compile(
    r"^(?:right|left|rh|lh|r|l|hand|glove|오른손|왼손|장갑)[0-9]?(?:[_. -]?hand)?[_. -]+(?=\w)"
)
"""The hand or glove, before a name."""
_UNIT = re.compile(r"[\[(]\s*(?![0-9]\s*[\])])([^\])]*?)\s*[\])]")
"""Not the place in an array, as in `flex[0]`."""
_RANGE = re.compile(r"(-?[0-9.]+) *: *(-?[0-9.]+)")
"""What a straight and a bent finger read."""
_SUFFIX = re.compile(r"(?<=\w)[_ ](ms|us|µs|ns|s|sec|deg|rad|g|mg|adc|norm|raw|v|mv)(?=[0-9]?$)")
"""Of an array's values, before their place."""


@dataclass(frozen=True, slots=True)
class Meanings:
    """What a row of names means.

    Attributes:
        names: What each field is called here, one of `VALUES`, `QUATERNION`, `POINTS`, `TIME` or
            `RECEIVED`;
            `IGNORED` for one of which nothing is known.
        units: The units that the names tell, by what is measured.
        twice: Names that several fields claim.
        ranges: What a finger reads that is straight, and one that is bent, where names tell it.
        unknown: Units of fields that are known otherwise.
    """

    names: tuple[str, ...]
    units: Mapping[str, str]
    twice: tuple[str, ...]
    ranges: Mapping[str, tuple[float, float]]
    unknown: tuple[str, ...]


def meanings(fields: Sequence[str]) -> Meanings:
    """What these fields mean; case, spaces and how words are joined do not matter."""
    told = [_split(field) for field in fields]
    bare = [name for name, _ in told]
    numbered = {**_numbered(bare), **_triples(bare)}
    points = _points(bare)
    names = [points.get(name) or _single(name) or numbered.get(name, IGNORED) for name in bare]
    if not {*QUATERNION} <= {*names}:
        names = [IGNORED if name in QUATERNION else name for name in names]
    if points:  # then nothing else is a sensor
        names = [name if name in (*POINTS, TIME, RECEIVED) else IGNORED for name in names]
    others = [name for name in bare if _SOME_TIME.fullmatch(name) and _single(name) is None]
    times = [name for name in _TIMES if name in bare] or others
    if TIME not in names and times:  # of several, the likeliest
        names[bare.index(times[0])] = TIME
    units: dict[str, str] = {}
    ranges: dict[str, tuple[float, float]] = {}
    unknown: list[str] = []
    for name, (bare_name, unit) in zip(names, told, strict=True):
        quantity = QUANTITY.get(name, "")
        known = _UNITS.get(quantity, {})
        for hint in (unit, bare_name) if name == TIME else (unit,):
            if hint in known:
                units.setdefault(quantity, known[hint])
        if name in FLEX and (ends := _range(unit)):
            ranges[name], units["flex"] = ends, "adc10"
        elif unit and unit not in known:
            unknown.append(unit)
    counts = Counter(name for name in names if name != IGNORED)
    twice = tuple(name for name, n in counts.items() if n > 1)
    return Meanings(tuple(names), units, twice, ranges, tuple(unknown))


def _range(unit: str) -> tuple[float, float] | None:
    try:
        straight, bent = map(float, match.groups()) if (match := _RANGE.fullmatch(unit)) else (0, 0)
    except ValueError:
        return None
    return (straight, bent) if straight != bent else None


def flattened(entry: object, name: str = "") -> Iterator[tuple[str, object]]:
    """Names and values of an object, with those of objects and arrays in it."""
    if isinstance(entry, dict):
        for key, value in entry.items():
            yield from flattened(value, f"{name}_{key}" if name else str(key))
    elif isinstance(entry, list):
        for place, value in enumerate(entry, start=1):
            yield from flattened(value, f"{name}{place}")
    else:
        yield name, math.nan if entry is None else entry


def _split(field: str) -> tuple[str, str]:
    """A name without marks, and the unit that it tells or nothing."""
    name = _WHOSE.sub("", field.strip().strip("\"'").strip().lower())
    unit = match[1] if (match := _UNIT.search(name)) else ""
    name = _UNIT.sub("", name).strip()
    if match := _SUFFIX.search(name):
        unit, name = unit or match[1], name[: match.start()] + name[match.end() :]
    return re.sub(r"[^0-9a-zµ가-힣]", "", name), unit


def _single(name: str) -> str | None:
    """What a name means by itself."""
    if name in _RECEIVED:
        return RECEIVED
    if match := _ANGLE.fullmatch(name):
        return _ANGLES.get(match[1], match[1])
    if match := _ACCEL.fullmatch(name):
        return f"accel_{match[1] or match[2]}"
    if match := _QUATERNION.fullmatch(name):
        return dict(zip("0123", QUATERNION, strict=True)).get(match[1], f"q{match[1]}")
    bare = _FINGER_WORDS.sub("", name)
    for finger, words in zip(FLEX, _FINGERS, strict=True):
        if name in words or bare in words:
            return finger
    return None


def _numbered(names: Iterable[str]) -> dict[str, str]:
    """Fingers that are numbered, from 1 or from 0; `flex` may lack some, other words none."""
    found: dict[str, dict[int, str]] = {}
    for name in names:
        if match := _NUMBERED.fullmatch(name):
            found.setdefault(match[1], {})[int(match[2])] = name
    for word in _FAMILIES:
        numbers = found.get(word, {})
        first = 0 if 0 in numbers else 1
        places = {at - first: name for at, name in numbers.items()}
        fits = set(places) <= set(range(len(FLEX)))
        if fits and (word == "flex" or len(places) == len(FLEX)) and places:
            return {name: FLEX[place] for place, name in places.items()}
    return {}


def _triples(names: Iterable[str]) -> dict[str, str]:
    """Acceleration that is numbered x, y, z, and angles in the order that their name tells."""
    counted: dict[str, dict[int, str]] = {}
    for name in names:
        if match := _COUNTED.fullmatch(name):
            counted.setdefault(match[1], {})[int(match[2])] = name
    found: dict[str, str] = {}
    for word, each in counted.items():
        order = _ORDERS.get(word.removeprefix("imu").removeprefix("euler"))
        means = ACCEL if _ACCEL_WORD.fullmatch(word) else order
        if means and sorted(each) in ([0, 1, 2], [1, 2, 3]):
            found |= {each[at]: name for at, name in zip(sorted(each), means, strict=True)}
    return found


def _points(names: Iterable[str]) -> dict[str, str]:
    """The coordinates of all points of one hand, by the fields that have them; else none.

    They are called by axis and the number or name of their point, maybe with the number of the hand
    before; or are numbered from one end to the other, or point by point with the coordinate behind.
    """
    named: dict[str, dict[str, str]] = {}
    counted: dict[str, dict[int, str]] = {}
    for name in names:
        if match := _POINT.fullmatch(name):
            axis, point = match[2] or match[5], int(match[3] or match[4])
            named.setdefault(match[1], {})[f"{axis}{point}"] = name
        elif (joint := name[:-1].replace("finger", "")) in _JOINTS and name[-1] in "xyz":
            named.setdefault("", {})[f"{name[-1]}{_JOINTS.index(joint)}"] = name
        elif match := _COUNTED.fullmatch(name):
            counted.setdefault(match[1], {})[int(match[2])] = name
    for first, hand in ((0, ""), (1, ""), (1, "1")):
        places = [f"{point[0]}{hand}{int(point[1:]) + first}" for point in POINTS]
        numbers = range(first, len(POINTS) + first)
        pairs = [10 * (at // 3 + 1) + at % 3 + 1 for at in range(len(POINTS))] if first else []
        for each in named.values():
            if all(place in each for place in places):
                return {each[place]: point for place, point in zip(places, POINTS, strict=True)}
        for of_word in counted.values():
            for wanted in (numbers, pairs):
                if set(of_word) == set(wanted):
                    return {of_word[at]: p for at, p in zip(wanted, POINTS, strict=True)}
    return {}
