"""Composers side by side: what words become that are spelled with 24 letters.

    python tests/benchmarks/composers.py [--words N]

Half of the words are dev words, the others are drawn from the lexicons of the shared texts, which
the language model may know. First every sign is certain. Then a simulated classifier reads them
(see simulation.py), the same one for all: the decoder gets every likelihood, all others the
likeliest letter of each segment. The keyboard's automaton is ours with the inventory of the two-set
keyboard: it composes letters as an input method would. hgtk gets its mark behind the last letter,
which it would lose otherwise; it expects one behind every syllable.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import hangul_jamo
import hgtk
import jamotools
import numpy as np
from reporting import options, show, table
from sessions import read
from shared import SHARED, dev_texts
from simulation import TOP1, SimulatedClassifier, spelled

from jihwa.composer.composer import Composer
from jihwa.composer.language.mixture import Mixture
from jihwa.composer.language.token_model import TokenModel
from jihwa.composer.letters import Automaton, compose
from jihwa.data.alphabet import Alphabet
from jihwa.io.evaluation.errors import TextErrors

TWO_SET = Path(__file__).parents[1] / "compositions" / "two-set.toml"
DECODER = "decoder (ours)"

Texts = Mapping[str, Sequence[str]]
"""What every composer made of the words."""


def words(n: int) -> tuple[list[str], list[str]]:
    """Dev words and words of the lexicons, half of them each."""
    dev = dev_texts("words")
    lexicon = {
        word
        for name in ("open", "sharealike")
        for word in (SHARED / "text" / f"lexicon_{name}.txt").read_text("utf-8").splitlines()
        if word and all("가" <= char <= "힣" for char in word)
    }
    others = sorted(lexicon - set(dev))
    drawn = np.random.default_rng(0).choice(len(others), n - n // 2, replace=False)
    return dev[: n // 2], [others[i] for i in drawn]


def greedy(alphabet: Alphabet) -> Mapping[str, Callable[[str], str]]:
    """Those that make text of a string of letters."""
    return {
        "hgtk": lambda letters: hgtk.text.compose(letters + hgtk.text.DEFAULT_COMPOSE_CODE),
        "hangul-jamo": hangul_jamo.compose,
        "jamotools": jamotools.join_jamos,
        "keyboard's automaton": Automaton(Alphabet.load(TWO_SET)).compose,
        "automaton (ours)": Automaton(alphabet).compose,
    }


def certain(truth: Sequence[str], alphabet: Alphabet, model: TokenModel) -> Texts:
    """Words of which every sign is known."""
    letters = ["".join(alphabet.spell(word)) for word in truth]
    texts = {name: list(map(join, letters)) for name, join in greedy(alphabet).items()}
    return texts | {DECODER: [compose(each, alphabet, model).text for each in letters]}


def noisy(truth: Sequence[str], top1: float, alphabet: Alphabet, model: TokenModel) -> Texts:
    """Words that a simulated classifier reads."""
    classifier, composer = SimulatedClassifier(len(alphabet.signs), top1), Composer(alphabet, model)
    letters, decoded = [], []
    for word in truth:
        emissions = classifier.emissions(spelled(word, alphabet))
        likeliest = (int(each.log_likelihood.argmax()) for each in emissions)
        letters.append("".join(alphabet.signs[sign] for sign in likeliest))
        decoded.append(read(((emission,) for emission in emissions), composer).text)
    texts = {name: list(map(join, letters)) for name, join in greedy(alphabet).items()}
    return texts | {DECODER: decoded}


def report(n: int) -> Iterator[str]:
    """A Markdown table: the share of words composed right, then CER under noise."""
    alphabet, model = Alphabet.load(), Mixture.load()
    dev, others = words(n)
    every = dev + others

    def errors(truth: Sequence[str], texts: Sequence[str]) -> TextErrors:
        pairs = zip(truth, texts, strict=True)
        return sum((TextErrors.of(word, text, alphabet) for word, text in pairs), TextErrors())

    right = [(part, certain(part, alphabet, model)) for part in (dev, others)]
    misread = [noisy(every, top1, alphabet, model) for top1 in TOP1]
    rows = [
        (
            name,
            *(f"{errors(part, texts[name]).exact_share:.1f} %" for part, texts in right),
            *(f"{errors(every, texts[name]).cer:.1f} %" for texts in misread),
        )
        for name in (*greedy(alphabet), DECODER)
    ]
    head = ("composer", f"{len(dev)} dev words right", f"{len(others)} lexicon words right")
    yield from table((*head, *(f"CER at top-1 {top1:.0%}" for top1 in TOP1)), rows)


def main() -> None:
    """Print the table."""
    parser = options(__doc__)
    parser.add_argument("--words", type=int, default=1000, help="words to compose")
    show(report(parser.parse_args().words))


if __name__ == "__main__":
    main()
