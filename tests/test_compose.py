"""`jihwa compose`: letters to text, from arguments and lines."""

import pytest


def test_compose_turns_letters_into_text(jihwa):
    assert jihwa("compose", "ㅎㅏㄱㄱㅛ").out == "학교\n"


def test_compose_reads_a_sequence_a_line(jihwa, pipe_in):
    pipe_in("ㅎㅏㄱㄱㅛ\n\nㅇㅏㄱㄱㅏ\n".encode())
    assert jihwa("compose").out == "학교\n\n아까\n"


@pytest.mark.parametrize("encoding", ["cp949", "utf-16", "utf-16-le", "utf-16-be"])
def test_compose_reads_what_windows_saves(jihwa, pipe_in, encoding):
    pipe_in("ㅎㅏㄱㄱㅛ\r\nㅇㅏㄱㄱㅏ\r\n".encode(encoding))
    assert jihwa("compose").out == "학교\n아까\n"


def test_compose_names_the_bad_line_and_goes_on(jihwa, pipe_in):
    pipe_in("ㅎㅏㄱㄱㅛ\nabc\nㅇㅏㄱㄱㅏ\n".encode())
    done = jihwa("compose")
    assert (done.code, done.out) == (1, "학교\n\n아까\n")
    (line,) = done.err.splitlines()
    assert line.startswith("jihwa: line 2: ")


def test_compose_joins_single_letters_but_not_words(jihwa):
    assert jihwa("compose", *"ㅎㅏㄱㄱㅛ").out == "학교\n"
    assert jihwa("compose", "ㄴㅏ", "ㄱㅏ").out == "나 가\n"


@pytest.mark.parametrize("letters", [[""], ["", " "]])
def test_compose_without_a_letter_is_the_users_mistake(jihwa, letters):
    assert jihwa("compose", *letters).code == 2


@pytest.mark.parametrize("letters", ["abc", "漢字", "ᄀ"])
def test_compose_refuses_what_is_no_letter(jihwa, letters):
    done = jihwa("compose", letters)
    assert (done.code, done.out) == (2, "")
    assert letters[0] in done.err


@pytest.mark.parametrize("letters", ["x" * 5000, "ㄱ" * 5000 + "☃", "ㄱ\x1b[31m☃"])
def test_compose_quotes_what_it_refuses_briefly_and_printably(jihwa, letters):
    (line,) = jihwa("compose", letters).err.splitlines()
    assert len(line) < 200
    assert line.isprintable()
