"""Transcripts beside the truth, as the user gets to see it."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from jihwa.composer.text.transcript import Sign, Word
from jihwa.data.alphabet import Alphabet
from jihwa.data.messages import DataError, Language, Message, UsageError
from jihwa.data.synthesis.sessions import Truth, find_truth, read_truth
from jihwa.io.evaluation.alignments import Letters, Match, TextErrors
from jihwa.io.evaluation.text_comparison import TextComparison, together
from jihwa.io.settings.language import speaker


def truth_of(where: Path, recording: Path) -> Truth | None:
    """The truth about a recording; None where a folder holds none.

    Args:
        where: A file, or a folder with a file for each recording.
        recording: The recording.

    Raises:
        DataError: It cannot be read.
    """
    path = find_truth(where, recording)
    return None if path is None else read_truth(path)


def compare(
    text: str,
    words: Sequence[Word],
    signs: Iterable[Sign],
    where: Path,
    recording: Path,
    alphabet: Alphabet,
) -> TextComparison | Message:
    """A text beside the truth about its recording, or why that cannot be.

    Args:
        text: What was read.
        words: Its words.
        signs: Every segment in order.
        where: A file with the truth, or a folder with one for each recording.
        recording: The recording.
        alphabet: The signs that errors are counted in.
    """
    try:
        truth = truth_of(where, recording)
    except DataError as error:
        return error.message
    if truth is not None:
        return TextComparison.of(text, words, signs, truth, alphabet)
    return Message(
        ko=f"{where}에 {recording.stem}.json이나 .txt 정답이 없어 견주지 못했습니다.",
        en=f"Not compared: there is no truth {recording.stem}.json or .txt in {where}.",
    )


def check_truth(where: Path, n_recordings: int) -> None:
    """Make sure that this can be the truth about so many recordings; better before the work.

    Raises:
        UsageError: There is no such file or folder, or a file stands for several recordings.
    """
    if not where.exists():
        raise UsageError(
            ko=f"{where}: 그런 정답이 없습니다. --compare의 경로를 확인하세요.",
            en=f"{where}: no such truth. Check the path given to --compare.",
        )
    if n_recordings > 1 and not where.is_dir():
        raise UsageError(
            ko=f"{where}: 녹화가 {n_recordings}개입니다. --compare에 정답 파일이 든 폴더를 주세요.",
            en=f"{where}: there are {n_recordings} recordings: give --compare a folder of truths.",
        )


def figures(errors: TextErrors, letters: Letters | None, language: Language) -> Iterator[str]:
    """The figures of one text or of many, for people."""
    say = speaker(language)
    yield say(
        f"자모 오류율 {rate(errors.jamo_error_rate)}, 글자 오류율 {rate(errors.cer)} "
        f"(띄어쓰기 포함 {rate(errors.cer_spaces)})",
        f"jamo error rate {rate(errors.jamo_error_rate)}, character error rate "
        f"{rate(errors.cer)} (with spaces {rate(errors.cer_spaces)})",
    )
    if letters is None:
        return
    start_s, end_s = letters.timing_s
    late = "" if math.isnan(start_s) else f"{start_s:+.2f} / {end_s:+.2f} s"
    yield say(
        f"구간: 글자 {letters.true}개 가운데 {letters.found}개 찾음 (재현율 "
        f"{rate(letters.recall)}, 정밀도 {rate(letters.precision)}), 바르게 읽음 {letters.right}"
        + (f", 시작/끝 {late}" if late else ""),
        f"segments: {letters.found} of {letters.true} letters found (recall "
        f"{rate(letters.recall)}, precision {rate(letters.precision)}), {letters.right} read "
        "right" + (f", start / end {late}" if late else ""),
    )


def details(comparison: TextComparison, language: Language) -> Iterator[str]:
    """Every difference, for people."""
    say = speaker(language)
    nothing = say("(없음)", "(nothing)")
    for each in comparison.differences:
        where = _span(each.start_s, each.end_s)
        yield f"{where}  {each.truth or nothing} → {each.text or nothing}"
    for fault in comparison.faults:
        yield f"{_span(fault.start_s, fault.end_s)}  {fault_told(fault, language)}"


def fault_told(fault: Match, language: Language) -> str:
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
        "jamo_error_rate": share(errors.jamo_error_rate),
        "cer": share(errors.cer),
        "cer_with_spaces": share(errors.cer_spaces),
        "differences": [
            {
                "truth": each.truth,
                "text": each.text,
                "start_s": seconds(each.start_s),
                "end_s": seconds(each.end_s),
            }
            for each in comparison.differences
        ],
    }
    if letters is None:
        return content
    start_s, end_s = letters.timing_s
    segments = {
        "recall": share(letters.recall),
        "precision": share(letters.precision),
        "read_right": letters.right,
        "start_error_s": seconds(start_s),
        "end_error_s": seconds(end_s),
        "faults": [fault_content(fault) for fault in comparison.faults],
    }
    return {**content, "segments": segments}


def fault_content(fault: Match) -> dict[str, Any]:
    """What is wrong with a letter, for machines."""
    return {
        "start_s": seconds(fault.start_s),
        "truth": fault.held.sign if fault.held else None,
        "read": fault.found.sign if fault.found else None,
    }


def rate(percent: float) -> str:
    """A percentage for people."""
    return "–" if math.isnan(percent) else f"{percent:.1f} %"


def _span(start_s: float, end_s: float) -> str:
    start, end = ("?" if math.isnan(t) else f"{t:.1f}" for t in (start_s, end_s))
    return f"{f'{start}–{end} s':>13}"


def share(percent: float) -> float | None:
    """A percentage for machines, as a share."""
    return None if math.isnan(percent) else round(percent / 100, 4)


def seconds(time_s: float) -> float | None:
    """A time for machines."""
    return None if math.isnan(time_s) else round(time_s, 3)
