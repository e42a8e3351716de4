"""What many tests share: recordings, simulated ones and a model of them, and the command line."""

import gzip
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
import pytest
from foreign import Glove
from hypothesis import settings
from live import signal_of
from takes import record_session

from jihwa.composer.language.mixture import Mixture
from jihwa.data.alphabet import Alphabet
from jihwa.data.formats.readers import Recording
from jihwa.data.formats.writers import HEADER, write_recording
from jihwa.data.signal.frames import Frames
from jihwa.data.synthesis.hands import HandStatistics, SyntheticHand
from jihwa.data.synthesis.pace import PACES
from jihwa.data.synthesis.spelling import SpelledSession, assemble
from jihwa.data.takes.episodes import EpisodeSet, load_episodes
from jihwa.io.cli import main
from jihwa.io.engine import Engine, assemble_engine
from jihwa.models.bundle import Bundle, load_shipped

settings.register_profile("jihwa", deadline=None)
settings.load_profile("jihwa")


@dataclass(frozen=True)
class Outcome:
    """What a run of the program left behind."""

    code: int
    out: str
    err: str


@pytest.fixture(scope="session")
def shared() -> Path:
    """The shared recordings, which are no part of the project."""
    folder = Path(__file__).parents[2] / "shared" / "data" / "signglove"
    if not folder.is_dir():
        pytest.skip(f"needs the shared recordings in {folder}")
    return folder


@pytest.fixture(scope="session")
def alphabet() -> Alphabet:
    return Alphabet.load()


@pytest.fixture(scope="session")
def hb(shared, alphabet) -> EpisodeSet:
    return load_episodes(shared / "hb", alphabet)


@pytest.fixture(scope="session")
def v2(shared, alphabet) -> EpisodeSet:
    return load_episodes(shared / "v2", alphabet)


@pytest.fixture(scope="session")
def august(shared, alphabet) -> EpisodeSet:
    return load_episodes(shared / "august", alphabet)


@pytest.fixture(scope="session")
def tree(tmp_path_factory, alphabet) -> Path:
    """Simulated sessions `one` and `two`; `two` has a file that cannot be used. To read only."""
    root = tmp_path_factory.mktemp("tree")
    record_session(root / "one", alphabet, wearer=1)
    record_session(root / "two", alphabet, wearer=2)
    (root / "two" / "ㄱ" / "1" / "cut.csv").write_text(HEADER)
    return root


@pytest.fixture(scope="session")
def trained(tree, tmp_path_factory) -> Path:
    """A bundle that was fitted to session `one`."""
    path = tmp_path_factory.mktemp("trained") / "one.bundle"
    assert main(["train", str(tree / "one"), "--output", str(path)]) == 0
    return path


@pytest.fixture(scope="session")
def spell(alphabet) -> Callable[..., SpelledSession]:
    """A simulated signer: `spell(text, pace, wearer=…, seed=…, rate_hz=…)`."""
    statistics = HandStatistics.load()

    def spell(text, pace="normal", *, wearer=0, seed=0, rate_hz=SyntheticHand.rate_hz):
        hand = SyntheticHand(statistics, alphabet, np.random.default_rng(wearer))
        hand.rate_hz = rate_hz
        return assemble(text, hand, alphabet, PACES[pace], np.random.default_rng(seed))

    return spell


@pytest.fixture(scope="session")
def table() -> Callable[[Frames], np.ndarray]:
    """Frames as one (n, 12) array, to compare them."""
    return lambda f: np.column_stack([f.time_s, f.flex_adc, f.accel_g, f.orientation_deg])


@pytest.fixture(scope="session")
def bundle() -> Bundle:
    return load_shipped()


@pytest.fixture(scope="session")
def engine(bundle) -> Engine:
    return assemble_engine(bundle, Mixture.load())


@pytest.fixture(autouse=True)
def data_home(tmp_path, monkeypatch) -> Path:
    """Where profiles are stored; the user's own folders are never touched."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def jihwa(capsys) -> Callable[..., Outcome]:
    """The program: `jihwa("transcribe", path)`; speaks English unless `--lang` is given."""

    def run(*arguments):
        words = [str(argument) for argument in arguments]
        if not any(word.startswith("--lang") for word in words):
            words = ["--lang", "en", *words]
        code = main(words)
        return Outcome(code, *capsys.readouterr())

    return run


@pytest.fixture
def pipe_in(monkeypatch, tmp_path) -> Iterator[Callable[[bytes], None]]:
    """Gives the program a standard input."""
    before = os.dup(0)

    def give(content):
        path = tmp_path / "stdin"
        path.write_bytes(content)
        with path.open("rb") as file:
            os.dup2(file.fileno(), 0)
        monkeypatch.setattr(sys, "stdin", open(0, encoding="utf-8", closefd=False))  # noqa: SIM115

    yield give
    os.dup2(before, 0)
    os.close(before)


@pytest.fixture(scope="module")
def glove(spell):
    """What a glove sends that spells 부산, and ways to write it otherwise."""
    return Glove(spell("부산", wearer=7, seed=3).frames)


@pytest.fixture(scope="module")
def line(spell):
    """The bytes of a glove that spells: `line("안녕")`."""

    def line(text, pace="slow", seed=3):
        return signal_of(spell(text, pace, wearer=7, seed=seed).frames)

    return line


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """A browser without a window and without a past."""
    from browsing import open_browser  # which takes time to import

    started = open_browser(tmp_path_factory.mktemp("browser"))
    yield started
    started.quit()


@pytest.fixture
def archive(take, tmp_path):
    """Makes a tree of copies of one recording: `archive("a.csv", "x/b.csv.gz")`."""

    def make(*names, root="recordings"):
        content = take(text="네").read_bytes()
        for name in names:
            path = tmp_path / root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        return tmp_path / root

    return make


@pytest.fixture
def take(tmp_path, spell):
    """Writes a spelled recording below a folder of its own: `take("a.csv", "가")`."""

    def write(name="take.csv", text="안녕하세요", **changes):
        path = tmp_path / "takes" / name
        path.parent.mkdir(exist_ok=True)
        frames = spell(text, "slow", wearer=7, seed=3).frames
        channels = {f: getattr(frames, f).copy() for f in Frames.__dataclass_fields__}
        for channel, change in changes.items():
            channels[channel] = change(channels[channel])
        write_recording(path, Frames(**channels))
        return path

    return write


@pytest.fixture
def bad(tmp_path):
    """Writes a recording of any content: `bad("")`."""

    def write(content: str | bytes = ""):
        path = tmp_path / "bad.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture
def shown():
    """A session that others read along."""
    from captions import served  # the libraries of the web take their time

    with served() as served_now:
        yield served_now


@pytest.fixture
def hdf5(tmp_path):
    """Writes an HDF5 episode out of datasets and attributes, and opens it."""

    def write(*, label="ㄱ", **datasets) -> Recording:
        path = tmp_path / "take.h5"
        with h5py.File(path, "w") as file:
            for name, values in datasets.items():
                file[name.replace("__", "/")] = values
            if label is not None:
                file.attrs["label"] = label
        return Recording(path)

    return write
