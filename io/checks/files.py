"""Whether the files that jihwa reads and writes are in order."""

import argparse
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from jihwa.composer.language.files import read_lexicon
from jihwa.data.messages import Message
from jihwa.io.checks import Finding, Verdict, bad, doubtful, good
from jihwa.io.settings import configuration
from jihwa.io.settings import options as shared
from jihwa.io.settings.table import SHIPPED
from jihwa.io.user import profiles, storage
from jihwa.recognizer.profile import Step
from jihwa.recognizer.sitting import AS_EVER, read_so, turn

_ROOM_MB = 200
"""Several hours of sessions."""


def check_model(options: argparse.Namespace) -> Iterator[Finding]:
    """The classifier; loading it checks its hash."""
    bundle = shared.model(options.model)
    bundle.of_glove()
    yield good(
        f"인식 모델: {options.model or SHIPPED.ko}, 지문자 {len(bundle.alphabet.signs)}개",
        f"model: {options.model or SHIPPED.en}, {len(bundle.alphabet.signs)} signs",
    )
    if options.profile:
        profile = profiles.load(options.profile, bundle.alphabet)
        path = profiles.path_of(options.profile)
        yield good(f"프로필: {path}", f"profile: {path}")
        if profile.steps:
            sat = how_board_sat(profile.steps[-1])
            yield good(sat.ko, sat.en)


def how_board_sat(step: Step) -> Message:
    """How the board sat when a profile learned last; now that is found out while they spell."""
    how = turn(step.rotation, np.eye(3))
    sat = read_so(how) if how else AS_EVER
    date = step.date[:10]
    return Message(
        ko=f"보드({date}): {sat.ko} 달라졌으면 `jihwa calibrate --mount`",
        en=f"board ({date}): {sat.en} If that has changed: `jihwa calibrate --mount`",
    )


def check_language_model(options: argparse.Namespace) -> Iterator[Finding]:
    """Language model and lexicon; loading them checks them."""
    shared.language_model(options.lm)
    read_lexicon()
    yield good(
        f"언어 모델: {options.lm or SHIPPED.ko}", f"language model: {options.lm or SHIPPED.en}"
    )


def check_configuration() -> Iterator[Finding]:
    """Everything that the configuration says."""
    path, faults = configuration.path(), configuration.read().faults
    for fault in faults:
        yield Finding(Verdict.BAD, fault)
    if not faults:
        there = path.exists()
        yield good(
            f"설정: {path}" + " (없음: 모두 기본값)" * (not there),
            f"configuration: {path}" + " (none: all defaults)" * (not there),
        )


def check_storage() -> Iterator[Finding]:
    """The folder of what the user keeps: writable, private, with room."""
    folder = storage.folder()
    existing = next(part for part in (folder, *folder.parents) if part.exists())
    if not (existing.is_dir() and os.access(existing, os.W_OK | os.X_OK)):
        yield bad(
            f"자료 폴더: {existing}에 쓸 수 없습니다. 권한을 고치거나 XDG_DATA_HOME으로 다른 곳을 "
            "고르세요.",
            f"data: {existing} cannot be written. Mend its permissions, or choose another place "
            "with XDG_DATA_HOME.",
        )
        return
    room_mb = shutil.disk_usage(existing).free // 1_000_000
    if room_mb < _ROOM_MB:
        yield doubtful(
            f"자료 폴더: {folder}에 {room_mb} MB만 남았습니다. 자리를 비우세요.",
            f"data: only {room_mb} MB are left in {folder}. Make room.",
        )
    if exposed := [path for path in _kept(folder) if path.stat().st_mode & 0o077]:
        yield doubtful(
            f"자료 폴더: 다른 사용자가 읽을 수 있는 것 {len(exposed)}개 ({exposed[0]}). `chmod -R "
            f"go= {folder}`로 막으세요.",
            f"data: {len(exposed)} thing(s) that others may read ({exposed[0]}). Close them with "
            f"`chmod -R go= {folder}`.",
        )
    else:
        yield good(
            f"자료 폴더: {folder} ({room_mb} MB 남음)", f"data: {folder} ({room_mb} MB free)"
        )


def _kept(folder: Path) -> Iterator[Path]:
    """The folder and everything in it, where the system has a say in who reads it."""
    if sys.platform != "win32" and folder.exists():
        yield folder
        yield from (path for path in folder.rglob("*") if not path.is_symlink())
