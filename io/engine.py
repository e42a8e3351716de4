"""One pipeline for live and recorded signal: frames → emissions → text.

The engine returns what changed, and whoever drives it tells the sinks: `Engine.run` for a signal
that has an end, a live session while it goes on.
"""

import gc
import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from jihwa.composer.composer import Composer
from jihwa.composer.language.token_model import Mode, TokenModel
from jihwa.composer.text.transcript import Sign, TextEdit, Transcript, Update
from jihwa.composer.text.undo import EXACT_STEPS
from jihwa.data.messages import JihwaError, Message
from jihwa.data.signal.frames import Frames
from jihwa.data.signal.monitor import SensorMonitor
from jihwa.models.bundle import Bundle
from jihwa.recognizer.classifier import Classifier
from jihwa.recognizer.events import Decision, Emission, Segment, likeliest
from jihwa.recognizer.personal import Adaptation, PersonalModel
from jihwa.recognizer.profile import Profile
from jihwa.recognizer.recognizer import Recognizer
from jihwa.recognizer.segmenter import Segmenter
from jihwa.recognizer.word_signs import WordSignSpotter

COLLECTED_EVERY = 20_000
"""New objects after which Python looks for cycles among them. A letter makes thousands, none of
them in a cycle, and every look of the usual 700 goes through those that are still in use: that took
a fifth of the decoder's time; with 5,000 it was a fifteenth."""

OTHERWISE = 0.4
"""How much of its probability a hold has to give to other letters to be read again."""

SAME_HOLD_S = 0.12
"""What begins so soon after a hold began is that hold: none is that short."""

NATS_PER_S, MOST_NATS = 3.0, 4.6
"""What speaks against a word sign for every second in which letters were held, for it moves, and
how much the network can say for one at most."""

Change = tuple[Update, Emission | None]
"""How the text has changed, and the hold that changed it; None where it was no hold."""


class Sink(Protocol):
    """Whatever follows the text while it grows."""

    def update(self, update: Update, emission: Emission | None) -> None:
        """The text has changed, because of a hold that was recognised or else of the keyboard."""

    def finish(self, transcript: Transcript) -> None:
        """The signal has ended, and this is the text."""


def assemble_engine(
    bundle: Bundle,
    language_model: TokenModel,
    *,
    profile: Profile | None = None,
    adaptation: Adaptation | None = None,
    mode: Mode = Mode.FREE,
    abbreviations: Mapping[str, str] | None = None,
    phrases: Sequence[str] = (),
) -> "Engine":
    """An engine with the default segmenter and decoder around these models.

    Args:
        bundle: The classifier.
        language_model: The language model, with the lexicon or without.
        profile: What the wearer showed; without one, the wearer is a stranger.
        adaptation: Learns from the text, with the same bundle and profile; None to learn nothing.
        mode: What the text may be.
        abbreviations: The wearer's own, and what each stands for.
        phrases: Their stored phrases, which are found by their initials.
    """
    personal = PersonalModel(bundle, profile)
    recognizer = Recognizer(Segmenter(), Classifier(bundle, personal), adaptation)
    composer = Composer(
        personal.alphabet,
        language_model,
        mode=mode,
        abbreviations=abbreviations,
        phrases=phrases,
    )
    gc.set_threshold(COLLECTED_EVERY)
    return Engine(recognizer, composer)


