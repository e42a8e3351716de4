"""The one table of keys, of which both the bindings and the help are made.

Every key survives tmux and ssh. What is on a function key is on Alt and a letter too: some
terminals keep function keys to themselves, and others have no Alt.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from prompt_toolkit.keys import Keys

from jihwa.data.messages import Message
from jihwa.io.screen.controls import Controls
from jihwa.io.screen.view import Place

_TEXT, _CHOOSING = frozenset({Place.TEXT}), frozenset({Place.CHOOSING})
_WRITING = _TEXT | _CHOOSING
_CALIBRATION = frozenset({Place.CALIBRATION})
_HISTORY = frozenset({Place.HISTORY})
_PROGRAM = frozenset({Place.PROGRAM})
_EVERYWHERE = frozenset(Place) - _PROGRAM
_UNTOLD = Message("", "")


@dataclass(frozen=True, slots=True)
class Binding:
    """Something that keys do.

    Attributes:
        shown: The keys as the user knows them; empty to leave them out of the help.
        does: What they do.
        act: Does it, given what the key stands for.
        places: Where they do it.
        short: The same in a word, for the line of keys; None to leave it out there.
        named: The keys as prompt-toolkit knows them, where that does not follow from `shown`.
    """

    shown: str
    does: Message
    act: Callable[[Controls, str], None]
    places: frozenset[Place] = _WRITING
    short: Message | None = None
    named: tuple[tuple[str, ...], ...] = ()

    @property
    def keys(self) -> tuple[tuple[str, ...], ...]:
        """The keys as prompt-toolkit knows them; each alone does it."""
        return self.named or tuple(_named(self.shown))


def _named(shown: str) -> Iterator[tuple[str, ...]]:
    for name in shown.lower().split(", "):
        *modifier, key = name.split("-")
        for each in "123456789" if key == "1…9" else ["escape" if key == "esc" else key]:
            match modifier:
                case ["ctrl"]:
                    yield (f"c-{each}",)
                case ["alt"]:
                    yield "escape", each
                case _:
                    yield (each,)


BINDINGS = (
    Binding(
        "A 가 …",
        Message("키보드로 쓰기, 붙여넣기", "type or paste"),
        lambda c, text: c.type(text),
        named=((Keys.Any,),),
    ),
    Binding("", _UNTOLD, lambda c, text: c.paste(text), named=((Keys.BracketedPaste,),)),
    Binding(
        "Backspace",
        Message("지문자 하나 지우기", "take back one sign"),
        lambda c, _: c.session.writing.backspace(),
        named=(("backspace",), ("delete",)),
    ),
    Binding(
        "Ctrl-W, Alt-Backspace",
        Message("낱말 지우기", "take back one word"),
        lambda c, _: c.session.writing.backspace_word(),
    ),
    Binding(
        "Ctrl-Z",
        Message("되돌리기", "undo"),
        lambda c, _: c.session.writing.undo(),
        short=Message("되돌리기", "undo"),
    ),
    Binding(
        "Ctrl-Y", Message("되돌린 것 다시 하기", "redo"), lambda c, _: c.session.writing.redo()
    ),
    Binding(
        "Enter",
        Message("글을 마치고 줄 바꾸기", "complete the text and begin a new line"),
        lambda c, _: c.end_line(),
        places=_TEXT,
    ),
    Binding(
        "Tab, Shift-Tab",
        Message("마지막 낱말 고르기, 다음·앞 후보", "choose the last word; next, previous"),
        lambda c, _: c.next_candidate(1),
        short=Message("고르기", "choose"),
        named=(("tab",),),
    ),
    Binding("", _UNTOLD, lambda c, _: c.next_candidate(-1), places=_CHOOSING, named=(("s-tab",),)),
    Binding(
        "Alt-1…9",
        Message("그 번호 후보로 바로 바꾸기", "take that candidate at once"),
        lambda c, digit: c.choose(int(digit) - 1),
    ),
    Binding(
        "→",
        Message("켜진 완성으로 낱말 마치기", "complete the word as is lit"),
        lambda c, _: c.complete(),
        places=_TEXT,
        short=Message("완성", "complete"),
        named=(("right",),),
    ),
    Binding(
        "↓ ↑",
        Message("다른 완성 켜기", "light another completion"),
        lambda c, _: c.next_completion(1),
        places=_TEXT,
        named=(("down",),),
    ),
    Binding("", _UNTOLD, lambda c, _: c.next_completion(-1), places=_TEXT, named=(("up",),)),
    Binding(
        "1…9",
        Message("고를 때: 그 번호 후보", "while choosing: that candidate"),
        lambda c, digit: c.choose(int(digit) - 1),
        places=_CHOOSING,
        short=Message("후보", "candidate"),
    ),
    Binding(
        "← →",
        Message("고를 때: 앞·뒤 낱말", "while choosing: an earlier or later word"),
        lambda c, _: c.next_word(-1),
        places=_CHOOSING,
        short=Message("낱말", "word"),
        named=(("left",),),
    ),
    Binding("", _UNTOLD, lambda c, _: c.next_word(1), places=_CHOOSING, named=(("right",),)),
    Binding(
        "Enter",
        Message("고를 때: 이 후보로", "while choosing: take this one"),
        lambda c, _: c.accept(),
        places=_CHOOSING,
        short=Message("이것으로", "take it"),
    ),
    Binding(
        "Esc",
        Message("고를 때: 그대로 두기", "while choosing: leave it"),
        lambda c, _: c.leave_choice(),
        places=_CHOOSING,
        short=Message("그대로", "leave"),
    ),
    Binding(
        "F2, Alt-P",
        Message("인식 멈추기, 잇기", "pause recognition, or go on"),
        lambda c, _: c.toggle_pause(),
        short=Message("멈춤", "pause"),
    ),
    Binding("F3, Alt-S", Message("다시 말하기", "say it again"), lambda c, _: c.say_again()),
    Binding("F4, Alt-X", Message("말 그치기", "stop speaking"), lambda c, _: c.spoken.stop()),
    Binding(
        "F5, Alt-M",
        Message("언제 말할지 바꾸기", "change when it speaks"),
        lambda c, _: c.next_speak_mode(),
    ),
    Binding(
        "F6, Alt-F",
        Message("저장한 문장 고르기", "choose a stored phrase"),
        lambda c, _: c.show_phrases(),
    ),
    Binding(
        "F7, Alt-Q",
        Message("빠른 보정", "quick calibration"),
        lambda c, _: c.calibrate("quick"),
    ),
    Binding(
        "F8, Alt-A",
        Message("모든 지문자 보정", "calibration with all signs"),
        lambda c, _: c.calibrate("full"),
    ),
    Binding(
        "Alt-B",
        Message("보드가 어떻게 있는지 보여 주기", "show how the board sits"),
        lambda c, _: c.calibrate("mount"),
    ),
    Binding(
        "F9, Alt-K",
        Message("모두 지우기 (Ctrl-Z로 되돌림)", "clear the text (Ctrl-Z brings it back)"),
        lambda c, _: c.session.writing.clear(),
    ),
    Binding(
        "F10, Alt-C",
        Message("글을 클립보드에 복사", "copy the text to the clipboard"),
        lambda c, _: c.copy(),
    ),
    Binding(
        "Tab",
        Message("보정할 때: 건너뛰기", "while calibrating: skip this one"),
        lambda c, _: c.session.skip_prompt(),
        places=_CALIBRATION,
        short=Message("건너뛰기", "skip"),
    ),
    Binding(
        "Enter",
        Message("보정할 때: 이렇게 쓰는 것이 맞음", "while calibrating: that is how I show it"),
        lambda c, _: c.session.accept_form(),
        places=_CALIBRATION,
        short=Message("내 모양", "my way"),
    ),
    Binding(
        "Esc",
        Message("보정할 때: 그만두기", "while calibrating: give it up"),
        lambda c, _: c.session.stop_calibration(),
        places=_CALIBRATION,
        short=Message("그만두기", "give up"),
    ),
    Binding(
        "1…9",
        Message("문장 메뉴: 그 문장 쓰기", "in the menu of phrases: write that one"),
        lambda c, digit: c.write_phrase(digit),
        places=frozenset({Place.PHRASES}),
        short=Message("쓰기", "write"),
    ),
    Binding(
        "F11, Alt-W",
        Message("다른 사람의 프로필로", "another wearer's profile"),
        lambda c, _: c.show_profiles(),
    ),
    Binding(
        "1…9",
        Message("프로필 메뉴: 그 사람으로", "in the menu of profiles: that wearer"),
        lambda c, digit: c.wear(digit),
        places=frozenset({Place.PROFILES}),
        short=Message("고르기", "choose"),
    ),
    Binding(
        "Ctrl-F, Alt-E",
        Message("앞서 쓴 글 찾기", "look for an earlier text"),
        lambda c, _: c.show_history(),
    ),
    Binding(
        "A 가 …",
        Message("찾을 때: 든 낱말이나 첫소리", "while looking: words of it, or initials"),
        lambda c, text: c.look_for(text),
        places=_HISTORY,
        named=((Keys.Any,), (Keys.BracketedPaste,)),
    ),
    Binding("", _UNTOLD, lambda c, _: c.look_for(None), places=_HISTORY, named=(("backspace",),)),
    Binding(
        "↓ ↑",
        Message("찾을 때: 더 앞·뒤의 글", "while looking: an earlier or later one"),
        lambda c, _: c.next_past(1),
        places=_HISTORY,
        named=(("down",),),
    ),
    Binding("", _UNTOLD, lambda c, _: c.next_past(-1), places=_HISTORY, named=(("up",),)),
    Binding(
        "F3, Alt-S",
        Message("찾을 때: 그 글 말하기", "while looking: say it"),
        lambda c, _: c.say_past(),
        places=_HISTORY,
        short=Message("말하기", "say"),
    ),
    Binding(
        "F10, Alt-C",
        Message("찾을 때: 그 글 복사", "while looking: copy it"),
        lambda c, _: c.copy_past(),
        places=_HISTORY,
        short=Message("복사", "copy"),
    ),
    Binding(
        "Enter",
        Message("찾을 때: 그 글 다시 쓰기", "while looking: write it again"),
        lambda c, _: c.write_past(),
        places=_HISTORY,
        short=Message("다시 쓰기", "write again"),
    ),
    Binding(
        "Esc",
        Message("대답 치우기", "put the reader's answer away"),
        lambda c, _: c.session.answer(""),
        places=_TEXT,
    ),
    Binding(
        "Ctrl-L, Alt-L",
        Message("큰 글자로 글만 보이기, 되돌리기", "show the text alone, large, or all again"),
        lambda c, _: c.toggle_large(),
    ),
    Binding(
        "Ctrl-R, Alt-R",
        Message("읽을 사람의 주소 보이기", "show the address for readers"),
        lambda c, _: c.show_invitation(),
    ),
    Binding(
        "Esc",
        Message("글로 돌아가기", "back to the text"),
        lambda c, _: c.show_text(),
        places=_HISTORY | {Place.HELP, Place.PHRASES, Place.PROFILES, Place.INVITATION},
        short=Message("글로", "back"),
    ),
    Binding(
        "F12, Ctrl-]",
        Message(
            "글을 받는 프로그램에 글쇠 주기", "give the keys to the program that takes the text"
        ),
        lambda c, _: c.use_program(),
    ),
    Binding(
        "F12, Ctrl-]",
        Message("그 프로그램에서: 지화 글쇠로", "while it has them: the keys of jihwa again"),
        lambda c, _: c.show_text(),
        places=_PROGRAM,
        short=Message("지화 글쇠", "keys of jihwa"),
    ),
    Binding(
        "F1, Alt-H",
        Message("이 도움말 보이기, 다음 쪽", "show this help, turn its page"),
        lambda c, _: c.show_help(),
        places=_EVERYWHERE,
        short=Message("도움말", "help"),
    ),
    Binding(
        "Ctrl-Q",
        Message("끝내기", "quit"),
        lambda c, _: c.leave(),
        places=_EVERYWHERE,
        short=Message("끝내기", "quit"),
        named=(("c-q",), ("<sigint>",)),
    ),
    Binding(
        "Ctrl-C Ctrl-C",
        Message("끝내기", "quit"),
        lambda c, _: c.interrupt(),
        places=_EVERYWHERE,
        named=(("c-c",),),
    ),
)
