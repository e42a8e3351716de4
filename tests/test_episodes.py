"""Labelled trees: labels, styles and sessions by path, and what is wrong with each take."""

import unicodedata

import h5py
import numpy as np
import pytest

from jihwa.data.messages import DataError, UsageError
from jihwa.data.takes.episodes import Defect, EpisodeSet, load_episodes

STORED = (
    "timestamp_ms,recv_timestamp_ms,pitch,roll,yaw,flex1,flex2,flex3,flex4,flex5,"
    "sampling_hz,accel_x,accel_y,accel_z\n"
)


def take(times_ms=range(0, 300, 30), received_ms=None, *, flex2=790) -> str:
    return STORED + "".join(
        f"{t},{1_759_295_184_657 + received},-13.4,-41.9,-14.8,"
        f"781,{flex2},803,814,825,33,0.2,-0.6,0.7\n"
        for t, received in zip(times_ms, received_ms or times_ms, strict=True)
    )


@pytest.fixture
def tree(tmp_path, alphabet):
    """Writes files below a folder and loads it: `tree({"hb/ㄱ/3/a.csv": content, …})`."""

    def load(files: dict[str, str | bytes], below: str = ".") -> EpisodeSet:
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return load_episodes(tmp_path / below, alphabet)

    return load


def test_path_tells_session_sign_and_style(tree):
    episodes = tree(
        {
            "hb/ㄱ/3/episode_1_ㄱ_3.csv": take(),
            "hb/ㅏ/1/episode_2_ㅏ_1.csv": take(),
            "v2/ㄱ/5/any name.csv": take(),
        }
    )
    assert episodes.sessions.tolist() == ["hb", "hb", "v2"]
    assert episodes.signs.tolist() == ["ㄱ", "ㅏ", "ㄱ"]
    assert episodes.styles.tolist() == [3, 1, 5]
    assert not episodes.skipped
    assert not episodes.defects()


def test_folder_above_the_sessions_is_the_wearer(tree):
    episodes = tree({"kim/mon/ㄱ/3/a.csv": take(), "lee/mon/ㄱ/3/a.csv": take()})
    assert episodes.wearers.tolist() == ["kim", "lee"]
    assert episodes.sessions.tolist() == ["kim/mon", "lee/mon"]


def test_session_without_a_wearers_folder_is_a_wearer_of_its_own(tree):
    episodes = tree({"kim/mon/ㄱ/3/a.csv": take(), "kim/tue/ㄱ/3/a.csv": take()}, "kim")
    assert episodes.wearers.tolist() == episodes.sessions.tolist() == ["mon", "tue"]


def test_part_of_the_episodes_keeps_what_was_skipped(tree):
    episodes = tree({"hb/ㄱ/3/a.csv": take(), "hb/ㅏ/1/b.csv": take(), "hb/ㅏ/1/c.csv": ""})
    part = episodes[np.array([1])]
    assert part.signs.tolist() == ["ㅏ"]
    assert part.skipped == episodes.skipped


@pytest.mark.parametrize(("below", "n"), [("hb", 2), ("hb/ㄱ", 1), ("hb/ㄱ/3", 1)])
def test_any_folder_of_the_tree_can_be_loaded(tree, below, n):
    episodes = tree({"hb/ㄱ/3/a.csv": take(), "hb/ㅏ/1/b.csv": take()}, below)
    assert episodes.sessions.tolist() == ["hb"] * n
    assert episodes.signs.tolist() == ["ㄱ", "ㅏ"][:n]


def test_flat_folder_is_labelled_by_its_file_names(tree):
    episodes = tree({"flat/episode_1_ㄹ_2.csv": take()}, "flat")
    assert (episodes.signs[0], episodes.styles[0], episodes.sessions[0]) == ("ㄹ", 2, "flat")


def test_hdf5_episode_is_labelled_by_its_attribute(tree, tmp_path):
    with h5py.File(tmp_path / "take.h5", "w") as file:
        file["sensor_data"] = np.full((4, 8), 800.0)
        file["arduino_timestamps"] = np.arange(4) * 30
        file.attrs["label"] = "ㅎ"
    assert tree({}).signs.tolist() == ["ㅎ"]


