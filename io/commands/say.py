"""`jihwa say`: a text aloud, or into a sound file."""

import argparse
import sys
from itertools import chain
from pathlib import Path

from jihwa.data.messages import Language, UsageError
from jihwa.io.settings import options as shared
from jihwa.io.settings.arguments import Command
from jihwa.io.speech.process import SpeechProcess, VoiceSettings
from jihwa.io.streams import typed_lines

_ENDINGS = (".aiff", ".aif") if sys.platform == "darwin" else (".wav",)
"""What sound files are called here; a pipe or device may have no ending."""


def configure(arguments: Command) -> None:
    """Add the command's arguments."""
    arguments(
        "text",
        "말할 글. 없으면 표준 입력을 한 줄씩",
        "what to say; without any, line by line what comes on stdin",
        nargs="*",
        metavar="TEXT",
    )
    arguments.path(
        "--output",
        "WAV",
        "소리 내지 않고 이 파일에 쓰기",
        "write the sound to this file, and be silent",
        type=_sound_file,
    )
    arguments.settings("voice.name", "voice.rate_wpm", "voice.volume")


def run(options: argparse.Namespace, language: Language) -> int:
    """Speak, and return when it is over.

    Raises:
        UsageError: There is nothing to say.
        SpeechError: It could not be said or written.
    """
    lines = [" ".join(options.text)] if options.text else typed_lines()
    texts = (text for line in lines if (text := line.strip()))
    first = next(texts, None)
    if first is None:
        raise UsageError(
            ko="말할 글이 없습니다. 안녕하세요처럼 주세요.",
            en="There is nothing to say. Give a text, such as 안녕하세요.",
        )
    with SpeechProcess(VoiceSettings(options.voice, options.rate, options.volume)) as process:
        if options.output is not None:
            process.save("\n".join([first, *texts]), options.output)
        else:
            for text in chain([first], texts):
                process.say(text)
    return 0


def _sound_file(name: str) -> Path:
    path = shared.output_file(name)
    if path.suffix and path.suffix.lower() not in _ENDINGS:
        known = path.with_suffix(_ENDINGS[0]).name
        raise UsageError(
            ko=f"{path}: {path.suffix}로는 쓰지 못합니다. {known}처럼 {_ENDINGS[0]} 파일로 쓴 뒤 "
            "다른 프로그램으로 바꾸세요.",
            en=f"{path}: {path.suffix} cannot be written. Name it {known} and convert that with "
            "another program.",
        )
    return path
