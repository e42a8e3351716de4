"""One recording to its results, in whatever process."""

import argparse
import io
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from jihwa.composer.language.token_model import Mode
from jihwa.composer.text.transcript import DOUBTFUL, Candidate, Word
from jihwa.data.alphabet import Alphabet
from jihwa.data.files import unfinished
from jihwa.data.formats.layout import Layout
from jihwa.data.formats.readers import Recording
from jihwa.data.messages import DataError, JihwaError, Language, Message, UsageError
from jihwa.data.signal.frames import Frames, Interval
from jihwa.data.synthesis.sessions import find_truth
from jihwa.io.batch.reading import StreamBy, Watch, WordSignReader, read
from jihwa.io.batch.tasks import STDOUT, Outcome, Task, TaskState
from jihwa.io.engine import Engine, assemble_engine
from jihwa.io.evaluation.comparison import TextComparison
from jihwa.io.failures import explain
from jihwa.io.settings import options as shared
from jihwa.io.sources.camera import open_seen
from jihwa.io.writers import FORMATS
from jihwa.io.writers.document import CompactTranscript, Document
from jihwa.models.bundle import GLOVE, SHIPPED
from jihwa.recognizer.personal import Adaptation
from jihwa.recognizer.profile_format import from_json, to_json

NOTHING_FOUND = Message(
    ko="글자를 찾지 못했습니다. 손을 멈춘 구간이 있는지, 장갑을 바로 꼈는지(카메라라면 손이 다 "
    "보이는지) 확인하세요.",
    en="No letter was found. Check that the hand holds still somewhere, and that the glove sits "
    "right or the camera sees all of the hand.",
)
Follow = Callable[[int, float], None]
"""Is told how many bytes and how many seconds of a recording were read by now."""


@dataclass(frozen=True, slots=True)
class Setup:
    """Enough to read with the same models anywhere that has the same files.

    Attributes:
        model: The name of a shipped classifier or the file of one; None for that of the glove.
        word_signs: The file of a model of words that are read between the letters, if there is one.
        lm: The language model's file; None for the shipped one.
        words: How much every word of the user's own is expected.
        profile: What the wearer showed, as JSON; None for a stranger.
        mode: What the text may be.
        adapts: Whether the hand is learned while it writes.
        layout: What lines without a header mean.
        stream_by: How words of a stream are told from each other, by a model of words.
    """

    model: str | None
    word_signs: str | None
    lm: Path | None
    words: tuple[tuple[str, float], ...]
    profile: str | None
    mode: Mode
    adapts: bool
    layout: Layout | None = None
    stream_by: StreamBy = StreamBy.PAUSES

    @classmethod
    def of(cls, options: argparse.Namespace, language: Language) -> "Setup":
        """What the user wants.

        Raises:
            UsageError: There is no such model or profile.
            DataError: One of them is damaged, or they do not fit together.
            OSError: The user's words cannot be read.
        """
        model = options.letters or options.model
        word_signs = options.letters and (options.model or GLOVE)
        profile = shared.profile(options, shared.model(model))
        return cls(
            model=_found_anywhere(model),
            word_signs=_found_anywhere(word_signs),
            lm=options.lm and options.lm.absolute(),
            words=tuple(shared.personal_words(options, language).items()),
            profile=to_json(profile) if profile else None,
            mode=Mode(options.mode),
            adapts=options.adapt or options.learn,
            layout=shared.layout(options),
            stream_by=StreamBy(options.stream_by),
        )

    def word_reader(self) -> WordSignReader | None:
        """What reads words, if the model has learned arrays of features and not the glove.

        Raises:
            UsageError: There is no such model.
            DataError: It is damaged.
        """
        bundle = shared.model(self.model)
        return WordSignReader(bundle, self.stream_by) if bundle.gaussian is None else None

    def build(self) -> tuple[Engine, Adaptation | None]:
        """The engine, and what learns the wearer's hand while it reads.

        Raises:
            UsageError: There is no such language model.
            DataError: A model is damaged.
        """
        bundle = shared.model(self.model)
        profile = from_json(self.profile, "profile") if self.profile is not None else None
        adaptation = Adaptation(bundle, profile) if self.adapts else None
        engine = assemble_engine(
            bundle,
            shared.mixture(self.lm, dict(self.words)),
            profile=profile,
            adaptation=adaptation,
            mode=self.mode,
        )
        engine.word_signs = shared.word_sign_spotter(self.word_signs) if self.word_signs else None
        return engine, adaptation


