"""Lines and files as damage leaves them, through everything that reads any: nothing unforeseen.

    python tests/benchmarks/fuzz.py lines [N] [--seed S]
    python tests/benchmarks/fuzz.py files [N] [--seed S]

Seeds are the shipped samples, a file of every kind as the program writes it, and the inputs of the
shared cases where they are. An error that tells the user what is wrong is foreseen; any other
exception, any warning of Python's, more than `LONGEST_S` for one input or more than `MOST_MB` of
memory ends the run and says which seed brought it about.
"""

import argparse
import gzip
import json
import random
import resource
import shutil
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

from jihwa.composer.language import history
from jihwa.composer.language.files import read_lexicon, write_lexicon
from jihwa.composer.language.lexicon import Lexicon
from jihwa.composer.language.ngram import LanguageModel
from jihwa.composer.language.training.corpus import Text
from jihwa.composer.language.training.kneser_ney import BuildOptions, build
from jihwa.composer.language.word_list import WordList
from jihwa.data.alphabet import Alphabet
from jihwa.data.formats.lines import LineParser
from jihwa.data.formats.readers import Recording, read_sequences
from jihwa.data.formats.writers import FORMATS
from jihwa.data.messages import JihwaError
from jihwa.data.synthesis.sessions import read_truth
from jihwa.io.live import archive
from jihwa.io.live.journal import Header
from jihwa.io.settings import configuration
from jihwa.io.user import phrases
from jihwa.models.bundle import Bundle
from jihwa.recognizer import profile_format
from jihwa.recognizer.profile import Profile

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "data" / "samples"
CASES = ROOT.parent / "shared" / "cases"
LONGEST_S, MOST_MB = 10.0, 500
LINES_AT_ONCE = 200
TOKENS = (
    *(b"nan", b"-inf", b"1e999", b"9" * 400, b"-0", b"0x1f", b"1_000", b"ovf", b"NA", b"null"),
    *(b",", b";", b"\t", b'"', b"#", b"\r", b"\n", b"\r\n", b"\0", b"\x1b[31m", b"\xef\xbb\xbf"),
    *(b"{", b"}", b"[", b"]", b"flex1", b"timestamp", b"pitch,roll", b"A1B2C3", b"\xff\xfe"),
    *("ㄱ".encode(), "가".encode(), "\u202e".encode(), b"\xed\xa0\x80", b"../", b"%s%n"),
)


def damaged(content: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    """A content with one to eight faults: bytes, tokens, cuts, repeats, parts of another one."""
    data = bytearray(content)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(data) + 1)
        end = min(len(data), at + int(chance.expovariate(1 / 40)))
        match chance.randrange(6):
            case 0:
                data[at:end] = b""
            case 1:
                data[at:at] = chance.choice(TOKENS)
            case 2:
                data[at:end] = bytes(chance.randrange(256) for _ in range(end - at))
            case 3:
                data[at:at] = data[at:end] * chance.randint(1, 3)
            case 4:
                other = chance.choice(others)
                begin = chance.randrange(len(other) + 1)
                data[at:end] = other[begin : begin + 400]
            case _:
                if chance.random() < 0.1:
                    del data[at:]
    return bytes(data)


def line_seeds() -> list[bytes]:
    """Beginnings of recordings: the shipped ones, and those that once failed."""
    paths = [*sorted(SAMPLES.glob("*.csv")), *sorted(CASES.rglob("*.*sv")), *CASES.rglob("*.json*")]
    return [path.read_bytes()[:30_000] for path in paths]


def read_lines(seed: int, n_lines: int) -> Iterator[int]:
    """Damaged streams through the parser, in chunks of any size; how many lines, stream by stream.

    Raises:
        Exception: Any that the parser raises, and any warning of Python's.
    """
    chance, seeds, n = random.Random(seed), line_seeds(), 0
    while n < n_lines:
        whole = chance.choice(seeds).splitlines(keepends=True)
        first = chance.randrange(max(1, len(whole) - LINES_AT_ONCE))
        header = whole[:1] if chance.random() < 0.8 else []
        stream = damaged(b"".join([*header, *whole[first : first + LINES_AT_ONCE]]), chance, seeds)
        parser, at = LineParser(), 0
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            while at < len(stream):
                size = chance.choice((1 << 14, 700, 64))
                parser.feed(stream[at : at + size], at / 1e3 if chance.random() < 0.5 else None)
                at += size
            parser.flush()
        lines = stream.count(b"\n")
        n += lines
        yield lines


def _recording(path: Path) -> None:
    for _ in Recording(path).chunks():
        pass


