"""`jihwa type`: what the glove spells becomes text while it is spelled."""

import argparse
import math
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, nullcontext
from dataclasses import replace
from typing import Protocol

from jihwa.data.messages import Language, Message, UsageError
from jihwa.io.commands import into, live
from jihwa.io.engine import Engine, Sink
from jihwa.io.live import archive
from jihwa.io.live.journal import Journal
from jihwa.io.live.session import LiveOptions, LiveSession
from jihwa.io.live.state import LiveState
from jihwa.io.live.wearer import Wearer
from jihwa.io.outlets.targets import Child
from jihwa.io.screen.cells import clean, clean_lines, tail
from jihwa.io.screen.full_screen import FullScreen
from jihwa.io.screen.lines import SessionLines
from jihwa.io.settings import options as shared
from jihwa.io.settings.arguments import Command
from jihwa.io.settings.configuration import Origin
from jihwa.io.settings.language import ask, speaker
from jihwa.io.sources.source import Link
from jihwa.io.speech.spoken import SpeechMode, SpokenText
from jihwa.io.speech.voice import Voice
from jihwa.io.streams import has_reader, typed_lines, warn

PORT = 8517
"""Where others read along; always the same, so that an open page finds the program again."""
FOUND = "auto"
"""In place of this computer's address in the local network: whatever it is."""
LOOK_EVERY_S = 1.0
"""How often it is asked whether anybody still reads the lines."""
SHOWN_COLUMNS = 72
"""Of the text that can be gone on with."""

Begin = Callable[[Wearer, Callable[[], Engine], Sequence[Sink], Callable[[], None]], LiveSession]
"""Makes the session of a wearer, from what makes its engine, its sinks, and what it calls."""


class Audience(Protocol):
    """Others who read the text while it is written."""

    @property
    def invitation(self) -> Sequence[str]:
        """The address for the next of them, and the lines of its QR code."""

    def follow(self, state: LiveState) -> None:
        """The session is in this state now; returns at once."""

    def serving(self, session: LiveSession, spoken: SpokenText) -> AbstractContextManager[None]:
        """Within this, others can read along."""


def configure(arguments: Command) -> None:
    """Add the command's arguments."""
    configure_typing(arguments)
    configure_beginning(arguments)
    configure_serving(arguments)


def configure_beginning(arguments: Command) -> None:
    """Add the arguments that say what to do with an unfinished text."""
    which = arguments.either()
    for name, ko, en, goes_on in (
        (
            "--continue",
            "끝내지 않은 글을 묻지 않고 잇기",
            "go on with an unfinished text, unasked",
            True,
        ),
        ("--new", "묻지 않고 새로 시작하기", "begin anew, unasked", False),
    ):
        which(name, ko, en, dest="goes_on", action="store_const", const=goes_on)


def configure_serving(arguments: Command) -> None:
    """Add the argument by which others read along."""
    arguments.switch(
        "--serve-captions",
        "글을 브라우저에도 보이기, `jihwa captions`처럼 (pip install 'jihwa[web]')",
        "show the text in a browser too, as `jihwa captions` does (pip install 'jihwa[web]')",
    )


def configure_typing(arguments: Command) -> None:
    """Add the arguments of whatever types, but for what text that goes on with."""
    arguments.preset(session=None, goes_on=None, serve_captions=False, lan=None, port=PORT)
    arguments.settings("source", "profile", "model", "lm", "mode", "layout", "commands")
    shared.add_letters(arguments)
    arguments.settings("personal", "history", "adapt", "pause_s", "accept_s", "speak")
    arguments.settings("voice.name", "voice.rate_wpm", "voice.volume", "voice.say_again")
    arguments.settings("journal.keep_days", "journal.keep_mb")
    shown = arguments.either()
    shown.switch(
        "--plain",
        "전체 화면 대신 줄로 출력 (화면 낭독기, 파이프)",
        "print lines instead of a full screen (screen readers, pipes)",
    )
    shown.switch(
        "--captions",
        "상대에게 보이게 글만 터미널에 찰 만큼 크게 (Ctrl-L)",
        "show the text alone, as large as the terminal allows, for somebody else (Ctrl-L)",
    )
    arguments.path(
        "--record",
        "FILE",
        "장갑의 신호를 이 파일에도 적기",
        "write the glove's signal to this file too",
        type=shared.output_file,
    )
    into.add(arguments)


