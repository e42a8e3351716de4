"""The one table of keys, of which both the bindings and the help are made.

Every key survives tmux and ssh. What is on a function key is on Alt and a letter too: some
terminals keep function keys to themselves, and others have no Alt.
"""

from collections.abc import Callable
from dataclasses import dataclass

from prompt_toolkit.keys import Keys

from jihwa.data.messages import Message
from jihwa.io.screen.controls import Controls
from jihwa.io.screen.view import Place


@dataclass(frozen=True, slots=True)
class Binding:
    """Something that keys do.

    Attributes:
        shown: The keys as the user knows them.
        keys: The same as prompt-toolkit does; each alone does it.
        places: Where they do it.
        does: What they do.
        act: Does it, given what the key stands for.
        short: The same in a word, for the line of keys; None to leave it out there.
    """

    shown: str
    keys: tuple[tuple[str, ...], ...]
    places: frozenset[Place]
    does: Message
    act: Callable[[Controls, str], None]
    short: Message | None = None


def function_key(number: int, letter: str) -> tuple[str, tuple[tuple[str, ...], ...]]:
    """A function key, and Alt with a letter for the same."""
    return f"F{number}, Alt-{letter.upper()}", ((f"f{number}",), ("escape", letter))


_TEXT, _CHOOSING = frozenset({Place.TEXT}), frozenset({Place.CHOOSING})
_WRITING = _TEXT | _CHOOSING
_CALIBRATION = frozenset({Place.CALIBRATION})
_PROGRAM = frozenset({Place.PROGRAM})
_EVERYWHERE = frozenset(Place) - _PROGRAM
_DIGITS = "123456789"


HELP = Binding(
    *function_key(1, "h"),
    _EVERYWHERE,
    Message(ko="이 도움말 보이기, 다음 쪽", en="show this help, turn its page"),
    lambda controls, _: controls.show_help(),
    Message(ko="도움말", en="help"),
)
QUIT = Binding(
    "Ctrl-Q",
    (("c-q",), ("<sigint>",)),
    _EVERYWHERE,
    Message(ko="끝내기", en="quit"),
    lambda controls, _: controls.leave(),
    Message(ko="끝내기", en="quit"),
)

