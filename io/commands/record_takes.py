"""Collecting takes: the user is told what to show, and what is still missing."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from jihwa.data.alphabet import Alphabet
from jihwa.data.formats.lines import LineParser
from jihwa.data.messages import DataError, Language, UsageError
from jihwa.data.takes import collection
from jihwa.io.commands import live
from jihwa.io.recording import Collector, LeftOut, Saved, TakeCutter
from jihwa.io.settings import options as shared
from jihwa.io.settings.language import speaker
from jihwa.io.sources.source import Connection, Link, Received, Source
from jihwa.io.streams import has_reader, warn
from jihwa.recognizer.classifier import Classifier
from jihwa.recognizer.recognizer import Recognizer
from jihwa.recognizer.segmenter import Segmenter

FOLDER = Path("takes")
_SHOWN = 12
"""So many missing signs of a style are named."""
_BAR = 20
_SLIPS = 2
"""After so many holds in a row that look like the sign before, nothing more is recorded."""
_RESTS = 3
"""After so many holds in a row that look like rest, the user is told."""


def record_takes(options: argparse.Namespace, language: Language) -> int:
    """Fill the data set until it has what was asked for, or the user has enough.

    Returns:
        0 if all that was asked for is there now, else 1.
    """
    bundle, alphabet = live.model(options), Alphabet.load(options.alphabet)
    bundle.of_glove()  # better refused before the wearer stands there
    root = shared.output_folder(options.path or FOLDER, "PATH")
    plan = _plan(options, root, alphabet)
    styles = options.styles or (collection.STYLES if options.guide else [collection.DEFAULT_STYLE])
    _tell_lacking(root, alphabet, styles, options.takes, language)
    if not plan:
        return 0
    hands_free = options.hands_free or not sys.stdin.isatty()
    recognizer = Recognizer(Segmenter(), Classifier(bundle))
    cutter = TakeCutter(recognizer, options.seconds, hands_free=hands_free)
    collector = Collector(root, plan, cutter, bundle)
    try:
        _Collection(collector, cutter, live.source(options), options, language).run()
    except KeyboardInterrupt:
        print()
    _tell_lacking(root, alphabet, styles, options.takes, language)
    return 1 if collector.prompt else 0


def _plan(
    options: argparse.Namespace, root: Path, alphabet: Alphabet
) -> list[tuple[collection.SignStyle, int]]:
    """What to record."""
    if options.guide:
        counts = collection.count_takes(root, alphabet)
        return collection.missing(
            counts, alphabet.signs, options.styles or collection.STYLES, options.takes
        )
    if options.label not in alphabet.index:
        raise UsageError(
            ko=f"'{options.label}'은(는) 글자표 {alphabet.name}에 없습니다. 있는 것: "
            f"{' '.join(alphabet.signs)}",
            en=f"The alphabet {alphabet.name} has no sign '{options.label}'. It has: "
            f"{' '.join(alphabet.signs)}",
        )
    styles = options.styles or [collection.DEFAULT_STYLE]
    return [((options.label, style), options.takes) for style in dict.fromkeys(styles)]


class _Collection:
    """Where wearer, glove and data set meet: prompts, keys and what came of them."""

    def __init__(
        self,
        collector: Collector,
        cutter: TakeCutter,
        source: Source,
        options: argparse.Namespace,
        language: Language,
    ) -> None:
        self._collector, self._cutter, self._source = collector, cutter, source
        self._parser, self._language = LineParser(shared.layout(options)), language
        self._say = speaker(language)
        self._prompted: collection.SignStyle | None = None

    def run(self) -> None:
        """Go on until the plan is done, the user quits or the source ends.

        Raises:
            DataError: The source ended before anything was taken, or what was shown was time
                after time the sign that had been asked for before.
            OSError: A take cannot be written.
        """
        with live.listening(self._source, keyboard=not self._cutter.hands_free) as events:
            self._prompt()
            for event in events:
                if isinstance(event, Received):
                    for taken in self._collector.feed(self._parser.feed(event.data, event.at_s)):
                        self._took(taken)
                    self._show_hold()
                    self._doubt_rest()
                elif isinstance(event, Connection):
                    if not self._is_up(event):
                        return
                elif event is None:
                    if not has_reader(sys.stdout):
                        raise BrokenPipeError
                    warn(live.NOTHING_COMES.text(self._language))
                elif not self._obey(event):
                    return
                if self._collector.prompt is None:
                    return

    def _prompt(self) -> None:
        """Say what to show."""
        prompt, say = self._collector.prompt, self._say
        if prompt is None:
            return
        sign, style = prompt
        if prompt != self._prompted:
            self._prompted = prompt
            how = collection.STYLE_NAMES[style].text(self._language)
            say.tell(
                f"\n{sign}  스타일 {style} ({how}), {self._collector.left}번",
                f"\n{sign}  style {style} ({how}), {self._collector.left} take(s)",
            )
            if self._cutter.hands_free:
                told = say(
                    "  손을 풀었다가, 자세를 잡고 멈추면 녹화합니다. 녹화마다 그렇게 하세요.",
                    "  Let go, then take the pose and hold still; so for every take.",
                )
            else:
                told = say(
                    "  자세를 잡고 Enter (s 건너뛰기, u 되돌리기, q 끝내기)",
                    "  Take the pose and press Enter (s skip, u undo, q quit)",
                )
            print(told, flush=True)
        if self._cutter.hands_free:
            self._ask()

    def _ask(self) -> None:
        prompt = self._collector.prompt
        self._collector.ask()
        if prompt:
            self._source.show(*prompt, self._cutter.take_s + 1.0)

    def _took(self, saved: Saved | LeftOut) -> None:
        self._clear()
        if isinstance(saved, LeftOut):
            self._leave_out(saved)
            return
        n_left = self._collector.left if self._collector.prompt == saved.prompt else 0
        print(
            self._say(
                f"  ✓ {saved.path.name} (남은 것 {n_left})",
                f"  ✓ {saved.path.name} ({n_left} left)",
            ),
            flush=True,
        )
        if saved.remark is not None:
            print(f"    ! {saved.remark.text(self._language)}", flush=True)
        self._prompt()

    def _leave_out(self, taken: LeftOut) -> None:
        """Ask for the same again, or stop before labels and signs part ways."""
        former, (sign, _) = taken.former, taken.prompt
        if taken.in_a_row >= _SLIPS:
            raise DataError(
                ko=f"{taken.in_a_row}번 잇달아 {sign}이(가) 아니라 앞의 {former}처럼 보여 "
                f"멈췄습니다. 그것은 저장하지 않았습니다. 같은 명령으로 이어 하거나, {sign}이(가) "
                "맞다면 터미널에서 --hands-free 없이 Enter로 녹화하세요.",
                en=f"Stopped: {taken.in_a_row} takes in a row look like {former}, the sign before, "
                f"and not like {sign}. They were not kept. Go on with the same command; if it was "
                f"{sign}, record it in a terminal with Enter, without --hands-free.",
            )
        told = self._say(
            f"  녹화하지 않음: 앞의 {former}처럼 보입니다. 손을 풀고 {sign}을(를) 보이세요.",
            f"  Not taken: this looks like {former}, the sign before. Let go, then show {sign}.",
        )
        print(told, flush=True)
        self._prompt()

    def _obey(self, key: str) -> bool:
        """Do what a line of the keyboard says; False to end."""
        match key:
            case "":
                self._ask()
            case "s":
                self._collector.skip()
                self._prompt()
            case "u":
                path = self._collector.undo()
                nothing = self._say("  되돌릴 것이 없습니다.", "  There is nothing to undo.")
                print(f"  ✗ {path.name}" if path else nothing, flush=True)
                self._prompt()
            case "q":
                return False
            case _:
                told = self._say("  Enter, s, u, q 가운데 하나", "  One of Enter, s, u, q")
                print(told, flush=True)
        return True

    def _is_up(self, connection: Connection) -> bool:
        """Follow how the line is; False when nothing comes any more."""
        if connection.reason is not None:
            self._clear()
            warn(connection.reason.text(self._language))
        if connection.link is not Link.ENDED:
            return True
        if not self._collector.saved:
            raise DataError(
                ko="신호가 끝날 때까지 녹화할 만큼 멈춘 손이 없었습니다. --seconds를 줄이거나 더 "
                "오래 멈추세요.",
                en="The signal ended without a hold of that length. Try fewer --seconds, or hold "
                "longer.",
            )
        return False

    def _show_hold(self) -> None:
        """A bar that grows while the hand holds still, where it can be drawn over."""
        if sys.stdout.isatty() and self._cutter.held_s > 0:
            full = round(_BAR * min(self._cutter.held_s / self._cutter.take_s, 1))
            print(f"\r  {'━' * full}{'┈' * (_BAR - full)}", end="", flush=True)

    def _doubt_rest(self) -> None:
        """Say so where a sign may be taken for rest all the time."""
        if self._cutter.rests >= _RESTS:
            self._cutter.rests = 0
            told = self._say(
                "  쉬는 손으로 보여 녹화하지 않았습니다. 지문자가 맞으면 터미널에서 Enter로 "
                "녹화하세요.",
                "  Not taken: the hand seems to rest. If it does show the sign, record it in a "
                "terminal with Enter.",
            )
            print(told, flush=True)

    def _clear(self) -> None:
        if sys.stdout.isatty():
            print("\r\x1b[K", end="")


def _tell_lacking(
    root: Path, alphabet: Alphabet, styles: Sequence[int], takes: int, language: Language
) -> None:
    """Print how far the data set is, and what it lacks, a line a style."""
    say, counts = speaker(language), collection.count_takes(root, alphabet)
    done, total = collection.progress(counts, alphabet.signs, styles, takes)
    say.tell(f"{root}: 녹화 {done}/{total}", f"{root}: {done} of {total} takes")
    lacking = collection.missing(counts, alphabet.signs, styles, takes)
    for style in styles:
        signs = [f"{sign} {n}" for (sign, of), n in lacking if of == style]
        if signs:
            shown = ", ".join(signs[:_SHOWN]) + ("…" if len(signs) > _SHOWN else "")
            say.tell(f"  스타일 {style}에 없는 것: {shown}", f"  style {style} lacks {shown}")
