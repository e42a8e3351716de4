"""Compressed files are recordings too, unless they were made to fill a memory."""

import bz2
import gzip
import io
import lzma
import tracemalloc
import zipfile
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jihwa.data.formats import compressed
from jihwa.data.formats.compressed import inflated, is_bomb, plain_name
from jihwa.data.formats.readers import Recording, read_sequences
from jihwa.data.formats.writers import HEADER
from jihwa.data.messages import DataError, JihwaError

HARMLESS_BYTES = 1 << 19
LINE = "{},-13.41,-41.93,-14.85,0.27,-0.666,0.724,{},792,803,814,825\n"
LINES = HEADER + "\n" + "".join(LINE.format(30 * i, 700 + i * 7919 % 300) for i in range(5000))


def bomb(beginning: str, n_bytes: int) -> bytes:
    """Something that begins like a recording and goes on for very long."""
    content = io.BytesIO()
    with gzip.GzipFile(fileobj=content, mode="wb") as file:
        file.write(beginning.encode())
        block = (b"0" * 1000 + b"\n") * 1000
        for _ in range(n_bytes // len(block)):
            file.write(block)
    return content.getvalue()


@pytest.fixture(autouse=True)
def _little_is_harmless(monkeypatch):
    monkeypatch.setattr(compressed, "HARMLESS_BYTES", HARMLESS_BYTES)


@pytest.fixture
def recording(tmp_path):
    def write(content: bytes) -> Recording:
        (tmp_path / "take.csv.gz").write_bytes(content)
        return Recording(tmp_path / "take.csv.gz")

    return write


def zipped(*files: tuple[str, bytes], by: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive of files."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", by) as archive:
        for name, each in files:
            archive.writestr(name, each)
    return content.getvalue()


def alone(content: bytes) -> bytes:
    """A zip archive of one recording, as a Mac makes it."""
    return zipped(("monday/take.csv", content), ("__MACOSX/monday/._take.csv", b"\0\5\x16\7"))


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress, alone])
def test_compressed_lines_are_the_same_lines(recording, table, tmp_path, compress):
    (tmp_path / "plain.csv").write_text(LINES)
    plain = Recording(tmp_path / "plain.csv").frames()
    take = recording(compress(LINES.encode()))
    assert np.array_equal(table(take.frames()), table(plain))
    assert take.report.warnings() == []
    assert 0.97 < take.read_bytes / take.path.stat().st_size <= 1


def test_archive_of_one_recording_need_not_be_compressed(recording):
    take = recording(zipped(("take.csv", LINES.encode()), by=zipfile.ZIP_STORED))
    assert len(take.frames()) == 5000


def test_archive_of_more_is_to_be_unpacked(recording):
    both = zipped(("a.csv", LINES.encode()), ("b.csv", LINES.encode()))
    one = zipped(("a.csv", LINES.encode()))
    locked = one.replace(b"PK\1\2\x14\3\x14\0\0", b"PK\1\2\x14\3\x14\0\1")
    newer = one.replace(b"PK\1\2\x14\3\x14", b"PK\1\2\x14\3\xff")
    packed = zipped(("a.csv", LINES.encode()), by=zipfile.ZIP_LZMA)
    assert one not in (locked, newer)
    for content in (both, alone(LINES.encode())[:-30], locked, newer, packed):
        with pytest.raises(DataError, match=r"an archive .* Unpack it"):
            recording(content).frames()


def test_names_are_those_of_what_is_compressed():
    assert [plain_name(f"Take.csv{end}") for end in ("", ".gz", ".XZ", ".zip")] == [
        *["Take.csv"] * 4
    ]


def test_parts_that_were_compressed_one_by_one_follow_each_other(recording):
    half = len(LINES) // 2
    parts = gzip.compress(LINES[:half].encode()) + gzip.compress(LINES[half:].encode())
    assert len(recording(parts).frames()) == 5000


