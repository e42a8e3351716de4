"""What an engine is made of, in a form that goes to another process."""

import argparse
from dataclasses import dataclass
from pathlib import Path

from jihwa.composer.language.token_model import Mode
from jihwa.data.messages import Language
from jihwa.io.engine import Engine, assemble_engine
from jihwa.io.settings import options as shared
from jihwa.recognizer.adaptation import Adaptation
from jihwa.recognizer.profile_format import from_json, to_json


@dataclass(frozen=True, slots=True)
class Setup:
    """Enough to read with the same models anywhere that has the same files.

    Attributes:
        model: The classifier's file; None for the shipped one.
        lm: The language model's file; None for the shipped one.
        words: How much every word of the user's own is expected.
        profile: What the wearer showed, as JSON; None for a stranger.
        mode: What the text may be.
        adapts: Whether the hand is learned while it writes.
    """

    model: Path | None
    lm: Path | None
    words: tuple[tuple[str, float], ...]
    profile: str | None
    mode: Mode
    adapts: bool

    @classmethod
    def of(cls, options: argparse.Namespace, language: Language) -> "Setup":
        """What the user wants.

        Raises:
            UsageError: There is no such model or profile.
            DataError: One of them is damaged, or they do not fit together.
            OSError: The user's words cannot be read.
        """
        bundle = shared.model(options)
        profile = shared.profile(options, bundle)
        return cls(
            model=options.model and options.model.absolute(),
            lm=options.lm and options.lm.absolute(),
            words=tuple(shared.personal_words(options, language).items()),
            profile=to_json(profile) if profile else None,
            mode=shared.mode(options),
            adapts=options.adapt or options.learn,
        )

    def build(self) -> tuple[Engine, Adaptation | None]:
        """The engine, and what learns the wearer's hand while it reads.

        Raises:
            UsageError: There is no such language model.
            DataError: A model is damaged.
        """
        bundle = shared.model_of(self.model)
        profile = from_json(self.profile, "profile") if self.profile is not None else None
        adaptation = Adaptation(bundle, profile) if self.adapts else None
        engine = assemble_engine(
            bundle,
            shared.mixture(self.lm, dict(self.words)),
            profile=profile,
            adaptation=adaptation,
            mode=self.mode,
        )
        return engine, adaptation
