"""Whose hand and whose words a session reads: what it is read with, and what is learned of them."""

from collections.abc import Callable, Sequence
from functools import cached_property

from jihwa.composer.language.token_model import Mode, TokenModel
from jihwa.io.engine import Engine, assemble_engine
from jihwa.io.user import profiles, vocabulary
from jihwa.models.bundle import Bundle
from jihwa.recognizer.adaptation import Adaptation
from jihwa.recognizer.calibration import Calibration, Prompt, full_plan, quick_plan
from jihwa.recognizer.profile import Profile, Step

PLANS: dict[str, Callable[[Bundle], Sequence[Prompt]]] = {"quick": quick_plan, "full": full_plan}


class Wearer:
    """Makes engines for one wearer, and keeps what is learned of their hand and words.

    Nothing is read before it is needed, so that the thread that needs it reads it. In mode EXACT,
    where passwords are spelled, nothing is learned but what a calibration shows.

    Args:
        load_bundle: Reads the model of strangers.
        load_words: Reads the language model, with the words that the wearer uses by now.
        profile: Name or file of their profile, which may not exist yet; None for a stranger, who
            is known as long as the session lasts.
        adapts: Whether the hand is learned from the text.
        remembers: Whether words are learned, and kept in the history.
        mode: What the text may be.

    Attributes:
        mode: What the text may be.
    """

    def __init__(
        self,
        load_bundle: Callable[[], Bundle],
        load_words: Callable[[], TokenModel],
        *,
        profile: str | None = None,
        adapts: bool = True,
        remembers: bool = False,
        mode: Mode = Mode.FREE,
    ) -> None:
        self._load_bundle, self._load_words = load_bundle, load_words
        self._name = profile
        self._adapts = adapts and mode is not Mode.EXACT
        self._remembers = remembers and mode is not Mode.EXACT
        self._adaptation: Adaptation | None = None
        self.mode = mode

    @cached_property
    def bundle(self) -> Bundle:
        """The model of strangers."""
        return self._load_bundle()

    @cached_property
    def _profile(self) -> Profile:
        if self._name is None:
            return Profile.empty(self.bundle.alphabet)
        return profiles.load_or_new(self._name, self.bundle.alphabet)

    def engine(self) -> Engine:
        """A new engine, with all that was shown by now.

        Raises:
            UsageError: The models or the profile cannot be opened.
            DataError: One of them is damaged.
        """
        self._adaptation = Adaptation(self.bundle, self._profile) if self._adapts else None
        return assemble_engine(
            self.bundle,
            self.words(),
            profile=self._profile,
            adaptation=self._adaptation,
            mode=self.mode,
        )

    def words(self) -> TokenModel:
        """The language model, read anew with what the wearer has typed by now."""
        return self._load_words()

    def calibration(self, plan: str) -> Calibration:
        """A calibration to go through, `quick` or `full`."""
        return Calibration(self.bundle, PLANS[plan](self.bundle), self._profile)

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
            vocabulary.learn(text)

    def learn_choice(self, text: str) -> bool:
        """Remember that a word was chosen; whether `words` expects it from now on.

        Raises:
            DataError: The history is damaged.
            OSError: The history cannot be read or written.
        """
        if self._remembers:
            vocabulary.learn_choice(text)
        return self._remembers

    def _learned(self) -> Profile:
        if self._adaptation is None:
            return self._profile
        return self._profile.with_step(self._adaptation.step(profiles.now()))

    def _keep(self, profile: Profile) -> None:
        if self._name is not None:
            profiles.save(self._name, profile)
