"""`jihwa record`: a glove's signal into a file, or takes into a data set."""

import sys
from datetime import datetime

import numpy as np
import pexpect
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from takes import record_session

from jihwa.data.alphabet import Alphabet
from jihwa.data.formats.readers import Recording
from jihwa.data.formats.writers import write_recording
from jihwa.data.signal.frames import Frames
from jihwa.data.synthesis.hands import HandStatistics, SyntheticHand
from jihwa.data.synthesis.pace import Pace
from jihwa.data.synthesis.spelling import assemble
from jihwa.data.takes.collection import count_takes, missing, progress, take_path
from jihwa.data.takes.episodes import load_episodes
from jihwa.io.recording import Collector, TakeCutter
from jihwa.models.bundle import load_shipped
from jihwa.recognizer.classifier import Classifier
from jihwa.recognizer.personal import PersonalModel
from jihwa.recognizer.profile import Profile
from jihwa.recognizer.recognizer import Recognizer
from jihwa.recognizer.segmenter import Segmenter

LONG = Pace(hold_s=(1.5, 1.5))
POSING = "sim:?wearer=3&speed=12"


def cutter(take_s=1.0, *, hands_free=True):
    recognizer = Recognizer(Segmenter(), Classifier(load_shipped()))
    return TakeCutter(recognizer, take_s, hands_free=hands_free)


@pytest.fixture(scope="module")
def session(spell):
    """ㄱ, ㅏ, rest, ㄷ: every hold of 1.5 s, and rests of a second."""
    alphabet = Alphabet.load()
    hand = SyntheticHand(HandStatistics.load(), alphabet, np.random.default_rng(3))
    return assemble("가 ㄷ", hand, alphabet, LONG, np.random.default_rng(1))


def takes_of(cut, frames, parts=()):
    """The takes of a signal cut at these places, asked for one after the other."""
    cut.ask()
    takes = []
    for part in np.split(np.arange(len(frames)), sorted(parts)):
        for take in cut.feed(frames[part]):
            takes.append(take)
            cut.ask()
    return takes


def test_every_hold_gives_one_take_and_rest_gives_none(session):
    takes = takes_of(cutter(), session.frames)
    assert len(takes) == 3
    for take, sign in zip(takes, session.signs, strict=True):
        assert take.duration_s == pytest.approx(1.0, abs=0.05)
        assert sign.start_s - 0.1 < take.time_s[0]
        assert take.time_s[-1] < sign.end_s + 0.1


@settings(max_examples=4)
@given(st.lists(st.integers(0, 300), max_size=6))
def test_takes_do_not_depend_on_the_cut(session, parts):
    whole, cut = takes_of(cutter(), session.frames), takes_of(cutter(), session.frames, parts)
    assert [t.time_s.tolist() for t in whole] == [t.time_s.tolist() for t in cut]


def test_what_is_held_when_it_is_asked_for_is_not_taken_before_the_hand_has_let_go(session):
    frames, first = session.frames, session.signs[0]
    begun_s = first.start_s + 0.2
    cut = cutter(0.5)
    cut.ask()
    (take,) = cut.feed(
        frames[(frames.time_s > begun_s) & (frames.time_s < session.signs[2].start_s)]
    )
    assert session.signs[1].start_s - 0.1 < take.time_s[0]


def test_nothing_is_taken_unless_it_is_asked_for(session):
    assert list(cutter().feed(session.frames)) == []


def test_with_enter_a_take_begins_where_it_was_asked_for(session):
    cut, frames = cutter(0.5, hands_free=False), session.frames
    middle_s = session.signs[0].start_s + 0.6
    assert list(cut.feed(frames[frames.time_s < middle_s])) == []
    cut.ask()
    (take,) = cut.feed(frames[frames.time_s >= middle_s])
    assert middle_s - 0.05 <= take.time_s[0] <= middle_s + 0.05


def collector(root, plan, cut):
    ticks = iter(range(60))
    return Collector(
        root, plan, cut, load_shipped(), lambda: datetime(2026, 11, 25, 12, 0, next(ticks))
    )


def test_takes_go_into_the_tree_of_the_public_data_set(session, tmp_path, alphabet):
    cut = cutter()
    filling = collector(tmp_path, [(("ㄱ", 3), 1), (("ㅏ", 3), 2)], cut)
    seen = []
    filling.ask()
    for saved in filling.feed(session.frames):
        seen.append((str(saved.path.relative_to(tmp_path)), saved.remark is None))
        filling.ask()
    assert seen[0] == ("ㄱ/3/episode_20261125_120000_ㄱ_3.csv", True)
    assert seen[1] == ("ㅏ/3/episode_20261125_120001_ㅏ_3.csv", True)
    assert filling.prompt is None
    episodes = load_episodes(tmp_path, alphabet)
    assert [(e.sign, e.style) for e in episodes] == [("ㄱ", 3), ("ㅏ", 3), ("ㅏ", 3)]
    assert not episodes.defects()
    assert episodes.episodes[0].frames.time_s[0] == 0


