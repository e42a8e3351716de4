"""`jihwa plot`: a session as a picture, so that one sees why a letter was missed."""

import argparse
from pathlib import Path

from jihwa.data.messages import Language, UsageError
from jihwa.data.signal.frames import Interval
from jihwa.io.batch.reading import StreamBy
from jihwa.io.batch.transcribing import Setup, Transcriber
from jihwa.io.commands.training.picture import LONGEST_S, draw
from jihwa.io.evaluation.comparison import check_truth
from jihwa.io.settings import options as shared
from jihwa.io.settings.arguments import Command
from jihwa.io.settings.language import speaker
from jihwa.io.streams import warn
from jihwa.models.training.canvas import font_hint, require_matplotlib

ENDINGS = (".png", ".svg")


def configure(arguments: Command) -> None:
    """Add the command's arguments."""
    arguments.needs("train")
    arguments.path("path", "FILE", "녹화", "recording")
    arguments.path(
        "--output",
        "FILE",
        ".png나 .svg로 끝나는 그림 (기본: 여기에 녹화 이름.png)",
        "the picture, .png or .svg (default: here, the recording's name.png)",
        type=_picture,
    )
    arguments(
        "--from",
        "여기서부터, 초 (기본: 처음)",
        "from this second on (default: the beginning)",
        dest="from_s",
        type=float,
        default=0.0,
        metavar="S",
    )
    arguments(
        "--to",
        f"여기까지, 초 (기본: 끝; 많아야 {LONGEST_S:.0f}초)",
        f"up to this second (default: the end; {LONGEST_S:.0f} s at most)",
        dest="to_s",
        type=float,
        metavar="S",
    )
    arguments.path(
        "--compare",
        "TRUTH",
        "정답도 그리기: simulate가 쓴 .json, 글, 또는 그런 파일이 든 폴더",
        "draw the truth too: the .json of simulate, a text, or a folder of them",
    )
    arguments.settings("profile", "adapt", "mode", "personal", "history", "model", "lm", "layout")
    arguments.preset(learn=False, stream_by=StreamBy.PAUSES, letters=None)


def run(options: argparse.Namespace, language: Language) -> int:
    """Read the recording, and draw it; 1 if too much of it was damaged."""
    require_matplotlib()
    say, path = speaker(language), options.path
    target = options.output or shared.output_file(Path(f"{path.stem}.png"))
    if options.compare:
        check_truth(options.compare, 1)
    transcriber = Transcriber(Setup.of(options, language), language, options.compare)
    document = transcriber.read(path, with_signal=True)
    window_s = _window(options, document.duration_s)
    draw(document, target, window_s)
    shown_s = f"{window_s[0]:.1f}–{window_s[1]:.1f} s"
    say.tell(f"{target}: {shown_s} 그렸습니다.", f"{target}: {shown_s} drawn.")
    for warning in document.warnings:
        warn(f"{path}: {warning}")
    if options.to_s is None and window_s[1] < document.duration_s:
        say.warn(
            f"{path}: {document.duration_s:.0f}초 가운데 {LONGEST_S:.0f}초만 그렸습니다. "
            "--from과 --to로 고르세요.",
            f"{path}: only {LONGEST_S:.0f} of {document.duration_s:.0f} s are drawn. Choose "
            "which with --from and --to.",
        )
    if hint := font_hint():
        warn(hint.text(language))
    return 1 if document.is_holed else 0


def _window(options: argparse.Namespace, duration_s: float) -> Interval:
    """Which part to draw."""
    from_s = options.from_s
    to_s = min(from_s + LONGEST_S, duration_s) if options.to_s is None else options.to_s
    to_s = min(to_s, duration_s)
    if not (0 <= from_s < to_s and to_s - from_s <= LONGEST_S):
        raise UsageError(
            ko=f"{from_s:g}초부터 {to_s:g}초까지는 그릴 수 없습니다. 녹화는 {duration_s:.1f}초이고 "
            f"한 번에 많아야 {LONGEST_S:.0f}초입니다. --from과 --to를 고치세요.",
            en=f"Nothing can be drawn from {from_s:g} to {to_s:g} s: the recording has "
            f"{duration_s:.1f} s, and a picture {LONGEST_S:.0f} s at most. Mend --from and --to.",
        )
    return from_s, to_s


def _picture(name: str) -> Path:
    path = shared.output_file(name)
    if path.suffix.lower() not in ENDINGS:
        raise UsageError(
            ko=f"{path}: .png나 .svg로 끝나는 이름을 주세요.",
            en=f"{path}: give a name that ends in .png or .svg.",
        )
    return path
