"""What the program does with all that it is given, so that a change can prove to change nothing.

    python tests/benchmarks/recorded.py record BEFORE
    python tests/benchmarks/recorded.py record AFTER --sessions BEFORE/sessions --python PYTHON
    python tests/benchmarks/recorded.py compare BEFORE AFTER  # exit code 1 if they differ

It speaks to the program by command line only: to the version that is installed for PYTHON. A case
is a folder with what each command printed, its exit code, and the files that it wrote:

    sessions      200 sessions assembled of recorded takes, at every pace, with their truth
    transcripts   what they become, with and without adaptation, and in another mode
    live          50 signals of the simulator, typed from as fast as they can be read
    samples       the sessions that ship, in every mode, with and without adaptation
    compositions  sequences of letters and texts for development, by mode and alphabet
    strange       recordings of other gloves and damaged ones, transcribed and typed from
    tools         the other commands, and what is refused; most of it in both languages

With --sessions those are transcribed, so both versions read the same. Left out is what needs torch,
a person, a voice or a port: networks, `compare`, `tune`, screens, `say`, `devices`, `doctor`.
"""

import argparse
import math
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import product, zip_longest
from pathlib import Path
from shlex import quote, split
from tempfile import TemporaryDirectory
from typing import NamedTuple

REPOSITORY = Path(__file__).resolve().parents[2]
SAMPLES = REPOSITORY / "data" / "samples"
SHARED = REPOSITORY.parent / "shared"
TAKES, TEXTS = SHARED / "data" / "signglove", SHARED / "data" / "text"
PACES = ("slow", "normal", "fast", "natural", "stress")
MODES = ("free", "word", "name", "exact")
FORMATS = ("json", "srt", "vtt", "eaf", "textgrid", "csv")
CELLS = tuple(product(("hb", "v2"), PACES))
IN_A_CELL, LIVE = {"sentences": 8, "names": 6, "words": 6}, 50  # so many texts

HELPED = """demo, type, transcribe, plot, calibrate, profile, profile list, profile show,
profile undo, profile delete, phrases, sessions, sessions list, sessions show, sessions delete,
config, devices, doctor, compose, say, simulate, record, data, data check, data convert,
data assemble, evaluate, compare, tune, train, lm, lm build, lm score, lm lexicon, lm add,
lm remove, lm forget, lm list"""
TOOLS = {
    "help": "--help; " + "; ".join(f"{each} --help" for each in re.split(r",\s", HELPED)),
    "others": "demo --fast; config; config --mode name --pause 3; phrases; data check {takes}/hb",
    "results": """transcribe {session}.csv --compare {session}.json;
        transcribe {session}.csv --format srt,vtt,eaf,textgrid,csv --html --output formats;
        transcribe {cell} --compare {cell} --format json --output archive --report first.json;
        transcribe {cell} --format json --output archive --report kept.json;
        transcribe {cell} --format json --output archive --force --jobs 2;
        plot {session}.csv --compare {session}.json --output whole.svg;
        evaluate --sessions {cell}""",
    "wearer": """calibrate --from {takes}/v2 --profile me --quick; lm add 김민수 '서울 대학교';
        transcribe {samples}/dinner.csv --profile me --learn --format json; profile list;
        profile show me; lm list; transcribe {samples}/dinner.csv --profile me --format json;
        profile undo me; lm forget""",
    "refused": """--debug; transscribe; transcribe nothing.csv; compose abc; simulate hello;
        transcribe {samples}/name.csv --format docx; lm score nothing.txt; config --mode wrong;
        transcribe {samples}/name.csv --compare nothing.txt; data check nowhere;
        transcribe {samples}/name.csv --profile nobody; evaluate --sessions .;
        type --plain --source simm:안녕; type --plain --source sim:안녕?sped=fast;
        plot {samples}/name.csv --from 900 --output plot.svg""",
    "printed": "; ".join(f"transcribe {{session}}.csv --format {each}" for each in FORMATS),
    "data": """data check {takes}/august --json;
        data convert {cell} {takes}/h5_samples --format csv --output csv;
        data convert {cell} {takes}/h5_samples --format h5 --output h5;
        data convert {cell} {takes}/h5_samples --format parquet --output parquet;
        data convert {cell} {takes}/h5_samples --format npy --output npy;
        transcribe h5 --format json --output read""",
    "measured": """evaluate --sessions {cell} --mode exact --no-adapt --json --figures errors;
        train {takes}/hb --output my.bundle; evaluate {takes}/v2;
        train {takes}/hb {takes}/v2 --model hand --output hand.npz;
        evaluate {takes}/v2 --model my.bundle --json --figures figures;
        lm build {texts}/dev_sentences.txt --output my.lm;
        lm score {texts}/dev_names.txt --lm my.lm;
        transcribe {samples}/dinner.csv --model my.bundle --lm my.lm --format json""",
}
IN_KOREAN_TOO = ("help", "others", "results", "wearer", "refused")
# Lines, sums and pictures come out the same, and nothing is imported from the folder of a case.
CALM = "COLUMNS=100 OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 SOURCE_DATE_EPOCH=0 PYTHONSAFEPATH=1"
VARYING = {  # what differs although nothing has changed, by what stands in its place
    "MOMENT": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00",  # in an EAF file, in a profile
    "SESSION": r"\d{8}-\d{6}(-\d\d)?  \d{4}-\d\d-\d\d \d\d:\d\d  \d+:\d\d",  # in a list of them
    "TIMED": r'(?<="took_s": )[\d.]+|\d+(?= lines came and none)',  # in a report, live
    "": r"Matplotlib is building the font[^\n]*\n|jihwa: \d+/\d+, [^\n]*\n",  # what takes its time
}
VALUE = re.compile(r"\n|(?<=,) ")  # between the lines of a text, between the members of JSON
NUMBER = re.compile(r"(-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)")
are_close = partial(math.isclose, rel_tol=1e-6, abs_tol=1e-6)


