"""The n-gram language model: estimation, file, scoring."""

import zipfile
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jihwa.composer.jamo import BOUNDARY, N_TOKENS, encode
from jihwa.composer.language_model import LanguageModel
from jihwa.composer.language_text import Text
from jihwa.composer.language_training import BuildOptions, build
from jihwa.composer.modes import Mode
from jihwa.data.messages import DataError, UsageError

SHARED_TEXT = Path(__file__).parents[2] / "shared/data/text"
WORDS = ["나는", "너는", "우리가", "학교에", "집에", "간다", "온다", "갔다", "왔니", "아까", "악가"]


def random_lines(seed: int, n: int) -> str:
    rng = np.random.default_rng(seed)
    return "\n".join(" ".join(rng.choice(WORDS, rng.integers(1, 6))) for _ in range(n))


def built(path: Path, lines: str, order: int = 4, max_ngrams: int = 10**9) -> LanguageModel:
    build([Text("lines", lines)], path, BuildOptions(order, max_ngrams))
    return LanguageModel.load(path)


def state_after(model: LanguageModel, text: str) -> np.ndarray:
    state = model.start()
    for token in encode(text):
        state = model.advance(state, np.array([token]))
    return state


@pytest.fixture(scope="module")
def shipped() -> LanguageModel:
    return LanguageModel.load()


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
        actual = model.log_prob(state_after(model, text))[0]
        np.testing.assert_allclose(actual, np.log(expected), atol=0.1)  # 7-bit codes


def test_only_ratios_of_weights_matter(tmp_path: Path) -> None:
    lines = [random_lines(2, 40), "악가 아까\n아까"]
    files = []
    for scale in (1, 6):
        path = tmp_path / f"{scale}.lm"
        build([Text("t", lines[0], scale), Text("t", lines[1], 3 * scale)], path, BuildOptions(4))
        files.append(LanguageModel.load(path))
    states = [state_after(model, "나는 악") for model in files]
    first, second = (m.log_prob(s) for m, s in zip(files, states, strict=True))
    np.testing.assert_allclose(first, second, atol=1e-5)


def test_a_heavier_text_counts_for_more(tmp_path: Path) -> None:
    probs = []
    for weight in (1, 2, 20):
        texts = [Text("a", "나는 간다\n" * 4), Text("b", "나는 온다\n" * 3, weight)]
        build(texts, tmp_path / "m.lm", BuildOptions(4))
        model = LanguageModel.load(tmp_path / "m.lm")
        probs.append(model.log_prob(state_after(model, "나는 "))[0, encode("오")[0]])
    assert all(a < b for a, b in pairwise(probs))


@pytest.mark.parametrize("max_ngrams", [10**9, 300, 120, N_TOKENS])
def test_probabilities_of_every_state_sum_to_one(tmp_path: Path, max_ngrams: int) -> None:
    model = built(tmp_path / "m.lm", random_lines(3, 60), max_ngrams=max_ngrams)
    states = np.concatenate([state_after(model, text) for text in ("", *WORDS, "온다 갔", "빼")])
    total = np.exp(model.log_prob(states)).sum(axis=1)
    np.testing.assert_allclose(total, 1, atol=0.05)


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
    after = model.log_prob(state_after(model, "가자"))[0]
    assert after.argmax() == BOUNDARY


def test_unseen_contexts_back_off(tmp_path: Path) -> None:
    model = built(tmp_path / "m.lm", "가나다\n가나라\n가다")
    state = state_after(model, "흙")
    assert (state == -1).all()
    again_known = model.advance(state, encode("가")[:1])
    assert again_known[0, 0] >= 0
    assert (again_known[0, 1:] == -1).all()
    unigrams = model.log_prob(state)
    np.testing.assert_array_equal(unigrams, model.log_prob(state_after(model, "뷁쀍")))


def test_same_texts_give_the_same_file(tmp_path: Path, small_file: Path) -> None:
    again = tmp_path / "again.lm"
    built(again, random_lines(1, 100))
    assert again.read_bytes() == small_file.read_bytes()
    assert list(tmp_path.iterdir()) == [again]  # no part of the writing stays behind


hangul = st.text(st.one_of(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), st.just(" ")))


@settings(max_examples=50, deadline=None)
@given(st.one_of(hangul, st.lists(st.sampled_from(WORDS)).map(" ".join)))
def test_score_is_the_sum_along_the_text(shipped: LanguageModel, text: str) -> None:
    state, total = shipped.start(), 0.0
    for token in [*encode(text), BOUNDARY]:
        total += float(shipped.log_prob(state)[0, token])
        state = shipped.advance(state, np.array([token]))
    assert shipped.score(text) == pytest.approx(total, rel=1e-4)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(WORDS), min_size=2, max_size=8))
def test_a_beam_is_scored_like_its_hypotheses_alone(
    shipped: LanguageModel, texts: list[str]
) -> None:
    states = np.concatenate([state_after(shipped, text) for text in texts])
    tokens = np.array([encode(text)[0] for text in texts])
    alone = np.concatenate([shipped.log_prob(state[np.newaxis]) for state in states])
    np.testing.assert_array_equal(shipped.log_prob(states), alone)
    pairs = zip(states, tokens, strict=True)
    following = [shipped.advance(s[np.newaxis], t[np.newaxis]) for s, t in pairs]
    np.testing.assert_array_equal(shipped.advance(states, tokens), np.concatenate(following))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(hangul, st.integers(0, N_TOKENS - 1)), min_size=1, max_size=8))
