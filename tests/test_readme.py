"""What the READMEs say can be done as it stands: examples, commands, links, figures' commands."""

import re
import shlex
from itertools import pairwise
from pathlib import Path

import pytest

from jihwa.data.messages import UsageError
from jihwa.io import cli

ROOT = Path(__file__).parents[1]
FRONT = ROOT / "README.md", ROOT / "README.ko.md"
BENCHMARKS = ROOT / "tests" / "benchmarks"
DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), BENCHMARKS / "README.md"]
    + [
        path
        for top in ("data", "models", "recognizer", "composer", "io")
        for path in (ROOT / top).rglob("*.md")
    ]
)
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
STAND_INS = {"N": "1", "S": "1", "...": None, "…": None}
"""What a reader puts in the place of a word in a command, where any word would not do."""


def text_of(path):
    return path.read_text(encoding="utf-8")


def name(path):
    return str(path.relative_to(ROOT))


def examples():
    for path in DOCUMENTS:
        found = re.findall(r"```python\n(.*?)```", text_of(path), re.DOTALL)
        yield from (pytest.param(code, id=f"{name(path)}-{i}") for i, code in enumerate(found))


def commands(path):
    """The command lines of a document: in lines of code and, with a word behind it, in a text."""
    text = re.sub(r"```.*?```", "", text_of(path), flags=re.DOTALL).replace("\\|", "|")
    lines = [line[4:] for line in text.splitlines() if line.startswith("    ")]
    lines += re.findall(r"`([^`]+)`", text.replace("\n", " "))
    joined = "\n".join(lines).replace("\\\n", " ")
    for line in joined.splitlines():
        if found := re.match(r"(?:[\w.-]+ \| )?(?:\.venv/bin/)?jihwa( .+)", line.strip()):
            yield found[1].partition("  #")[0].strip()


def anchors(path):
    """The anchors of a document's headings, as GitHub makes them."""
    for heading in re.findall(r"^#+ (.+)$", text_of(path), re.MULTILINE):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        yield re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")


@pytest.mark.parametrize("code", list(examples()))
def test_example_runs_and_prints_what_it_says(code, capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    exec(compile(code, "README", "exec"), {})
    printed = capsys.readouterr().out.splitlines()
    said = re.findall(r"print\(.*\)  # (.+)", code)
    assert printed
    assert printed[: len(said)] == said


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_commands_are_understood(path):
    """A command in a text may leave out what it needs, but may name nothing that there is not."""
    for line in commands(path):
        words = [STAND_INS.get(word, word) for word in shlex.split(line)]
        words = [word.removesuffix("...") for word in words if word]
        one_of_many = len(words) > 1 and "|" in words[1]
        if one_of_many or {"--help", "--version"} & set(words) or any("$" in w for w in words):
            continue
        try:
            cli._parser(words, "en").parse_args(words)
        except UsageError as error:
            left_out = re.search("required|expected one argument", str(error))
            assert left_out, f"{line}: {error}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_links_lead_somewhere(path):
    for link in re.findall(r"\]\(([^)\s]+)\)", text_of(path)):
        if "://" not in link:
            file, _, anchor = link.partition("#")
            target = (path.parent / file).resolve() if file else path
            assert target.exists(), link
            assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("path", FRONT, ids=name)
def test_the_front_page_is_short_and_says_what_a_newcomer_asks(path):
    text = text_of(path)
    assert len(text.splitlines()) <= 180
    for asked in ("git clone", "pip install", "pip uninstall", "jihwa demo", "<!-- screen -->"):
        assert asked in text


def test_both_languages_say_the_same():
    english, korean = (sorted(line for line in commands(path)) for path in FRONT)
    shown = [sorted(line for line in lines if "--lang" not in line) for lines in (english, korean)]
    assert shown[0] == shown[1]
    links, translated = (set(re.findall(r"\]\(([^)]+)\)", text_of(path))) for path in FRONT)
    assert links - {"README.ko.md"} == translated - {"README.md"}
    figures = [re.findall(r"\d+(?:\.\d+)?(?= [%|]| ms| MB)", text_of(path)) for path in FRONT]
    assert sorted(figures[0]) == sorted(figures[1])


@pytest.mark.parametrize("path", [*FRONT, *DOCUMENTS], ids=name)
def test_benchmarks_that_are_named_exist(path):
    named = set(re.findall(r"(?:benchmarks/|`)(\w+\.py)\b", text_of(path)))
    if path in FRONT or path.parent == BENCHMARKS:
        assert named <= {each.name for each in BENCHMARKS.glob("*.py")}


def test_every_table_of_results_stands_below_its_command():
    lines = text_of(BENCHMARKS / "README.md").splitlines()
    headings = [i for i, line in enumerate(lines) if line.startswith("## ")] + [len(lines)]
    for begin, end in pairwise(headings):
        section = "\n".join(lines[begin:end])
        assert "|---" not in section or re.search(r"^    .*(python|jihwa) ", section, re.MULTILINE)


def test_paths_that_contributors_are_sent_to_exist():
    for path in re.findall(r"`((?:data|models|recognizer|composer|io|tests)/[^`]*)`", CONTRIBUTING):
        assert list(ROOT.glob(path.rstrip("/"))), path