LOADERS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "recording": ("take.csv", _recording),
    "JSON lines": ("take.jsonl", _recording),
    "HDF5": ("take.h5", _recording),
    "parquet": ("take.parquet", _recording),
    "structured npy": ("take.npy", _recording),
    "gzip": ("take.csv.gz", _recording),
    "sequences": ("sequences.npy", read_sequences),
    "bundle": ("gaussian24.bundle", Bundle.load),
    "language model": ("small.lm", LanguageModel.load),
    "lexicon": ("small.lexicon", read_lexicon),
    "alphabet": ("basic24.toml", Alphabet.load),
    "configuration": ("config.toml", lambda path: configuration.parse(path.read_bytes(), path)),
    "profile": (
        "profile.json",
        lambda path: profile_format.from_json(path.read_bytes().decode(errors="replace"), "p"),
    ),
    "truth": ("truth.json", read_truth),
    "words": ("words.txt", lambda path: WordList.from_bytes(path.read_bytes()).warning("words")),
    "phrases": ("phrases.txt", lambda path: phrases.parse(path.read_bytes(), "phrases")),
    "history": ("history.txt", lambda path: history.parse(path.read_bytes(), "history")),
    "journal": ("a.session", archive.read),
}
"""What reads files, and one that it can read."""


def write_seeds(folder: Path) -> None:
    """A file of every kind, as the program writes it."""
    sample = SAMPLES / "name.csv"
    recording = Recording(sample)
    frames = recording.frames()
    for kind, written in FORMATS.items():
        with suppress(JihwaError):  # a format whose package is not there
            (folder / f"take.{kind}").write_bytes(written(frames, "ㄱ"))
    entries = [{"timestamp": i, **{f"flex{f}": 700 for f in range(1, 6)}} for i in range(90)]
    (folder / "take.jsonl").write_text("\n".join(map(json.dumps, entries)))
    (folder / "take.csv.gz").write_bytes(gzip.compress(sample.read_bytes()))
    np.save(folder / "sequences.npy", np.ones((4, 30, 9)))
    shutil.copy(ROOT / "models" / "weights" / "gaussian24.bundle", folder)
    lines = Text("lines", "나는 학교에 간다\n우리가 집에 왔니\n" * 20)
    build([lines], folder / "small.lm", BuildOptions(4, 10**9))
    write_lexicon(Lexicon.of_words("words", {"안녕": 2.0, "학교": 1.0}), folder / "small.lexicon")
    shutil.copy(ROOT / "data" / "inventories" / "basic24.toml", folder)
    (folder / "config.toml").write_text('mode = "word"\n[voice]\nrate_wpm = 120\n')
    wearer = Profile.empty(Alphabet.load())
    (folder / "profile.json").write_text(profile_format.to_json(wearer), encoding="utf-8")
    (folder / "truth.json").write_text(
        json.dumps({"text": "가", "signs": [{"sign": "ㄱ", "start_s": 0.5, "end_s": 0.9}]})
    )
    (folder / "words.txt").write_text("민서네\n국립국어원  # 자주\n", encoding="utf-8")
    typed = history.History().with_text("안녕 학교에 갔다")
    (folder / "history.txt").write_bytes(history.serialise(typed))
    (folder / "phrases.txt").write_text("1. ㄱㅅ = 정말 감사합니다\n물 좀 주세요\n", "utf-8")
    header = Header("20260101-000000", 1, "2026-01-01T00:00:00", "serial:auto", "")
    journal = (header.line(), header.text("안녕"), sample.read_bytes()[:3000], header.end())
    (folder / "a.session").write_bytes(b"".join(journal))


def load_files(folder: Path, seed: int, n_files: int) -> Iterator[tuple[str, bool]]:
    """Damaged files through every loader in turn: its name, and whether it was read.

    Args:
        folder: A file of every kind, as the program writes it; the damaged ones come here too.
        seed: Of the damage.
        n_files: So many.

    Raises:
        Exception: Any but a `JihwaError`, which tells the user what is wrong.
    """
    chance = random.Random(seed)
    seeds = {
        name: (folder / file).read_bytes()
        for name, (file, _) in LOADERS.items()
        if (folder / file).exists()
    }
    names, everything = list(seeds), list(seeds.values())
    for number in range(n_files):
        name = names[number % len(names)]
        file, load = LOADERS[name]
        path = folder / f"damaged-{file}"
        path.write_bytes(damaged(seeds[name], chance, everything))
        was_read = False
        with suppress(JihwaError):
            load(path)
            was_read = True
        path.unlink()
        yield name, was_read


def main() -> None:
    """Damage until N lines or files were read."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("what", choices=("lines", "files"))
    parser.add_argument("n", type=int, nargs="?", default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    begun, longest_s, n, counts = time.perf_counter(), 0.0, 0, Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        if options.what == "lines":
            done = ((str(lines), True) for lines in read_lines(options.seed, options.n))
        else:
            write_seeds(Path(folder))
            done = load_files(Path(folder), options.seed, options.n)
        before = time.perf_counter()
        for name, was_read in done:
            now = time.perf_counter()
            longest_s, before = max(longest_s, now - before), now
            if options.what == "lines":
                n += int(name)
            else:
                n += 1
                counts[f"{name}: {'read' if was_read else 'refused'}"] += 1
            peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            assert longest_s < LONGEST_S, f"{name}: {longest_s:.1f} s"
            assert peak_mb < MOST_MB, f"{name}: {peak_mb:.0f} MB"
    print(f"{n} {options.what} in {time.perf_counter() - begun:.0f} s: nothing unforeseen")
    print(f"longest {longest_s:.2f} s, at most {peak_mb:.0f} MB")
    for name, count in sorted(counts.items()):
        print(f"  {name} {count}")


if __name__ == "__main__":
    main()
