"""The public recordings with all their defects, as they are (skipped where they are not)."""

import json
from collections import Counter

import numpy as np
import pytest

from jihwa.data.formats.readers import Recording
from jihwa.data.signal.clock import GAP_S
from jihwa.data.signal.sensors import is_dead
from jihwa.data.synthesis.hands import RecordedHand
from jihwa.data.synthesis.pace import PACES
from jihwa.data.synthesis.spelling import assemble
from jihwa.data.takes.episodes import Defect, load_episodes

MISLABELLED = "episode_20250917_171522_ㄴ_1.h5"
"""Its attribute says ㄱ; the hand shows ㄴ."""


@pytest.mark.parametrize(("name", "n_files"), [("hb", 1444), ("v2", 1365)])
def test_every_episode_is_read_or_named(request, alphabet, name, n_files):
    episodes = request.getfixturevalue(name)
    assert len(episodes) + len(episodes.skipped) == n_files
    assert set(episodes.sessions) == {name}
    assert set(episodes.signs) == set(alphabet.signs)
    assert set(episodes.styles) == {1, 2, 3, 4, 5}
    for episode in episodes:
        assert np.all(np.diff(episode.frames.time_s) > 0)
        assert len(episode.hold)
        assert np.isfinite(episode.frames.accel_g).all()


def test_episode_of_one_frame_is_skipped(hb):
    (skipped,) = hb.skipped
    assert "single sample" in skipped.en
    assert "episode_20251001_154132_ㅊ_3.csv" in skipped.en


def test_dead_index_finger_of_hb_is_detected_and_often_reads_0_or_about_510(hb):
    dead = [e for e in hb if is_dead(e.frames.flex_adc[:, 1]).any()]
    assert all(Defect.SENSOR in e.defects for e in dead)
    at_fault = [
        e
        for e in dead
        if (np.abs(e.frames.flex_adc[:, 1] - 510) < 40).any()
        or (e.frames.flex_adc[:, 1] == 0).any()
    ]
    assert len(at_fault) >= 182


def test_defects_of_hb_and_v2_are_the_known_ones(hb, v2):
    assert set(hb.defects()) == {Defect.SENSOR}
    assert v2.defects() == Counter(
        {
            Defect.BURST: 237,
            Defect.GAP: 52,
            Defect.SENSOR: 28,
            Defect.DAMAGED: 5,
        }
    )


def test_gaps_inside_a_take_are_kept_and_the_stale_samples_before_them_left_out(v2):
    takes = [e for e in v2 if Defect.GAP in e.defects]
    longest_s = [np.diff(e.frames.time_s).max() for e in takes]
    assert 0.4 < min(longest_s) < 1
    assert 15 < max(longest_s) < 17
    for take in takes:
        assert len(take.hold) < len(take.frames)
        assert np.diff(take.hold.time_s).max(initial=0) <= GAP_S


def test_clocks_that_glitch_or_step_back_cost_one_sample(v2):
    takes = [e for e in v2 if Defect.DAMAGED in e.defects]
    for take in takes:
        recording = Recording(take.path)
        recording.frames()
        assert recording.report.damaged == 1
        assert recording.report.samples == recording.report.lines - 2
        assert recording.report.clock.resets == 0
        assert take.frames.duration_s < 30


def test_bursts_are_told_by_the_receivers_clock(v2):
    burst = next(e for e in v2 if e.defects == {Defect.BURST})
    recording = Recording(burst.path)
    frames = recording.frames()
    first_s, last_s = recording.report.received_s
    assert last_s - first_s < 0.6
    assert frames.duration_s > 1.8
    assert "all at once" in " ".join(m.en for m in recording.report.warnings())


def test_hdf5_episodes_equal_their_csv_twins(shared, table, hb, v2):
    twins = {e.path.stem: e for e in (*hb, *v2)}
    paths = sorted((shared / "h5_samples").glob("*.h5"))
    assert len(paths) == 47
    for path in paths:
        recording = Recording(path)
        twin = twins[path.stem]
        assert table(recording.frames()) == pytest.approx(table(twin.frames), abs=0.006)
        assert recording.label == twin.sign or path.name == MISLABELLED


def test_flat_folder_of_hdf5_episodes_is_a_labelled_set(shared, alphabet):
    episodes = load_episodes(shared / "h5_samples", alphabet)
    assert (len(episodes), episodes.skipped) == (47, ())
    mislabelled = [e for e in episodes if Defect.LABEL in e.defects]
    assert [(e.path.name, e.sign) for e in mislabelled] == [(MISLABELLED, "ㄴ")]


@pytest.mark.parametrize(
    ("name", "n_samples", "n_headers"),
    [
        ("imu_flex_20250807_150749.csv", 1409, 1),
        ("imu_flex_20250813_145850.csv", 1477, 2),
        ("imu_flex_20250813_153017.csv", 179, 2),
    ],
)
def test_continuous_recordings_are_read_in_spite_of_their_headers(
    shared, jihwa, name, n_samples, n_headers
):
    path = shared / "continuous" / name
    recording = Recording(path)
    frames = recording.frames()
    assert recording.report.lines == n_samples + n_headers
    assert (recording.report.headers, recording.report.damaged) == (n_headers, 0)
    assert len(frames) == n_samples
    assert 25 < frames.duration_s < 35
    assert np.isnan(frames.accel_g).all()
    done = jihwa("transcribe", path)
    assert done.code == 0
    assert ("header appears 2 times" in done.err) == (n_headers == 2)


def test_recorded_hand_spells(hb, alphabet):
    hand = RecordedHand(hb, alphabet, np.random.default_rng(0))
    assert 30 < hand.rate_hz < 36
    session = assemble("학교에 가요", hand, alphabet, PACES["normal"], np.random.default_rng(1))
    assert np.isfinite(session.frames.flex_adc).all()
    assert not is_dead(session.frames.flex_adc).any()
    assert np.abs(np.linalg.norm(session.frames.accel_g, axis=1) - 1).max() < 0.1


@pytest.mark.parametrize("session", ["hb", "v2"])
def test_single_episode_gives_its_letter_with_alternatives(request, jihwa, alphabet, session):
    """The first good default take of every sign."""
    episodes = request.getfixturevalue(session)
    good = [e for e in episodes if e.style == 3 and not e.defects]
    takes = {e.sign: e.path for e in reversed(good)}
    done = jihwa("transcribe", *takes.values(), "--format", "json")
    documents = [json.loads(line) for line in done.out.splitlines()]
    assert (done.code, len(documents)) == (0, len(takes))
    assert len(takes) > 20
    right = [sign == document["text"] for sign, document in zip(takes, documents, strict=True)]
    offered = [
        sign in [label for held in document["signs"] for label, _ in held["candidates"]]
        for sign, document in zip(takes, documents, strict=True)
    ]
    told = dict(zip(takes, [document["text"] for document in documents], strict=True))
    assert sum(right) >= 0.8 * len(right), f"read as {told}"
    assert sum(offered) >= len(offered) - 1, f"read as {told}"
