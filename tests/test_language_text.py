"""Training texts: read, cleaned, counted."""

import gzip
import logging
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jihwa.composer.language.jamo import BOUNDARY, encode
from jihwa.composer.language.training.corpus import (
    MAX_WEIGHT,
    Text,
    TextSource,
    corpus_of,
    training_texts,
)
from jihwa.composer.language.training.kneser_ney import build
from jihwa.data.messages import UsageError

hangul = st.text(st.one_of(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), st.just(" ")))


def test_compressed_and_plain_texts_are_the_same(tmp_path: Path) -> None:
    plain, packed = tmp_path / "a.txt", tmp_path / "a.txt.gz"
    plain.write_text("가자\n나도 가자\n", encoding="utf-8")
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    first, second = (corpus_of(training_texts([TextSource(path)])) for path in (plain, packed))
    np.testing.assert_array_equal(first.tokens, second.tokens)


def test_lines_and_spaces_are_cleaned() -> None:
    tokens = corpus_of([Text("t", "\n  가   나 \r\n\n다")]).tokens
    lines = ["", "가 나", "다", ""]
    expected = np.concatenate([[*encode(a), BOUNDARY] for a in lines[:-1]])
    np.testing.assert_array_equal(tokens, expected)


def test_lines_that_are_not_hangul_are_left_out_and_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO, logger="jihwa"):
        corpus = corpus_of([Text("t", "가\nABC\n나 3번\n다\nㅋㅋ\n\ufffd")])
    np.testing.assert_array_equal(corpus.tokens, corpus_of([Text("t", "가\n다")]).tokens)
    assert "2 lines" in caplog.text
    assert "4 lines that are not Hangul" in caplog.text


@settings(deadline=None)
@given(st.lists(hangul.filter(lambda line: bool(line.strip())), min_size=1))
def test_tokens_spell_the_lines(lines: list[str]) -> None:
    clean = [" ".join(line.split()) for line in lines]
    expected = np.concatenate([[BOUNDARY], *([*encode(a), BOUNDARY] for a in clean)])
    np.testing.assert_array_equal(corpus_of([Text("t", "\n".join(lines))]).tokens, expected)


@pytest.mark.parametrize("lines", ["", "\n \n", "ABC\n123"])
def test_a_text_with_nothing_to_learn_is_named(lines: str) -> None:
    with pytest.raises(UsageError, match=r"t\.txt"):
        corpus_of([Text("good", "가"), Text("t.txt", lines)])


def test_no_text_at_all_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        build([], tmp_path / "m.lm")


def test_unreadable_texts_are_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken.gz"
    broken.write_bytes(gzip.compress("가자\n".encode() * 100)[:-10])
    fake = tmp_path / "fake.gz"
    fake.write_text("가자", encoding="utf-8")
    for path in (tmp_path, tmp_path / "none.txt", broken, fake):
        with pytest.raises(UsageError, match=str(path)):
            training_texts([TextSource(path)])


def test_names_and_words_stand_alone_too(tmp_path: Path) -> None:
    for name, lines in (
        ("t", "나는 학교에 간다\n" * 6 + "나는 갔다\n" * 6),
        ("family", "김\n남궁"),
        ("given", "영희\n철수"),
    ):
        (tmp_path / name).write_text(lines, encoding="utf-8")
    _, words, names = training_texts(
        [TextSource(tmp_path / "t")], names=(tmp_path / "family", tmp_path / "given")
    )
    assert words.lines.split("\n") == ["간다", "갔다", "나는", "나는", "학교에"]
    assert set(names.lines.split("\n")) == {"김영희", "김철수", "남궁영희", "남궁철수"}


def test_a_list_without_names_is_named(tmp_path: Path) -> None:
    text, empty = tmp_path / "t.txt", tmp_path / "family.txt"
    text.write_text("나는 학교에 간다", encoding="utf-8")
    empty.touch()
    with pytest.raises(UsageError, match=r"family\.txt"):
        corpus_of(training_texts([TextSource(text)], names=(empty, text)))


def test_a_source_names_a_file_and_how_much_it_counts() -> None:
    assert TextSource.parse("a/b.txt") == TextSource(Path("a/b.txt"), 1)
    assert TextSource.parse("a/b.txt.gz:12") == TextSource(Path("a/b.txt.gz"), 12)
    assert TextSource.parse("odd:name.txt") == TextSource(Path("odd:name.txt"), 1)


@pytest.mark.parametrize("weight", [0, MAX_WEIGHT + 1])
def test_a_weight_out_of_range_is_refused(weight: int) -> None:
    with pytest.raises(UsageError, match=rf"t\.txt.*{weight}"):
        TextSource.parse(f"t.txt:{weight}")


def test_every_token_weighs_as_much_as_its_text(tmp_path: Path) -> None:
    for name, lines in (("a", "가"), ("b", "나다\n라")):
        (tmp_path / name).write_text(lines, encoding="utf-8")
    texts = training_texts([TextSource(tmp_path / "a", 3), TextSource(tmp_path / "b", 7)])
    corpus = corpus_of(texts[:2])
    np.testing.assert_array_equal(corpus.weights, [3] * 4 + [7] * 8)
    assert corpus.weights.shape == corpus.tokens.shape


def test_rare_words_do_not_stand_alone_unless_their_text_weighs_more(tmp_path: Path) -> None:
    for name, lines in (("a", "가자 가자 가자"), ("b", "나가 나가 나가")):
        (tmp_path / name).write_text(lines, encoding="utf-8")
    light = training_texts([TextSource(tmp_path / "a"), TextSource(tmp_path / "b")])
    assert [text.lines for text in light] == ["가자 가자 가자", "나가 나가 나가"]
    *_, words = training_texts([TextSource(tmp_path / "a", 2), TextSource(tmp_path / "b", 4)])
    assert words.lines == "나가"
