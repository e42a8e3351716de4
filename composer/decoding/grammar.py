"""The syllable grammar of the decoder as a table: what may follow what, and at which cost."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, auto

from jihwa.composer.language.jamo import LETTER_OF
from jihwa.composer.language.token_model import Mode


class ArcKind(IntEnum):
    """What one step of a hypothesis does."""

    ONSET = 0
    VOWEL = auto()
    CODA = auto()
    LONE_CONSONANT = auto()
    """A consonant that is shown for itself, as in ㅋㅋ."""
    LONE_VOWEL = auto()
    SPACE = auto()
    LONE_SPACE = auto()
    """A space after a lone letter; the language model knows no lone letters and is not asked."""
    NO_SIGN = auto()
    """A segment that is no letter: the hand on its way, a false start."""
    REST = auto()
    END = auto()
    LONE_END = auto()
    """The end of a text that is empty or ends in a lone letter."""


class State(IntEnum):
    """Where in the syllable and the word a hypothesis stands."""

    START = 0
    SPACE = auto()
    ONSET = auto()
    VOWEL = auto()
    CODA = auto()
    """After a syllable that takes no more letters."""
    LONE_CONSONANT = auto()
    LONE_VOWEL = auto()
    RESTED = auto()
    """After the rest pose behind a syllable: the word is over."""
    LONE_RESTED = auto()
    FINAL_CONSONANT = auto()
    """Behind a final text that ends in a lone consonant, which no vowel makes a syllable of."""
    FINAL_SPACE = auto()
    """Behind a final text that ends in a space, behind which nothing has to follow."""
    ENDED = auto()


N_KINDS = len(ArcKind)


def _are_among(kinds: type[IntEnum], *chosen: IntEnum) -> tuple[bool, ...]:
    return tuple(kind in chosen for kind in kinds)


IS_SPACE = _are_among(ArcKind, ArcKind.SPACE, ArcKind.LONE_SPACE)
"""By the kind of a step, whether it begins a new word."""
IS_LONE = _are_among(ArcKind, ArcKind.LONE_CONSONANT, ArcKind.LONE_VOWEL)
"""By the kind of a step, whether it writes a lone letter."""
BEGINS_SYLLABLE = _are_among(
    ArcKind,
    *(ArcKind.SPACE, ArcKind.LONE_SPACE),
    *(ArcKind.ONSET, ArcKind.LONE_CONSONANT, ArcKind.LONE_VOWEL),
)
"""By the kind of a step, whether it leaves the syllable before it as it is."""
WORD_IS_OVER = _are_among(State, State.RESTED, State.LONE_RESTED)
"""By state, whether the hand has rested, so that the gap says no more about the word's end."""
_UNALTERABLE = {
    State.VOWEL: State.CODA,
    State.ONSET: State.FINAL_CONSONANT,
    State.LONE_CONSONANT: State.FINAL_CONSONANT,
}
"""Where a hypothesis stands when what it wrote must not change any more."""
_RESTED = {
    State.CODA: State.RESTED,
    State.LONE_CONSONANT: State.LONE_RESTED,
    State.LONE_VOWEL: State.LONE_RESTED,
    State.FINAL_CONSONANT: State.LONE_RESTED,
}
"""Where a hypothesis stands when the word before it is over."""


def state_behind(text: str, *, word_is_over: bool = False) -> State:
    """Where a hypothesis stands that must leave the text before it as it is.

    Args:
        text: The text.
        word_is_over: Whether its last word is over although no space shows it.
    """
    if not text:
        state = State.START
    elif text[-1].isspace():
        state = State.FINAL_SPACE
    elif "ㄱ" <= text[-1] <= "ㅎ":
        state = State.FINAL_CONSONANT
    else:
        state = State.LONE_VOWEL if "ㅏ" <= text[-1] <= "ㅣ" else State.CODA
    return _RESTED.get(state, state) if word_is_over else state


_CHAT = "ㄱㅅ ㅈㅅ ㅊㅋ ㅇㅋ ㅎㅇ ㅂㅇ ㄹㅇ ㅇㅈ ㅁㄹ ㄱㅊ ㅅㄱ ㅇㄷ ㅇㄴ ㅎㄹ"
LONE_PAIRS = frozenset(tuple(map(LETTER_OF.index, pair)) for pair in _CHAT.split(" "))
"""The tokens of what people write in chats for 감사, 죄송, 축하, 오케이, 하이, 바이 and so on."""


@dataclass(frozen=True, slots=True)
class GrammarCosts:
    """Natural log-costs of what the language model cannot price.

    Attributes:
        empty_text: Of a text without any letter. No more than `lone_text` and `lone_end` together,
            so that the pose decides whether a recording of a single hold is a letter or rest.
        lone_text: Of beginning a text with a lone letter, as people do when they try a glove.
        lone_letter: Of a lone letter elsewhere, the choice of the letter included.
        lone_more: Of going on after a lone letter with a syllable or a word.
        lone_again: Of another lone letter behind one, its choice included.
        lone_paired: Of one that makes one of `LONE_PAIRS`.
        lone_repeated: Of the same one once more: ㅋㅋㅋ, ㅠㅠ.
        lone_end: Of ending the text after a lone letter.
        space: Of a space that nothing shows. Above 0, since the texts that the language model
            learned from leave many spaces out.
    """

    empty_text: float = -5.0
    lone_text: float = -2.0
    lone_letter: float = -10.5
    lone_more: float = -7.0
    lone_again: float = -5.0
    lone_paired: float = -2.5
    lone_repeated: float = -1.5
    lone_end: float = -3.0
    space: float = 0.3


