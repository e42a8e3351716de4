"""`jihwa data assemble`: continuous sessions with their truth, out of labelled takes."""

import argparse

import numpy as np

from jihwa.data.alphabet import Alphabet
from jihwa.data.files import read_text
from jihwa.data.messages import Language, UsageError
from jihwa.data.synthesis.fits import Fit
from jihwa.data.synthesis.hands import RecordedHand
from jihwa.data.synthesis.pace import pace_of
from jihwa.data.synthesis.sessions import write_session
from jihwa.data.synthesis.spelling import assemble, spell_words
from jihwa.data.takes.episodes import EpisodeSet, load_episodes
from jihwa.data.takes.sequences import marks
from jihwa.io.settings import options as shared
from jihwa.io.settings.arguments import Arguments
from jihwa.io.settings.language import speaker
from jihwa.io.streams import warn

_SHOWN = 5
"""So many lines that cannot be spelled are named."""


def configure(arguments: Arguments) -> None:
    """Add the action's arguments."""
    arguments.path(
        "dataset",
        "DATASET",
        "라벨이 있는 폴더. 세션이 여럿이면 번갈아 씀",
        "labelled folder; several sessions take turns",
    )
    arguments.path(
        "--text",
        "FILE",
        "쓸 글, 한 줄에 세션 하나; .gz도 됨",
        "what to spell, a session a line; .gz will do",
        required=True,
    )
    arguments.path(
        "--output",
        "DIR",
        "새 폴더: 줄마다 녹화와 정답(.json)",
        "a new folder: a recording and its truth (.json) for every line",
        required=True,
    )
    arguments.speed()
    arguments.seed()
    arguments.fit()
    arguments.settings("layout")
    arguments.alphabet()


def assemble_all(options: argparse.Namespace, language: Language) -> int:
    """Spell every line; those that cannot be spelled are counted. 1 if a take was too damaged."""
    say, output = speaker(language), shared.output_folder(options.output)
    if output.is_dir() and any(output.iterdir()):
        raise UsageError(
            ko=f"{output}: 비어 있지 않습니다. --output에 새 폴더를 주세요.",
            en=f"{output}: not empty. Give --output a new folder.",
        )
    alphabet, pace = Alphabet.load(options.alphabet), pace_of(options.speed)
    lines = read_text(options.text).splitlines()
    texts, refused = _spellable(lines, alphabet)
    if not texts:
        raise UsageError(
            ko=f"{options.text}: 쓸 수 있는 줄이 없습니다. 한 줄에 한 문장씩 한글만 넣으세요.",
            en=f"{options.text}: no line can be spelled. Give one sentence a line, Hangul only.",
        )
    episodes = load_episodes(options.dataset, alphabet, shared.layout(options))
    sessions = _by_session(episodes)
    output.mkdir(parents=True, exist_ok=True)
    digits = len(str(len(lines)))
    for turn, (number, text) in enumerate(texts.items()):
        rng = np.random.default_rng([options.seed, number])  # no line depends on the others
        takes = sessions[turn % len(sessions)]
        session = assemble(text, RecordedHand(takes, alphabet, rng), alphabet, pace, rng)
        if options.fit is not None:
            session = Fit.draw(options.fit).worn_in(session)
        path = output / f"{number:0{digits}}.csv"
        write_session(path, session, speed=options.speed, takes=marks(takes))
    say.tell(f"{output}: 세션 {len(texts)}개", f"{output}: {len(texts)} sessions")
    if refused:
        shown = ", ".join(map(str, refused[:_SHOWN])) + ("…" if len(refused) > _SHOWN else "")
        say.warn(
            f"{options.text}: 지문자로 쓸 수 없는 {len(refused)}줄을 건너뛰었습니다: {shown}",
            f"{options.text}: {len(refused)} line(s) that cannot be spelled were skipped: {shown}",
        )
    for message in episodes.skipped:
        warn(message.text(language))
    return 1 if episodes.n_holed else 0


def _spellable(lines: list[str], alphabet: Alphabet) -> tuple[dict[int, str], list[int]]:
    """Lines that can be spelled by their number, and the numbers of the others; none is empty."""
    texts, refused = {}, []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            spell_words(line, alphabet)
        except UsageError:
            refused.append(number)
        else:
            texts[number] = line
    return texts, refused


def _by_session(episodes: EpisodeSet) -> list[EpisodeSet]:
    sessions = episodes.sessions
    return [episodes[np.flatnonzero(sessions == name)] for name in np.unique(sessions)]
