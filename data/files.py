"""Files that are never seen half written, and what users are told of those that cannot be read."""

import codecs
import gzip
import os
import secrets
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from jihwa.data.messages import DataError, JihwaError, Message, UsageError

SUFFIX = ".part"
"""Of files that are being written, which are hidden; one that stays is of a killed program."""
_SPACE = b" \t\r\n"
_KNOWN_BY = 32
"""Characters of its name that such a file begins with; a long name must not become too long."""


def is_litter(name: str) -> bool:
    """Whether macOS (`._…`) or an office that has a file open (`~$…`) has left this file there."""
    return name.startswith(("._", "~$"))


def is_hidden(name: str) -> bool:
    """Whether a file or folder is not for users to see."""
    return name.startswith(".") or is_litter(name)


class OtherVersionError(ValueError):
    """A file's format has a version that this program does not read.

    Attributes:
        found: That version.
        expected: The one that is read.
    """

    def __init__(self, found: object, expected: object) -> None:
        super().__init__(found, expected)
        self.found, self.expected = found, expected


class DamagedError(ValueError):
    """A file is cut short or was changed since it was written."""


@dataclass(frozen=True, slots=True)
class FileKind:
    """What users are told when a file of one kind cannot be read: a ladder, one rung an error.

    In every message `{file}` stands for the file and `{error}` for the exception, whose attributes
    it may ask for: a missing file gives `{error.strerror}`, another version `{error.found}`.

    Attributes:
        other_kind: It is something else (`KeyError`, `TypeError`, `ValueError`).
        other_version: It is of this kind and another version (`OtherVersionError`).
        damaged: It is cut short or was changed (`DamagedError`).
        unopened: It is missing, a folder, or not for the user to read (`OSError`); None where
            whoever opens such files says so.
    """

    other_kind: Message
    other_version: Message
    damaged: Message
    unopened: Message | None = None

    @contextmanager
    def reading(self, file: object) -> Iterator[None]:
        """Within this, what goes wrong is told as an error of jihwa.

        Args:
            file: What messages call it.

        Raises:
            UsageError: It cannot be opened.
            DataError: It is of another kind or version, cut short or damaged.
        """
        told: type[JihwaError] = DataError
        failure: Exception
        try:
            yield
        except OSError as error:
            if self.unopened is None:
                raise
            failure, message, told = error, self.unopened, UsageError
        except OtherVersionError as error:
            failure, message = error, self.other_version
        except DamagedError as error:
            failure, message = error, self.damaged
        except (KeyError, TypeError, ValueError) as error:
            failure, message = error, self.other_kind
        else:
            return
        texts = (text.format(file=file, error=failure) for text in (message.ko, message.en))
        raise told(*texts) from failure


@contextmanager
def unfinished(path: Path, mode: int = 0o666) -> Iterator[Path]:
    """A file to write, which takes the place of `path` when it is left without an error.

    Several programs may write the same file: one of them wins as a whole. What is no regular file
    (a pipe, a device) is written as it is.

    Args:
        path: The file.
        mode: Who may read and write it, before the umask; 0o600 is for the user alone.

    Raises:
        OSError: It cannot be written; nothing is left behind.
    """
    if path.exists() and not path.is_file():
        yield path
        return
    beside = path.with_name(f".{path.name[:_KNOWN_BY]}.{secrets.token_hex(4)}{SUFFIX}")
    try:
        beside.touch(mode)
        yield beside
        beside.replace(path)
    except OSError as error:
        error.filename = os.fspath(path)  # a full disk names no file
        raise
    finally:
        with suppress(OSError):
            beside.unlink()  # there is none if all went well


def write_whole(path: Path, content: bytes, mode: int = 0o666) -> None:
    """Write a file at once: readers find the old file or the whole new one.

    Args:
        path: The file.
        content: All of it.
        mode: As `unfinished` has it.

    Raises:
        OSError: It cannot be written; nothing is left behind.
    """
    with unfinished(path, mode) as file:
        file.write_bytes(content)


def decoded(content: bytes) -> str:
    """A text of UTF-8, or of UTF-16 or cp949, in which Windows saves Korean.

    UTF-16 is known by its mark or its zero bytes, cp949 by being nothing else; bytes that are none
    of them become U+FFFD.
    """
    if encoding := utf_16(content):
        return content.decode(encoding, errors="replace")
    for encoding in ("utf-8-sig", "cp949"):
        with suppress(UnicodeDecodeError):
            return content.decode(encoding)
    return content.decode("utf-8-sig", errors="replace")


def utf_16(content: bytes) -> str | None:
    """The UTF-16 that a text is in; None if it is not.

    Without a mark its spaces and line ends tell it, of whose two bytes one is zero.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" not in content:
        return None
    for first, second in zip(content[::2], content[1::2], strict=False):
        if first in _SPACE and not second:
            return "utf-16-le"
        if second in _SPACE and not first:
            return "utf-16-be"
    return None


def read_text(path: Path) -> str:
    """Read a text as `decoded` does, plain or gzip-compressed (`.gz`).

    Raises:
        UsageError: The file cannot be read or is no gzip file in spite of its name.
    """
    try:
        content = path.read_bytes()
        if path.suffix == ".gz":
            content = gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        why = (isinstance(error, OSError) and error.strerror) or error
        raise UsageError(
            ko=f"{path}: 글 파일을 읽을 수 없습니다 ({why}). 경로와 압축 형식을 확인하세요.",
            en=f"{path}: the text cannot be read ({why}). Check the path and the compression.",
        ) from error
    return decoded(content)
