"""What the fields of a line mean: read from its header, never counted."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from jihwa.data.messages import UsageError

FLEX = ("flex1", "flex2", "flex3", "flex4", "flex5")
ACCEL = ("accel_x", "accel_y", "accel_z")
ORIENTATION = ("pitch", "roll", "yaw")
TIMES = ("timestamp", "timestamp_ms")
RECEIVED = "recv_timestamp_ms"
IGNORED = "-"

VALUES = (*FLEX, *ACCEL, *ORIENTATION)
"""The channels in the order in which a parsed sample holds them."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the clock and every channel stand in a line of comma-separated fields.

    Attributes:
        names: The normalised field names.
        time: Index of the device time in milliseconds; None for a glove without a clock.
        values: Index of every channel of `VALUES`; None for a channel that the glove does not send.
        received: Index of the receiver's clock in milliseconds; None when it was not stored.
    """

    names: tuple[str, ...]
    time: int | None
    values: tuple[int | None, ...]
    received: int | None

    @classmethod
    def of_header(cls, fields: Sequence[str]) -> "Layout | None":
        """The layout that a header line announces; None when the fields are no such header.

        Units in brackets and case do not matter. A header names the device time and at least one
        flex sensor.
        """
        names = tuple(re.sub(r"\(.*\)|\s", "", field).lower() for field in fields)
        announced = cls._of_names(names)
        return None if announced.time is None or not announced.has_flex else announced

    @classmethod
    def of_setting(cls, text: str) -> "Layout":
        """The layout that a user describes for a glove that sends no header.

        Args:
            text: The field names of a line in their order, such as `timestamp,flex1,-,flex2`;
                `-` for a field that means nothing, no `timestamp` for a glove without a clock.

        Raises:
            UsageError: A name is unknown or comes twice, or no finger is named.
        """
        names = tuple(field.strip().lower() for field in text.split(","))
        known = (*TIMES, *VALUES, RECEIVED, IGNORED)
        named = [name for name in names if name != IGNORED]
        wrong = next((n for n in named if n not in known or named.count(n) > 1), None)
        described = cls._of_names(names)
        if wrong is None and described.has_flex:
            return described
        raise UsageError(
            ko=f"layout '{text}': "
            + (f"'{wrong}'은(는) 없거나 두 번 나온 이름입니다. " if wrong is not None else "")
            + f"쓸 수 있는 이름: {', '.join(known)}. flex가 하나는 있어야 합니다.",
            en=f"layout '{text}': "
            + (f"'{wrong}' is unknown or comes twice. " if wrong is not None else "")
            + f"Fields are {', '.join(known)}; at least one flex is needed.",
        )

    @property
    def header(self) -> bytes:
        """The line that announces it; empty for a glove without a clock, which no header can."""
        return b"" if self.time is None else (",".join(self.names) + "\n").encode()

    def garbles(self, other: "Layout") -> bool:
        """Whether this is that layout with a name damaged: as many fields, fewer of them known."""
        missing, before = self.values.count(None), other.values.count(None)
        return len(self.names) == len(other.names) and missing > before

    @property
    def has_flex(self) -> bool:
        """Whether a finger is in it."""
        return any(name in self.names for name in FLEX)

    @classmethod
    def _of_names(cls, names: tuple[str, ...]) -> "Layout":
        return cls(
            names=names,
            time=next((names.index(name) for name in TIMES if name in names), None),
            values=tuple(names.index(name) if name in names else None for name in VALUES),
            received=names.index(RECEIVED) if RECEIVED in names else None,
        )
