"""How the glove sits, in words, and whether its fingers are wired or read the other way round."""

import numpy as np

from jihwa.data.messages import Message
from jihwa.data.signal.frames import Array
from jihwa.data.signal.sensors import BENT_ADC, STRAIGHT_ADC
from jihwa.models.density import PoseDensity
from jihwa.models.features import FLEX, GRAVITY, FeatureExtractor
from jihwa.models.mount import turn_deg, unturned
from jihwa.recognizer.holds import log_sum

TOLD_DEG = 25.0
"""How large a turn is told to the wearer."""

OTHERWISE_NATS = 1.0
"""By so much holds have to be likelier as signs if fingers read less the more they bend, or come in
the opposite order. Where they do not it is -1 to -6."""

AS_EVER = Message(ko="보드가 제자리에 있습니다.", en="The board sits as usual.")
UNSURE = Message(
    ko="보드가 어떻게 있는지 아직 확실하지 않습니다. `jihwa calibrate --quick`으로 지문자를 더 "
    "보여 주세요.",
    en="It is not sure yet how the board sits. Show more signs: `jihwa calibrate --quick`.",
)
REVERSED = Message(
    ko="굽힐수록 flex 값이 작아지는 장갑 같습니다. 아는 장갑과 거꾸로라 글이 맞지 않습니다. 편 "
    "손가락과 굽힌 손가락의 값을 --layout에 flex1[900:760]처럼 적고, 적었다면 앞뒤를 바꾸세요.",
    en="A bent finger seems to read less than a straight one: the other way round than known "
    "gloves, so the text is wrong. Write into --layout what a straight and a bent finger read, "
    "like flex1[900:760]; if it is there, swap the two.",
)
OPPOSITE = Message(
    ko="손가락 순서가 거꾸로인 장갑 같습니다. flex1이 엄지가 아니라 새끼손가락이면 글이 맞지 "
    "않습니다. 머리글에서, 머리글이 없으면 --layout에서 flex1~flex5를 flex5~flex1로 바꿔 "
    "적으세요.",
    en="The fingers seem to come in the opposite order: flex1 is the little finger and not the "
    "thumb, so the text is wrong. Write flex5 to flex1 in place of flex1 to flex5 into the header, "
    "or into --layout if there is none.",
)


def turn(mount: Array, usual: Array) -> Message | None:
    """How a board sits, as the end of a sentence; None if it sits about as usual.

    Args:
        mount: (3, 3) its mount.
        usual: (3, 3) the mount that it is compared with.
    """
    deg = turn_deg(mount, usual)
    about = f"{round(deg, -1):.0f}°"
    if np.linalg.det(mount @ usual) < 0:
        return Message(
            ko=f"장갑을 다른 손에 낀 것 같습니다(보드 {about})",
            en=f"it seems to be on the other hand, the board at {about}",
        )
    if deg < TOLD_DEG:
        return None
    return Message(
        ko=f"보드가 약 {about} 돌아가 있습니다", en=f"the board sits turned by about {about}"
    )


def read_so(how: Message) -> Message:
    """That a board sits otherwise than boards do, and is read so."""
    return Message(
        ko=f"{how.ko}. 그에 맞춰 읽습니다.", en=f"{how.en[0].upper()}{how.en[1:]}: reading it so."
    )


def unlike_last(how: Message, date: str) -> Message:
    """That a board sits otherwise than last time, which was on an ISO 8601 date."""
    when = f" ({date[:10]})" if date else ""
    return Message(
        ko=f"장갑이 지난번{when}과 다르게 있습니다: 그때보다 {how.ko}. 그에 맞춰 읽습니다.",
        en=f"The glove sits otherwise than last time{when}: {how.en}. It is read so.",
    )


def slipped(how: Message) -> Message:
    """That a board does not sit any more as it just did."""
    return Message(
        ko=f"장갑이 움직였습니다: 조금 전보다 {how.ko}. 그에 맞춰 읽습니다.",
        en=f"The glove has slipped: {how.en} from where it was. It is read so.",
    )


def wired_otherwise(
    x: Array, extractor: FeatureExtractor, density: PoseDensity, mounts: Array
) -> Message | None:
    """What to tell of fingers if holds look like signs only once they are read otherwise.

    Args:
        x: (n, 8) features of holds.
        extractor: Of the features.
        density: Of the signs, as the usual mount would have them.
        mounts: (m, 3, 3) how the board may sit.
    """

    def nats(bends: Array) -> float:
        poses = np.hstack([bends, x[:, GRAVITY]])
        looks = (log_sum(density.log_density(unturned(poses, mount))).mean() for mount in mounts)
        return float(max(looks))

    bends = x[:, FLEX]
    ways = {
        REVERSED: extractor.warp(STRAIGHT_ADC + BENT_ADC - extractor.unwarp(bends)),
        OPPOSITE: bends[:, ::-1],
    }
    looks = {message: nats(otherwise) for message, otherwise in ways.items()}
    likeliest = max(looks, key=looks.__getitem__)
    return likeliest if looks[likeliest] - nats(bends) > OTHERWISE_NATS else None
