"""Behind a rest comes a new word, however sure the model was that the text ended."""

import pytest
from emissions import BASIC, shown
from stories import Reader, model

from jihwa.composer.decoding.alignment import written
from jihwa.composer.decoding.decoder import Decoder
from jihwa.composer.decoding.options import DecoderOptions
from jihwa.composer.language.jamo import decode


@pytest.mark.parametrize("behind", ["지워줄래", "대한민", "알려줘", "감사합니", "켜줘", "해운대"])
@pytest.mark.parametrize("beam", [8, 128])
def test_behind_a_final_text(behind, beam):
    decoder = Decoder(BASIC, model(), DecoderOptions(beam=beam))
    state = decoder.begin(behind, word_is_over=True)
    text = ""
    for emission in shown("ㅎㅏㄱㄱㅛ", BASIC):
        state = decoder.step(state, (emission,))
        text += decode(written(state.committed))
    assert (text + decode(state.preedit)).strip() == "학교"


@pytest.mark.parametrize("completes", [True, False])
def test_behind_a_word_that_ends_most_texts(completes):
    reader = Reader(BASIC).feed(shown("ㅈㅣㅇㅜㅓㅈㅜㄹㄹㅏㅣ-", BASIC))
    if completes:
        reader.follow(reader.composer.complete())
    reader.feed(shown("ㅎㅏㄱㄱㅛ-", BASIC))
    assert reader.flush().text == "지워 줄래 학교"
