"""A glove that does not exist: a synthetic signer behind the protocol of the firmware.

It has neither a clock nor a line: it is asked what it has sent until now, and what it sends depends
on its seed and on when it was told what, never on how often it was asked. Times are in seconds
since it was switched on; its own clock counts milliseconds since it last started.
"""

import re
from collections import deque

import numpy as np

from jihwa.data.alphabet import Alphabet
from jihwa.data.formats.writers import HEADER, LINE_FORMAT
from jihwa.data.signal.frames import N_FINGERS, Array, Frames
from jihwa.data.synthesis.fits import Fit
from jihwa.data.synthesis.hands import RATE_HZ, HandStatistics, SyntheticHand
from jihwa.data.synthesis.pace import PACES, Pace
from jihwa.data.synthesis.spelling import SpelledSession, SpelledSign, assemble, spell_words

BOOT_S = 2.0
"""How long a board that was reset stays silent."""
RECALIBRATION_S = 1.0
"""How long `recal` takes: 200 readings of the gyroscope, 5 ms apart."""
MIN_INTERVAL_MS = 2
MAX_COMMAND_BYTES = 63
INBOX_BYTES = 256
"""How much may wait to be obeyed."""
YAW_DRIFT_DEG_S = 2.0
"""How fast yaw drifts at most: it is integrated from a gyroscope whose bias is not quite known."""
CLOCK_MS = 2**32
"""The firmware's clock wraps here."""
MOTION_HZ = 500.0
"""How finely a movement is known; no glove samples faster."""
REMEMBERED_LETTERS = 10_000
"""How many letters it can still tell about."""
_SHARE = re.compile(rb"0(\.\d+)?|1(\.0+)?")
_AXIS = re.compile(rb"(roll|pitch):([xyz])", re.IGNORECASE)


