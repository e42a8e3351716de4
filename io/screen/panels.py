"""What stands around the text, or instead of it for a while.

Above it the line that says how the glove is connected and how the session is set, below it the keys
that matter; instead of it the help and the stored sentences.
"""

from collections.abc import Mapping
from math import ceil

from jihwa.data.messages import Message
from jihwa.io.live.state import LiveState
from jihwa.io.screen.cells import CURSOR, StyledLine, apart, clean, cut, pad, paragraph, tail, width
from jihwa.io.screen.keys import BINDINGS
from jihwa.io.screen.view import View
from jihwa.io.settings.language import speaker
from jihwa.io.sources.source import Link
from jihwa.io.user.phrases import Phrase

LINKS: Mapping[Link, tuple[str, str, Message]] = {
    Link.SEARCHING: ("◌", "class:label", Message(ko="찾는 중", en="searching")),
    Link.OPENING: ("○", "class:label", Message(ko="여는 중", en="opening")),
    Link.LIVE: ("●", "class:good", Message(ko="연결됨", en="connected")),
    Link.LOST: ("×", "class:bad", Message(ko="끊김 · 다시 잇는 중", en="lost · reconnecting")),
    Link.ENDED: ("■", "class:label", Message(ko="끝남", en="ended")),
}
"""How every state of the line is shown: by a symbol, a style and a word."""

SPEAKS: Mapping[str, Message] = {
    "off": Message(ko="말하기 끔", en="speech off"),
    "word": Message(ko="낱말마다 말하기", en="speaks words"),
    "sentence": Message(ko="문장마다 말하기", en="speaks sentences"),
    "manual": Message(ko="시키면 말하기", en="speaks on demand"),
}
"""When the text is spoken."""

DEVICE_COLUMNS = 24
"""Of a longer name the end is shown: `/dev/serial/by-id/…` begins alike."""
LOADING = Message(ko="모델 읽는 중", en="loading the models")
_KEY_GAP_COLUMNS = 3
PAUSED = Message(ko="‖ 멈춤", en="‖ paused")


def status_line(state: LiveState, view: View, columns: int) -> StyledLine:
    """The line, of that many columns at most."""
    language = view.language
    say, connection, signal = speaker(language), state.connection, state.signal
    symbol, style, words = LINKS[connection.link]
    left: StyledLine = [(style, f" {symbol} {words.text(language)}")]
    if state.paused:
        left.append(("class:bad", f"  {PAUSED.text(language)}"))
    if connection.device:
        left.append(("", f"  {tail(connection.device, DEVICE_COLUMNS)}"))
    if not state.ready:
        left.append(("class:label", f"  {LOADING.text(language)}…"))
    counts: StyledLine = [("class:label", f"  {signal.rate_hz:.0f} Hz")]
    damaged, gaps = say("손상", "damaged"), say("빠짐", "gaps")
    for count, name in ((signal.damaged, damaged), (signal.gaps, gaps)):
        counts.append(("class:bad" if count else "class:label", f"  {name} {count}"))
    settings = [view.profile, SPEAKS[view.speaks].text(language)]
    right: StyledLine = [("class:label", " · ".join(filter(None, settings)) + " ")]
    return apart([*left, *counts], right, columns)


def help_rows(view: View, columns: int, rows: int) -> list[StyledLine]:
    """A page of the help: all keys and what they do; the title says which page."""
    known = [binding for binding in BINDINGS if binding.shown]
    keys_columns = max(width(binding.shown) for binding in known) + _KEY_GAP_COLUMNS
    lines = [
        [*pad([("class:key", each.shown)], keys_columns), ("", each.does.text(view.language))]
        for each in known
    ]
    say, room = speaker(view.language), max(rows - 2, 1)
    pages = ceil(len(lines) / room)
    page = view.page % pages
    title = say("글쇠", "Keys") + (f"  {page + 1}/{pages}" if pages > 1 else "")
    shown = lines[page * room :][:room]
    return [[("class:title", title)], [], *(cut(line, columns) for line in shown)]


def phrase_rows(phrases: tuple[Phrase, ...], columns: int, rows: int) -> list[StyledLine]:
    """The stored sentences: key, abbreviation, sentence."""
    short_columns = max((width(phrase.abbreviation or "") for phrase in phrases), default=0)
    lines: list[StyledLine] = []
    for phrase in phrases:
        key: StyledLine = [("class:number", str(phrase.key or "·")), ("", "  ")]
        short = pad([("class:label", clean(phrase.abbreviation or ""))], short_columns)
        lines.append(cut([*key, *short, ("", "  " + clean(phrase.text))], columns))
    return lines[:rows]


def invitation_rows(view: View, columns: int, rows: int) -> list[StyledLine]:
    """The address for the next reader, and its QR code where there is room for all of it."""
    told = Message(
        ko="읽을 사람이 한 번 쓰는 주소입니다. 다음 사람의 주소는 또 다릅니다.",
        en="Whoever shall read opens this address, which is good once; the next one differs.",
    )
    lines: list[StyledLine] = [[("class:key", line)] for line in view.invitation[:1]]
    code: list[StyledLine] = [[("class:code", line)] for line in view.invitation[1:]]
    text = paragraph(told.text(view.language), columns, rows)
    if max(map(width, code), default=0) > columns or len(lines) + len(code) > rows:
        code = []
    if len(lines) + len(code) + len(text) <= rows:
        lines += [[("class:label", line)] for line in text]
    return [*lines, *code][:rows]


def profile_rows(view: View, columns: int, rows: int) -> list[StyledLine]:
    """The stored profiles: key and name, the one that is worn marked."""
    lines: list[StyledLine] = []
    for number, name in enumerate(view.profiles, start=1):
        key, style = str(number) if number < 10 else "·", "class:lit" * (name == view.profile)
        lines.append(cut([("class:number", key), (style, f"  {clean(name)}")], columns))
    return lines[:rows]


def history_rows(view: View, columns: int, rows: int) -> list[StyledLine]:
    """What is looked for, and the earlier texts that have it around the one that is lit."""
    wanted: StyledLine = [("class:label", speaker(view.language)("찾기  ", "find  "))]
    words = tail(clean(view.wanted), max(columns - width(wanted) - 1, 1))
    wanted += [("", words), (CURSOR, ""), ("", " ")]
    room = max(rows - 2, 1)
    first = min(max(view.highlight - room // 2, 0), max(len(view.past) - room, 0))
    lines: list[StyledLine] = []
    for number, past in enumerate(view.past[first:][:room], start=first):
        key, style = ("→ ", "class:lit") if number == view.highlight else ("  ", "")
        when = ("class:label", f"{past.began:%m-%d %H:%M}  ")
        lines.append(cut([("class:number", key), when, (style, clean(past.text))], columns))
    if not lines:
        lines = [[("class:label", speaker(view.language)("그런 글이 없습니다.", "No such text."))]]
    return [wanted, [], *lines][:rows] if rows > 2 else [*lines, wanted][-rows:]


def key_line(view: View, columns: int) -> StyledLine:
    """The keys that matter here, as many as there is room for; the last ones matter most."""
    line: StyledLine = []
    for binding in reversed(BINDINGS):
        if binding.short and view.place in binding.places:
            word, gap = binding.short.text(view.language), "  " if line else ""
            key = binding.shown.split(",")[0]
            entry = [("class:key", key), ("class:label", f" {word}{gap}")]
            if width([*entry, *line]) > columns:
                break
            line = [*entry, *line]
    return line
