"""`jihwa doctor`: is all there that jihwa needs?"""

import argparse
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial

from jihwa.data.messages import JihwaError, Language
from jihwa.io.checks import Finding, Verdict, bad, files, machine
from jihwa.io.failures import explain
from jihwa.io.settings.arguments import Command

Check = Callable[[], Iterable[Finding]]


def configure(arguments: Command) -> None:
    """Add the command's arguments: the settings that it checks."""
    arguments.preset(needs_configuration=False)  # a broken one is among what it finds
    arguments.settings("profile", "model", "lm", "speak", "voice.name")


def run(options: argparse.Namespace, language: Language) -> int:
    """Check all; 1 if something that every use needs does not work."""
    verdicts = set()
    for name, check in _checks(options).items():
        for finding in _findings(name, check):
            print(f"{finding.verdict.value} {finding.message.text(language)}", flush=True)
            verdicts.add(finding.verdict)
    return int(Verdict.BAD in verdicts)


def _checks(options: argparse.Namespace) -> Mapping[str, Check]:
    return {
        "configuration": files.check_configuration,
        "ports": machine.check_ports,
        "grabbers": machine.check_grabbers,
        "model": partial(files.check_model, options),
        "language model": partial(files.check_language_model, options),
        "storage": files.check_storage,
        "kernel": machine.check_kernel,
        "clock": machine.check_clock,
        "encoding": machine.check_encoding,
        "terminal": machine.check_terminal,
        "fonts": machine.check_fonts,
        "clipboard": machine.check_clipboard,
        "camera": machine.check_camera,
        "voice": partial(machine.check_voice, options),
    }


def _findings(name: str, check: Check) -> Iterator[Finding]:
    """What a check finds; where it fails itself, that, so that the others are still made."""
    try:
        yield from check()
    except (JihwaError, OSError) as error:
        yield Finding(Verdict.BAD, explain(error))
    except Exception as error:  # the boundary between checks
        yield bad(
            f"{name}: 살피지 못했습니다 ({error!r}). 개발자에게 알려 주세요.",
            f"{name}: could not be checked ({error!r}). Please report this.",
        )
