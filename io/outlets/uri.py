"""What `--into` may say."""

from jihwa.data.messages import UsageError
from jihwa.io.outlets.outlet import Target
from jihwa.io.outlets.tmux import TmuxPane


def open_target(text: str) -> Target:
    """Where to type.

    Args:
        text: `tmux:PANE`, the pane as `tmux -t` takes it.

    Raises:
        UsageError: It is something else, tmux is not installed, or there is no such pane.
    """
    kind, _, pane = text.partition(":")
    if kind != "tmux" or not pane:
        raise UsageError(
            ko=f"--into '{text}': tmux:칸 꼴로 주세요 (예: tmux:%1, tmux:work:0.1). 칸 이름은 "
            "`tmux list-panes -a`가 보여 줍니다.",
            en=f"--into '{text}': give tmux:PANE, such as tmux:%1 or tmux:work:0.1. "
            "`tmux list-panes -a` shows their names.",
        )
    return TmuxPane(pane)
