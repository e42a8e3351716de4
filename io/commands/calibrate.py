"""`jihwa calibrate`: what a wearer showed, into their profile."""

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence, Set
from itertools import chain
from pathlib import Path

import numpy as np

from jihwa.data.alphabet import Control
from jihwa.data.formats.readers import Recording
from jihwa.data.formats.report import HoledError
from jihwa.data.messages import DataError, JihwaError, Language, Message, UsageError
from jihwa.data.signal.frames import Frames
from jihwa.data.signal.monitor import believed
from jihwa.data.takes.collection import STYLE_NAMES, STYLES
from jihwa.data.takes.episodes import EpisodeSet, load_episodes, recordings_below
from jihwa.io.commands.calibrate_live import calibrate_live
from jihwa.io.settings import options as shared
from jihwa.io.settings.arguments import Command
from jihwa.io.settings.language import ask, speaker
from jihwa.io.streams import warn
from jihwa.io.user import profiles
from jihwa.models.bundle import Bundle
from jihwa.models.mount import unturned
from jihwa.recognizer.calibration import (
    FULL_STYLES,
    QUICK_STYLES,
    Calibration,
    full_plan,
    go_through,
    mount_plan,
    own_sign_plan,
    quick_plan,
)
from jihwa.recognizer.events import likeliest
from jihwa.recognizer.personal import PersonalModel
from jihwa.recognizer.profile import Observation, Profile, Step, StepKind
from jihwa.recognizer.review import lookalike, review
from jihwa.recognizer.segmenter import Segmenter

MOST_TAKES = 5
"""Takes of an own sign that are used."""
_SHOWN_PAIRS = 6


def configure(arguments: Command) -> None:
    """Add the command's arguments."""
    signal = arguments.either()
    signal.settings("source")
    signal.path(
        "--from",
        "PATH",
        "장갑 대신 라벨이 있는 폴더 <지문자>/<스타일>/<녹화>; --add에는 녹화 파일이나 폴더",
        "instead of the glove, a labelled folder <sign>/<style>/<take>; with --add, recordings "
        "or a folder of them",
        dest="sources",
        nargs="+",
    )
    arguments.settings("profile")
    what = arguments.either()
    what.switch(
        "--mount",
        "보드가 어떻게 있는지만: 지문자 세 개를 2초씩",
        "only how the board sits: three signs for two seconds each",
    )
    what.switch(
        "--quick",
        "다른 것까지 가장 잘 가려 주는 지문자 열 개만, 곧게 한 번 굽혀 한 번",
        "only the ten signs that tell most apart, once straight and once bent",
    )
    what.switch(
        "--full", "모든 지문자를 스타일마다 한 번 (기본)", "all signs once in every style (default)"
    )
    what(
        "--add",
        f"내 지문자 더하기: ㅐ나 ㄲ 같은 글자, 또는 space, backspace, enter, speak, accept, "
        f"clear, rest. 1~{MOST_TAKES}번 보인 녹화가 필요함",
        "add a sign of your own: a letter such as ㅐ or ㄲ, or space, backspace, enter, speak, "
        f"accept, clear, rest; takes 1 to {MOST_TAKES} recordings of it",
        metavar="NAME",
    )
    quick, full = (" ".join(map(str, styles)) for styles in (QUICK_STYLES, FULL_STYLES))
    defaults = f"--quick {quick}, --full {full}"
    arguments(
        "--styles",
        f"쓸 스타일, 1({STYLE_NAMES[1].ko})~5({STYLE_NAMES[5].ko}) (기본: {defaults}; 그 "
        "녹화가 없으면 다른 스타일)",
        f"styles to use, 1 ({STYLE_NAMES[1].en}) to 5 ({STYLE_NAMES[5].en}) "
        f"(default: {defaults}; others if there is no take of these)",
        nargs="+",
        type=int,
        choices=STYLES,
        metavar="N",
    )
    arguments.switch(
        "--yes",
        "다른 지문자처럼 보이는 녹화도 내가 쓰는 모양으로 묻지 않고 받기",
        "take a sign that looks like another one as the way you show it, unasked",
    )
    arguments.settings("model", "layout", "commands")


def run(options: argparse.Namespace, language: Language) -> int:
    """Calibrate, store the step, and say what it was good for; 1 if a take was too damaged."""
    if not options.profile:
        raise UsageError(
            ko="--profile에 프로필 이름이나 파일을 주세요. 없으면 새로 만듭니다.",
            en="Give --profile a name or a file. If there is none yet, it is made.",
        )
    if not options.sources:
        calibrate_live(options, language)
        return 0
    bundle = shared.model(options.model)
    bundle.of_glove()  # better refused before the takes are read
    known = profiles.load_or_new(options.profile, bundle.alphabet)
    act = _calibrate if options.add is None else _add_sign
    profile, n_holed = act(options, bundle, known, language)
    profiles.save(options.profile, profile)
    print(profiles.path_of(options.profile))
    return 1 if n_holed else 0


