"""The n-gram language model: file and scoring."""

import zipfile
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_models import WORDS, built, random_lines, state_after

from jihwa.composer.language.jamo import BOUNDARY, N_TOKENS, encode
from jihwa.composer.language.ngram import LanguageModel, NGramState
from jihwa.composer.language.token_model import Mode
from jihwa.data.messages import DataError

SHARED_TEXT = Path(__file__).parents[2] / "shared/data/text"


@pytest.fixture(scope="module")
def shipped() -> LanguageModel:
    return LanguageModel.load()


@pytest.fixture(scope="module")
def small_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "small.lm"
    built(path, random_lines(1, 100))
    return path


hangul = st.text(st.one_of(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), st.just(" ")))


@settings(max_examples=50, deadline=None)
@given(st.one_of(hangul, st.lists(st.sampled_from(WORDS)).map(" ".join)))
def test_score_is_the_sum_along_the_text(shipped: LanguageModel, text: str) -> None:
    state, total = shipped.start(), 0.0
    for token in (*encode(text).tolist(), BOUNDARY):
        total += state.row()[token]
        state = state.after(token)
    assert shipped.score(text) == pytest.approx(total, rel=1e-4)


def contexts_of(state: NGramState | None) -> list[int]:
    """Its own and all shorter ones."""
    return [state.key, *contexts_of(state.shorter)] if state is not None else []


@settings(max_examples=50, deadline=None)
@given(hangul)
def test_one_token_is_as_likely_as_its_row_says(shipped: LanguageModel, text: str) -> None:
    state = state_after(shipped, text)
    one_by_one = [state.log_prob(token) for token in range(N_TOKENS)]
    np.testing.assert_allclose(one_by_one, state.row(), atol=1e-4)


def test_n_grams_know_neither_profanity_nor_modes(shipped: LanguageModel) -> None:
    assert not any(map(state_after(shipped, "시바").is_profane, range(N_TOKENS)))
    assert all(shipped.in_mode(mode) is shipped for mode in Mode)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.sampled_from([*"가나다라 ", "학교", "갔다"]), min_size=1, max_size=6),
    hangul,
    hangul,
)
def test_states_are_the_same_exactly_where_contexts_are(
    shipped: LanguageModel, ending: list[str], one: str, other: str
) -> None:
    text = "".join(ending)
    first, second = state_after(shipped, one + text), state_after(shipped, other + text)
    assert (first.key == second.key) == (contexts_of(first) == contexts_of(second))
    if len(encode(text)) >= shipped.order - 1:
        assert first.key == second.key


def test_no_more_than_so_many_states_are_kept(small_file: Path) -> None:
    model = LanguageModel.load(small_file)
    with patch("jihwa.composer.language.ngram.MOST_STATES", 5):
        kept = state_after(model, "나는")
        for word in WORDS:
            state_after(model, word)
        again = state_after(model, "나는")
    assert again.key == kept.key
    assert list(again.row()) == list(kept.row())


def test_the_shipped_model_is_a_distribution_and_knows_korean(shipped: LanguageModel) -> None:
    for text in ["", "안녕하세", "축구 볼때", "김", "서울특별", "뷁", "나는 학교에 "]:
        total = np.exp(state_after(shipped, text).row()).sum()
        assert total == pytest.approx(1, abs=0.04)
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
