"""What a decoder tells, and all that it knows at one moment."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from jihwa.composer.decoding.alignment import Settled, Step
from jihwa.composer.decoding.hypotheses import Hypotheses
from jihwa.composer.decoding.lattice import Lattice


@dataclass(frozen=True, slots=True)
class Decoded:
    """What is known after an emission.

    Attributes:
        committed: Steps that were decided just now; they never change.
        preedit: Tokens of the best hypothesis behind them; they may change.
    """

    committed: tuple[Step, ...]
    preedit: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Ending:
    """One way to read everything that was still open at the end.

    Attributes:
        steps: What is written, and the emissions that spelled it.
        log_prob: Natural log of its probability among all endings in the beam.
    """

    steps: tuple[Step, ...]
    log_prob: float

    @property
    def tokens(self) -> tuple[int, ...]:
        """What is written."""
        return written(self.steps)


def written(steps: Iterable[Step]) -> tuple[int, ...]:
    """The tokens that steps write."""
    return tuple(step.token for step in steps if step.token is not None)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that a decoder knows at one moment.

    Attributes:
        stacks: The stacks that an arc can still reach back to, by boundary.
        last: The stack of the newest boundary.
        lattice: The emissions that are not decided.
        settled: What is known for good of some of them.
    """

    stacks: Mapping[int, Hypotheses]
    last: Hypotheses
    lattice: Lattice
    settled: Settled