def test_file_name_wins_over_the_attribute_and_the_mismatch_is_told(tree, tmp_path):
    with h5py.File(tmp_path / "episode_1_ㄴ_1.h5", "w") as file:
        file["sensor_data"] = np.full((4, 8), 800.0)
        file["arduino_timestamps"] = np.arange(4) * 30
        file.attrs["label"] = "ㄱ"
    (episode,) = tree({})
    assert episode.sign == "ㄴ"
    assert episode.defects == {Defect.LABEL}


def test_decomposed_names_of_a_mac_are_the_same_session(tree):
    name = "지우의 첫 녹화"
    episodes = tree(
        {
            f"{unicodedata.normalize('NFD', name)}/ㄱ/3/episode_1_ㄱ_3.csv": take(),
            f"{unicodedata.normalize('NFC', name)}/ㄴ/3/episode_1_ㄴ_3.csv": take(),
        }
    )
    assert set(episodes.sessions) == {name}


def test_unknown_style_is_none(tree):
    (episode,) = tree({"hb/ㄱ/take_20250807_150749.csv": take()})
    assert episode.style is None
    assert not episode.defects


@pytest.mark.parametrize("folder", ["0", "6", "9", "12"])
def test_folder_of_a_style_that_there_is_not_is_told(tree, folder):
    (episode,) = tree({f"hb/ㄱ/{folder}/take.csv": take()})
    assert (episode.sign, episode.style, episode.defects) == ("ㄱ", None, {Defect.STYLE})
    assert any("styles are 1 to 5" in note.en for note in episode.notes)


@pytest.mark.parametrize("folder", ["morning", "20250807"])
def test_folder_of_another_kind_is_no_style(tree, folder):
    (episode,) = tree({f"hb/ㄱ/{folder}/take.csv": take()})
    assert (episode.style, episode.defects) == (None, frozenset())


def test_folder_wins_over_the_file_name_and_the_mismatch_is_told(tree):
    (episode,) = tree({"hb/ㄱ/3/episode_1_ㅋ_3.csv": take()})
    assert episode.sign == "ㄱ"
    assert episode.defects == {Defect.LABEL}


@pytest.mark.parametrize("name", ["ㅐ/3/episode_1_ㅐ_3.csv", "ㅐ/3/take.csv", "ㅐ/take.csv"])
def test_unknown_label_is_skipped_and_named(tree, name):
    episodes = tree({"hb/ㄱ/3/a.csv": take(), f"hb/{name}": take()})
    assert episodes.signs.tolist() == ["ㄱ"]
    (skipped,) = episodes.skipped
    for told in (skipped.ko, skipped.en):
        assert name in told
        assert "'ㅐ'" in told


def test_hdf5_episode_without_samples_is_skipped_and_named(tree, tmp_path):
    with h5py.File(tmp_path / "episode_1_ㄴ_1.h5", "w") as file:
        file["sensor_data"] = np.empty((0, 8))
        file["arduino_timestamps"] = np.empty(0)
    (skipped,) = tree({"hb/ㄱ/3/a.csv": take()}).skipped
    assert "without a sample" in skipped.en


def test_hold_leaves_out_what_cannot_be_believed(tree):
    (episode,) = tree({"hb/ㄱ/3/a.csv": take(flex2=510)})
    assert np.isnan(episode.hold.flex_adc[:, 1]).all()
    assert (episode.after_gap.flex_adc[:, 1] == 510).all()
    assert np.isfinite(np.delete(episode.hold.flex_adc, 1, axis=1)).all()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (take([0]), "single sample"),
        (take(range(300, 0, -30)), "90% of the recording could not be read"),
        (take() + "7,8\n9\n", "17% of the recording could not be read"),
        (
            STORED + "".join(f"{t},{t}{',' * 12}\n" for t in range(0, 300, 30)),
            "no finger is of use",
        ),
        (
            take(range(0, 900, 30), flex2=300).replace(",8", ",3").replace("781", "301"),
            "flex1[300:700]",
        ),
        ("", "empty"),
        (STORED, "nothing was recorded after it"),
        ("hello", "no header"),
        (b"\x89HDF\r\n\x1a\n damaged", "HDF5"),
    ],
)
def test_file_that_cannot_be_used_is_skipped_and_named(tree, content, told):
    episodes = tree({"hb/ㄱ/3/a.csv": take(), "hb/ㄱ/3/b.csv": content})
    assert len(episodes) == 1
    (skipped,) = episodes.skipped
    assert "b.csv" in skipped.en
    assert told in skipped.en


