"""What a recording holds besides samples, counted while it is read."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from jihwa.data.messages import Message
from jihwa.data.signal.clock import Clock


@dataclass
class Report:
    """What was found in the lines besides samples.

    Attributes:
        lines: Lines read, whatever they held.
        samples: Samples kept.
        headers: Header lines, repeated ones included.
        messages: Lines of the firmware for people (`#`).
        damaged: Lines that were dropped.
        first_damage: Number and text of the first line that was dropped.
        clock: The device clock, with its resets and gaps.
        received_s: First and last time on the receiver's clock, where it was stored.
        is_cut: Whether the compressed data ended before its time, or was wrong from there on.
    """

    lines: int = 0
    samples: int = 0
    headers: int = 0
    messages: int = 0
    damaged: int = 0
    first_damage: tuple[int, str] | None = None
    clock: Clock = field(default_factory=Clock)
    received_s: tuple[float, float] | None = None
    is_cut: bool = False

    @property
    def burst(self) -> bool:
        """Whether the samples came all at once, far faster than they were taken."""
        if self.received_s is None:
            return False
        sampled_s = self.clock.elapsed_s - self.clock.lost_s
        return self.received_s[1] - self.received_s[0] < 0.25 * sampled_s

    def damage(self, text: str) -> None:
        """Count the current line as dropped, and remember the first one."""
        self.damaged += 1
        if self.first_damage is None:
            shown = "".join(c if c.isprintable() else "�" for c in text[:60])
            self.first_damage = (self.lines, shown)

    def receive(self, received_s: float) -> None:
        """Note when a sample arrived on the receiver's clock."""
        first_s, _ = self.received_s or (received_s, received_s)
        self.received_s = (first_s, received_s)

    def warnings(self) -> list[Message]:
        """One message for every kind of defect that was found."""
        return [*self._defects()]

    def _defects(self) -> Iterator[Message]:
        if self.headers > 1:
            yield Message(
                ko=f"머리줄이 {self.headers}번 나왔습니다. 매번 새로 적용했습니다.",
                en=f"The header appears {self.headers} times. Each one was applied.",
            )
        if self.first_damage is not None:
            number, text = self.first_damage
            yield Message(
                ko=f"읽을 수 없는 {self.damaged}줄을 건너뛰었습니다. 처음은 {number}번째 줄: "
                f"{text}",
                en=f"Skipped {self.damaged} unreadable line(s). The first is line {number}: {text}",
            )
        if self.clock.resets:
            yield Message(
                ko=f"장갑의 시계가 {self.clock.resets}번 새로 시작했습니다. 이어 붙였습니다.",
                en=f"The glove's clock restarted {self.clock.resets} time(s). It was joined.",
            )
        if self.clock.gaps:
            longest_s = self.clock.longest_gap_s
            yield Message(
                ko=f"신호가 {self.clock.gaps}번 끊겼습니다 (가장 길게 {longest_s:.1f}초).",
                en=f"The signal has {self.clock.gaps} gap(s), the longest {longest_s:.1f} s.",
            )
        if self.is_cut:
            yield Message(
                ko="압축 파일이 잘렸거나 손상되어, 읽을 수 있는 데까지만 읽었습니다. 원본을 "
                "다시 받으세요.",
                en="The compressed file is cut short or damaged: only what comes before that "
                "was read. Get it again.",
            )
        if self.burst:
            yield Message(
                ko="표본이 한꺼번에 도착했습니다. 장갑의 시계를 따릅니다.",
                en="The samples arrived all at once. The glove's own clock is used.",
            )
