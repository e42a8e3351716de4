"""`jihwa evaluate`: how well a model reads labelled holds."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from jihwa.data.episodes import EpisodeSet, load_episodes
from jihwa.data.messages import Language, Message
from jihwa.io import options as shared
from jihwa.models.bundle import Bundle
from jihwa.models.evaluation import score
from jihwa.models.fitting import labelled_holds


def configure(parser: argparse.ArgumentParser, language: Language) -> None:
    """Add the command's arguments."""

    def say(ko: str, en: str) -> str:
        return Message(ko=ko, en=en).text(language)

    parser.add_argument(
        "dataset", type=Path, metavar="DATASET", help=say("라벨이 있는 폴더", "labelled folder")
    )
    parser.add_argument("--json", action="store_true", help=say("JSON으로 내기", "print JSON"))
    shared.add_model(parser, language)


def run(options: argparse.Namespace, language: Language) -> int:
    """Score the model on every episode of a data set."""
    bundle = shared.model(options)
    episodes = load_episodes(options.dataset, bundle.alphabet)
    result = _evaluate(bundle, episodes)
    result["skipped"] = [message.text(language) for message in episodes.skipped]
    if options.json:
        print(json.dumps(result, ensure_ascii=False))
    else:
        _show(result, episodes, language)
    return 0


def _evaluate(bundle: Bundle, episodes: EpisodeSet) -> dict[str, Any]:
    signs = bundle.alphabet.signs
    holds = labelled_holds(episodes, bundle.alphabet, bundle.extractor.of_hold)
    log_likelihood = bundle.classifier.log_likelihood(holds.features)  # (n, S)
    best = log_likelihood.argmax(axis=1)
    confusion = np.zeros((len(signs), len(signs)), dtype=np.int64)
    np.add.at(confusion, (holds.sign, best), 1)
    n_of_sign = confusion.sum(axis=1)
    return {
        "episodes": len(episodes),
        **score(log_likelihood, holds.sign).rounded(),
        "per_sign": {
            sign: round(float(confusion[i, i] / n_of_sign[i]), 4)
            for i, sign in enumerate(signs)
            if n_of_sign[i]
        },
        "confusion": {"signs": list(signs), "counts": confusion.tolist()},
    }


def _show(result: dict[str, Any], episodes: EpisodeSet, language: Language) -> None:
    """Print the scores for people."""
    heading = Message(
        ko=f"{result['episodes']}개 녹화 (세션: {', '.join(np.unique(episodes.sessions))})",
        en=f"{result['episodes']} episodes (sessions: {', '.join(np.unique(episodes.sessions))})",
    )
    print(heading.text(language))
    for name in ("top1", "top3", "top5"):
        print(f"  {name}  {result[name]:6.1%}")
    print(f"  ece   {result['ece']:6.3f}\n  nll   {result['nll']:6.3f}")
    worst = sorted(result["per_sign"].items(), key=lambda item: item[1])[:6]
    hardest = Message(ko="가장 어려운 지문자:", en="hardest signs:").text(language)
    print(f"  {hardest} " + "  ".join(f"{sign} {share:.0%}" for sign, share in worst))
    defects = ", ".join(f"{defect} {n}" for defect, n in sorted(episodes.defects().items()))
    if defects:
        print("  " + Message(ko="흠 있는 녹화:", en="defects:").text(language) + f" {defects}")
    for message in result["skipped"]:
        print(f"jihwa: {message}", file=sys.stderr)
