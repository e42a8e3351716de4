"""`jihwa evaluate --sessions`: what continuous sessions become, and what segmentation costs."""

import argparse
import json
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from jihwa.data.files import write_whole
from jihwa.data.formats.report import HoledError
from jihwa.data.messages import DataError, JihwaError, Language, Message
from jihwa.data.synthesis.sessions import find_truth
from jihwa.data.takes.sequences import known_sessions
from jihwa.io.batch.discovery import discover
from jihwa.io.batch.progress import Progress
from jihwa.io.batch.reading import StreamBy
from jihwa.io.batch.tasks import Outcome, TaskState
from jihwa.io.batch.transcribing import Follow, Setup, Transcriber
from jihwa.io.commands.training.picture import draw
from jihwa.io.engine import Engine
from jihwa.io.evaluation import figures
from jihwa.io.evaluation.sessions import UNKNOWN, Evaluation, Expensive, Measured, measure
from jihwa.io.settings import options as shared
from jihwa.io.settings.arguments import Command
from jihwa.io.settings.language import speaker
from jihwa.io.streams import warn
from jihwa.io.writers.document import Document
from jihwa.models.hold_network import HoldNetwork
from jihwa.models.training.canvas import font_hint

_AROUND_S = 0.8
"""So much is drawn on either side of an error."""
_SHOWN = 5
"""So many sessions that were left out are named to people."""


def configure(arguments: Command) -> None:
    """Add what only sessions need besides their folder."""
    arguments.group("세션 (--sessions)", "sessions (--sessions)").settings("adapt", "mode", "lm")
    arguments.preset(
        learn=False, personal=False, history=False, stream_by=StreamBy.PAUSES, letters=None
    )


def evaluate(options: argparse.Namespace, language: Language) -> int:
    """Read every session twice, segmented as ever and perfectly; print figures and errors.

    1 if a session was too damaged to be measured.

    Raises:
        UsageError: There is no recording in the folder.
        DataError: None of them can be measured.
    """
    found = discover([options.sessions])
    if found.problems and not found.recordings:
        raise found.problems[0][1]
    folder, setup = options.sessions, Setup.of(options, language)
    transcriber, (engine, _) = Transcriber(setup, language, folder), setup.build()
    evaluation = Evaluation()
    n_holed = 0
    documents: dict[Path, Document] = {}  # of the sessions whose errors are shown
    skipped: list[Message] = [error.message for _, error in found.problems]
    size_bytes = sum(recording.size_bytes for recording in found.recordings)
    with closing(Progress(len(found.recordings), size_bytes, language)) as shown:
        for recording in found.recordings:
            try:
                document, session = _read(recording.path, transcriber, engine, folder, shown.follow)
            except JihwaError as error:
                skipped.append(error.message)
                n_holed += isinstance(error, HoledError)
                shown.done(Outcome(recording, TaskState.FAILED, error=error))
            else:
                evaluation.add(session)
                documents[session.source] = document
                sources = {each.session.source for each in evaluation.expensive}
                documents = {source: documents[source] for source in sources}
                shown.done(Outcome(recording, TaskState.DONE, duration_s=document.duration_s))
    if not evaluation.tallies:
        raise DataError(
            ko=f"{options.sessions}: 잴 수 있는 세션이 없습니다. {skipped[0].ko} `jihwa data "
            "assemble`이 쓴 폴더를 주세요.",
            en=f"{options.sessions}: no session can be measured. {skipped[0].en} Give a folder "
            "that `jihwa data assemble` wrote.",
        )
    pictures = _draw(evaluation, documents, options.figures, language) if options.figures else {}
    warnings = _warnings(evaluation, options)
    if options.json:
        content = _content(evaluation, pictures, skipped, warnings, language)
        print(json.dumps(content, ensure_ascii=False, allow_nan=False))
    else:
        _show(evaluation, skipped, warnings, language)
    return 1 if n_holed else 0


def _read(
    path: Path, transcriber: Transcriber, engine: Engine, folder: Path, follow: Follow
) -> tuple[Document, Measured]:
    """What a session was read as, with its signal, and what came of it.

    Args:
        path: The session.
        transcriber: Reads it, as if it were the first.
        engine: Reads it with perfect boundaries; of the same kind.
        folder: Where the sessions are, each with its truth beside it.
        follow: Is told how far it is.

    Raises:
        UsageError: There is no such file, or it cannot be a recording.
        DataError: The recording or its truth cannot be read, or they do not fit together.
        HoledError: Too much of the recording is damaged.
    """
    if find_truth(folder, path) is None:
        raise _unfit(path, Message(ko="옆에 정답(.json)이 없습니다.", en="no truth beside it."))
    document = transcriber.read(path, follow, with_signal=True)
    if document.is_holed:
        why = Message(
            ko="너무 많이 손상되어 잴 수 없습니다. 무엇이 그런지는 `jihwa transcribe`로 보세요.",
            en="too damaged to be measured. `jihwa transcribe` tells what is damaged.",
        )
        raise _unfit(path, why, HoledError)
    compared, signal = document.comparison, document.signal
    if compared is None or signal is None:
        raise _unfit(path, Message(ko="읽을 것이 없습니다.", en="nothing to read."))
    if misfit := compared.truth.misfit(signal.alphabet, document.duration_s):
        raise _unfit(path, misfit)
    return document, measure(engine, path.relative_to(folder), signal.frames, compared)


