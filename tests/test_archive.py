"""`jihwa transcribe` on an archive: everything once, nothing lost, whatever fails meanwhile."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from takes import TEXT, tree

from jihwa.io.batch import progress as progress_module
from jihwa.io.batch import transcribing


def test_several_formats_come_of_one_reading(jihwa, archive, tmp_path, monkeypatch):
    reads = []
    read = transcribing.read
    monkeypatch.setattr(transcribing, "read", lambda *given: reads.append(1) or read(*given))
    formats = ("--format", "txt,json", "--format", "srt", "--format", "vtt,eaf,textgrid,csv")
    done = jihwa("transcribe", archive("a.csv"), *formats, "--output", tmp_path / "out")
    assert (done.code, len(reads)) == (0, 1)
    endings = ("txt", "json", "srt", "vtt", "eaf", "TextGrid", "csv")
    assert set(tree(tmp_path / "out")) == {f"a.{ending}" for ending in endings}
    assert all("네" in text for text in tree(tmp_path / "out").values())


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--format", "txt,json"], "2 formats: give a folder"),
        (["--format", "txt,json", "--output", "x.txt"], "2 formats: give a folder"),
        (["--format", "srt"], "2 results in srt cannot follow each other"),
        (["--format", "json,docx"], "invalid choice: 'docx'"),
        (["--jobs", "2", "--learn", "--profile", "me"], "need a single process"),
        (["--jobs", "2", "--cluster", "tcp://x:1"], "not allowed with"),
        (["--report", "none/report.json"], "no such folder"),
    ],
)
def test_what_cannot_be_is_refused_before_the_work(jihwa, archive, tmp_path, arguments, told):
    folder = archive("a.csv", *(["b.csv"] if "srt" in arguments else []))
    done = jihwa("transcribe", folder, *arguments)
    assert (done.code, done.out) == (2, "")
    assert told in done.err


# --- going on


def test_results_that_are_there_are_kept(jihwa, archive, tmp_path):
    folder, out = archive("a.csv", "b.csv"), tmp_path / "out"
    out.mkdir()
    (out / "a.txt").write_text("corrected by hand\n")
    done = jihwa("transcribe", folder, "--output", out)
    assert "1 recording(s) have their results already and were kept" in done.err
    assert tree(out) == {"a.txt": "corrected by hand\n", "b.txt": TEXT}
    jihwa("transcribe", folder, "--output", out, "--force")
    assert tree(out) == {"a.txt": TEXT, "b.txt": TEXT}


def test_only_missing_formats_are_written(jihwa, archive, tmp_path):
    folder, out = archive("a.csv"), tmp_path / "out"
    out.mkdir()
    (out / "a.txt").write_text("corrected by hand\n")
    assert jihwa("transcribe", folder, "--format", "txt,srt", "--output", out).err == ""
    assert tree(out)["a.txt"] == "corrected by hand\n"
    assert "네" in tree(out)["a.srt"]


def run(*arguments, **given):
    command = [sys.executable, "-m", "jihwa.io", "--lang", "en", "transcribe", *map(str, arguments)]
    with interruptible():
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **given)


@contextmanager
def interruptible():
    """Programs begun here can be interrupted, even where these tests cannot."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs signals")
@pytest.mark.parametrize("number", ["SIGKILL", "SIGINT"])
@pytest.mark.parametrize("jobs", [1, 2])
def test_run_that_was_cut_short_goes_on(jihwa, archive, tmp_path, number, jobs):
    folder, out = archive(*(f"{i:02}.csv" for i in range(12))), tmp_path / "out"
    cut = run(folder, "--format", "json", "--output", out, "--jobs", jobs, start_new_session=True)
    deadline_s = time.monotonic() + 60
    while len(list(out.glob("*.json"))) < 3 and time.monotonic() < deadline_s:
        time.sleep(0.005)
    os.killpg(cut.pid, getattr(signal, number))
    cut.communicate(timeout=60)
    before = {name: text for name, text in tree(out).items() if name.endswith(".json")}
    assert 3 <= len(before) < 12
    assert cut.returncode == (130 if number == "SIGINT" else -signal.SIGKILL)
    assert all(json.loads(text)["text"] == "네" for text in before.values())
    done = jihwa("transcribe", folder, "--format", "json", "--output", out)
    assert f"{len(before)} recording(s) have their results already" in done.err
    assert len(list(out.glob("*.json"))) == 12