def test_take_that_looks_like_another_sign_is_kept_with_a_remark(session, tmp_path):
    filling = collector(tmp_path, [(("ㅍ", 3), 1)], cutter())
    filling.ask()
    (saved,) = filling.feed(session.frames)
    assert "much more like" in saved.remark.en
    assert saved.path.is_file()


def test_guide_stops_before_labels_shift(jihwa, tmp_path, alphabet):
    """The wearer shows one sign too late: ㄴ for ㄷ and again for ㄷ."""
    hand = SyntheticHand(HandStatistics.load(), alphabet, np.random.default_rng(3))
    late = assemble("ㄱ ㄴ ㄴ ㄴ ㄷ", hand, alphabet, LONG, np.random.default_rng(1))
    write_recording(tmp_path / "late.csv", late.frames)
    source = ("--source", f"replay:{tmp_path / 'late.csv'}?speed=0", "--seconds", "1")
    guide = ("record", tmp_path / "mine", *source, "--guide", "--hands-free", "--takes", "1")
    done = jihwa(*guide, "--style", "3")
    assert (done.code, done.out.count("✓"), done.out.count("Not taken")) == (1, 2, 1)
    assert "2 takes in a row look like ㄴ, the sign before, and not like ㄷ" in done.err
    assert count_takes(tmp_path / "mine", alphabet) == {("ㄱ", 3): 1, ("ㄴ", 3): 1}


@pytest.mark.parametrize("wearer", [4, 7])
def test_guided_takes_show_what_they_are_labelled(jihwa, tmp_path, alphabet, wearer):
    """Wearer 4 rests in a pose that no model takes for rest before it has seen it."""
    source = ("--source", f"sim:?wearer={wearer}&speed=6")  # which a busy machine can follow
    guide = ("record", tmp_path, *source, "--guide", "--takes", "1", "--style", "5")
    assert jihwa(*guide, "--seconds", "1").code == 0
    bundle = load_shipped()
    model = PersonalModel(bundle, Profile.empty(alphabet))
    episodes = load_episodes(tmp_path, alphabet)
    poses = np.array([bundle.extractor.of_hold(episode.hold) for episode in episodes])
    read = model.of_features(poses, []).argmax(axis=1)
    assert np.mean([alphabet.signs[i] == e.sign for i, e in zip(read, episodes, strict=True)]) > 0.7


def test_take_is_undone_and_prompts_are_skipped(session, tmp_path):
    filling = collector(tmp_path, [(("ㄱ", 1), 1), (("ㄴ", 1), 3), (("ㄷ", 1), 1)], cutter())
    assert filling.undo() is None
    filling.ask()
    frames = session.frames
    (saved,) = filling.feed(frames[frames.time_s < session.signs[1].start_s])
    assert (filling.prompt, filling.left) == (("ㄴ", 1), 3)
    assert filling.undo() == saved.path
    assert not saved.path.exists()
    assert filling.prompt == ("ㄱ", 1)
    filling.skip()
    filling.skip()
    assert filling.prompt == ("ㄷ", 1)


def test_same_second_gets_a_name_of_its_own(session, tmp_path):
    filling = Collector(
        tmp_path, [(("ㄱ", 1), 2)], cutter(), load_shipped(), lambda: datetime(2026, 11, 25)
    )
    filling.ask()
    for _ in filling.feed(session.frames):
        filling.ask()
    assert len({saved.path for saved in filling.saved}) == 2
    assert all(saved.path.is_file() for saved in filling.saved)


def test_what_is_missing_is_counted_by_folders(tmp_path, alphabet):
    for style, second in ((1, 1), (1, 2), (3, 3)):
        path = take_path(tmp_path / "wearer", "ㄱ", style, datetime(2026, 1, 1, 0, 0, second))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / "ㄴ").mkdir()
    (tmp_path / "ㄴ" / "take.csv").touch()
    counts = count_takes(tmp_path, alphabet)
    assert counts == {("ㄱ", 1): 2, ("ㄱ", 3): 1}
    assert missing(counts, "ㄱㄴ", (1, 3), 2) == [(("ㄴ", 1), 2), (("ㄱ", 3), 1), (("ㄴ", 3), 2)]
    assert progress(counts, "ㄱㄴ", (1, 3), 1) == (2, 4)


