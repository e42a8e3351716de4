"""How the n-gram language model is estimated and pruned."""

from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from small_models import WORDS, built, random_lines, state_after

from jihwa.composer.language.jamo import BOUNDARY, N_TOKENS, encode
from jihwa.composer.language.ngram import LanguageModel
from jihwa.composer.language.training.corpus import Text
from jihwa.composer.language.training.kneser_ney import BuildOptions, build
from jihwa.data.messages import UsageError


@pytest.fixture(scope="module")
def small_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "small.lm"
    built(path, random_lines(1, 100))
    return path


class DictionaryKneserNey:
    """The formulas of Chen and Goodman (1999), one n-gram at a time, with weights of texts."""

    def __init__(self, texts: list[Text], order: int) -> None:
        lines = [
            ((0, *map(int, encode(line)), 0), text.weight)
            for text in texts
            for line in text.lines.splitlines()
        ]
        self.counts: dict[int, Counter[tuple[int, ...]]] = {}
        self.masses: dict[int, Counter[tuple[int, ...]]] = {}
        for n in range(order, 0, -1):
            self.counts[n], self.masses[n] = Counter(), Counter()
            for longer, count in self.counts.get(n + 1, Counter()).items():
                self.counts[n][longer[1:]] += 1
                self.masses[n][longer[1:]] += self.masses[n + 1][longer] / count
            if n > 1:
                grams = [(t[i : i + n], w) for t, w in lines for i in range(len(t) - n + 1)]
                for gram, weight in grams:
                    if n == order or gram[0] == BOUNDARY:
                        self.counts[n][gram] += 1
                        self.masses[n][gram] += weight
        self.discounts = {n: self.discount(list(c.values())) for n, c in self.counts.items()}

    @staticmethod
    def discount(counts: list[int]) -> list[float]:
        n1, n2, n3, n4 = (counts.count(k) for k in (1, 2, 3, 4))
        if not n1 * n2 * n3 * n4:
            return [0, 0.5, 1, 1.5]
        y = n1 / (n1 + 2 * n2)
        d = [0, 1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3]
        return d if min(d[1:]) > 0 else [0, 0.5, 1, 1.5]

    def given_up(self, gram: tuple[int, ...]) -> float:
        count = self.counts[len(gram)][gram]
        share = self.discounts[len(gram)][min(count, 3)] / max(count, 1)
        return share * self.masses[len(gram)][gram]

    def prob(self, token: int, history: tuple[int, ...]) -> float:
        n = len(history) + 1
        shorter = self.prob(token, history[1:]) if history else 1 / N_TOKENS
        children = [gram for gram in self.counts[n] if gram[:-1] == history]
        if not children:
            return shorter
        gram = (*history, token)
        given_up = sum(map(self.given_up, children))
        total = sum(self.masses[n][child] for child in children)
        return (self.masses[n][gram] - self.given_up(gram) + given_up * shorter) / total


@pytest.mark.parametrize("order", [2, 3, 4])
@pytest.mark.parametrize("weight", [1, 5])
def test_probabilities_are_those_of_modified_kneser_ney(
    tmp_path: Path, order: int, weight: int
) -> None:
    texts = [Text("a", random_lines(2, 40)), Text("b", random_lines(7, 20), weight)]
    build(texts, tmp_path / "m.lm", BuildOptions(order))
    model = LanguageModel.load(tmp_path / "m.lm")
    reference = DictionaryKneserNey(texts, order)
    if order == 4:
        assert reference.discounts[3] != [0, 0.5, 1, 1.5]  # estimated, not fallen back to
    for text in ("", "나는", "우리가 학교에", "너는 너는 악", "쏴"):
        tokens = (0, *map(int, encode(text)))
        history = tokens[-(order - 1) :]
        expected = [reference.prob(token, history) for token in range(N_TOKENS)]
        assert sum(expected) == pytest.approx(1)
        actual = state_after(model, text).row()
        np.testing.assert_allclose(actual, np.log(expected), atol=0.1)  # 7-bit codes


def test_only_ratios_of_weights_matter(tmp_path: Path) -> None:
    lines = [random_lines(2, 40), "악가 아까\n아까"]
    files = []
    for scale in (1, 6):
        path = tmp_path / f"{scale}.lm"
        build([Text("t", lines[0], scale), Text("t", lines[1], 3 * scale)], path, BuildOptions(4))
        files.append(LanguageModel.load(path))
    first, second = (state_after(model, "나는 악").row() for model in files)
    np.testing.assert_allclose(first, second, atol=1e-5)


def test_a_heavier_text_counts_for_more(tmp_path: Path) -> None:
    probs = []
    for weight in (1, 2, 20):
        texts = [Text("a", "나는 간다\n" * 4), Text("b", "나는 온다\n" * 3, weight)]
        build(texts, tmp_path / "m.lm", BuildOptions(4))
        model = LanguageModel.load(tmp_path / "m.lm")
        probs.append(state_after(model, "나는 ").row()[encode("오")[0]])
    assert all(a < b for a, b in pairwise(probs))


@pytest.mark.parametrize("max_ngrams", [10**9, 300, 120, N_TOKENS])
def test_probabilities_of_every_state_sum_to_one(tmp_path: Path, max_ngrams: int) -> None:
    model = built(tmp_path / "m.lm", random_lines(3, 60), max_ngrams=max_ngrams)
    for text in ("", *WORDS, "온다 갔", "빼"):
        assert np.exp(state_after(model, text).row()).sum() == pytest.approx(1, abs=0.05)


def test_pruning_takes_the_least_useful_n_grams_first(tmp_path: Path) -> None:
    lines = random_lines(4, 200)
    sizes, scores = [], []
    for max_ngrams in (10**9, 160, 120, 90):
        path = tmp_path / "m.lm"
        model = built(path, lines, max_ngrams=max_ngrams)
        sizes.append(path.stat().st_size)
        scores.append(sum(model.score(line) for line in lines.splitlines()))
    assert all(a > b for a, b in pairwise(sizes))
    assert all(a > b for a, b in pairwise(scores))


def test_a_word_alone_is_not_the_word_before_a_space(tmp_path: Path) -> None:
    model = built(tmp_path / "m.lm", "가자\n가자\n나도 가")
    assert np.argmax(state_after(model, "가자").row()) == BOUNDARY


def test_unseen_contexts_back_off(tmp_path: Path) -> None:
    model = built(tmp_path / "m.lm", "가나다\n가나라\n가다")
    state = state_after(model, "흙")
    assert (state.length, state.shorter) == (0, None)
    again_known = state.after(int(encode("가")[0]))
    assert (again_known.length, again_known.shorter) == (1, state)
    assert state_after(model, "뷁쀍") is state


def test_same_texts_give_the_same_file(tmp_path: Path, small_file: Path) -> None:
    again = tmp_path / "again.lm"
    built(again, random_lines(1, 100))
    assert again.read_bytes() == small_file.read_bytes()
    assert list(tmp_path.iterdir()) == [again]  # no part of the writing stays behind


@pytest.mark.parametrize("order", [1, 10])
def test_orders_that_cannot_be_are_refused(order: int) -> None:
    with pytest.raises(UsageError, match=str(order)):
        BuildOptions(order=order)


def test_one_syllable_is_enough(tmp_path: Path) -> None:
    model = built(tmp_path / "m.lm", "가", order=9)
    assert model.score("가") > model.score("나")
