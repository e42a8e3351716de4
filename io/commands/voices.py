"""`jihwa voices`: the speech engine and its Korean voices."""

import argparse

from jihwa.data.messages import Language
from jihwa.io.settings.arguments import Command
from jihwa.io.settings.language import speaker
from jihwa.io.speech.process import SpeechProcess, VoiceSettings
from jihwa.io.speech.worker import ESPEAK


def configure(arguments: Command) -> None:
    """Add the command's arguments: it has none."""


def run(options: argparse.Namespace, language: Language) -> int:
    """Print the engine, and a line for every voice, the one that speaks by default marked.

    Raises:
        SpeechError: There is no engine, or no Korean voice.
    """
    say = speaker(language)
    with SpeechProcess(VoiceSettings()) as process:
        print(say(f"엔진: {process.driver}", f"engine: {process.driver}"))
        for voice, name in process.voices():
            is_default = voice == process.voice
            print(f"{'*' if is_default else ' '} {voice}  {name}")
        example = process.voice + ("+f3" if process.driver == ESPEAK else "")
    print(
        say(
            f"고르기: --voice {example} 또는 설정의 voice.name",
            f"to choose one: --voice {example}, or voice.name in the configuration",
        )
    )
    if process.driver == ESPEAK:
        print(say("음색: 뒤에 +f1~+f5, +m1~+m8", "timbre: +f1 to +f5 or +m1 to +m8 behind it"))
    return 0
