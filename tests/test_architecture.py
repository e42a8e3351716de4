"""What starts light, and what is never used; import-linter knows what may import what."""

import ast
import os
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("data", "models", "recognizer", "composer", "io")
SOURCES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
HEAVY = {
    *("torch", "pytorch_lightning", "tensorboard", "onnx", "onnxruntime"),
    *("sklearn", "scipy", "matplotlib", "pandas", "dask", "joblib", "optuna", "pyarrow"),
}


def loaded_by(*arguments: str) -> set[str]:
    """The top-level modules that a run of `jihwa` has loaded when it ends."""
    program = (
        "import sys\n"
        "from jihwa.io.cli import main\n"
        "try:\n"
        "    code = main(sys.argv[1:])\n"
        "except SystemExit as ended:\n"
        "    code = ended.code\n"
        "print('loaded:', *{name.split('.')[0] for name in sys.modules})\n"
        "sys.exit(code)\n"
    )
    command = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True)
    return set(done.stdout.rpartition("loaded:")[2].split())


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]])
def test_help_loads_nothing_that_takes_time(arguments):
    slow = {"numpy", "h5py", "hgtk", "prompt_toolkit", "pyttsx3", "rapidfuzz", "serial", "tomllib"}
    assert not loaded_by(*arguments) & {*slow, *HEAVY}


@pytest.mark.parametrize(
    "arguments",
    [
        ["transcribe", str(ROOT / "data" / "samples" / "dinner.csv")],
        ["compose", "ㅎㅏㄱㄱㅛ"],
        ["type", "--plain", "--new", "--source", "sim:가?speed=fast"],
        ["doctor"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_live_path_needs_neither_training_nor_science_libraries(arguments):
    loaded = loaded_by(*arguments)
    assert "numpy" in loaded
    assert not loaded & {"aiohttp", "h5py", "segno", *HEAVY}


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="only Linux tells threads so")
def test_small_matrices_are_not_shared_out_to_threads():
    program = (
        "import os\n"
        "from jihwa.io.cli import main\n"
        "main(['compose', 'ㅎㅏㄱ'])\n"
        "print(len(os.listdir('/proc/self/task')), *os.environ)\n"
    )
    told = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")
    environment = {name: value for name, value in os.environ.items() if name not in told}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    threads, *names = done.stdout.splitlines()[-1].split()
    assert threads == "1"
    assert not {*told}.intersection(names)  # which programs that it starts would get


def imports(path: Path) -> set[str]:
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    names: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module)
    return names


def test_sources_are_found():
    assert len(SOURCES) > 30


def test_a_public_class_has_a_name_of_its_own():
    """Two that are called alike are two concepts with one name, or one concept in two places."""
    places = defaultdict(list)
    for path in SOURCES:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            targets = node.targets if isinstance(node, ast.Assign) else [node]
            for name in (getattr(target, "id", getattr(target, "name", "")) for target in targets):
                if re.match("[A-Z][A-Za-z]*[a-z]", name):
                    places[name].append(str(path.relative_to(ROOT)))
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_is_pickled(path):
    between_processes = {"joblib"} if path == ROOT / "io" / "batch" / "jobs.py" else set()
    stores = {"pickle", "cPickle", "dill", "shelve", "marshal", "joblib"} - between_processes
    assert not imports(path) & stores
    text = path.read_text(encoding="utf-8")
    assert "allow_pickle=True" not in text
    assert len(re.findall(r"np\.load\(|read_array\(", text)) == text.count("allow_pickle=False") - (
        text.count("np.save(")
    )
