"""What a recording holds besides samples, counted while it is read."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from jihwa.data.messages import DataError, Message
from jihwa.data.signal.clock import Clock

LEAST_PICTURES_HZ, JUDGED_PICTURES = 13.0, 40
"""Of fewer pictures of a hand a second letters are lost; so many tell."""

MOST_NAMED = 3
"""Values that were left out are told channel by channel for so many."""

MOST_DAMAGED = 0.1
"""A recording of which such a share was dropped is not whole."""


class HoledError(DataError):
    """So much of a recording was dropped that what is left is not the recording any more."""


@dataclass
class Report:
    """What was found in the lines besides samples.

    Attributes:
        lines: Lines read, whatever they held.
        samples: Samples kept.
        headers: Header lines, repeated ones included.
        messages: Lines of the firmware for people (`#`).
        damaged: Lines that were dropped.
        repeated: Lines that are the same as the one before, with its time.
        refused: How many values of each channel no sensor can send, and the first of them.
        said: What was noticed about the units, by what is measured.
        doubted: What is measured in another unit than the user told, by all that came.
        ignored: Fields that are no sensor of the glove, where a layout names them.
        columns: Names that no layout could be made of.
        keys: Names of an object that no layout could be made of.
        sample: The first lines that no layout fits.
        first_damage: Number and text of the first line that was dropped.
        clock: The device clock, with its resets and gaps.
        received_s: First and last time on the receiver's clock, where it was stored.
        described: How many fields a line has by what the user told; 0 where nothing was told.
        is_cut: Whether the compressed data ended before its time, or was wrong from there on.
        sees: Whether samples are of the points of a hand, which a camera saw.
        unseen: Pictures without a hand, which are no samples.
        crowded: Pictures with more than one hand, of which one is read.
    """

    lines: int = 0
    samples: int = 0
    headers: int = 0
    messages: int = 0
    damaged: int = 0
    repeated: int = 0
    first_damage: tuple[int, str] | None = None
    refused: dict[str, tuple[int, int, str]] = field(default_factory=dict)
    said: dict[str, Message] = field(default_factory=dict)
    doubted: set[str] = field(default_factory=set)
    ignored: tuple[str, ...] = ()
    columns: str = ""
    keys: str = ""
    sample: list[str] = field(default_factory=list)
    clock: Clock = field(default_factory=Clock)
    received_s: tuple[float, float] | None = None
    described: int = 0
    is_cut: bool = False
    sees: bool = False
    unseen: int = 0
    crowded: int = 0

    @property
    def burst(self) -> bool:
        """Whether the samples came all at once, far faster than they were taken."""
        if self.received_s is None:
            return False
        sampled_s = self.clock.elapsed_s - self.clock.lost_s
        return self.received_s[1] - self.received_s[0] < 0.25 * sampled_s

    @property
    def unfit(self) -> frozenset[str]:
        """Of what is measured, what does not read as on known gloves, as far as was found out."""
        return frozenset(self.doubted | ({"flex"} if "bends" in self.said else set()))

    @property
    def is_holed(self) -> bool:
        """Whether so much was dropped that what is left is not the recording any more."""
        return self.is_cut or self.damaged >= MOST_DAMAGED * (self.damaged + self.samples) > 0

    @property
    def is_blank(self) -> bool:
        """Whether no line says anything."""
        said = self.samples + self.headers + self.messages + self.damaged + self.unseen
        return not said

    @property
    def few_pictures(self) -> Message | None:
        """That the pictures of a hand are too few a second; None if they are enough."""
        n, seconds = self.samples + self.unseen, self.clock.elapsed_s - self.clock.lost_s
        if not self.sees or n < JUDGED_PICTURES or n >= LEAST_PICTURES_HZ * seconds:
            return None
        rate_hz = n / seconds
        return Message(
            ko=f"화면이 초당 {rate_hz:.0f}장뿐이라 글자를 놓칩니다. 불을 밝히고 15장 이상으로 "
            "찍으세요.",
            en=f"There are only {rate_hz:.0f} pictures a second, and letters are lost. Have more "
            "light, and take 15 or more.",
        )

    def damage(self, number: int, text: str) -> None:
        """Count a line as dropped, and remember the first one."""
        self.damaged += 1
        if self.first_damage is None or number < self.first_damage[0]:
            self.first_damage = (number, printable(text))

    def refuse(self, channel: str, number: int, told: str) -> None:
        """Count a value that no sensor can send, and remember the first one of the channel."""
        n, first, text = self.refused.get(channel, (0, number, printable(told)))
        if number < first:
            first, text = number, printable(told)
        self.refused[channel] = (n + 1, first, text)

    def count_hands(self, told: object) -> None:
        """Note how many hands a picture shows, where it tells them or their number."""
        n = len(told) if isinstance(told, list) else told
        self.crowded += isinstance(n, int) and n > 1

    def say(self, about: str, message: Message) -> None:
        """Note what was noticed about the units; the last word on each is told."""
        self.said[about] = message

    def receive(self, received_s: float) -> None:
        """Note when a sample arrived on the receiver's clock."""
        first_s, _ = self.received_s or (received_s, received_s)
        self.received_s = (first_s, received_s)

    def warnings(self) -> list[Message]:
        """One message for every kind of defect that was found."""
        return [*self._defects()]

    def refusals(self) -> Iterator[Message]:
        """One message for every channel of which values were left out, or for many of them."""
        if len(self.refused) > MOST_NAMED:
            counts, numbers, texts = zip(*self.refused.values(), strict=True)
            number, text = min(zip(numbers, texts, strict=True))
            n, channels = sum(counts), ", ".join(self.refused)
            yield Message(
                ko=f"센서가 낼 수 없는 값 {n}개를 뺐습니다 ({channels}). 처음은 {number}번째 줄: "
                f"{text}",
                en=f"{n} values that no sensor can send were left out ({channels}). The first is "
                f"in line {number}: {text}",
            )
            return
        for channel, (n, number, text) in self.refused.items():
            yield Message(
                ko=f"{channel}: 센서가 낼 수 없는 값 {n}개를 뺐습니다. 처음은 {number}번째 줄: "
                f"{text}",
                en=f"{channel}: {n} value(s) that no sensor can send were left out. The first is "
                f"in line {number}: {text}",
            )

    def losses(self) -> Iterator[Message]:
        """What was dropped, and whether that is too much."""
        if self.first_damage is not None:
            number, text = self.first_damage
            yield Message(
                ko=f"읽을 수 없는 {self.damaged}줄을 건너뛰었습니다. 처음은 {number}번째 줄: "
                f"{text}",
                en=f"Skipped {self.damaged} unreadable line(s). The first is line {number}: {text}",
            )
        if self.is_cut:
            yield Message(
                ko="압축 파일이 잘렸거나 손상되어, 읽을 수 있는 데까지만 읽었습니다. 원본을 "
                "다시 받으세요.",
                en="The compressed file is cut short or damaged: only what comes before that "
                "was read. Get it again.",
            )
        elif self.is_holed:
            share = self.damaged / (self.damaged + self.samples)
            yield Message(
                ko=f"녹화의 {share:.0%}를 읽지 못해 온전하지 않습니다. 녹화나 연결을 확인하세요.",
                en=f"{share:.0%} of the recording could not be read, so it is not whole. Check the "
                "recording or the connection.",
            )

    def _defects(self) -> Iterator[Message]:
        doubtful = "flex" if "bends" in self.said else ""  # another unit than was guessed
        yield from (told for about, told in self.said.items() if about != doubtful)
        yield from self.refusals()
        if self.headers > 1:
            yield Message(
                ko=f"머리줄이 {self.headers}번 나왔습니다. 매번 새로 적용했습니다.",
                en=f"The header appears {self.headers} times. Each one was applied.",
            )
        yield from self.losses()
        if self.repeated:
            yield Message(
                ko=f"앞줄을 그대로 되풀이한 {self.repeated}줄은 한 번씩만 읽었습니다.",
                en=f"{self.repeated} line(s) repeat the one before, and were read once.",
            )
        if self.unseen:
            yield Message(
                ko=f"손이 보이지 않는 화면 {self.unseen}개를 뺐습니다. 손이 화면 안에 다 들어오게 "
                "하세요.",
                en=f"{self.unseen} picture(s) without a hand were left out. Keep the whole hand in "
                "the picture.",
            )
        if self.crowded:
            yield Message(
                ko=f"화면 {self.crowded}개에 손이 둘 이상 있어 하나만 읽었습니다. 한 손만 보이게 "
                "하세요.",
                en=f"{self.crowded} picture(s) show more than one hand, and one is read. Show one "
                "hand only.",
            )
        if self.few_pictures:
            yield self.few_pictures
        if self.clock.resets:
            yield Message(
                ko=f"장갑의 시계가 {self.clock.resets}번 새로 시작했습니다. 이어 붙였습니다.",
                en=f"The glove's clock restarted {self.clock.resets} time(s). It was joined.",
            )
        if n := self.clock.gaps - self.clock.resets:
            longest_s = self.clock.longest_gap_s
            yield Message(
                ko=f"신호가 {n}번 끊겼습니다 (가장 길게 {longest_s:.1f}초).",
                en=f"The signal has {n} gap(s), the longest {longest_s:.1f} s.",
            )
        if self.burst:
            yield Message(
                ko="표본이 한꺼번에 도착했습니다. 장갑의 시계를 따릅니다.",
                en="The samples arrived all at once. The glove's own clock is used.",
            )


def printable(text: str, most: int = 60) -> str:
    """The beginning of a text from outside, fit for a message; `…` says that there is more."""
    shown = text[:most].replace("\t", " ") + "…" * (len(text) > most)
    return "".join(c if c.isprintable() else "\ufffd" for c in shown)
