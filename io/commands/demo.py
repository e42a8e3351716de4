"""`jihwa demo`: a shipped session becomes text, letter by letter."""

import argparse
import math
import sys
from importlib import resources

from jihwa.composer.language.mixture import Mixture
from jihwa.data.messages import Language
from jihwa.data.synthesis.sessions import read_session
from jihwa.io.engine import assemble_engine
from jihwa.io.screen.lines import RecordingLines
from jihwa.io.settings import options as shared
from jihwa.io.settings.arguments import Command
from jihwa.io.settings.language import speaker
from jihwa.io.sources.playback import paced

SAMPLE = "dinner.csv"


def configure(arguments: Command) -> None:
    """Add the command's arguments."""
    arguments.switch("--fast", "기다리지 않고 끝까지", "do not wait for the hand")
    arguments.settings("model", "lm")


def run(options: argparse.Namespace, language: Language) -> int:
    """Play the sample at the pace of the hand, and compare the text with the truth."""
    say, bundle = speaker(language), shared.model(options.model)
    screen = RecordingLines(sys.stdout, bundle.alphabet)
    engine = assemble_engine(bundle, Mixture.load(shared.language_model(options.lm)))
    with resources.as_file(resources.files("jihwa.data") / "samples") as samples:
        session = read_session(samples / SAMPLE)
    intro = say(
        f"모의 장갑 녹화 {SAMPLE} ({session.frames.duration_s:.0f}초): 시각, 글자와 확률, "
        "다음 후보, 글",
        f"Simulated recording {SAMPLE} ({session.frames.duration_s:.0f} s): time, letter and "
        "its probability, runners-up, text",
    )
    print(intro + "\n", flush=True)
    samples_s = enumerate(session.frames.time_s.tolist())
    signal = ((time_s, session.frames[i : i + 1]) for i, time_s in samples_s)
    transcript = engine.run(paced(signal, math.inf if options.fast else 1.0), [screen])
    right = transcript.text == session.text
    verdict = say(
        "쓴 글과 같습니다." if right else f"쓴 글: {session.text}",
        "This is what was spelled." if right else f"Spelled was: {session.text}",
    )
    print(verdict)
    return 0
