"""What a session learns of its wearer while nothing else waits."""

import time
from collections import deque
from collections.abc import Callable
from typing import TypeVar

from jihwa.composer.language.token_model import Mode, TokenModel
from jihwa.composer.text.transcript import Transcript, Update
from jihwa.data.messages import JihwaError, Message
from jihwa.io.failures import explain
from jihwa.io.live.page import LivePage
from jihwa.io.live.wearer import Wearer
from jihwa.recognizer.events import Emission

SAVE_EVERY_S = 180.0

Learned = TypeVar("Learned")


class Learning:
    """Follows the text, and learns from it what is complete.

    Args:
        wearer: Who learns.
        page: The text.
        notice: Is told, once, that something cannot be kept.
    """

    def __init__(self, wearer: Wearer, page: LivePage, notice: Callable[[Message], None]) -> None:
        self._wearer, self._page, self._notice = wearer, page, notice
        self._begun = len(page.text)  # where in the text begins what was not learned yet
        self._texts: deque[str] = deque()
        self._choices: deque[str] = deque()
        self._saved_s = time.monotonic()
        self._told = False
        self._news = False  # whether the language model expects what was chosen only when read anew

    def update(self, update: Update, emission: Emission | None) -> None:
        """The text has changed; its words wait to be learned when the text is complete.

        The last one may go on after a rest, so it waits for a space.
        """
        text = self._page.text
        self._begun = min(self._begun, len(text))
        if update.complete:
            self._take(len(text.rstrip()) if text[-1:].isspace() else text.rfind(" ") + 1)

    def finish(self, transcript: Transcript) -> None:
        """Nothing more will come: learn all that waits, and keep it."""
        self._take(len(self._page.text))
        while self._texts:
            self._learn_text()
        while self._choices:
            self._learn_choice()
        self._safely(self._wearer.save)

    def choose(self, text: str) -> None:
        """A word was chosen."""
        self._choices.append(text)

    def idle(self) -> None:
        """Learn one thing, if there is any."""
        if self._texts:
            self._learn_text()
        elif self._choices:
            self._learn_choice()
        elif time.monotonic() - self._saved_s >= SAVE_EVERY_S:
            self._saved_s = time.monotonic()
            self._safely(self._wearer.save)

    def expected(self) -> tuple[TokenModel, Mode] | None:
        """The language model that expects what was chosen; None if that is no news."""
        if not self._news:
            return None
        self._news = False
        words = self._safely(self._wearer.words)
        return (words, self._wearer.mode) if words else None

    def _take(self, end: int) -> None:
        if end > self._begun:
            self._texts.append(self._page.text[self._begun : end])
            self._begun = end

    def _learn_text(self) -> None:
        doubtful = self._page.doubtful
        sure = [word for word in self._texts.popleft().split() if word not in doubtful]
        self._safely(lambda: self._wearer.learn(" ".join(sure)))

    def _learn_choice(self) -> None:
        choice = self._choices.popleft()
        self._news |= bool(self._safely(lambda: self._wearer.learn_choice(choice)))

    def _safely(self, learn: Callable[[], Learned]) -> Learned | None:
        try:
            return learn()
        except JihwaError as error:
            message = error.message
        except OSError as error:
            message = explain(error)
        if not self._told:
            self._notice(message)
        self._told = True
        return None
