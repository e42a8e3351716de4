"""The n-gram language model: estimation, file, scoring."""

import zipfile
from collections import Counter, defaultdict
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
    """The formulas of Chen and Goodman (1999), one n-gram at a time."""

    def __init__(self, lines: str, order: int) -> None:
        texts = [(0, *map(int, encode(line)), 0) for line in lines.splitlines()]
        self.counts: dict[int, Counter[tuple[int, ...]]] = {}
        seen = {
            n: Counter(t[i : i + n] for t in texts for i in range(len(t) - n + 1))
            for n in range(2, order + 1)
        }
        for n in range(1, order + 1):
            left = defaultdict(set)
            for longer in seen.get(n + 1, ()):
                left[longer[1:]].add(longer[0])
            self.counts[n] = Counter({gram: len(tokens) for gram, tokens in left.items()})
            if n > 1:
                raw = {g: c for g, c in seen[n].items() if n == order or g[0] == BOUNDARY}
                self.counts[n].update(raw)
        self.discounts = {n: self.discount(list(c.values())) for n, c in self.counts.items()}

    @staticmethod
    def discount(counts: list[int]) -> list[float]:
        n1, n2, n3, n4 = (counts.count(k) for k in (1, 2, 3, 4))
        if not n1 * n2 * n3 * n4:
            return [0, 0.5, 1, 1.5]
        y = n1 / (n1 + 2 * n2)
        d = [0, 1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3]
        return d if min(d[1:]) > 0 else [0, 0.5, 1, 1.5]

    def prob(self, token: int, history: tuple[int, ...]) -> float:
        n = len(history) + 1
        shorter = self.prob(token, history[1:]) if history else 1 / N_TOKENS
        counts, discount = self.counts[n], self.discounts[n]
        children = [c for gram, c in counts.items() if gram[:-1] == history]
        if not children:
            return shorter
        count = counts[(*history, token)]
        given_up = sum(discount[min(c, 3)] for c in children)
        return (count - discount[min(count, 3)] + given_up * shorter) / sum(children)


@pytest.mark.parametrize("order", [2, 3, 4])
def test_probabilities_are_those_of_modified_kneser_ney(tmp_path: Path, order: int) -> None:
    lines = random_lines(2, 40)
    model = built(tmp_path / "m.lm", lines, order)
    reference = DictionaryKneserNey(lines, order)
    if order == 4:
        assert reference.discounts[3] != [0, 0.5, 1, 1.5]  # estimated, not fallen back to
    for text in ("", "나는", "우리가 학교에", "너는 너는 악", "쏴"):
        tokens = (0, *map(int, encode(text)))
        history = tokens[-(order - 1) :]
        expected = [reference.prob(token, history) for token in range(N_TOKENS)]
        assert sum(expected) == pytest.approx(1)
        actual = model.log_prob(state_after(model, text))[0]
        np.testing.assert_allclose(actual, np.log(expected), atol=0.1)  # 7-bit codes


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
    assert shipped.key(nothing).shape == (0,)


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
    ("name", "limit"), [("dev_sentences", 1.82), ("dev_words", 2.25), ("dev_names", 2.35)]
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

    @pytest.mark.parametrize("place", [-1, 5000, 30])
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
