"""OpenGloves' alpha encoding: a letter before each value, and no clock."""

import re

from jihwa.data.signal.frames import N_FINGERS

_FULL_SCALE, _ADC_FULL_SCALE = 4095, 1023
_FINGERS = "".join(rf"{letter} *(\d+)" for letter in "ABCDE")  # thumb to little finger
_LINE = re.compile(rf"{_FINGERS}(?:[F-P] *\d*|\([A-E][A-E]+\) *\d+)*")
"""After the fingers come joystick, trigger, buttons, and the splay or the joints of fingers."""


def looks_alpha(text: str) -> bool:
    """Whether a line begins as one of this encoding does."""
    return re.match(r"A *\d", text) is not None


def flex_of(text: str) -> list[float]:
    """The flex of a line as ADC counts of 0-1023, thumb to little finger.

    Raises:
        ValueError: It is no such line, or a value is beyond the encoding's 4095.
    """
    line = _LINE.fullmatch(text)
    values = [int(value) for value in line.groups()] if line else []
    if len(values) != N_FINGERS or max(values) > _FULL_SCALE:
        raise ValueError(text)
    return [value * _ADC_FULL_SCALE / _FULL_SCALE for value in values]
