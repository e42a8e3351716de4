"""`jihwa data check`: what is wrong with a labelled data set, and what is missing in it."""

import argparse
import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from jihwa.data.alphabet import Alphabet
from jihwa.data.messages import Language, Message, UsageError
from jihwa.data.takes.collection import DUPLICATE, STYLES, UNUSABLE, SignStyle, inspect
from jihwa.data.takes.episodes import Defect
from jihwa.io.settings import options as shared
from jihwa.io.settings.language import speaker
from jihwa.io.streams import warn

KINDS: Mapping[str, Message] = {
    Defect.GAP: Message(ko="신호 끊김", en="gaps"),
    Defect.CLOCK: Message(ko="시계 재시작", en="clock restarts"),
    Defect.DAMAGED: Message(ko="손상된 줄", en="damaged lines or times"),
    Defect.SENSOR: Message(ko="고장 난 센서", en="faulty sensors"),
    Defect.BURST: Message(ko="한꺼번에 온 표본", en="samples all at once"),
    Defect.LABEL: Message(ko="라벨과 폴더가 다름", en="label and folder differ"),
    Defect.STYLE: Message(ko="스타일과 폴더가 다름", en="style and folder differ"),
    DUPLICATE: Message(ko="중복", en="duplicates"),
    UNUSABLE: Message(ko="쓸 수 없음", en="unusable"),
}
"""What can be wrong with a file."""


def configure(parser: argparse.ArgumentParser, language: Language) -> None:
    """Add the action's arguments."""
    say = speaker(language)
    parser.add_argument(
        "dataset",
        type=Path,
        metavar="DATASET",
        help=say("라벨이 있는 폴더", "labelled folder: a session, or a folder of sessions"),
    )
    shared.add_alphabet(parser, language)
    shared.add_json(parser, language)
    parser.set_defaults(act=check)


def check(options: argparse.Namespace, language: Language) -> int:
    """Tell of every file with something wrong, then of all together; 1 if there was one."""
    alphabet = Alphabet.load(options.alphabet)
    kinds: Counter[str] = Counter()
    cells: Counter[SignStyle] = Counter()
    files = []
    n_files = 0
    for found in inspect(options.dataset, alphabet):
        n_files += 1
        kinds.update(found.kinds)
        if found.shows:
            cells[found.shows] += 1
        if found.kinds:
            notes = [note.text(language) for note in found.notes]
            files.append({"path": str(found.path), "kinds": list(found.kinds), "notes": notes})
            if not options.json:
                _tell(found.path, found.kinds, notes, language)
    if not n_files:
        raise UsageError(
            ko=f"{options.dataset}: 녹화가 하나도 없습니다. <지문자>/<스타일>/*.csv가 든 폴더를 "
            "주세요.",
            en=f"{options.dataset}: no recording at all. Give a folder of <sign>/<style>/*.csv.",
        )
    lacking = [
        (sign, style) for sign in alphabet.signs for style in STYLES if not cells[sign, style]
    ]
    if options.json:
        content = {
            "files": n_files,
            "defects": dict(sorted(kinds.items())),
            "takes": {s: {str(k): cells[s, k] for k in STYLES} for s in alphabet.signs},
            "missing": [list(cell) for cell in lacking],
            "found": files,
        }
        print(json.dumps(content, ensure_ascii=False))
    else:
        _summarise(n_files, len(files), kinds, cells, alphabet, language)
    return 1 if files else 0


def _tell(path: Path, kinds: tuple[str, ...], notes: list[str], language: Language) -> None:
    """What is wrong with one file."""
    told = ", ".join(KINDS[kind].text(language) for kind in kinds)
    print(f"{path}: {told}")
    for note in notes:
        print(f"  {note.removeprefix(f'{path}: ')}")


def _summarise(
    n_files: int,
    n_wrong: int,
    kinds: Counter[str],
    cells: Counter[SignStyle],
    alphabet: Alphabet,
    language: Language,
) -> None:
    say = speaker(language)
    if n_wrong:
        print()
    print(
        say(f"파일 {n_files}개, 흠 있는 것 {n_wrong}개", f"{n_files} files, {n_wrong} with defects")
    )
    for kind, n in kinds.most_common():
        print(f"  {n:5}  {KINDS[kind].text(language)}")
    for line in coverage(cells, alphabet, language):
        warn(line)


def coverage(cells: Mapping[SignStyle, int], alphabet: Alphabet, language: Language) -> list[str]:
    """Which signs lack takes, or takes of a style."""
    say = speaker(language)
    of_sign = {sign: [k for k in STYLES if not cells.get((sign, k))] for sign in alphabet.signs}
    unstyled = {sign for sign in alphabet.signs if cells.get((sign, 0))}
    none = [sign for sign, lacks in of_sign.items() if lacks == [*STYLES] and sign not in unstyled]
    some = [
        f"{sign} ({', '.join(map(str, lacks))})"
        for sign, lacks in of_sign.items()
        if lacks and sign not in none and sign not in unstyled
    ]
    told = []
    if none:
        told.append(say(f"녹화가 없는 지문자: {' '.join(none)}", f"no takes of {' '.join(none)}"))
    if some:
        told.append(
            say(f"없는 스타일: {', '.join(some)}", f"styles that are missing: {', '.join(some)}")
        )
    return told