DEFECTIVE = {
    "gap": ({Defect.GAP}, take([0, 30, 60, 15_060, 15_090])),
    "stale buffer": ({Defect.GAP}, take([0, 30, 60, 15_060, 15_090], [0, 30, 60, 90, 120])),
    "reset": (
        {Defect.GAP, Defect.CLOCK},
        take([9000, 9030, *range(0, 300, 30)], [0, 30, *range(2030, 2330, 30)]),
    ),
    "glitch of the clock": ({Defect.DAMAGED}, take([0, 30, 6_110_000_000, *range(90, 390, 30)])),
    "damaged line": ({Defect.DAMAGED}, take() + "7,8\n"),
    "dead sensor": ({Defect.SENSOR}, take(flex2=0)),
    "loose contact": ({Defect.SENSOR}, take() + take([330], flex2=510)),
    "burst": ({Defect.BURST}, take(received_ms=range(0, 20, 2))),
    "two at once": (
        {Defect.BURST, Defect.SENSOR},
        take(received_ms=range(0, 20, 2), flex2=510),
    ),
}


@pytest.mark.parametrize(("defects", "content"), DEFECTIVE.values(), ids=DEFECTIVE)
def test_defect_is_detected_and_the_take_kept(tree, defects, content):
    episodes = tree({"hb/ㄱ/3/a.csv": content, "hb/ㄱ/3/b.csv": take()})
    assert episodes.episodes[0].defects == defects
    assert episodes.defects() == dict.fromkeys(defects, 1)


def test_hold_is_what_follows_the_last_gap(tree):
    (episode,) = tree({"hb/ㄱ/3/a.csv": take([0, 30, 5000, 5030, 5060, 9000, 9030])})
    assert len(episode.frames) == 7
    assert episode.hold.time_s == pytest.approx([9.0, 9.03])


def test_hold_of_a_take_without_a_gap_is_all_of_it(tree):
    (episode,) = tree({"hb/ㄱ/3/a.csv": take()})
    assert len(episode.hold) == len(episode.frames) == 10


def test_joined_sets_keep_their_episodes(tree):
    files = {"ㄱ/3/a.csv": take(), "ㄴ/3/b.csv": "", "ㄷ/3/c.csv": take()}
    both = EpisodeSet.join(
        [tree({f"{name}/{path}": f for path, f in files.items()}, name) for name in ("hb", "v2")]
    )
    assert (len(both), len(both.skipped)) == (4, 2)
    assert both.sessions.tolist() == ["hb", "hb", "v2", "v2"]


def test_session_given_twice_is_refused_even_from_another_place(tree):
    here = tree({"hb/ㄱ/3/a.csv": take()}, "hb")
    elsewhere = tree({"old/hb/ㄴ/3/b.csv": take()}, "old")
    for again in (here, elsewhere):
        with pytest.raises(UsageError, match="same session or file: hb"):
            EpisodeSet.join([here, again])


def test_file_given_twice_is_refused_whatever_its_session_is_called(tree, tmp_path):
    tree({"flat/episode_1_ㄱ_3.csv": take()}, "flat")
    (tmp_path / "link").symlink_to(tmp_path / "flat", target_is_directory=True)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "x_ㄱ_3.csv").symlink_to(tmp_path / "flat" / "episode_1_ㄱ_3.csv")
    for name in ("link", "other"):
        with pytest.raises(UsageError, match="same session or file"):
            EpisodeSet.join([tree({}, "flat"), tree({}, name)])


@pytest.mark.parametrize("files", [{}, {"readme.txt": "hello"}, {"hb/x/1/a.csv": take()}])
def test_folder_without_labelled_recordings_is_the_users_mistake(tree, files):
    with pytest.raises(UsageError, match="no labelled recording"):
        tree(files)


def test_labels_are_not_blamed_for_what_is_in_the_files(tree):
    other = "a,b,c\n1,2,3\n"
    with pytest.raises(DataError, match=r"none of its 2 .*a\.csv: no header") as caught:
        tree({"hb/ㄱ/3/a.csv": other, "hb/ㄴ/3/b.csv": other})
    assert "Arrange" not in str(caught.value)
    assert "a.csv" in caught.value.message.ko


def test_missing_folder_is_the_users_mistake(tree):
    with pytest.raises(UsageError, match="no such folder"):
        tree({}, "nowhere")
    with pytest.raises(UsageError, match="a file, not a folder"):
        tree({"take.csv": take()}, "take.csv")
