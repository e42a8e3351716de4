"""Tables of what is written and how it is said, for people who write no Python."""

import re
from pathlib import Path


def pairs_of(name: str) -> dict[str, dict[str, str]]:
    """The pairs of a table beside this file, by the heading that they stand under.

    A heading is a line that begins with `# `; all above the first empty line is a preface.
    """
    text = Path(__file__).with_name(name).read_text(encoding="utf-8")
    _, table = text.split("\n\n", 1)
    headed = (part.split("\n", 1) for part in re.split("^# ", table, flags=re.MULTILINE)[1:])
    return {
        heading: dict(line.split("\t") for line in lines.splitlines() if line)
        for heading, lines in headed
    }
