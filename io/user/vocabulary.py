"""The user's own words on disk: the list that they edit, and the history of what they typed.

Each wearer with a profile has both beside those of everybody; a profile that is None is everybody.
Every change reads the file anew and replaces it as a whole while no other program does, so that
several may learn at once.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

from jihwa.composer.language.history import History, parse, serialise
from jihwa.composer.language.word_list import WordList, shown
from jihwa.data.messages import DataError, Message, UsageError
from jihwa.io.user import profiles, storage


def list_path(profile: str | None = None) -> Path:
    """The word list, which may not exist yet."""
    return profiles.file_of("words", profile)


def history_path(profile: str | None = None) -> Path:
    """The history, which may not exist yet."""
    return profiles.file_of("history", profile)


def word_list(profile: str | None = None) -> tuple[WordList, Message | None]:
    """The word list, and which of its lines cannot be used.

    Raises:
        OSError: It cannot be read.
    """
    path = list_path(profile)
    words = WordList.from_bytes(storage.content(path))
    return words, words.warning(str(path))


def history(profile: str | None = None) -> tuple[History, Message | None]:
    """What the user typed before, and what of it cannot be used, which may be all.

    Raises:
        OSError: It cannot be read.
    """
    try:
        return _stored_history(profile)
    except DataError as error:
        return History(), error.message


def add(words: Iterable[str], profile: str | None = None) -> list[str]:
    """Add normalised words to the list; returns those that were not there.

    Raises:
        OSError: It cannot be read or written.
    """
    path = list_path(profile)
    with storage.locked(path):
        old, _ = word_list(profile)
        new = [word for word in dict.fromkeys(words) if word not in old.words]
        storage.keep(path, old.with_words(new).to_bytes())
    return new


def remove(words: Iterable[str], profile: str | None = None) -> None:
    """Remove normalised words from the list.

    Raises:
        UsageError: One is not there; the list stays as it is.
        OSError: It cannot be read or written.
    """
    path = list_path(profile)
    with storage.locked(path):
        old, _ = word_list(profile)
        for word in words:
            if word not in old.words:
                raise UsageError(
                    ko=f"{path}: {shown(word)}은(는) 없습니다. 있는 낱말은 "
                    "`jihwa lm list`로 보세요.",
                    en=f"{path}: {shown(word)} is not in it. See what is there with "
                    "`jihwa lm list`.",
                )
        storage.keep(path, old.without(words).to_bytes())


def learn(text: str, profile: str | None = None) -> None:
    """Let the history learn a text that the user typed.

    Raises:
        DataError: The file is no history, or one of another version; it is left alone.
        OSError: It cannot be read or written.
    """
    _change_history(lambda history: history.with_text(text), profile)


def learn_choice(text: str, profile: str | None = None) -> None:
    """Let the history learn what the user chose among candidates.

    Raises:
        DataError: The file is no history, or one of another version; it is left alone.
        OSError: It cannot be read or written.
    """
    _change_history(lambda history: history.with_choice(text), profile)


def forget(words: Iterable[str], profile: str | None = None) -> int:
    """Let the history forget normalised words, with josa and without; returns how many.

    Raises:
        DataError: The file is no history, or one of another version.
        OSError: It cannot be read or written.
    """
    old, new = _change_history(lambda history: history.without(words), profile)
    return len(old.counts) - len(new.counts)


def wipe(profile: str | None = None) -> None:
    """Let the history forget everything, whatever the file holds.

    Raises:
        OSError: It cannot be removed.
    """
    path = history_path(profile)
    with storage.locked(path):
        path.unlink(missing_ok=True)


def _change_history(
    change: Callable[[History], History], profile: str | None
) -> tuple[History, History]:
    """The history before and after a change."""
    path = history_path(profile)
    with storage.locked(path):
        old, _ = _stored_history(profile)
        new = change(old)
        if new != old:
            storage.keep(path, serialise(new))
    return old, new


def _stored_history(profile: str | None) -> tuple[History, Message | None]:
    path = history_path(profile)
    return parse(storage.content(path), str(path))
