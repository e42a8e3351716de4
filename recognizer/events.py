"""What the recogniser says: held segments, and how likely each sign was in them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np

from jihwa.data.alphabet import Alphabet
from jihwa.data.signal.frames import Array, Frames
from jihwa.models.features import N_FEATURES

NO_SIGN = "no_sign"
"""Label of a segment that is neither a sign nor rest."""
REST = "rest"
"""Label of a segment in which the hand rests."""


@dataclass(frozen=True, slots=True)
class Tempo:
    """A wearer's usual times: how long a hold or a gap is means little by itself.

    The first guess is a hold of a quick hand: one that is long says little against a letter, and a
    short one much.

    Attributes:
        hold_s: How long they hold a letter.
        gap_s: How long they take from one to the next.
    """

    hold_s: float = 0.2
    gap_s: float = 0.25


def readings(alphabet: Alphabet) -> tuple[str, ...]:
    """Everything that a segment can be read as, in the order of every array of readings."""
    return (*alphabet.signs, NO_SIGN, REST)


@dataclass(frozen=True, slots=True)
class Segment:
    """One held pose.

    Attributes:
        start_s: Device time of the hold's first sample.
        end_s: Device time of its last sample.
        gap_s: Time since the end of the segment before it (movement and lost signal); infinite
            for the first one.
        frames: The samples of the hold.
        spans: How many boundaries back it begins. Segments that end together begin apart: two
            short holds, each spanning 1, or one long one that spans 2. Always 1 where nothing
            competes.
        log_prob: Natural log-probability that a hold begins and ends there; 0 where nothing
            competes.
        tempo: What is usual for this wearer by now.
    """

    start_s: float
    end_s: float
    gap_s: float
    frames: Frames
    spans: int = 1
    log_prob: float = 0.0
    tempo: Tempo = Tempo()

    @property
    def length(self) -> float:
        """How long it is in the wearer's usual holds, above 0."""
        return max(self.end_s - self.start_s, 1e-3) / self.tempo.hold_s


Boundary = tuple[Segment, ...]
"""All segments that end at one boundary of the signal; the one that spans 1 comes first."""


@dataclass(frozen=True, slots=True)
class Emission:
    """A segment and the natural log-likelihood of everything it may have been.

    Attributes:
        segment: Where and when.
        log_likelihood: (S,) of every sign, in the order of the alphabet.
        rest: Log-likelihood of the hand at rest.
        no_sign: Log-likelihood of a pose that is neither rest nor a sign, and of how long a hold of
            one is in comparison with a letter's.
        pose: (8,) features of the hold, NaN where a sensor is absent or dead; all of them for a
            letter that was typed and not signed.
    """

    segment: Segment
    log_likelihood: Array
    rest: float
    no_sign: float
    pose: Array = field(default_factory=lambda: np.full(N_FEATURES, np.nan))

    @property
    def of_readings(self) -> Array:
        """(S + 2,) log-likelihood of each of the `readings`."""
        return np.append(self.log_likelihood, (self.no_sign, self.rest))

    @property
    def posterior(self) -> Array:
        """(S + 2,) probability of each of the `readings`, all being as likely beforehand."""
        scores = self.of_readings
        return np.asarray(np.exp(scores - np.logaddexp.reduce(scores)))

    @property
    def any_sign(self) -> float:
        """Natural log-likelihood of a sign, whichever: the mean of their likelihoods."""
        return float(np.logaddexp.reduce(self.log_likelihood)) - math.log(len(self.log_likelihood))

    @property
    def log_prob(self) -> float:
        """Natural log-probability of its segment."""
        return self.segment.log_prob

    @property
    def alone(self) -> "Emission":
        """This emission as if no other segment competed with its own."""
        return replace(self, segment=replace(self.segment, spans=1, log_prob=0.0))


_Ending = TypeVar("_Ending", Segment, Emission)


def likeliest(rivals: Sequence[_Ending]) -> _Ending:
    """Of segments or emissions that end together the likeliest, whatever the letters."""
    return max(rivals, key=lambda rival: rival.log_prob)


@dataclass(frozen=True, slots=True)
class Decision:
    """How an emission was read when its text became final.

    Attributes:
        emission: What was seen.
        posterior: (S + 2,) probability of each of the `readings`, the text around it considered.
    """

    emission: Emission
    posterior: Array


@dataclass(frozen=True, slots=True)
class Slip:
    """The glove has slipped.

    Attributes:
        since_s: When the first hold began after it did.
        rotation: (3, 3) what it did to directions as the board reads them.
    """

    since_s: float
    rotation: Array
