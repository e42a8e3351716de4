"""Damaged lines and files through everything that reads any: the short form of the benchmark."""

from benchmarks.fuzz import LOADERS, load_files, read_lines, write_seeds

from jihwa.composer.text.transcript import TextEdit
from jihwa.io.live import archive
from jihwa.io.live.journal import Header


def test_damaged_lines_bring_about_nothing_unforeseen():
    assert sum(read_lines(seed=5, n_lines=20_000)) >= 20_000


def test_damaged_files_are_read_or_refused(tmp_path):
    write_seeds(tmp_path)
    results = list(load_files(tmp_path, seed=5, n_files=40 * len(LOADERS)))
    assert {name for name, _ in results} >= {"journal", "bundle", "truth", "structured npy"}
    assert {was_read for _, was_read in results} == {True, False}


def test_every_seed_is_read_as_it_is(tmp_path):
    write_seeds(tmp_path)
    for file, load in LOADERS.values():
        if (tmp_path / file).exists():  # Parquet needs a package
            load(tmp_path / file)


def test_a_damaged_entry_of_a_journal_does_not_count(tmp_path):
    header = Header("20260101-000000", 1, "2026-01-01T00:00:00", "serial:auto", "")
    damaged = header.edit(TextEdit(0, "x")).replace(b"]", b"]]")
    path = tmp_path / "a"
    path.write_bytes(header.line() + header.text("안녕") + damaged + header.edit(TextEdit(0, "!")))
    assert archive.read(path).text == "안녕!"
