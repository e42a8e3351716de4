"""The user's own words on disk: the list that they edit, and the history of what they typed.

Every change reads the file anew and replaces it as a whole while no other program does, so that
several may learn at once.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

from jihwa.composer.language.history import History, parse, serialise
from jihwa.composer.language.word_list import WordList, shown
from jihwa.data.messages import DataError, Message, UsageError
from jihwa.io.user import storage


def list_path() -> Path:
    """The user's word list, which may not exist yet."""
    return storage.folder() / "words.txt"


def history_path() -> Path:
    """The history, which may not exist yet."""
    return storage.folder() / "history.txt"


def word_list() -> tuple[WordList, Message | None]:
    """The user's word list, and which of its lines cannot be used.

    Raises:
        OSError: It cannot be read.
    """
    words = WordList.from_bytes(storage.content(list_path()))
    return words, words.warning(str(list_path()))


def history() -> tuple[History, Message | None]:
    """What the user typed before, and what of it cannot be used, which may be all.

    Raises:
        OSError: It cannot be read.
    """
    try:
        return _stored_history()
    except DataError as error:
        return History(), error.message


def add(words: Iterable[str]) -> list[str]:
    """Add normalised words to the list; returns those that were not there.

    Raises:
        OSError: It cannot be read or written.
    """
    with storage.locked(list_path()):
        old, _ = word_list()
        new = [word for word in dict.fromkeys(words) if word not in old.words]
        storage.keep(list_path(), old.with_words(new).to_bytes())
    return new


def remove(words: Iterable[str]) -> None:
    """Remove normalised words from the list.

    Raises:
        UsageError: One is not there; the list stays as it is.
        OSError: It cannot be read or written.
    """
    with storage.locked(list_path()):
        old, _ = word_list()
        for word in words:
            if word not in old.words:
                raise UsageError(
                    ko=f"{list_path()}: {shown(word)}은(는) 없습니다. 있는 낱말은 "
                    "`jihwa lm list`로 보세요.",
                    en=f"{list_path()}: {shown(word)} is not in it. See what is there with "
                    "`jihwa lm list`.",
                )
        storage.keep(list_path(), old.without(words).to_bytes())


def learn(text: str) -> None:
    """Let the history learn a text that the user typed.

    Raises:
        DataError: The file is no history, or one of another version; it is left alone.
        OSError: It cannot be read or written.
    """
    _change_history(lambda history: history.with_text(text))


def learn_choice(text: str) -> None:
    """Let the history learn what the user chose among candidates.

    Raises:
        DataError: The file is no history, or one of another version; it is left alone.
        OSError: It cannot be read or written.
    """
    _change_history(lambda history: history.with_choice(text))


def forget(words: Iterable[str]) -> int:
    """Let the history forget normalised words, with josa and without; returns how many.

    Raises:
        DataError: The file is no history, or one of another version.
        OSError: It cannot be read or written.
    """
    old, new = _change_history(lambda history: history.without(words))
    return len(old.counts) - len(new.counts)


def wipe() -> None:
    """Let the history forget everything, whatever the file holds.

    Raises:
        OSError: It cannot be removed.
    """
    with storage.locked(history_path()):
        history_path().unlink(missing_ok=True)


def _change_history(change: Callable[[History], History]) -> tuple[History, History]:
    """The history before and after a change."""
    with storage.locked(history_path()):
        old, _ = _stored_history()
        new = change(old)
        if new != old:
            storage.keep(history_path(), serialise(new))
    return old, new


def _stored_history() -> tuple[History, Message | None]:
    return parse(storage.content(history_path()), str(history_path()))