BINDINGS = (
    Binding(
        "A 가 …",
        ((Keys.Any,),),
        _WRITING,
        Message(ko="키보드로 쓰기, 붙여넣기", en="type or paste"),
        lambda controls, text: controls.type(text),
    ),
    Binding(
        "",
        ((Keys.BracketedPaste,),),
        _WRITING,
        Message(ko="", en=""),
        lambda controls, text: controls.paste(text),
    ),
    Binding(
        "Backspace",
        (("backspace",), ("delete",)),
        _WRITING,
        Message(ko="지문자 하나 지우기", en="take back one sign"),
        lambda controls, _: controls.session.writing.backspace(),
    ),
    Binding(
        "Ctrl-W, Alt-Backspace",
        (("c-w",), ("escape", "backspace")),
        _WRITING,
        Message(ko="낱말 지우기", en="take back one word"),
        lambda controls, _: controls.session.writing.backspace_word(),
    ),
    Binding(
        "Ctrl-Z",
        (("c-z",),),
        _WRITING,
        Message(ko="되돌리기", en="undo"),
        lambda controls, _: controls.session.writing.undo(),
        Message(ko="되돌리기", en="undo"),
    ),
    Binding(
        "Ctrl-Y",
        (("c-y",),),
        _WRITING,
        Message(ko="되돌린 것 다시 하기", en="redo"),
        lambda controls, _: controls.session.writing.redo(),
    ),
    Binding(
        "Enter",
        (("enter",),),
        _TEXT,
        Message(ko="글을 마치고 줄 바꾸기", en="complete the text and begin a new line"),
        lambda controls, _: controls.end_line(),
    ),
    Binding(
        "Tab, Shift-Tab",
        (("tab",),),
        _WRITING,
        Message(ko="마지막 낱말 고르기, 다음·앞 후보", en="choose the last word; next, previous"),
        lambda controls, _: controls.next_candidate(1),
        Message(ko="고르기", en="choose"),
    ),
    Binding(
        "",
        (("s-tab",),),
        _CHOOSING,
        Message(ko="", en=""),
        lambda controls, _: controls.next_candidate(-1),
    ),
    Binding(
        "Alt-1…9",
        tuple(("escape", digit) for digit in _DIGITS),
        _WRITING,
        Message(ko="그 번호 후보로 바로 바꾸기", en="take that candidate at once"),
        lambda controls, digit: controls.choose(int(digit) - 1),
    ),
    Binding(
        "1…9",
        tuple((digit,) for digit in _DIGITS),
        _CHOOSING,
        Message(ko="고를 때: 그 번호 후보", en="while choosing: that candidate"),
        lambda controls, digit: controls.choose(int(digit) - 1),
        Message(ko="후보", en="candidate"),
    ),
    Binding(
        "← →",
        (("left",),),
        _CHOOSING,
        Message(ko="고를 때: 앞·뒤 낱말", en="while choosing: an earlier or later word"),
        lambda controls, _: controls.next_word(-1),
        Message(ko="낱말", en="word"),
    ),
    Binding(
        "",
        (("right",),),
        _CHOOSING,
        Message(ko="", en=""),
        lambda controls, _: controls.next_word(1),
    ),
    Binding(
        "Enter",
        (("enter",),),
        _CHOOSING,
        Message(ko="고를 때: 이 후보로", en="while choosing: take this one"),
        lambda controls, _: controls.accept(),
        Message(ko="이것으로", en="take it"),
    ),
    Binding(
        "Esc",
        (("escape",),),
        _CHOOSING,
        Message(ko="고를 때: 그대로 두기", en="while choosing: leave it"),
        lambda controls, _: controls.leave_choice(),
        Message(ko="그대로", en="leave"),
    ),
    Binding(
        *function_key(2, "p"),
        _WRITING,
        Message(ko="인식 멈추기, 잇기", en="pause recognition, or go on"),
        lambda controls, _: controls.toggle_pause(),
        Message(ko="멈춤", en="pause"),
    ),
    Binding(
        *function_key(3, "s"),
        _WRITING,
        Message(ko="다시 말하기", en="say it again"),
        lambda controls, _: controls.spoken.say_again(),
    ),
    Binding(
        *function_key(4, "x"),
        _WRITING,
        Message(ko="말 그치기", en="stop speaking"),
        lambda controls, _: controls.spoken.stop(),
    ),
    Binding(
        *function_key(5, "m"),
        _WRITING,
        Message(ko="언제 말할지 바꾸기", en="change when it speaks"),
        lambda controls, _: controls.next_speak_mode(),
    ),
    Binding(
        *function_key(6, "f"),
        _WRITING,
        Message(ko="저장한 문장 고르기", en="choose a stored phrase"),
        lambda controls, _: controls.show_phrases(),
    ),
    Binding(
        *function_key(7, "q"),
        _WRITING,
        Message(ko="빠른 보정", en="quick calibration"),
        lambda controls, _: controls.calibrate("quick"),
    ),
    Binding(
        *function_key(8, "a"),
        _WRITING,
        Message(ko="모든 지문자 보정", en="calibration with all signs"),
        lambda controls, _: controls.calibrate("full"),
    ),
    Binding(
        *function_key(9, "k"),
        _WRITING,
        Message(ko="모두 지우기 (Ctrl-Z로 되돌림)", en="clear the text (Ctrl-Z brings it back)"),
        lambda controls, _: controls.session.writing.clear(),
    ),
    Binding(
        "Tab",
        (("tab",),),
        _CALIBRATION,
        Message(ko="보정할 때: 건너뛰기", en="while calibrating: skip this one"),
        lambda controls, _: controls.session.skip_prompt(),
        Message(ko="건너뛰기", en="skip"),
    ),
    Binding(
        "Esc",
        (("escape",),),
        _CALIBRATION,
        Message(ko="보정할 때: 그만두기", en="while calibrating: give it up"),
        lambda controls, _: controls.session.stop_calibration(),
        Message(ko="그만두기", en="give up"),
    ),
    Binding(
        "1…9",
        tuple((digit,) for digit in _DIGITS),
        frozenset({Place.PHRASES}),
        Message(ko="문장 메뉴: 그 문장 쓰기", en="in the menu of phrases: write that one"),
        lambda controls, digit: controls.write_phrase(digit),
        Message(ko="쓰기", en="write"),
    ),
    Binding(
        "Esc",
        (("escape",),),
        frozenset({Place.HELP, Place.PHRASES}),
        Message(ko="글로 돌아가기", en="back to the text"),
        lambda controls, _: controls.show_text(),
        Message(ko="글로", en="back"),
    ),
    Binding(
        "F12, Ctrl-]",
        (("f12",), ("c-]",)),
        _WRITING,
        Message(ko="글을 받는 프로그램에 글쇠 주기", en="give the keys to the program that types"),
        lambda controls, _: controls.use_program(),
    ),
    Binding(
        "F12, Ctrl-]",
        (("f12",), ("c-]",)),
        _PROGRAM,
        Message(ko="그 프로그램에서: 지화 글쇠로", en="while it has them: the keys of jihwa again"),
        lambda controls, _: controls.show_text(),
        Message(ko="지화 글쇠", en="keys of jihwa"),
    ),
    HELP,
    QUIT,
    Binding(
        "Ctrl-C Ctrl-C",
        (("c-c",),),
        _EVERYWHERE,
        Message(ko="끝내기", en="quit"),
        lambda controls, _: controls.interrupt(),
    ),
)