class Case(NamedTuple):
    """Commands, a semicolon between them, that share a folder and a home, both empty at first."""

    name: str
    commands: str
    stdin: str = ""
    language: str = "en"


def run(python: str, folder: Path, sessions: Path, scratch: Path, case: Case) -> None:
    """Keep all that comes of a case in the folder, but names in the place of what varies."""
    kept = folder / case.name
    kept.mkdir(parents=True)
    with TemporaryDirectory(dir=scratch) as home:
        begin = ["env", "-i", f"PATH={os.environ['PATH']}", f"HOME={home}", *split(CALM)]
        begin += [f"MPLCONFIGDIR={scratch}", python, "-m", "jihwa.io", "--lang", case.language]
        for number, line in enumerate(case.commands.split(";"), start=1):
            command, stdin = [*begin, *split(line)], case.stdin.encode()
            done = subprocess.run(command, cwd=kept, input=stdin, capture_output=True)
            lines = done.stdout.splitlines(keepends=True)
            if "type" in command:  # threads decide when it tells of line and sensors, if it does
                last = sorted(line for line in lines if line.startswith((b"! ", b"* ended")))
                lines = [line for line in lines if line[:2] not in (b"! ", b"* ")] + last
            code = f"--- exit code {done.returncode}\n".encode()
            told = [f"{line.strip()}\n".encode(), *lines, code, done.stderr]
            (kept / f"{number:02}.txt").write_bytes(b"".join(told))
    places = {"HOME": home, "SESSIONS": sessions, "FOLDER": folder}
    places |= {"SHARED": SHARED, "REPOSITORY": REPOSITORY}
    varying = {name: re.escape(str(place)) for name, place in places.items()} | VARYING
    for path in filter(Path.is_file, kept.rglob("*")):
        content = path.read_bytes().decode(errors="surrogateescape")  # it need be no text
        for name, pattern in varying.items():
            content = re.sub(pattern, name, content)
        path.write_bytes(content.encode(errors="surrogateescape"))


def lines_of(path: Path) -> list[str]:
    """The lines of a text."""
    return path.read_text(encoding="utf-8").splitlines()


def assembled(share: float) -> Iterator[Case]:
    """Texts of every kind for the takes of each wearer at every pace."""
    for cell, (takes, pace) in enumerate(CELLS):
        spelled: list[str] = []
        for kind, n in IN_A_CELL.items():
            spelled += lines_of(TEXTS / f"dev_{kind}.txt")[n * cell :][: round(n * share) or 1]
        command = f"data assemble {TAKES / takes} --text /dev/stdin --speed {pace} --output spelled"
        yield Case(f"sessions/{takes}-{pace}", command, "\n".join(spelled))


