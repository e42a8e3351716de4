"""The text of a wearer profile: JSON that a person can read, one line an observation."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from jihwa.data.alphabet import CONTROLS, LETTERS
from jihwa.data.files import DamagedError, FileKind, OtherVersionError
from jihwa.data.messages import Message
from jihwa.data.signal.frames import N_FINGERS
from jihwa.data.takes.collection import STYLES
from jihwa.recognizer.profile import MountRows, Observation, Profile, Step, StepKind

VERSION = 1
_FORMAT = "jihwa wearer profile"
_KIND = FileKind(
    other_kind=Message(
        ko="{file}: jihwa 프로필이 아니거나 손상되었습니다. 백업이 있으면 되돌리고, 없으면 지우고 "
        "`jihwa calibrate`로 다시 만드세요.",
        en="{file}: no jihwa profile, or a damaged one. Restore a backup, or delete it and make "
        "another with `jihwa calibrate`.",
    ),
    other_version=Message(
        ko="{file}: 프로필 형식이 버전 {error.found}인데 이 프로그램은 {error.expected}을 "
        "읽습니다. jihwa를 맞는 버전으로 바꾸세요.",
        en="{file}: a profile of version {error.found}; this program reads {error.expected}. "
        "Install the matching jihwa.",
    ),
    damaged=Message(
        ko="{file}: 프로필이 손상되었습니다 ({error}). 고치거나, 지우고 `jihwa calibrate`로 다시 "
        "만드세요.",
        en="{file}: the profile is damaged ({error}). Mend it, or delete it and make another with "
        "`jihwa calibrate`.",
    ),
)


def to_json(profile: Profile) -> str:
    """A profile as text."""
    head = {
        "format": _FORMAT,
        "version": VERSION,
        "alphabet": profile.alphabet,
        "signs": list(profile.signs),
    }
    steps = ",\n".join(_step_text(step) for step in profile.steps)
    fields = ",\n ".join(f"{_dump(key)}: {_dump(value)}" for key, value in head.items())
    return f'{{{fields},\n "steps": [\n{steps}\n]}}\n'


def from_json(text: str, source: str) -> Profile:
    """Read a profile; `source` names it in messages.

    Raises:
        DataError: It is no profile, damaged, or one of another version.
    """
    with _KIND.reading(source):
        table: Mapping[str, Any] = json.loads(text)
        if table["format"] != _FORMAT:
            raise ValueError(table["format"])
        if table["version"] != VERSION:
            raise OtherVersionError(table["version"], VERSION)
        try:
            profile = Profile(
                alphabet=str(table["alphabet"]),
                signs=tuple(str(sign) for sign in table["signs"]),
                steps=tuple(_step(step) for step in table["steps"]),
            )
            _check(profile)
        except (ValueError, KeyError, TypeError) as error:
            raise DamagedError(error) from error
        return profile


def _check(profile: Profile) -> None:
    """Raise ValueError where the values do not fit together."""
    own = profile.own_signs
    for name in own:
        if name not in (*LETTERS, *CONTROLS):
            raise ValueError(f"sign {name!r}")
    for each in (observation for step in profile.steps for observation in step.observations):
        if each.sign not in (*profile.signs, *own):
            raise ValueError(f"sign {each.sign!r}")
        if each.style is not None and each.style not in STYLES:
            raise ValueError(f"style {each.style!r}")
        if not 0 <= each.weight <= 1:
            raise ValueError(f"weight {each.weight!r}")


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _step_text(step: Step) -> str:
    observations = ",\n".join(f"   {_dump(dict(_fields(each)))}" for each in step.observations)
    head = {"kind": step.kind, "date": step.date}
    about = _dump(head if step.mount is None else head | {"mount": step.mount})[:-1]
    return f'  {about}, "observations": [\n{observations}\n  ]}}'


def _fields(observation: Observation) -> Iterator[tuple[str, object]]:
    """What is written of an observation: what goes without saying is left out."""
    yield "sign", observation.sign
    if observation.style is not None:
        yield "style", observation.style
    yield "flex_adc", observation.flex_adc
    yield "gravity_g", observation.gravity_g
    if observation.weight != 1:
        yield "weight", observation.weight


def _step(table: Mapping[str, Any]) -> Step:
    return Step(
        kind=StepKind(table["kind"]),
        date=str(table["date"]),
        observations=tuple(_observation(each) for each in table["observations"]),
        mount=_mount(table["mount"]) if "mount" in table else None,
    )


def _mount(rows: Sequence[Sequence[object]]) -> MountRows:
    mount = tuple(tuple(map(_finite, row)) for row in rows)
    if [len(row) for row in mount] != [3, 3, 3] or not np.allclose(
        np.array(mount) @ np.array(mount).T, np.eye(3), atol=1e-2
    ):
        raise ValueError(f"mount {list(mount)}")
    return mount


def _observation(table: Mapping[str, Any]) -> Observation:
    flex = tuple(None if count is None else _finite(count) for count in table["flex_adc"])
    if len(flex) != N_FINGERS:
        raise ValueError(f"flex_adc {list(flex)}")
    gravity = None
    if table["gravity_g"] is not None:
        x, y, z = map(_finite, table["gravity_g"])
        gravity = (x, y, z)
    style = table.get("style")
    return Observation(
        sign=str(table["sign"]),
        style=None if style is None else int(style),
        flex_adc=flex,
        gravity_g=gravity,
        weight=_finite(table.get("weight", 1.0)),
    )


def _finite(value: object) -> float:
    """A number that a sensor can have sent."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not np.isfinite(value):
        raise ValueError(repr(value))
    return float(value)
