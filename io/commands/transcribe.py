"""`jihwa transcribe`: recordings to text."""

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from jihwa.composer.transcript import Word
from jihwa.data.files import write_whole
from jihwa.data.frames import Frames
from jihwa.data.messages import JihwaError, Language, Message, UsageError
from jihwa.data.readers import STDIN, Recording
from jihwa.io import options as shared
from jihwa.io import profiles, settings, vocabulary
from jihwa.io.engine import Engine, assemble_engine
from jihwa.io.language import speaker
from jihwa.io.review import reviewing
from jihwa.io.streams import warn
from jihwa.io.writers import WRITERS, Document
from jihwa.recognizer.adaptation import Adaptation

STDOUT = Path("-")
Follow = Callable[[Iterable[Frames]], Iterable[Frames]]
DOUBTFUL = 0.3
"""A word of less confidence is pointed out."""
NOTHING_FOUND = Message(
    ko="글자를 찾지 못했습니다. 손을 멈춘 구간이 있는지, 장갑을 바로 꼈는지 확인하세요.",
    en="No letter was found. Check that the hand holds still somewhere and the glove sits right.",
)


def configure(parser: argparse.ArgumentParser, language: Language) -> None:
    """Add the command's arguments."""
    say = speaker(language)
    parser.add_argument(
        "paths",
        nargs="+",
        type=Path,
        metavar="PATH",
        help=say("녹화 (-: 표준 입력)", "recording (-: stdin)"),
    )
    parser.add_argument(
        "--format",
        choices=WRITERS,
        default="txt",
        help=say("형식 (기본: %(default)s)", "format (default: %(default)s)"),
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=STDOUT,
        metavar="PATH",
        help=say(
            "결과를 둘 폴더, 녹화가 하나면 x.txt 같은 파일도 됨 (기본 -: 화면)",
            "folder for the results, or for a single recording a file such as x.txt "
            "(default -: stdout)",
        ),
    )
    reviewing.add_review(parser, language)
    settings.add(parser, language, "profile")
    learning = parser.add_mutually_exclusive_group()
    learning.add_argument(
        "--learn",
        action="store_true",
        help=say(
            "글에서 배운 것을 프로필과 입력 기록에 남기기",
            "keep in profile and history what was learned from the text",
        ),
    )
    settings.add(learning, language, "adapt")
    settings.add(parser, language, "mode", "personal", "history", "model", "lm")


def run(options: argparse.Namespace, language: Language) -> int:
    """Transcribe every recording; one that fails does not stop the others."""
    targets = _targets(options.paths, options.output, f".{options.format}")
    if options.learn and not options.profile:
        raise UsageError(
            ko="--learn은 --profile과 함께 쓰세요: 배운 것을 둘 프로필이 필요합니다.",
            en="Use --learn with --profile: what is learned needs a profile to go to.",
        )
    bundle, language_model = shared.model(options), shared.token_model(options, language)
    profile = shared.profile(options, bundle)
    adapts = options.adapt or options.learn
    adaptation = Adaptation(bundle, profile) if adapts else None
    engine = assemble_engine(
        bundle,
        language_model,
        profile=profile,
        adaptation=adaptation,
        mode=shared.mode(options),
    )
    review = reviewing.Review(options, engine, language)
    exit_code = 0
    for path, target in zip(options.paths, targets, strict=True):
        try:
            document = review.of(path, transcribe(path, engine, language, review.follow))
        except JihwaError as error:
            if len(options.paths) == 1:
                raise
            warn(error.message.text(language))
            exit_code = 1
            continue
        for warning in document.warnings if options.format == "txt" else ():
            warn(f"{path}: {warning}")
        _write(WRITERS[options.format](document), target)
        if options.learn and profile and adaptation:
            profile = profile.with_step(adaptation.step(profiles.now()))
            profiles.save(options.profile, profile)
            if shared.learns(options):
                sure = (w.text for w in document.transcript.words if w.confidence >= DOUBTFUL)
                vocabulary.learn(" ".join(sure))
    return exit_code if review.finish() else 1


def transcribe(
    path: Path, engine: Engine, language: Language, follow: Follow | None = None
) -> Document:
    """Read one recording.

    Args:
        path: The recording.
        engine: Reads it.
        language: Of warnings.
        follow: Hands the signal on to whoever looks at it as well.

    Raises:
        UsageError: There is no such file, or it cannot be a recording.
        DataError: It is empty, cannot be read or holds no sample.
    """
    recording = Recording(path)
    duration_s = 0.0

    def source() -> Iterator[Frames]:
        nonlocal duration_s
        for frames in recording.chunks():
            if len(frames):
                duration_s = float(frames.time_s[-1])
            yield frames

    transcript = engine.run(follow(source()) if follow else source())
    warnings = recording.report.warnings() + engine.sensors.warnings()
    doubtful = [word for word in transcript.words if word.confidence < DOUBTFUL]
    if doubtful:
        warnings.append(_doubts(doubtful))
    if not transcript.text:
        warnings.append(NOTHING_FOUND)
    told = tuple(warning.text(language) for warning in warnings)
    return Document(str(path), duration_s, transcript, told)


def _doubts(words: Sequence[Word]) -> Message:
    shown = ", ".join(word.text for word in words)
    return Message(
        ko=f"확실하지 않은 낱말 {len(words)}개: {shown}. 맞는지 확인하세요.",
        en=f"{len(words)} doubtful word(s): {shown}. Check them.",
    )


def _targets(paths: Sequence[Path], output: Path, ending: str) -> list[Path]:
    """Where the result of every recording goes.

    Raises:
        UsageError: A result cannot go there, or would overwrite another one or a recording.
    """
    if output == STDOUT:
        return [STDOUT] * len(paths)
    if output.suffix and not output.is_dir():
        if len(paths) > 1:
            raise UsageError(
                ko=f"{output}: 녹화가 {len(paths)}개입니다. --output에 폴더를 주세요.",
                en=f"{output}: there are {len(paths)} recordings: give a folder to --output.",
            )
        targets = [shared.output_file(output)]
    else:
        folder = shared.output_folder(output)
        targets = [folder / (_stem(path) + ending) for path in paths]
    taken = {path.resolve() for path in paths}
    for target in targets:
        if target.resolve() in taken:
            raise UsageError(
                ko=f"{target}: 다른 결과나 녹화를 덮어쓰게 됩니다. --output에 다른 폴더를 주거나 "
                "이름이 같은 녹화는 따로 옮겨 쓰세요.",
                en=f"{target}: this would overwrite another result or a recording. Give --output "
                "another folder, and transcribe recordings of the same name apart.",
            )
        taken.add(target.resolve())
    return targets


def _stem(path: Path) -> str:
    """What the result of a recording is called, without its ending."""
    return "stdin" if path == STDIN else path.stem


def _write(text: str, target: Path) -> None:
    if target == STDOUT:
        sys.stdout.write(text)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    write_whole(target, text.encode(errors="replace"))  # paths may hold any bytes
