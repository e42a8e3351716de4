"""What the user can do, whichever key it is on: requests to the session, and looking elsewhere."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from jihwa.data.messages import JihwaError, Message
from jihwa.io.failures import explain
from jihwa.io.live.past import FinishedTexts
from jihwa.io.live.session import LiveSession
from jihwa.io.live.state import LiveState
from jihwa.io.live.wearer import PlanName, Wearer
from jihwa.io.outlets.clipboard import Clipboard, terminal_of_ours
from jihwa.io.screen.cells import clean
from jihwa.io.screen.view import Place, View
from jihwa.io.speech.process import VoiceSettings
from jihwa.io.speech.spoken import SpeechMode, SpokenText
from jihwa.io.user import phrases, profiles

QUIT_WITHIN_S = 3.0
"""A second Ctrl-C after this long asks again."""
RECALL_S = 0.3
"""Earlier texts that take longer to be read appear one after the other."""
ASK_AGAIN = Message(ko="끝내려면 Ctrl-C를 한 번 더 누르세요.", en="Press Ctrl-C once more to quit.")
NO_PHRASES = Message(
    ko="저장한 문장이 없습니다. 문장 파일에 한 줄에 하나씩 적으세요.",
    en="There is no stored phrase. Write one a line into the phrase file.",
)

NO_READERS = Message(
    ko="다른 사람에게 보여 주고 있지 않습니다. `jihwa captions`로 시작하면 읽을 주소가 생깁니다.",
    en="Nobody else can read along. Start with `jihwa captions` to have an address for readers.",
)
NO_PAST = Message(
    ko="앞서 쓴 글이 없습니다. 쓰고 나면 여기서 다시 찾을 수 있습니다.",
    en="Nothing was written before. What you write can be found here later.",
)
SPEECH_IS_OFF = Message(
    ko="말하기가 꺼져 있습니다. F5를 누르면 켜집니다.", en="Speech is off. F5 switches it on."
)
NO_PROFILES = Message(
    ko="저장된 프로필이 없습니다. `jihwa calibrate --profile 이름`으로 만드세요.",
    en="No profile is stored. Make one with `jihwa calibrate --profile NAME`.",
)
COPIED = Message(
    ko="글을 클립보드에 복사했습니다. 붙여 넣을 수 없으면 `jihwa doctor`로 살펴보세요.",
    en="The text is in the clipboard. If it cannot be pasted, see `jihwa doctor`.",
)
NO_SIGNAL = Message(
    ko="장갑에서 오는 신호가 없어 보정할 수 없습니다. 장갑이 꽂혀 있고 켜져 있는지 확인하세요.",
    en="Nothing comes from the glove, so it cannot calibrate. Check that it is plugged in and on.",
)


class Controls:
    """Turns keys into requests, and keeps how the session is looked at.

    Args:
        session: The session.
        view: How it is looked at in the beginning.
        spoken: Says the text aloud.
        leave: Ends the screen.
        wearers: Makes the wearer of a profile, and tells how they speak; None where there is no
            other one.
        invite: The invitation for the next reader.
    """

    def __init__(
        self,
        session: LiveSession,
        view: View,
        spoken: SpokenText,
        leave: Callable[[], None],
        wearers: Callable[[str], tuple[Wearer, VoiceSettings]] | None = None,
        invite: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        self.session, self.spoken, self.leave, self._view = session, spoken, leave, view
        self._wearers, self._invite = wearers, invite
        self._interrupted_s = -QUIT_WITHIN_S
        self._clipboard: Clipboard | None = None
        self._past: FinishedTexts | None = None
        self._phrases = view.phrases  # of the wearer, who may become another one

    @property
    def state(self) -> LiveState:
        """The session as it is now."""
        return self.session.state

    @property
    def view(self) -> View:
        """How it is looked at now."""
        place = self._view.place
        if place is Place.TEXT and self.state.calibration is not None:
            place = Place.CALIBRATION
        elif place is Place.TEXT and self.state.text.selected is not None:
            place = Place.CHOOSING
        profile = Path(self.state.profile).stem or self._view.profile
        invitation = self._invite() if place is Place.INVITATION else ()
        past = self._past.matching(self._view.wanted) if self._past else ()
        now = replace(self._view, place=place, profile=profile, invitation=invitation, past=past)
        return replace(now, speaks=self.spoken.mode, phrases=self._phrases)

    def type(self, text: str) -> None:
        """Write what a key stands for; a word that is being chosen is taken as it is lit."""
        if not text.isprintable():  # a key without a meaning here
            return
        if self.view.place is Place.CHOOSING:
            self.accept()
        self.session.writing.type(text)

    def paste(self, text: str) -> None:
        """Write a text of several lines."""
        self.session.writing.type("\n".join(map(clean, text.splitlines())))

    def end_line(self) -> None:
        """Complete the text, and go on in a new line."""
        self.session.writing.complete()
        self.session.writing.type("\n")

    def next_candidate(self, step: int) -> None:
        """Begin to choose the last word anew, or light another candidate."""
        written = self.state.text
        if written.selected is None:
            self._select(len(written.words) - 1)
        elif written.candidates:
            lit = (self._view.highlight + step) % min(len(written.candidates), 9)
            self._view = replace(self._view, highlight=lit)

    def next_word(self, step: int) -> None:
        """Choose an earlier or later word instead."""
        written = self.state.text
        if written.selected is not None:
            self._select(min(max(written.selected + step, 0), len(written.words) - 1))

    def leave_choice(self) -> None:
        """Leave the word as it is."""
        self._select(None)

    def accept(self) -> None:
        """Take the candidate that is lit."""
        self.choose(self._view.highlight)

    def choose(self, candidate: int) -> None:
        """Take a candidate of the word that is being chosen, or else of the last one."""
        written = self.state.text
        if candidate < len(written.candidates):
            word = len(written.words) - 1 if written.selected is None else written.selected
            if candidate:  # the first is what stands there
                self.session.writing.choose(word, written.candidates[candidate].text)
            self._select(None)

    def toggle_large(self) -> None:
        """Show the text alone, as large as there is room for, or everything again."""
        self._view = replace(self._view, large=not self._view.large)

    def next_completion(self, step: int) -> None:
        """Light another completion."""
        if offered := [each.text for each in self.state.text.completions]:
            lit = offered.index(self._view.lit) if self._view.lit in offered else 0
            self._view = replace(self._view, lit=offered[(lit + step) % len(offered)])

    def complete(self) -> None:
        """Take the completion that is lit, or else the first one."""
        offered = self.state.text.completions
        lit = [each for each in offered if each.text == self._view.lit]
        for completion in [*lit, *offered][:1]:
            self.session.writing.accept(completion)

    def copy(self) -> None:
        """Fill the clipboard with the text."""
        written = self.state.text
        self._copy(written.committed + written.preedit)

    def say_again(self) -> None:
        """Say the last sentence."""
        if self._may_speak():
            self.spoken.say_again()

    def toggle_pause(self) -> None:
        """Pause recognition, or go on."""
        self.session.pause(not self.state.paused)

    def calibrate(self, plan: PlanName) -> None:
        """Calibrate, if there is a hand to be seen."""
        if self.state.signal.rate_hz > 0:
            self.session.calibrate(plan)
        else:
            self.session.notify(NO_SIGNAL)

    def next_speak_mode(self) -> None:
        """Speak at other times."""
        modes = list(SpeechMode)
        self.spoken.mode = modes[(modes.index(self.spoken.mode) + 1) % len(modes)]

    def show_help(self) -> None:
        """Show the help, or its next page."""
        page = self._view.page + 1 if self._view.place is Place.HELP else 0
        self._view = replace(self._view, place=Place.HELP, page=page)

    def show_phrases(self) -> None:
        """Show the stored sentences, if there are any."""
        if self._phrases:
            self._view = replace(self._view, place=Place.PHRASES)
        else:
            self.session.notify(NO_PHRASES)

    def show_invitation(self) -> None:
        """Show how somebody else comes to read the text, if anybody may."""
        if self._invite():
            self._view = replace(self._view, place=Place.INVITATION)
        else:
            self.session.notify(NO_READERS)

    def write_phrase(self, key: str) -> None:
        """Write the stored sentence of a key."""
        for phrase in self._phrases:
            if str(phrase.key) == key:
                self.show_text()
                self.session.writing.type(phrase.text)

    def show_profiles(self) -> None:
        """Show the stored profiles, if there are any."""
        names = tuple(profiles.names()) if self._wearers else ()
        if names:
            self._view = replace(self._view, place=Place.PROFILES, profiles=names)
        else:
            self.session.notify(NO_PROFILES)

    def wear(self, key: str) -> None:
        """Go on with the profile of a key."""
        chosen = self._view.profiles[int(key) - 1 : int(key)]
        if not (chosen and self._wearers):
            return
        self.show_text()
        try:
            stored, _ = phrases.load(chosen[0])
            wearer, voice = self._wearers(chosen[0])
        except (JihwaError, OSError) as error:
            self.session.notify(explain(error))
            return

        def follow() -> None:
            self._phrases = stored
            self.spoken.use(voice)

        self.session.wear(wearer, follow)

    def show_history(self) -> None:
        """Show the texts that were finished before, if there are any."""
        self._past = FinishedTexts()
        if self._past.is_empty(RECALL_S):
            self.session.notify(NO_PAST)
        else:
            self._view = replace(self._view, place=Place.HISTORY, wanted="", highlight=0)

    def look_for(self, text: str | None) -> None:
        """Look for more; None for one character less."""
        wanted = self._view.wanted[:-1] if text is None else self._view.wanted + clean(text)
        self._view = replace(self._view, wanted=wanted, highlight=0)

    def next_past(self, step: int) -> None:
        """Light another of the earlier texts."""
        last = max(len(self.view.past) - 1, 0)
        lit = min(max(self._view.highlight + step, 0), last)
        self._view = replace(self._view, highlight=lit)

    def write_past(self) -> None:
        """Write the text that is lit once more."""
        if text := self._lit_past():
            self.show_text()
            self.session.writing.type(text)

    def copy_past(self) -> None:
        """Fill the clipboard with it."""
        if text := self._lit_past():
            self._copy(text)

    def say_past(self) -> None:
        """Say the earlier text that is lit."""
        if (text := self._lit_past()) and self._may_speak():
            self.spoken.say(text)

    def show_text(self) -> None:
        """Go back to the text."""
        self._view = replace(self._view, place=Place.TEXT, highlight=0)

    def use_program(self) -> None:
        """Give the keys to the program that takes the text, if there is one."""
        if self._view.has_program:
            self._select(None)
            self._view = replace(self._view, place=Place.PROGRAM)

    def interrupt(self) -> None:
        """Quit if this comes twice; one slip of the fingers ends nothing."""
        now_s = time.monotonic()
        if now_s - self._interrupted_s < QUIT_WITHIN_S:
            self.leave()
            return
        self._interrupted_s = now_s
        self.session.notify(ASK_AGAIN)

    def _lit_past(self) -> str:
        """The earlier text that is lit; empty if there is none."""
        lit = self.view.past[self._view.highlight :][:1]
        return lit[0].text if lit else ""

    def _may_speak(self) -> bool:
        """Whether speech is on; if not, the user is told how to switch it on."""
        is_on = self.spoken.mode is not SpeechMode.OFF
        if not is_on:
            self.session.notify(SPEECH_IS_OFF)
        return is_on

    def _copy(self, text: str) -> None:
        try:
            if self._clipboard is None:
                self._clipboard = Clipboard(terminal=terminal_of_ours())
            self._clipboard.copy(text)
            self.session.notify(COPIED)
        except JihwaError as error:
            self._clipboard = None  # the next time it is tried again
            self.session.notify(error.message)

    def _select(self, word: int | None) -> None:
        self._view = replace(self._view, highlight=0)
        if word is None or word >= 0:
            self.session.writing.select(word)
