"""Everything that can be set: one table for the command line, the configuration file and help."""

from collections.abc import Mapping
from typing import get_args

from jihwa.composer.language.token_model import Mode
from jihwa.data.messages import Language, Message
from jihwa.io.settings.setting import (
    Choice,
    File,
    FreeText,
    NameOrFile,
    Names,
    Number,
    Setting,
    Switch,
)

SHIPPED = Message(ko="함께 온 것", en="the shipped one")

_ALL = (
    Setting(
        "language",
        Choice(get_args(Language)),
        None,
        Message("메시지 언어", "language of messages"),
        absent=Message("로캘", "the locale's"),
        option="lang",
    ),
    Setting(
        "source",
        FreeText(),
        "auto:",
        Message(
            ko="장갑이 있는 곳: auto:, /dev/ttyACM0, COM3, serial://…, socket://호스트:포트, "
            "rfc2217://…, camera:0, camera:영상, replay:파일, sim:글, - (표준 입력)",
            en="where the glove is: auto:, /dev/ttyACM0, COM3, serial://…, socket://HOST:PORT, "
            "rfc2217://…, camera:0, camera:VIDEO, replay:FILE, sim:TEXT, - (stdin)",
        ),
        "URI",
    ),
    Setting(
        "layout",
        Names(),
        None,
        Message(
            ko="모르는 장갑이 보내는 줄의 필드 이름을 차례로, 쉼표로 나누어 "
            "(예: timestamp_ms,flex1,flex2)",
            en="the fields of a line of an unknown glove in order, comma-separated "
            "(such as timestamp_ms,flex1,flex2)",
        ),
        "FIELD,...",
        absent=Message("장갑의 머리글대로", "as the glove's header says"),
    ),
    Setting(
        "commands",
        Names(";"),
        None,
        Message(
            ko="장갑이 켜질 때마다 보낼 펌웨어 명령, ;로 나누어 (예: interval,20;yawzero)",
            en="firmware commands to send whenever the glove comes up, with ; between them (such "
            "as interval,20;yawzero)",
        ),
        "COMMAND;...",
    ),
    Setting(
        "profile",
        NameOrFile(".json"),
        None,
        Message("쓰는 사람의 프로필: 이름 또는 파일", "the wearer's profile: a name or a file"),
        "NAME|FILE",
    ),
    Setting(
        "model",
        NameOrFile(".bundle"),
        None,
        Message(
            "인식 모델: gaussian24(장갑), landmarks31(카메라가 본 손의 좌표) 또는 파일",
            "model: gaussian24 (the glove), landmarks31 (landmarks of a hand that a camera sees) "
            "or a bundle",
        ),
        "NAME|BUNDLE",
        Message("gaussian24", "gaussian24"),
    ),
    Setting("lm", File(), None, Message("언어 모델 파일", "language model"), "FILE", SHIPPED),
    Setting(
        "mode",
        Choice([mode.value for mode in Mode]),
        Mode.FREE.value,
        Message(
            ko="무엇을 쓰는지: free 아무 글, word 낱말 하나, name 이름, exact 고치지 않고 쓴 "
            "그대로",
            en="what is written: free any text, word a single word, name a name, exact what was "
            "shown, uncorrected",
        ),
    ),
    Setting(
        "personal",
        Switch(),
        True,
        Message(
            ko="내 낱말과 입력 기록 쓰기; 끄면 쓰지도 남기지도 않음",
            en="use words of my own and the history; without, nothing is kept either",
        ),
    ),
    Setting(
        "history",
        Switch(),
        True,
        Message(
            ko="입력 기록 쓰기; 끄면 쓰지도 남기지도 않음",
            en="use what I typed before; without, nothing is kept either",
        ),
    ),
    Setting(
        "adapt", Switch(), True, Message("쓰는 동안 손을 배우기", "learn the hand while it writes")
    ),
    Setting(
        "pause_s",
        Number(0.0, 600.0),
        5.0,
        Message(
            ko="이만큼 쉬면 글이 끝난 것으로 봄, 초; 0이면 쉬어도 끝나지 않음",
            en="a pause as long as this ends the text, in seconds; 0: none does",
        ),
        "S",
        option="pause",
    ),
    Setting(
        "accept_s",
        Number(0.0, 10.0),
        0.0,
        Message(
            ko="마지막 지문자를 이만큼 들고 있으면 맨 앞의 완성을 씀, 초; 0이면 쓰지 않음",
            en="holding the last sign as long as this takes the first completion, in seconds; 0: "
            "never",
        ),
        "S",
        option="accept_after",
    ),
    Setting(
        "speak",
        Choice(("off", "word", "sentence", "manual")),
        "off",
        Message(
            ko="소리 내어 읽기: off 끔, word 낱말마다, sentence 문장마다, manual 시킬 때만",
            en="speak the text: off, word by word, sentence by sentence, manual on demand",
        ),
    ),
    Setting(
        "voice.name",
        FreeText(),
        None,
        Message("목소리의 이름", "name of the voice"),
        "NAME",
        Message("한국어 목소리", "a Korean one"),
        option="voice",
    ),
    Setting(
        "voice.rate_wpm",
        Number(80, 450),
        160,
        Message("말의 빠르기, 1분에 낱말 몇 개", "rate of speech, words a minute"),
        "WPM",
        option="rate",
    ),
    Setting(
        "voice.volume", Number(0.0, 1.0), 1.0, Message("소리 크기, 0에서 1", "volume, 0 to 1"), "V"
    ),
    Setting(
        "voice.say_again",
        Switch(),
        False,
        Message("말한 낱말을 고치면 다시 말하기", "say a word again when it is corrected"),
    ),
    Setting(
        "journal.keep_days",
        Number(0, 36500),
        30,
        Message(
            ko="세션 기록을 두는 날수; 0이면 날수로는 지우지 않음",
            en="days that sessions are kept; 0: for ever",
        ),
        "DAYS",
    ),
    Setting(
        "journal.keep_mb",
        Number(0, 1_000_000),
        500,
        Message(
            ko="세션 기록이 차지해도 되는 MB; 0이면 크기로는 지우지 않음",
            en="MB that sessions may take together; 0: any",
        ),
        "MB",
    ),
)

SETTINGS: Mapping[str, Setting] = {setting.key: setting for setting in _ALL}
"""Every setting by its key, in the order in which they are shown."""
