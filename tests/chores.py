"""Work for other processes, which find it here."""

import os
import signal
import time
from pathlib import Path

LOST = "lost"


def square(n):
    return n * n


def square_slowly(log: Path, n):
    """Tells which process took up what."""
    with log.open("a") as file:
        file.write(f"{os.getpid()} {n}\n")
    time.sleep(0.05)
    return n * n


def square_or_die(fatal, once: Path, n):
    """Dies of some numbers, and once of another one."""
    if n in fatal:
        os.kill(os.getpid(), signal.SIGKILL)
    if n == 5 and not once.exists():
        once.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return n * n


def lost(n):
    return LOST
