"""`jihwa data`: check, convert and assemble recordings."""

import argparse
import json
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from jihwa.data.alphabet import Alphabet
from jihwa.data.formats.readers import Recording
from jihwa.data.formats.writers import FORMATS, KEEPS_LABEL, left_out, write_lossless
from jihwa.data.messages import JihwaError, Language, Message, UsageError
from jihwa.data.takes.collection import (
    DUPLICATE,
    STYLES,
    UNUSABLE,
    Inspected,
    SignStyle,
    inspect,
)
from jihwa.data.takes.episodes import Defect, recordings_below
from jihwa.io.commands import data_assemble
from jihwa.io.failures import explain
from jihwa.io.settings import options as shared
from jihwa.io.settings.arguments import Arguments, Command
from jihwa.io.settings.language import speaker
from jihwa.io.streams import warn
from jihwa.models.bundle import Bundle
from jihwa.recognizer.calibration import unlike
from jihwa.recognizer.personal import PersonalModel
from jihwa.recognizer.profile import Profile

SUSPECT = "suspect"
"""A file whose label the model does not read."""

KINDS: Mapping[str, Message] = {
    Defect.GAP: Message(ko="신호 끊김", en="gaps"),
    Defect.CLOCK: Message(ko="시계 재시작", en="clock restarts"),
    Defect.DAMAGED: Message(ko="손상된 줄", en="damaged lines or times"),
    Defect.SENSOR: Message(ko="고장 난 센서", en="faulty sensors"),
    Defect.BURST: Message(ko="한꺼번에 온 표본", en="samples all at once"),
    Defect.LABEL: Message(ko="라벨과 폴더가 다름", en="label and folder differ"),
    Defect.STYLE: Message(
        ko="스타일과 폴더가 다르거나 없는 스타일", en="style and folder differ, or no such style"
    ),
    DUPLICATE: Message(ko="중복", en="duplicates"),
    UNUSABLE: Message(ko="쓸 수 없음", en="unusable"),
    SUSPECT: Message(ko="라벨과 다른 손 모양", en="suspect labels: the hand shows another sign"),
}
"""What can be wrong with a file."""


def configure(arguments: Command) -> None:
    """Add the command's actions."""
    actions = arguments.actions()
    check = actions(
        "check",
        _check,
        "데이터의 흠 찾기: 끊김, 죽은 센서, 시계, 중복, 틀린 듯한 라벨",
        "find defects of a data set: gaps, dead sensors, clocks, duplicates, labels that the model "
        "doubts",
    )
    check.path(
        "dataset",
        "DATASET",
        "라벨이 있는 폴더",
        "labelled folder: a session, or a folder of sessions",
    )
    check.alphabet()
    check.json()
    check.settings("model", "layout")
    _configure_convert(
        actions(
            "convert",
            _convert,
            "녹화를 다른 형식으로, 손실 없이",
            "recordings to other formats, without loss",
        )
    )
    data_assemble.configure(
        actions(
            "assemble",
            data_assemble.assemble_all,
            "라벨이 있는 녹화로 이어 쓴 세션과 정답 만들기",
            "continuous sessions with their truth, out of labelled takes",
        )
    )


def _configure_convert(arguments: Arguments) -> None:
    arguments.path(
        "paths", "PATH", "녹화나 녹화가 든 폴더", "recordings, or folders of them", nargs="+"
    )
    arguments(
        "--format",
        "형식 (parquet에는 pip install 'jihwa[parquet]')",
        "format (parquet needs pip install 'jihwa[parquet]')",
        dest="kind",
        choices=FORMATS,
        required=True,
    )
    arguments.path(
        "--output",
        "DIR",
        "결과를 둘 폴더. 폴더를 주면 그 안의 폴더도 그대로",
        "folder for the results; the folders in a folder stay as they are",
        required=True,
    )
    arguments.switch(
        "--force",
        "있는 결과도 다시 (기본: 건너뜀)",
        "do results that exist again (default: skip them)",
    )
    arguments.settings("layout")


def _check(options: argparse.Namespace, language: Language) -> int:
    """Tell of every file with something wrong, then of all together; 1 if there was one."""
    alphabet = Alphabet.load(options.alphabet)
    kinds: Counter[str] = Counter()
    counts: Counter[SignStyle] = Counter()
    files = []
    n_files, told = 0, list[str]()
    bundle = shared.model(options.model)
    bundle.of_glove()
    model, layout = PersonalModel(bundle, Profile.empty(bundle.alphabet)), shared.layout(options)
    for found in map(partial(_checked, model, bundle), inspect(options.dataset, alphabet, layout)):
        n_files += 1
        kinds.update(found.kinds)
        if found.shows:
            counts[found.shows] += 1
        if found.kinds:
            notes = [note.text(language) for note in found.notes]
            files.append({"path": str(found.path), "kinds": list(found.kinds), "notes": notes})
            if not options.json:
                new = [note for note in notes if (found.shows or note not in told)]
                _tell(found.path, found.kinds, new, language)
            told = notes  # a package that every file needs is named once
    if not n_files:
        raise UsageError(
            ko=f"{options.dataset}: 녹화가 하나도 없습니다. <지문자>/<스타일>/*.csv가 든 폴더를 "
            "주세요.",
            en=f"{options.dataset}: no recording at all. Give a folder of <sign>/<style>/*.csv.",
        )
    lacking = [
        (sign, style) for sign in alphabet.signs for style in STYLES if not counts[sign, style]
    ]
    if options.json:
        content = {
            "files": n_files,
            "defects": dict(sorted(kinds.items())),
            "takes": {s: {str(k): counts[s, k] for k in STYLES} for s in alphabet.signs},
            "missing": [list(each) for each in lacking],
            "found": files,
        }
        print(json.dumps(content, ensure_ascii=False))
    else:
        _summarise(n_files, len(files), kinds, counts, alphabet, language)
    return 1 if files else 0


