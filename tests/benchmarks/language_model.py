"""How well, how fast and how small the language model is, beside a plain one of order 8.

    python tests/benchmarks/language_model.py [MODEL]

Bits per token count spaces and the closing boundary of every text; bits per jamo divide the same
sum by the jamo alone. The plain model is built here from the same texts, all of the same weight: it
takes a minute or two. Times are medians, on one core, of 128 different states in the middle of
sentences: what each expects next, and what follows it.
"""

import tempfile
from pathlib import Path

import numpy as np
from reporting import median_ms, options
from shared import SHARED, TRAINING_TEXTS, dev_texts

from jihwa.composer.language.jamo import SPACE, encode
from jihwa.composer.language.ngram import LanguageModel
from jihwa.composer.language.training.corpus import TextSource, training_texts
from jihwa.composer.language.training.kneser_ney import BuildOptions, build

SHIPPED = Path(__file__).parents[2] / "composer/language/korean.lm"
PLAIN = BuildOptions(order=8, max_ngrams=9_000_000)
KINDS = ("sentences", "words", "persons", "places")
BEAM = 128
REPEATS = 200


def main() -> None:
    """Print the tables."""
    parser = options(__doc__)
    parser.add_argument("model", nargs="?", type=Path, default=SHIPPED, help="a model file")
    path = parser.parse_args().model
    print_bits(path)
    print_times(LanguageModel.load(path), path)
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain order 8"
        build_plain(plain)
        print_bits(plain)


def build_plain(path: Path) -> None:
    """Build the model that serves as the baseline."""
    folder = SHARED / "text"
    names = folder / "family_names.txt", folder / "given_names.txt"
    build(
        training_texts([TextSource(folder / name) for name in TRAINING_TEXTS], names), path, PLAIN
    )


def print_bits(path: Path) -> None:
    """The size of a model, and the bits of each kind of text."""
    model = LanguageModel.load(path)
    print(f"{path.name}: {path.stat().st_size / 1e6:.2f} MB")
    print(f"{'':12}{'texts':>7}{'bits/token':>12}{'bits/jamo':>12}")
    for kind in KINDS:
        texts = dev_texts(kind)
        tokens = [encode(text) for text in texts]
        n_tokens = sum(t.size + 1 for t in tokens)
        n_jamo = sum(int((t > SPACE).sum()) for t in tokens)
        bits = -sum(model.score(text) for text in texts) / np.log(2)
        print(f"{kind:12}{len(texts):7}{bits / n_tokens:12.3f}{bits / n_jamo:12.3f}")


def print_times(model: LanguageModel, path: Path) -> None:
    """What loading takes, and what a beam of states that nobody has asked yet."""
    beam = random_beam(model)
    steps = {
        "load": lambda: LanguageModel.load(path),
        "rows": lambda: [model.row(contexts) for contexts, _ in beam],
        "following": lambda: [model.following(contexts, token) for contexts, token in beam],
    }
    for name, step in steps.items():
        print(f"{name:12}{median_ms(step, REPEATS):8.3f} ms")


def random_beam(model: LanguageModel) -> list[tuple[tuple[int, ...], int]]:
    """Different states (their contexts) at random places of the dev sentences, and next tokens."""
    rng = np.random.default_rng(0)
    beam: dict[tuple[int, ...], int] = {}
    for text in rng.permutation(dev_texts("sentences")):
        tokens = encode(str(text)).tolist()
        place = int(rng.integers(len(tokens) // 2, len(tokens)))
        state = model.start()
        for token in tokens[:place]:
            state = state.after(token)
        beam[state.contexts] = tokens[place]
    return list(beam.items())[:BEAM]


if __name__ == "__main__":
    main()
