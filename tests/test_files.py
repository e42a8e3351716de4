"""Files appear whole or not at all."""

import os
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jihwa.data.files import decoded, write_whole


def test_file_holds_the_content_and_nothing_stays_beside_it(tmp_path):
    for content in (b"old", b"new"):
        write_whole(tmp_path / "file", content)
        assert (tmp_path / "file").read_bytes() == content
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("step", ["write_bytes", "replace"])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_failure_leaves_the_old_file_and_no_other(tmp_path, monkeypatch, step, error):
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def fail(self, *_):
        if step == "write_bytes":
            self.touch()
        raise error

    monkeypatch.setattr(Path, step, fail)
    with pytest.raises(type(error)) as caught:
        write_whole(path, b"new")
    if isinstance(error, OSError):
        assert caught.value.filename == str(path)
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_missing_folder_is_an_error_of_the_file_that_was_asked_for(tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        write_whole(tmp_path / "none" / "file", b"")
    assert caught.value.filename == str(tmp_path / "none" / "file")


def test_folder_stays_a_folder(tmp_path):
    with pytest.raises(OSError):
        write_whole(tmp_path, b"content")
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_pipe_is_written_not_replaced(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append((tmp_path / "pipe").read_bytes()))
    reader.start()
    write_whole(tmp_path / "pipe", b"content")
    reader.join()
    assert read == [b"content"]
    assert (tmp_path / "pipe").is_fifo()


@given(st.text(st.sampled_from("가각힣ㄱㅣ a1.\n"), min_size=1), st.sampled_from(["", "\ufeff"]))
def test_a_text_is_read_in_whatever_encoding_it_was_saved(text, mark):
    assert decoded((mark + text).encode()) == text
    assert decoded(text.encode("utf-16")) == text
    if " " in text or "\n" in text:
        assert decoded(text.encode("utf-16-le")) == text
        assert decoded(text.encode("utf-16-be")) == text


def test_a_text_of_cp949_is_read_and_what_is_none_is_marked():
    assert decoded("김치를 담갔다. 똠방각하 펲시콜라".encode("cp949")) == (
        "김치를 담갔다. 똠방각하 펲시콜라"
    )
    assert decoded("가".encode() + b"\xff\n") == "가\ufffd\n"


@given(st.binary())
def test_any_bytes_are_some_text(content):
    assert isinstance(decoded(content), str)
