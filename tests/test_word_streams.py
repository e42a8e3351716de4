"""Words in a stream of frames: between its pauses, and by the published vote."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from jihwa.recognizer.word_signs import AGREEING, FRAMES, GONE, RESTS, Pauses, Vote


class TestPauses:
    """Frames that say themselves which word they are: it changes where they do."""

    @staticmethod
    def answer(sequences):
        (sequence,) = sequences
        told = np.bincount(sequence[:, 0].astype(int), minlength=4)[1:]
        return np.log([(told + 1e-9) / (told + 1e-9).sum()])

    def words(self, *parts, cuts=()):
        """What is read of (word, moves, frames) parts; word 0 is nobody."""
        rows = [
            ((word, 9.0 * moves * (at % 2), 1.0) if word else (0, 0, 0))
            for word, moves, n in parts
            for at in range(n)
        ]
        reader = Pauses(self.answer, np.array([0.0, 1.0, 0.0]), n_frames=12)
        read = [w for part in np.split(np.array(rows), cuts) for w in reader.feed(part)]
        return [(w.word + 1, w.start, w.end, w.known) for w in read + reader.flush()]

    def test_a_word_is_known_soon_after_its_end(self):
        (gone,) = self.words((0, 0, 5), (1, 1, 12), (0, 0, 9))
        assert gone == (1, 5, 16, 5 + 12 + GONE - 1)
        (rested,) = self.words((0, 0, 5), (1, 1, 12), (1, 0, 20))
        assert rested[:2] == (1, 5)
        assert rested[3] - rested[2] == RESTS

    def test_what_is_too_short_or_unsure_is_no_word(self):
        assert self.words((1, 1, 3), (0, 0, 9)) == []
        assert self.words((1, 1, 6), (2, 1, 6), (3, 1, 6), (0, 0, 9)) == []

    def test_a_pause_within_a_word_does_not_end_it(self):
        halves = ((1, 1, 7), (2, 1, 6), (2, 0, 11), (1, 1, 20), (0, 0, 9))
        ((word, start, end, _),) = self.words(*halves)
        assert (word, start, end) == (1, 0, 43)

    @given(st.lists(st.integers(0, 80), max_size=5))
    def test_cuts_change_nothing(self, cuts):
        parts = ((1, 1, 14), (1, 0, 12), (2, 1, 15), (0, 0, 7), (2, 1, 20), (3, 1, 20))
        assert self.words(*parts, cuts=sorted(cuts)) == self.words(*parts)


class TestVote:
    """Frames that say themselves which word they are, and how surely."""

    @staticmethod
    def answer(windows):
        last = np.array([window[-1] for window in windows])
        sure = np.full((len(windows), 3), (1 - last[:, 1:]) / 2)
        sure[np.arange(len(windows)), last[:, 0].astype(int)] = last[:, 1]
        return np.log(sure)

    @staticmethod
    def frames(*told):
        return np.repeat([word for word, _ in told], [n for _, n in told], axis=0).astype(float)

    def words(self, frames, n_frames=FRAMES):
        vote = Vote(self.answer, n_frames)
        return [(w.word, w.start, w.end) for w in vote.feed(frames) + vote.flush()]

    def test_three_sure_answers_that_agree_are_a_word(self):
        enough = FRAMES + AGREEING - 1
        assert self.words(self.frames(((1, 0.95), enough))) == [(1, 0, enough - 1)]
        assert self.words(self.frames(((1, 0.95), enough - 1))) == []
        assert self.words(self.frames(((1, 0.85), 100))) == []

    def test_another_word_ends_the_one_before(self):
        told = self.words(self.frames(((1, 0.95), 40), ((2, 0.95), 10), ((0, 0.95), 2)))
        assert told == [(1, 0, 39), (2, 40 - FRAMES + 1, 49)]

    def test_unsure_answers_count_neither_way(self):
        one, unsure = ((1, 0.95), 1), ((2, 0.5), 5)
        before = ((1, 0.5), FRAMES)
        assert self.words(self.frames(before, one, unsure, one, unsure, one))[0][0] == 1

    @given(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 9)), max_size=12), st.data())
    def test_cuts_change_nothing(self, told, data):
        frames = self.frames(*(((word, 0.95), n) for word, n in told), ((0, 0.5), 1))
        cuts = data.draw(st.lists(st.integers(0, len(frames)), max_size=4).map(sorted))
        vote = Vote(self.answer, 4)
        parts = [word for part in np.split(frames, cuts) for word in vote.feed(part)]
        parts += vote.flush()
        assert [(w.word, w.start, w.end) for w in parts] == self.words(frames, 4)
