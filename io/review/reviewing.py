"""What `jihwa transcribe` shows of a transcript besides its text: errors, and a page to look at."""

import argparse
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from jihwa.composer.comparison import TextComparison
from jihwa.data.alphabet import Alphabet
from jihwa.data.frames import Frames
from jihwa.data.messages import Language, Message, UsageError
from jihwa.io import comparisons
from jihwa.io import options as shared
from jihwa.io.engine import Engine
from jihwa.io.language import speaker
from jihwa.io.review.page import write_page
from jihwa.io.review.session import ReviewedSession, Watch
from jihwa.io.writers import Document


def add_review(parser: argparse.ArgumentParser, language: Language) -> None:
    """`--compare` and `--html`."""
    say = speaker(language)
    parser.add_argument(
        "--compare",
        type=Path,
        metavar="TRUTH",
        help=say(
            "정답과 견주기: 글(.txt)이나 simulate가 쓴 .json, 또는 녹화와 이름이 같은 정답이 든 "
            "폴더. 결과는 표준 오류와 json에",
            "compare with the truth: a text (.txt), the .json of simulate, or a folder of them "
            "named like the recordings; the result goes to stderr and into json",
        ),
    )
    parser.add_argument(
        "--html",
        type=Path,
        metavar="DIR",
        help=say(
            "녹화마다 브라우저로 볼 페이지를 둘 폴더",
            "folder for a page of every recording, to look at in a browser",
        ),
    )


class Review:
    """Looks at every transcript as the user asked.

    Args:
        options: With `paths`, `compare` and `html`.
        engine: What reads the recordings.
        language: Of the pages and of what is told.

    Raises:
        UsageError: There is no such truth, or a page cannot go there.
    """

    def __init__(self, options: argparse.Namespace, engine: Engine, language: Language) -> None:
        self._where: Path | None = options.compare
        self._folder: Path | None = options.html and shared.output_folder(options.html, "--html")
        self._alphabet = engine.recognizer.alphabet
        self._language = language
        self._compared: dict[str, TextComparison] = {}
        self._complete = True
        if self._where:
            comparisons.check_truth(self._where, len(options.paths))
        if self._folder:
            _check_names(self._folder, options.paths)
        self._watch = Watch() if self._folder else None
        if self._watch:
            engine.attach(self._watch)

    def follow(self, source: Iterable[Frames]) -> Iterable[Frames]:
        """The signal of the next recording, which is kept if a page is made of it."""
        return self._watch.follow(source) if self._watch else source

    def of(self, recording: Path, document: Document) -> Document:
        """The document with what was found; its page is written.

        Raises:
            OSError: The page cannot be written.
        """
        if self._where:
            document = compared(document, self._where, recording, self._alphabet, self._language)
            if document.comparison:
                self._compared[document.source] = document.comparison
            else:
                self._complete = False
        if self._folder and self._watch:
            session = ReviewedSession.of(document, self._watch, self._alphabet)
            self._folder.mkdir(parents=True, exist_ok=True)
            write_page(session, page_path(self._folder, recording), self._language)
        return document

    def finish(self) -> bool:
        """Tell of all comparisons; whether there was one wherever it was asked for."""
        for line in comparisons.report(self._compared, self._language):
            print(line, file=sys.stderr)
        return self._complete


def compared(
    document: Document, where: Path, recording: Path, alphabet: Alphabet, language: Language
) -> Document:
    """The document with its text beside the truth, or with a warning why that cannot be."""
    found = comparisons.compare(document.transcript, where, recording, alphabet)
    if isinstance(found, Message):
        return replace(document, warnings=(*document.warnings, found.text(language)))
    return replace(document, comparison=found)


def page_path(folder: Path, recording: Path) -> Path:
    """Where the page of a recording goes."""
    return folder / f"{'stdin' if recording == Path('-') else recording.stem}.html"


def _check_names(folder: Path, recordings: Iterable[Path]) -> None:
    taken: set[Path] = {recording.resolve() for recording in recordings}
    for recording in recordings:
        path = page_path(folder, recording)
        if path.resolve() in taken:
            raise UsageError(
                ko=f"{path}: 다른 페이지나 녹화를 덮어쓰게 됩니다. 이름이 같은 녹화는 따로 옮겨 "
                "쓰세요.",
                en=f"{path}: this would overwrite another page or a recording. Transcribe "
                "recordings of the same name apart.",
            )
        taken.add(path.resolve())
