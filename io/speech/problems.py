"""What can keep jihwa from speaking, and how to mend it."""

import sys
from collections.abc import Mapping
from enum import StrEnum

from jihwa.data.messages import JihwaError, Message


class Problem(StrEnum):
    """Why nothing is heard; the values are words of the protocol with the worker."""

    ENGINE = "engine"
    """There is no speech engine, or it cannot be started."""
    KOREAN = "korean"
    """The engine knows no Korean voice, or does not take it."""
    NAME = "name"
    """The engine has Korean voices, but none of the name that is wanted."""
    PLAYER = "player"
    """There is no program that plays sound."""
    DEVICE = "device"
    """There is no sound device, or it cannot be opened."""
    SOUND = "sound"
    """The player could not play for another reason."""
    FILE = "file"
    """The sound could not be written."""
    SILENCE = "silence"
    """The engine did not come to an end in time."""
    CRASH = "crash"
    """The engine ended in the middle."""


LASTING = frozenset({Problem.ENGINE, Problem.KOREAN, Problem.NAME, Problem.PLAYER})
"""Problems that last until something is installed or set otherwise."""

if sys.platform == "linux":
    _MEND_ENGINE = Message(
        ko="libespeak-ng1을 설치하세요 (Debian, Ubuntu: sudo apt install libespeak-ng1)",
        en="install libespeak-ng1 (Debian, Ubuntu: sudo apt install libespeak-ng1)",
    )
    _MEND_KOREAN = Message(
        ko="espeak-ng-data를 설치하세요 (Debian, Ubuntu: sudo apt install espeak-ng-data)",
        en="install espeak-ng-data (Debian, Ubuntu: sudo apt install espeak-ng-data)",
    )
else:
    _MEND_ENGINE = Message(
        ko="운영 체제의 음성 합성이 켜져 있는지 확인하고 jihwa를 다시 설치하세요",
        en="check that the system's speech synthesis works, and install jihwa again",
    )
    _MEND_KOREAN = Message(
        ko="운영 체제의 설정에서 한국어 목소리를 받으세요",
        en="download a Korean voice in the system's settings",
    )

_TOLD: Mapping[Problem, Message] = {
    Problem.ENGINE: Message(
        ko=f"음성 엔진을 쓸 수 없어 소리 내어 읽지 않습니다%s. {_MEND_ENGINE.ko}.",
        en=f"Nothing is spoken: the speech engine does not start%s. To mend it, {_MEND_ENGINE.en}.",
    ),
    Problem.KOREAN: Message(
        ko=f"한국어 목소리가 없어 소리 내어 읽지 않습니다%s. {_MEND_KOREAN.ko}.",
        en=f"Nothing is spoken: there is no Korean voice%s. To mend it, {_MEND_KOREAN.en}.",
    ),
    Problem.NAME: Message(
        ko="그런 한국어 목소리가 없습니다%s. --voice나 설정 파일의 voice.name을 고치세요.",
        en="There is no such Korean voice%s. Mend --voice, or voice.name in the configuration.",
    ),
    Problem.PLAYER: Message(
        ko="소리를 낼 프로그램이 없어 소리 내어 읽지 않습니다%s. alsa-utils를 설치하세요 "
        "(Debian, Ubuntu: sudo apt install alsa-utils).",
        en="Nothing is spoken: no program is there that plays sound%s. Install alsa-utils "
        "(Debian, Ubuntu: sudo apt install alsa-utils).",
    ),
    Problem.DEVICE: Message(
        ko="소리 장치가 없습니다%s. 연결하거나 쓸 권한을 얻으세요. 파일로는 "
        "`jihwa say --output a.wav`로 쓸 수 있습니다.",
        en="There is no sound device%s. Connect one, or see to it that you may use it. "
        "`jihwa say --output a.wav` writes a file instead.",
    ),
    Problem.SOUND: Message(
        ko="소리를 내지 못했습니다%s. 소리 장치를 쓸 수 있는지 확인하세요.",
        en="The sound could not be played%s. Check the sound device.",
    ),
    Problem.FILE: Message(
        ko="소리를 파일로 쓰지 못했습니다%s. 경로와 권한, 남은 자리를 확인하세요.",
        en="The sound could not be written%s. Check path, permissions and space.",
    ),
    Problem.SILENCE: Message(
        ko="음성 엔진이 대답하지 않아 껐습니다%s. 그 글은 읽지 못했고, 다음 글은 새로 켜서 "
        "읽습니다.",
        en="The speech engine did not answer and was ended%s. That text was not said; the next "
        "starts it anew.",
    ),
    Problem.CRASH: Message(
        ko="음성 엔진이 도중에 꺼졌습니다%s. 그 글은 읽지 못했고, 다음 글은 새로 켜서 읽습니다.",
        en="The speech engine ended midway%s. That text was not said; the next starts it anew.",
    ),
}
"""What the user is told; `%s` is the detail."""


class SpeechError(JihwaError):
    """Something could not be said.

    Attributes:
        problem: Why.
        detail: What the system says about it; may be empty.
    """

    def __init__(self, problem: Problem, detail: str = "") -> None:
        told, within = _TOLD[problem], f" ({detail})" if detail else ""
        super().__init__(told.ko % within, told.en % within)
        self.problem, self.detail = problem, detail
