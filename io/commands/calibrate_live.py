"""`jihwa calibrate` with the glove: through a plan, on the screen."""

import argparse
from contextlib import closing

from jihwa.data.messages import DataError, Language, Message, UsageError
from jihwa.io.commands import live
from jihwa.io.live.journal import SessionLog
from jihwa.io.live.session import LiveOptions, LiveSession
from jihwa.io.live.wearer import CALIBRATED, PlanName
from jihwa.io.screen.controls import ASK_AGAIN
from jihwa.io.screen.full_screen import FullScreen
from jihwa.io.settings import options as shared
from jihwa.io.sources.source import Link
from jihwa.io.speech.process import VoiceSettings
from jihwa.io.speech.spoken import SpokenText
from jihwa.io.speech.voice import Voice
from jihwa.io.user import profiles

ENDED = Message(
    ko="다 보이기 전에 신호가 끝나 보정하지 않았습니다. 녹화로 하려면 라벨 폴더를 --from에 주세요.",
    en="the signal ended before all signs were shown, so nothing was calibrated. Recordings are "
    "given to --from, in labelled folders.",
)


def calibrate_live(options: argparse.Namespace, language: Language) -> None:
    """Go through a plan on the screen; what was shown is kept in the profile.

    Raises:
        UsageError: This needs a terminal, or does something that only recordings can.
        DataError: The signal ended before everything was shown.
    """
    _check(options)

    begun = False
    screen = FullScreen()

    def tell(message: Message) -> None:
        session.notify(message)

    source = live.source(options)
    watch, pose = live.watch_signal(options), live.posing(source)

    def follow() -> None:
        nonlocal begun
        watch(session)
        pose(session)
        state = session.state
        calibrating = state.calibration is not None
        has_ended = state.connection.link is Link.ENDED
        if (begun and not calibrating) or has_ended or session.failure:
            screen.leave()
        begun |= calibrating
        screen.redraw(state)

    with closing(Voice(VoiceSettings(), tell)) as voice, live.told_to_end(screen.leave):
        wearer = live.wearer(options, language, tell)
        session = LiveSession(
            source,
            wearer.engine,
            SessionLog(),
            LiveOptions(layout=shared.layout(options), wearer=wearer),
            changed=follow,
        )
        with closing(session):
            session.calibrate(_plan_name(options))
            session.start()
            live.show(screen, session, SpokenText(voice), options, language)
    live.fail_if_it_did(session)
    notices, connection = session.state.notices, session.state.connection
    for notice in notices:
        if notice != ASK_AGAIN:
            print(notice.text(language))
    if CALIBRATED in notices:
        print(profiles.path_of(options.profile))
    elif connection.link is Link.ENDED:
        why = connection.reason or ENDED
        raise DataError(f"{connection.device}: {why.ko}", f"{connection.device}: {why.en}")


def _plan_name(options: argparse.Namespace) -> PlanName:
    if options.mount:
        return "mount"
    return "quick" if options.quick else "full"


def _check(options: argparse.Namespace) -> None:
    if options.add or options.styles or options.yes:
        raise UsageError(
            ko="--add, --styles, --yes는 녹화로만 됩니다. --from에 녹화를 주세요.",
            en="--add, --styles and --yes need recordings. Give them to --from.",
        )
    if not live.can_be_full_screen():
        raise UsageError(
            ko="장갑으로 보정하려면 터미널이 필요합니다. 터미널에서 시작하거나 --from에 녹화를 "
            "주세요.",
            en="Calibrating with the glove needs a terminal. Start it in one, or give recordings "
            "to --from.",
        )
