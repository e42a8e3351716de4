"""`jihwa evaluate`: how well a model reads labelled holds."""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from jihwa.data.episodes import EpisodeSet, load_episodes
from jihwa.data.messages import Language, Message
from jihwa.io import options as shared
from jihwa.io.language import speaker
from jihwa.io.streams import warn
from jihwa.models.bundle import Bundle
from jihwa.models.evaluation import confusion, recall, score
from jihwa.models.fitting import labelled_holds

_HARDEST = 6
"""So many signs are shown as the hardest ones."""


def configure(parser: argparse.ArgumentParser, language: Language) -> None:
    """Add the command's arguments."""
    say = speaker(language)
    parser.add_argument(
        "dataset", type=Path, metavar="DATASET", help=say("라벨이 있는 폴더", "labelled folder")
    )
    parser.add_argument("--json", action="store_true", help=say("JSON으로 내기", "print JSON"))
    shared.add_model(parser, language)


def run(options: argparse.Namespace, language: Language) -> int:
    """Score the model on every episode of a data set."""
    bundle = shared.model(options)
    episodes = load_episodes(options.dataset, bundle.alphabet)
    result = {
        **_evaluate(bundle, episodes),
        "skipped": [message.text(language) for message in episodes.skipped],
        "warnings": [message.text(language) for message in _warnings(bundle, episodes)],
    }
    if options.json:
        print(json.dumps(result, ensure_ascii=False))
    else:
        _show(result, episodes, language)
    return 0


def _evaluate(bundle: Bundle, episodes: EpisodeSet) -> dict[str, Any]:
    signs = bundle.alphabet.signs
    holds = labelled_holds(episodes, bundle.alphabet, bundle.extractor.of_hold)
    log_likelihood = bundle.log_likelihood([episode.hold for episode in episodes])  # (n, S)
    counts = confusion(log_likelihood, holds.sign)  # (S, S)
    return {
        "episodes": len(episodes),
        **score(log_likelihood, holds.sign).rounded(),
        "per_sign": {
            sign: round(float(share), 4)
            for sign, share in zip(signs, recall(counts), strict=True)
            if np.isfinite(share)
        },
        "confusion": {"signs": list(signs), "counts": counts.tolist()},
    }


def _warnings(bundle: Bundle, episodes: EpisodeSet) -> list[Message]:
    """What makes the scores look better than the model is."""
    fitted = set(bundle.provenance.get("episodes", ()))
    seen = ", ".join(sorted(fitted.intersection(episodes.sessions.tolist())))
    if not seen:
        return []
    return [
        Message(
            ko=f"모델이 배운 세션으로 쟀습니다: {seen}. 처음 보는 세션에서는 이보다 낮습니다.",
            en=f"The model was fitted on the session(s) {seen}. On unseen ones it scores lower.",
        )
    ]


def _show(result: dict[str, Any], episodes: EpisodeSet, language: Language) -> None:
    """Print the scores for people."""
    say = speaker(language)
    n, sessions = result["episodes"], ", ".join(np.unique(episodes.sessions))
    print(say(f"{n}개 녹화 (세션: {sessions})", f"{n} episodes (sessions: {sessions})"))
    for name in ("top1", "top3", "top5"):
        print(f"  {name}  {result[name]:6.1%}")
    print(f"  ece   {result['ece']:6.3f}\n  nll   {result['nll']:6.3f}")
    worst = sorted(result["per_sign"].items(), key=lambda item: item[1])[:_HARDEST]
    hardest = say("가장 어려운 지문자:", "hardest signs:")
    print(f"  {hardest} " + "  ".join(f"{sign} {share:.0%}" for sign, share in worst))
    defects = ", ".join(f"{defect} {n}" for defect, n in sorted(episodes.defects().items()))
    if defects:
        print("  " + say("흠 있는 녹화:", "defects:") + f" {defects}")
    for told in (*result["skipped"], *result["warnings"]):
        warn(told)