def _checked(model: PersonalModel, bundle: Bundle, found: Inspected) -> Inspected:
    """The same, and whether the hand shows what the label says."""
    if found.shows is None or not len(found.hold):
        return found
    pose = bundle.extractor.of_hold(found.hold)
    (of_signs,) = model.of_features(pose[None], [])
    doubt = unlike(model.alphabet, of_signs, found.shows[0])
    if doubt is None:
        return found
    return replace(found, kinds=(*found.kinds, SUSPECT), notes=(*found.notes, doubt))


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
    counts: Counter[SignStyle],
    alphabet: Alphabet,
    language: Language,
) -> None:
    if n_wrong:
        print()
    speaker(language).tell(
        f"파일 {n_files}개, 흠 있는 것 {n_wrong}개", f"{n_files} files, {n_wrong} with defects"
    )
    for kind, n in kinds.most_common():
        print(f"  {n:5}  {KINDS[kind].text(language)}")
    for line in _coverage(counts, alphabet, language):
        warn(line)


def _coverage(counts: Mapping[SignStyle, int], alphabet: Alphabet, language: Language) -> list[str]:
    """Which signs lack takes, or takes of a style."""
    say = speaker(language)
    of_sign = {sign: [k for k in STYLES if not counts.get((sign, k))] for sign in alphabet.signs}
    unstyled = {sign for sign in alphabet.signs if counts.get((sign, 0))}
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


def _convert(options: argparse.Namespace, language: Language) -> int:
    """Convert every recording; one that fails does not stop the others. 1 if one did."""
    say = speaker(language)
    output = shared.output_folder(options.output)
    targets = _targets(options.paths, output, options.kind)
    n_done = n_kept = n_failed = n_unlabelled = n_lossy = 0
    for source, target in targets.items():
        if target.exists() and not options.force:
            n_kept += 1
            continue
        recording = Recording(source, shared.layout(options))
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            write_lossless(target, recording, options.kind)
        except (JihwaError, OSError) as error:
            warn(explain(error).text(language))
            n_failed += 1
            continue
        n_done += 1
        lost = [message.text(language) for message in left_out(recording)]
        n_lossy += bool(lost)
        for message in (*lost, *(said.text(language) for said in recording.report.said.values())):
            warn(f"{source}: {message}")
        n_unlabelled += _loses_label(recording, target, options.kind)
    say.tell(
        f"{output}: {n_done}개 변환, {n_kept}개는 이미 있음, {n_failed}개 실패",
        f"{output}: {n_done} converted, {n_kept} were there, {n_failed} failed",
    )
    if n_unlabelled:
        say.warn(
            f"{options.kind}에는 라벨을 둘 자리가 없습니다. 라벨이 파일 안에만 있던 "
            f"{n_unlabelled}개는 <지문자>/<스타일>/ 폴더에 두세요.",
            f"{options.kind} has no place for labels. Put the {n_unlabelled} file(s) whose "
            "label was only inside into folders <sign>/<style>/.",
        )
    return 1 if n_failed or n_lossy else 0


def _targets(paths: Sequence[Path], output: Path, kind: str) -> dict[Path, Path]:
    """Every recording and where it goes."""
    targets = {source: output / place.with_suffix(f".{kind}") for source, place in _found(paths)}
    if not targets:
        where = ", ".join(map(str, paths))
        raise UsageError(
            ko=f"{where}: 녹화가 없습니다. 경로를 확인하세요.",
            en=f"{where}: no recording there. Check the path.",
        )
    shared.check_free(targets.values(), targets, "convert")
    return targets


def _found(paths: Sequence[Path]) -> Iterator[tuple[Path, Path]]:
    """Recordings, and their place below what was given."""
    for path in paths:
        if path.is_dir():
            yield from ((source, source.relative_to(path)) for source in recordings_below(path))
        else:
            yield path, Path(path.name)


def _loses_label(recording: Recording, target: Path, kind: str) -> bool:
    """Whether nothing tells the sign any more that the recording itself named."""
    if kind in KEEPS_LABEL or not recording.label:
        return False
    told = unicodedata.normalize("NFC", str(target))
    return f"_{recording.label}_" not in target.stem and f"/{recording.label}/" not in told
