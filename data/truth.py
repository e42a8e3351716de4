"""What was really spelled: as the assembler writes it, or as a plain text."""

import json
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jihwa.data.messages import DataError
from jihwa.data.spelling import SpelledSign

_SUFFIXES = (".json", ".txt")


@dataclass(frozen=True, slots=True)
class Truth:
    """What was really spelled.

    Attributes:
        text: NFC, single spaces between words.
        signs: The letters and when they were held; None where only the text is known.
    """

    text: str
    signs: tuple[SpelledSign, ...] | None = None


def read_truth(path: Path) -> Truth:
    """Read the truth about one recording.

    Args:
        path: JSON with `text` and perhaps `signs`, or else a plain text.

    Raises:
        DataError: It cannot be read, or holds no text.
    """
    try:
        content = path.read_bytes().decode("utf-8-sig")
        truth = _of_json(content) if path.suffix.lower() == ".json" else Truth(_tidy(content))
        if not truth.text:
            raise ValueError("no text")
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise DataError(
            ko=f"{path}: 정답을 읽을 수 없습니다 ({error}). UTF-8 글이거나, text와 signs가 있는 "
            "JSON이어야 합니다.",
            en=f"{path}: cannot read the truth ({error}). It must be a UTF-8 text, or JSON with "
            "text and signs.",
        ) from error
    return truth


def find_truth(where: Path, recording: Path) -> Path | None:
    """The file with the truth about a recording.

    Args:
        where: That very file, or a folder with a file of the recording's name, in the recording's
            own folders below it or at its top.
        recording: The recording.
    """
    if not where.is_dir():
        return where
    parents = [part for part in recording.parent.parts if part not in (recording.anchor, "..")]
    for depth in range(len(parents), -1, -1):
        folder = where.joinpath(*parents[len(parents) - depth :])
        for name in _names(recording):
            if (path := folder / name).is_file() and not path.samefile(recording):
                return path
    return None


def _names(recording: Path) -> Iterator[str]:
    """What the truth may be called, however the file system writes Hangul."""
    stem = recording.name.removesuffix(".gz")
    stem = stem.removesuffix(Path(stem).suffix)
    for suffix in _SUFFIXES:
        for form in ("NFC", "NFD"):
            yield unicodedata.normalize(form, stem) + suffix


def _of_json(content: str) -> Truth:
    """The truth in JSON; of every sign what else it may hold is left out."""
    truth: Any = json.loads(content)
    signs = truth.get("signs")
    if signs is None:
        return Truth(_tidy(truth["text"]))
    held = (
        SpelledSign(str(sign["sign"]), float(sign["start_s"]), float(sign["end_s"]))
        for sign in signs
    )
    return Truth(_tidy(truth["text"]), tuple(held))


def _tidy(text: str) -> str:
    return unicodedata.normalize("NFC", " ".join(text.split()))
