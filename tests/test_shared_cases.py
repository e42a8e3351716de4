"""Recordings as people sent them: each comes to its right text, or to what to do about it."""

from pathlib import Path

import pytest

CASES = Path(__file__).parents[2] / "shared" / "cases"
FOLDERS = ("channel_lost", "convert", "format", "time", "units")

SAID = {
    "ovf.csv": "yaw: 205 value(s)",
    "ovf_accel.csv": "accel_x: 205 value(s)",
    "ovf_some.csv": "yaw: 184 value(s)",
    "interleaved.csv": "10 unreadable line(s)",
    "seconds.csv": "Times are in seconds",
    "micros.csv": "Times are in microseconds",
    "epoch_us.csv": "Times are in microseconds",
    "ms.jsonl": "Times are in milliseconds",
    "excel_sci.csv": "The times are all the same",
    "sec_res.csv": "spread evenly",
    "accel_mg.csv": "Acceleration is in mg",
    "accel_raw.csv": "counts of 16384 to the g",
    "accel_ms2_noangles.csv": "Acceleration is in m/s²",
    "angles_rad_only.csv": "Angles are in radians",
    "flex12.csv": "Flex is in 12-bit ADC counts",
    "flex8bit.csv": "Flex is in 8-bit ADC counts",
    "flex_norm.csv": "Flex is in shares of full scale",
    "alpha10.txt": "Flex is in 10-bit ADC counts",
}
"""What is told of them."""

OTHER = {"dupname_wrong.csv", "alpha10.txt"}
"""Two fingers of one name; no direction, so that some letters look alike."""


def cases() -> list[Path]:
    """Every case, also those that are added later."""
    return [path for folder in FOLDERS for path in sorted((CASES / folder).glob("*.*"))]


pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason=f"needs the shared cases in {CASES}")


@pytest.mark.parametrize("path", cases(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_case_is_read_and_what_was_noticed_is_said(jihwa, path):
    done = jihwa("transcribe", path)
    assert "wiring" not in done.err
    assert SAID.get(path.name, "") in done.err
    if path.name not in OTHER:
        assert (done.code, done.out) == (0, "부산\n")


def test_two_fingers_of_one_name_are_refused_with_the_layout_that_reads_them(jihwa):
    path = CASES / "units" / "dupname_wrong.csv"
    done = jihwa("transcribe", path)
    assert (done.code, done.out) == (1, "")
    layout = done.err.strip().rsplit("--layout='", 1)[1].rstrip("'")
    assert jihwa("transcribe", path, "--layout", layout).out == "부산\n"


@pytest.mark.parametrize(
    ("name", "code", "told"),
    [
        ("ovf_some.csv", 1, "yaw: 184 value(s)"),
        ("interleaved.csv", 1, "10 unreadable line(s)"),
        ("Flex0.csv", 0, ""),
    ],
)
def test_what_convert_leaves_out_is_told(jihwa, tmp_path, name, code, told):
    path = CASES / "convert" / name
    done = jihwa("data", "convert", path, "--format", "csv", "--output", tmp_path)
    assert done.code == code
    assert told in done.err
    rows = (tmp_path / name).read_text().splitlines()
    assert len(rows) - 1 == {"interleaved.csv": 200}.get(name, 205)
    if name == "Flex0.csv":
        assert rows[1].endswith("806,800,812,839,861")