@pytest.mark.parametrize("compress", [gzip.compress, lzma.compress])
@pytest.mark.parametrize(
    "damage", [lambda c: c[: len(c) // 2], lambda c: c[:-6], lambda c: c[:-4] + b"0000"]
)
def test_what_is_cut_short_is_read_as_far_as_it_goes_and_told(recording, compress, damage):
    take = recording(damage(compress(LINES.encode())))
    assert len(take.frames()) > 1000
    assert any("compressed file is cut short" in str(warning) for warning in take.report.warnings())


@pytest.mark.parametrize("compress", [gzip.compress, lzma.compress, alone])
def test_what_is_wrong_in_the_middle_is_read_up_to_there(recording, compress):
    content = bytearray(compress(LINES.encode()))
    content[len(content) // 2 : len(content) // 2 + 50] = bytes(50)
    take = recording(bytes(content))
    assert 0 < len(take.frames()) < 5000
    assert take.report.is_cut


@pytest.mark.parametrize("n_bytes", [3, 11, 15])
def test_what_holds_no_sample_is_refused(recording, n_bytes):
    with pytest.raises(DataError, match=r"take\.csv\.gz: the compressed file is cut short"):
        recording(gzip.compress(LINES.encode())[:n_bytes]).frames()


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from([gzip.compress, bz2.compress, lzma.compress, alone]),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(max_size=4)), min_size=1),
)
def test_whatever_is_damaged_is_read_or_refused(recording, compress, damages):
    content = compress(LINES[:3000].encode())
    for share, put in damages:
        at = int(share * len(content))
        content = content[:at] + put + content[at + len(put) + (not put) :]
    with suppress(JihwaError):
        recording(content).frames()


def test_what_is_cut_before_its_first_block_ends_is_refused(recording):
    with pytest.raises(DataError, match=r"take\.csv\.gz: the compressed file is cut short"):
        recording(bz2.compress(LINES.encode())[:5000]).frames()
    with pytest.raises(DataError, match=r"take\.csv\.gz: the compressed file is cut short"):
        recording(b"BZh9" + bytes(500)).frames()


def test_nothing_compressed_is_empty(recording):
    with pytest.raises(DataError, match="empty"):
        recording(gzip.compress(b"")).frames()


@pytest.mark.parametrize(
    ("beginning", "compress"),
    [
        ("", gzip.compress),
        (LINES, gzip.compress),
        ("", bz2.compress),
        ("", lzma.compress),
        ("", alone),
    ],
)
def test_bomb_is_refused_before_it_fills_the_memory(recording, beginning, compress):
    content = gzip.decompress(bomb(beginning, 20 * HARMLESS_BYTES))
    take = recording(compress(content))
    del content
    assert take.path.stat().st_size < HARMLESS_BYTES / 10
    tracemalloc.start()
    with pytest.raises(DataError, match="inflates to more than 200 times"):
        for _ in take.chunks():
            pass
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak_bytes < (12_000_000 if compress is lzma.compress else 4_000_000)  # its dictionary


def test_bomb_of_an_episode_is_refused(recording):
    with pytest.raises(DataError, match="inflates"):
        recording(bomb("\x89HDF\r\n\x1a\n", 20 * HARMLESS_BYTES)).frames()


def test_small_files_may_inflate_as_they_like():
    assert not is_bomb(HARMLESS_BYTES, 1)
    assert is_bomb(HARMLESS_BYTES + 1, 1)
    assert not is_bomb(HARMLESS_BYTES + 1, HARMLESS_BYTES // 100)


def test_whole_content_may_be_asked_for_and_read_again():
    file = inflated(io.BufferedReader(io.BytesIO(gzip.compress(LINES.encode()))), "take")
    assert file.read() == LINES.encode()
    file.seek(0)
    assert file.read(10) == LINES.encode()[:10]


def test_compressed_sequences_are_read(tmp_path):
    array = np.ones((2, 3, 4))
    content = io.BytesIO()
    np.save(content, array)
    (tmp_path / "sequences.npy").write_bytes(gzip.compress(content.getvalue()))
    assert np.array_equal(read_sequences(tmp_path / "sequences.npy").features, array[:, :, :-1])
    (tmp_path / "sequences.npy").write_bytes(gzip.compress(content.getvalue())[:50])
    with pytest.raises(DataError, match="not an array of sequences"):
        read_sequences(tmp_path / "sequences.npy")
