"""Hands: recorded takes played back, and signers who were never recorded."""

from pathlib import Path

import numpy as np
import pytest

from jihwa.data.alphabet import Alphabet
from jihwa.data.messages import UsageError
from jihwa.data.signal.frames import Frames
from jihwa.data.synthesis.hands import HandStatistics, RecordedHand, SyntheticHand
from jihwa.data.takes.episodes import Defect, Episode, EpisodeSet

STATISTICS = HandStatistics.load()
N_STYLES = 5


def flex_of(sign: str, style: int) -> float:
    return 700.0 + 3 * Alphabet.load().index[sign] + 20 * style


def episode(sign: str, style: int | None, *, n=20, defects=(), flex2=None, session="s") -> Episode:
    flex = np.full((n, 5), flex_of(sign, style or 1))
    if flex2 is not None:
        flex[:, 1] = flex2
    up = np.tile([0.0, 0.6, 0.8], (n, 1))
    frames = Frames(np.arange(n) / 47, flex, up, np.tile(np.arange(n)[:, None], 3) / 10)
    return Episode(Path("take.csv"), sign, style, session, session, frames, frozenset(defects))


def episodes(alphabet, **changes) -> EpisodeSet:
    takes = [
        episode(sign, style, **changes)
        for sign in alphabet.signs
        for style in range(1, N_STYLES + 1)
        for _ in range(2)
    ]
    return EpisodeSet(tuple(takes), skipped=())


def with_takes(data: EpisodeSet, *takes: Episode) -> EpisodeSet:
    return EpisodeSet((*data.episodes, *takes), skipped=())


def test_recorded_hand_samples_as_fast_as_its_takes(alphabet):
    hand = RecordedHand(episodes(alphabet), alphabet, np.random.default_rng(0))
    assert hand.rate_hz == pytest.approx(47)


@pytest.mark.parametrize("n", [1, 7, 20, 90])
def test_recorded_hold_is_consecutive_and_turns_round_at_the_ends_of_its_take(alphabet, n):
    hand = RecordedHand(episodes(alphabet), alphabet, np.random.default_rng(0))
    rng = np.random.default_rng(1)
    for _ in range(20):
        played = hand.hold("ㄱ", n, rng)
        assert played.shape == (n, 11)
        assert np.allclose(np.abs(np.diff(played[:, 8])), 0.1)  # pitch counts the samples
        assert played[:, 8].max() < 2


def test_healthy_takes_are_preferred(alphabet):
    broken = episode("ㄱ", 3, flex2=0.0, defects=[Defect.SENSOR])
    data = with_takes(episodes(alphabet), *[broken] * 50)
    hand = RecordedHand(data, alphabet, np.random.default_rng(0))
    rng = np.random.default_rng(1)
    assert min(hand.hold("ㄱ", 5, rng)[:, 1].min() for _ in range(30)) > 700


def test_sign_without_a_healthy_take_is_played_as_it_is(alphabet):
    data = episodes(alphabet, flex2=0.0, defects=[Defect.SENSOR])
    hand = RecordedHand(data, alphabet, np.random.default_rng(0))
    assert hand.hold("ㅎ", 5, np.random.default_rng(1))[:, 1].max() == 0


def test_sign_that_was_never_recorded_is_named(alphabet):
    data = EpisodeSet(tuple(e for e in episodes(alphabet) if e.sign not in "ㅋㅛ"), skipped=())
    with pytest.raises(UsageError, match="ㅋ ㅛ"):
        RecordedHand(data, alphabet, np.random.default_rng(0))


def hold(wearer: int, sign: str = "ㄱ", seed: int = 0, n: int = 40) -> np.ndarray:
    hand = SyntheticHand(STATISTICS, Alphabet.load(), np.random.default_rng(wearer))
    return hand.hold(sign, n, np.random.default_rng(seed))


def test_same_seed_same_wearer_and_two_wearers_differ():
    assert np.array_equal(hold(1), hold(1))
    assert np.abs(hold(1).mean(axis=0) - hold(2).mean(axis=0))[:5].max() > 5


def test_takes_of_one_wearer_differ():
    assert np.abs(hold(1, seed=0) - hold(1, seed=1))[:, :5].mean() > 3


def test_synthetic_hold_is_still_and_within_what_sensors_send(alphabet):
    for sign in alphabet.signs:
        held = hold(3, sign)
        assert held.shape == (40, 11)
        assert held[:, :5].std(axis=0).max() < 8
        assert np.all((held[:, :5] > 600) & (held[:, :5] < 1020))
        assert np.abs(np.linalg.norm(held[:, 5:8], axis=1) - 1).max() < 0.1


def test_signs_look_different(alphabet):
    poses = np.array(
        [
            np.mean([hold(0, s, seed)[0] for seed in range(30)], axis=0)[:8]
            / [*[20.0] * 5, *[0.2] * 3]
            for s in alphabet.signs
        ]
    )
    distances = np.linalg.norm(poses[:, None] - poses[None], axis=2)
    assert distances[~np.eye(len(poses), dtype=bool)].min() > 0.5


def test_sign_without_statistics_is_named():
    with pytest.raises(UsageError, match="ㅐ"):
        SyntheticHand(STATISTICS, Alphabet.load("extended31"), np.random.default_rng(0))


def test_statistics_are_the_means_of_sign_and_style(alphabet):
    fitted = HandStatistics.fit(episodes(alphabet))
    assert fitted.signs.tolist() == sorted(alphabet.signs)
    for sign, styles in zip(fitted.signs, fitted.mean, strict=True):
        assert styles[:, 0] == pytest.approx([flex_of(sign, style) for style in range(1, 6)])
        assert styles[:, 5:] == pytest.approx(np.tile([0, 0.6, 0.8], (5, 1)))
    assert fitted.take_sd == pytest.approx(np.zeros(8))


def test_every_session_counts_the_same(alphabet):
    data = with_takes(episodes(alphabet), episode("ㄱ", 3, flex2=900.0, session="other"))
    fitted = HandStatistics.fit(data)
    assert fitted.mean[0, 2, 1] == pytest.approx((flex_of("ㄱ", 3) + 900) / 2)


def test_dead_sensors_and_unknown_styles_are_left_out(alphabet):
    clean = HandStatistics.fit(episodes(alphabet))
    broken = episode("ㄱ", 3, flex2=510.0, defects=[Defect.SENSOR])
    unknown = episode("ㄴ", None, flex2=950.0)
    fitted = HandStatistics.fit(with_takes(episodes(alphabet), broken, unknown))
    assert fitted.mean == pytest.approx(clean.mean)
    assert fitted.take_sd == pytest.approx(clean.take_sd)


def test_sign_that_lacks_a_style_is_named(alphabet):
    data = EpisodeSet(
        tuple(e for e in episodes(alphabet) if (e.sign, e.style) != ("ㅁ", 2)), skipped=()
    )
    with pytest.raises(UsageError, match=": ㅁ"):
        HandStatistics.fit(data)


def test_saved_statistics_load_without_pickle(alphabet, tmp_path):
    HandStatistics.fit(episodes(alphabet)).save(tmp_path / "hand")
    assert [path.name for path in tmp_path.iterdir()] == ["hand"]
    with np.load(tmp_path / "hand", allow_pickle=False) as arrays:
        assert arrays["mean"].shape == (24, 5, 8)
        assert arrays["signs"].tolist() == sorted(alphabet.signs)
