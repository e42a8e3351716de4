"""Where a signal comes from, in one word, such as `auto:` or `replay:FILE`."""

import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from rapidfuzz import fuzz, process

from jihwa.data.formats.layout import Layout
from jihwa.data.messages import UsageError
from jihwa.io.settings.setting import File, FreeText, Number, Typed
from jihwa.io.sources.camera import CameraSource
from jihwa.io.sources.playback import PlaybackSource, StdinSource
from jihwa.io.sources.ports import AnyGlove, NamedPort
from jihwa.io.sources.serial_line import SerialSource
from jihwa.io.sources.source import Source

KINDS = ("auto:", "serial://", "socket://", "rfc2217://", "camera:", "replay:", "sim:", "-")
"""What a source may begin with; beside them a bare device."""

ALIKE = 60
"""A kind that is less like what was written (of 100) is not meant."""

_DEVICE = re.compile(r"/dev/.+|(\\\\\.\\)?COM\d+", re.IGNORECASE)
_PARTS = re.compile(
    r"(?P<kind>[a-z0-9]+:(//)?)(?P<what>.*?)(\?(?P<settings>\w+=[^&?]*(&\w+=[^&?]*)*))?",
    re.DOTALL | re.IGNORECASE,
)
"""A question mark in a text or a file name is one, unless settings follow to the end."""

_SEED, _RATE_HZ = Number(0, 2**63), Number(1.0, 500.0)
_FASTER = {"speed": Number(0.0, math.inf)}
"""How many times faster; 0 stands for as fast as can be."""

SIMULATED: Mapping[str, Typed] = {
    "wearer": _SEED,
    "speed": FreeText(),
    "seed": _SEED,
    "rate_hz": _RATE_HZ,
    "repeat": Number(1, 10_000),
    "letters_per_s": Number(0.1, 20.0),
}
"""The settings of a simulated glove."""

POSING: Mapping[str, Typed] = {
    "wearer": _SEED,
    "seed": _SEED,
    "rate_hz": _RATE_HZ,
    "speed": Number(0.1, 1000.0),
}
"""Those of one that spells nothing but holds what it is asked for."""


def open_source(uri: str, layout: Layout | None = None, commands: Sequence[str] = ()) -> Source:
    """The source that a URI names; it is not started yet.

    Args:
        uri: `auto:`, `serial:///dev/ttyACM0?baud=115200`, a device (`/dev/ttyACM0`, `COM3`, or
            a link to one), `socket://host:port`, `rfc2217://host:port`, `camera:0`,
            `camera:FILE?speed=1`, `replay:FILE?speed=1`,
            `sim:TEXT?wearer=3&speed=fast&seed=1&rate_hz=50&repeat=1`, `sim:?wearer=3&speed=1` or
            `-` (standard input).
        layout: What lines without a header mean.
        commands: What the firmware is told whenever it begins; none where nobody would obey.

    Raises:
        UsageError: There is no such kind of source, or it cannot be opened so.
        DataError: A recording cannot be read.
    """
    if uri == "-":
        return StdinSource()
    if _DEVICE.fullmatch(uri):
        return SerialSource(NamedPort(uri), commands=commands)
    parts = _PARTS.fullmatch(uri)
    kind, what, settings = parts.group("kind", "what", "settings") if parts else (uri, "", None)
    match kind.lower():
        case "auto:" if not what:
            _settings(uri, settings, {})
            return SerialSource(AnyGlove(layout), commands=commands)
        case "serial:" | "serial://" if what.strip("/"):
            chosen = _settings(uri, settings, {"baud": Number(1, 100_000_000)})
            port = NamedPort(re.sub(r"^/(?=COM\d)", "", what))
            return SerialSource(port, commands=commands, **chosen)
        case "socket://" | "rfc2217://":
            return SerialSource(NamedPort(_address(uri)), commands=commands)
        case "camera:" if what:
            return CameraSource(what, **_settings(uri, settings, {**_FASTER, "python": File()}))
        case "replay:" if what:
            return PlaybackSource(Path(what), layout=layout, **_settings(uri, settings, _FASTER))
        case "sim:" if what:
            from jihwa.io.sources.simulated import SimulatedSource  # brings the simulator

            simulated = SimulatedSource(unquote(what), **_settings(uri, settings, SIMULATED))
            for command in commands:
                simulated.send(command)
            return simulated
        case "sim:":
            from jihwa.io.sources.simulated import PosingSource

            return PosingSource(**_settings(uri, settings, POSING))
    is_unplugged = Path(uri).is_symlink() and not Path(uri).exists()
    if Path(uri).is_char_device() or is_unplugged:  # a link such as of `jihwa simulate --link`
        return SerialSource(NamedPort(uri), commands=commands)
    raise _no_such(uri, kind)


