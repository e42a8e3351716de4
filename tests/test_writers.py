"""Writers: what is not known is null, what was no letter is left out, times never overlap."""

import csv
import io
import json
import math
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import pairwise

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pympi import Elan, Praat

from jihwa.composer.text.transcript import Candidate, Sign, TextEdit, Transcript, Word
from jihwa.io.writers import FORMATS
from jihwa.io.writers.annotation import tiers
from jihwa.io.writers.document import Document
from jihwa.io.writers.plain import schema
from jihwa.recognizer.events import NO_SIGN, REST

READING = Transcript(
    text="가",
    candidates=(Candidate("가", -1e-9), Candidate("나", -math.inf)),
    words=(Word("가", math.nan, math.nan, 0.12345678),),
    signs=(
        Sign(0.0, 0.5, REST, ((REST, 1.0),)),
        Sign(0.61234, 1.0, "ㄱ", (("ㄱ", 0.8), (NO_SIGN, 0.2))),
        Sign(1.1, 1.2, NO_SIGN, ((NO_SIGN, 1.0),)),
    ),
    edit=TextEdit.between("", "가"),
)
DOCUMENT = Document("take.csv", 2.00049, READING, ("조심",))
SPELLED = Document(
    source='my "take", 1.csv',
    duration_s=30.0,
    transcript=replace(
        READING,
        text="가나 다 라",
        words=(
            Word("가나", 1.0, 3.0, 0.9),
            Word("다", 3.4, 4.0, 0.5),
            Word("라", 8.0, 8.2, 0.8),
        ),
        signs=tuple(
            Sign(start, start + 0.4, sign, ((sign, 0.7), ("ㅋ", 0.3)))
            for start, sign in zip(
                (1, 1.5, 2, 2.5, 3.4, 3.8, 8, 8.2), "ㄱㅏㄴㅏㄷㅏㄹㅏ", strict=True
            )
        ),
    ),
    warnings=(),
)
EMPTY = Document("take.csv", 0.0, replace(READING, text="", words=(), signs=()), ())


def written(name: str, document: Document) -> str:
    file = io.StringIO()
    FORMATS[name].write(document, file)
    return file.getvalue()


def test_json_has_null_where_nothing_is_known_and_as_many_digits_as_tell_something():
    text = written("json", DOCUMENT)
    assert json.loads(text, parse_constant=lambda name: name) == {
        "source": "take.csv",
        "duration_s": 2.0,
        "text": "가",
        "candidates": [{"text": "가", "log_prob": 0.0}, {"text": "나", "log_prob": None}],
        "words": [{"text": "가", "start_s": None, "end_s": None, "confidence": 0.123457}],
        "signs": [
            {
                "start_s": 0.612,
                "end_s": 1.0,
                "sign": "ㄱ",
                "candidates": [["ㄱ", 0.8], ["no_sign", 0.2]],
            }
        ],
        "unread": [],
        "warnings": ["조심"],
    }
    assert "-0.0" not in text


def test_json_is_one_line_with_hangul_in_it():
    assert written("json", DOCUMENT).count("\n") == 1
    assert '"text": "가"' in written("json", DOCUMENT)


@pytest.mark.parametrize("document", [DOCUMENT, SPELLED, EMPTY])
def test_json_is_as_its_schema_says(document):
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.validate(json.loads(written("json", document)), schema())


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content.pop("words"),
        lambda content: content.update(more=1),
        lambda content: content["signs"][0].update(end_s="1"),
        lambda content: content["signs"][0]["candidates"][0].append(1),
        lambda content: content["words"][0].update(confidence=1.5),
    ],
)
def test_schema_refuses_anything_else(damage):
    content = json.loads(written("json", SPELLED))
    damage(content)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(content, schema())


def test_text_is_the_text_alone():
    assert written("txt", DOCUMENT) == "가\n"


def test_words_behind_a_long_pause_are_another_sentence():
    sentences, words, signs = tiers(SPELLED)
    assert [span.text for span in sentences.annotations] == ["가나 다", "라"]
    assert [span.text for span in words.annotations] == ["가나", "다", "라"]
    assert "".join(span.text for span in signs.annotations) == "ㄱㅏㄴㅏㄷㅏㄹㅏ"
    assert sentences.annotations[0].confidence == 0.5


def test_subtitles_hold_what_is_read_at_once():
    blocks = written("srt", SPELLED).strip().split("\n\n")
    assert blocks == [
        "1\n00:00:01,000 --> 00:00:04,000\n가나 다",
        "2\n00:00:08,000 --> 00:00:09,000\n라",
    ]
    assert written("vtt", SPELLED).startswith("WEBVTT\n\n")
    assert "00:00:01.000 --> 00:00:04.000\n가나 다\n" in written("vtt", SPELLED)


def test_long_text_is_cut_into_subtitles_that_never_overlap():
    words = tuple(Word("가나다라마바", 3 * i, 3 * i + 2.5, 0.9) for i in range(40))
    text = written("srt", replace(SPELLED, transcript=replace(READING, words=words)))
    times = re.findall(r"(\d+):(\d+):(\d+),(\d+)", text)
    times_ms = [
        int(h) * 3_600_000 + int(m) * 60_000 + int(s) * 1000 + int(ms) for h, m, s, ms in times
    ]
    assert times_ms == sorted(times_ms)
    assert len(re.findall("-->", text)) == 20
    assert text.count("가나다라마바") == 40


