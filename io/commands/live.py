"""What the commands that read a glove live share: where it is, whose it is, how it is watched."""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue

from jihwa.composer.language.token_model import Mode
from jihwa.data.messages import Language, Message
from jihwa.io.live.session import LiveSession
from jihwa.io.live.wearer import Wearer
from jihwa.io.outlets.targets import Child
from jihwa.io.screen.controls import Controls
from jihwa.io.screen.full_screen import FullScreen
from jihwa.io.screen.program import Program
from jihwa.io.screen.view import Place, View
from jihwa.io.settings import configuration
from jihwa.io.settings import options as shared
from jihwa.io.sources.source import Source, SourceEvent
from jihwa.io.sources.uri import open_source
from jihwa.io.speech.process import VoiceSettings
from jihwa.io.speech.spoken import SpokenText
from jihwa.io.streams import typed_lines
from jihwa.io.user import phrases
from jihwa.models.bundle import GLOVE, LANDMARKS, Bundle
from jihwa.recognizer.calibration import Prompt
from jihwa.recognizer.word_signs import WordSignSpotter

Tell = Callable[[Message], None]

POSE_S = 1.0
"""How long a simulated hand holds what a calibration asks for."""

SILENCE_S = 5.0
"""After so long without a sample the user is told."""

NOTHING_COMES = Message(
    ko="아무것도 오지 않습니다. 장갑이 꽂혀 있고 켜져 있는지 확인하세요 (jihwa devices).",
    en="Nothing comes. Check that the glove is plugged in and switched on (jihwa devices).",
)

WORDS = Message(
    ko="낱말 수어를 읽습니다. F2를 누르면 지문자도 함께 읽습니다.",
    en="Word signs are read. After F2 letters are, too.",
)
WORDS_AND_LETTERS = Message(
    ko="낱말 수어와 지문자를 함께 읽습니다. F2를 누르면 낱말만 읽습니다.",
    en="Word signs and letters are read. After F2 words alone are.",
)

Input = SourceEvent | str | None
"""What the source delivers, a line of the keyboard, or None: nothing for a while."""


def source(options: argparse.Namespace) -> Source:
    """Where the signal comes from.

    Raises:
        UsageError: There is no such source, or no such layout.
        DataError: It is a recording that cannot be read.
    """
    return open_source(options.source, shared.layout(options), options.commands or ())


def model(options: argparse.Namespace) -> Bundle:
    """The classifier that the user wants; without a word, that of what the source sees.

    Raises:
        UsageError: There is no such file.
        DataError: It is no model, or damaged.
    """
    return shared.model(options.model or (LANDMARKS if _is_camera(options) else None))


def _is_camera(options: argparse.Namespace) -> bool:
    return str(options.source).lower().startswith("camera:")


def watch_signal(
    options: argparse.Namespace, *, words: bool = False
) -> Callable[[LiveSession], None]:
    """What tells a session once, when it looks, that its model reads another kind of signal.

    Args:
        options: With the `model` of letters.
        words: Whether it reads words, too.
    """
    model, is_told = options.model or (LANDMARKS if _is_camera(options) else GLOVE), False

    def look(session: LiveSession) -> None:
        nonlocal is_told
        is_seen = session.state.signal.is_seen
        if not is_told and (wrong := shared.misread(model, is_seen=is_seen, words=words)):
            is_told = True
            session.notify(wrong)

    return look


def posing(source: Source) -> Callable[[LiveSession], None]:
    """What lets a simulated hand show, when it looks, what a calibration asks for."""
    shown: tuple[int, Prompt] | None = None

    def look(session: LiveSession) -> None:
        nonlocal shown
        asked = session.state.calibration
        if asked and (asked.done, asked.prompt) != shown:
            shown = asked.done, asked.prompt
            source.show(asked.prompt.sign, asked.prompt.style, POSE_S)

    return look


def word_signs(options: argparse.Namespace) -> WordSignSpotter | None:
    """What reads words, if the user's model is one of words; letters are then read by another.

    Raises:
        UsageError: There is no such file, or it has learned from something else than a hand.
        DataError: It is no model, or damaged.
    """
    if options.letters is None and model(options).gaussian:
        return None
    spotter = shared.word_sign_spotter(options.model)
    options.model = options.letters or LANDMARKS
    return spotter


