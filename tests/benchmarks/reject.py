"""How often a hold is taken for no sign: true signs, and poses that are none.

    python tests/benchmarks/reject.py

A hold by itself is no sign where the prior of *no sign* makes that likelier than all signs
together; signs are equally likely, and likelihoods are tempered as the decoder does. The last row
is rest in place of *no sign*, with the prior that the decoder gives it at word ends. True
signs are the holds of a session that the model has not seen. Of other poses, *any* has bends drawn
evenly over 770-930 counts and gravity drawn over the sphere; *between* is half-way between holds
of two signs; *rest* is a lowered hand. Both directions are averaged. The decoder's own prior is
`SegmentationRates.spurious`, its row is bold; there the language model weighs in as well.
"""

import numpy as np
from numpy.random import Generator
from reporting import show, table
from shared import SESSIONS
from strangers import episodes, stranger

from jihwa.composer.decoding.options import DecoderOptions
from jihwa.data.signal.frames import N_FINGERS, Array, Frames
from jihwa.data.synthesis.hands import RestingHand
from jihwa.models.bundle import Bundle
from jihwa.models.features import GRAVITY
from jihwa.models.training.estimation import LabelledHolds
from jihwa.models.training.fitting import labelled_holds

PRIORS = sorted({0.001, 0.003, 0.01, 0.03, 0.1, 0.3, DecoderOptions().rates.spurious})
N_POSES = 4000
N_RESTS = 500
BENDS_ADC = (770.0, 930.0)


def rejected(bundle: Bundle, x: Array) -> Array:
    """(rows of the table,) share of (n, 8) poses that are taken for no sign; last, for rest."""
    model, options = bundle.of_glove(), DecoderOptions()
    signs = model.log_likelihood(x) / options.temperature  # (n, S)
    any_sign = np.logaddexp.reduce(signs, axis=1) - np.log(signs.shape[1])
    no_sign = model.no_sign_log_likelihood(x) / options.temperature - any_sign
    rest = model.rest_log_likelihood(x) / options.temperature - any_sign
    margins = [*((no_sign, prior) for prior in PRIORS), (rest, options.rates.rest)]
    return np.array([np.mean(m + np.log(prior / (1 - prior)) > 0) for m, prior in margins])


def any_pose(rng: Generator, bundle: Bundle) -> Array:
    """(n, 8) features of poses that nobody chose."""
    gravity = rng.normal(size=(N_POSES, 3))
    gravity /= np.linalg.norm(gravity, axis=1, keepdims=True)
    bends = bundle.extractor.warp(rng.uniform(*BENDS_ADC, (N_POSES, N_FINGERS)))
    return np.hstack([bends, gravity])


def between(rng: Generator, holds: LabelledHolds) -> Array:
    """(n, 8) features half-way between holds of two signs."""
    complete = np.flatnonzero(np.isfinite(holds.features).all(axis=1))
    one, other = rng.choice(complete, (2, N_POSES))
    differ = holds.sign[one] != holds.sign[other]
    middle = (holds.features[one] + holds.features[other])[differ] / 2
    middle[:, GRAVITY] /= np.linalg.norm(middle[:, GRAVITY], axis=1, keepdims=True)
    return middle


def rests(rng: Generator, bundle: Bundle) -> Array:
    """(n, 8) features of hands at rest."""
    poses: list[Array] = []
    for _ in range(N_RESTS):
        channels = np.split(RestingHand(rng).rest(10, rng), [N_FINGERS, N_FINGERS + 3], axis=1)
        poses.append(bundle.extractor.of_hold(Frames(np.arange(10) / 33, *channels)))
    return np.array(poses)


def main() -> None:
    """Print the table."""
    shares: list[Array] = []
    for wearer in SESSIONS:
        rng = np.random.default_rng(0)
        bundle = stranger(wearer)
        holds = labelled_holds(episodes(wearer), bundle.alphabet, bundle.extractor.of_hold)
        poses = (holds.features, any_pose(rng, bundle), between(rng, holds), rests(rng, bundle))
        shares.append(np.column_stack([rejected(bundle, x) for x in poses]))
    rates = DecoderOptions().rates
    names = [*(f"{prior}" for prior in PRIORS), f"rest: {rates.rest}"]
    rows: list[list[str]] = []
    for name, row in zip(names, 100 * np.mean(shares, axis=0), strict=True):
        mark = "**" if name == f"{rates.spurious}" else ""
        rows.append([f"{mark}{cell}{mark}" for cell in (name, *(f"{each:.1f}" for each in row))])
    head = ("prior of no sign", "true signs, %", "any pose", "between two signs", "rest")
    show(table(head, rows))


if __name__ == "__main__":
    main()
