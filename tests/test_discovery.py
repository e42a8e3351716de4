"""What is meant by the names on the command line: folders, patterns, names of any form."""

import unicodedata
from functools import partial

import pytest
from takes import TEXT, tree


def test_folder_is_mirrored(jihwa, archive, tmp_path):
    folder = archive("a.csv", "x/b.csv.gz", "x/y/c.jsonl", "x/y/.hidden.csv", ".git/d.csv")
    (folder / "a.json").write_text("{}")  # the truth of a simulated recording
    (folder / "notes.txt").write_text("no recording")
    done = jihwa("transcribe", folder, "--output", tmp_path / "out")
    assert (done.code, done.out, done.err) == (0, "", "")
    assert tree(tmp_path / "out") == dict.fromkeys(("a.txt", "x/b.txt", "x/y/c.txt"), TEXT)


def test_several_folders_are_mirrored_below_what_holds_them_all(jihwa, archive, tmp_path):
    root = archive("one/a.csv", "two/a.csv", "two/deep/a.csv")
    assert jihwa("transcribe", root / "one", root / "two", "--output", tmp_path / "out").code == 0
    assert set(tree(tmp_path / "out")) == {"one/a.txt", "two/a.txt", "two/deep/a.txt"}


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*.csv", {"a.txt"}),
        ("**/*.csv", {"a.txt", "x/b.txt", "x/y/c.txt"}),
        ("x/*", {"b.txt", "y/c.txt"}),
        ("?.csv", {"a.txt"}),
    ],
)
def test_pattern_stands_for_what_it_matches(jihwa, archive, tmp_path, pattern, found):
    folder = archive("a.csv", "x/b.csv", "x/y/c.csv")
    assert jihwa("transcribe", folder / pattern, "--output", tmp_path / "out").code == 0
    assert set(tree(tmp_path / "out")) == found


def test_name_that_looks_like_a_pattern_is_a_name_first(jihwa, archive, tmp_path):
    folder = archive("a[1].csv", "a1.csv")
    assert jihwa("transcribe", folder / "a[1].csv", "--output", tmp_path / "out").code == 0
    assert set(tree(tmp_path / "out")) == {"a[1].txt"}


def test_recording_that_is_named_twice_is_read_once(jihwa, archive, tmp_path):
    folder = archive("a.csv", "b.csv")
    done = jihwa("transcribe", folder, folder / "a.csv", "--output", tmp_path / "out")
    assert (done.code, set(tree(tmp_path / "out"))) == (0, {"a.txt", "b.txt"})


def test_results_within_the_folder_are_no_recordings(jihwa, archive):
    folder = archive("a.csv")
    for _ in range(2):
        done = jihwa("transcribe", folder, "--format", "csv", "--output", folder / "out", "--force")
        assert done.code == 0
    assert set(tree(folder)) == {"a.csv", "out/a.csv"}


@pytest.mark.parametrize(
    "name",
    ["with space.csv", "new\nline.csv", "가나.csv", unicodedata.normalize("NFD", "가나.csv")],
)
def test_any_name_is_kept(jihwa, archive, tmp_path, name):
    folder = archive(name, f"{name[:-4]} 폴더/{name}")
    done = jihwa("transcribe", folder, "--output", tmp_path / "out")
    stem = name[:-4]
    assert (done.code, done.err) == (0, "")
    assert set(tree(tmp_path / "out")) == {f"{stem}.txt", f"{stem} 폴더/{stem}.txt"}


def test_message_about_any_name_is_one_line(jihwa, tmp_path):
    (tmp_path / "new\nli\x1bne.csv").write_text("")
    (line,) = jihwa("transcribe", tmp_path / "new\nli\x1bne.csv").err.splitlines()
    assert r"new\nli\x1bne.csv" in line


@pytest.mark.parametrize("forms", [("NFC", "NFD"), ("NFD", "NFC"), ("NFD", "NFD")])
@pytest.mark.parametrize("pattern", ["한글/녹*.csv", "한글/**/녹음[12].csv", "한*/녹음1.csv"])
def test_a_pattern_matches_names_of_either_form(jihwa, archive, forms, pattern):
    of_folder, of_file = (partial(unicodedata.normalize, form) for form in forms)
    folder = archive(f"{of_folder('한글')}/{of_file('녹음')}1.csv")
    assert jihwa("transcribe", folder / pattern).out == TEXT
    assert jihwa("transcribe", folder / "한글" / "녹음1.csv").out == TEXT


@pytest.mark.parametrize("litter", ["._가.csv", "~$가.csv", "._mac/나.csv"])
def test_what_other_programs_leave_behind_is_no_recording(jihwa, archive, litter):
    folder = archive("가.csv")
    (folder / litter).parent.mkdir(exist_ok=True)
    (folder / litter).write_bytes(b"\0\5\x16\7")
    for named in ([folder], [folder / "*.csv"], sorted(folder.glob("*.csv"))):
        done = jihwa("transcribe", *named)
        assert (done.code, done.out) == (0, TEXT)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_name_may_be_typed_in_another_form_than_it_is_stored(jihwa, archive, form):
    folder = archive(unicodedata.normalize(form, "한글.csv"))
    other = {"NFC": "NFD", "NFD": "NFC"}[form]
    assert jihwa("transcribe", folder / unicodedata.normalize(other, "한글.csv")).out == TEXT


# --- formats
