"""Typing into other programs: a pane of tmux, a program behind a pseudo-terminal."""

import threading
import unicodedata

import pytest
from live import until
from panes import Tmux, tmux

from jihwa.composer.text.transcript import TextEdit, Transcript, Update
from jihwa.data.messages import UsageError
from jihwa.io.engine import Relay
from jihwa.io.outlets.outlet import Outlet, OutletError, Worker
from jihwa.io.outlets.targets import TmuxPane, key_commands, open_target


def change(committed="", preedit="", withdrawn=0):
    return Update(TextEdit(0, ""), committed, preedit, withdrawn)


def transcript(edit, text=""):
    return Transcript(text, (), (), (), edit)


class Paper:
    """A target that shows what was typed."""

    def __init__(self):
        self.text = ""
        self.edits = []

    def type(self, edit):
        self.edits.append(edit)
        self.text = edit.apply(self.text)

    def close(self):
        pass


def test_only_what_is_final_is_typed():
    paper = Paper()
    outlet = Outlet(paper)
    outlet.update(change(preedit="안ㄴ"), None)
    outlet.update(change(committed="안", preedit="녕"), None)
    outlet.update(change(preedit="녕ㅎ"), None)
    assert paper.edits == [TextEdit(0, "안")]


@pytest.mark.parametrize(
    ("preedit", "edit", "typed"),
    [
        ("녕", TextEdit(0, ""), "안녕"),
        ("녕ㅎ", TextEdit(1, "하"), "안녕하"),
        ("넝", TextEdit(1, "녕"), "안녕"),
        ("", TextEdit(0, ""), "안"),
        ("녕", TextEdit(2, "않녕"), "않녕"),  # what was final is taken back too
    ],
)
def test_the_end_of_the_text_types_what_the_preedit_came_to(preedit, edit, typed):
    paper = Paper()
    outlet = Outlet(paper)
    outlet.update(change(committed="안", preedit=preedit), None)
    outlet.finish(transcript(edit))
    assert paper.text == typed


def test_a_word_chosen_further_back_is_erased_and_typed_again():
    paper = Paper()
    outlet = Outlet(paper)
    outlet.update(change(committed="방에 가요"), None)
    outlet.update(change(committed="밤에 가요", withdrawn=5), None)
    assert paper.text == "밤에 가요"
    assert paper.edits[-1] == TextEdit(5, "밤에 가요")


def test_what_stood_in_the_text_before_is_left_alone():
    """As when an unfinished text is gone on with: what is in front of it here is not ours."""
    paper = Paper()
    outlet = Outlet(paper)
    outlet.update(change(committed="요"), None)
    outlet.update(change(committed="밤에 가요", withdrawn=5), None)
    outlet.update(change(withdrawn=3), None)
    assert paper.edits == [TextEdit(0, "요"), TextEdit(1, "요"), TextEdit(1, "")]
    assert paper.text == ""


def test_control_characters_never_pass_and_take_as_many_backspaces_as_they_count():
    paper = Paper()
    Outlet(paper).update(change(committed="a\x1b[2J\x07\t\x7f\u200b나\n"), None)
    assert paper.text == "a [2J    나\n"


def test_syllables_come_composed():
    paper = Paper()
    Outlet(paper).update(change(committed=unicodedata.normalize("NFD", "한")), None)
    assert paper.text == "한"


def test_a_worker_does_everything_in_order_before_it_closes():
    done = []
    worker = Worker("test")
    for number in range(100):
        worker.put(lambda number=number: done.append(number))
    worker.close()
    assert done == list(range(100))


def test_a_failure_is_told_at_the_next_job_or_else_at_the_end():
    def fail():
        raise OutletError(ko="끝", en="gone")

    worker = Worker("test")
    worker.put(fail)
    with pytest.raises(OutletError, match="gone"):
        until(lambda: worker.put(lambda: None))
    worker.close()

    unheard = Worker("test")
    unheard.put(fail)
    with pytest.raises(OutletError, match="gone"):
        unheard.close()


def test_a_stuck_program_is_noticed_before_memory_grows():
    go_on = threading.Event()
    worker = Worker("test", limit=3)
    with pytest.raises(OutletError, match="3 inputs wait"):
        for _ in range(10):
            worker.put(go_on.wait)
    go_on.set()
    worker.close()


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (TextEdit(0, "가"), "send-keys -t %1 -l -- 가"),
        (TextEdit(3, ""), "send-keys -t %1 -N 3 BSpace"),
        (
            TextEdit(1, "a\n"),
            "send-keys -t %1 -N 1 BSpace ; send-keys -t %1 -l -- a ; send-keys -t %1 Enter",
        ),
        (TextEdit(0, "-l;"), "send-keys -t %1 -l -- -l\\;"),
    ],
)
def test_an_edit_becomes_one_call_of_tmux(edit, words):
    assert " ".join(key_commands("%1", edit)) == words


@pytest.fixture
def pane(tmp_path, monkeypatch):
    """A pane that runs `cat` into the file `text`."""
    server = Tmux(tmp_path, monkeypatch)
    name = server.open("sh", "-c", f"cat >{tmp_path}/text").name
    until((tmp_path / "text").is_file)
    yield name
    server.close()


def test_hangul_is_typed_and_corrected_in_a_pane(pane, tmp_path):
    target = open_target(f"tmux:{pane}")
    outlet = Outlet(target)
    outlet.update(change(committed="방에"), None)
    outlet.update(change(committed="밤에 가요; #{x} $HOME;", withdrawn=2), None)
    outlet.update(change(committed="\n-끝\n"), None)
    target.close()
    written = "밤에 가요; #{x} $HOME;\n-끝\n"
    until(lambda: (tmp_path / "text").read_text() == written)


def test_a_pane_that_is_gone_is_told_with_the_next_text(pane):
    target = TmuxPane(pane)
    tmux("kill-server")
    with pytest.raises(OutletError, match="takes no more text"):
        until(lambda: target.type(TextEdit(0, "가")))
    target.close()


def test_a_session_goes_on_without_a_pane_that_is_gone_and_says_so_in_both_languages(pane):
    notices, paper = [], Paper()
    target = TmuxPane(pane)
    relay = Relay([Outlet(target), Outlet(paper)], notices.append)
    tmux("kill-server")

    def type_on():
        relay.update(change(committed="가"), None)
        return notices

    until(type_on)
    type_on()
    target.close()
    (notice,) = notices
    assert "더는 쓸 수 없습니다" in notice.ko
    assert "takes no more text" in notice.en
    assert len(paper.text) >= 3


def test_a_pane_that_does_not_exist_is_refused(pane):
    with pytest.raises(UsageError, match=r"tmux has no pane 'nowhere:3\.1'"):
        open_target("tmux:nowhere:3.1")


def test_without_tmux_its_package_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="package tmux"):
        open_target("tmux:%0")


@pytest.mark.parametrize("text", ["", "tmux", "tmux:", "screen:0"])
def test_what_into_may_say_is_explained(text):
    with pytest.raises(UsageError, match=r"give tmux:PANE .* clipboard"):
        open_target(text)
