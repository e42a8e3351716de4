"""The virtual glove: what it sends, how it obeys, and what can go wrong on the way."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jihwa.data.formats.lines import LineParser
from jihwa.data.formats.writers import HEADER
from jihwa.data.messages import UsageError
from jihwa.data.synthesis.pace import PACES, pace_of
from jihwa.data.synthesis.spelling import assemble
from jihwa.io.virtual.cable import Cable, parse_mishap, parse_schedule
from jihwa.io.virtual.glove import BOOT_S, VirtualGlove


def lines(data: bytes) -> list[str]:
    """What stands in complete lines, which end as the firmware ends them."""
    *whole, rest = data.decode().split("\r\n")
    assert rest == ""
    return whole


def clocks_ms(data: bytes) -> list[int]:
    """The device times of whole samples."""
    fields = (line.split(",") for line in lines(data))
    return [int(sample[0]) for sample in fields if len(sample) == 12 and sample[0].isdigit()]


def told(glove: VirtualGlove, command: str, until_s: float) -> list[str]:
    """The messages that follow a command."""
    glove.command(f"{command}\n".encode())
    return [line for line in lines(glove.due(until_s)) if line.startswith("#")]


def read(data: bytes):
    parser = LineParser()
    return parser.feed(data), parser.report


def test_a_glove_says_what_its_fields_mean_and_then_samples_at_its_rate():
    first, *samples = lines(VirtualGlove(rate_hz=50).due(1.0))
    assert first == HEADER
    assert [int(sample.split(",")[0]) for sample in samples] == list(range(0, 1001, 20))


def test_what_it_sends_is_read_without_damage():
    glove = VirtualGlove()
    glove.spell("안녕하세요")
    frames, report = read(glove.due(12.0))
    assert (report.damaged, report.headers, report.samples) == (0, 1, len(frames))
    assert len(frames) == 401
    assert np.isfinite(frames.flex_adc).all()


def test_a_text_is_spelled_and_recognised(engine):
    glove = VirtualGlove(PACES["slow"], wearer=3, rate_hz=50)
    glove.spell("안녕하세요")
    assert engine.run([read(glove.due(25.0))[0]]).text == "안녕하세요"


def test_texts_are_spelled_in_their_order_and_then_the_hand_rests(alphabet):
    glove = VirtualGlove(PACES["fast"])
    glove.spell("가나")
    glove.due(0.5)
    glove.spell("다")
    assert not glove.done
    glove.due(20.0)
    assert glove.done
    signs = list(glove.signer.signs)
    assert "".join(sign.sign for sign in signs) == "ㄱㅏㄴㅏㄷㅏ"
    assert [s.start_s for s in signs] == sorted(s.start_s for s in signs)
    resting, _ = read(HEADER.encode() + b"\n" + glove.due(22.0))
    assert 0 < resting.flex_adc.std(axis=0).max() < 8
    glove.spell("라")
    assert glove.signer.signs[-2].start_s > 22.0


def test_the_movement_is_the_same_however_fast_it_is_sampled():
    slow, fast = (VirtualGlove(seed=4, rate_hz=rate_hz) for rate_hz in (20, 100))
    for glove in (slow, fast):
        glove.spell("가")
    seldom, often = (read(glove.due(3.0))[0] for glove in (slow, fast))
    assert np.array_equal(seldom.flex_adc, often.flex_adc[::5])


def test_text_that_cannot_be_spelled_is_refused_and_harms_nothing():
    glove = VirtualGlove()
    for text in ("", "abc"):
        with pytest.raises(UsageError):
            glove.spell(text)
    assert glove.done


def test_interval_changes_the_rate_at_once():
    glove = VirtualGlove(rate_hz=50)
    glove.due(1.0)
    glove.command(b"interval,100\r\n")
    message, *samples = lines(glove.due(2.0))
    assert message == "# interval(ms) set to 100"
    assert [int(sample.split(",")[0]) for sample in samples] == list(range(1100, 2001, 100))


def test_interval_has_a_least_value_and_nonsense_is_ignored():
    glove = VirtualGlove()
    assert told(glove, "interval,1", 0.1) == ["# interval(ms) set to 2"]
    assert told(glove, "interval,0", 0.2) == []
    assert told(glove, "interval,fast", 0.3) == []


def test_header_comes_again_when_asked_for():
    glove = VirtualGlove()
    glove.due(1.0)
    glove.command(b"head")
    glove.command(b"er\n")
    assert lines(glove.due(1.0)) == [HEADER]


def test_recalibration_keeps_the_glove_busy_and_what_comes_then_waits():
    glove = VirtualGlove(rate_hz=50)
    glove.due(1.0)
    glove.command(b"recal\nalpha,0.5\n")
    first, done, alpha, *samples = lines(glove.due(3.0))
    assert (first, done) == ("# recalibrating gyro bias... keep still", "# recal done")
    assert alpha == "# alpha set to 0.5"
    assert int(samples[0].split(",")[0]) == 2000


def test_yaw_drifts_until_it_is_zeroed():
    glove = VirtualGlove(rate_hz=50, seed=2)
    drifted, _ = read(glove.due(60.0))
    assert abs(drifted.orientation_deg[-1, 2]) > 10
    assert told(glove, "yawzero", 60.02) == ["# yaw reset to 0"]
    zeroed, _ = read(HEADER.encode() + b"\n" + glove.due(60.1))
    assert abs(zeroed.orientation_deg[-1, 2]) < 2


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("flush", "# flushed"),
        ("alpha,0.9", "# alpha set to 0.9"),
        ("alpha,1.5", "# alpha must be 0..1"),
        ("axis,roll:z", "# axis set: roll=z, pitch=y"),
        ("axis,pitch:X,roll:y", "# axis set: roll=y, pitch=x"),
        ("dance", "# unknown cmd: dance"),
    ],
)
def test_other_commands_are_answered(command, answer):
    assert told(VirtualGlove(), command, 0.1) == [answer]


@given(st.lists(st.one_of(st.binary(max_size=400), st.sampled_from([b"axis,", b"alpha,9e9\n"]))))
def test_nonsense_does_not_stop_it(chunks):
    glove = VirtualGlove(rate_hz=50)
    for chunk in chunks:
        glove.command(chunk)
    glove.due(5.0)
    glove.command(b"\n")
    glove.due(50.0)  # behind every `recal` among it, and any `flush`
    glove.command(b"header\n")
    assert HEADER.encode() in glove.due(60.0)


def test_a_reset_board_is_silent_then_begins_within_a_line_and_counts_from_zero():
    glove = VirtualGlove(rate_hz=50)
    glove.command(b"interval,100\n")
    glove.due(10.0)
    glove.reset()
    assert glove.due(10.0 + BOOT_S - 0.01) == b""
    partial, header, *samples = lines(glove.due(13.0))
    assert len(partial.split(",")) < 12
    assert header == HEADER
    assert clocks_ms("\r\n".join([*samples, ""]).encode()) == list(range(2000, 3001, 20))


def test_a_board_that_hangs_takes_no_samples_and_its_clock_runs_on():
    glove = VirtualGlove(rate_hz=50)
    before = clocks_ms(glove.due(1.0))
    glove.stall(2.0)
    after = clocks_ms(glove.due(3.1))
    assert (before[-1], after[0]) == (1000, 3000)


TELLING = st.lists(
    st.tuples(
        st.floats(0, 3),
        st.sampled_from(
            ["recal", "interval,7", "!reset", "!stall 0.5", "!unplug 1", "가", "header"]
        ),
    ),
    max_size=4,
)


@settings(max_examples=40)
@given(TELLING, st.lists(st.floats(0, 8), max_size=20))
def test_how_often_it_is_asked_changes_nothing(story, ticks):
    def run(times_s: list[float]) -> bytes:
        schedule = parse_schedule("damage=0.02,drop=0.01,reset=2.7,stall=1.3:0.2")
        cable = Cable(VirtualGlove(PACES["fast"]), schedule, seed=1)
        cable.glove.spell("가")
        arrived = b""
        waiting = sorted(story, key=lambda entry: entry[0])
        for now_s in sorted([*times_s, *(at_s for at_s, _ in story), 8.0]):
            arrived += cable.due(now_s)
            while waiting and waiting[0][0] == now_s:
                _, what = waiting.pop(0)
                if what.startswith("!"):
                    cable.suffer(parse_mishap(what[1:]))
                elif what == "가":
                    cable.glove.spell(what)
                else:
                    cable.glove.command(f"{what}\n".encode())
        return arrived

    assert run(ticks) == run([])


def test_damage_befalls_its_share_of_the_bytes():
    clean, noisy = VirtualGlove(seed=3), Cable(VirtualGlove(seed=3), parse_schedule("damage=0.01"))
    sent, arrived = clean.due(100.0), noisy.due(100.0)
    differ = np.frombuffer(sent, np.uint8) != np.frombuffer(arrived, np.uint8)
    assert differ.mean() == pytest.approx(0.01, rel=0.15)
    _, report = read(arrived)
    lengths = len(sent) / 3334
    hurt = report.damaged + sum(n for n, _, _ in report.refused.values())
    assert hurt / 3334 > 0.4  # some damage makes other digits
    assert report.damaged / 3334 < 1 - 0.99**lengths
    assert report.damaged + report.samples <= report.lines


def test_dropped_bytes_are_gone():
    clean, lossy = VirtualGlove(seed=3), Cable(VirtualGlove(seed=3), parse_schedule("drop=0.02"))
    assert len(lossy.due(100.0)) == pytest.approx(0.98 * len(clean.due(100.0)), rel=0.005)


def test_faults_come_by_schedule():
    cable = Cable(VirtualGlove(rate_hz=50), parse_schedule("reset=10,unplug=25:3"))
    _, report = read(cable.due(24.9))
    assert report.clock.resets == 2
    assert cable.due(25.1) and not cable.plugged
    assert cable.due(27.9) == b""
    cable.due(28.0)
    assert cable.plugged
    cable.glove.connect()
    assert HEADER in lines(cable.due(29.9))


@pytest.mark.parametrize(
    "text", ["", "damage", "damage=2", "reset=0", "reset=x", "unplug=3:5", "unplug=9:1:1", "fire=1"]
)
def test_a_schedule_that_cannot_be_is_refused(text):
    with pytest.raises(UsageError, match="Unknown fault"):
        parse_schedule(text)


@pytest.mark.parametrize("text", ["", "drop", "drop 2", "stall -1", "reset 1 2", "unplug nan", "x"])
def test_a_fault_that_cannot_be_is_refused(text):
    with pytest.raises(UsageError, match="Unknown fault"):
        parse_mishap(text)


@pytest.mark.parametrize("speed", PACES)
@pytest.mark.parametrize("letters_per_s", [1.0, 2.0, 4.0])
def test_a_letter_rate_is_met_on_average_where_the_hand_does_not_falter(speed, letters_per_s):
    pace = pace_of(speed, letters_per_s)
    manner = replace(pace.manner, hesitations=0.0, false_starts=0.0, turns=0.0)
    glove = VirtualGlove(replace(pace, manner=manner), seed=5)
    glove.spell("가" * 200)
    signs = glove.signer.signs
    taken_s = signs[-1].start_s - signs[0].start_s
    assert (len(signs) - 1) / taken_s == pytest.approx(letters_per_s, rel=0.05)


def test_a_speed_that_does_not_exist_is_refused():
    with pytest.raises(UsageError, match="hasty"):
        pace_of("hasty")


def test_it_is_not_done_while_a_text_is_being_assembled(monkeypatch):
    """Whoever waits for its end asks from another thread, at any moment."""
    virtual = VirtualGlove(PACES["natural"], wearer=3)
    done = []

    def assembled(*arguments):
        done.append(virtual.done)
        return assemble(*arguments)

    monkeypatch.setattr("jihwa.io.virtual.glove.assemble", assembled)
    for text in ("가", "나"):
        virtual.spell(text)
    while not virtual.done:
        virtual.due(virtual.next_s)
    assert done == [False, False]