def run(options: argparse.Namespace, language: Language) -> int:
    """Type until the user leaves; lines end with their source too.

    Args:
        options: Those of `configure_typing`, `session` a stored one to go on with.
        language: Of messages.
    """
    full = live.can_be_full_screen() and not options.plain
    with ExitStack() as stack:
        readers = _served(options, language) if options.serve_captions else nullcontext()
        audience = stack.enter_context(readers)
        source, word_signs = live.source(options), live.word_signs(options)
        typed_into = stack.enter_context(into.opened(options, full_screen=full))
        journal = _journal(options, language)
        stack.callback(journal.close, ended=False)  # a session that ends closes it before
        recording = options.record and stack.enter_context(options.record.open("wb", buffering=0))
        behaviour = LiveOptions(
            pause_s=options.pause or math.inf,
            accept_s=options.accept_after or math.inf,
            layout=shared.layout(options),
            recording=recording,
            word_signs=word_signs,
        )

        watch = live.watch_signal(options, words=word_signs is not None)
        pose = live.posing(source)

        def begin(
            wearer: Wearer,
            make_engine: Callable[[], Engine],
            sinks: Sequence[Sink],
            changed: Callable[[], None],
        ) -> LiveSession:
            def tell_all() -> None:
                changed()
                if audience:
                    audience.follow(session.state)
                watch(session)
                pose(session)

            known, follow = replace(behaviour, wearer=wearer), [*sinks, *typed_into.outlets]
            session = LiveSession(source, make_engine, journal, known, follow, tell_all)
            if word_signs:
                live.begin_with_words(session, letters=options.letters is not None)
            return session

        if full:
            session = _fill_the_screen(begin, typed_into.child, audience, options, language)
        else:
            session = _print_lines(begin, audience, options, language)
        exit_code = typed_into.exit_code
    if full:
        print(clean_lines(session.state.text.committed))  # to be copied from where it was typed
    live.fail_if_it_did(session)
    unread = session.state.connection.link is Link.ENDED and not session.state.signal.samples
    return exit_code or int(unread and not full)


@contextmanager
def _served(options: argparse.Namespace, language: Language) -> Iterator[Audience]:
    """A server for those who read along."""
    try:
        from jihwa.io.web.server import CaptionServer, lan_address
    except ImportError as error:
        raise UsageError(
            ko="글을 브라우저에 보이려면 aiohttp와 segno가 필요합니다. 설치: "
            "pip install 'jihwa[web]'",
            en="Showing the text in a browser needs aiohttp and segno. Install them with: "
            "pip install 'jihwa[web]'",
        ) from error
    if options.resolved["speak"][1] is Origin.DEFAULT:
        options.speak = SpeechMode.MANUAL  # for readers who wish to hear it
    lan = lan_address() if options.lan == FOUND else options.lan
    with closing(CaptionServer(lan, options.port, transcribing(options))) as server:
        if not live.can_be_full_screen() or options.plain:
            warn(speaker(language)(f"읽을 주소: {server.url}", f"to read along: {server.url}"))
        yield server


def transcribing(options: argparse.Namespace) -> Sequence[str]:
    """Options of `jihwa transcribe` that read a recording as this session reads its glove."""
    values = {
        "profile": options.profile,
        "model": options.model,
        "letters": options.letters,
        "lm": options.lm,
        "mode": options.mode,
        "layout": options.layout and ",".join(options.layout),
    }
    off = [name for name in ("personal", "history", "adapt") if not getattr(options, name)]
    given = [f"--{name}={value}" for name, value in values.items() if value]
    return [*given, *(f"--no-{name}" for name in off)]


