"""`jihwa evaluate`: how well a model reads labelled takes, or sessions with their truth."""

import argparse
import csv
import io
import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from jihwa.data.alphabet import Alphabet
from jihwa.data.files import write_whole
from jihwa.data.messages import Language, Message, UsageError
from jihwa.data.signal.frames import Array
from jihwa.data.takes.episodes import EpisodeSet
from jihwa.data.takes.sequences import TakeSet, known_sessions, marks
from jihwa.io.commands.training import datasets, evaluate_sessions
from jihwa.io.settings import options as shared
from jihwa.io.settings.arguments import Command
from jihwa.io.settings.language import speaker
from jihwa.io.streams import warn
from jihwa.models.bundle import Bundle
from jihwa.models.training.canvas import font_hint, require_matplotlib
from jihwa.models.training.evaluation import Predictions, most_confused, recall, score
from jihwa.models.training.plots import evaluation_figures, learning_curves
from jihwa.models.training.runs import Epoch
from jihwa.models.training.takes import likelihoods, truth
from jihwa.recognizer.personal import PersonalModel
from jihwa.recognizer.profile import Profile

_HARDEST = 6
"""So many signs are shown as the hardest ones."""


def configure(arguments: Command) -> None:
    """Add the command's arguments."""
    measured = arguments.either(required=True)
    datasets.add_datasets(measured, optional=True)
    measured.path(
        "--sessions",
        "DIR",
        "정답이 있는 이어 쓴 세션의 폴더 (`jihwa data assemble`이 쓴 것): 빠르기마다 찾은 "
        "글자, 오류율, 경계가 완벽할 때의 오류율, 가장 비싼 오류",
        "folder of continuous sessions with their truth, as `jihwa data assemble` writes it: "
        "letters found and error rates by speed, those with perfect boundaries, and the most "
        "expensive errors",
    )
    arguments.json()
    arguments.path(
        "--figures",
        "DIR",
        "그림을 둘 폴더 (pip install 'jihwa[train]')",
        "folder for figures (pip install 'jihwa[train]')",
    )
    arguments.path(
        "--takes",
        "FILE",
        "녹화마다 무엇으로 읽었는지 CSV로",
        "what every take was read as, as CSV",
        type=shared.output_file,
    )
    arguments.settings("model", "profile", "layout")
    evaluate_sessions.configure(arguments)


def run(options: argparse.Namespace, language: Language) -> int:
    """Score the model on every take of the data sets, or session; 1 if one was too damaged."""
    if options.figures:
        shared.output_folder(options.figures, "--figures")
        require_matplotlib()
    if options.sessions:
        return evaluate_sessions.evaluate(options, language)
    bundle = shared.model(options.model)
    profile = shared.profile(options, bundle)
    alphabet = bundle.alphabet.with_signs(profile.own_signs) if profile else bundle.alphabet
    of_arrays = bundle.gaussian is None
    takes, labels = datasets.load(options, alphabet, names_classes=of_arrays)
    _check_labels(labels.signs, alphabet)
    if bundle.features:
        takes = datasets.derived(takes, bundle.features)
    log_likelihood = _read(takes, bundle, profile)  # (n, S)
    sign = truth(takes, alphabet)  # (n,)
    answers = Predictions.of(log_likelihood, sign)
    signs = alphabet.signs
    counts = answers.confusion(len(signs))  # (S, S)
    result = {
        "episodes": len(takes),
        **score(log_likelihood, sign).rounded(),
        "per_sign": {
            name: round(float(share), 4)
            for name, share in zip(signs, recall(counts), strict=True)
            if np.isfinite(share)
        },
        "confusion": {"signs": list(signs), "counts": counts.tolist()},
        "skipped": [message.text(language) for message in takes.skipped],
        "warnings": [message.text(language) for message in _warnings(bundle, takes)],
    }
    if options.json:
        print(json.dumps(result, ensure_ascii=False, allow_nan=False))
    else:
        _show(result, takes, language)
    if options.takes:
        write_whole(options.takes, _by_take(takes, answers, signs).encode())
    if options.figures:
        evaluation_figures(answers, signs, options.figures)
        if history := [Epoch(**epoch) for epoch in bundle.metrics.get("history", ())]:
            learning_curves(history, options.figures / "learning_curves.png")
        if hint := font_hint():
            warn(hint.text(language))
    return 1 if takes.n_holed else 0