_LONE = {
    ArcKind.LONE_CONSONANT: (State.LONE_CONSONANT, "lone_letter"),
    ArcKind.LONE_VOWEL: (State.LONE_VOWEL, "lone_letter"),
}
_NEXT_WORD = {ArcKind.ONSET: (State.ONSET, None), **_LONE}
_NEXT_SYLLABLE = {
    **_NEXT_WORD,
    ArcKind.SPACE: (State.SPACE, "space"),
    ArcKind.END: (State.ENDED, None),
    ArcKind.REST: (State.RESTED, None),
}
_AFTER_LONE_CONSONANT = {
    ArcKind.ONSET: (State.ONSET, "lone_more"),
    ArcKind.LONE_CONSONANT: (State.LONE_CONSONANT, "lone_again"),
    ArcKind.LONE_SPACE: (State.SPACE, "lone_more"),
    ArcKind.LONE_END: (State.ENDED, "lone_end"),
    ArcKind.REST: (State.LONE_RESTED, None),
}
_AFTER_LONE_VOWEL = {
    ArcKind.LONE_VOWEL: (State.LONE_VOWEL, "lone_again"),
    **_AFTER_LONE_CONSONANT,
}

# A lone vowel never follows a lone consonant that is not final: they would be read as a syllable.
_TRANSITIONS: Mapping[State, Mapping[ArcKind, tuple[State, str | None]]] = {
    State.START: {
        ArcKind.ONSET: (State.ONSET, None),
        ArcKind.LONE_CONSONANT: (State.LONE_CONSONANT, "lone_text"),
        ArcKind.LONE_VOWEL: (State.LONE_VOWEL, "lone_text"),
        ArcKind.REST: (State.START, None),
        ArcKind.LONE_END: (State.ENDED, "empty_text"),
    },
    State.SPACE: _NEXT_WORD,
    State.ONSET: {ArcKind.VOWEL: (State.VOWEL, None)},
    State.VOWEL: {ArcKind.CODA: (State.CODA, None), **_NEXT_SYLLABLE},
    State.CODA: _NEXT_SYLLABLE,
    State.LONE_CONSONANT: _AFTER_LONE_CONSONANT,
    State.LONE_VOWEL: _AFTER_LONE_VOWEL,
    State.FINAL_CONSONANT: _AFTER_LONE_VOWEL,
    State.FINAL_SPACE: {
        **_NEXT_WORD,
        ArcKind.REST: (State.FINAL_SPACE, None),
        ArcKind.LONE_END: (State.ENDED, None),
    },
    State.RESTED: {
        ArcKind.SPACE: (State.SPACE, None),
        ArcKind.END: (State.ENDED, None),
        ArcKind.REST: (State.RESTED, None),
    },
    State.LONE_RESTED: {
        ArcKind.LONE_SPACE: (State.SPACE, "lone_more"),
        ArcKind.LONE_END: (State.ENDED, "lone_end"),
        ArcKind.REST: (State.LONE_RESTED, None),
    },
    State.ENDED: {},
}


class Grammar:
    """What may follow what.

    Args:
        costs: What the language model cannot price.
        mode: A single word has no spaces, and the hand may rest within it; a text that is not
            corrected has them only where the hand rested.

    Attributes:
        steps: By state, the kinds of step that are allowed there, with the state behind each and
            its natural log-cost.
    """

    def __init__(self, costs: GrammarCosts, mode: Mode = Mode.FREE) -> None:
        changes_nothing = [ArcKind.NO_SIGN]  # a segment that is no letter may come anywhere
        if mode is Mode.WORD:
            changes_nothing.append(ArcKind.REST)
        steps: list[Mapping[int, tuple[int, float]]] = []
        for state in State:
            allowed = {
                int(kind): (int(following), getattr(costs, cost) if cost else 0.0)
                for kind, (following, cost) in _TRANSITIONS[state].items()
                if not IS_SPACE[kind] or _has_spaces(mode, state)
            }
            if state is not State.ENDED:
                allowed.update(dict.fromkeys(map(int, changes_nothing), (int(state), 0.0)))
            steps.append(allowed)
        self.steps = tuple(steps)


def _has_spaces(mode: Mode, state: State) -> bool:
    """Whether a space may be written in this state."""
    return mode is not Mode.WORD and (mode is not Mode.EXACT or WORD_IS_OVER[state])


def unalterable(state: int) -> int:
    """The state behind the same text once no later letter may alter it."""
    return int(_UNALTERABLE.get(State(state), state))
