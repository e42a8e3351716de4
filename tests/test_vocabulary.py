"""The files of the user's own words: private, whole, and written by several programs at once."""

import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from jihwa.composer.language.history import History, serialise
from jihwa.data.messages import DataError, UsageError
from jihwa.io.user import vocabulary

WRITER = """
import sys
from jihwa.io.user import vocabulary
for i in range(20):
    vocabulary.learn("민수 " + sys.argv[1])
    vocabulary.add([sys.argv[1] + "가나다라마바사아자차카타파하거너더러머버"[i]])
"""


def test_nothing_is_there_and_nothing_is_made_by_looking(data_home):
    assert vocabulary.word_list()[0].words == ()
    assert vocabulary.history() == (History(), None)
    assert not data_home.exists()


def test_files_and_their_folder_are_the_users_alone(data_home):
    vocabulary.add(["민수"])
    vocabulary.learn("해운대")
    folder = data_home / "jihwa"
    assert {"words.txt", "history.txt"} <= {path.name for path in folder.iterdir()}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_open_file_becomes_private_when_it_is_written():
    vocabulary.learn("해운대")
    vocabulary.history_path().chmod(0o644)
    vocabulary.learn("민수")
    assert stat.S_IMODE(vocabulary.history_path().stat().st_mode) == 0o600


def test_list_elsewhere_that_a_link_leads_to_is_written_there(tmp_path):
    vocabulary.add(["민수"])
    elsewhere = vocabulary.list_path().rename(tmp_path / "mine.txt")
    vocabulary.list_path().symlink_to(elsewhere)
    vocabulary.add(["해운대"])
    assert vocabulary.list_path().is_symlink()
    assert elsewhere.read_text() == "민수\n해운대\n"


def test_every_profile_has_words_of_its_own(data_home):
    vocabulary.add(["민수"])
    vocabulary.add(["지아"], "me")
    vocabulary.learn("해운대", "me")
    assert vocabulary.word_list()[0].words == ("민수",)
    assert vocabulary.word_list("me")[0].words == ("지아",)
    assert not vocabulary.history()[0].counts
    assert vocabulary.history_path("me") == data_home / "jihwa" / "history" / "me.txt"
    assert list(vocabulary.history("me")[0].counts) == ["해운대"]
    assert not vocabulary.history("you")[0].counts
    vocabulary.wipe("me")
    assert not vocabulary.history("me")[0].counts


def test_words_are_added_once_and_removed_together():
    assert vocabulary.add(["민수", "해운대", "민수"]) == ["민수", "해운대"]
    assert vocabulary.add(["민수", "지아"]) == ["지아"]
    with pytest.raises(UsageError, match=r"words\.txt: '없음' is not in it.*jihwa lm list"):
        vocabulary.remove(["민수", "없음"])
    assert vocabulary.word_list()[0].words == ("민수", "해운대", "지아")
    vocabulary.remove(["민수", "지아"])
    assert vocabulary.list_path().read_text() == "해운대\n"


def test_history_learns_forgets_and_is_wiped():
    vocabulary.learn("김민수는 해운대에")
    vocabulary.learn_choice("지아")
    assert vocabulary.forget(["김민수", "없음"]) == 2
    counts = vocabulary.history()[0].counts
    assert list(counts) == ["지아", "해운대에", "해운대"]
    vocabulary.wipe()
    vocabulary.wipe()
    assert vocabulary.history() == (History(), None)
    assert not vocabulary.history_path().exists()


@pytest.mark.parametrize("text", ["", " 3 abc ㅋㅋ!"])
def test_text_without_a_word_to_learn_writes_nothing(text):
    vocabulary.learn(text)
    assert not vocabulary.history_path().exists()


def test_history_of_another_version_is_told_and_left_alone():
    vocabulary.learn("민수")
    future = serialise(History()).replace(b"history 1", b"history 2") + b"?"
    vocabulary.history_path().write_bytes(future)
    history, warning = vocabulary.history()
    assert history == History()
    assert "history.txt: no history of version 1" in str(warning)
    for change in (vocabulary.learn, vocabulary.learn_choice, vocabulary.forget):
        with pytest.raises(DataError, match="no history of version 1"):
            change("민수")
    assert vocabulary.history_path().read_bytes() == future
    vocabulary.wipe()
    vocabulary.learn("민수")
    assert vocabulary.history()[0].counts == {"민수": 1.0}


@pytest.mark.parametrize("failing", ["write_bytes", "replace"])
def test_failure_to_write_keeps_what_was_learned(monkeypatch, failing):
    vocabulary.learn("민수")
    before = vocabulary.history_path().read_bytes()

    def fail(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(f"pathlib.Path.{failing}", fail)
        with pytest.raises(OSError, match="No space"):
            vocabulary.learn("지아")
    assert vocabulary.history_path().read_bytes() == before


def test_programs_that_write_at_once_lose_nothing(data_home):
    names = ["지아", "해운대", "서울"]
    programs = [subprocess.Popen([sys.executable, "-c", WRITER, name]) for name in names]
    assert [program.wait(60) for program in programs] == [0] * len(names)
    history, damage = vocabulary.history()
    assert damage is None
    assert history.counts["민수"] == pytest.approx(60, rel=0.05)
    assert [history.counts[name] for name in names] == pytest.approx([20] * 3, rel=0.05)
    words, faults = vocabulary.word_list()
    assert (len(words.words), faults) == (60, None)


def test_threads_that_write_at_once_lose_nothing():
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(vocabulary.learn, ["민수"] * 80))
    assert vocabulary.history()[0].counts["민수"] == pytest.approx(80, rel=0.05)
