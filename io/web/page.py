"""The files that everybody may have: the page in both languages, its style and its script."""

import json
from collections.abc import Mapping
from html import escape
from importlib import resources
from string import Template
from typing import get_args

from jihwa.data.messages import Language, Message

_WORDS: Mapping[str, Message] = {
    "title": Message("지화 자막", "jihwa captions"),
    "text": Message("글", "Text"),
    "waiting": Message("아직 쓴 글이 없습니다", "Nothing is written yet"),
    "answer": Message("대답", "Answer"),
    "hint": Message("상대에게 보일 대답", "Your answer"),
    "send": Message("보내기", "Send"),
    "say": Message("소리 내어 읽기", "Say it"),
    "smaller": Message("글자 작게", "Smaller type"),
    "larger": Message("글자 크게", "Larger type"),
    "scheme": Message("밝게 또는 어둡게", "Light or dark"),
}
"""What stands in the page."""

_NEWS: Mapping[str, Message] = {
    "connecting": Message("연결하는 중…", "Connecting…"),
    "lost": Message("연결이 끊겼습니다. 다시 잇는 중…", "The connection is lost. Reconnecting…"),
    "ended": Message(
        "상대가 프로그램을 끝냈습니다. 다시 켜면 이어집니다.",
        "The signer has ended the program. This goes on when it starts again.",
    ),
    "refused": Message(
        "이 주소는 이미 쓰였거나 지났습니다. 상대의 화면에 있는 새 주소나 QR 코드로 여세요.",
        "This address was used before, or is over. Open the new one, or the QR code, on the "
        "signer's screen.",
    ),
    "loading": Message("상대가 준비하는 중…", "The signer is getting ready…"),
    "paused": Message("상대가 잠시 멈추었습니다.", "The signer pauses."),
    "no_glove": Message(
        "상대의 장갑이 연결되지 않았습니다.", "The signer's glove is not connected."
    ),
    "sent": Message("보냈습니다:", "Sent:"),
    "said": Message("소리 내어 읽습니다.", "It is being said."),
    "failed": Message("보내지 못했습니다. 다시 해 보세요.", "Not sent. Try again."),
}
"""What its script tells."""


def files() -> Mapping[str, tuple[Mapping[Language, bytes], str]]:
    """What stands at each path, language by language, and of which kind it is."""
    folder = resources.files("jihwa.io.web")
    page, style, script = (
        (folder / f"captions.{kind}").read_text(encoding="utf-8") for kind in ("html", "css", "js")
    )
    languages: tuple[Language, ...] = get_args(Language)

    def filled(language: Language) -> bytes:
        words = {name: escape(message.text(language)) for name, message in _WORDS.items()}
        news = json.dumps({name: each.text(language) for name, each in _NEWS.items()})
        return Template(page).substitute(words, language=language, news=escape(news)).encode()

    return {
        "/": ({language: filled(language) for language in languages}, "text/html"),
        "/captions.css": (dict.fromkeys(languages, style.encode()), "text/css"),
        "/captions.js": (dict.fromkeys(languages, script.encode()), "text/javascript"),
    }


def language_of(accepted: str) -> Language:
    """The first of a browser's languages that the page speaks; Korean where it names none.

    Args:
        accepted: Its header `Accept-Language`.
    """
    for part in accepted.split(","):
        name = part.partition(";")[0].strip().lower()[:2]
        if name == "ko" or name == "en":
            return "ko" if name == "ko" else "en"
    return "en" if accepted.strip(" *") else "ko"