# --- what fails


def test_report_tells_what_came_of_everything(jihwa, archive, tmp_path):
    folder, out = archive("a.csv", "b.csv", "kept.csv"), tmp_path / "out"
    (folder / "bad.csv").write_text("")
    out.mkdir()
    (out / "kept.txt").write_text("")
    report = tmp_path / "report.json"
    done = jihwa("transcribe", folder, "--output", out, "--report", report)
    assert done.code == 1
    content = json.loads(report.read_text(encoding="utf-8"))
    assert {name: content[name] for name in ("done", "kept", "failed")} == {
        "done": 2,
        "kept": 1,
        "failed": 1,
    }
    by_name = {Path(entry["source"]).name: entry for entry in content["recordings"]}
    assert by_name["bad.csv"]["state"] == "failed"
    assert "the file is empty" in by_name["bad.csv"]["error"]
    assert by_name["a.csv"]["results"] == [str(out / "a.txt")]
    assert by_name["a.csv"]["duration_s"] > by_name["a.csv"]["took_s"] > 0
    assert by_name["kept.csv"]["state"] == "kept"


def test_report_of_a_single_failure_is_written_too(jihwa, bad, tmp_path):
    assert jihwa("transcribe", bad(), "--report", tmp_path / "report.json").code == 1
    assert json.loads((tmp_path / "report.json").read_text())["failed"] == 1


def test_interrupted_run_leaves_a_report(jihwa, archive, tmp_path, monkeypatch):
    read, calls = transcribing.read, []

    def interrupted(*given):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return read(*given)

    monkeypatch.setattr(transcribing, "read", interrupted)
    report = tmp_path / "report.json"
    folder = archive("a.csv", "b.csv")
    assert jihwa("transcribe", folder, "--output", tmp_path, "--report", report).code == 130
    assert json.loads(report.read_text())["done"] == 1


def test_folder_that_cannot_be_opened_is_a_failure_and_the_others_are_read(
    jihwa, archive, tmp_path, monkeypatch
):
    folder = archive("a.csv", "closed/b.csv", "open/c.csv")
    scandir = os.scandir

    def refusing(path):
        if Path(path).name == "closed":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    done = jihwa("transcribe", folder, "--output", tmp_path / "out")
    assert done.code == 1
    assert f"{folder / 'closed'}: permission denied" in done.err
    assert set(tree(tmp_path / "out")) == {"a.txt", "open/c.txt"}


def test_folder_without_recordings_is_the_users_mistake(jihwa, tmp_path):
    (tmp_path / "notes.txt").write_text("")
    done = jihwa("transcribe", tmp_path)
    assert (done.code, done.out) == (2, "")
    assert "a folder without a recording" in done.err


def test_every_folder_without_recordings_is_named(jihwa, archive, tmp_path):
    folder = archive("a.csv")
    for name in ("empty", "void"):
        (tmp_path / name).mkdir()
    paths = (tmp_path / "empty", folder, tmp_path / "void")
    done = jihwa("transcribe", *paths, "--output", tmp_path / "out")
    assert done.code == 1
    assert done.err.count("a folder without a recording") == 2
    assert set(tree(tmp_path / "out")) == {"recordings/a.txt"}


def test_bug_costs_one_recording(jihwa, archive, tmp_path, monkeypatch):
    read = transcribing.read

    def failing(engine, source, *given):
        if len(list((tmp_path / "out").glob("*"))) == 1:
            monkeypatch.setattr(transcribing, "read", read)
            raise ZeroDivisionError("a bug")
        return read(engine, source, *given)

    monkeypatch.setattr(transcribing, "read", failing)
    done = jihwa("transcribe", archive("a.csv", "b.csv", "c.csv"), "--output", tmp_path / "out")
    assert done.code == 1
    assert "b.csv: unexpected error (ZeroDivisionError: a bug)" in done.err
    assert set(tree(tmp_path / "out")) == {"a.txt", "c.txt"}


