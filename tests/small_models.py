"""Small language models, built from lines of a few words."""

from pathlib import Path

import numpy as np

from jihwa.composer.language.jamo import encode
from jihwa.composer.language.ngram import LanguageModel
from jihwa.composer.language.token_model import ModelState, TokenModel
from jihwa.composer.language.training.corpus import Text
from jihwa.composer.language.training.kneser_ney import BuildOptions, build

WORDS = ["나는", "너는", "우리가", "학교에", "집에", "간다", "온다", "갔다", "왔니", "아까", "악가"]


def random_lines(seed: int, n: int) -> str:
    rng = np.random.default_rng(seed)
    return "\n".join(" ".join(rng.choice(WORDS, rng.integers(1, 6))) for _ in range(n))


def built(path: Path, lines: str, order: int = 4, max_ngrams: int = 10**9) -> LanguageModel:
    build([Text("lines", lines)], path, BuildOptions(order, max_ngrams))
    return LanguageModel.load(path)


def state_after(model: TokenModel, text: str) -> ModelState:
    state = model.start()
    for token in encode(text).tolist():
        state = state.after(token)
    return state
