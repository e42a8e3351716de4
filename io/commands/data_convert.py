"""`jihwa data convert`: recordings of any format to another one, without loss."""

import argparse
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

from jihwa.data.formats.readers import Recording
from jihwa.data.formats.writers import FORMATS, KEEPS_LABEL, write_lossless
from jihwa.data.messages import JihwaError, Language, UsageError
from jihwa.data.takes.episodes import recordings_below
from jihwa.io.failures import explain
from jihwa.io.settings import options as shared
from jihwa.io.settings.language import speaker
from jihwa.io.streams import warn


def configure(parser: argparse.ArgumentParser, language: Language) -> None:
    """Add the action's arguments."""
    say = speaker(language)
    parser.add_argument(
        "paths",
        nargs="+",
        type=Path,
        metavar="PATH",
        help=say("녹화나 녹화가 든 폴더", "recordings, or folders of them"),
    )
    parser.add_argument(
        "--format",
        dest="kind",
        choices=FORMATS,
        required=True,
        help=say("형식 (parquet에는 pyarrow 필요)", "format (parquet needs pyarrow)"),
    )
    parser.add_argument(
        "--output",
        type=Path,
        required=True,
        metavar="DIR",
        help=say(
            "결과를 둘 폴더. 폴더를 주면 그 안의 폴더도 그대로",
            "folder for the results; the folders in a folder stay as they are",
        ),
    )
    parser.add_argument(
        "--force",
        action="store_true",
        help=say(
            "있는 결과도 다시 (기본: 건너뜀)", "do results that exist again (default: skip them)"
        ),
    )
    parser.set_defaults(act=convert)


def convert(options: argparse.Namespace, language: Language) -> int:
    """Convert every recording; one that fails does not stop the others. 1 if one did."""
    say = speaker(language)
    output = shared.output_folder(options.output)
    targets = _targets(options.paths, output, options.kind)
    n_done = n_kept = n_failed = n_unlabelled = 0
    for source, target in targets.items():
        if target.exists() and not options.force:
            n_kept += 1
            continue
        recording = Recording(source)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            write_lossless(target, recording, options.kind)
        except JihwaError as error:
            warn(error.message.text(language))
            n_failed += 1
            continue
        except OSError as error:
            warn(explain(error).text(language))
            n_failed += 1
            continue
        n_done += 1
        n_unlabelled += _loses_label(recording, target, options.kind)
    print(
        say(
            f"{output}: {n_done}개 변환, {n_kept}개는 이미 있음, {n_failed}개 실패",
            f"{output}: {n_done} converted, {n_kept} were there, {n_failed} failed",
        )
    )
    if n_unlabelled:
        warn(
            say(
                f"{options.kind}에는 라벨을 둘 자리가 없습니다. 라벨이 파일 안에만 있던 "
                f"{n_unlabelled}개는 <지문자>/<스타일>/ 폴더에 두세요.",
                f"{options.kind} has no place for labels. Put the {n_unlabelled} file(s) whose "
                "label was only inside into folders <sign>/<style>/.",
            )
        )
    return 1 if n_failed else 0


def _targets(paths: Sequence[Path], output: Path, kind: str) -> dict[Path, Path]:
    """Every recording and where it goes.

    Raises:
        UsageError: There is none, or a result would overwrite another one or a recording.
    """
    targets = {source: output / place.with_suffix(f".{kind}") for source, place in _found(paths)}
    if not targets:
        where = ", ".join(map(str, paths))
        raise UsageError(
            ko=f"{where}: 녹화가 없습니다. 경로를 확인하세요.",
            en=f"{where}: no recording there. Check the path.",
        )
    taken = {source.resolve() for source in targets}
    for target in targets.values():
        if target.resolve() in taken:
            raise UsageError(
                ko=f"{target}: 다른 결과나 녹화를 덮어쓰게 됩니다. --output에 다른 폴더를 주거나 "
                "이름이 같은 녹화는 따로 옮겨 쓰세요.",
                en=f"{target}: this would overwrite another result or a recording. Give --output "
                "another folder, and convert recordings of the same name apart.",
            )
        taken.add(target.resolve())
    return targets


def _found(paths: Sequence[Path]) -> Iterator[tuple[Path, Path]]:
    """Recordings, and their place below what was given."""
    for path in paths:
        if path.is_dir():
            yield from ((source, source.relative_to(path)) for source in recordings_below(path))
        else:
            yield path, Path(path.name)


def _loses_label(recording: Recording, target: Path, kind: str) -> bool:
    """Whether nothing tells the sign any more that the recording itself named."""
    if kind in KEEPS_LABEL or not recording.label:
        return False
    told = unicodedata.normalize("NFC", str(target))
    return f"_{recording.label}_" not in target.stem and f"/{recording.label}/" not in told
