"""`jihwa record`: the glove's signal into a file, or labelled takes into a data set."""

import argparse
import time
from pathlib import Path

from jihwa.data.formats.layout import Layout
from jihwa.data.formats.lines import LineParser
from jihwa.data.messages import DataError, Language, Message, UsageError
from jihwa.data.signal.monitor import SensorMonitor
from jihwa.data.takes.collection import DEFAULT_STYLE, STYLE_NAMES, STYLES
from jihwa.io.commands import live
from jihwa.io.commands.record_takes import record_takes
from jihwa.io.settings import options as shared
from jihwa.io.settings.arguments import Arguments, Command
from jihwa.io.settings.language import speaker
from jihwa.io.sources.source import Connection, Link, Received, Source
from jihwa.io.streams import warn

TAKES, TAKE_S = 10, 2.4
"""As many takes, and as long, as the public recordings have of each sign and style."""


def configure(arguments: Command) -> None:
    """Add the command's arguments."""
    arguments.path(
        "path",
        "PATH",
        "새 녹화 파일; --label이나 --guide와 함께면 데이터 폴더 (기본: takes)",
        "the new recording; with --label or --guide the folder of the data set (default: takes)",
        nargs="?",
    )
    arguments.settings("source", "layout")
    arguments.decimal(
        "--seconds",
        f"녹화 하나의 길이 (기본: 라벨 녹화 {TAKE_S}초, 파일은 Ctrl-C까지)",
        f"length of a recording (default: {TAKE_S} of a take, a file until Ctrl-C)",
        least=0.3,
        most=86_400.0,
        default=None,
        metavar="S",
    )
    _configure_takes(arguments.group("데이터 모으기", "data sets"))
    arguments.settings("model")


def _configure_takes(arguments: Arguments) -> None:
    what = arguments.either()
    what("--label", "이 지문자를 녹화", "record takes of this sign", metavar="SIGN")
    what.switch(
        "--guide", "데이터에 모자라는 것을 차례로 녹화", "go through all that the data set lacks"
    )
    language = arguments.language
    names = ", ".join(f"{style} {STYLE_NAMES[style].text(language)}" for style in STYLES)
    arguments(
        "--style",
        f"스타일: {names} (기본: {DEFAULT_STYLE}, --guide는 모두)",
        f"styles: {names} (default: {DEFAULT_STYLE}; --guide: all)",
        dest="styles",
        nargs="+",
        type=int,
        choices=STYLES,
        metavar="N",
    )
    arguments.number(
        "--takes",
        "지문자와 스타일마다 몇 번 (기본: %(default)s); --guide는 이만큼 될 때까지",
        "takes of each sign and style (default: %(default)s); --guide goes on until there are "
        "so many",
        least=1,
        default=TAKES,
    )
    arguments.switch(
        "--hands-free",
        "Enter 없이, 손을 멈출 때마다 (터미널이 아니면 언제나)",
        "take every hold without Enter (always so without a terminal)",
    )
    arguments.alphabet()


def run(options: argparse.Namespace, language: Language) -> int:
    """Record a file, or fill a data set."""
    if options.label or options.guide:
        options.seconds = options.seconds or TAKE_S
        return record_takes(options, language)
    if options.path is None or options.styles or options.hands_free:
        raise UsageError(
            ko="녹화할 파일 이름을 주거나, 데이터를 모으려면 --label이나 --guide를 주세요.",
            en="Name the file to record, or give --label or --guide to fill a data set.",
        )
    return _record_file(options, language)


def _record_file(options: argparse.Namespace, language: Language) -> int:
    """Record until the source ends, the time is over, or Ctrl-C; what came is kept in any case."""
    say, path = speaker(language), shared.output_file(options.path)
    if path.exists():
        raise UsageError(
            ko=f"{path}: 이미 있습니다. 녹화는 덮어쓰지 않습니다. 다른 이름을 주세요.",
            en=f"{path}: exists already, and recordings are not overwritten. Give another name.",
        )
    source = live.source(options)
    recorder = _Recorder(path, shared.layout(options))
    if options.seconds is None:
        say.warn("녹화합니다. Ctrl-C로 끝냅니다.", "Recording. Ctrl-C ends it.")
    try:
        trouble = _follow(source, recorder, options.seconds, language)
    except KeyboardInterrupt:
        trouble = None
    finally:
        recorder.close(time.monotonic())
    for message in recorder.warnings():
        warn(message.text(language))
    report = recorder.parser.report
    if not report.samples:
        path.unlink()
        raise trouble or DataError(
            ko=f"{path}: 표본이 하나도 오지 않아 남기지 않았습니다. 장갑을 확인하세요 "
            "(jihwa devices).",
            en=f"{path}: not kept, since no sample came. Check the glove (jihwa devices).",
        )
    n, length_s = report.samples, report.clock.elapsed_s
    say.tell(f"{path}: {length_s:.1f}초, 표본 {n}개", f"{path}: {length_s:.1f} s, {n} samples")
    return 0


class _Recorder:
    """Writes whole lines to a file as they come, and reads them to say how the signal is.

    Args:
        path: The file; it must not exist.
        layout: What lines without a header mean; None if they mean nothing.

    Attributes:
        parser: Knows how much came, and how damaged.

    Raises:
        FileExistsError: It exists.
        OSError: It cannot be written.
    """

    def __init__(self, path: Path, layout: Layout | None) -> None:
        self._file = path.open("xb", buffering=0)
        self.parser = LineParser(layout, self._write)
        self._sensors = SensorMonitor()

    def feed(self, data: bytes, at_s: float) -> None:
        """Write the lines that these bytes complete.

        Args:
            data: Bytes as they came.
            at_s: When, on `time.monotonic()`.

        Raises:
            OSError: They cannot be written.
        """
        self._sensors.feed(self.parser.feed(data, at_s))

    def close(self, at_s: float) -> None:
        """Write what is left of the last line, and close the file."""
        if self._file.closed:
            return
        try:
            self._sensors.feed(self.parser.flush(at_s))
        finally:
            self._file.close()

    def warnings(self) -> list[Message]:
        """What to tell about the signal."""
        report = self.parser.report
        return [*report.warnings(), *self._sensors.warnings(report.unfit)]

    def _write(self, lines: bytes) -> None:
        rest = memoryview(lines)
        while rest:
            rest = rest[self._file.write(rest) :]


def _follow(
    source: Source, recorder: _Recorder, seconds: float | None, language: Language
) -> DataError | None:
    """Record; returns what ended the source before its time."""
    with live.listening(source, keyboard=False) as events:
        for event in events:
            if isinstance(event, Received):
                recorder.feed(event.data, event.at_s)
                if seconds and recorder.parser.report.clock.elapsed_s >= seconds:
                    return None
            elif isinstance(event, Connection):
                if event.reason is not None:
                    warn(event.reason.text(language))
                if event.link is Link.ENDED:
                    reason = event.reason
                    return DataError(ko=reason.ko, en=reason.en) if reason else None
                if event.link is not Link.LIVE:
                    recorder.parser.interrupt()
            elif event is None:
                warn(live.NOTHING_COMES.text(language))
    return None
