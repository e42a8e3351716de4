"""Whether sessions get the right date, and holds the right length."""

import time
from collections.abc import Iterator
from datetime import datetime

from jihwa.io.checks.finding import Finding, doubtful, good

_EARLIEST = datetime(2025, 1, 1).astimezone()
"""Before jihwa was; small boards without a battery believe in 1970."""
_COARSE_S = 0.02


def check_clock() -> Iterator[Finding]:
    """Date and resolution."""
    now = datetime.now().astimezone()
    shown = f"{now:%Y-%m-%d %H:%M %Z}"
    if now < _EARLIEST:
        yield doubtful(
            f"시계: {shown}은(는) 지난 날입니다. 시계를 맞추세요 (`timedatectl set-ntp true`).",
            f"clock: {shown} is past. Set the clock (`timedatectl set-ntp true`).",
        )
    elif (step_s := time.get_clock_info("monotonic").resolution) > _COARSE_S:
        yield doubtful(
            f"시계: {step_s:.3f}초보다 잘게 재지 못합니다. 다른 컴퓨터가 낫습니다.",
            f"clock: it cannot tell less than {step_s:.3f} s. Another computer is better.",
        )
    else:
        yield good(f"시계: {shown}", f"clock: {shown}")