def _calibrate(
    options: argparse.Namespace, bundle: Bundle, known: Profile, language: Language
) -> tuple[Profile, int]:
    """The profile with what takes show, and how many were too damaged."""
    episodes = EpisodeSet.join(
        [load_episodes(path, bundle.alphabet, shared.layout(options)) for path in options.sources]
    )
    for message in episodes.skipped:
        warn(message.text(language))
    calibration = _planned(options, bundle, known, episodes)
    _, asked = calibration.progress
    reasons: dict[Message, list[str]] = defaultdict(list)
    refused, unused = go_through(calibration, episodes, _OwnForms(options, language))
    for prompt, reason in refused:
        reasons[reason].append(prompt.sign + (f"/{prompt.style}" if prompt.style else ""))
    for reason, names in reasons.items():
        warn(f"{' '.join(names)}: {reason.text(language)}")
    step = calibration.step(profiles.now())
    if step is None:
        raise UsageError(
            ko="쓸 수 있는 녹화가 하나도 없습니다. 위의 까닭을 보고 다시 녹화하세요.",
            en="Not one recording can be used. See the reasons above, and record again.",
        )
    profile, news = _extended(known, step)
    n, say = len(news), speaker(language)
    signs = " ".join(dict.fromkeys(observation.sign for observation in news))
    say.tell(
        f"녹화 {asked}개 가운데 {n}개로 보정했습니다: {signs}",
        f"Calibrated with {n} of {asked} takes: {signs}",
    )
    print(calibration.sits.text(language))
    if len(unused):
        found = review(bundle, profile, unused)
        say.tell(
            f"나머지 녹화 {len(unused)}개 가운데 바르게 읽은 것: {found.before} → {found.after}",
            f"Read right of the other {len(unused)} takes: {found.before} → {found.after}",
        )
        if found.resolved:
            pairs = "  ".join("/".join(pair) for pair in found.resolved[:_SHOWN_PAIRS])
            say.tell(f"더 잘 구별되는 쌍: {pairs}", f"Pairs told apart better: {pairs}")
    return profile, episodes.n_holed


def _planned(
    options: argparse.Namespace, bundle: Bundle, known: Profile, episodes: EpisodeSet
) -> Calibration:
    """What the options ask for, in styles that were recorded."""
    if options.mount:
        return Calibration(bundle, mount_plan(bundle), known, StepKind.MOUNT)
    plan_of, wanted = (quick_plan, QUICK_STYLES) if options.quick else (full_plan, FULL_STYLES)
    plan = plan_of(bundle, options.styles or _recorded_styles(episodes, wanted))
    return Calibration(bundle, plan, known)


class _OwnForms:
    """Asks, once for a sign that looks like another one, whether its wearer shows it so."""

    def __init__(self, options: argparse.Namespace, language: Language) -> None:
        self._yes, self._language = options.yes, language
        self._answers: dict[str, bool] = {}

    def __call__(self, sign: str, doubt: Message) -> bool:
        if sign not in self._answers:
            self._answers[sign] = self._yes or self._ask(sign, doubt.text(self._language))
        return self._answers[sign]

    def _ask(self, sign: str, doubt: str) -> bool:
        say = speaker(self._language)
        if sys.stdin.isatty():
            question = say(f"{sign}을(를) 이렇게 씁니까?", f"Is this how you show {sign}?")
            return ask(f"{sign}: {doubt} {question}", default=False)
        say.warn(
            f"{sign}: 이렇게 쓰는 것이 맞으면 --yes를 더하세요.",
            f"{sign}: if this is how you show it, add --yes.",
        )
        return False


def _recorded_styles(episodes: EpisodeSet, wanted: Sequence[int]) -> Sequence[int]:
    """As many recorded styles as are wanted, those first; any single one if no take has a style."""
    recorded = set(episodes.styles.tolist())
    styles = [style for style in dict.fromkeys((*wanted, *STYLES)) if style in recorded]
    return styles[: len(wanted)] or wanted[:1]


