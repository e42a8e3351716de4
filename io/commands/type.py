"""`jihwa type`: what the glove spells becomes text while it is spelled."""

import argparse
import math
import sys
import threading
from contextlib import ExitStack, closing
from dataclasses import replace

from jihwa.data.messages import Language, Message
from jihwa.io.commands import into, live
from jihwa.io.commands.asking import ask
from jihwa.io.commands.into import Into
from jihwa.io.live import archive
from jihwa.io.live.journal import Journal
from jihwa.io.live.session import LiveOptions, LiveSession
from jihwa.io.screen.full_screen import FullScreen
from jihwa.io.screen.lines import LineScreen
from jihwa.io.screen.text import clean, clean_lines, tail
from jihwa.io.settings import options as shared
from jihwa.io.settings.language import speaker
from jihwa.io.settings.table import add_settings
from jihwa.io.sources.source import Link, Source
from jihwa.io.speech.process import VoiceSettings
from jihwa.io.speech.spoken import SpeechMode, SpokenText
from jihwa.io.speech.voice import Voice
from jihwa.io.streams import has_reader, warn

LOOK_EVERY_S = 1.0
"""How often it is asked whether anybody still reads the lines."""
SHOWN_COLUMNS = 72
"""Of the text that can be gone on with."""


def configure(parser: argparse.ArgumentParser, language: Language) -> None:
    """Add the command's arguments."""
    say = speaker(language)
    add_settings(parser, language, "source", "profile", "model", "lm", "mode", "layout", "commands")
    add_settings(parser, language, "personal", "history", "adapt", "pause_s", "speak")
    add_settings(
        parser, language, "voice.name", "voice.rate_wpm", "voice.volume", "voice.say_again"
    )
    add_settings(parser, language, "journal.keep_days", "journal.keep_mb")
    plain = say(
        "전체 화면 대신 줄로 출력 (화면 낭독기, 파이프)",
        "print lines instead of a full screen (screen readers, pipes)",
    )
    parser.add_argument("--plain", action="store_true", help=plain)
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--continue",
        dest="goes_on",
        action="store_true",
        default=None,
        help=say("끝내지 않은 글을 묻지 않고 잇기", "go on with an unfinished text, unasked"),
    )
    which.add_argument(
        "--new",
        dest="goes_on",
        action="store_false",
        default=None,
        help=say("묻지 않고 새로 시작하기", "begin anew, unasked"),
    )
    parser.add_argument(
        "--record",
        type=shared.output_file,
        metavar="FILE",
        help=say("장갑의 신호를 이 파일에도 적기", "write the glove's signal to this file too"),
    )
    into.add(parser, language)


def run(options: argparse.Namespace, language: Language) -> int:
    """Type until the user leaves; lines end with their source too."""
    full = live.can_be_full_screen() and not options.plain
    source = live.source(options)
    with ExitStack() as stack:
        typed_into = stack.enter_context(into.opened(options, full_screen=full))
        journal = _journal(options, language, asks=full)
        stack.callback(journal.close, ended=False)  # a session that ends closes it before
        recording = options.record and stack.enter_context(options.record.open("wb", buffering=0))
        pause_s = options.pause or math.inf
        behaviour = LiveOptions(pause_s, live.layout(options), recording=recording)
        act = _fill_the_screen if full else _print_lines
        session = act(source, journal, behaviour, typed_into, options, language)
        exit_code = typed_into.exit_code
    if full:
        print(clean_lines(session.state.page.committed))  # to be copied from where it was typed
    live.fail_if_it_did(session)
    unread = session.state.connection.link is Link.ENDED and not session.state.signal.samples
    return exit_code or int(unread and not full)


def _fill_the_screen(
    source: Source,
    journal: Journal,
    behaviour: LiveOptions,
    typed_into: Into,
    options: argparse.Namespace,
    language: Language,
) -> LiveSession:
    def tell(message: Message) -> None:
        session.notify(message)

    screen = FullScreen()
    with closing(_voice(options, tell)) as voice, live.told_to_end(screen.leave):
        spoken = _spoken(options, voice)
        wearer = live.wearer(options, language, tell)
        session = LiveSession(
            source,
            wearer.engine,
            journal,
            replace(behaviour, wearer=wearer),
            [spoken, *typed_into.outlets],
            lambda: screen.redraw(session.state),
        )
        with closing(session):
            session.start()
            live.show(screen, session, spoken, options, language, typed_into.child)
    return session


def _print_lines(
    source: Source,
    journal: Journal,
    behaviour: LiveOptions,
    typed_into: Into,
    options: argparse.Namespace,
    language: Language,
) -> LiveSession:
    def tell(message: Message) -> None:
        warn(message.text(language))

    wearer = live.wearer(options, language, tell)
    engine = wearer.engine()
    lines = LineScreen(sys.stdout, engine.recognizer.alphabet, language)
    ended = threading.Event()
    with closing(_voice(options, tell)) as voice, live.told_to_end(ended.set):

        def follow() -> None:
            lines.follow(session.state)
            if session.state.connection.link is Link.ENDED or session.failure or lines.failure:
                ended.set()

        session = LiveSession(
            source,
            lambda: engine,
            journal,
            replace(behaviour, wearer=wearer),
            [_spoken(options, voice), lines, *typed_into.outlets],
            follow,
        )
        with closing(session):
            session.start()
            if options.source != "-":
                threading.Thread(target=_read_keyboard, args=[session], daemon=True).start()
            while not ended.wait(LOOK_EVERY_S) and has_reader(sys.stdout):
                pass
    if lines.failure:
        raise lines.failure
    return session


def _read_keyboard(session: LiveSession) -> None:
    """Write the lines of the standard input as they come."""
    # of its own: a thread that waits in sys.stdin would hold up the end of the program
    with open(0, "rb", buffering=0, closefd=False) as stdin:
        for line in stdin:
            session.writing.type(clean(line.decode("utf-8-sig", errors="replace").rstrip("\r\n")))
            session.writing.complete()
            session.writing.type("\n")


def _voice(options: argparse.Namespace, tell: live.Tell) -> Voice:
    return Voice(VoiceSettings(options.voice, options.rate, options.volume), tell)


def _spoken(options: argparse.Namespace, voice: Voice) -> SpokenText:
    return SpokenText(voice, SpeechMode(options.speak), corrections=options.say_again)


def _journal(options: argparse.Namespace, language: Language, *, asks: bool) -> Journal:
    """That of the session to go on with, or else a new one; old sessions are tidied away."""
    archive.tidy(options.keep_days, options.keep_mb)
    unfinished = archive.unfinished()
    goes_on: bool | None = options.goes_on
    if unfinished and goes_on is None and asks:
        goes_on = _wants_to_go_on(unfinished.contents().text, language)
        if not goes_on:
            unfinished.put_away()
    if unfinished and goes_on:
        return unfinished.resume()
    return archive.begin(options.source, options.profile)


def _wants_to_go_on(text: str, language: Language) -> bool:
    """Ask the user whether to go on with a text."""
    say = speaker(language)
    print(say("끝내지 않은 글이 있습니다:", "There is an unfinished text:"))
    print(f"  {tail(' '.join(clean(text).split()), SHOWN_COLUMNS)}")
    return ask(say("이어서 쓸까요?", "Go on with it?"), default=True)