def _settings(uri: str, text: str | None, kinds: Mapping[str, Typed]) -> dict[str, Any]:
    """What follows the question mark."""
    chosen: dict[str, object] = {}
    for name, value in parse_qsl(text or "", keep_blank_values=True):
        if name not in kinds:
            allowed = ", ".join(kinds) or "-"
            nearest = process.extractOne(name, list(kinds))
            raise UsageError(
                ko=f"{uri}: '{name}' 설정은 없습니다."
                + (f" {nearest[0]}인가요?" if nearest else "")
                + f" 여기서 쓸 수 있는 것: {allowed}",
                en=f"{uri}: there is no setting '{name}'."
                + (f" Is it {nearest[0]}?" if nearest else "")
                + f" Here there are: {allowed}",
            )
        try:
            chosen[name] = kinds[name].of_text(value)
        except ValueError:
            fits = kinds[name].allowed
            raise UsageError(
                ko=f"{uri}: '{name}' 값 '{value}'을(를) 쓸 수 없습니다. 쓸 수 있는 것: {fits.ko}.",
                en=f"{uri}: '{value}' is no value for '{name}'. Allowed: {fits.en}.",
            ) from None
    if chosen.get("speed") == 0:
        chosen["speed"] = math.inf
    return {name: value for name, value in chosen.items() if value is not None}


def _address(uri: str) -> str:
    try:
        parts = urlsplit(uri)
        complete = parts.hostname and parts.port
    except ValueError:
        complete = None
    if not complete:
        raise UsageError(
            ko=f"{uri}: 주소와 포트(1~65535)가 필요합니다. 예: socket://192.168.0.7:8888",
            en=f"{uri}: an address and a port (1 to 65535) are needed, as in socket://192.168.0.7:8888",
        )
    return uri


def _no_such(uri: str, kind: str) -> UsageError:
    if kind.lower() in KINDS:
        return UsageError(
            ko=f"{uri}: {kind} 뒤가 비었거나 틀렸습니다. 예: sim:안녕하세요, replay:파일, "
            "serial:///dev/ttyACM0, auto:",
            en=f"{uri}: what stands behind {kind} is missing or wrong. Write it as in "
            "sim:안녕하세요, replay:FILE, serial:///dev/ttyACM0, auto:",
        )
    found = process.extractOne(kind.lower(), KINDS, scorer=fuzz.ratio, score_cutoff=ALIKE)
    nearest = f"replay:{uri}" if Path(uri).is_file() else found and found[0]
    if uri.startswith(("/", ".")) and not Path(uri).exists():  # maybe unplugged
        nearest = f"serial://{Path(uri).absolute()}"
    return UsageError(
        ko=f"{uri}: 그런 신호원은 없습니다. "
        + (f"{nearest} 인가요? " if nearest else "")
        + f"쓸 수 있는 것: {', '.join(KINDS)}, 또는 /dev/ttyACM0이나 COM3 같은 장치.",
        en=f"{uri}: no such source. "
        + (f"Is it {nearest} ? " if nearest else "")
        + f"There are {', '.join(KINDS)}, or a device such as /dev/ttyACM0 or COM3.",
    )
