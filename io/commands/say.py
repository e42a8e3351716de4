"""`jihwa say`: a text aloud, or into a sound file."""

import argparse

from jihwa.data.messages import Language, UsageError
from jihwa.io.settings import options as shared
from jihwa.io.settings.arguments import Command
from jihwa.io.speech.process import SpeechProcess, VoiceSettings


def configure(arguments: Command) -> None:
    """Add the command's arguments."""
    arguments("text", "말할 글", "what to say", nargs="+", metavar="TEXT")
    arguments.path(
        "--output",
        "WAV",
        "소리 내지 않고 이 파일에 쓰기",
        "write the sound to this file, and be silent",
        type=shared.output_file,
    )
    arguments.settings("voice.name", "voice.rate_wpm", "voice.volume")


def run(options: argparse.Namespace, language: Language) -> int:
    """Speak, and return when it is over.

    Raises:
        UsageError: There is nothing to say.
        SpeechError: It could not be said or written.
    """
    text = " ".join(options.text).strip()
    if not text:
        raise UsageError(
            ko="말할 글이 없습니다. 안녕하세요처럼 주세요.",
            en="There is nothing to say. Give a text, such as 안녕하세요.",
        )
    with SpeechProcess(VoiceSettings(options.voice, options.rate, options.volume)) as process:
        if options.output is None:
            process.say(text)
        else:
            process.save(text, options.output)
    return 0
