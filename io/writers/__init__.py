"""Transcripts and what they were read from come in, files of one of `FORMATS` go out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TextIO

from jihwa.io.writers.annotation import write_eaf, write_subtitles, write_textgrid
from jihwa.io.writers.document import Document
from jihwa.io.writers.html import write_html
from jihwa.io.writers.plain import write_csv, write_json, write_text


@dataclass(frozen=True, slots=True)
class Format:
    """One format.

    Attributes:
        write: Writes one document.
        ending: Of its files.
        joins: Whether several documents may stand one behind the other.
        shows_signal: Whether it needs the document's signal.
    """

    write: Callable[[Document, TextIO], None]
    ending: str
    joins: bool = False
    shows_signal: bool = False


FORMATS: Mapping[str, Format] = {
    "txt": Format(write_text, ".txt", joins=True),
    "json": Format(write_json, ".json", joins=True),
    "srt": Format(partial(write_subtitles, kind="srt"), ".srt"),
    "vtt": Format(partial(write_subtitles, kind="vtt"), ".vtt"),
    "eaf": Format(write_eaf, ".eaf"),
    "textgrid": Format(write_textgrid, ".TextGrid"),
    "csv": Format(write_csv, ".csv"),
    "html": Format(write_html, ".html", shows_signal=True),
}
"""Every format by its name."""
