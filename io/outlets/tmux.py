"""Typing into a pane of tmux."""

import shutil
import subprocess
from functools import partial

from jihwa.composer.text.edits import TextEdit
from jihwa.data.messages import UsageError
from jihwa.io.outlets.worker import OutletError, Worker

_PATIENCE_S = 5.0


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
        command, capture_output=True, text=True, encoding="utf-8", timeout=_PATIENCE_S, check=False
    )


def _reason(done: subprocess.CompletedProcess[str]) -> str:
    said = done.stderr.strip()
    return f" ({said})" if said else ""
