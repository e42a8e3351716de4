"""Which sensors can be believed."""

import numpy as np
from numpy.typing import NDArray

from jihwa.data.frames import Array

USABLE_FLEX_ADC = (600.0, 1020.0)
"""A working flex sensor reads about 700-950; a broken one 0, about 510, or full scale."""


def is_dead(flex_adc: Array) -> NDArray[np.bool_]:
    """Which readings come from no working sensor: (n, 5) or (5,) ADC counts in, the same out."""
    low, high = USABLE_FLEX_ADC
    return ~((flex_adc >= low) & (flex_adc <= high))
