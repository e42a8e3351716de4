"""Letters that are known for certain, as text: ㅎㅏㄱㄱㅛ is 학교."""

import math
import re

import numpy as np

from jihwa.composer.automaton import Automaton
from jihwa.composer.composer import Composer
from jihwa.composer.decoding.options import DecoderOptions
from jihwa.composer.language.token_model import Mode, TokenModel
from jihwa.composer.language.word_list import shown
from jihwa.composer.text.transcript import Transcript
from jihwa.data.alphabet import Alphabet
from jihwa.data.messages import UsageError
from jihwa.data.signal.frames import Frames
from jihwa.recognizer.events import NO_SIGN, REST, Emission, Segment

_LOG_LIKELIHOOD = -1e3
"""Of every reading but the one that was given."""
_TYPED = re.compile(r"([!-~]+)")
"""What a keyboard has beside Hangul: digits, Latin letters, punctuation."""


def compose(
    letters: str,
    alphabet: Alphabet,
    model: TokenModel,
    options: DecoderOptions | None = None,
    mode: Mode = Mode.FREE,
) -> Transcript:
    """The text that letters spell when every one of them is certain.

    Args:
        letters: Letters (compatibility jamo) or syllables; those without a sign of their own are
            spelled in sequence. A space is a certain word end; more may be found. Digits, Latin
            letters and punctuation between them stand in the text as they are.
        alphabet: The signs.
        model: The language model.
        options: How the decoder weighs evidence; nothing is missed or spurious here.
        mode: What the text may be.

    Returns:
        The transcript; its times count signs.

    Raises:
        UsageError: A character is no letter, or there are others but no letter at all.
    """
    _check(letters)
    composer = Composer(alphabet, model, (options or DecoderOptions()).certain(), mode)
    time_s = 0.0

    def show(label: str) -> None:
        nonlocal time_s
        composer.feed(_certain(label, time_s, alphabet))
        time_s += 1.0

    for place, word in enumerate(letters.split()):
        if place:
            show(REST)
        for part in _TYPED.split(word):
            if _TYPED.fullmatch(part):
                composer.type(part)
            else:
                for sign in alphabet.spell(part):
                    show(sign)
    return composer.flush()


def compose_as_shown(letters: str, alphabet: Alphabet) -> str:
    """The text that letters make without a language model, as a keyboard would write them.

    Args:
        letters: As for `compose`; a space is one.
        alphabet: The signs.

    Raises:
        UsageError: As `compose` does.
    """
    _check(letters)
    automaton = Automaton(alphabet)

    def text_of(part: str) -> str:
        return part if _TYPED.fullmatch(part) else automaton.compose(alphabet.spell(part))

    return " ".join("".join(map(text_of, _TYPED.split(word))) for word in letters.split())


def _check(letters: str) -> None:
    if letters.strip() and not _TYPED.sub("", letters).strip():
        found = shown(letters.strip())
        raise UsageError(
            ko=f"{found}: 지문자로 쓸 한글 자모가 없습니다. ㅎㅏㄱㄱㅛ처럼 주세요.",
            en=f"{found}: no Hangul letter, so this cannot be fingerspelled. Give letters such as "
            "ㅎㅏㄱㄱㅛ.",
        )


def _certain(label: str, time_s: float, alphabet: Alphabet) -> Emission:
    def likelihood(other: str) -> float:
        return 0.0 if other == label else _LOG_LIKELIHOOD

    return Emission(
        segment=Segment(time_s, time_s, gap_s=math.nan, frames=Frames.empty()),
        log_likelihood=np.array([likelihood(sign) for sign in alphabet.signs]),
        rest=likelihood(REST),
        no_sign=likelihood(NO_SIGN),
    )
