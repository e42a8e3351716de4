"""How the board of the glove may sit on the hand, and what poses look like then.

A mount A turns gravity from the frame in which the signs are known into the board's: g = A μ. It
is anything from a small tilt to a half turn about the board's normal, on the other side of the
hand (turned about the fingers' axis), or on the other hand, where everything across the fingers is
reversed. That is too far for a linearisation, so a grid of mounts competes; what lies between
them is left to the wearer's small rotation (see `gaussian`), which is known in closed form given
each of them. Which one it is, is found while the wearer spells: `jihwa.recognizer.glove_fit`.

For example, the recordings of August have the board turned by 48° about its normal; of the grid,
45° and no tilt is nearest, and the 4° that are left cost next to nothing at a spread of 9°.

Where there is no acceleration, gravity comes from pitch and roll, whose error stays for a stretch
of recording: it is found as a part of the mount.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jihwa.data.signal.frames import Array
from jihwa.models.density import PoseDensity
from jihwa.models.features import GRAVITY

TURN_STEP_DEG, TILT_DEG, N_TILTS = 15, 20.0, 6
"""The grid: turns about the normal all around, and tilts in some directions."""

NEAR_DEG = 26.0
"""Mounts that differ by less are one, read with the likeliest of them."""

BACKS: tuple[tuple[Array, float], ...] = (
    (np.diag([1.0, 1.0, 1.0]), 0.90),
    (np.diag([1.0, -1.0, 1.0]), 0.06),
)
"""The back of the right hand and of the left, and how often the board is there."""

PALMS: tuple[tuple[Array, float], ...] = (
    (np.diag([1.0, -1.0, -1.0]), 0.03),
    (np.diag([1.0, 1.0, -1.0]), 0.01),
)
"""Their palms. So few boards are there that the grid has no tilts of them."""

USUAL = 0.9
"""How often the board sits as it does in the recordings that were learned from, about."""

USUAL_IF_SHOWN = 0.5
"""The same where the wearer shows how it sits: they have a reason to."""

USUAL_SD_DEG, TILT_SD_DEG = 8.0, 12.0
"""How far it is from there then; and how far any board is tilted, however it is turned."""


def rotation(axis_rad: Array) -> Array:
    """(3, 3) the rotation about an axis by its length, in radians (Rodrigues)."""
    angle = float(np.linalg.norm(axis_rad))
    x, y, z = axis_rad / max(angle, 1e-12)
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    return np.asarray(np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross)


def unturned(x: Array, mount: Array) -> Array:
    """(n, 8) features as the usual mount would have them, of (n, 8) with another (3, 3) mount."""
    return np.concatenate([x[:, : GRAVITY.start], x[:, GRAVITY] @ mount], axis=1)


@dataclass(frozen=True)
class Mounts:
    """A grid of mounts.

    Attributes:
        mount: (K, 3, 3) orthogonal matrices; the first is the usual one.
        log_prior: (K,) natural log of how likely each is.
        near: (K, K) which of them are about the same.
    """

    mount: Array
    log_prior: Array
    near: NDArray[np.bool_]

    @classmethod
    def around(cls, usual: Array, usual_share: float = USUAL) -> "Mounts":
        """The mounts of a wearer, and how likely each is.

        Args:
            usual: (3, 3) the mount that they had last, or that is usual.
            usual_share: How often it is that one, about.
        """
        turns_deg = (np.arange(0, 360, TURN_STEP_DEG) + 180) % 360 - 180.0  # from 0 on
        turns = [rotation(np.array([0.0, 0.0, turn])) for turn in np.radians(turns_deg)]
        directions = 2 * np.pi * np.arange(N_TILTS) / N_TILTS
        axes = np.column_stack([np.cos(directions), np.sin(directions), 0 * directions])
        tilts = [np.eye(3), *map(rotation, np.radians(TILT_DEG) * axes)]
        tilts_deg = np.array([0.0] + [TILT_DEG] * N_TILTS)
        tilted = np.array([tilt @ turn for turn in turns for tilt in tilts])
        square = np.add.outer(turns_deg**2, tilts_deg**2).ravel()
        usually = _share(np.exp(-square / (2 * USUAL_SD_DEG**2)))
        anyhow = _share(np.tile(np.exp(-(tilts_deg**2) / (2 * TILT_SD_DEG**2)), len(turns)))
        mounts = np.concatenate(
            [tilted @ side for side, _ in BACKS] + [np.array(turns) @ side for side, _ in PALMS]
        )  # (K, 3, 3)
        shares = [share * anyhow for _, share in BACKS]
        shares += [np.full(len(turns), share / len(turns)) for _, share in PALMS]
        shares[0] = shares[0] + usual_share / (1 - usual_share) * usually
        flat = mounts.reshape(len(mounts), 9)
        cosine = (flat @ flat.T - 1) / 2  # of the rotation from one to the other
        handedness = np.sign(np.linalg.det(mounts))
        near = (cosine > np.cos(np.radians(NEAR_DEG))) & (handedness[:, None] == handedness)
        return cls(mounts @ usual, np.log(_share(np.concatenate(shares))), near)

    def of_labelled(self, density: PoseDensity, x: Array, sign: NDArray[np.int64]) -> Array:
        """(3, 3) the likeliest mount of holds whose signs are known.

        Args:
            density: Of the signs.
            x: (n, 8) features.
            sign: (n,) the signs.
        """
        belief = self.log_prior.copy()  # (K,)
        for row, shown in zip(x, sign, strict=True):
            belief += density.turned_log_density(row, self.mount)[:, shown]
        return self.likeliest(belief)[0]

    def likeliest(self, belief: Array) -> tuple[Array, float]:
        """(3, 3) the mount that most of a belief is about, and how much of it that is.

        It is the mean of those that are about the same; what is near to the usual one is left to
        the wearer's effect.

        Args:
            belief: (K,) natural log of how likely each is, up to a constant.
        """
        weight = _share(np.exp(belief - belief.max()))  # (K,)
        about = self.near @ weight  # (K,)
        most = int(about.argmax())
        if self.near[0, most]:
            return np.asarray(self.mount[0]), float(about[most])
        return self._mean_about(most, weight), float(about[most])

    def slip(self, before: Array, after: Array) -> Array:
        """(3, 3) the rotation from the mount that one (K,) belief is about to that of another."""
        weights = (_share(np.exp(belief - belief.max())) for belief in (before, after))
        old, new = (self._mean_about(int((self.near @ w).argmax()), w) for w in weights)
        return np.asarray(new @ old.T)

    def _mean_about(self, mount: int, weight: Array) -> Array:
        """(3, 3) the mean of those that are about the same as one, by (K,) weights."""
        near = self.near[mount]
        left, _, right = np.linalg.svd(np.tensordot(weight[near], self.mount[near], axes=1))
        return np.asarray(left @ right)


def turn_deg(mount: Array, usual: Array) -> float:
    """By how much one (3, 3) mount is turned from another, whichever hand it is on."""
    turned = mount @ usual.T
    on_this_hand = turned * np.linalg.det(turned)
    cosine = (np.trace(on_this_hand) - 1) / 2
    return float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))


def _share(weight: Array) -> Array:
    return np.asarray(weight / weight.sum())
