"""The lexicon: words under roots, their probabilities, its file."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jihwa.composer.language.files import read_lexicon, write_lexicon
from jihwa.composer.language.jamo import encode
from jihwa.composer.language.lexicon import NOWHERE, PROBS, Lexicon
from jihwa.composer.language.training.personal_names import chained
from jihwa.data.messages import DataError, UsageError

PLACES = {"시": 1.0, "시장": 3.0, "경기도 광주시": 2.0, "경기도": 2.0}

hangul = st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), min_size=1, max_size=5)


def total_probabilities(lexicon: Lexicon) -> np.ndarray:
    """Of every node, the probability that a word goes on or ends there."""
    ends = lexicon.begins + lexicon.sizes
    steps = PROBS[lexicon.prob_codes]
    going_on = [steps[a:b].sum() for a, b in zip(lexicon.begins, ends, strict=True)]
    return np.array(going_on) + PROBS[lexicon.end_codes]


@given(st.dictionaries(hangul, st.floats(0.5, 50), min_size=1, max_size=30))
def test_words_are_as_likely_as_their_weights_say(words):
    lexicon = Lexicon.of_words("words", words)
    total = sum(words.values())
    for word, weight in words.items():
        tolerance = 0.1 + 0.05 * len(word)  # 8-bit codes
        expected = pytest.approx(np.log(weight / total), abs=tolerance)
        assert lexicon.log_prob("words", word) == expected
    np.testing.assert_allclose(total_probabilities(lexicon), 1, atol=0.06)


def test_beginnings_and_strangers_are_no_words():
    lexicon = Lexicon.of_words("places", PLACES)
    for text in ("", "시자", "경기", "경기도 ", "시장들", "뷁"):
        assert lexicon.log_prob("places", text) == -np.inf


def test_a_token_leads_to_its_node_or_nowhere():
    lexicon = Lexicon.of_words("places", PLACES)
    city, province, nothing = (
        lexicon.child(lexicon.roots["places"], int(encode(c)[0])) for c in "시경나"
    )
    assert nothing == NOWHERE
    assert (lexicon.tokens[[city, province]] == [encode(c)[0] for c in "시경"]).all()


def test_roots_do_not_mix():
    lexicon = Lexicon.of_words("places", PLACES).with_words("personal", {"뷁쀍": 1.0})
    assert lexicon.log_prob("personal", "뷁쀍") == pytest.approx(0)
    assert lexicon.log_prob("personal", "시") == -np.inf
    assert lexicon.log_prob("places", "뷁쀍") == -np.inf
    assert lexicon.log_prob("places", "시") == pytest.approx(np.log(1 / 8), abs=0.05)


def test_a_newer_root_hides_one_of_the_same_name():
    lexicon = Lexicon.of_words("personal", {"가": 1.0}).with_words("personal", {"나": 1.0})
    assert lexicon.log_prob("personal", "가") == -np.inf
    assert lexicon.log_prob("personal", "나") == pytest.approx(0)


def test_no_words_are_a_root_that_leads_nowhere():
    lexicon = Lexicon.of_words("places", PLACES).with_words("personal", {})
    assert lexicon.log_prob("personal", "시") == -np.inf
    assert lexicon.sizes[lexicon.roots["personal"]] == 0


def test_words_that_are_no_hangul_are_refused():
    with pytest.raises(UsageError, match="x"):
        Lexicon.of_words("personal", {"x": 1.0})


class TestChains:
    """Words of several parts."""

    PARTS = (
        Lexicon.of_words("family", {"남": 2, "남궁": 1, "이": 1})
        | Lexicon.of_words("given", {"궁": 1, "민": 2, "임": 1})
        | Lexicon.of_words("more", {"수": 1, "지": 1})
    )

    def names(self) -> Lexicon:
        parts = self.PARTS
        families = (parts.node("family", name) for name in ("남", "남궁", "이"))
        following = {node: {"given": 0.75, "more": 0.25} for node in families}
        following[parts.node("given", "민")] = {"more": 1.0}
        return chained("names", parts, "family", following)

    @pytest.mark.parametrize(
        ("name", "probability"),
        [
            ("남궁", 2 / 4 * 0.75 / 4),  # 남 + 궁; the family name 남궁 alone is no name
            ("남수", 2 / 4 * 0.25 / 2),
            ("남궁수", 1 / 4 * 0.25 / 2),
            ("남민지", 2 / 4 * 0.75 * 2 / 4 / 2),
            ("남궁민수", 1 / 4 * 0.75 * 2 / 4 / 2),
            ("이임", 1 / 4 * 0.75 / 4),
            ("남민", 0),
            ("이수지", 0),
        ],
    )
    def test_a_whole_has_the_probability_of_its_parts(self, name, probability):
        assert np.exp(self.names().log_prob("names", name)) == pytest.approx(probability, rel=0.1)

    def test_probabilities_sum_to_one(self):
        np.testing.assert_allclose(total_probabilities(self.names()), 1, atol=0.05)

    def test_parts_behind_different_ones_are_stored_once(self):
        names = self.names()
        behind = [names.begins[names.node("names", name)] for name in ("남궁민", "이민", "남민")]
        assert len(set(behind)) == 1


class TestFile:
    @pytest.fixture
    def path(self, tmp_path) -> Path:
        lexicon = TestChains().names() | Lexicon.of_words("places", PLACES)
        write_lexicon(lexicon, tmp_path / "small.lexicon")
        return tmp_path / "small.lexicon"

    def test_what_was_written_is_read(self, path):
        lexicon = read_lexicon(path)
        for name, words in (("names", ["남궁민수", "남궁", "이임"]), ("places", [*PLACES, "시청"])):
            written = TestChains().names() if name == "names" else Lexicon.of_words(name, PLACES)
            for word in words:
                assert lexicon.log_prob(name, word) == written.log_prob(name, word)

    def test_a_file_cut_short_is_refused(self, path):
        content = path.read_bytes()
        for size in (0, 4, 8, 20, len(content) // 2, len(content) - 1):
            path.write_bytes(content[:size])
            with pytest.raises(DataError, match=r"small\.lexicon"):
                read_lexicon(path)

    @pytest.mark.parametrize("place", [-1, 40, 120])
    def test_a_damaged_file_is_refused(self, path, place):
        content = bytearray(path.read_bytes())
        content[place] ^= 1
        path.write_bytes(content)
        with pytest.raises(DataError, match="damaged"):
            read_lexicon(path)

    def test_another_version_is_named(self, path):
        content = bytearray(path.read_bytes())
        content[8] = 99
        path.write_bytes(content)
        with pytest.raises(DataError, match="version 99") as caught:
            read_lexicon(path)
        assert "99" in caught.value.message.ko

    def test_anything_else_is_no_lexicon(self, path):
        path.write_text(json.dumps({"나는": 1}))
        with pytest.raises(DataError, match="not a jihwa lexicon"):
            read_lexicon(path)

    def test_missing_files_are_named(self, tmp_path):
        with pytest.raises(DataError, match="none"):
            read_lexicon(tmp_path / "none")

    def test_a_lexicon_inside_an_archive_is_read(self, path, tmp_path):
        archive = tmp_path / "wheel.zip"
        with zipfile.ZipFile(archive, "w") as file:
            file.write(path, "small.lexicon")
        with zipfile.ZipFile(archive) as file:
            inside = read_lexicon(zipfile.Path(file, "small.lexicon"))
        assert inside.log_prob("places", "시장") == read_lexicon(path).log_prob("places", "시장")


@pytest.fixture(scope="module")
def shipped() -> Lexicon:
    return read_lexicon()


class TestShipped:
    def test_it_is_a_distribution_everywhere(self, shipped):
        np.testing.assert_allclose(total_probabilities(shipped), 1, atol=0.12)

    @pytest.mark.parametrize(
        ("root", "word"),
        [
            *[("persons", name) for name in ("김민수", "윤서연", "장현주", "남궁민수", "김구")],
            *[("places", name) for name in ("서울특별시", "마포구", "마포", "프랑스", "세르비아")],
            ("places", "경기도 광주시"),
            ("words", "영화"),
        ],
    )
    def test_it_knows(self, shipped, root, word):
        assert shipped.log_prob(root, word) > -20

    def test_common_names_are_likelier_than_rare_ones(self, shipped):
        log_prob = [shipped.log_prob("persons", name) for name in ("김지영", "곽지영", "곽지뷁")]
        assert log_prob[0] > log_prob[1] > log_prob[2]