def test_guide_fills_what_is_missing_and_says_what_still_is(jihwa, tmp_path, alphabet):
    root = tmp_path / "mine"
    record_session(root, alphabet, wearer=3, n_styles=1)
    for sign in "ㄴㅏ":
        (root / sign / "1" / "take.csv").unlink()
    guide = ("record", root, "--source", POSING, "--seconds", "0.5", "--style", "1", "--guide")
    guided = jihwa(*guide, "--takes", "1")
    assert (guided.code, guided.err) == (0, "")
    assert "22 of 24 takes\n  style 1 lacks ㄴ 1, ㅏ 1\n" in guided.out
    assert guided.out.endswith("24 of 24 takes\n")
    assert guided.out.count("✓") == 2
    assert count_takes(root, alphabet) == {(sign, 1): 1 for sign in alphabet.signs}
    assert jihwa("data", "check", root).code == 0
    again = jihwa(*guide, "--takes", "1")
    assert (again.code, "✓" in again.out) == (0, False)


def test_label_records_more_of_one_sign(jihwa, tmp_path, alphabet):
    record = ("record", tmp_path, "--source", POSING, "--seconds", "0.5", "--label", "ㄷ")
    assert jihwa(*record, "--style", "1", "5", "--takes", "1").code == 0
    assert jihwa(*record, "--takes", "1").code == 0
    assert count_takes(tmp_path, alphabet) == {("ㄷ", style): 1 for style in (1, 5, 3)}


def test_enter_skip_undo_and_quit_at_a_terminal(tmp_path):
    arguments = ["--lang", "en", "record", str(tmp_path / "mine"), "--source", POSING]
    arguments += ["--guide", "--takes", "1", "--seconds", "0.5", "--style", "3"]
    command = [sys.executable, "-m", "jihwa.io", *arguments]
    child = pexpect.spawn(command[0], command[1:], encoding="utf-8", timeout=20)
    child.expect("ㄱ  style 3")
    child.expect("press Enter")
    child.sendline("")
    child.expect("✓ episode_.*ㄱ_3.csv")
    child.expect("ㄴ  style 3")
    child.sendline("u")
    child.expect("✗ episode_.*ㄱ_3.csv")
    child.expect("ㄱ  style 3")
    child.sendline("s")
    child.expect("ㄴ  style 3")
    child.sendline("x")
    child.expect("One of Enter, s, u, q")
    child.sendline("q")
    child.expect("0 of 24 takes")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 1
    assert not list((tmp_path / "mine").rglob("*.csv"))


def test_signal_is_recorded_byte_by_byte(jihwa, take, tmp_path):
    path = take()
    done = jihwa("record", tmp_path / "new.csv", "--source", f"replay:{path}?speed=0")
    assert done.code == 0
    assert (tmp_path / "new.csv").read_bytes() == path.read_bytes()
    assert f"{len(Recording(path).frames())} samples" in done.out
    assert jihwa("transcribe", tmp_path / "new.csv").out == "안녕하세요\n"


def test_recording_ends_after_so_many_seconds(jihwa, take, tmp_path):
    source = f"replay:{take()}?speed=20"
    done = jihwa("record", tmp_path / "new.csv", "--source", source, "--seconds", "1")
    assert done.code == 0
    assert 1 <= Recording(tmp_path / "new.csv").frames().duration_s < 2


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        ([], 2, "Name the file"),
        (["there.csv"], 2, "exists already"),
        (["none/new.csv"], 2, "no such folder"),
        (["new.csv", "--style", "1"], 2, "give --label or --guide"),
        (["new.csv", "--seconds", "0"], 2, "from 0.3 to 86400.0"),
        (["new", "--label", "x"], 2, "no sign 'x'"),
        (["there.csv", "--label", "ㄱ"], 2, "not a folder"),
        (["new.csv", "--source", "replay:empty.csv"], 1, "no sample came"),
        (["new", "--label", "ㄱ", "--source", "replay:short.csv?speed=0"], 1, "ended without"),
    ],
)
def test_what_cannot_be_recorded_is_told(jihwa, take, tmp_path, monkeypatch, arguments, code, told):
    take("short.csv", "가").rename(tmp_path / "short.csv")
    monkeypatch.chdir(tmp_path)
    for name in ("there.csv", "empty.csv"):
        (tmp_path / name).write_text("")
    source = [] if "--source" in arguments else ["--source", "sim:가"]
    done = jihwa("record", *arguments, *source)
    assert (done.code, told in done.err) == (code, True), done.err
    assert not list(tmp_path.glob("new*"))


def test_posing_glove_rests_until_it_is_asked(spell):
    from wires import Log, wait_until

    from jihwa.data.formats.lines import LineParser
    from jihwa.io.sources.uri import open_source

    source, log = open_source("sim:?speed=50&seed=1"), Log()
    source.start(log)
    wait_until(lambda: len(log.data) > 2000)
    source.show("ㄱ", 1, 1.0)
    wait_until(lambda: len(log.data) > 12000)
    source.close()
    frames = LineParser().feed(log.data)
    assert isinstance(frames, Frames)
    segmenter = Segmenter()
    holds = segmenter.feed(frames) + segmenter.flush()
    assert len(holds) >= 2