class Transcriber:
    """Reads recordings, one after the other.

    Args:
        setup: What to read with.
        language: Of warnings.
        truths: Where the truth about recordings is, to compare with.

    Attributes:
        adaptation: What was learned of the wearer from the last recording; None to learn nothing.
    """

    def __init__(self, setup: Setup, language: Language, truths: Path | None = None) -> None:
        words = setup.word_reader()
        self._reader: Engine | WordSignReader
        self.adaptation: Adaptation | None
        self._reader, self.adaptation = (words, None) if words else setup.build()
        self._layout, self._model = setup.layout, setup.model
        self._language, self._truths = language, truths
        self._watch = Watch()

    def read(
        self, path: Path, follow: Follow | None = None, *, with_signal: bool = False
    ) -> Document:
        """What a recording says.

        Args:
            path: The recording.
            follow: Is told how far it is.
            with_signal: Whether the document keeps its signal, in memory that grows with it.

        Raises:
            UsageError: There is no such file, or it cannot be a recording.
            DataError: It cannot be read or holds no sample.
        """
        engine = self._reader
        if not isinstance(engine, Engine):
            return self._of_words(engine, path, with_signal=with_signal)
        recording = Recording(path, self._layout, open_seen)
        if word_signs := engine.word_signs:
            recording.see = word_signs.see
        duration_s = 0.0

        def source() -> Iterator[Frames]:
            nonlocal duration_s
            for frames in recording.chunks():
                if len(frames):
                    duration_s = float(frames.time_s[-1])
                yield frames
                if follow:
                    follow(recording.read_bytes, duration_s)

        alphabet = engine.recognizer.alphabet
        found = read(engine, self._watch.follow(source(), keep=with_signal), [self._watch])
        report, sensors = recording.report, engine.sensors
        if word_signs and not report.sees:
            raise UsageError(ko=f"{path}: {shared.NO_WORDS.ko}", en=f"{path}: {shared.NO_WORDS.en}")
        if sensors.never_worked:  # what was read before that was known is no text
            found = CompactTranscript("", [Candidate("", 0.0)], [], [])
        warnings = report.warnings() + sensors.warnings(report.unfit)
        warnings += filter(None, [engine.recognizer.fit.message])
        if unread := tuple(engine.recognizer.fit.spelling.unread):
            warnings.append(_left_out(unread))
        if wrong := shared.misread(
            self._model, is_seen=self._watch.is_seen, words=bool(word_signs)
        ):
            warnings.append(wrong)
        doubtful = [word for word in found.words if word.confidence < DOUBTFUL]
        if doubtful:
            warnings.append(_doubts(doubtful))
        if not (found.text or sensors.never_worked):
            warnings.append(NOTHING_FOUND)
        compared = None
        if self._truths:
            compared = self._compared(found, self._truths, path, alphabet)
            if isinstance(compared, Message):
                warnings.append(compared)
        return Document(
            source=str(path),
            duration_s=duration_s,
            transcript=found,
            warnings=tuple(warning.text(self._language) for warning in warnings),
            language=self._language,
            unread=unread,
            comparison=compared if isinstance(compared, TextComparison) else None,
            is_holed=report.is_holed,
            signal=self._watch.signal(alphabet) if with_signal else None,
        )

    def _of_words(self, reader: WordSignReader, path: Path, *, with_signal: bool) -> Document:
        """What an array of features says, by a model of words."""
        if with_signal or self._truths:
            raise UsageError(
                ko="낱말 모델은 신호를 그리거나 정답과 견주지 않습니다. --html과 --compare를 "
                "빼세요.",
                en="A model of words draws no signal and is not compared with a truth. Leave "
                "--html and --compare out.",
            )
        found, duration_s = reader.read(path)
        doubtful = [word for word in found.words if word.confidence < DOUBTFUL]
        warnings = ([_doubts(doubtful)] if doubtful else []) + [NOTHING_FOUND] * (not found.text)
        told = tuple(warning.text(self._language) for warning in warnings)
        return Document(str(path), duration_s, found, told, self._language)

    def _compared(
        self, found: CompactTranscript, where: Path, recording: Path, alphabet: Alphabet
    ) -> TextComparison | Message:
        """A text beside the truth about its recording, or why that cannot be."""
        try:
            truth = find_truth(where, recording)
        except DataError as error:
            return error.message
        if truth is not None:
            return TextComparison.of(found.text, found.words, found.signs, truth, alphabet)
        return Message(
            ko=f"{where}에 {recording.stem}.json이나 .txt 정답이 없어 견주지 못했습니다.",
            en=f"Not compared: there is no truth {recording.stem}.json or .txt in {where}.",
        )

    def transcribe(
        self,
        task: Task,
        follow: Follow | None = None,
        learn: Callable[[Document], None] | None = None,
    ) -> Outcome:
        """Read a recording and write its results; whatever fails is its outcome.

        Args:
            task: What to do.
            follow: Is told how far it is.
            learn: Is told what was read, once that is written.
        """
        began_s = perf_counter()
        try:
            shown = any(FORMATS[name].shows_signal for name in task.targets)
            document = self.read(task.recording.path, follow, with_signal=shown)
            text = "".join(_write(document, *target) for target in task.targets.items())
            if learn:
                learn(document)
        except JihwaError as error:
            return Outcome(task.recording, TaskState.FAILED, error=error)
        except OSError as error:
            return _failed(task, explain(error), error)
        except Exception as error:  # a bug costs one recording, not all that are left
            path, told = task.recording.path, f"{type(error).__name__}: {error}"
            message = Message(
                ko=f"{path}: 뜻하지 않은 오류 ({told}). --debug로 다시 하여 알려 주세요.",
                en=f"{path}: unexpected error ({told}). Run it with --debug and report it.",
            )
            return _failed(task, message, error)
        return Outcome(
            recording=task.recording,
            state=TaskState.DONE,
            results=tuple(path for path in task.targets.values() if path != STDOUT),
            text=text,
            duration_s=document.duration_s,
            took_s=perf_counter() - began_s,
            warnings=document.warnings,
            comparison=document.comparison,
            is_holed=document.is_holed,
        )


