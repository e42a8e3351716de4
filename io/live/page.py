"""The page: the text of a session, of which the composer may know only the end."""

import math
import time
from collections.abc import Container
from dataclasses import replace

from jihwa.composer.composer import Composer
from jihwa.composer.text.edits import TextEdit
from jihwa.composer.text.transcript import Update
from jihwa.io.live.state import Page

DOUBTFUL = 0.3
"""A word of less confidence is not relied on."""
RESTS_S = 0.7
"""A text that has not changed for so long rests."""
CONTEXT_CHARACTERS = 200
"""How much of an older text tells the composer what to expect."""


class LivePage:
    """Follows the text by its updates, and what of it is being chosen anew.

    Args:
        text: What stands there already.
    """

    def __init__(self, text: str = "") -> None:
        self._page = Page(committed=text)
        self._changed_s = -math.inf  # when the text changed last, on `time.monotonic()`
        self._fresh = False  # whether words and candidates are of this text

    @property
    def text(self) -> str:
        """What is committed."""
        return self._page.committed

    @property
    def doubtful(self) -> Container[str]:
        """Words that are not to be relied on, as far as that was looked at."""
        return {word.text for word in self._page.words if word.confidence < DOUBTFUL}

    @property
    def context(self) -> str:
        """The end of the text, which says what to expect behind it."""
        return self.text[-CONTEXT_CHARACTERS:]

    def follow(self, update: Update) -> None:
        """The text has changed."""
        committed = TextEdit(update.withdrawn, update.committed).apply(self.text)
        self._page = replace(
            self._page, committed=committed, preedit=update.preedit, selected=None, candidates=()
        )
        self._fresh = False
        self._changed_s = time.monotonic()

    def renew(self) -> None:
        """The composer knows less of the text than before."""
        self._page = Page(committed=self.text, preedit=self._page.preedit)
        self._fresh = False

    def select(self, word: int | None) -> None:
        """Choose a word among those that the page shows; None for none."""
        if word is None or 0 <= word < len(self._page.words):
            self._page = replace(self._page, selected=word, candidates=())
            self._fresh = False

    def show(self, composer: Composer) -> Page:
        """The page as it is now, its words known but not what else they may be."""
        if not self._fresh:
            words = composer.words()
            self._page = replace(self._page, words=words)
            self._fresh = True
        return self._page

    def look_up(self, composer: Composer) -> bool:
        """Find out what the selected word, or else the last one, may be; whether that was new.

        It takes tens of milliseconds: a moment in which nothing else waits is a good one. What the
        last word may be can wait until the text rests; a word that was selected cannot.
        """
        page = self.show(composer)
        settling = page.selected is None and time.monotonic() - self._changed_s < RESTS_S
        if page.candidates or not page.words or settling:
            return False
        word = len(page.words) - 1 if page.selected is None else page.selected
        self._page = replace(page, candidates=composer.candidates(word))
        return True
