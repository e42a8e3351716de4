"""What was measured, as people and machines get to see it: texts, then sessions by their speed."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from typing import Any

from jihwa.data.messages import Language
from jihwa.io.evaluation.comparison import TextComparison, together
from jihwa.io.evaluation.errors import Letters, Match, SessionTally, TextErrors
from jihwa.io.evaluation.sessions import Cost
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


def figures(errors: TextErrors, letters: Letters | None, language: Language) -> Iterator[str]:
    """The figures of one text or of many, for people."""
    say = speaker(language)
    yield say(
        f"자모 오류율 {_rate(errors.jamo_error_rate)}, 글자 오류율 {_rate(errors.cer)} "
        f"(띄어쓰기 포함 {_rate(errors.cer_spaces)})",
        f"jamo error rate {_rate(errors.jamo_error_rate)}, character error rate "
        f"{_rate(errors.cer)} (with spaces {_rate(errors.cer_spaces)})",
    )
    if letters is None:
        return
    start_s, end_s = letters.timing_s
    late = "" if math.isnan(start_s) else f"{start_s:+.2f} / {end_s:+.2f} s"
    yield say(
        f"구간: 글자 {letters.true}개 가운데 {letters.found}개 찾음 (재현율 "
        f"{_rate(letters.recall)}, 정밀도 {_rate(letters.precision)}), 바르게 읽음 {letters.right}"
        + (f", 시작/끝 {late}" if late else ""),
        f"segments: {letters.found} of {letters.true} letters found (recall "
        f"{_rate(letters.recall)}, precision {_rate(letters.precision)}), {letters.right} read "
        "right" + (f", start / end {late}" if late else ""),
    )


def details(comparison: TextComparison, language: Language) -> Iterator[str]:
    """Every difference, for people."""
    nothing = speaker(language)("(없음)", "(nothing)")
    for each in comparison.differences:
        where = _interval(each.start_s, each.end_s)
        yield f"{where}  {each.truth or nothing} → {each.text or nothing}"
    for fault in comparison.faults:
        yield f"{_interval(fault.start_s, fault.end_s)}  {_fault_told(fault, language)}"


def report(compared: Mapping[str, TextComparison], language: Language) -> Iterator[str]:
    """All comparisons for people, and what they come to together."""
    for source, comparison in compared.items():
        yield f"{source}:"
        yield from (
            f"  {line}" for line in figures(comparison.errors, comparison.letters, language)
        )
        yield from (f"    {line}" for line in details(comparison, language))
    if len(compared) > 1:
        say, n = speaker(language), len(compared)
        yield say(f"녹화 {n}개 모두:", f"all {n} recordings:")
        yield from (f"  {line}" for line in figures(*together(compared.values()), language))


def as_content(comparison: TextComparison) -> dict[str, Any]:
    """A comparison for machines: rates as shares, times in seconds; None where unknown."""
    errors, letters = comparison.errors, comparison.letters
    content: dict[str, Any] = {
        **_text_scores(errors),
        "differences": [
            {
                "truth": each.truth,
                "text": each.text,
                "start_s": _seconds(each.start_s),
                "end_s": _seconds(each.end_s),
            }
            for each in comparison.differences
        ],
    }
    if letters is None:
        return content
    start_s, end_s = letters.timing_s
    segments = {
        "recall": _share(letters.recall),
        "precision": _share(letters.precision),
        "read_right": letters.right,
        "start_error_s": _seconds(start_s),
        "end_error_s": _seconds(end_s),
        "faults": [_fault_content(fault) for fault in comparison.faults],
    }
    return {**content, "segments": segments}


def table(tallies: Mapping[str, SessionTally], language: Language) -> Iterator[str]:
    """Figures for people: a column for every speed.

    Args:
        tallies: By the heads of the columns.
        language: Of the heads of the rows.
    """
    from prompt_toolkit.utils import get_cwidth  # not loaded for transcripts, which need no table

    say = speaker(language)
    rows: Sequence[tuple[str, Callable[[SessionTally], str]]] = (
        ("", lambda t: ""),
        (say("세션", "sessions"), lambda t: str(t.sessions)),
        (say("글자", "letters"), lambda t: str(t.letters.true)),
        (say("  찾음", "  found"), lambda t: _rate(t.letters.recall)),
        (say("  더 읽음", "  inserted"), lambda t: _rate(t.letters.inserted)),
        (say("시작 ±60 ms F1", "boundary F1, ±60 ms"), lambda t: _rate(t.letters.boundary_f1)),
        (say("  시작 어긋남", "  start, late by"), lambda t: _ms(t.letters.timing_s[0])),
        (say("  끝 어긋남", "  end, late by"), lambda t: _ms(t.letters.timing_s[1])),
        (say("자모 오류율", "jamo error rate"), lambda t: _rate(t.read.jamo_error_rate)),
        (say("글자 오류율", "character error rate"), lambda t: _rate(t.read.cer)),
        (say("  띄어쓰기 포함", "  with spaces"), lambda t: _rate(t.read.cer_spaces)),
        (say("경계가 완벽하면", "with perfect boundaries"), lambda t: ""),
        (say("  자모 오류율", "  jamo error rate"), lambda t: _rate(t.perfect.jamo_error_rate)),
        (say("  글자 오류율", "  character error rate"), lambda t: _rate(t.perfect.cer)),
        (say("  띄어쓰기 포함", "  with spaces"), lambda t: _rate(t.perfect.cer_spaces)),
        (say("구간 찾기의 값", "cost of segmentation"), _segmentation_cost),
    )
    head = max(get_cwidth(name) for name, _ in rows)
    for name, figure in rows:
        cells = [figure(tally) for tally in tallies.values()] if name else list(tallies)
        columns = "".join(" " * (11 - get_cwidth(cell)) + cell for cell in cells)
        yield f"{name}{' ' * (head - get_cwidth(name))}{columns}".rstrip()


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
        yield ", ".join(_fault_told(fault, language) for fault in cost.faults)


def index(pictures: Mapping[str, Sequence[str]], language: Language) -> str:
    """A page of pictures.

    Args:
        pictures: What there is to say to each, by the name of its file.
        language: Of the page.
    """
    return _INDEX.format(
        language=language,
        title=speaker(language)("가장 비싼 오류", "The most expensive errors"),
        errors="\n".join(
            f"<h2>{rank}. {escape(told[0])}</h2>\n<p>{'<br>'.join(map(escape, told[1:]))}</p>\n"
            f'<img src="{escape(name)}" alt="">'
            for rank, (name, told) in enumerate(pictures.items(), start=1)
        ),
    )


def scores(tally: SessionTally) -> dict[str, Any]:
    """Figures for machines: rates as shares, times in seconds; None where unknown."""
    letters = tally.letters
    (start_s, end_s), (start_size_s, end_size_s) = letters.timing_s, letters.deviation_s
    return {
        "sessions": tally.sessions,
        "letters": letters.true,
        "found": _share(letters.recall),
        "inserted": _share(letters.inserted),
        "read_right": letters.right,
        "boundary_f1": _share(letters.boundary_f1),
        "start_error_s": _seconds(start_s),
        "end_error_s": _seconds(end_s),
        "start_deviation_s": _seconds(start_size_s),
        "end_deviation_s": _seconds(end_size_s),
        **_text_scores(tally.read),
        "with_perfect_boundaries": _text_scores(tally.perfect),
    }


def error_content(cost: Cost) -> dict[str, Any]:
    """A stretch that was read wrongly, for machines."""
    return {
        "start_s": _seconds(cost.start_s),
        "end_s": _seconds(cost.end_s),
        "truth": cost.difference.truth,
        "text": cost.difference.text,
        "edits": cost.edits,
        "with_perfect_boundaries": {"text": cost.perfect_text, "edits": cost.perfect_edits},
        "faults": [_fault_content(fault) for fault in cost.faults],
    }


def _fault_told(fault: Match, language: Language) -> str:
    """What is wrong with a letter, for people."""
    say, held, found = speaker(language), fault.held, fault.found
    if held and found:
        return say(
            f"{held.sign}을(를) {found.sign}(으)로 읽음", f"{held.sign} read as {found.sign}"
        )
    if held:
        return say(f"{held.sign} 놓침", f"{held.sign} missed")
    told = say("글자가 없는 곳에서 읽음", "read where no letter is")
    return f"{found.sign} {told}" if found else told


def _fault_content(fault: Match) -> dict[str, Any]:
    """What is wrong with a letter, for machines."""
    return {
        "start_s": _seconds(fault.start_s),
        "truth": fault.held.sign if fault.held else None,
        "read": fault.found.sign if fault.found else None,
    }


def _text_scores(errors: TextErrors) -> dict[str, float | None]:
    return {
        "jamo_error_rate": _share(errors.jamo_error_rate),
        "cer": _share(errors.cer),
        "cer_with_spaces": _share(errors.cer_spaces),
    }


def _segmentation_cost(tally: SessionTally) -> str:
    """How many times the character error rate with perfect boundaries that without is."""
    if not tally.perfect.tight_errors:
        return "–"
    return f"{tally.read.tight_errors / tally.perfect.tight_errors:.2f} ×"


def _rate(percent: float) -> str:
    """A percentage as people read it; a dash where there is none."""
    return "–" if math.isnan(percent) else f"{percent:.1f} %"


def _interval(start_s: float, end_s: float) -> str:
    start, end = ("?" if math.isnan(t) else f"{t:.1f}" for t in (start_s, end_s))
    return f"{f'{start}–{end} s':>13}"


def _ms(time_s: float) -> str:
    return "–" if math.isnan(time_s) else f"{1000 * time_s:+.0f} ms"


def _share(percent: float) -> float | None:
    """A percentage for machines, as a share of 1; None where there is none."""
    return None if math.isnan(percent) else round(percent / 100, 4)


def _seconds(time_s: float) -> float | None:
    """A time for machines, to milliseconds; None where nobody knows it."""
    return None if math.isnan(time_s) else round(time_s, 3)
