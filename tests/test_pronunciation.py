"""How a text is said, by the pairs of pronunciations.tsv."""

import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pairs import pairs_of

from jihwa.io.speech.pronunciation import pronounce

ARTICLES = pairs_of("pronunciations.tsv")


@pytest.mark.parametrize("article", ARTICLES)
def test_article(article):
    assert {written: pronounce(written) for written in ARTICLES[article]} == ARTICLES[article]


def test_a_sentence():
    assert pronounce("꽃잎이 떨어집니다.") == "꼰니피 떠러짐니다."
    assert pronounce("제 이름은 김민수입니다") == "제 이르믄 김민수임니다"


def test_everyday_words():
    said = {
        "학교 식당": "학꾜 식땅",
        "괜찮아요": "괜차나요",
        "그렇습니다": "그러씀니다",
        "어떻게 할 거예요?": "어떠케 할 꺼예요?",
        "읽기가 싫다": "일끼가 실타",
        "압력과 독립": "암녁꽈 동닙",
        "깨끗한 옷": "깨끄탄 옫",
        "끝이 낱낱이": "끄치 난나치",
        "몇 년 동안": "면 년 동안",
    }
    assert {written: pronounce(written) for written in said} == said


def test_a_lone_letter_is_read_by_its_name():
    assert pronounce("ㄱ") == "기역"
    assert pronounce("ㅏ, ㅢ") == "아, 의"
    assert pronounce("ㄷ이 아니라 ㅎ") == "디그시 아니라 히읃"
    assert pronounce("ㅋㅋ") == "키윽 키윽"


@given(st.text(st.characters(categories=["Lo", "Zs"])))
def test_what_has_no_reading_is_left_as_it_is(text):
    foreign = "".join(c for c in text if not ("\u1100" <= c <= "\u11ff" or "\u3131" <= c <= "힣"))
    assert pronounce(foreign) == foreign


def test_digits_latin_and_punctuation_stand_between_hangul():
    assert pronounce("3층 A동으로, 같이?") == "삼 층 에이동으로, 가치?"


def test_letters_that_are_typed_apart_are_composed_first():
    assert pronounce("\u1101\u1169\u11be\u110b\u1175\u11c1") == "꼰닙"


@given(st.text("가각갂간갆닭값앉않넓밟잎입있없좋국밥신라같이굳히희의져계 .3", max_size=12))
def test_what_is_said_has_no_coda_but_the_seven(text):
    plain = set(range(28)) & {0, 1, 4, 7, 8, 16, 17, 21}
    said = [(ord(c) - ord("가")) % 28 for c in pronounce(text) if "가" <= c <= "힣"]
    moved_back = {coda for coda in said if coda not in plain}
    assert not moved_back


@given(st.sampled_from([said for pairs in ARTICLES.values() for said in pairs.values()]))
def test_what_is_written_as_said_is_said_so(said):
    assert pronounce(said) == said


@pytest.fixture(scope="module")
def phonemes():
    """What espeak-ng makes of a text, stress marks aside."""
    if shutil.which("espeak-ng") is None:
        pytest.skip("needs the package espeak-ng")

    def phonemes(text):
        command = ["espeak-ng", "-v", "ko", "-x", "-q", text]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return told.strip().translate(str.maketrans("", "", "',"))

    return phonemes


@pytest.mark.parametrize(
    ("written", "said"),
    [("입니다", "임니다"), ("꽃잎", "꼰닙"), ("신라", "실라"), ("좋다", "조타"), ("담요", "담뇨"),
     ("서울역", "서울력"), ("맑게", "말께"), ("할 것을", "할 꺼슬"), ("국물", "궁물")],
)  # fmt: skip
def test_espeak_says_the_pronunciation_with_the_rules_and_something_else_without(
    written, said, phonemes
):
    assert phonemes(pronounce(written)) == phonemes(said)
    assert phonemes(written) != phonemes(said)
