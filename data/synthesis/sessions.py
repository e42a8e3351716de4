"""Spelled sessions on disk: a recording as the glove sends it, and what was spelled beside it.

The truth about `monday.csv` is in `monday.json` or, where only the text is known, in `monday.txt`.
"""

import json
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from jihwa.data.alphabet import Alphabet
from jihwa.data.files import decoded, write_whole
from jihwa.data.formats.compressed import plain_name
from jihwa.data.formats.readers import Recording
from jihwa.data.formats.writers import write_recording
from jihwa.data.messages import DataError, Message, UsageError
from jihwa.data.signal.frames import Interval
from jihwa.data.synthesis.spelling import SpelledSession, SpelledSign, spell_words
from jihwa.data.takes.sequences import unpacked

_SUFFIXES = (".json", ".txt")
_SLACK_S = 0.1
"""A recording may begin or end so much later or earlier than its first or last letter."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What was really spelled.

    Attributes:
        text: NFC, single spaces between words.
        signs: The letters and when they were held; None where only the text is known.
        pauses: When the hand was still without showing a letter, as far as somebody knows.
        speed: One of `jihwa.data.synthesis.pace.PACES`, or whatever else it is called; None where
            nobody knows.
        takes: Name and `marks` of the labelled session that it was assembled of, if it was.
    """

    text: str
    signs: tuple[SpelledSign, ...] | None = None
    pauses: tuple[Interval, ...] = ()
    speed: str | None = None
    takes: Mapping[str, str] = field(default_factory=dict)

    def misfit(self, alphabet: Alphabet, duration_s: float) -> Message | None:
        """Why this cannot be all that was held in a recording; None if it can.

        Args:
            alphabet: The signs that there are.
            duration_s: How long the recording is.
        """
        if not self.signs:
            return Message(
                ko="정답에 글자마다 쥐고 있던 때(signs)가 없습니다.",
                en="the truth does not say when letters were held (signs).",
            )
        spelled = self._spelled(alphabet)
        if spelled != [held.sign for held in self.signs]:
            return Message(
                ko=f"정답의 signs가 그 글 '{self.text}'을(를) 이 모델의 글자표로 쓴 것과 다릅니다.",
                en=f"the signs of the truth do not spell its text '{self.text}' in the alphabet "
                "of the model.",
            )
        times_s = [time_s for held in self.signs for time_s in (held.start_s, held.end_s)]
        inside = times_s[0] >= -_SLACK_S and times_s[-1] <= duration_s + _SLACK_S
        if not inside or any(not before <= after for before, after in pairwise(times_s)):
            return Message(
                ko=f"정답의 때가 녹화({duration_s:.1f}초)를 벗어나거나 차례가 아닙니다.",
                en=f"the times of the truth are not in order, or beyond the recording's "
                f"{duration_s:.1f} s.",
            )
        return None

    def _spelled(self, alphabet: Alphabet) -> list[str] | None:
        try:
            return [sign for word in spell_words(self.text, alphabet) for sign in word]
        except UsageError:
            return None


def write_session(
    path: Path,
    session: SpelledSession,
    *,
    speed: str | None = None,
    takes: Mapping[str, str] | None = None,
) -> None:
    """Write a recording to `path` and its truth to the `.json` file beside it.

    Args:
        path: Where.
        session: The recording and the truth.
        speed: What its pace is called, if anything.
        takes: Name and `marks` of the labelled session that it was assembled of, if it was.

    Raises:
        UsageError: `path` itself ends in `.json`.
    """
    truth_path = path.with_suffix(".json")
    if truth_path == path:
        raise UsageError(
            ko=f"{path}: 이 자리에는 정답이 놓입니다. 녹화는 .csv로 끝나는 이름으로 두세요.",
            en=f"{path}: the truth goes there. Give the recording a name that ends in .csv.",
        )
    write_recording(path, session.frames)
    signs = [
        {**asdict(sign), "start_s": round(sign.start_s, 3), "end_s": round(sign.end_s, 3)}
        for sign in session.signs
    ]
    about = {name: value for name, value in (("speed", speed), ("takes", takes)) if value}
    pauses = [[round(start_s, 3), round(end_s, 3)] for start_s, end_s in session.pauses]
    truth = {"text": session.text, **about, "signs": signs, "pauses": pauses}
    text = json.dumps(truth, ensure_ascii=False, indent=1)
    write_whole(truth_path, f"{text}\n".encode())


def read_session(path: Path) -> SpelledSession:
    """Read a recording and the truth beside it.

    Raises:
        UsageError: There is no such recording.
        DataError: The recording or its truth cannot be read.
    """
    truth_path = path.with_suffix(".json")
    frames, truth = Recording(path).frames(), read_truth(truth_path)
    if truth.signs is None:
        raise DataError(
            ko=f"{truth_path}: 정답에 signs가 없습니다. text와 signs가 있는 JSON이어야 합니다.",
            en=f"{truth_path}: the truth has no signs. It must be JSON with text and signs.",
        )
    return SpelledSession(truth.text, frames, truth.signs, truth.pauses)


def read_truth(path: Path) -> Truth:
    """Read the truth about one recording.

    Args:
        path: JSON with `text` and perhaps `signs`, or else a plain text.

    Raises:
        DataError: It cannot be read, or holds no text.
    """
    try:
        content = decoded(path.read_bytes())
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


def find_truth(where: Path, recording: Path) -> Truth | None:
    """The truth about a recording; None where a folder holds none.

    Args:
        where: Its file, or a folder with a file of the recording's name, in the recording's own
            folders below it or at its top.
        recording: The recording.

    Raises:
        DataError: It cannot be read.
    """
    if not where.is_dir():
        return read_truth(where)
    parents = [part for part in recording.parent.parts if part not in (recording.anchor, "..")]
    for depth in range(len(parents), -1, -1):
        folder = where.joinpath(*parents[len(parents) - depth :])
        for name in _names(recording):
            if (path := folder / name).is_file() and not path.samefile(recording):
                return read_truth(path)
    return None


def _names(recording: Path) -> Iterator[str]:
    """What the truth may be called, however the file system writes Hangul."""
    stem = plain_name(recording.name)
    stem = stem.removesuffix(Path(stem).suffix)
    for suffix in _SUFFIXES:
        for form in ("NFC", "NFD"):
            yield unicodedata.normalize(form, stem) + suffix


def _of_json(content: str) -> Truth:
    """The truth in JSON; of every sign what else it may hold is left out."""
    truth: Any = json.loads(content)
    signs = truth.get("signs")
    held = (
        SpelledSign(str(sign["sign"]), float(sign["start_s"]), float(sign["end_s"]))
        for sign in signs or ()
    )
    takes, speed = truth.get("takes"), truth.get("speed")
    marked = dict(takes) if isinstance(takes, dict) else {}  # once it was a name alone
    for packed in marked.values():
        unpacked(packed)
    return Truth(
        text=_tidy(truth["text"]),
        signs=None if signs is None else tuple(held),
        pauses=tuple((float(start_s), float(end_s)) for start_s, end_s in truth.get("pauses", ())),
        speed=None if speed is None else str(speed),
        takes=marked,
    )


def _tidy(text: str) -> str:
    return unicodedata.normalize("NFC", " ".join(text.split()))
