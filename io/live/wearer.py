"""Whose hand and whose words a session reads: what it is read with, and what is learned of them."""

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Literal, TypeVar

from jihwa.composer.language.token_model import Mode, TokenModel
from jihwa.composer.text.transcript import Transcript, Update
from jihwa.data.messages import JihwaError, Message
from jihwa.data.signal.frames import Frames
from jihwa.io.engine import Engine, assemble_engine
from jihwa.io.failures import explain
from jihwa.io.live.shown import LiveText
from jihwa.io.live.state import CalibrationProgress
from jihwa.io.user import profiles, vocabulary
from jihwa.models.bundle import Bundle
from jihwa.recognizer.calibration import (
    Calibration,
    Prompt,
    full_plan,
    mount_plan,
    quick_plan,
)
from jihwa.recognizer.events import Emission, likeliest
from jihwa.recognizer.personal import Adaptation
from jihwa.recognizer.profile import Profile, Step, StepKind
from jihwa.recognizer.segmenter import Segmenter

PlanName = Literal["mount", "quick", "full"]
PLANS: Mapping[PlanName, Callable[[Bundle], Sequence[Prompt]]] = {
    "mount": mount_plan,
    "quick": quick_plan,
    "full": full_plan,
}
SAVE_EVERY_S = 180.0
"""How often what was learned of the hand is kept while a session goes on."""

NO_WEARER = Message(
    ko="이 세션에서는 보정할 수 없습니다. `jihwa calibrate`로 하세요.",
    en="This session cannot calibrate. Use `jihwa calibrate`.",
)
CALIBRATED = Message(
    ko="보정을 마쳤습니다. 이제부터 이 손에 맞춰 읽습니다.",
    en="Calibrated. From now on your hand is read as you showed it.",
)
NOTHING_SHOWN = Message(
    ko="보여 준 지문자가 없어 보정하지 않았습니다.",
    en="No sign was shown, so nothing was calibrated.",
)

_Learned = TypeVar("_Learned")


class Wearer:
    """Makes engines for one wearer, and keeps what is learned of their hand and words.

    Nothing is read before it is needed, so that the thread that needs it reads it. In mode EXACT,
    where passwords are spelled, nothing is learned but what a calibration shows.

    Args:
        load_bundle: Reads the model of strangers.
        load_language_model: Reads the language model, with the words that the wearer uses by now.
        profile: Name or file of their profile, which may not exist yet; None for a stranger, who
            is known as long as the session lasts.
        adapts: Whether the hand is learned from the text.
        remembers: Whether words are learned, and kept in the history.
        mode: What the text may be.
        abbreviations: Their own, and what each stands for; none is read in mode EXACT.
        phrases: Their stored phrases, which are found by their initials.

    Attributes:
        name: Of their profile; None for a stranger.
        mode: What the text may be.
        load_language_model: Reads the language model anew, with what the wearer has typed by now.
    """

    def __init__(
        self,
        load_bundle: Callable[[], Bundle],
        load_language_model: Callable[[], TokenModel],
        *,
        profile: str | None = None,
        adapts: bool = True,
        remembers: bool = False,
        mode: Mode = Mode.FREE,
        abbreviations: Mapping[str, str] | None = None,
        phrases: Sequence[str] = (),
    ) -> None:
        self._load_bundle, self.load_language_model = load_bundle, load_language_model
        self.name = profile
        self._adapts = adapts and mode is not Mode.EXACT
        self._remembers = remembers and mode is not Mode.EXACT
        self._adaptation: Adaptation | None = None
        self._abbreviations = abbreviations if mode is not Mode.EXACT else None
        self._phrases = phrases
        self.mode = mode

    @cached_property
    def bundle(self) -> Bundle:
        """The model of strangers."""
        return self._load_bundle()

    @cached_property
    def _profile(self) -> Profile:
        if self.name is None:
            return Profile.empty(self.bundle.alphabet)
        return profiles.load_or_new(self.name, self.bundle.alphabet)

    def engine(self) -> Engine:
        """A new engine, with all that was shown by now.

        Raises:
            UsageError: The models or the profile cannot be opened.
            DataError: One of them is damaged.
        """
        self._adaptation = Adaptation(self.bundle, self._profile) if self._adapts else None
        return assemble_engine(
            self.bundle,
            self.load_language_model(),
            profile=self._profile,
            adaptation=self._adaptation,
            mode=self.mode,
            abbreviations=self._abbreviations,
            phrases=self._phrases,
        )

    def calibration(self, plan: PlanName) -> "LiveCalibration":
        """A calibration to go through."""
        kind = StepKind.MOUNT if plan == "mount" else StepKind.CALIBRATION
        prompts = PLANS[plan](self.bundle)
        return LiveCalibration(Calibration(self.bundle, prompts, self._profile, kind))

    def take(self, step: Step) -> None:
        """Keep what a calibration has shown; the next engine knows it.

        Raises:
            OSError: The profile cannot be written; the step counts for this session all the same.
        """
        self._profile = self._learned().with_step(step)
        self._keep(self._profile)

    def save(self) -> None:
        """Keep what was learned of the hand by now.

        Raises:
            OSError: The profile cannot be written.
        """
        learned = self._learned()
        if learned != self._profile:
            self._keep(learned)

    def learn(self, text: str) -> None:
        """Remember the words of a text that is complete.

        Raises:
            DataError: The history is damaged.
            OSError: The history cannot be read or written.
        """
        if self._remembers and text.strip():
            vocabulary.learn(text, self.name)

    def learn_choice(self, text: str) -> bool:
        """Remember that a word was chosen; whether `words` expects it from now on.

        Raises:
            DataError: The history is damaged.
            OSError: The history cannot be read or written.
        """
        if self._remembers:
            vocabulary.learn_choice(text, self.name)
        return self._remembers

    def _learned(self) -> Profile:
        if self._adaptation is None:
            return self._profile
        return self._profile.with_step(self._adaptation.step(profiles.now()))

    def _keep(self, profile: Profile) -> None:
        if self.name is not None:
            profiles.save(self.name, profile)