@dataclass(frozen=True, slots=True)
class Anywhere:
    """A transcriber that goes to other processes, and is made there once a thread."""

    setup: Setup
    language: Language
    truths: Path | None = None

    def __call__(self, task: Task) -> Outcome:
        """Read a recording and write its results."""
        if getattr(_here, "made_for", None) != self:
            _here.transcriber = Transcriber(self.setup, self.language, self.truths)
            _here.made_for = self
        transcriber: Transcriber = _here.transcriber
        return transcriber.transcribe(task)


_here = threading.local()


def _write(document: Document, name: str, target: Path) -> str:
    """Write one format; returns what goes to the standard output."""
    write = FORMATS[name].write
    if target == STDOUT:
        text = io.StringIO()
        write(document, text)
        return text.getvalue()
    target.parent.mkdir(parents=True, exist_ok=True)
    # paths may hold any bytes
    with (
        unfinished(target) as path,
        path.open("w", encoding="utf-8", errors="replace", newline="") as file,
    ):
        write(document, file)
    return ""


def _failed(task: Task, message: Message, cause: Exception) -> Outcome:
    error = DataError(ko=message.ko, en=message.en)
    error.__cause__ = cause
    return Outcome(task.recording, TaskState.FAILED, error=error)


def _found_anywhere(model: str | None) -> str | None:
    """What names the model in whatever folder a process is."""
    return model if model is None or model in SHIPPED else str(Path(model).absolute())


def _left_out(unread: Sequence[Interval]) -> Message:
    """When nobody spelled, in all."""
    total_s = sum(end_s - start_s for start_s, end_s in unread)
    return Message(
        ko=f"{total_s:.0f}초 동안은 지문자를 쓰는 것 같지 않아 읽지 않았습니다.",
        en=f"{total_s:.0f} s do not look like fingerspelling and were not read.",
    )


def _doubts(words: Sequence[Word]) -> Message:
    shown = ", ".join(word.text for word in words)
    return Message(
        ko=f"확실하지 않은 낱말 {len(words)}개: {shown}. 맞는지 확인하세요.",
        en=f"{len(words)} doubtful word(s): {shown}. Check them.",
    )