def _by_take(takes: TakeSet, answers: Predictions, signs: Sequence[str]) -> str:
    """A table of all takes: sign, answer and how sure it is."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(("take", "sign", "answer", "confidence"))
    told = zip(takes.names, answers.sign, answers.answer, answers.confidence, strict=True)
    table.writerows((name, signs[i], signs[j], f"{sure:.4f}") for name, i, j, sure in told)
    return text.getvalue()


def _read(takes: TakeSet, bundle: Bundle, profile: Profile | None) -> Array:
    """(n, S) log-likelihoods of a model that knows the wearer, or knows nobody."""
    if profile and isinstance(takes, EpisodeSet):
        return PersonalModel(bundle, profile).log_likelihood([take.hold for take in takes])
    return likelihoods(bundle, takes)


def _check_labels(labels: tuple[str, ...], alphabet: Alphabet) -> None:
    """Refuse labels that the model does not know: those of arrays may be any numbers."""
    unknown = [label for label in labels if label not in alphabet.index]
    if unknown:
        raise UsageError(
            ko=f"모델이 모르는 라벨이 있습니다: {' '.join(unknown)}. 모델의 라벨: "
            f"{' '.join(alphabet.signs)}",
            en=f"The model does not know the label(s) {' '.join(unknown)}. It knows: "
            f"{' '.join(alphabet.signs)}",
        )


def _warnings(bundle: Bundle, takes: TakeSet) -> list[Message]:
    """What makes the scores look better than the model is."""
    seen = ", ".join(known_sessions(bundle.provenance.get("marks", {}), marks(takes).values()))
    if not seen:
        return []
    return [
        Message(
            ko=f"모델이 배운 세션의 녹화로 쟀습니다: {seen}. 처음 보는 세션에서는 이보다 낮습니다.",
            en=f"The model was fitted on takes of the session(s) {seen}. On unseen ones it scores "
            "lower.",
        )
    ]


def _show(result: dict[str, Any], takes: TakeSet, language: Language) -> None:
    """Print the scores for people."""
    say = speaker(language)
    n, sessions = result["episodes"], ", ".join(np.unique(takes.sessions))
    say.tell(f"{n}개 녹화 (세션: {sessions})", f"{n} episodes (sessions: {sessions})")
    for name in ("top1", "top3", "top5", "f1", "precision", "recall"):
        print(f"  {name:9}  {result[name]:6.1%}")
    for name in ("ece", "nll"):
        print(f"  {name:9}  {result[name]:6.3f}")
    shown = (
        (say("맞을 때", "right"), result["confidence_right"]),
        (say("틀릴 때", "wrong"), result["confidence_wrong"]),
    )
    confidence = ", ".join(f"{name} {value:.2f}" for name, value in shown if value is not None)
    print(f"  {say('확신', 'confidence where')}: {confidence}")
    worst = sorted(result["per_sign"].items(), key=lambda item: item[1])[:_HARDEST]
    hardest = say("가장 어려운 지문자:", "hardest signs:")
    print(f"  {hardest} " + "  ".join(f"{sign} {share:.0%}" for sign, share in worst))
    names, counts = result["confusion"]["signs"], np.array(result["confusion"]["counts"])
    if pairs := most_confused(counts)[:_HARDEST]:
        confused = "  ".join(f"{names[i]}→{names[j]} {counts[i, j]}" for i, j in pairs)
        print(f"  {say('가장 많이 헷갈린 짝:', 'most confused:')} {confused}")
    found = takes.defects() if isinstance(takes, EpisodeSet) else {}
    defects = ", ".join(f"{defect} {n}" for defect, n in sorted(found.items()))
    if defects:
        print("  " + say("흠 있는 녹화:", "defects:") + f" {defects}")
    for told in (*result["skipped"], *result["warnings"]):
        warn(told)
