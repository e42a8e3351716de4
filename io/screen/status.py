"""The top line: how the glove is connected, and how the session is set."""

from collections.abc import Mapping

from jihwa.data.messages import Message
from jihwa.io.live.state import LiveState
from jihwa.io.screen.text import Line, apart, tail
from jihwa.io.screen.view import View
from jihwa.io.settings.language import speaker
from jihwa.io.sources.source import Link

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
PAUSED = Message(ko="‖ 멈춤", en="‖ paused")


def status_line(state: LiveState, view: View, columns: int) -> Line:
    """The line, of that many columns at most."""
    language = view.language
    say, connection, signal = speaker(language), state.connection, state.signal
    symbol, style, words = LINKS[connection.link]
    left: Line = [(style, f" {symbol} {words.text(language)}")]
    if state.paused:
        left.append(("class:bad", f"  {PAUSED.text(language)}"))
    if connection.device:
        left.append(("", f"  {tail(connection.device, DEVICE_COLUMNS)}"))
    if not state.ready:
        left.append(("class:label", f"  {LOADING.text(language)}…"))
    counts: Line = [("class:label", f"  {signal.rate_hz:.0f} Hz")]
    for count, name in (
        (signal.damaged, say("손상", "damaged")),
        (signal.gaps, say("빠짐", "gaps")),
    ):
        counts.append(("class:bad" if count else "class:label", f"  {name} {count}"))
    settings = [view.profile, SPEAKS[view.speaks].text(language)]
    right: Line = [("class:label", " · ".join(filter(None, settings)) + " ")]
    return apart([*left, *counts], right, columns)
