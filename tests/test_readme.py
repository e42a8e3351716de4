"""What the READMEs show can be run as it stands."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
EXAMPLES = [
    pytest.param(code, id=f"{readme}-{number}")
    for readme in ("README.md", "README.ko.md")
    for number, code in enumerate(
        re.findall(r"```python\n(.*?)```", (ROOT / readme).read_text(encoding="utf-8"), re.DOTALL)
    )
]


@pytest.mark.parametrize("code", EXAMPLES)
def test_example_runs_and_prints_what_it_says(code, capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    exec(compile(code, "README", "exec"), {})
    printed = capsys.readouterr().out.splitlines()
    said = re.findall(r"print\(.*\)  # (.+)", code)
    assert printed
    assert printed[: len(said)] == said
