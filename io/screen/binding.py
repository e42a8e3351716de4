"""What a key is: how it is called, where it does what, and how the user is told."""

from collections.abc import Callable
from dataclasses import dataclass

from jihwa.data.messages import Message
from jihwa.io.screen.controls import Controls
from jihwa.io.screen.view import Place


@dataclass(frozen=True, slots=True)
class Binding:
    """Something that keys do.

    Attributes:
        shown: The keys as the user knows them.
        keys: The same as prompt-toolkit does; each alone does it.
        places: Where they do it.
        does: What they do.
        act: Does it, given what the key stands for.
        short: The same in a word, for the line of keys; None to leave it out there.
    """

    shown: str
    keys: tuple[tuple[str, ...], ...]
    places: frozenset[Place]
    does: Message
    act: Callable[[Controls, str], None]
    short: Message | None = None


def function_key(number: int, letter: str) -> tuple[str, tuple[tuple[str, ...], ...]]:
    """A function key, and Alt with a letter for the same."""
    return f"F{number}, Alt-{letter.upper()}", ((f"f{number}",), ("escape", letter))
