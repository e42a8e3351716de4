"""The decoder that later ones are measured against: the one that jihwa began with.

Git keeps it. Its packages are unpacked into a temporary folder and read emissions in a process of
their own, with the language model and the options of their time.
"""

import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from jihwa.recognizer.events import Emission

COMMIT = "c18220090e10c645005afd24b056e5cc4efaff20"
PACKAGES = ("data", "models", "recognizer", "composer")
ROOT = Path(__file__).parents[2]
READER = Path(__file__).with_name("foundation_reader.py")


@dataclass(frozen=True)
class FoundationReading:
    """What the first decoder made of one text.

    Attributes:
        text: The text.
        seconds: What each of its emissions took.
    """

    text: str
    seconds: tuple[float, ...]


def read_with_foundation(texts: Sequence[Sequence[Emission]]) -> list[FoundationReading]:
    """Read the emissions of several texts with the first decoder.

    Raises:
        SystemExit: Git or the history of this repository is missing.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with tarfile.open(fileobj=io.BytesIO(_archive())) as archive:
            archive.extractall(folder / "jihwa", filter="data")
        _store(texts, folder / "emissions.npz")
        finished = subprocess.run(
            [sys.executable, READER, folder / "emissions.npz"],
            env={**os.environ, "PYTHONPATH": name},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    lines = map(json.loads, finished.stdout.splitlines())
    return [FoundationReading(line["text"], tuple(line["seconds"])) for line in lines]


def _archive() -> bytes:
    """The packages as they were, as a tar file."""
    try:
        command = ["git", "archive", COMMIT, *PACKAGES]
        return subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise SystemExit(
            f"The first decoder, commit {COMMIT[:7]}, cannot be taken from git ({error}). This "
            "comparison needs a clone with its history: run `git fetch --unshallow`."
        ) from error


def _store(texts: Sequence[Sequence[Emission]], path: Path) -> None:
    """Write emissions as the reader expects them: all in a row, and how many each text has."""
    every = [emission for emissions in texts for emission in emissions]
    np.savez(
        path,
        lengths=[len(emissions) for emissions in texts],
        log_likelihood=[emission.log_likelihood for emission in every],
        rest=[emission.rest for emission in every],
        no_sign=[emission.no_sign for emission in every],
        start_s=[emission.segment.start_s for emission in every],
        end_s=[emission.segment.end_s for emission in every],
        gap_s=[emission.segment.gap_s for emission in every],
    )
