"""Which form of the kernel runs: whatever lies there compiled, the program goes on."""

import os
import shutil
import subprocess
import sys
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

from jihwa.composer import kernel
from jihwa.composer.decoding import search
from jihwa.io.checks import Verdict
from jihwa.io.checks.machine import check_kernel

ROOT = Path(__file__).parents[1]
ENDING = EXTENSION_SUFFIXES[0]
HUGE = ("*.lm", "*.lexicon")


@pytest.fixture
def installed(tmp_path):
    """A copy of the package where nothing is compiled yet."""
    package = tmp_path / "site" / "jihwa"
    unwanted = shutil.ignore_patterns(
        "__pycache__", *HUGE, *(f"*{end}" for end in EXTENSION_SUFFIXES)
    )
    shutil.copytree(ROOT / "composer", package / "composer", ignore=unwanted)
    for folder in ("data", "models", "recognizer", "io"):
        (package / folder).symlink_to(ROOT / folder)
    for file in (each for kind in HUGE for each in ROOT.glob(f"composer/language/{kind}")):
        (package / "composer" / "language" / file.name).symlink_to(file)
    return package


def compiled(package, content=b"\x7fELF no more of it"):
    """What somebody calls compiled modules."""
    modules = [package / "composer" / "memoryviews", *package.glob("composer/*/*.pxd")]
    libraries = [path.with_name(path.stem + ENDING) for path in modules]
    for library in libraries:
        library.write_bytes(content)
    return libraries


def run(package, *arguments, **environment):
    plain = {k: v for k, v in os.environ.items() if k != kernel.PLAIN}
    command = [sys.executable, "-m", "jihwa.io", "--lang", "en", *arguments]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=package.parent,
        env={**plain, "PYTHONPATH": str(package.parent), **environment},
        check=True,
    )


def test_modules_have_the_form_that_is_told():
    form = kernel.form()
    assert search.__file__.endswith(tuple(EXTENSION_SUFFIXES)) == form.compiled
    (finding,) = check_kernel()
    assert (finding.verdict is Verdict.GOOD) == (form.unfit is None)
    assert ("kernel: compiled" in finding.message.en) == form.compiled


def test_where_nothing_is_compiled_plain_python_runs_without_a_word(installed):
    assert run(installed, "--version").stdout.splitlines()[0].endswith("(plain Python)")
    done = run(installed, "compose", "ㅎㅏㄱㄱㅛ")
    assert (done.stdout.strip(), done.stderr) == ("학교", "")


def test_modules_that_do_not_load_are_told_in_a_line_and_plain_python_runs(installed):
    compiled(installed)
    done = run(installed, "compose", "ㅎㅏㄱㄱㅛ")
    assert done.stdout.strip() == "학교"
    assert len(done.stderr.splitlines()) == 1
    assert "cannot be loaded" in done.stderr
    assert "Install jihwa again" in done.stderr
    assert "! compiled kernel: cannot be loaded" in run(installed, "doctor").stdout


def test_modules_that_are_there_in_part_are_not_mixed_with_plain_ones(installed):
    for library in compiled(installed)[1:]:
        library.unlink()
    assert "only a part is compiled" in run(installed, "compose", "ㅎㅏㄱㄱㅛ").stderr


def test_in_a_checkout_modules_older_than_their_source_are_told(installed):
    (installed / "setup.py").touch()
    for library in compiled(installed):
        os.utime(library, (0, 0))
    done = run(installed, "compose", "ㅎㅏㄱㄱㅛ")
    assert done.stdout.strip() == "학교"
    assert "changed since it was compiled" in done.stderr
    assert f"pip install --editable {installed}" in done.stderr


def test_whoever_asks_for_plain_python_gets_it_without_a_word(installed):
    compiled(installed)
    done = run(installed, "compose", "ㅎㅏㄱㄱㅛ", **{kernel.PLAIN: "1"})
    assert (done.stdout.strip(), done.stderr) == ("학교", "")
