"""`jihwa config`: what is set, and where it is set."""

import argparse
import json
from pathlib import Path

from prompt_toolkit.utils import get_cwidth

from jihwa.data.messages import Language
from jihwa.io.settings import configuration
from jihwa.io.settings.arguments import Command
from jihwa.io.settings.language import speaker
from jihwa.io.settings.setting import Setting, Value
from jihwa.io.settings.table import SETTINGS
from jihwa.io.streams import warn
from jihwa.io.user import storage

_ENTRY_WIDTH = 36
_MISTAKEN = 2


def configure(arguments: Command) -> None:
    """Add the command's arguments: every setting."""
    arguments.preset(needs_configuration=False)  # it is where one that is broken is mended
    arguments.switch(
        "--edit",
        "설정 파일을 $EDITOR로 열기; 없으면 먼저 만들기",
        "open the file in $EDITOR; it is made if need be",
    )
    arguments.settings(*(key for key in SETTINGS if key != "language"))


def run(options: argparse.Namespace, language: Language) -> int:
    """Show all settings as TOML, or let the user edit them; 2 if something in the file is wrong."""
    if options.edit:
        storage.edit(configuration.path(), _template(language))
    else:
        missing = speaker(language)(
            " (아직 없음; `jihwa config --edit`로 만듦)",
            " (does not exist; `jihwa config --edit` makes it)",
        )
        print(f"# {configuration.path()}" + missing * (not configuration.path().exists()))
        for key, (value, origin) in options.resolved.items():
            setting = SETTINGS[key]
            absent = f"#{key} = {setting.absent.text(language)}"
            entry = absent if value is None else _entry(setting, value)
            gap = " " * (_ENTRY_WIDTH - get_cwidth(entry))
            print(f"{entry}{gap}  # {origin.value.text(language)}")
    faults = configuration.read().faults
    for fault in faults:
        warn(fault.text(language))
    return _MISTAKEN if faults else 0


def _template(language: Language) -> str:
    """A configuration file that sets nothing and explains everything."""
    lines = [
        speaker(language)(
            "# jihwa의 설정. 바꿀 줄의 앞에서 #을 지우세요. 명령줄이 이 파일보다 먼저입니다.",
            "# Settings of jihwa. Take away the # before what you change. The command line "
            "overrules this file.",
        )
    ]
    for setting in SETTINGS.values():
        allowed = setting.kind.allowed.text(language)
        lines += [
            "",
            f"# {setting.described(language)}",
            f"#   {allowed}",
            f"#{_entry(setting, setting.default)}",
        ]
    lines += [
        "",
        speaker(language)(
            '# [profiles."이름"] 아래의 voice.name, voice.rate_wpm, voice.volume은 그 프로필에만 '
            "듭니다.",
            '# voice.name, voice.rate_wpm and voice.volume below [profiles."NAME"] are for that '
            "profile alone.",
        ),
    ]
    return "\n".join(lines) + "\n"


def _entry(setting: Setting, value: Value) -> str:
    """A line of TOML, with nothing where nothing is chosen."""
    plain = str(value) if isinstance(value, Path) else value
    told = "" if value is None else json.dumps(plain, ensure_ascii=False)  # TOML writes them so too
    return f"{setting.key} = {told}".rstrip()