def _fill_the_screen(
    begin: Begin,
    child: Child | None,
    audience: Audience | None,
    options: argparse.Namespace,
    language: Language,
) -> LiveSession:
    def tell(message: Message) -> None:
        session.notify(message)

    screen = FullScreen()
    with closing(_voice(options, tell)) as voice, live.told_to_end(screen.leave):
        spoken = _spoken(options, voice)
        wearer = live.wearer(options, language, tell)
        session = begin(wearer, wearer.engine, [spoken], lambda: screen.redraw(session.state))
        with _read_by(audience, session, spoken), closing(session):
            session.start()

            def invite() -> Sequence[str]:
                return audience.invitation if audience else ()

            large = options.captions
            live.show(screen, session, spoken, options, language, child, invite, large=large)
    return session


def _print_lines(
    begin: Begin, audience: Audience | None, options: argparse.Namespace, language: Language
) -> LiveSession:
    def tell(message: Message) -> None:
        warn(message.text(language))

    wearer = live.wearer(options, language, tell)
    engine = wearer.engine()
    words = engine.composer.words if live.can_style() else None
    lines = SessionLines(sys.stdout, engine.recognizer.alphabet, language, words)
    ended = threading.Event()
    with closing(_voice(options, tell)) as voice, live.told_to_end(ended.set):

        def follow() -> None:
            lines.follow(session.state)
            if session.state.connection.link is Link.ENDED or session.failure or lines.failure:
                ended.set()

        spoken = _spoken(options, voice)
        session = begin(wearer, lambda: engine, [spoken, lines], follow)
        with _read_by(audience, session, spoken), closing(session):
            session.start()
            if options.source != "-":
                threading.Thread(target=_read_keyboard, args=[session], daemon=True).start()
            while not ended.wait(LOOK_EVERY_S) and has_reader(sys.stdout):
                pass
    if lines.failure:
        raise lines.failure
    return session


def _read_by(
    audience: Audience | None, session: LiveSession, spoken: SpokenText
) -> AbstractContextManager[None]:
    """Within this, whoever may come can read; they get the end of the text too."""
    return audience.serving(session, spoken) if audience else nullcontext()


def _read_keyboard(session: LiveSession) -> None:
    """Write the lines of the standard input as they come."""
    for line in typed_lines():
        session.writing.type(clean(line))
        session.writing.complete()
        session.writing.type("\n")


def _voice(options: argparse.Namespace, tell: live.Tell) -> Voice:
    return Voice(live.voice_settings(options), tell)


def _spoken(options: argparse.Namespace, voice: Voice) -> SpokenText:
    return SpokenText(voice, SpeechMode(options.speak), corrections=options.say_again)


def _journal(options: argparse.Namespace, language: Language) -> Journal:
    """That of the session to go on with, or else a new one; old sessions are tidied away.

    Without a terminal to ask at, the user is told how to go on with an unfinished text.
    """
    stored: archive.StoredSession | None = options.session
    if stored:
        return stored.resume()
    archive.tidy(options.keep_days, options.keep_mb)
    unfinished = archive.unfinished()
    goes_on: bool | None = options.goes_on
    if unfinished and goes_on is None:
        if sys.stdin.isatty() and sys.stdout.isatty():
            goes_on = _wants_to_go_on(unfinished.contents().text, language)
            if not goes_on:
                unfinished.put_away()
        else:
            speaker(language).warn(
                "끝내지 않은 글이 있습니다. 이어 쓰려면: jihwa sessions continue "
                f"{unfinished.name}",
                "There is an unfinished text. To go on with it: jihwa sessions continue "
                f"{unfinished.name}",
            )
    if unfinished and goes_on:
        return unfinished.resume()
    return archive.begin(options.source, options.profile, options.mode)


def _wants_to_go_on(text: str, language: Language) -> bool:
    """Ask the user whether to go on with a text."""
    say = speaker(language)
    say.tell("끝내지 않은 글이 있습니다:", "There is an unfinished text:")
    print(f"  {tail(' '.join(clean(text).split()), SHOWN_COLUMNS)}")
    return ask(say("이어서 쓸까요?", "Go on with it?"), default=True)
