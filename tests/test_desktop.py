"""The clipboard and programs of the desktop, by tools that write down and by a real one."""

import base64
import os
import shutil
import subprocess
import sys

import pytest
from live import until

from jihwa.composer.text.transcript import TextEdit, Update
from jihwa.data.messages import UsageError
from jihwa.io.checks import Verdict
from jihwa.io.checks.machine import check_clipboard
from jihwa.io.outlets.clipboard import Clipboard, osc_52
from jihwa.io.outlets.desktop import Desktop
from jihwa.io.outlets.outlet import Outlet, OutletError
from jihwa.io.outlets.targets import open_target

X11, WAYLAND = {"DISPLAY": ":1"}, {"WAYLAND_DISPLAY": "wayland-1"}
EVIL = "$(touch evil); `touch evil` -k Return --help \\n | & > evil '\" ㅋ"


@pytest.fixture
def tools(monkeypatch, tmp_path):
    """Makes tools that write down what they are called with: `tools("xdotool")`; gives that."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    def make(*names, fails=""):
        for name in names:
            tool = tmp_path / name
            tool.write_text(
                f"#!{sys.executable}\n"
                "import sys\n"
                f"with open({str(tmp_path / 'calls')!r}, 'a', encoding='utf-8') as file:\n"
                "    print(*sys.argv, sys.stdin.buffer.read().decode(), sep='|', file=file)\n"
                f"sys.exit({int(name == fails)})\n"
            )
            tool.chmod(0o755)

        def calls():
            path = tmp_path / "calls"
            found = path.read_text("utf-8").splitlines() if path.exists() else []
            return [call.removeprefix(f"{tmp_path}{os.sep}") for call in found]

        return calls

    return make


@pytest.mark.parametrize(
    ("desktop", "environment", "names", "written"),
    [
        (
            *("x11", X11, ["xdotool"]),
            [
                "xdotool|key|--clearmodifiers|--repeat|2|BackSpace|",
                "xdotool|type|--clearmodifiers|--delay|100|--file|-|밤",
                "xdotool|key|--clearmodifiers|--repeat|1|Return|",
                f"xdotool|type|--clearmodifiers|--delay|100|--file|-|{EVIL}",
            ],
        ),
        (
            *("wayland", WAYLAND, ["wtype"]),
            [
                "wtype|-k|BackSpace|-k|BackSpace|",
                "wtype|-|밤",
                "wtype|-k|Return|",
                f"wtype|-|{EVIL}",
            ],
        ),
        (
            *("wayland", WAYLAND, ["ydotool", "wl-copy"]),
            [
                "ydotool|key|14:1|14:0|14:1|14:0|",
                *("wl-copy|밤", "ydotool|key|29:1|47:1|47:0|29:0|", "ydotool|key|28:1|28:0|"),
                *(f"wl-copy|{EVIL}", "ydotool|key|29:1|47:1|47:0|29:0|"),
            ],
        ),
    ],
)
def test_text_is_read_by_the_tool_and_never_a_word_of_its_command(
    tools, tmp_path, desktop, environment, names, written
):
    calls = tools(*names)
    target = Desktop(desktop, environment)
    n_probed = len(calls())
    outlet = Outlet(target)
    outlet.update(Update(TextEdit(0, ""), "가나", ""), None)
    outlet.update(Update(TextEdit(0, ""), f"밤\n{EVIL}", "", withdrawn=2), None)
    target.close()
    assert calls()[-len(written) :] == written
    assert n_probed == 1
    assert not (tmp_path / "evil").exists()


def test_a_tool_that_cannot_type_here_leaves_it_to_the_next_one(tools):
    tools("wtype", "ydotool", "wl-copy", fails="wtype")
    (finding, *_) = [each for each in check_clipboard(WAYLAND) if "--into" in each.message.en]
    assert finding.verdict is Verdict.GOOD
    assert "ydotool presses the keys" in finding.message.en


def test_without_a_tool_it_is_said_what_to_install(tools, monkeypatch):
    tools()
    with pytest.raises(UsageError, match=r"apt install wtype.*apt install ydotool wl-clipboard"):
        Desktop("wayland", WAYLAND)
    with pytest.raises(UsageError, match="there is no DISPLAY"):
        Desktop("x11", WAYLAND)
    monkeypatch.delenv("DISPLAY", raising=False)
    with pytest.raises(UsageError, match="--into x11: no tool"):
        open_target("x11")
    findings = list(check_clipboard({**X11, **WAYLAND}))
    assert [each.verdict for each in findings] == [Verdict.GOOD, *[Verdict.DOUBTFUL] * 2]


@pytest.mark.parametrize(
    ("tool", "environment", "told"),
    [
        ("wtype", WAYLAND, "wtype: this desktop lets no program press keys"),
        ("ydotool", WAYLAND, "ydotool: ydotoold does not run"),
        ("xdotool", X11, "xdotool: the screen that DISPLAY names is not there"),
    ],
)
def test_a_tool_that_is_there_and_cannot_type_says_what_to_do(tools, tool, environment, told):
    tools(tool, "wl-copy", fails=tool)
    (finding,) = [each for each in check_clipboard(environment) if "--into" in each.message.en]
    assert (finding.verdict, told in finding.message.en) == (Verdict.DOUBTFUL, True)


def test_without_a_desktop_there_is_nothing_to_type_into():
    (finding,) = [each for each in check_clipboard({}) if "--into" in each.message.en]
    assert (finding.verdict, "no desktop" in finding.message.en) == (Verdict.GOOD, True)


def test_a_tool_that_fails_is_told_and_the_text_is_safe(tools):
    tools("xdotool")
    target = Desktop("x11", X11)
    tools("xdotool", fails="xdotool")
    target.type(TextEdit(0, "가"))
    with pytest.raises(OutletError, match="xdotool has failed"):
        target.close()


@pytest.mark.parametrize(
    ("names", "environment", "call"),
    [
        (["wl-copy", "xclip"], {**X11, **WAYLAND}, "wl-copy"),
        (["wl-copy", "xclip"], X11, "xclip|-selection|clipboard"),
        (["xsel"], X11, "xsel|--clipboard|--input"),
        (["pbcopy"], {}, "pbcopy"),
        (["tmux"], {"TMUX": "x"}, "tmux|load-buffer|-w|-"),
    ],
)
def test_the_clipboard_holds_what_was_typed_so_far(tools, names, environment, call):
    calls = tools(*names)
    target = Clipboard(environment)
    outlet = Outlet(target)
    outlet.update(Update(TextEdit(0, ""), "방에", ""), None)
    outlet.update(Update(TextEdit(0, ""), "밤에\x1b[2J", "", withdrawn=2), None)
    target.close()
    assert calls() == [f"{call}|방에", f"{call}|밤에 [2J"]


def test_where_it_is_pasted_nothing_is_done_before_the_user_does_it(tools):
    calls = tools("pbcopy")
    target = Clipboard({})
    target.copy("rm x\n\n")
    target.close()
    assert calls() == ["pbcopy|rm x"]


def test_a_terminal_is_told_too(tools):
    tools()
    terminal, ours = os.openpty()
    target = Clipboard({}, ours)
    target.copy("가")
    target.close()
    told = os.read(terminal, 1000)
    assert told == osc_52("가") == b"\x1b]52;c;" + base64.b64encode("가".encode()) + b"\x07"
    target = Clipboard({}, ours)
    target.copy("가" * 100_000)  # more than terminals take
    target.copy("나")
    target.close()
    assert os.read(terminal, 1000) == osc_52("나")
    os.close(ours)
    os.close(terminal)


def test_without_tool_and_terminal_there_is_no_clipboard(tools):
    tools()
    with pytest.raises(UsageError, match="wl-clipboard"):
        Clipboard({})


def test_a_session_fills_the_clipboard(tools, data_home):
    calls = tools("pbcopy")
    words = ("type", "--plain", "--new", "--into", "clipboard", "--source", "sim:안녕?speed=fast")
    outside = ("DISPLAY", "WAYLAND_DISPLAY", "TMUX")
    environment = {name: value for name, value in os.environ.items() if name not in outside}
    subprocess.run(
        [sys.executable, "-m", "jihwa.io", *words], env=environment, capture_output=True, check=True
    )
    assert until(calls)[-1] == "pbcopy|안녕"


@pytest.fixture
def x11_program(tmp_path, monkeypatch):
    """A program of a real display that writes down the lines which are typed into it."""
    for name in ("Xvfb", "xterm", "xdotool"):
        if shutil.which(name) is None:
            pytest.skip(f"needs {name} (Debian packages xvfb, xterm and xdotool)")
    lines, quiet = tmp_path / "lines", {"stderr": subprocess.DEVNULL}
    lines.touch()
    with subprocess.Popen(["Xvfb", "-displayfd", "1"], stdout=subprocess.PIPE, **quiet) as display:
        monkeypatch.setenv("DISPLAY", f":{int(display.stdout.readline())}")
        monkeypatch.setenv("LC_ALL", "C.UTF-8")
        command = ["xterm", "-u8", "-e", "sh", "-c", f"touch {tmp_path}/ready; cat > {lines}"]
        with subprocess.Popen(command, **quiet) as program:
            until((tmp_path / "ready").exists)
            subprocess.run(["xdotool", "mousemove", "50", "50"], check=True)  # gives it the keys
            yield lines
            program.terminate()
        display.terminate()


@pytest.mark.slow
def test_a_real_program_gets_what_is_spelled(x11_program):
    target = Desktop("x11")
    target.type(TextEdit(0, "오늘 저녁에"))
    target.type(TextEdit(1, "은\n"))
    target.close()
    assert until(x11_program.read_text) == "오늘 저녁은\n"
