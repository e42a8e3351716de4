"""Can jihwa speak Korean here, and be heard?"""

import argparse
from collections.abc import Iterator

from jihwa.io.checks.finding import Finding, bad, doubtful, good
from jihwa.io.speech.problems import SpeechError
from jihwa.io.speech.process import SpeechProcess, VoiceSettings

_NOTHING = ","
"""Said as a short silence: all that speaking needs is used, and nobody is disturbed."""


def check_voice(options: argparse.Namespace) -> Iterator[Finding]:
    """The engine with its Korean voice, then the player with the sound device."""
    try:
        with SpeechProcess(VoiceSettings(options.voice)) as process:
            yield good(
                f"목소리: {process.driver}의 {process.voice}",
                f"voice: {process.voice} of {process.driver}",
            )
            process.say(_NOTHING)
            yield good("소리: 낼 수 있음", "sound: can be played")
    except SpeechError as error:
        wrong = doubtful if options.speak == "off" else bad
        yield wrong(f"목소리: {error.message.ko}", f"voice: {error.message.en}")
