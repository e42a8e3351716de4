"""Programs that can be typed into: one behind a pseudo-terminal of ours, a pane of tmux, others."""

import os
import select
import shutil
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial

from jihwa.composer.text.transcript import TextEdit
from jihwa.data.messages import UsageError
from jihwa.io.outlets.clipboard import Clipboard, terminal_of_ours
from jihwa.io.outlets.desktop import DESKTOPS, Desktop
from jihwa.io.outlets.outlet import OutletError, Target, Worker

TERM = "screen-256color"
"""The terminal that `jihwa.io.screen.emulator` is."""

_BACKSPACE, _ENTER = b"\x7f", b"\r"
_IUTF8 = 0o40000  # Backspace takes a whole character; `termios` has no name for it
_CHILD_PATIENCE_S = 1.0
"""How long a program may take to read its last keys, and to end when it is hung up on."""
_TMUX_PATIENCE_S = 5.0
"""How long tmux may take to answer."""


class Child:
    """A running program that sees a terminal; also the target of an outlet.

    Nothing here blocks but `wait` and `close`. It may be used from any thread.

    Args:
        command: The program and its arguments.
        lines: Height of its terminal.
        columns: Width of its terminal.

    Attributes:
        output: File descriptor to read what the program writes, without blocking; reading fails
            with an `OSError` (Linux) or gives nothing (elsewhere) when the last program is gone.

    Raises:
        UsageError: There is no such program, or this system has no pseudo-terminals.
    """

    def __init__(self, command: Sequence[str], lines: int = 24, columns: int = 80) -> None:
        if os.name != "posix":
            raise UsageError(
                ko="이 시스템에는 의사 터미널이 없어 다른 프로그램을 띄울 수 없습니다. WSL에서 "
                "실행하거나 명령 없이 jihwa type만 쓰세요.",
                en="This system has no pseudo-terminals to run a program in. Use WSL, or jihwa "
                "type without a command.",
            )
        self.output, terminal = os.openpty()
        try:
            os.set_blocking(self.output, False)
            _erase_whole_characters(terminal)
            self.resize(lines, columns)
            self._pid = _spawn(command, os.ttyname(terminal))
        except OSError as error:
            os.close(self.output)
            raise UsageError(
                ko=f"{command[0]}: 실행할 수 없습니다 ({error.strerror}). 설치되어 있고 이름이 "
                "맞는지 확인하세요.",
                en=f"{command[0]}: cannot be run ({error.strerror}). Check that it is installed "
                "and spelled right.",
            ) from error
        finally:
            os.close(terminal)
        self._ended = threading.Event()
        self._exit_code = 0
        self._worker = Worker("keys of the child")
        self._stop_reading, self._stop_writing = os.pipe()
        threading.Thread(target=self._reap, name="child", daemon=True).start()

    def type(self, edit: TextEdit) -> None:
        """Press these keys.

        Raises:
            OutletError: The program has ended, or reads nothing any more.
        """
        text = edit.insert.encode().replace(b"\n", _ENTER)
        self.write(_BACKSPACE * edit.delete + text)

    def write(self, keys: bytes) -> None:
        """Give it keys as a terminal sends them.

        Raises:
            OutletError: The program has ended, or reads nothing any more.
        """
        self._worker.put(partial(self._write, keys))

    def resize(self, lines: int, columns: int) -> None:
        """Tell it how large its terminal is now."""
        import termios  # not on every system

        termios.tcsetwinsize(self.output, (lines, columns))

    @property
    def has_ended(self) -> bool:
        """Whether it runs no more."""
        return self._ended.is_set()

    def wait(self) -> int:
        """Wait until it ends.

        Returns:
            Its exit code; 128 + the signal that killed it.
        """
        self._ended.wait()
        return self._exit_code

    def close(self) -> None:
        """Give it the keys that wait, and hang up, as if its terminal had been closed.

        Closing twice is fine.
        """
        if self.output < 0:
            return
        with suppress(OutletError):  # it has ended, or does not want them
            self._worker.close(_CHILD_PATIENCE_S)
        os.write(self._stop_writing, b"!")
        with suppress(OutletError):
            self._worker.close()
        for how in (signal.SIGHUP, signal.SIGKILL):
            if not self._ended.is_set():
                with suppress(ProcessLookupError):
                    os.killpg(self._pid, how)
                    os.killpg(self._pid, signal.SIGCONT)
                self._ended.wait(_CHILD_PATIENCE_S)
        for descriptor in (self.output, self._stop_reading, self._stop_writing):
            os.close(descriptor)
        self.output = -1

    def _write(self, keys: bytes) -> None:
        while keys:
            stopped, _, _ = select.select([self._stop_reading], [self.output], [])
            if stopped or self._ended.is_set():
                raise _ended()
            try:
                written = os.write(self.output, keys)
            except BlockingIOError:
                continue
            except OSError as error:
                raise _ended() from error
            keys = keys[written:]

    def _reap(self) -> None:
        _, status = os.waitpid(self._pid, 0)
        code = os.waitstatus_to_exitcode(status)
        self._exit_code = code if code >= 0 else 128 - code
        self._ended.set()


def _ended() -> OutletError:
    return OutletError(
        ko="글을 받던 프로그램이 끝났습니다. 글은 jihwa에 남아 있습니다.",
        en="The program typed into has ended. The text is safe in jihwa.",
    )


def _erase_whole_characters(terminal: int) -> None:
    """Let Backspace take a character, not a byte, where the terminal edits the line itself."""
    import termios  # not on every system

    modes = termios.tcgetattr(terminal)
    modes[0] |= _IUTF8
    termios.tcsetattr(terminal, termios.TCSANOW, modes)