class VirtualGlove:
    """Sends what a glove sends, and obeys the firmware's commands.

    `header`, `interval,<ms>`, `recal`, `yawzero` and `flush` do what they do on the board; `alpha`
    and `axis` are answered only, since no filter stands between this hand and its angles.

    Args:
        pace: How fast the signer spells.
        wearer: Whose hand it is.
        seed: Of everything else that differs from one time to the next.
        rate_hz: How often it samples until `interval` says otherwise; whole milliseconds apart.
        fit: How it is worn.

    Attributes:
        next_s: When it has something to send again.
    """

    def __init__(
        self,
        pace: Pace = PACES["normal"],
        *,
        wearer: int = 0,
        seed: int = 0,
        rate_hz: float = RATE_HZ,
        fit: Fit | None = None,
    ) -> None:
        self.signer = Signer(pace, wearer, seed, fit)
        self._rng = np.random.default_rng([seed, wearer])
        self._default_ms = max(round(1000 / rate_hz), MIN_INTERVAL_MS)
        self._now_s = self.next_s = 0.0
        self._sent, self._inbox = bytearray(), b""
        self._start(boot_s=0.0)
        self.connect()

    def spell(self, text: str) -> None:
        """Let the signer spell a text after those before it.

        Raises:
            UsageError: It is empty or holds something that is not Hangul.
        """
        self.signer.spell(text, self._now_s)

    @property
    def done(self) -> bool:
        """Whether everything is spelled and the hand has come to rest."""
        return self.signer.done(self._now_s)

    def due(self, now_s: float) -> bytes:
        """What it has sent since it was asked last; `now_s` never goes back."""
        while self.next_s <= now_s:
            self._now_s = self.next_s
            self._sample()
        self._now_s = now_s
        sent, self._sent = bytes(self._sent), bytearray()
        return sent

    def connect(self) -> None:
        """Somebody has opened the port: tell them what the fields mean before the next sample."""
        self._greet = True

    def command(self, data: bytes) -> None:
        """Bytes that were sent to it, cut anywhere; while it is busy they wait."""
        self._inbox += data
        if not self._busy:
            self._obey()
        self._inbox = self._inbox[-INBOX_BYTES:]

    def stall(self, for_s: float) -> None:
        """Hang: no sample is taken for a while, and the clock runs on."""
        self.next_s = max(self.next_s, self._now_s + for_s)
        self._busy = True

    def reset(self) -> None:
        """Start anew: silence, the rest of a line that nobody saw begin, the header, samples."""
        self._start(BOOT_S)
        line = self._line()
        self._first = line[len(line) // 2 :]
        self._greet = True

    def _start(self, boot_s: float) -> None:
        self._began_s = self._last_s = self._now_s
        self.next_s = self._now_s + boot_s
        self._busy = boot_s > 0
        self._first = b""  # what it says before the next sample
        self._inbox = b""
        self._interval_ms = self._default_ms
        self._axes = {b"roll": b"x", b"pitch": b"y"}
        self._zero_yaw()
        self._estimate_bias()

    def _sample(self) -> None:
        """Take one sample, after whatever had to wait for it."""
        self._last_s = self._now_s
        self._sent += self._first
        if self._greet:
            self._say(HEADER.encode())
        self._first, self._greet, self._busy = b"", False, False
        self._obey()
        if not self._busy:
            self._sent += self._line()
            self.next_s = round(self._now_s + self._interval_ms / 1000, 6)

    def _line(self) -> bytes:
        sample = self.signer.read(self._now_s)  # (11,)
        flex_adc, accel_g, angles_deg = np.split(sample, [N_FINGERS, N_FINGERS + 3])
        yaw_deg = angles_deg[2] + self._drift_deg_s * (self._now_s - self._yaw_zero_s)
        angles_deg[2] = (yaw_deg + 180) % 360 - 180
        clock_ms = round(1000 * (self._now_s - self._began_s)) % CLOCK_MS
        fields = (clock_ms, *angles_deg, *accel_g, *np.clip(flex_adc, 0, 1023))
        return (LINE_FORMAT % fields).encode() + b"\r\n"

    def _say(self, line: bytes) -> None:
        self._sent += line + b"\r\n"

    def _obey(self) -> None:
        """Carry out the commands that are complete, until one of them takes time."""
        while not self._busy and b"\n" in self._inbox:
            line, self._inbox = self._inbox.split(b"\n", 1)
            self._carry_out(line.replace(b"\r", b"")[-MAX_COMMAND_BYTES:])

    def _carry_out(self, line: bytes) -> None:
        match line.split(b",", 1):
            case [b"header"]:
                self._say(HEADER.encode())
            case [b"flush"]:
                self._inbox = b""
                self._say(b"# flushed")
            case [b"yawzero"]:
                self._zero_yaw()
                self._say(b"# yaw reset to 0")
            case [b"recal"]:
                self._say(b"# recalibrating gyro bias... keep still")
                self._estimate_bias()
                self.stall(RECALIBRATION_S)
                self._first = b"# recal done\r\n"
            case [b"interval", value]:
                if value.isdigit() and int(value) > 0:
                    self._set_interval(int(value))
            case [b"alpha", value]:
                known = _SHARE.fullmatch(value) is not None
                self._say(b"# alpha set to " + value if known else b"# alpha must be 0..1")
            case [b"axis", value]:
                self._axes |= {axis.lower(): of.lower() for axis, of in _AXIS.findall(value)}
                self._say(b"# axis set: roll=%(roll)b, pitch=%(pitch)b" % self._axes)
            case _:
                self._say(b"# unknown cmd: " + line)

    def _set_interval(self, interval_ms: int) -> None:
        self._interval_ms = max(interval_ms, MIN_INTERVAL_MS)
        self.next_s = max(self._last_s + self._interval_ms / 1000, self._now_s)
        self._say(b"# interval(ms) set to %d" % self._interval_ms)

    def _zero_yaw(self) -> None:
        self._yaw_zero_s = self._now_s

    def _estimate_bias(self) -> None:
        self._drift_deg_s = self._rng.uniform(-YAW_DRIFT_DEG_S, YAW_DRIFT_DEG_S)


class Signer:
    """A synthetic signer: at any time the hand is somewhere, and sensors can read it.

    What it does depends on the texts and on when they came, never on how often it is looked at.
    Times are in seconds and never go back.

    Args:
        pace: How fast it spells.
        wearer: Whose hand it is.
        seed: Of everything else that differs from one time to the next.
        fit: How the glove is worn; None as the statistics have it.

    Attributes:
        signs: The last letters whose text has been begun, and when they are held.
    """

    def __init__(self, pace: Pace, wearer: int = 0, seed: int = 0, fit: Fit | None = None) -> None:
        self._fit = fit
        self._alphabet = Alphabet.load()
        hand_rng = np.random.default_rng(wearer)
        self._hand = SyntheticHand(HandStatistics.load(), self._alphabet, hand_rng)
        self._hand.rate_hz = MOTION_HZ
        self._pace = pace
        self._spelling_rng, self._resting_rng = np.random.default_rng(seed).spawn(2)
        self._texts: deque[str] = deque()
        self._session: SpelledSession | None = None
        self._start_s = self._end_s = 0.0
        self.signs: deque[SpelledSign] = deque(maxlen=REMEMBERED_LETTERS)

    def spell(self, text: str, now_s: float) -> None:
        """Spell a text now, or as soon as those before it are done.

        Raises:
            UsageError: It is empty or holds something that is not Hangul.
        """
        spell_words(text, self._alphabet)
        idle = self.done(now_s)
        self._texts.append(text)
        if idle:
            self._begin(now_s)

    def done(self, now_s: float) -> bool:
        """Whether everything is spelled and the hand has come to rest."""
        return self._end_s <= now_s and not self._texts

    def read(self, now_s: float) -> Array:
        """(11,) what sensors read now: flex, acceleration, orientation."""
        while self._texts and self._end_s <= now_s:
            self._begin(self._end_s)
        if self._session is None or self._end_s <= now_s:
            rest = self._hand.rest(1, self._resting_rng)
            frames = Frames.of_channels(np.array([now_s]), rest)
        else:
            time_s = self._session.frames.time_s
            i = int(np.searchsorted(time_s, now_s - self._start_s, side="right")) - 1
            frames = self._session.frames[i : i + 1]
        read: Array = (self._fit.worn(frames) if self._fit else frames).channels[0]
        return read

    def _begin(self, now_s: float) -> None:
        """Begin with the next text, which is still to come for who asks meanwhile."""
        text, rng = self._texts[0], self._spelling_rng
        session = assemble(text, self._hand, self._alphabet, self._pace, rng)
        self._session, self._start_s = session, now_s
        self._end_s = now_s + session.frames.duration_s
        self._texts.popleft()
        self.signs += (
            SpelledSign(sign.sign, now_s + sign.start_s, now_s + sign.end_s)
            for sign in session.signs
        )
