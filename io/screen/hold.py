"""What the hand holds now: its likeliest letters, and how near it is to being taken."""

from collections.abc import Mapping

from jihwa.data.alphabet import Control
from jihwa.data.messages import Language, Message
from jihwa.io.live.state import LiveState
from jihwa.io.screen.text import Line, bar, pad, width
from jihwa.io.settings.language import speaker
from jihwa.io.sources.source import Link
from jihwa.recognizer.events import NO_SIGN

LETTERS = 3
"""Rows of letters."""
NAMES: Mapping[str, Message] = {
    NO_SIGN: Message(ko="없음", en="no sign"),
    Control.REST: Message(ko="쉼", en="rest"),
    Control.SPACE: Message(ko="띄움", en="space"),
    Control.BACKSPACE: Message(ko="지움", en="erase"),
    Control.ENTER: Message(ko="줄", en="enter"),
    Control.SPEAK: Message(ko="말", en="speak"),
    Control.CLEAR: Message(ko="비움", en="clear"),
}
"""What readings are called that are no letters."""
MOVING = Message(ko="손이 움직입니다", en="the hand moves")
NOTHING_COMES = Message(ko="신호가 없습니다", en="no signal")


def _name(reading: str, language: Language) -> str:
    return NAMES[reading].text(language) if reading in NAMES else reading


def why_none(state: LiveState, language: Language) -> str:
    """Why nothing is held."""
    live = state.connection.link is Link.LIVE and state.signal.rate_hz > 0
    return (MOVING if live else NOTHING_COMES).text(language)


def hold_rows(state: LiveState, columns: int, language: Language) -> list[Line]:
    """A row for every likely letter; at the end how far the hold is from being taken."""
    hold, say = state.hold, speaker(language)
    if hold is None:
        return [[("class:label", why_none(state, language))]]
    names = [_name(reading, language) for reading, _ in hold.letters]
    name_columns = max(2, *map(width, names)) + 2
    room = columns - name_columns - len(" 100%")
    rows: list[Line] = []
    for name, (_, share), style in zip(
        names, hold.letters, ("class:best", *[""] * LETTERS), strict=False
    ):
        percent = (style, f"{share:5.0%}")
        rows.append([*pad([(style, name)], name_columns), *bar(share, room), percent])
    rows += [[] for _ in range(LETTERS - len(rows))]
    label = say("받기까지", "taken")
    rows += [
        [],
        [
            ("class:label", f"{label}  "),
            *bar(hold.acceptance, columns - width(label) - 2, "class:accept"),
        ],
    ]
    return rows


def hold_line(state: LiveState, columns: int, language: Language) -> Line:
    """All of it in one line, where there is room for no more."""
    hold = state.hold
    if hold is None:
        return [("class:label", why_none(state, language))]
    line: Line = []
    for i, (reading, share) in enumerate(hold.letters):
        style = "" if i else "class:best"
        line.append((style, f"{_name(reading, language)} {share:.0%}  "))
    room = min(columns - width(line), 20)
    return [*line, *(bar(hold.acceptance, room, "class:accept") if room > 3 else [])]
