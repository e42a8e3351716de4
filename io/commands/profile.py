"""`jihwa profile`: what is known of a wearer, and how to take it back."""

import argparse
from collections import Counter
from pathlib import Path

import numpy as np

from jihwa.data.messages import Language, Message
from jihwa.io.settings.arguments import Command
from jihwa.io.settings.language import may_delete, speaker
from jihwa.io.user import profiles, storage
from jihwa.recognizer.profile import Step, StepKind
from jihwa.recognizer.sitting import turn

KINDS = {
    StepKind.CALIBRATION: Message(ko="보정", en="calibration"),
    StepKind.OWN_SIGN: Message(ko="내 지문자", en="own sign"),
    StepKind.ADAPTATION: Message(ko="글에서 배움", en="learned from text"),
    StepKind.MOUNT: Message(ko="보드", en="board"),
}


def configure(arguments: Command) -> None:
    """Add the command's actions."""
    actions = arguments.actions()
    actions("list", _list, "저장된 프로필 보기", "list the stored profiles")
    for name, act, ko, en in (
        ("show", _show, "단계마다 무엇을 배웠는지 보기", "show what was learned, step by step"),
        ("undo", _undo, "마지막 단계 되돌리기", "take back the last step"),
        ("delete", _delete, "프로필 지우기", "delete a profile"),
    ):
        action = actions(name, act, ko, en)
        action(
            "profile",
            "프로필 이름 또는 파일",
            "name or file of the profile",
            lambda **_: profiles.names(),
            metavar="NAME",
        )
        if act is _delete:
            action.yes()


def _list(_: argparse.Namespace, language: Language) -> None:
    names = profiles.names()
    nothing = speaker(language)(
        f"{profiles.folder()}: 저장된 프로필이 없습니다. `jihwa calibrate`로 만드세요.",
        f"{profiles.folder()}: no profile is stored. Make one with `jihwa calibrate`.",
    )
    print("\n".join(names) or nothing)


def _show(options: argparse.Namespace, language: Language) -> None:
    profile = profiles.load(options.profile)
    say = speaker(language)
    n_signs = len(profile.signs)
    print(profiles.path_of(options.profile))
    print(say(f"글자표 {profile.alphabet}", f"alphabet {profile.alphabet}") + f" ({n_signs})")
    if profile.own_signs:
        print(say("내 지문자: ", "own signs: ") + " ".join(profile.own_signs))
    for number, step in enumerate(profile.steps, start=1):
        print(f"{number:3}. {_describe(step, language)}")
    if not profile.steps:
        say.tell("아직 배운 것이 없습니다.", "Nothing was learned yet.")


def _undo(options: argparse.Namespace, language: Language) -> None:
    profile = profiles.load(options.profile)
    profiles.save(options.profile, profile.undone())
    gone, left = _describe(profile.steps[-1], language), len(profile.steps) - 1
    speaker(language).tell(
        f"되돌렸습니다: {gone}. 남은 단계: {left}", f"Taken back: {gone}. Steps left: {left}"
    )


def _delete(options: argparse.Namespace, language: Language) -> None:
    path = profiles.existing(options.profile)
    paths = [path]
    if path.parent == profiles.folder():  # a file elsewhere may be a copy
        kept = (profiles.file_of(kind, options.profile) for kind in profiles.KINDS)
        paths += filter(Path.is_file, kept)
    if may_delete(options, ", ".join(map(str, paths)), language):
        for each in paths:
            each.unlink()
            storage.lock_path(each).unlink(missing_ok=True)
            speaker(language).tell(f"{each}: 지웠습니다.", f"{each}: deleted.")


def _describe(step: Step, language: Language) -> str:
    """One line: what kind of step, when, and which signs how often."""
    counts = Counter(observation.sign for observation in step.observations)
    styles = sorted({o.style for o in step.observations if o.style is not None})
    shown = " ".join(f"{sign}×{n}" if n > 1 else sign for sign, n in counts.items())
    bent = speaker(language)("스타일", "styles") + " " + " ".join(map(str, styles))
    how = turn(step.rotation, np.eye(3))
    return "".join(
        (
            f"{KINDS[step.kind].text(language)}, {step.date}: {shown}",
            f" ({bent})" if styles else "",
            f"; {how.text(language)}" if how else "",
        )
    )
