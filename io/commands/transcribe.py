"""`jihwa transcribe`: recordings to text."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from jihwa.data.frames import Frames
from jihwa.data.messages import JihwaError, Language, Message, UsageError
from jihwa.data.readers import Recording
from jihwa.data.sensors import SensorCheck
from jihwa.io import options as shared
from jihwa.io.engine import Engine, assemble_engine
from jihwa.io.writers import WRITERS, Document

STDOUT = Path("-")
NOTHING_FOUND = Message(
    ko="글자를 찾지 못했습니다. 손을 멈춘 구간이 있는지, 장갑을 바로 꼈는지 확인하세요.",
    en="No letter was found. Check that the hand holds still somewhere and the glove sits right.",
)


def configure(parser: argparse.ArgumentParser, language: Language) -> None:
    """Add the command's arguments."""

    def say(ko: str, en: str) -> str:
        return Message(ko=ko, en=en).text(language)

    parser.add_argument(
        "paths", nargs="+", type=Path, metavar="PATH", help=say("녹화", "recording")
    )
    parser.add_argument("--format", choices=WRITERS, default="txt", help=say("형식", "format"))
    parser.add_argument(
        "--output",
        type=Path,
        default=STDOUT,
        metavar="PATH",
        help=say(
            "결과를 둘 폴더, 녹화가 하나면 파일도 됨 (기본 -: 화면)",
            "folder for the results, or a file for a single recording (default -: stdout)",
        ),
    )
    shared.add_model(parser, language)
    shared.add_language_model(parser, language)


def run(options: argparse.Namespace, language: Language) -> int:
    """Transcribe every recording; one that fails does not stop the others."""
    targets = [_target(path, options) for path in options.paths]
    engine = assemble_engine(shared.model(options), shared.language_model(options))
    failures = [0]
    for path, target in zip(options.paths, targets, strict=True):
        try:
            document = _transcribe(path, engine, language)
        except JihwaError as error:
            print(f"jihwa: {error.message.text(language)}", file=sys.stderr)
            failures.append(error.exit_code if len(options.paths) == 1 else 1)
            continue
        for warning in document.warnings if options.format == "txt" else ():
            print(f"jihwa: {path}: {warning}", file=sys.stderr)
        _write(WRITERS[options.format](document), target)
    return max(failures)


def _transcribe(path: Path, engine: Engine, language: Language) -> Document:
    recording, sensors = Recording(path), SensorCheck()
    duration_s = 0.0

    def source() -> Iterator[Frames]:
        nonlocal duration_s
        for frames in recording.chunks():
            sensors.feed(frames)
            if len(frames):
                duration_s = float(frames.time_s[-1])
            yield frames

    transcript = engine.run(source())
    warnings = recording.report.warnings() + sensors.warnings()
    if not transcript.text:
        warnings.append(NOTHING_FOUND)
    told = tuple(warning.text(language) for warning in warnings)
    return Document(str(path), duration_s, transcript, told)


def _target(path: Path, options: argparse.Namespace) -> Path:
    """Where the result of a recording goes."""
    output: Path = options.output
    if output == STDOUT:
        return STDOUT
    ending = f".{options.format}"
    if output.suffix == ending and not output.is_dir():
        if len(options.paths) > 1:
            raise UsageError(
                ko=f"{output}: 녹화가 여럿이면 --output에 폴더를 주세요.",
                en=f"{output}: give --output a folder when there are several recordings.",
            )
        return output
    return output / path.with_suffix(ending).name


def _write(text: str, target: Path) -> None:
    """Write a result; a file appears only when it is whole."""
    if target == STDOUT:
        sys.stdout.write(text)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(target.name + ".part")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(target)
