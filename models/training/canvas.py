"""What all figures share: matplotlib without a screen, its colours, and a font that has Hangul.

Axes are labelled in English, which every font has; only signs are drawn as they are written.
"""

import io
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jihwa.data.files import write_whole
from jihwa.data.messages import Message, UsageError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BLUE, ORANGE, GREEN, PINK, GREY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#777777"
PALE_BLUE, PALE_GREY = "#A6CEE3", "#E6E6E6"
"""Colours that colour-blind eyes tell apart (Okabe and Ito, 2008)."""

_FONT_HINT = Message(
    ko="한글 글꼴이 없어 그림에 지문자의 로마자 이름을 씁니다. 글꼴을 설치하면 한글로 나옵니다 "
    "(예: fonts-nanum, fonts-noto-cjk).",
    en="No font with Hangul was found: figures name the signs in Latin letters. Install one "
    "(fonts-nanum or fonts-noto-cjk, for example) to see Hangul.",
)
_LATIN = re.compile("HANGUL (LETTER|SYLLABLE) ")
_FAVOURED = ("nanumgothic", "notosanscjk", "notosanskr", "malgun", "applesdgothic", "pretendard")
_NOT_PLAIN = ("bold", "black", "light", "thin", "medium", "italic", "coding", "mono")


def require_matplotlib() -> None:
    """Check that figures can be drawn.

    Raises:
        UsageError: matplotlib is not installed.
    """
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise UsageError(
            ko="그림을 그리려면 matplotlib이 필요합니다. 설치: pip install 'jihwa[train]'",
            en="Figures need matplotlib. Install it with: pip install 'jihwa[train]'",
        ) from error


def font_hint() -> Message | None:
    """What to tell the user when Hangul cannot be drawn."""
    return None if hangul_font() else _FONT_HINT


def label(sign: str) -> str:
    """How Hangul is written in a figure: if no font has it, by its names in Unicode."""
    if hangul_font() or sign.isascii():
        return sign
    return " ".join(_LATIN.sub("", unicodedata.name(char, "?")).lower() for char in sign)


@contextmanager
def canvas(path: Path, width_in: float, height_in: float) -> Iterator["Figure"]:
    """A figure to draw on, 100 pixels an inch; written to `path` when all is drawn.

    It is written as SVG, with letters as outlines, where the name ends so, and else as PNG.

    Raises:
        UsageError: matplotlib is not installed.
    """
    require_matplotlib()
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    families = [name for name in (hangul_font(), "DejaVu Sans") if name]
    settings: dict[Any, Any] = {
        "font.family": families,
        "font.size": 10,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlelocation": "left",
        "axes.unicode_minus": False,  # many Korean fonts lack it
        "legend.edgecolor": "none",
        "svg.hashsalt": "jihwa",
    }
    with rc_context(settings):
        figure = Figure(figsize=(width_in, height_in), dpi=100, layout="constrained")
        yield figure
        image = io.BytesIO()
        if path.suffix.lower() == ".svg":
            figure.savefig(image, format="svg", metadata={"Date": None})  # the same every time
        else:
            figure.savefig(image, format="png")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, image.getvalue())


@cache
def hangul_font() -> str | None:
    """The name of an installed font with Hangul letters, made known to matplotlib."""
    from matplotlib import font_manager
    from matplotlib.ft2font import FT2Font

    def rank(path: str) -> tuple[bool, int, str]:
        name = Path(path).stem.lower()
        favour = next((i for i, f in enumerate(_FAVOURED) if f in name), len(_FAVOURED))
        return any(part in name for part in _NOT_PLAIN), favour, name

    for path in sorted(font_manager.findSystemFonts(), key=rank):
        with suppress(OSError, RuntimeError, ValueError):  # a font that is none
            font = FT2Font(path)
            if {ord("ㄱ"), ord("ㅏ"), ord("가")} <= font.get_charmap().keys():
                font_manager.fontManager.addfont(path)
                return font.family_name
    return None
