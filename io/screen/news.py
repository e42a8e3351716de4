"""What the user was told lately: old news goes away by itself."""

from jihwa.data.messages import Message

TOLD_S = 15.0
"""How long a notice is shown."""


class News:
    """Remembers since when each notice is shown."""

    def __init__(self) -> None:
        self._since: list[tuple[Message, float]] = []

    def current(self, notices: tuple[Message, ...], now_s: float) -> tuple[Message, ...]:
        """Those notices that are still news, newest last.

        Args:
            notices: All that are kept. One that is told again is another object.
            now_s: Now, on a monotonic clock.
        """
        known = {id(notice): since_s for notice, since_s in self._since}
        self._since = [(notice, known.get(id(notice), now_s)) for notice in notices]
        return tuple(notice for notice, since_s in self._since if now_s - since_s < TOLD_S)