class Learning:
    """Follows the text, and learns from it what is complete, while nothing else waits.

    Args:
        wearer: Who learns.
        text: The text.
        notify: Tells the user, once, that something cannot be kept.
    """

    def __init__(self, wearer: Wearer, text: LiveText, notify: Callable[[Message], None]) -> None:
        self._wearer, self._text, self._notify = wearer, text, notify
        self._begun = len(text.committed)  # where in the text begins what was not learned yet
        self._texts: deque[str] = deque()
        self._choices: deque[str] = deque()
        self._saved_s = time.monotonic()
        self._told = False
        self._news = False  # whether the language model expects what was chosen only when read anew

    def update(self, update: Update, emission: Emission | None) -> None:
        """The text has changed; its words wait to be learned when the text is complete.

        The last one may go on after a rest, so it waits for a space.
        """
        text = self._text.committed
        self._begun = min(self._begun, len(text))
        if update.complete:
            self._take(len(text.rstrip()) if text[-1:].isspace() else text.rfind(" ") + 1)

    def finish(self, transcript: Transcript) -> None:
        """Nothing more will come: learn all that waits, and keep it."""
        self.keep()

    def wear(self, wearer: Wearer) -> None:
        """Another wearer goes on with the text, after `keep`."""
        self._wearer, self._news = wearer, False

    def keep(self) -> None:
        """Learn all that waits, and keep it."""
        self._take(len(self._text.committed))
        while self._texts:
            self._learn_text()
        while self._choices:
            self._learn_choice()
        self._safely(self._wearer.save)

    def choose(self, text: str) -> None:
        """A word was chosen."""
        self._choices.append(text)

    def idle(self) -> None:
        """Learn one thing, if there is any."""
        if self._texts:
            self._learn_text()
        elif self._choices:
            self._learn_choice()
        elif time.monotonic() - self._saved_s >= SAVE_EVERY_S:
            self._saved_s = time.monotonic()
            self._safely(self._wearer.save)

    def expected(self) -> tuple[TokenModel, Mode] | None:
        """The language model that expects what was chosen; None if that is no news."""
        if not self._news:
            return None
        self._news = False
        model = self._safely(self._wearer.load_language_model)
        return (model, self._wearer.mode) if model else None

    def _take(self, end: int) -> None:
        if end > self._begun:
            self._texts.append(self._text.committed[self._begun : end])
            self._begun = end

    def _learn_text(self) -> None:
        doubtful = self._text.doubtful
        sure = [word for word in self._texts.popleft().split() if word not in doubtful]
        self._safely(lambda: self._wearer.learn(" ".join(sure)))

    def _learn_choice(self) -> None:
        choice = self._choices.popleft()
        self._news |= bool(self._safely(lambda: self._wearer.learn_choice(choice)))

    def _safely(self, learn: Callable[[], _Learned]) -> _Learned | None:
        try:
            return learn()
        except (JihwaError, OSError) as error:
            if not self._told:
                self._notify(explain(error))
            self._told = True
            return None


class LiveCalibration:
    """A calibration in the middle of a session: holds answer its prompts instead of writing.

    Args:
        calibration: What to go through.
    """

    def __init__(self, calibration: Calibration) -> None:
        self._calibration = calibration
        self._segmenter = Segmenter()
        self._feedback: Message | None = None

    @property
    def progress(self) -> CalibrationProgress | None:
        """How far it is; None at its end."""
        prompt = self._calibration.prompt
        if prompt is None:
            return None
        return CalibrationProgress(prompt, *self._calibration.progress, self._feedback)

    def feed(self, frames: Frames) -> None:
        """Follow the signal: samples without what cannot be believed, NaN there."""
        for boundary in self._segmenter.feed(frames):
            if self._calibration.prompt:
                self._feedback = self._calibration.answer(likeliest(boundary).frames)

    def skip(self) -> None:
        """Leave the prompt out."""
        self._calibration.skip()
        self._feedback = None

    def accept(self) -> None:
        """Take the hold that was refused because it looks like another sign: it is shown so."""
        if self._calibration.may_be_own_form:
            self._calibration.accept()
            self._feedback = None

    def end(self, wearer: Wearer) -> tuple[Message, ...]:
        """Let a wearer keep what was shown so far; what to tell them, `CALIBRATED` if it was any.

        What cannot be written counts for this session all the same.
        """
        step = self._calibration.step(profiles.now())
        if step is None:
            return (NOTHING_SHOWN,)
        told = self._calibration.sits, CALIBRATED
        try:
            wearer.take(step)
        except OSError as error:
            return explain(error), *told
        return told