class Engine:
    """Runs a signal through recogniser and composer, and learns from the text.

    Changes come one at a time, while they are asked for: what is learned from one, or done to the
    text because of it, counts for the next.

    Attributes:
        recognizer: The recognising stage.
        composer: The composing stage. What a keyboard changes there has to be told to `learn`.
        word_signs: Reads word signs between the letters, and sees the pictures; None where there
            are letters alone.
    """

    def __init__(self, recognizer: Recognizer, composer: Composer) -> None:
        self.recognizer, self.composer = recognizer, composer
        self.word_signs: WordSignSpotter | None = None
        self._taken_s = -math.inf  # holds that begin before it were taken in
        self._touched_s = -math.inf  # what was written by holds before it stays
        self._recent: deque[_Boundary] = deque(maxlen=EXACT_STEPS)

    @property
    def sensors(self) -> SensorMonitor:
        """Which sensors failed since the last reset, or fail now."""
        return self.recognizer.sensors

    def run(self, source: Iterable[Frames], sinks: Sequence[Sink] = ()) -> Transcript:
        """Follow a source to its end.

        Args:
            source: Chunks of the signal, as they come.
            sinks: What follows the text.
        """
        self.reset()
        for frames in source:
            tell(sinks, self.feed(frames))
        tell(sinks, self.flush())
        transcript = self.finish()
        for sink in sinks:
            sink.finish(transcript)
        return transcript

    def reset(self) -> None:
        """Forget signal, wearer and text."""
        self.recognizer.reset()
        self.composer.reset()
        self._recent.clear()
        self._taken_s = self._touched_s = -math.inf
        if self.word_signs:
            self.word_signs.reset()

    def feed(self, frames: Frames) -> Iterator[Change]:
        """Follow the signal further; all changes have to be asked for before more is fed."""
        done = 0
        for until in self.word_signs.rests(frames.time_s) if self.word_signs else ():
            yield from self._compose(self.recognizer.feed(frames[done:until]))
            yield from self._take_word()
            done = until
        yield from self._compose(self.recognizer.feed(frames[done:]))

    def flush(self) -> Iterator[Change]:
        """Take in what is still held, as if the signal ended."""
        yield from self._take_word()
        if self.word_signs:
            self.word_signs.forget()
        yield from self._compose(self.recognizer.flush())

    def finish(self) -> Transcript:
        """End the text; what is still held belongs to no text any more."""
        transcript = self.composer.flush()
        self._recent.clear()
        self.recognizer.learn(transcript.decided)
        return transcript

    def learn(self, update: Update) -> Update:
        """Learn from a change of the text, which is returned as it is.

        What was read before it is not read again.
        """
        if self._recent:
            self._touched_s = self._recent[-1].start_s + SAME_HOLD_S
        self._recent.clear()
        self.recognizer.learn(update.decided)
        return update

    def overlook(self, frames: Frames) -> Iterator[Change]:
        """Follow the signal without taking anything for a letter, not even what is held."""
        for _ in self.word_signs.rests(frames.time_s) if self.word_signs else ():
            yield from self._take_word()
        self.recognizer.feed(frames)  # what nobody asks for is not classified
        self.recognizer.flush()

    @property
    def pending(self) -> list[Segment]:
        """The holds that are still to be taken in, as far as they are known."""
        return [each for each in self.recognizer.pending if each.start_s >= self._taken_s]

    def take(self, holds: Iterable[Emission]) -> Iterator[Change]:
        """Take in holds that are `pending`, as they are; how they end says no more."""
        for hold in holds:
            start_s, seen_s = hold.segment.start_s, hold.segment.frames.time_s[-1]
            self._taken_s = max(float(seen_s), start_s + SAME_HOLD_S)
            yield self.learn(self.composer.feed(hold.alone)), hold

    def _take_word(self) -> Iterator[Change]:
        """Write the word that was shown, if the network's odds for it outweigh the letters held.

        What looked like letters within it is none, and how the hand rests now belongs to it.
        """
        if self.word_signs is None:
            return
        start_s, end_s = self.word_signs.stretch_s
        holds = [likeliest(boundary.emissions) for boundary in self._recent]
        if last := self.recognizer.hold:
            holds += self.recognizer.read(last.segment)
        near = (hold for hold in holds if hold.segment.end_s > start_s - SAME_HOLD_S)
        spelled_nats = NATS_PER_S * sum(map(_letter_s, near))
        if spelled_nats > MOST_NATS:
            self.word_signs.forget()
        elif (word := self.word_signs.ask()) and min(word.log_odds, MOST_NATS) > spelled_nats:
            names, posterior = self.word_signs.names, word.posterior.tolist()
            sign = Sign.of_word(start_s, end_s, names, posterior)
            committed, shown = self.composer.text, self.composer.text + self.composer.preedit
            self._take_back([each for each in self._recent if each.start_s >= start_s])
            self._taken_s = max(self._taken_s, self.word_signs.time_s(word.known))
            update = self.learn(self.composer.show(sign))
            yield self._since(committed, shown, update.decided), None

    def _compose(self, boundaries: Iterable[tuple[Emission, ...]]) -> Iterator[Change]:
        for emissions in boundaries:
            new = [each for each in emissions if each.segment.start_s >= self._taken_s]
            if new:
                yield self._take(new), likeliest(new)
                if self.recognizer.fit.take_news() and (update := self._read_again()):
                    yield update, None

    def _take(self, emissions: Sequence[Emission]) -> Update:
        update = self.composer.feed(*emissions)
        if update.command:
            return self.learn(update)
        self._recent.append(_Boundary(emissions, bool(update.edit)))
        self.recognizer.learn(update.decided)
        return update

    def _read_again(self) -> Update | None:
        """Read the last holds anew, as the glove is known to fit now, if they look otherwise.

        What nobody has touched since is taken back as an undo would do it, if nobody spelled even
        what is older. What came before the glove slipped stays as it was read then.
        """
        slip = self.recognizer.fit.slip
        recent = [each for each in self._recent if slip is None or each.start_s >= slip.since_s]
        old = [emission for boundary in recent for emission in boundary.emissions]
        new = self.recognizer.read_again(old) if old else []
        if not any(_look_otherwise(*pair) for pair in zip(old, new, strict=True)):
            return None
        committed, shown = self.composer.text, self.composer.text + self.composer.preedit
        first = self._take_back(recent)
        if not (spelling := self.recognizer.fit.spelling).goes_on:
            self.composer.withdraw(max(spelling.unread[-1][0], self._touched_s))
        self._recent.clear()
        decided: list[Decision] = []
        for at, boundary in enumerate(recent):
            emissions = [new.pop(0) for _ in boundary.emissions]
            decided += self._take(emissions).decided if at >= first else ()
        return self._since(committed, shown, tuple(decided))

    def _take_back(self, recent: Sequence["_Boundary"]) -> int:
        """As if the last boundaries had never come; how many could not be forgotten."""
        for boundary in recent:
            if boundary.is_step:
                self.composer.undo()
        before_steps = next((at for at, each in enumerate(recent) if each.is_step), len(recent))
        return before_steps - self.composer.forget(before_steps)

    def _since(self, committed: str, shown: str, decided: Sequence[Decision]) -> Update:
        """What of the text has changed since it was this, in several steps."""
        commit, preedit = TextEdit.between(committed, self.composer.text), self.composer.preedit
        edit = TextEdit.between(shown, self.composer.text + preedit)
        return Update(edit, commit.insert, preedit, commit.delete, decided=tuple(decided))


