"""Colours that everybody can tell apart, on dark and on light ground; none of them is needed."""

from collections.abc import Mapping

from prompt_toolkit.output.color_depth import ColorDepth
from prompt_toolkit.styles import Style

_BLUE, _ORANGE, _GREY = "#3a8fd0", "#d9700c", "#808080"

STYLE = Style.from_dict(
    {
        "label": _GREY,
        "rule": _GREY,
        "track": _GREY,
        "bar": _BLUE,
        "accept": _ORANGE,
        "good": f"{_BLUE} bold",
        "bad": f"{_ORANGE} bold",
        "best": "bold",
        "committed": "",
        "preedit": f"{_BLUE} underline",
        "doubt": _ORANGE,
        "selected": "reverse",
        "number": _BLUE,
        "notice": _ORANGE,
        "key": "bold",
        "title": "bold",
    }
)


def color_depth(environment: Mapping[str, str]) -> ColorDepth | None:
    """Which colours to use; None leaves it to the terminal's own description."""
    return ColorDepth.DEPTH_1_BIT if environment.get("NO_COLOR") else None
