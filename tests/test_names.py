"""Personal names that are learned from titles."""

from pathlib import Path

import numpy as np
import pytest

from jihwa.composer.language.files import read_lexicon
from jihwa.composer.language.profanity import Profanity
from jihwa.composer.language.training.lexicon import (
    LexiconSources,
    build_lexicon,
    foreign_first,
    frequent_words,
    places,
)
from jihwa.composer.language.training.personal_names import NameStatistics, learn_names, persons

FAMILIES = ["김", "이", "박", "최", "남궁"]
UNKNOWN_FAMILY = "윤"
FIRST, SECOND = "민서지영수현정은준재", "수진희호영준연아우민"
GIVEN = [a + b for a in FIRST[:5] for b in SECOND[:5]]


def titles() -> list[str]:
    """Two thirds of all names, and as many other words that begin with any syllable."""
    rng = np.random.default_rng(0)
    names = [f + a + b for f in [*FAMILIES[:4], UNKNOWN_FAMILY] for a in FIRST for b in SECOND]
    others = [
        "".join(rng.choice(list("김이윤가나다라전차기산바리하도")) for _ in range(3)) for _ in names
    ]
    return [name for name in names if rng.random() < 0.66] + others


@pytest.fixture(scope="module")
def statistics() -> NameStatistics:
    return learn_names(titles(), FAMILIES, GIVEN)


def test_a_family_name_that_was_not_listed_is_found(statistics):
    family = dict(zip(statistics.syllables, statistics.family, strict=True))
    assert family[UNKNOWN_FAMILY] == pytest.approx(0.2, abs=0.05)
    assert max(family[s] for s in "가나다산") < 0.01


def test_names_are_told_from_other_words(statistics):
    assert {"김민수", "윤지영"} & set(titles()) <= statistics.names
    assert not any(name[0] in "가나다라" for name in statistics.names)


def test_names_that_were_never_seen_are_likely_too(statistics):
    lexicon = persons(statistics, FAMILIES)
    seen = set(titles())
    names = (f + a + b for f in "김윤" for a in FIRST for b in SECOND)
    unseen = [name for name in names if name not in seen]
    assert unseen
    for name in unseen:
        assert lexicon.log_prob("persons", name) > np.log(1e-4)
    assert lexicon.log_prob("persons", "김산바") < np.log(1e-5)


def test_short_given_and_long_family_names_are_known(statistics):
    lexicon = persons(statistics, FAMILIES)
    for name in ("김민", "남궁민수", "남궁민"):
        assert lexicon.log_prob("persons", name) > np.log(1e-6)
    for text in ("김", "남궁", "바람", "김민수진"):
        assert lexicon.log_prob("persons", text) == -np.inf


def test_parts_of_addresses_are_places():
    weights = places(["숭인", "숭인동", "가리봉역", "가리봉", "사랑"], ["경기도 광주시 퇴촌면"])
    for place in (
        "경기도 광주시 퇴촌면",
        "광주시 퇴촌면",
        "퇴촌면",
        "숭인",
        "숭인동",
        "가리봉",
        "프랑스",
    ):
        assert place in weights
    assert weights["광주시"] > weights["숭인동"] > weights["숭인"] > weights.get("사랑", 0)


def test_foreign_words_come_first():
    known = ["트리니다드", "스리랑카", "카자흐스탄", "아르헨티나", "프랑스"]
    others = ["대한민국사", "청와대", "경복궁", "학교", "민주화", "국민대회", "조선왕조"]
    found = foreign_first([*known[1:], "파키스탄", "드리스", *others], known)
    assert set(found[:6]) == {*known[1:], "파키스탄", "드리스"}


def test_words_are_frequent_and_no_particles():
    assert frequent_words({"영화": 100, "재미": 12, "드문말": 2, "에서": 50}).keys() == {
        "영화",
        "재미",
    }


@pytest.fixture
def lists(tmp_path) -> dict[str, Path]:
    """Small files to learn from, with lines that cannot be used."""
    content = {
        "text": "우리는 영화를 봤다 abc ㅋㅋ\n" * 20,
        "titles": "\n".join([*titles(), "A형", "숭인동", "시발점"]),
        "addresses": "경기도 광주시\nSeoul 1",
        "profane": "시발 shit",
        "family": "\n".join(FAMILIES),
        "given": "\n".join(GIVEN),
        "frequent": "네\n좋아요\n맞아\n물\n물을\n",
        "spoken": "불 좀 꺼 주세요\n" * 2 + "시발 abc\n",
    }
    for name, lines in content.items():
        (tmp_path / name).write_text(lines, encoding="utf-8")
    return {name: tmp_path / name for name in (*content, "output")}


def learn(jihwa, lists):
    options = [(f"--{name}", lists[name]) for name in ("titles", "addresses", "profane", "output")]
    names = ("--names", lists["family"], lists["given"])
    names += ("--spoken", lists["frequent"], lists["spoken"])
    return jihwa("lm", "lexicon", lists["text"], *(x for pair in options for x in pair), *names)


def test_the_command_learns_from_files(jihwa, lists):
    assert learn(jihwa, lists).code == 0
    lexicon = read_lexicon(lists["output"])
    for root, word in (
        ("persons", "윤지영"),
        ("places", "광주시"),
        ("words", "영화를"),
        ("spoken", "네 좋아요"),
    ):
        assert lexicon.log_prob(root, word) > -np.inf
    profanity = Profanity(lexicon)
    assert profanity.is_in("시발")
    assert not profanity.is_in("시발점")


@pytest.mark.parametrize(
    "name", ["text", "titles", "addresses", "profane", "family", "given", "spoken"]
)
def test_a_missing_list_is_named(jihwa, lists, name):
    lists[name].unlink()
    done = learn(jihwa, lists)
    assert done.code == 2
    assert str(lists[name]) in done.err


def test_titles_without_names_are_refused(jihwa, lists):
    lists["titles"].write_text("abc\n", encoding="utf-8")
    done = learn(jihwa, lists)
    assert done.code == 2
    assert str(lists["titles"]) in done.err


@pytest.mark.slow
def test_the_shipped_lexicon_is_learned_again(shared, tmp_path):
    text = shared.parent / "text"
    sources = LexiconSources(
        texts=(text / "train_open.txt.gz", text / "train_sharealike.txt.gz"),
        titles=text / "titles_open.txt.gz",
        families=text / "family_names.txt",
        given=text / "given_names.txt",
        addresses=text / "addresses.txt",
        profane=text / "profane.txt",
        frequent=text / "lexicon_sharealike.txt",
        spoken=text / "train_sharealike.txt.gz",
    )
    build_lexicon(sources, tmp_path / "again.lexicon")
    shipped = Path(__file__).parents[1] / "composer" / "language" / "korean.lexicon"
    assert (tmp_path / "again.lexicon").read_bytes() == shipped.read_bytes()


def test_development_names_are_cheap(shared):
    names = (shared.parent / "text" / "dev_names.txt").read_text(encoding="utf-8").split("\n")
    lexicon = read_lexicon()
    bits = [-lexicon.log_prob("persons", name) / np.log(2) for name in names[:75]]
    assert np.mean(bits) < 16