@dataclass(frozen=True, slots=True)
class _Boundary:
    """What ended at a boundary that was taken in.

    Attributes:
        emissions: What it may be.
        is_step: Whether the text changed by it.
    """

    emissions: Sequence[Emission]
    is_step: bool

    @property
    def start_s(self) -> float:
        """When the hold began that ends there."""
        return self.emissions[0].segment.start_s


def _letter_s(hold: Emission) -> float:
    """For how long a letter was held, by what the hold looks like."""
    is_letter = float(hold.posterior[: len(hold.log_likelihood)].sum())
    return is_letter * (hold.segment.end_s - hold.segment.start_s)


def _look_otherwise(before: Emission, now: Emission) -> bool:
    """Whether a hold is probably read as something else than before."""
    return bool(np.abs(now.posterior - before.posterior).sum() > 2 * OTHERWISE)


def tell(sinks: Sequence[Sink], changes: Iterable[Change]) -> None:
    """Let sinks follow changes of the text as they come."""
    for change in changes:
        for sink in sinks:
            sink.update(*change)


class Relay:
    """Hands the growing text on to sinks, and does without one that fails: none can harm the text.

    Args:
        sinks: What follows the text.
        notify: Tells the user about a sink that failed.
    """

    def __init__(self, sinks: Sequence[Sink], notify: Callable[[Message], None]) -> None:
        self._sinks = list(sinks)
        self._notify = notify

    def update(self, update: Update, emission: Emission | None) -> None:
        """Tell all of them that the text has changed."""
        self._tell(lambda sink: sink.update(update, emission))

    def finish(self, transcript: Transcript) -> None:
        """Tell all of them that this is the text."""
        self._tell(lambda sink: sink.finish(transcript))

    def _tell(self, news: Callable[[Sink], None]) -> None:
        for sink in list(self._sinks):
            try:
                news(sink)
            except Exception as error:  # an isolation boundary: no sink may end the session
                self._sinks.remove(sink)
                self._notify(_left_out(sink, error))


def _left_out(sink: Sink, error: Exception) -> Message:
    if isinstance(error, JihwaError):
        return error.message
    name, why = type(sink).__name__, f"{type(error).__name__}: {error}"
    return Message(
        ko=f"{name}에 글을 넘기지 못해 뺐습니다 ({why}). 글은 그대로이며 계속 쓸 수 있습니다. "
        "다시 쓰려면 프로그램을 다시 시작하세요.",
        en=f"{name} cannot take the text and was left out ({why}). The text is safe and typing "
        "goes on. Start the program again to use it.",
    )
