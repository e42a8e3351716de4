"""One file carries the whole model, and says so when it does not."""

import dataclasses
import io
import json
import zipfile

import numpy as np
import pytest

from jihwa.data.alphabet import Alphabet
from jihwa.data.messages import DataError, UsageError
from jihwa.data.signal.frames import Frames
from jihwa.data.takes.episodes import EpisodeSet
from jihwa.models.archive import Archive
from jihwa.models.bundle import FORMAT_VERSION, Bundle, load_shipped
from jihwa.models.features import FLEX, GRAVITY
from jihwa.models.training.fitting import LEARNERS


@pytest.fixture(scope="module")
def shipped():
    return load_shipped()


def rewritten(data, change):
    """The archive with its metadata changed, and the hash left as it was."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "metadata.json":
                metadata = json.loads(content)
                change(metadata)
                content = json.dumps(metadata).encode()
            new.writestr(name, content)
    return out.getvalue()


def test_saved_and_loaded_it_is_the_same_model(shipped, tmp_path):
    path = tmp_path / "own.bundle"
    shipped.save(path)
    loaded = Bundle.load(path)
    x = np.random.default_rng(0).normal(2, 2, (50, 8))
    x[:, GRAVITY] /= np.linalg.norm(x[:, GRAVITY], axis=1, keepdims=True)
    x[::4, 2] = np.nan
    assert (loaded.gaussian.log_likelihood(x) == shipped.gaussian.log_likelihood(x)).all()
    assert loaded.alphabet == shipped.alphabet
    assert loaded.extractor == shipped.extractor
    assert loaded.provenance == shipped.provenance
    assert loaded.metrics == shipped.metrics
    assert [p.name for p in tmp_path.iterdir()] == ["own.bundle"]


def test_settings_survive(shipped):
    other = dataclasses.replace(
        shipped,
        gaussian=dataclasses.replace(shipped.gaussian, temperature=1.5),
        extractor=dataclasses.replace(shipped.extractor, baseline_adc=400.0),
        alphabet=Alphabet.load("extended31"),
    )
    loaded = Bundle.from_bytes(other.to_bytes(), "memory")
    assert loaded.gaussian.temperature == 1.5
    assert loaded.extractor.baseline_adc == 400.0
    assert loaded.alphabet == other.alphabet


def test_rest_and_no_sign_are_of_the_model_not_of_the_program(shipped):
    model = shipped.gaussian
    flat = np.array([0.0] * 5 + [0, 0, 1])
    other = dataclasses.replace(model, rest=flat, any_bend=0.0, return_ratio=4.0)
    loaded = Bundle.from_bytes(
        dataclasses.replace(shipped, gaussian=other).to_bytes(), "memory"
    ).gaussian
    x = flat[None]
    assert loaded.rest_log_likelihood(x) > model.rest_log_likelihood(x)
    assert loaded.no_sign_log_likelihood(x) > model.no_sign_log_likelihood(x)
    assert loaded.pose_log_likelihood(x, flat) < model.pose_log_likelihood(x, flat)


def test_the_same_model_gives_the_same_bytes(shipped):
    data = shipped.to_bytes()
    assert Bundle.from_bytes(data, "memory").to_bytes() == data
    assert len(data) < 100_000


def test_shipped_model_reads_the_poses_of_its_own_signs(shipped):
    assert shipped.alphabet == Alphabet.load()
    for sign, mean in zip(shipped.alphabet.signs, shipped.gaussian.mean, strict=True):
        n = 10
        frames = Frames(
            np.arange(n) / 33,
            np.tile(shipped.extractor.unwarp(mean[FLEX]), (n, 1)),
            np.tile(mean[GRAVITY], (n, 1)),
            np.full((n, 3), np.nan),
        )
        best = np.argsort(shipped.log_likelihood([frames])[0])[-3:]
        assert sign in [shipped.alphabet.signs[i] for i in best]


def test_shipped_model_says_where_it_comes_from(shipped):
    assert shipped.provenance["episodes"] == {"august": 600, "hb": 1443, "v2": 1365}
    assert shipped.provenance["command"].startswith("jihwa ")
    assert set(shipped.metrics["session"]) == {f"session {name}" for name in ("august", "hb", "v2")}


@pytest.mark.parametrize("share", [0.02, 0.5, 0.99])
def test_cut_short(shipped, share):
    data = shipped.to_bytes()
    with pytest.raises(DataError, match="cut short"):
        Bundle.from_bytes(data[: int(len(data) * share)], "x.bundle")


def test_changed_weights_are_noticed(shipped):
    data = bytearray(shipped.to_bytes())
    data[data.index(b"mean.npy") + 400] ^= 1
    with pytest.raises(DataError, match="changed"):
        Bundle.from_bytes(bytes(data), "x.bundle")


def test_changed_metadata_is_noticed(shipped):
    data = rewritten(shipped.to_bytes(), lambda m: m["models"]["gaussian"].update(temperature=0.1))
    with pytest.raises(DataError, match="changed"):
        Bundle.from_bytes(data, "x.bundle")


def test_another_version_is_named(shipped):
    data = rewritten(shipped.to_bytes(), lambda m: m.update(format_version=99))
    with pytest.raises(DataError, match="99") as caught:
        Bundle.from_bytes(data, "x.bundle")
    assert "99" in caught.value.message.ko


def zipped(name, content):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [b"", b"timestamp,pitch\n1,2\n", zipped("a.txt", "a"), zipped("metadata.json", "[]")],
    ids=["empty", "csv", "zip", "json"],
)
def test_what_is_no_bundle(data):
    with pytest.raises(DataError, match=r"x\.bundle: not a model"):
        Bundle.from_bytes(data, "x.bundle")


def test_missing_files(tmp_path):
    with pytest.raises(UsageError, match=r"none\.bundle"):
        Bundle.load(tmp_path / "none.bundle")
    with pytest.raises(UsageError, match="cannot be opened"):
        Bundle.load(tmp_path)


def test_fitting_names_the_signs_that_were_never_recorded():
    with pytest.raises(UsageError, match="ㄱ"):
        LEARNERS["gaussian"].fit(EpisodeSet((), ()), Alphabet.load())


def test_fitting_the_public_recordings_again_gives_the_shipped_file(hb, v2, august, shipped):
    again = LEARNERS["gaussian"].fit(EpisodeSet.join([hb, v2, august]), shipped.alphabet)
    again.provenance["command"] = shipped.provenance["command"]
    assert again.provenance == shipped.provenance
    assert again.metrics == shipped.metrics
    ours, theirs = (Archive.from_bytes(b.to_bytes(), FORMAT_VERSION) for b in (again, shipped))
    assert ours.metadata == theirs.metadata
    assert ours.arrays.keys() == theirs.arrays.keys()
    for name, array in ours.arrays.items():  # another processor rounds other last digits
        assert array == pytest.approx(theirs.arrays[name], rel=1e-6, abs=1e-9), name
    usual = (again.metrics["session"][f"session {name}"] for name in ("hb", "v2"))
    assert min(session["top3"] for session in usual) > 0.91
