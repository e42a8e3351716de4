"""The snapshots of a session as numbered events, and what every reader still has to get.

All of it belongs to the loop of the server.
"""

import asyncio
import json
import secrets
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from jihwa.composer.text.transcript import Candidate, Completion, TextEdit
from jihwa.io.live.state import LiveState, TextState
from jihwa.io.writers.plain import candidate_content, word_content

MOST_WAITING = 64
"""A reader who is behind by more events gets the whole state instead."""

Event = dict[str, Any]


class Feed:
    """What is seen of a session, from one change to the next.

    Every event but `candidates`, which belongs to the text before it, has a number of its own.

    Args:
        state: The session as it is.

    Attributes:
        n_readers: How many read.
    """

    def __init__(self, state: LiveState) -> None:
        self._state, self._words, self._number = state, _words(state.text), 0
        self._session = secrets.token_hex(8)
        self._mailboxes: set[Mailbox] = set()

    @property
    def n_readers(self) -> int:
        """How many readers are connected."""
        return len(self._mailboxes)

    def whole(self, *, with_words: bool) -> Event:
        """The state with the number of the last event in it.

        Args:
            with_words: Whether words are told too, and what they may be or become.
        """
        written = self._state.text
        told: Event = {"type": "state", "session": self._session, "seq": self._number}
        told |= {
            "committed": written.committed,
            "preedit": written.preedit,
            **_connection(self._state),
        }
        return told | self._words if with_words else told

    def follow(self, state: LiveState) -> None:
        """Tell all readers how the session has changed."""
        before, self._state = self._state, state
        if edit := TextEdit.between(before.text.committed, state.text.committed):
            preedit = state.text.preedit
            self._tell("commit", delete=edit.delete, insert=edit.insert, preedit=preedit)
        elif before.text.preedit != state.text.preedit:
            self._tell("preedit", preedit=state.text.preedit)
        if (told := _connection(state)) != _connection(before):
            self._tell("connection", **told)
        if (words := _words(state.text)) != self._words:
            self._words = words
            message = _json({"type": "candidates", "seq": self._number, **words})
            for mailbox in self._mailboxes:
                if mailbox.with_words:
                    mailbox.put(message)

    def end(self) -> None:
        """Let all readers get what they still have to get, and then nothing more."""
        for mailbox in self._mailboxes:
            mailbox.put("")

    def remind(self) -> None:
        """Tell all readers that nothing has happened, so that they know that they are connected."""
        message = _json({"type": "alive", "seq": self._number})
        for mailbox in self._mailboxes:
            mailbox.put(message)

    @contextmanager
    def reader(self, *, with_words: bool) -> Iterator["Mailbox"]:
        """Within this, somebody reads.

        Args:
            with_words: Whether words are told too, and what they may be or become.
        """
        mailbox = Mailbox(self, with_words=with_words)
        self._mailboxes.add(mailbox)
        try:
            yield mailbox
        finally:
            self._mailboxes.remove(mailbox)

    def _tell(self, kind: str, **event: object) -> None:
        self._number += 1
        message = _json({"type": kind, "seq": self._number, **event})
        for mailbox in self._mailboxes:
            mailbox.put(message)


class Mailbox:
    """What one reader still has to get: the events since the last, or the whole state.

    Args:
        feed: What is read.
        with_words: Whether words are told too, and what they may be or become.
    """

    def __init__(self, feed: Feed, *, with_words: bool) -> None:
        self.with_words = with_words
        self._feed, self._waiting = feed, deque[str]()
        self._is_behind = True
        self._news = asyncio.Event()
        self._news.set()

    def put(self, message: str) -> None:
        """One event more, or an empty one as the last; it never waits."""
        if len(self._waiting) >= MOST_WAITING:
            self._is_behind = True
        if self._is_behind and message:  # the whole state will have it
            self._waiting.clear()
        else:
            self._waiting.append(message)
        self._news.set()

    async def take(self) -> str:
        """The next message, when there is one; empty when there is none to come."""
        while not (self._is_behind or self._waiting):
            self._news.clear()
            await self._news.wait()
        if self._is_behind:
            self._is_behind = False
            return _json(self._feed.whole(with_words=self.with_words))
        return self._waiting.popleft()


def _connection(state: LiveState) -> Event:
    link = state.connection.link.name.lower()
    return {"link": link, "ready": state.ready, "paused": state.paused}


def _words(written: TextState) -> Event:
    return {
        "words": list(map(word_content, written.words)),
        "selected": written.selected,
        "candidates": list(map(candidate_content, written.candidates)),
        "completions": list(map(_completion, written.completions)),
    }


def _completion(offered: Completion) -> Event:
    candidate = Candidate(offered.text, offered.log_prob)
    return {"word": offered.word, **candidate_content(candidate)}


def _json(event: Event) -> str:
    return json.dumps(event, ensure_ascii=False, allow_nan=False)