def _add_sign(
    options: argparse.Namespace, bundle: Bundle, known: Profile, language: Language
) -> tuple[Profile, int]:
    """The profile with one more sign, and how many takes of it were too damaged."""
    say, n_holed = speaker(language), 0
    if options.add not in known.own_signs:
        bundle.alphabet.with_signs((*known.own_signs, options.add))  # is it possible?
    calibration = Calibration(bundle, own_sign_plan(options.add, MOST_TAKES), known)
    model = PersonalModel(bundle, known)
    others = {*bundle.alphabet.signs, *known.own_signs} - {options.add}
    for path in _recordings(options.sources, options.add, others):
        if calibration.prompt is None:
            say.warn(f"{path}: 녹화 {MOST_TAKES}개면 됩니다.", f"{path}: {MOST_TAKES} are enough.")
            break
        try:
            take = believed(Recording(path, shared.layout(options)).whole())
            refused = calibration.answer(_clear_hold(path, take, options.add, model))
        except JihwaError as error:
            warn(error.message.text(language))
            n_holed += isinstance(error, HoledError)
            continue
        if refused:
            warn(f"{path}: {refused.text(language)}")
    step = calibration.step(profiles.now())
    if step is None:
        where = ", ".join(map(str, options.sources))
        raise UsageError(
            ko=f"{where}: {options.add}(으)로 쓸 수 있는 녹화가 없습니다. 손을 멈춘 녹화를 하나 "
            "이상 주세요.",
            en=f"{where}: no recording can be used for {options.add}. Give at least one with a "
            "hold.",
        )
    profile, news = _extended(known, step)
    if rival := lookalike(bundle, profile):
        doubt = Message(
            ko=f"{rival}와(과) 많이 닮아 서로 헷갈릴 수 있습니다. 더 다른 자세가 낫습니다.",
            en=f"looks much like {rival}; they may be taken for each other. A more different pose "
            "is better.",
        )
        if not _OwnForms(options, language)(options.add, doubt):
            raise UsageError(
                ko=f"{options.add}: {doubt.ko} 더하지 않았습니다.",
                en=f"{options.add}: {doubt.en} It was not added.",
            )
        if options.yes:
            say.warn(f"{options.add}: {doubt.ko}", f"{options.add}: {doubt.en}")
    n = len(news)
    say.tell(f"{options.add}: {n}번 보고 배웠습니다.", f"{options.add}: learned from {n} take(s).")
    return profile, n_holed


def _clear_hold(path: Path, take: Frames, sign: str, model: PersonalModel) -> Frames:
    """The samples of the longest hold in a take, of a rest only for the sign `rest`.

    There are none if the hand never held still.

    Raises:
        DataError: The hand held other poses too, in all half as long as that one or longer.
    """
    segmenter = Segmenter()
    ends = map(likeliest, segmenter.feed(take) + segmenter.flush())
    holds = list({segment.start_s: segment for segment in ends}.values())
    if not holds:
        return Frames.empty()
    held_s = np.array([hold.end_s - hold.start_s for hold in holds])
    seen = np.array([model.extractor.of_hold(hold.frames) for hold in holds])
    poses = unturned(seen, model.mount)  # (n, 8)
    signs, other = model.of_features(seen, []).max(1), model.gaussian.no_sign_log_likelihood(poses)
    rests = model.gaussian.rest_log_likelihood(poses) > np.maximum(signs, other)
    if sign == Control.REST or rests.all():  # a sign may look like a stranger's rest
        rests[:] = False
    shown = ~rests
    longest = int(np.where(shown, held_s, 0).argmax())
    alike = model.gaussian.pose_log_likelihood(poses, poses[longest]) > other
    others = shown & ~alike
    if 2 * held_s[others].sum() >= held_s[shown & alike].sum():
        n, others_s = int(others.sum()), float(held_s[others].sum())
        raise DataError(
            ko=f"{path}: 한 자세만 보여야 하는데 다른 자세도 {n}번, 모두 {others_s:.1f}초 "
            f"보였습니다. {sign} 자세만 잡고 다시 녹화하세요 (jihwa record).",
            en=f"{path}: it should show one pose, but other poses were held {n} time(s), for "
            f"{others_s:.1f} s in all. Record again with the pose of {sign} alone (jihwa record).",
        )
    return holds[longest].frames


def _extended(known: Profile, step: Step) -> tuple[Profile, tuple[Observation, ...]]:
    """The profile with what is new in a step, and what that is."""
    profile = known.with_step(step)
    if profile == known:
        raise UsageError(
            ko="프로필이 이 녹화를 이미 알고 있습니다. 새로 녹화한 것을 주세요.",
            en="The profile knows these takes already. Give it new ones.",
        )
    return profile, profile.steps[-1].observations


def _recordings(sources: Sequence[Path], sign: str, others: Set[str]) -> Iterator[Path]:
    """The recordings given for a sign; of a labelled folder those of that sign."""
    for source in sources:
        if not source.is_dir():
            yield source
            continue
        labels = {path: path.relative_to(source).parts[:-1] for path in recordings_below(source)}
        of_sign = [path for path, label in labels.items() if sign in label]
        found = " ".join(sorted(others & set(chain(*labels.values()))))
        if found and not of_sign:
            raise UsageError(
                ko=f"{source}: {sign}의 녹화가 없습니다. 있는 것: {found}. {sign}의 녹화나 "
                "그 폴더를 주세요.",
                en=f"{source}: no take of {sign}; there are {found}. Give takes of {sign}, or "
                "their folder.",
            )
        yield from of_sign or labels