_TERMINAL_SIGNALS = [signal.SIGPIPE, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT]
"""What a terminal says to its programs; Python and whoever began it may ignore some of them."""


def _spawn(command: Sequence[str], terminal: str) -> int:
    """Start it as the leader of a session of its own; the first terminal that it opens is its."""
    return os.posix_spawnp(
        command[0],
        list(command),
        _environment(os.environ),
        setsid=True,
        setsigdef=_TERMINAL_SIGNALS,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, terminal, os.O_RDWR, 0),
            (os.POSIX_SPAWN_DUP2, 0, 1),
            (os.POSIX_SPAWN_DUP2, 0, 2),
        ],
    )


def _environment(ours: Mapping[str, str]) -> dict[str, str]:
    """What the program is told: nothing of the terminal around jihwa."""
    outer = {"COLUMNS", "LINES", "COLORTERM", "TMUX", "TMUX_PANE", "STY", "TERMCAP"}
    return {name: value for name, value in ours.items() if name not in outer} | {"TERM": TERM}


class TmuxPane:
    """A pane, as the target of an outlet.

    Args:
        pane: What `tmux -t` takes: `%3`, `work:1.0`, `:.+`; of the server in `$TMUX`, or else the
            user's own.

    Raises:
        UsageError: tmux is not installed, or there is no such pane.
    """

    def __init__(self, pane: str) -> None:
        if shutil.which("tmux") is None:
            raise UsageError(
                ko="tmux가 없습니다. 패키지 tmux를 설치하세요 (예: apt install tmux).",
                en="There is no tmux. Install the package tmux (apt install tmux, for example).",
            )
        # Its id stays what it is, whatever the user does to windows and names.
        found = _tmux("display-message", "-p", "-t", pane, "#{pane_id}")
        self._pane = found.stdout.strip()
        if found.returncode or not self._pane:
            raise UsageError(
                ko=f"tmux에 '{pane}' 칸이 없습니다{_reason(found)}. `tmux list-panes -a`로 이름을 "
                "보고 고르세요.",
                en=f"tmux has no pane '{pane}'{_reason(found)}. See `tmux list-panes -a` for "
                "their names.",
            )
        self._worker = Worker("tmux")

    def type(self, edit: TextEdit) -> None:
        """Send these keys to the pane; does not wait for tmux.

        Raises:
            OutletError: The pane is gone.
        """
        self._worker.put(partial(self._send, key_commands(self._pane, edit)))

    def close(self) -> None:
        """Send what waits.

        Raises:
            OutletError: The pane is gone, and what was typed last did not arrive.
        """
        self._worker.close()

    def _send(self, commands: list[str]) -> None:
        try:
            done = _tmux(*commands)
        except subprocess.TimeoutExpired:
            raise self._lost(" (tmux 응답 없음)", " (tmux does not answer)") from None
        if done.returncode:
            raise self._lost(_reason(done), _reason(done))

    def _lost(self, ko: str, en: str) -> OutletError:
        return OutletError(
            ko=f"tmux 칸 {self._pane}에 더는 쓸 수 없습니다{ko}. 글은 jihwa에 남아 있습니다. "
            "다른 칸을 --into로 주고 다시 시작하세요.",
            en=f"The tmux pane {self._pane} takes no more text{en}. The text is safe in jihwa. "
            "Start again with another pane for --into.",
        )


def key_commands(pane: str, edit: TextEdit) -> list[str]:
    """The words of one call of tmux that makes an edit in a pane."""
    send = ["send-keys", "-t", pane]
    commands = [[*send, "-N", str(edit.delete), "BSpace"]] if edit.delete else []
    for number, line in enumerate(edit.insert.split("\n")):
        if number:
            commands.append([*send, "Enter"])
        if line:
            # A word that ends in a semicolon would end the command.
            literal = f"{line[:-1]}\\;" if line.endswith(";") else line
            commands.append([*send, "-l", "--", literal])
    return [word for command in commands for word in (*command, ";")][:-1]


def _tmux(*words: str) -> subprocess.CompletedProcess[str]:
    command = ["tmux", "-u", *words]  # in UTF-8, whatever the locale
    return subprocess.run(  # noqa: S603  # a list of words, no shell
        command,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=_TMUX_PATIENCE_S,
        check=False,
    )


def _reason(done: subprocess.CompletedProcess[str]) -> str:
    said = done.stderr.strip()
    return f" ({said})" if said else ""


def open_target(text: str) -> Target:
    """Where to type.

    Args:
        text: `tmux:PANE`, the pane as `tmux -t` takes it; `clipboard`; `wayland` or `x11` for the
            program of that desktop that has the keyboard.

    Raises:
        UsageError: It is something else, or it cannot be typed there.
    """
    kind, _, pane = text.partition(":")
    if kind == "tmux" and pane:
        return TmuxPane(pane)
    if text == "clipboard":
        return Clipboard(terminal=terminal_of_ours())
    if text in DESKTOPS:
        return Desktop(text)
    raise UsageError(
        ko=f"--into '{text}': tmux:칸(예: tmux:%1, tmux:work:0.1), clipboard, wayland, x11 가운데 "
        "하나를 주세요. 칸 이름은 `tmux list-panes -a`가 보여 줍니다.",
        en=f"--into '{text}': give tmux:PANE (such as tmux:%1 or tmux:work:0.1), clipboard, "
        "wayland or x11. `tmux list-panes -a` shows the names of panes.",
    )
