"""What a live session learns of its wearer, and how it calibrates in the middle of a text."""

from live import session, signal_of, stranger, until

from jihwa.composer.language.token_model import Mode
from jihwa.io.sources.source import Link
from jihwa.io.user import profiles, vocabulary
from jihwa.recognizer.calibration import MOUNT_SIGNS
from jihwa.recognizer.profile import StepKind


def test_what_was_typed_and_chosen_is_remembered(line):
    data = line("학교 앞에서")
    with session(wearer=stranger(remembers=True)) as (live, wire):
        wire.give(data)
        wire.connect(Link.ENDED)
        until(lambda: live.state.text.words)
        live.writing.choose(0, "학겨")
        until(lambda: live.state.text.committed == "학겨 앞에서")
    words = vocabulary.history()[0].counts
    assert "학겨" in words
    assert any(word.startswith("앞") for word in words)


def test_in_mode_exact_nothing_is_remembered(line):
    wearer = stranger(remembers=True, adapts=True, profile="me", mode=Mode.EXACT)
    with session(wearer=wearer) as (_, wire):
        wire.give(line("학교"))
        wire.connect(Link.ENDED)
    assert not vocabulary.history()[0].counts
    assert profiles.names() == []


def test_the_hand_is_learned_from_the_text(line):
    with session(wearer=stranger(adapts=True, profile="me")) as (_, wire):
        wire.give(line("오늘 저녁에 같이 밥 먹을래"))
        wire.connect(Link.ENDED)
    (step,) = profiles.load("me").steps
    assert len(step.observations) > 10


def test_calibration_takes_holds_and_the_text_stays(spell):
    wearer = stranger(profile="me")
    with session(wearer=wearer) as (live, wire):
        live.writing.type("먼저 ")
        live.calibrate("quick")
        until(lambda: live.state.calibration)
        total = live.state.calibration.total
        first = live.state.calibration.prompt
        for place in range(total):
            progress = until(
                lambda done=place: (
                    live.state.calibration
                    and live.state.calibration.done == done
                    and live.state.calibration
                )
            )
            if place:
                live.skip_prompt()
            else:
                wire.give(signal_of(hold_of(progress.prompt.sign, spell)))
        until(lambda: live.state.calibration is None)
        until(lambda: "Calibrated" in str(live.state.notices))
        live.writing.type("나중")
        until(lambda: live.state.text.committed == "먼저 나중")
    (step,) = profiles.load("me").steps
    assert [each.sign for each in step.observations] == [first.sign]


def test_three_signs_show_how_the_board_sits(spell):
    with session(wearer=stranger(profile="me")) as (live, wire):
        live.calibrate("mount")
        for done in range(MOUNT_SIGNS):
            progress = until(
                lambda done=done: (
                    live.state.calibration
                    and live.state.calibration.done == done
                    and live.state.calibration
                )
            )
            wire.give(signal_of(hold_of(progress.prompt.sign, spell)))
        until(lambda: "The board sits as usual" in str(live.state.notices))
    (step,) = profiles.load("me").steps
    assert (step.kind, len(step.observations)) == (StepKind.MOUNT, MOUNT_SIGNS)


def test_sign_that_looks_like_another_one_is_taken_when_the_user_says_so(spell):
    with session(wearer=stranger(profile="me")) as (live, wire):
        live.calibrate("mount")
        asked = until(lambda: live.state.calibration).prompt.sign
        wire.give(signal_of(hold_of("ㅁ", spell)))
        until(lambda: "more like" in str(live.state.calibration.feedback))
        assert live.state.calibration.done == 0
        live.accept_form()
        until(lambda: live.state.calibration.done == 1)
        for done in range(2, MOUNT_SIGNS + 1):
            live.skip_prompt()
            until(
                lambda done=done: not live.state.calibration or live.state.calibration.done == done
            )
    (step,) = profiles.load("me").steps
    assert [each.sign for each in step.observations] == [asked]


def hold_of(sign, spell):
    """One letter, and the hand on its way to rest behind it."""
    session = spell("아" if sign in "ㅇㅏ" else sign, "slow", wearer=7)
    letter = next(each for each in session.signs if each.sign == sign)
    return session.frames[session.frames.time_s < letter.end_s + 0.5]


def test_calibration_can_be_given_up(line):
    with session(wearer=stranger(profile="me")) as (live, _):
        live.calibrate("full")
        until(lambda: live.state.calibration)
        live.stop_calibration()
        until(lambda: live.state.calibration is None)
    assert profiles.names() == []


def test_another_wearer_goes_on_with_the_text_and_each_learns_their_own(line):
    worn = []
    first, second = line("오늘 저녁에 같이 밥 먹을래"), line("내일 아침에 다시 만나자", seed=4)
    with session(wearer=stranger(adapts=True, profile="me", remembers=True)) as (live, wire):
        assert live.state.profile == "me"
        wire.give(first)
        until(lambda: "먹을래" in live.state.text.committed + live.state.text.preedit)
        live.wear(stranger(adapts=True, profile="you", remembers=True), lambda: worn.append("you"))
        until(lambda: live.state.profile == "you")
        assert "먹을래" in live.state.text.committed
        mine = profiles.load("me")
        wire.give(second)
        wire.connect(Link.ENDED)
        until(lambda: "만나자" in live.state.text.committed)
    assert (
        live.state.text.committed.replace(" ", "") == "오늘저녁에같이밥먹을래내일아침에다시만나자"
    )
    assert worn == ["you"]
    assert profiles.load("me") == mine
    typed = [set(vocabulary.history(name)[0].counts) for name in ("me", "you", None)]
    assert "저녁에" in typed[0] - typed[1]
    assert "아침에" in typed[1] - typed[0]
    assert not typed[2]
    assert sum(len(step.observations) for step in profiles.load("you").steps) > 5


def test_a_profile_that_cannot_be_read_changes_nothing():
    profiles.path_of("bad").parent.mkdir(parents=True)
    profiles.path_of("bad").write_text("no profile", encoding="utf-8")
    with session(wearer=stranger(profile="me")) as (live, _):
        until(lambda: live.state.ready)
        live.wear(stranger(profile="bad"), lambda: live.writing.type("worn"))
        notice = until(lambda: live.state.notices)[-1]
        assert "bad.json" in notice.en
        assert live.state.profile == "me"
        live.writing.type("나")
        until(lambda: live.state.text.committed == "나")