def test_following_is_advancing_with_the_probability_of_the_token(
    shipped: LanguageModel, steps: list[tuple[str, int]]
) -> None:
    states = np.concatenate([state_after(shipped, text) for text, _ in steps])
    tokens = np.array([token for _, token in steps])
    following, log_prob = shipped.follow(states, tokens)
    np.testing.assert_array_equal(following, shipped.advance(states, tokens))
    rows = np.arange(len(tokens))
    np.testing.assert_allclose(log_prob, shipped.log_prob(states)[rows, tokens], atol=1e-4)


def test_n_grams_know_neither_profanity_nor_modes(shipped: LanguageModel) -> None:
    states = state_after(shipped, "나는")
    np.testing.assert_array_equal(shipped.profane(states), [False])
    assert all(shipped.in_mode(mode) is shipped for mode in Mode)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.sampled_from([*"가나다라 ", "학교", "갔다"]), min_size=1, max_size=6),
    hangul,
    hangul,
)
def test_keys_are_equal_exactly_where_futures_are(
    shipped: LanguageModel, ending: list[str], one: str, other: str
) -> None:
    text = "".join(ending)
    pair = np.concatenate([state_after(shipped, one + text), state_after(shipped, other + text)])
    first, second = shipped.key(pair)
    assert (first == second) == (pair[0] == pair[1]).all()
    if len(encode(text)) >= shipped.order - 1:
        assert first == second
    if first == second:
        rows = shipped.log_prob(pair)
        np.testing.assert_array_equal(rows[0], rows[1])


def test_an_empty_beam_is_scored_too(shipped: LanguageModel) -> None:
    nothing = shipped.start()[:0]
    assert shipped.log_prob(nothing).shape == (0, N_TOKENS)
    assert shipped.advance(nothing, np.empty(0, dtype=np.uint8)).shape == nothing.shape
    following, log_prob = shipped.follow(nothing, np.empty(0, dtype=np.uint8))
    assert following.shape == nothing.shape
    assert log_prob.shape == shipped.profane(nothing).shape == shipped.key(nothing).shape == (0,)


def test_the_shipped_model_is_a_distribution_and_knows_korean(shipped: LanguageModel) -> None:
    texts = ["", "안녕하세", "축구 볼때", "김", "서울특별", "뷁", "나는 학교에 "]
    states = np.concatenate([state_after(shipped, text) for text in texts])
    np.testing.assert_allclose(np.exp(shipped.log_prob(states)).sum(axis=1), 1, atol=0.04)
    for right, wrong in [
        ("학교", "하꾜"),
        ("아까", "악가"),
        ("이영희", "잉여희"),
        ("없다", "업다"),
    ]:
        assert shipped.score(right) > shipped.score(wrong)


@pytest.mark.skipif(not SHARED_TEXT.is_dir(), reason="the shared development texts are not here")
@pytest.mark.parametrize(
    ("name", "limit"), [("dev_sentences", 1.73), ("dev_words", 2.25), ("dev_names", 2.35)]
)
def test_bits_per_token_of_the_shipped_model(
    shipped: LanguageModel, name: str, limit: float
) -> None:
    lines = (SHARED_TEXT / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    nats = -sum(shipped.score(line) for line in lines)
    assert nats / np.log(2) / sum(len(encode(line)) + 1 for line in lines) < limit


class TestFiles:
    def test_a_file_cut_short_is_refused(self, tmp_path: Path, small_file: Path) -> None:
        content = small_file.read_bytes()
        for size in (0, 4, 8, 20, len(content) // 2, len(content) - 1):
            path = tmp_path / f"{size}.lm"
            path.write_bytes(content[:size])
            with pytest.raises(DataError, match=f"{size}.lm"):
                LanguageModel.load(path)

    @pytest.mark.parametrize("place", [-1, 5000, 30, 23, 16, 12, 11])
    def test_a_damaged_file_is_refused(self, tmp_path: Path, small_file: Path, place: int) -> None:
        content = bytearray(small_file.read_bytes())
        content[place] ^= 1
        path = tmp_path / "damaged.lm"
        path.write_bytes(content)
        with pytest.raises(DataError, match="damaged"):
            LanguageModel.load(path)

    def test_another_version_is_named(self, tmp_path: Path, small_file: Path) -> None:
        content = bytearray(small_file.read_bytes())
        content[8] = 99
        path = tmp_path / "m.lm"
        path.write_bytes(content)
        with pytest.raises(DataError, match="version 99") as caught:
            LanguageModel.load(path)
        assert "99" in caught.value.message.ko

    def test_anything_else_is_no_language_model(self, tmp_path: Path) -> None:
        path = tmp_path / "m.lm"
        path.write_text("나는 학교에 간다\n" * 100, encoding="utf-8")
        with pytest.raises(DataError, match="not a jihwa language model"):
            LanguageModel.load(path)

    def test_missing_files_and_directories_are_named(self, tmp_path: Path) -> None:
        for path in (tmp_path, tmp_path / "none.lm"):
            with pytest.raises(DataError, match=str(path)):
                LanguageModel.load(path)

    def test_a_model_inside_an_archive_is_read(self, tmp_path: Path, small_file: Path) -> None:
        archive = tmp_path / "wheel.zip"
        with zipfile.ZipFile(archive, "w") as file:
            file.write(small_file, "small.lm")
        with zipfile.ZipFile(archive) as file:
            inside = LanguageModel.load(zipfile.Path(file, "small.lm"))
        assert inside.score("나는 간다") == LanguageModel.load(small_file).score("나는 간다")


@pytest.mark.parametrize("order", [1, 10])
def test_orders_that_cannot_be_are_refused(order: int) -> None:
    with pytest.raises(UsageError, match=str(order)):
        BuildOptions(order=order)


def test_one_syllable_is_enough(tmp_path: Path) -> None:
    model = built(tmp_path / "m.lm", "가", order=9)
    assert model.score("가") > model.score("나")