def test_full_disk_leaves_no_part_of_a_result(archive, tmp_path):
    resource = pytest.importorskip("resource")

    def no_room():
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))

    folder, out = archive("a.csv", "b.csv"), tmp_path / "out"
    full = run(folder, "--format", "txt,json", "--output", out, preexec_fn=no_room)
    _, err = full.communicate(timeout=60)
    assert full.returncode == 1
    assert err.decode().count("a.json: ") == err.decode().count("b.json: ") == 1
    assert tree(out) == {"a.txt": TEXT, "b.txt": TEXT}  # those had room


# --- several processes


def test_two_processes_write_what_one_does(jihwa, archive, tmp_path):
    folder = archive("a.csv", "b.csv.gz", "x/c.csv")
    (folder / "bad.csv").write_text("")
    results = []
    for jobs in ("1", "2"):
        out = tmp_path / jobs
        done = jihwa("transcribe", folder, "--format", "json", "--output", out, "--jobs", jobs)
        assert done.code == 1
        assert done.err.count("bad.csv: the file is empty") == 1
        results.append(tree(out))
    assert results[0] == results[1]
    assert len(results[0]) == 3


def test_texts_keep_the_order_and_the_names_of_the_recordings(jihwa, take):
    words = ("고마워요", "안녕하세요", "미안해요", "사랑해요")
    paths = [take(f"{i}.csv", word) for i, word in enumerate(words)]
    done = jihwa("transcribe", *paths, "--jobs", "2")
    told = [f"{path}: {word}" for path, word in zip(paths, words, strict=True)]
    assert (done.code, done.out.splitlines()) == (0, told)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs signals")
def test_cluster_does_every_recording_once_though_a_worker_is_killed(jihwa, archive, tmp_path):
    distributed = pytest.importorskip("distributed")
    names = [f"{i % 4}/{i:02}.csv" for i in range(24)]
    folder, out, report = archive(*names), tmp_path / "out", tmp_path / "report.json"
    with distributed.LocalCluster(
        n_workers=3, threads_per_worker=1, dashboard_address=None, silence_logs=50
    ) as cluster:
        victim = next(iter(cluster.workers.values())).pid
        with cluster.get_client() as client:
            client.run(os.chdir, "/")  # workers run wherever they were started
        command = (folder.name, "--output", "out", "--format", "json", "--report", "report.json")
        running = run(*command, "--cluster", cluster.scheduler_address, cwd=tmp_path)
        deadline_s = time.monotonic() + 60
        while len(list(out.rglob("*.json"))) < 5 and time.monotonic() < deadline_s:
            time.sleep(0.01)
        os.kill(victim, signal.SIGKILL)
        _, err = running.communicate(timeout=120)
    assert running.returncode == 0, err.decode()
    content = json.loads(report.read_text(encoding="utf-8"))
    assert sorted(entry["source"] for entry in content["recordings"]) == sorted(
        str(folder / name) for name in names
    )
    assert (content["done"], content["failed"]) == (24, 0)
    assert set(tree(out)) == {name.replace(".csv", ".json") for name in names}
    assert all(json.loads(text)["text"] == "네" for text in tree(out).values())


# --- how far it is


def test_bar_on_a_terminal(jihwa, archive, tmp_path, monkeypatch):
    monkeypatch.setattr(progress_module, "SHORT_BYTES", 0)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    done = jihwa("transcribe", archive("a.csv", "b.csv"), "--output", tmp_path / "out")
    assert done.code == 0
    assert "100% |" in done.err or " 50% |" in done.err
    assert "× real time" in done.err


def test_lines_now_and_then_elsewhere(jihwa, archive, tmp_path, monkeypatch):
    monkeypatch.setattr(progress_module, "EVERY_S", 0.0)
    done = jihwa("transcribe", archive("a.csv", "b.csv"), "--output", tmp_path / "out")
    lines = done.err.splitlines()
    assert "\r" not in done.err
    assert lines[-1].startswith("jihwa: 2/2, ")
    assert lines[-1].endswith("about 0 min left")


def test_short_run_says_nothing(jihwa, archive, tmp_path):
    assert jihwa("transcribe", archive("a.csv"), "--output", tmp_path / "out").err == ""
