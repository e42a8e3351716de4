"""What tests of calibration share: a made-up wearer who signs in styles, and their recordings."""

from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from jihwa.data.alphabet import Alphabet
from jihwa.data.formats.writers import write_recording
from jihwa.data.signal.frames import Frames
from jihwa.data.synthesis.hands import EXTENDED_ADC, HandStatistics, SyntheticHand

UNUSUAL_SPAN = 1.3
UNUSUAL_MOUNT = Rotation.from_euler("xyz", [15, -15, 15], degrees=True).as_matrix()
"""Every wearer here has large hands and wears the glove askew, so that there is much to learn."""

STATISTICS, ALPHABET = HandStatistics.load(), Alphabet.load()


def hold(sign, style, *, wearer=0, take=0, n=30):
    """Frames of one take of a sign in a style."""
    mean = np.repeat(STATISTICS.mean[:, style - 1 : style], 5, axis=1)  # (S, 5, 8)
    only = HandStatistics(STATISTICS.signs, mean, STATISTICS.take_sd)
    hand = SyntheticHand(only, ALPHABET, np.random.default_rng(wearer))
    rng = np.random.default_rng([wearer, ord(sign), style, take])
    flex, accel, orientation = np.split(hand.hold(sign, n, rng), [5, 8], axis=1)
    flex = EXTENDED_ADC + UNUSUAL_SPAN * (flex - EXTENDED_ADC)
    accel = accel @ UNUSUAL_MOUNT.T
    return Frames(np.arange(n) / hand.rate_hz, flex, accel, orientation)


def record(folder: Path, signs, styles, *, wearer=0, takes=1, hold=hold) -> Path:
    """A labelled data set `<sign>/<style>/<take>.csv`."""
    for sign in signs:
        for style in styles:
            for take in range(takes):
                path = folder / sign / str(style) / f"{take}.csv"
                path.parent.mkdir(parents=True, exist_ok=True)
                write_recording(path, hold(sign, style, wearer=wearer, take=take))
    return folder