def _unfit(path: Path, why: Message, kind: type[DataError] = DataError) -> DataError:
    return kind(ko=f"{path}: {why.ko}", en=f"{path}: {why.en}")


def _content(
    evaluation: Evaluation,
    pictures: Mapping[int, str],
    skipped: list[Message],
    warnings: list[Message],
    language: Language,
) -> dict[str, object]:
    """All that was measured, for machines."""
    speeds = {name: figures.scores(tally) for name, tally in evaluation.by_speed.items()}
    return {
        "sessions": evaluation.total.sessions,
        "speeds": speeds,
        "all": figures.scores(evaluation.total),
        "errors": [
            {
                "source": str(each.session.source),
                "speed": each.session.speed,
                **figures.error_content(each.cost),
                "picture": pictures.get(rank),
            }
            for rank, each in enumerate(evaluation.expensive, start=1)
        ],
        "skipped": [message.text(language) for message in skipped],
        "warnings": [message.text(language) for message in warnings],
    }


def _show(
    evaluation: Evaluation, skipped: list[Message], warnings: list[Message], language: Language
) -> None:
    """Print figures and errors for people."""
    say = speaker(language)
    names = {UNKNOWN: say("모름", "unknown")}
    columns = {names.get(name, name): tally for name, tally in evaluation.by_speed.items()}
    if len(columns) > 1:
        columns[say("모두", "all")] = evaluation.total
    for line in figures.table(columns, language):
        print(line)
    if evaluation.expensive:
        say.tell("\n가장 비싼 오류:", "\nThe most expensive errors:")
    for rank, each in enumerate(evaluation.expensive, start=1):
        first, *others = _told(each, language)
        print(f"{rank:4}  {first}")
        for line in others:
            print(f"      {line}")
    for message in skipped[:_SHOWN]:
        warn(message.text(language))
    if skipped:
        n = len(skipped)
        say.warn(f"재지 못한 세션 {n}개.", f"{n} session(s) could not be measured.")
    for message in warnings:
        warn(message.text(language))


def _told(each: Expensive, language: Language) -> list[str]:
    source = f"{each.session.source} ({each.session.speed})"
    return [*figures.error_told(each.cost, source, language)]


def _draw(
    evaluation: Evaluation, documents: Mapping[Path, Document], folder: Path, language: Language
) -> dict[int, str]:
    """Draw what is around every error, and a page of all; returns the pictures' names by rank."""
    names: dict[int, str] = {}
    shown: dict[str, list[str]] = {}
    for rank, each in enumerate(evaluation.expensive, start=1):
        document, cost = documents[each.session.source], each.cost
        name = names[rank] = f"{rank:02}-{each.session.speed}-{each.session.source.stem}.png"
        start_s, end_s = max(cost.start_s - _AROUND_S, 0.0), cost.end_s + _AROUND_S
        draw(document, folder / name, (start_s, min(end_s, document.duration_s)))
        shown[name] = _told(each, language)
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / "index.html", figures.index(shown, language).encode())
    if hint := font_hint():
        warn(hint.text(language))
    return names


def _warnings(evaluation: Evaluation, options: argparse.Namespace) -> list[Message]:
    """What makes the figures look better than they are."""
    segmenters = HoldNetwork.load(), HoldNetwork.of_landmarks()  # either may have read them
    fitted = {
        Message(ko="인식 모델", en="model"): [shared.model(options.model).provenance],
        Message(ko="구간 모델", en="segmenter"): [each.provenance for each in segmenters],
    }
    found = []
    for what, provenances in fitted.items():
        marked = [each.get("marks", {}) for each in provenances]
        known = {name for each in marked for name in known_sessions(each, evaluation.takes)}
        if seen := ", ".join(sorted(known)):
            found.append(
                Message(
                    ko=f"{what.ko}이 배운 녹화로 이어 쓴 세션입니다: {seen}. 처음 보는 손은 이보다 "
                    "나쁩니다.",
                    en=f"The {what.en} was fitted on takes that these sessions are assembled of: "
                    f"{seen}. An unseen hand does worse.",
                )
            )
    return found
