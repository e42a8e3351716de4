"""`jihwa sessions`: what was typed live, and how it goes away."""

import argparse
import io
import sys

from jihwa.composer.text.transcript import Candidate
from jihwa.data.files import write_whole
from jihwa.data.messages import JihwaError, Language, UsageError
from jihwa.io.commands import type as typing
from jihwa.io.live import archive
from jihwa.io.live.past import read_timed
from jihwa.io.screen.cells import clean, clean_lines, tail
from jihwa.io.settings import configuration
from jihwa.io.settings import options as shared
from jihwa.io.settings.arguments import Command
from jihwa.io.settings.language import may_delete, speaker
from jihwa.io.streams import warn
from jihwa.io.writers import FORMATS
from jihwa.io.writers.document import CompactTranscript, Document

EXPORTED = ("txt", "json", "srt")
"""What a text can be written as that nothing but its times is known of."""
SHOWN_COLUMNS = 24
"""Of the end of a session's text."""


def configure(arguments: Command) -> None:
    """Add the command's actions."""
    actions = arguments.actions(required=False)
    which = "세션 이름, 또는 그 앞부분", "name of a session, or its beginning"
    actions("list", _list, "세션 보기 (기본)", "list the sessions (the default)")
    show = actions("show", _show, "세션의 글과 파일 보기", "show a session's text and files")
    show("session", *which, _names, metavar="ID")
    goes_on = actions("continue", _continue, "세션을 이어 쓰기", "go on with a session")
    goes_on("name", *which, _names, metavar="ID")
    typing.configure_typing(goes_on)
    typing.configure_serving(goes_on)
    export = actions("export", _export, "세션의 글 내보내기", "write a session's text to a file")
    export("session", *which, _names, metavar="ID")
    export(
        "--format",
        "txt, 시각이 있는 json이나 srt (기본: %(default)s)",
        "txt, or json or srt with times (default: %(default)s)",
        choices=EXPORTED,
        default=EXPORTED[0],
    )
    export.path(
        "--output",
        "FILE",
        "쓸 파일 (기본: 표준 출력)",
        "file to write (default: standard output)",
        type=shared.output_file,
    )
    delete = actions("delete", _delete, "세션 지우기", "delete sessions")
    delete("sessions", *which, _names, nargs="*", metavar="ID")
    delete.switch("--all", "모두", "all of them")
    delete.yes()
    arguments.preset(run=_list)


def _names(**_: object) -> list[str]:
    return [session.name for session in archive.sessions()]


def _list(_: argparse.Namespace, language: Language) -> int:
    say, sessions = speaker(language), archive.sessions()
    for session in sessions:
        print(_line(session, language))
    if not sessions:
        say.tell(
            f"{archive.folder()}: 저장된 세션이 없습니다. `jihwa type`으로 시작하세요.",
            f"{archive.folder()}: no session is stored. Begin one with `jihwa type`.",
        )
    return 0


def _show(options: argparse.Namespace, language: Language) -> int:
    session = archive.find(options.session)
    print(_describe(session, language))
    for path in session.parts:
        print(path)
    print(f"\n{session.contents().text}")
    return 0


def _continue(options: argparse.Namespace, language: Language) -> int:
    """Type behind the text of a session, with the hand that wrote it if no other is named."""
    options.session = archive.find(options.name)
    wrote = options.session.contents().header.profile
    if wrote and not options.profile:
        options = configuration.for_profile(options, wrote)
    return typing.run(options, language)


def _export(options: argparse.Namespace, language: Language) -> int:
    session = archive.find(options.session)
    told = read_timed(session.parts)
    reading = CompactTranscript(told.text, (Candidate(told.text, 0.0),), told.words(), ())
    document = Document(session.name, told.duration_s, reading, (), language)
    content = io.StringIO()
    FORMATS[options.format].write(document, content)
    if options.output is None:
        sys.stdout.write(clean_lines(content.getvalue()))
    else:
        write_whole(options.output, content.getvalue().encode())
    return 0


def _delete(options: argparse.Namespace, language: Language) -> int:
    if options.all == bool(options.sessions):
        raise UsageError(
            ko="지울 세션의 이름을 주거나 --all을 쓰세요.",
            en="Name the sessions to delete, or use --all.",
        )
    say = speaker(language)
    found = archive.sessions() if options.all else map(archive.find, options.sessions)
    chosen = list(dict.fromkeys(found))
    for session in chosen:
        print(_line(session, language))
    n, code = len(chosen), 0
    if not chosen or not may_delete(options, say(f"세션 {n}개", f"{n} session(s)"), language):
        return 0
    for session in chosen:
        try:
            session.delete()
            say.tell(f"{session.name}: 지웠습니다.", f"{session.name}: deleted.")
        except UsageError as error:
            warn(error.message.text(language))
            code = 1
    return code


def _line(session: archive.StoredSession, language: Language) -> str:
    """A session in one line, even a damaged one."""
    try:
        return _describe(session, language)
    except JihwaError as error:
        return f"{session.name}  {error.message.text(language)}"


def _describe(session: archive.StoredSession, language: Language) -> str:
    """One line: name, beginning, duration, how much was written, how it ended, the text's end."""
    say, last = speaker(language), session.contents()
    minutes, seconds = divmod(round(session.duration_s), 60)
    letters = sum(not character.isspace() for character in last.text)
    if session.in_use:
        end = say("쓰는 중", "being written")
    else:
        end = say("끝남", "ended") if last.ended else say("중단됨", "broken off")
    begun = f"{session.started:%Y-%m-%d %H:%M}"
    written = say(f"{letters}자", f"{letters} characters")
    text = tail(" ".join(clean(last.text).split()), SHOWN_COLUMNS)
    return f"{session.name}  {begun}  {minutes}:{seconds:02}  {written}  {end}  {text}".rstrip()
