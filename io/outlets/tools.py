"""Tools of the system that other programs are reached through."""

import subprocess
from collections.abc import Mapping, Sequence

from jihwa.io.outlets.outlet import OutletError

PATIENCE_S = 5.0
"""How long a tool may take."""

Environment = Mapping[str, str]


def run(command: Sequence[str], given: bytes = b"") -> None:
    """Run a tool.

    Raises:
        OutletError: It failed, or does not answer.
    """
    try:
        done = subprocess.run(  # noqa: S603  # a list of words, no shell
            command,
            input=given,
            stdout=subprocess.DEVNULL,  # what stays to serve a clipboard would keep a pipe open
            stderr=subprocess.DEVNULL,
            timeout=PATIENCE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _failed(command[0], str(error)) from error
    if done.returncode:
        raise _failed(command[0], str(done.returncode))


def _failed(tool: str, why: str) -> OutletError:
    return OutletError(
        ko=f"{tool} 실패 ({why}). 글은 jihwa에 남아 있습니다. `jihwa doctor`로 살펴보세요.",
        en=f"{tool} has failed ({why}). The text is safe in jihwa. See `jihwa doctor`.",
    )
