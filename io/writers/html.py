"""One page to look at a session in a browser: it holds everything and asks no network."""

import base64
import json
import math
from collections.abc import Iterable
from html import escape
from importlib import resources
from pathlib import Path
from string import Template
from typing import Any, TextIO

import numpy as np
from rapidfuzz.distance import Prefix

from jihwa.composer.text.transcript import DOUBTFUL
from jihwa.data.messages import Language
from jihwa.data.signal.frames import Array
from jihwa.io.evaluation.figures import details, figures
from jihwa.io.settings.language import speaker
from jihwa.io.writers.document import Document
from jihwa.io.writers.view import UNSURE_LETTER, SessionView
from jihwa.models.hold_network import STEP_S
from jihwa.recognizer.events import NO_SIGN, REST
from jihwa.recognizer.segmenter import BEGINNING
from jihwa.recognizer.stillness import STILL

_ABSENT = -(1 << 15)
"""Stands for a value that is not there, among 16-bit integers."""
_CONTEXT = 12
"""So many characters are shown of what other readings share."""
_STEPS = 1000
"""So many steps are kept of a g, and of a probability."""


def write_html(document: Document, file: TextIO) -> None:
    """The page, with its style, its script and all data within.

    Args:
        document: With its signal.
        file: Where to write.
    """
    folder, view = resources.files("jihwa.io.writers"), SessionView(document)
    kinds = ("html", "css", "js")
    parts = {kind: (folder / f"page.{kind}").read_text(encoding="utf-8") for kind in kinds}
    data = json.dumps(_content(view, document.language), ensure_ascii=False, allow_nan=False)
    page = Template(parts["html"]).substitute(
        language=document.language,
        title=escape(Path(document.source).name),
        style=parts["css"],
        script=parts["js"],
        data=data.replace("<", "\\u003c"),  # nothing in it ends the script
    )
    file.write(page)


def _content(view: SessionView, language: Language) -> dict[str, Any]:
    document, say = view.document, speaker(language)
    reading, frames = document.transcript, view.frames
    compared, rate_hz = document.comparison, (len(frames) - 1) / max(frames.duration_s, 1e-3)
    trace = view.trace
    return {
        "words_of_page": _words_of_page(language),
        "source": document.source,
        "duration": document.duration_s,
        "summary": say(
            f"{document.duration_s:.1f}초, 표본 {len(frames)}개, {rate_hz:.0f} Hz",
            f"{document.duration_s:.1f} s, {len(frames)} samples, {rate_hz:.0f} Hz",
        ),
        "text": reading.text,
        "candidates": [_end_of(each.text, reading.text) for each in reading.candidates[1:6]],
        "words": [
            [word.text, _time(word.start_s), _time(word.end_s), round(word.confidence, 4)]
            for word in reading.words
        ],
        "doubtful": DOUBTFUL,
        "unsure": UNSURE_LETTER,
        "signs": [
            {
                "start": round(sign.start_s, 3),
                "end": round(sign.end_s, 3),
                "sign": sign.sign,
                "letter": sign.sign not in (REST, NO_SIGN),
                "read": _shares(sign.candidates),
                "seen": _shares(view.seen(sign)),
            }
            for sign in reading.signs
        ],
        "truth": [[held.sign, held.start_s, held.end_s] for held in view.held],
        "true_text": compared.truth.text if compared else None,
        "comparison": [
            *figures(compared.errors, compared.letters, language),
            *details(compared, language),
        ]
        if compared
        else [],
        "warnings": list(document.warnings),
        "gaps": view.gaps,
        "cuts": [
            {
                "start": round(each.start_s, 3),
                "end": round(each.end_s, 3),
                "share": round(each.share, 4),
                "chosen": each.chosen,
                "lane": each.lane,
            }
            for each in view.rivals
        ],
        "time_ms": _packed_ms(frames.time_s),
        "flex": [_packed16(column) for column in frames.flex_adc.T],
        "believed": [_packed16(column) for column in view.believed.flex_adc.T],
        "gravity": [_packed16(_STEPS * column) for column in view.gravity_g.T],
        "holds_ms": _packed_ms(trace.time_s + 0.5 * STEP_S),
        "holds": [_packed16(_STEPS * column) for column in (trace.held, trace.begins)],
        "levels": [STILL, BEGINNING],
        "steps": _STEPS,
    }


def _words_of_page(language: Language) -> dict[str, Any]:
    """What the page itself says."""
    say = speaker(language)
    return {
        "text": say("글", "text"),
        "read": say("읽은 글자", "read"),
        "truth": say("정답", "truth"),
        "flex": say("손가락 (ADC)", "flex (ADC)"),
        "gravity": say("중력 (g)", "gravity (g)"),
        "cuts": say("구간 후보", "cuts"),
        "holds": say("멈춤 확률", "holds"),
        "heads": [say("멈춤", "held"), say("새로 멈춤", "a hold begins")],
        "fingers": [
            say("엄지", "thumb"),
            say("검지", "index"),
            say("중지", "middle"),
            say("약지", "ring"),
            say("소지", "little"),
        ],
        "rest": say("쉼", "rest"),
        "no_sign": say("글자 아님", "no sign"),
        "lost": say("신호 없음", "no signal"),
        "as_seen": say("손 모양만 보면", "by the hand alone"),
        "as_read": say("글까지 보면", "with the text around it"),
        "others": say("다른 읽기", "other readings"),
        "true_text": say("정답", "Truth"),
        "segments": say("구간", "Segments"),
        "columns": [
            "",
            say("시작 (초)", "start (s)"),
            say("길이 (초)", "length (s)"),
            say("읽은 글자", "read as"),
            say("확률", "probability"),
            say("손 모양만 보면", "by the hand alone"),
        ],
        "whole": say("전체", "whole"),
        "nearer": say("확대", "zoom in"),
        "farther": say("축소", "zoom out"),
        "earlier": say("이전", "earlier"),
        "later": say("다음", "later"),
        "hint": say(
            "휠로 확대, 끌어서 옮기기, 구간을 눌러 자세히; 키: ← → + − 0, 다음 구간 N, 앞 구간 P",
            "wheel to zoom, drag to move, click a segment for details; keys: ← → + − 0, "
            "next segment N, previous P",
        ),
        "choose": say(
            "구간을 누르면 여기에 후보가 나옵니다.", "Click a segment to see its candidates here."
        ),
        "missed": say("놓침", "missed"),
    }


def _end_of(other: str, text: str) -> str:
    """Another reading, from some words before where it begins to differ."""
    same = int(Prefix.similarity(other, text))
    start = other.rfind(" ", 0, max(same - _CONTEXT, 0)) + 1
    return "… " * (start > 0) + other[start:]


def _shares(candidates: Iterable[tuple[str, float]]) -> list[tuple[str, float]]:
    return [(name, round(share, 4)) for name, share in candidates]


def _time(time_s: float) -> float | None:
    """None for a word that was typed."""
    return round(time_s, 3) if math.isfinite(time_s) else None


def _packed_ms(time_s: Array) -> str:
    """(n,) times as whole milliseconds."""
    return _packed(np.round(1000 * time_s).astype("<i4"))


def _packed16(values: Array) -> str:
    """(n,) values as 16-bit integers; those that are not finite as absent."""
    whole = np.where(np.isfinite(values), np.clip(values, _ABSENT + 1, -_ABSENT - 1), _ABSENT)
    return _packed(np.round(whole).astype("<i2"))


def _packed(values: np.ndarray[Any, np.dtype[np.signedinteger[Any]]]) -> str:
    return base64.b64encode(values.tobytes()).decode()
