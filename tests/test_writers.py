"""Writers: what is not known is null, what was no letter is left out, Hangul stays readable."""

import json
import math

from jihwa.composer.edits import TextEdit
from jihwa.composer.transcript import Candidate, Sign, Transcript, Word
from jihwa.io.writers import Document, as_json, as_text
from jihwa.recognizer.events import NO_SIGN, REST

DOCUMENT = Document(
    source="take.csv",
    duration_s=2.00049,
    transcript=Transcript(
        text="가",
        candidates=(Candidate("가", -1e-9), Candidate("나", -math.inf)),
        words=(Word("가", math.nan, math.nan, 0.12345678),),
        signs=(
            Sign(0.0, 0.5, REST, ((REST, 1.0),)),
            Sign(0.61234, 1.0, "ㄱ", (("ㄱ", 0.8), (NO_SIGN, 0.2))),
            Sign(1.1, 1.2, NO_SIGN, ((NO_SIGN, 1.0),)),
        ),
        edit=TextEdit.between("", "가"),
    ),
    warnings=("조심",),
)


def test_json_has_null_where_nothing_is_known_and_as_many_digits_as_tell_something():
    text = as_json(DOCUMENT)
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
        "warnings": ["조심"],
    }
    assert "-0.0" not in text


def test_json_is_one_line_with_hangul_in_it():
    assert as_json(DOCUMENT).count("\n") == 1
    assert '"text": "가"' in as_json(DOCUMENT)


def test_text_is_the_text_alone():
    assert as_text(DOCUMENT) == "가\n"