def begin_with_words(session: LiveSession, *, letters: bool) -> None:
    """Tell that word signs are read; letters wait until they are wanted, too."""
    session.pause(not letters)
    session.notify(WORDS_AND_LETTERS if letters else WORDS)


def wearer(options: argparse.Namespace, language: Language, tell: Tell) -> Wearer:
    """Whose hand and words are read; nothing is loaded yet.

    Args:
        options: With `model`, `lm`, `profile`, `mode`, `adapt`, `personal` and `history`.
        language: Of what is told.
        tell: Takes what is wrong with the user's words.
    """

    def warn(text: str) -> None:
        tell(Message(ko=text, en=text))

    stored, _ = phrases.load(options.profile)
    return Wearer(
        partial(model, options),
        lambda: shared.token_model(options, language, warn),
        profile=options.profile,
        adapts=options.adapt,
        remembers=shared.learns(options),
        mode=Mode(options.mode),
        abbreviations={
            phrase.abbreviation: phrase.text for phrase in stored if phrase.abbreviation
        },
        phrases=[phrase.text for phrase in stored],
    )


def voice_settings(options: argparse.Namespace) -> VoiceSettings:
    """How the voice shall speak."""
    return VoiceSettings(options.voice, options.rate, options.volume)


def can_style() -> bool:
    """Whether the standard output is a terminal that can do more than print lines."""
    is_dumb = os.environ.get("TERM", "") in ("", "dumb") and os.name == "posix"
    return sys.stdout.isatty() and not is_dumb


def can_be_full_screen() -> bool:
    """Whether there is such a terminal on both sides."""
    return sys.stdin.isatty() and can_style()


def show(
    screen: FullScreen,
    session: LiveSession,
    spoken: SpokenText,
    options: argparse.Namespace,
    language: Language,
    child: Child | None = None,
    invite: Callable[[], Sequence[str]] = tuple,
    *,
    large: bool = False,
) -> None:
    """Show a session full screen until the user leaves, a signal or the child program ends it.

    Raises:
        UsageError: The name cannot be that of a profile.
        OSError: The stored sentences cannot be read.
    """
    stored, unusable = phrases.load(options.profile)
    for warning in unusable:
        session.notify(warning)
    first = Place.INVITATION if invite() else Place.TEXT
    view = View(
        language=language,
        profile=Path(options.profile or "").stem,
        phrases=stored,
        large=large,
        colours=not os.environ.get("NO_COLOR"),
        place=Place.PROGRAM if child else first,
        has_program=child is not None,
    )
    program = Program(child, session) if child else None

    def wearers(profile: str) -> tuple[Wearer, VoiceSettings]:
        theirs = configuration.for_profile(options, profile)
        return wearer(theirs, language, session.notify), voice_settings(theirs)

    controls = Controls(session, view, spoken, screen.leave, wearers, invite)
    screen.run(controls, program)


def fail_if_it_did(session: LiveSession) -> None:
    """Raise what ended a session before its time, if anything did.

    Raises:
        Exception: What the session failed with.
    """
    if session.failure is not None:
        raise session.failure


@contextmanager
def told_to_end(end: Callable[[], None]) -> Iterator[None]:
    """Within this, SIGTERM and SIGHUP only ask to end, however often: what there is gets saved.

    Once one has come, no other is taken behind this: the program is about to end. They are ignored,
    as Python gives up its own handlers before the process is over.

    Args:
        end: Is called in the main thread, and returns at once.
    """
    told = False

    def handle(*_: object) -> None:
        nonlocal told
        told = True
        end()

    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {name: signal.signal(getattr(signal, name), handle) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), signal.SIG_IGN if told else handler)


@contextmanager
def listening(source: Source, *, keyboard: bool) -> Iterator[Iterator[Input]]:
    """Events without end, as they come; the source is closed at the end.

    Args:
        source: Is started.
        keyboard: Whether lines of the standard input are events too.
    """
    events: SimpleQueue[SourceEvent | str] = SimpleQueue()
    source.start(events.put)
    if keyboard:
        threading.Thread(target=_read_keys, args=(events,), daemon=True).start()
    try:
        yield _each(events)
    finally:
        source.close()


def _each(events: SimpleQueue[SourceEvent | str]) -> Iterator[Input]:
    while True:
        try:
            yield events.get(timeout=SILENCE_S)
        except Empty:
            yield None


def _read_keys(events: SimpleQueue[SourceEvent | str]) -> None:
    for line in typed_lines():
        events.put(line.strip().lower())
