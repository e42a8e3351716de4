"""What the fields of a line mean: read from its header, never counted."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

FLEX = ("flex1", "flex2", "flex3", "flex4", "flex5")
ACCEL = ("accel_x", "accel_y", "accel_z")
ORIENTATION = ("pitch", "roll", "yaw")
TIMES = ("timestamp", "timestamp_ms")
RECEIVED = "recv_timestamp_ms"

VALUES = (*FLEX, *ACCEL, *ORIENTATION)
"""The channels in the order in which a parsed sample holds them."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the clock and every channel stand in a line of comma-separated fields.

    Attributes:
        names: The normalised field names.
        time: Index of the device time in milliseconds.
        values: Index of every channel of `VALUES`; None for a channel that the glove does not send.
        received: Index of the receiver's clock in milliseconds; None when it was not stored.
    """

    names: tuple[str, ...]
    time: int
    values: tuple[int | None, ...]
    received: int | None

    @classmethod
    def of_header(cls, fields: Sequence[str]) -> "Layout | None":
        """The layout that a header line announces; None when the fields are no such header.

        Units in brackets and case do not matter. A header names the device time and at least one
        flex sensor.
        """
        names = tuple(re.sub(r"\(.*\)|\s", "", field).lower() for field in fields)
        time = next((names.index(name) for name in TIMES if name in names), None)
        if time is None or not any(name in names for name in FLEX):
            return None
        return cls(
            names=names,
            time=time,
            values=tuple(names.index(name) if name in names else None for name in VALUES),
            received=names.index(RECEIVED) if RECEIVED in names else None,
        )
