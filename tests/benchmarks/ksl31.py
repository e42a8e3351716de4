"""The shared hand landmarks as labelled takes: `python tests/benchmarks/ksl31.py OUTPUT`.

Each of their files is one long recording of a sign, which is cut into takes of a second. In the
second set the files' numbers mean what its description says, in the first one they do not: ㄱ and
ㄴ are the other way round, and the vowels of two letters are numbered in another order. Their hand
shapes and directions leave no doubt: what the first set calls ㅖ is the ㅜ of both sets with the
little finger out, which is how ㅟ is made.
"""

import gzip
import sys
from pathlib import Path

SHARED = Path(__file__).parents[3] / "shared" / "data" / "landmarks" / "ksl31"
_BASIC = "ㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎㅏㅑㅓㅕㅗㅛㅜㅠㅡㅣㅐ"
SETS = {"one": f"ㄴㄱ{_BASIC}ㅔㅚㅟㅒㅖㅢ", "two": f"ㄱㄴ{_BASIC}ㅒㅔㅖㅢㅚㅟ"}
"""The sign of every number, set by set."""
TAKE = 30
"""Rows of a take: about a second."""


def write_takes(output: Path) -> None:
    """Write a data set `<set>/<sign>/<take>.csv`, as `jihwa train` reads it."""
    for number, (name, signs) in enumerate(SETS.items(), start=1):
        for place, sign in enumerate(signs, start=1):
            with gzip.open(SHARED / f"data_{number}_{place}.csv.gz", "rt") as file:
                header, *rows = file
            folder = output / name / sign
            folder.mkdir(parents=True, exist_ok=True)
            for start in range(0, len(rows) - TAKE + 1, TAKE):
                take = folder / f"{start // TAKE:02}.csv"
                take.write_text(header + "".join(rows[start : start + TAKE]), encoding="utf-8")


if __name__ == "__main__":
    write_takes(Path(sys.argv[1]))
