"""Recordings of hours: the same text and signs as of short ones, in memory that does not grow."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from jihwa.composer.text import undo
from jihwa.composer.text.transcript import Sign
from jihwa.io.batch.reading import read
from jihwa.io.writers.document import SignStore

SHARE = st.floats(0, 1)
SIGNS = st.builds(
    Sign,
    start_s=st.floats(0, 1e5),
    end_s=st.floats(0, 1e5),
    sign=st.sampled_from("ㄱㄴㅏ"),
    candidates=st.lists(st.tuples(st.sampled_from("ㄱㄴㅏㅓ"), SHARE), max_size=5).map(tuple),
)


@given(st.lists(st.lists(SIGNS, max_size=6), max_size=4))
def test_signs_come_out_as_they_went_in(parts):
    store = SignStore()
    for part in parts:
        store.extend(part)
    every = [sign for part in parts for sign in part]
    assert list(store) == list(store) == every


def test_text_that_is_let_go_of_is_the_same_text(engine, spell, monkeypatch):
    monkeypatch.setattr(undo, "MOST_STEPS", 10)  # what can be undone is kept, for hundreds of steps
    frames = spell("오늘은 친구랑 같이 저녁을 먹기로 했어요", "normal", wearer=7).frames
    held = []

    def source():
        for i in range(3):
            time_s = frames.time_s + i * (frames.time_s[-1] + 0.03)
            yield replace(frames, time_s=time_s)
            held.append(len(engine.composer.text))

    text = read(engine, source(), most_characters=20, kept_words=3)
    n_held = held.copy()
    whole = engine.run(source())
    assert max(n_held) < max(held) - 20
    assert text.text == whole.text
    assert text.candidates == whole.candidates
    assert tuple(text.words) == whole.words
    assert tuple(text.signs) == whole.signs