def read(sessions: Path, share: float) -> Iterator[Case]:
    """All that can be done once there are sessions; what takes long comes first."""
    cell = sessions / "hb-natural" / "spelled"
    places = {"takes": TAKES, "texts": TEXTS, "samples": SAMPLES, "cell": cell}
    places["session"] = min(cell.glob("*.csv")).with_suffix("")
    for (name, commands), language in product(TOOLS.items(), ("en", "ko")):
        if language == "en" or name in IN_KOREAN_TOO:
            yield Case(f"tools/{name}-{language}", commands.format_map(places), "", language)
    sentences, names = lines_of(TEXTS / "dev_sentences.txt"), lines_of(TEXTS / "dev_names.txt")
    yield Case("compositions/sentences", "compose", "\n".join(sentences))
    files = sorted((REPOSITORY / "tests" / "compositions").glob("*.txt"))
    cases = [line for file in files for line in lines_of(file) if "→" in line and line[0] != "#"]
    signs = [re.sub("→.*|[.⌫]", "", line).replace("_", " ").strip() for line in cases]
    others = ["--alphabet extended31", "--alphabet full40"]
    for way in [*(f"--mode {mode}" for mode in MODES), *others]:
        yield Case(f"compositions/{way.split()[1]}", f"compose {way}", "\n".join(signs + names))
    transcribe, replay = "transcribe {} --format json", "type --plain --new --source {}?speed=0"
    for number, (takes, pace) in enumerate(CELLS):
        mode = MODES[1 + number % 3]
        line = transcribe.format(sessions / f"{takes}-{pace}" / "spelled") + " --output"
        commands = f"{line} adapted; {line} alone --no-adapt; {line} {mode} --mode {mode}"
        yield Case(f"transcripts/{takes}-{pace}", commands)
    for wearer, text in enumerate(sentences[-(round(LIVE * share) or 1) :]):
        hand = f"--wearer {wearer} --seed {wearer} --speed {PACES[wearer % len(PACES)]}"
        simulate = f"simulate {quote(text)} {hand} --output signal.csv"
        typed = f"{replay.format('replay:signal.csv')} --record copy.csv"
        yield Case(f"live/{wearer:02}", f"{simulate}; {typed}; sessions list")
    for path, mode in product(sorted(SAMPLES.glob("*.csv")), MODES):
        line = f"{transcribe.format(path)} --mode {mode}"
        yield Case(f"samples/{path.stem}-{mode}", f"{line}; {line} --no-adapt")
    piped = f"{transcribe.format('-')}; type --plain --source -"
    yield Case("samples/piped", piped, (SAMPLES / "dinner.csv").read_text(encoding="utf-8"))
    for path in sorted([*(SHARED / "cases").rglob("*.*"), *TAKES.glob("continuous/*.csv")]):
        if path.suffix in {".csv", ".jsonl", ".json", ".txt"}:
            both = f"{transcribe}; {replay}".format(quote(str(path)), quote(f"replay:{path}"))
            yield Case(f"strange/{path.parent.name}-{path.name}", both)


def record(options: argparse.Namespace) -> int:
    """Run every case, sessions first."""
    folder: Path = options.folder.resolve()
    folder.mkdir(parents=True)
    sessions = (options.sessions or folder / "sessions").resolve()
    with TemporaryDirectory() as scratch, ThreadPoolExecutor(options.jobs) as pool:
        (Path(scratch) / "matplotlibrc").write_text("svg.hashsalt: recorded")  # or random
        run_case = partial(run, options.python, folder, sessions, Path(scratch))
        list(pool.map(run_case, assembled(options.share)))
        list(pool.map(run_case, read(sessions, options.share)))
    return 0


def compare(options: argparse.Namespace) -> int:
    """Print every difference, and how much was compared."""
    names = {p.relative_to(f) for f in options.folders for p in f.rglob("*") if p.is_file()}
    n_values = n_differ = 0
    for name in sorted(names):
        paths = [folder / name for folder in options.folders]
        old, new = (path.read_bytes() if path.is_file() else b"\0" for path in paths)
        found = list(differences(old, new)) if old != new else []
        for difference in found:
            print(f"{name}: {difference}")
        n_values += len(VALUE.split(old.decode(errors="replace")))
        n_differ += bool(found)
    print(f"{len(names)} files with {n_values} values: {n_differ} files differ")
    return int(n_differ > 0 or not names)


def differences(before: bytes, after: bytes) -> Iterator[str]:
    """Value by value, unless one of them is binary or, which looks the same here, missing."""
    if b"\0" in before + after:
        yield f"{len(before)} → {len(after)} bytes (1 if there is no file)"
        return
    old, new = (VALUE.split(each.decode(errors="backslashreplace")) for each in (before, after))
    for number, (one, other) in enumerate(zip_longest(old, new, fillvalue="(end)"), start=1):
        a, b = NUMBER.split(one), NUMBER.split(other)  # numbers at odd places
        numbers = [map(float, a[1::2]), map(float, b[1::2])]
        if a[::2] != b[::2] or not all(map(are_close, *numbers)):
            yield f"value {number}: {one[:80]} → {other[:80]}"


def main() -> int:
    """Record, or compare."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    commands = parser.add_subparsers(required=True)
    recording, comparing = commands.add_parser("record"), commands.add_parser("compare")
    recording.add_argument("folder", type=Path)
    recording.add_argument("--python", default=sys.executable)
    recording.add_argument("--sessions", type=Path, help="those of another recording")
    recording.add_argument("--jobs", type=int, default=2, help="programs at once")
    recording.add_argument("--share", type=float, default=1.0, help="of sessions and live signals")
    recording.set_defaults(act=record)
    comparing.add_argument("folders", type=Path, nargs=2)
    comparing.set_defaults(act=compare)
    options = parser.parse_args()
    return int(options.act(options))


if __name__ == "__main__":
    sys.exit(main())