def test_subtitles_of_more_than_a_hundred_hours_tell_the_hour():
    words = (Word("가", 3.5, 4.5, 0.9), Word("나", 400_000.0, 400_001.25, 0.9))
    long = replace(SPELLED, transcript=replace(READING, words=words))
    assert "111:06:40,000 --> 111:06:41,250\n나\n" in written("srt", long)
    assert "111:06:40.000 --> 111:06:41.250\n나\n" in written("vtt", long)


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r"])
def test_a_table_is_text_to_a_spreadsheet(first):
    text = f"{first}1+1"
    words = (Word(text, 0.0, 1.0, 0.9),)
    content = written(
        "csv", replace(SPELLED, source=text, transcript=replace(READING, words=words))
    )
    assert content.startswith("\ufeffsource,")
    for row in csv.DictReader(io.StringIO(content, newline="")):
        assert row["\ufeffsource"] == "'" + text
        assert row["text"] == "'" + text or row["tier"] == "signs"


def test_table_has_a_row_for_everything():
    rows = list(csv.DictReader(io.StringIO(written("csv", SPELLED).removeprefix("\ufeff"))))
    assert [row["tier"] for row in rows] == ["sentence"] * 2 + ["words"] * 3 + ["signs"] * 8
    assert rows[2] == {
        "source": 'my "take", 1.csv',
        "tier": "words",
        "start_s": "1.000",
        "end_s": "3.000",
        "text": "가나",
        "confidence": "0.9000",
        "candidates": "",
    }
    assert rows[5]["candidates"] == "ㄱ 0.7000 ㅋ 0.3000"


def test_elan_document_is_read_again_by_pympi(tmp_path):
    (tmp_path / "take.eaf").write_text(written("eaf", SPELLED), encoding="utf-8")
    eaf = Elan.Eaf(tmp_path / "take.eaf")
    assert list(eaf.get_tier_names()) == [
        "sentence",
        "sentence confidence",
        "words",
        "words confidence",
        "signs",
        "signs confidence",
        "signs candidates",
    ]
    assert sorted(eaf.get_annotation_data_for_tier("words")) == [
        (1000, 3000, "가나"),
        (3400, 4000, "다"),
        (8000, 8200, "라"),
    ]
    sure = sorted(eaf.get_ref_annotation_data_for_tier("words confidence"))
    assert [(start, end, value) for start, end, value, _ in sure] == [
        (1000, 3000, "0.900"),
        (3400, 4000, "0.500"),
        (8000, 8200, "0.800"),
    ]


@pytest.mark.parametrize("document", [DOCUMENT, SPELLED, EMPTY])
def test_elan_document_keeps_the_rules_of_the_format(document):
    """Those that a reader relies on: order, unique names, references that lead somewhere."""
    root = ET.fromstring(written("eaf", document))
    order = ["HEADER", "TIME_ORDER", "TIER", "LINGUISTIC_TYPE", "CONSTRAINT"]
    places = [order.index(child.tag) for child in root]
    assert places == sorted(places)
    assert {"DATE", "AUTHOR", "VERSION", "FORMAT"} <= set(root.attrib)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", root.get("DATE"))
    slots = {
        slot.get("TIME_SLOT_ID"): int(slot.get("TIME_VALUE")) for slot in root.iter("TIME_SLOT")
    }
    assert list(slots.values()) == sorted(slots.values())
    ids = [node.get("ANNOTATION_ID") for node in root.iter() if node.get("ANNOTATION_ID")]
    assert len({*ids, *slots}) == len(ids) + len(slots)
    types = {node.get("LINGUISTIC_TYPE_ID"): node for node in root.iter("LINGUISTIC_TYPE")}
    names = [tier.get("TIER_ID") for tier in root.iter("TIER")]
    assert len(set(names)) == len(names)
    for tier in root.iter("TIER"):
        kind = types[tier.get("LINGUISTIC_TYPE_REF")]
        refers = kind.get("CONSTRAINTS") == "Symbolic_Association"
        assert (tier.get("PARENT_REF") in names) == refers
        spans = [
            (slots[node.get("TIME_SLOT_REF1")], slots[node.get("TIME_SLOT_REF2")])
            for node in tier.iter("ALIGNABLE_ANNOTATION")
        ]
        assert all(start < end for start, end in spans)
        assert all(a[1] <= b[0] for a, b in pairwise(spans))
        assert bool(spans) <= (not refers)
        assert all(node.get("ANNOTATION_REF") in ids for node in tier.iter("REF_ANNOTATION"))


def test_praat_reads_the_tiers(tmp_path):
    (tmp_path / "take.TextGrid").write_text(written("textgrid", SPELLED), encoding="utf-8")
    grid = Praat.TextGrid(tmp_path / "take.TextGrid")
    assert grid.xmax == 30.0
    assert [name for _, name in grid.get_tier_name_num()] == [
        f"{name}{what}" for name in ("sentence", "words", "signs") for what in ("", " confidence")
    ]
    spans = [span for span in grid.get_tier("words").get_intervals() if span[2]]
    assert spans == [(1.0, 3.0, "가나"), (3.4, 4.0, "다"), (8.0, 8.2, "라")]


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("document", [DOCUMENT, EMPTY])
def test_every_format_can_be_empty_or_without_times(name, document):
    text = written(name, document)
    assert text == "" or text.endswith("\n")
    assert "nan" not in text


TIME_S = st.one_of(st.just(math.nan), st.floats(0, 100))
WORDS = st.lists(st.builds(Word, st.just("가"), TIME_S, TIME_S, st.floats(0, 1)), max_size=8)


@given(WORDS)
def test_spans_follow_each_other_whatever_their_times(words):
    document = replace(SPELLED, transcript=replace(READING, words=tuple(words)))
    for tier in tiers(document):
        end_ms = 0
        for span in tier.annotations:
            assert end_ms <= span.start_ms < span.end_ms
            end_ms = span.end_ms
