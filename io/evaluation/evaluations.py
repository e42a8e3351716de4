"""Sessions that were measured by their speed, as the user gets to see it."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from typing import Any

from prompt_toolkit.utils import get_cwidth

from jihwa.data.messages import Language
from jihwa.io.evaluation.alignments import SessionTally, TextErrors
from jihwa.io.evaluation.comparisons import fault_content, fault_told, rate, seconds, share
from jihwa.io.evaluation.costs import Cost
from jihwa.io.settings.language import speaker

_INDEX = """<!doctype html>
<html lang="{language}">
<meta charset="utf-8">
<title>{title}</title>
<style>
body {{ margin: 2rem; font-family: system-ui, "Noto Sans KR", sans-serif; line-height: 1.5; }}
img {{ max-width: 100%; border: 1px solid #ddd; }}
</style>
<h1>{title}</h1>
{errors}
</html>
"""


def scores(tally: SessionTally) -> dict[str, Any]:
    """Figures for machines: rates as shares, times in seconds; None where unknown."""
    letters = tally.letters
    (start_s, end_s), (start_size_s, end_size_s) = letters.timing_s, letters.deviation_s
    return {
        "sessions": tally.sessions,
        "letters": letters.true,
        "found": share(letters.recall),
        "inserted": share(letters.inserted),
        "read_right": letters.right,
        "boundary_f1": share(letters.boundary_f1),
        "start_error_s": seconds(start_s),
        "end_error_s": seconds(end_s),
        "start_deviation_s": seconds(start_size_s),
        "end_deviation_s": seconds(end_size_s),
        **_text_scores(tally.read),
        "with_perfect_boundaries": _text_scores(tally.perfect),
    }


def _text_scores(errors: TextErrors) -> dict[str, float | None]:
    return {
        "jamo_error_rate": share(errors.jamo_error_rate),
        "cer": share(errors.cer),
        "cer_with_spaces": share(errors.cer_spaces),
    }


def error_content(cost: Cost) -> dict[str, Any]:
    """An error for machines."""
    return {
        "start_s": seconds(cost.start_s),
        "end_s": seconds(cost.end_s),
        "truth": cost.difference.truth,
        "text": cost.difference.text,
        "edits": cost.edits,
        "with_perfect_boundaries": {"text": cost.perfect_text, "edits": cost.perfect_edits},
        "faults": [fault_content(fault) for fault in cost.faults],
    }


def table(tallies: Mapping[str, SessionTally], language: Language) -> Iterator[str]:
    """Figures for people: a column for every speed.

    Args:
        tallies: By the heads of the columns.
        language: Of the heads of the rows.
    """
    say = speaker(language)
    rows: Sequence[tuple[str, Callable[[SessionTally], str]]] = (
        ("", lambda t: ""),
        (say("세션", "sessions"), lambda t: str(t.sessions)),
        (say("글자", "letters"), lambda t: str(t.letters.true)),
        (say("  찾음", "  found"), lambda t: rate(t.letters.recall)),
        (say("  더 읽음", "  inserted"), lambda t: rate(t.letters.inserted)),
        (say("시작 ±60 ms F1", "boundary F1, ±60 ms"), lambda t: rate(t.letters.boundary_f1)),
        (say("  시작 어긋남", "  start, late by"), lambda t: _ms(t.letters.timing_s[0])),
        (say("  끝 어긋남", "  end, late by"), lambda t: _ms(t.letters.timing_s[1])),
        (say("자모 오류율", "jamo error rate"), lambda t: rate(t.read.jamo_error_rate)),
        (say("글자 오류율", "character error rate"), lambda t: rate(t.read.cer)),
        (say("  띄어쓰기 포함", "  with spaces"), lambda t: rate(t.read.cer_spaces)),
        (say("경계가 완벽하면", "with perfect boundaries"), lambda t: ""),
        (say("  자모 오류율", "  jamo error rate"), lambda t: rate(t.perfect.jamo_error_rate)),
        (say("  글자 오류율", "  character error rate"), lambda t: rate(t.perfect.cer)),
        (say("  띄어쓰기 포함", "  with spaces"), lambda t: rate(t.perfect.cer_spaces)),
        (say("구간 찾기의 값", "cost of segmentation"), _cost),
    )
    head = max(get_cwidth(name) for name, _ in rows)
    for name, figure in rows:
        cells = [figure(tally) for tally in tallies.values()] if name else list(tallies)
        columns = "".join(" " * (11 - get_cwidth(cell)) + cell for cell in cells)
        yield f"{name}{' ' * (head - get_cwidth(name))}{columns}".rstrip()


def _cost(tally: SessionTally) -> str:
    """How many times the character error rate with perfect boundaries that without is."""
    if not tally.perfect.tight_errors:
        return "–"
    return f"{tally.read.tight_errors / tally.perfect.tight_errors:.2f} ×"


def _ms(time_s: float) -> str:
    return "–" if math.isnan(time_s) else f"{1000 * time_s:+.0f} ms"


def error_told(cost: Cost, source: str, language: Language) -> Iterator[str]:
    """An error for people: what was read in place of what, and why."""
    say, nothing = speaker(language), speaker(language)("(없음)", "(nothing)")
    truth, text = cost.difference.truth or nothing, cost.difference.text or nothing
    yield (
        f"{source}  {cost.start_s:.1f}–{cost.end_s:.1f} s  "
        + say(f"{cost.edits}자 고침", f"{cost.edits} edit(s)")
        + f"  {truth} → {text}"
    )
    perfect = cost.perfect_text or nothing
    yield (
        say(f"경계가 완벽하면: {perfect}", f"with perfect boundaries: {perfect}")
        if cost.perfect_edits
        else say("경계가 완벽하면 바르게 읽음", "right with perfect boundaries")
    )
    if cost.faults:
        yield ", ".join(fault_told(fault, language) for fault in cost.faults)


def index(pictures: Mapping[str, Sequence[str]], language: Language) -> str:
    """A page of pictures.

    Args:
        pictures: What there is to say to each, by the name of its file.
        language: Of the page.
    """
    say = speaker(language)
    return _INDEX.format(
        language=language,
        title=say("가장 비싼 오류", "The most expensive errors"),
        errors="\n".join(
            f"<h2>{rank}. {escape(told[0])}</h2>\n<p>{'<br>'.join(map(escape, told[1:]))}</p>\n"
            f'<img src="{escape(name)}" alt="">'
            for rank, (name, told) in enumerate(pictures.items(), start=1)
        ),
    )
