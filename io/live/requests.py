"""Requests: what a user asks for waits its turn in a queue, and who asks does not wait."""

from collections.abc import Callable
from functools import partial, wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar


class _HasQueue(Protocol):
    """What requests can be made of."""

    @property
    def then(self) -> Callable[[Callable[[], None]], None]:
        """Takes what shall be done behind all that waits."""


_Asked = TypeVar("_Asked", bound=_HasQueue)
_Given = ParamSpec("_Given")


def request(
    method: Callable[Concatenate[_Asked, _Given], None],
) -> Callable[Concatenate[_Asked, _Given], None]:
    """A method that may be called from any thread: it waits its turn, and its caller does not."""

    @wraps(method)
    def ask(self: _Asked, /, *given: _Given.args, **named: _Given.kwargs) -> None:
        self.then(partial(method, self, *given, **named))

    return ask
