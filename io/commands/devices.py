"""`jihwa devices`: what is connected, what it speaks, and how it sat on the hand last time."""

import argparse
import time

from jihwa.data.formats.lines import LineParser
from jihwa.data.messages import Language, Message
from jihwa.io.checks.files import how_board_sat
from jihwa.io.settings.arguments import Command
from jihwa.io.settings.language import speaker
from jihwa.io.sources import ports
from jihwa.io.sources.ports import Board, NamedPort, connected
from jihwa.io.sources.serial_line import SerialSource
from jihwa.io.sources.source import Received, SourceEvent
from jihwa.io.user import profiles

LISTEN_S = 3.5
"""A board that opening has reset begins to speak after about 2 s."""


def configure(arguments: Command) -> None:
    """Add the command's arguments."""
    arguments.settings("profile")


def run(options: argparse.Namespace, language: Language) -> int:
    """Listen to every serial device at once, and tell."""
    boards = connected()
    if not boards:
        print(ports.NO_PORT.text(language))
        return 0
    intro = speaker(language)(
        f"장치 {len(boards)}개에 {LISTEN_S:.0f}초쯤 귀 기울입니다…",
        f"Listening to {len(boards)} device(s) for about {LISTEN_S:.0f} s…",
    )
    print(intro, flush=True)
    probes = [_Probe(board) for board in boards]
    for probe in probes:
        probe.source.start(probe.follow)
    time.sleep(LISTEN_S)
    for probe in probes:
        probe.source.close()
        print(f"{probe.board.port}  {_kind(probe.board)}\n    {probe.verdict().text(language)}")
    if options.profile and profiles.path_of(options.profile).exists():
        for step in profiles.load(options.profile).steps[-1:]:
            print(how_board_sat(step).text(language))
    return 0


class _Probe:
    """What one device says."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.source = SerialSource(NamedPort(board.port))
        self._parser = LineParser()
        self._times_s: list[float] = []
        self._received = False
        self._trouble: Message | None = None

    def follow(self, event: SourceEvent) -> None:
        """Take an event of the source."""
        if isinstance(event, Received):
            self._received = True
            self._times_s += self._parser.feed(event.data, event.at_s).time_s.tolist()
        elif event.reason is not None:
            self._trouble = event.reason

    def verdict(self) -> Message:
        """What it speaks, or why that is not known."""
        if len(self._times_s) > 1:
            lasted_s = self._times_s[-1] - self._times_s[0]
            rate_hz = (len(self._times_s) - 1) / lasted_s
            what = f"{self._parser.dialect}, {rate_hz:.0f} Hz"
            return Message(ko=f"장갑: {what}", en=f"a glove: {what}")
        if self._trouble is not None:
            return self._trouble
        return ports.stranger(self.board.port) if self._received else ports.silent(self.board.port)


def _kind(board: Board) -> str:
    """What the device calls itself."""
    usb = "{:04x}:{:04x}".format(*board.usb) if board.usb else ""
    return "  ".join(part for part in (board.name, usb, board.serial_number) if part)
