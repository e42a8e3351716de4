"""Training of a network: from labelled takes to a graph that runs without torch.

A part of the takes is held out. Lightning (`lightning`) trains on the others; the part held out
ends the training, picks the epoch and sets the temperature; and the graph is written as ONNX.
"""

import io
import json
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from jihwa.data.alphabet import Alphabet
from jihwa.data.messages import UsageError
from jihwa.data.signal.frames import Array
from jihwa.data.takes.augment import Augmentation, Variation
from jihwa.data.takes.sequences import TakeSet
from jihwa.data.takes.splits import hold_out, stratified
from jihwa.models.features import FeatureExtractor
from jihwa.models.network import Channels, Inputs, Network
from jihwa.models.training import estimation, lightning
from jihwa.models.training.architectures import build
from jihwa.models.training.evaluation import best_temperature
from jihwa.models.training.plots import learning_curves
from jihwa.models.training.runs import Trained, TrainingLog, TrainingOptions
from jihwa.models.training.takes import channels, fingerprint, truth

_SETTINGS, _CURVES = "run.json", "learning_curves.png"
_VALIDATION_BATCH = 256
_ANGLE_ERROR_DEG = 10.0
"""Of pitch and roll, all through a take: a network cannot look for it as for a mount."""


def train(
    architecture: str,
    kind: Channels,
    takes: TakeSet,
    alphabet: Alphabet,
    seed: int,
    options: TrainingOptions,
    log: TrainingLog,
) -> Trained:
    """Train a network; the same arguments give the same network on the same machine.

    A part of the takes is held out first: it ends the training, picks the epoch and sets the
    temperature, is never learned from and never varied.

    Args:
        architecture: One of `ARCHITECTURES`.
        kind: Which channels it sees.
        takes: What to learn from.
        alphabet: Their signs.
        seed: Of all that is random.
        options: How it is trained.
        log: Where it reports. A run that was cut short there goes on.

    Raises:
        UsageError: The log's folder holds another run.
    """
    sign, n_signs = truth(takes, alphabet), len(alphabet.signs)
    share = options.validation_share
    split = stratified(takes, share, seed) if share else hold_out(takes, seed)
    learned = takes[split.train]
    inputs = Inputs.fit(kind, channels(learned, kind))
    augmentation = _augmentation(options.augment, len(np.unique(learned.sessions)))
    first = lightning.Batches(
        learned, sign[split.train], inputs, augmentation, options.batch_size, seed, epoch=0
    )
    held_out = _batches(takes[split.test], sign[split.test], inputs)
    settings = {
        "architecture": architecture,
        "channels": kind,
        "takes": fingerprint(takes),
        "signs": alphabet.signs,
        "seed": seed,
        "options": asdict(options),
    }
    with lightning.undisturbed(seed, options.threads), _folder(log.folder, settings) as folder:
        network = build(architecture, len(inputs.mean), n_signs, options.sizes, options.dropout)
        module = lightning.Fitting(network, _balance(sign[split.train], n_signs), options, seed)
        history = lightning.run(
            module, lightning.TrainingData(first, held_out), folder, options, log
        )
        if log.folder:
            learning_curves(history, folder / _CURVES)
        best = torch.load(folder / lightning.BEST, weights_only=True)
        module.load_state_dict(best["state_dict"])
        logits = _logits(network.eval(), held_out)
        graph = to_onnx(network, len(inputs.mean))
    return Trained(
        network=Network(
            architecture=architecture,
            inputs=inputs,
            graph=graph,
            n_parameters=sum(parameter.numel() for parameter in network.parameters()),
            temperature=best_temperature(logits, sign[split.test]),
        ),
        held_out=split.name,
        n_held_out=len(split.test),
        best=best["epoch"],
        history=history,
        versions={name: version(name) for name in ("torch", "pytorch-lightning")},
    )


def to_onnx(module: nn.Module, n_features: int) -> bytes:
    """The graph of a trained network for one sequence at a time, weights included.

    The same module gives the same bytes.

    Args:
        module: Takes (B, T, F) features to (B, S) logits; on the CPU, left as it is.
        n_features: F.

    Returns:
        ONNX: input `sequence` (1, T, F) float32 with any T ≥ 1, output `logits` (1, S).
    """
    graph = io.BytesIO()
    example = torch.zeros(1, 7, n_features)  # (1, T, F): odd, so that pooling meets a rest
    with warnings.catch_warnings():
        # The newer exporter takes 10 s for a network, and freezes T where there is a GRU.
        warnings.simplefilter("ignore", DeprecationWarning)
        # A recurrent layer checks the shape of its input, and warns of batches but of one.
        warnings.filterwarnings("ignore", module=r"torch\.nn\.modules\.rnn")
        warnings.filterwarnings("ignore", "Exporting a model to ONNX with a batch_size")
        torch.onnx.export(
            module,
            (example,),
            graph,  # type: ignore[arg-type]  # this exporter writes to a buffer as well
            dynamo=False,
            input_names=["sequence"],
            output_names=["logits"],
            dynamic_axes={"sequence": {1: "frames"}},
        )
    return graph.getvalue()


def _augmentation(kinds: Sequence[Variation], n_sessions: int) -> Augmentation:
    """Strangers differ from the mean wearer as the Gaussian's priors say, and so do the sources."""
    extractor, spread = FeatureExtractor(), np.sqrt(1 + 1 / n_sessions)
    return Augmentation(
        kinds=frozenset(kinds),
        straight_adc=extractor.baseline_adc,
        offset_adc=spread * estimation.OFFSET_ADC,
        log_gain=spread * estimation.LOG_GAIN,
        rotation_deg=spread * estimation.ROTATION_DEG,
        angle_error_deg=_ANGLE_ERROR_DEG,
    )


def _batches(takes: TakeSet, sign: NDArray[np.int64], inputs: Inputs) -> list[lightning.Batch]:
    """The takes as they are, in their order."""
    sequences = channels(takes, inputs.channels)
    parts = [
        slice(start, start + _VALIDATION_BATCH)
        for start in range(0, len(sequences), _VALIDATION_BATCH)
    ]
    return [lightning.batch(sequences[part], sign[part], inputs) for part in parts]


def _balance(sign: NDArray[np.int64], n_signs: int) -> Tensor:
    """(S,) weights that let every sign count the same, however many takes it has."""
    count = np.bincount(sign, minlength=n_signs)
    weight = len(sign) / (n_signs * np.maximum(count, 1))
    return torch.from_numpy(weight.astype(np.float32))


def _logits(network: nn.Module, batches: list[lightning.Batch]) -> Array:
    """(n, S) of batches in their order."""
    with torch.inference_mode():
        logits = [network(sequences, length) for sequences, length, _ in batches]
    return np.asarray(torch.cat(logits).numpy(), dtype=np.float64)


@contextmanager
def _folder(path: Path | None, settings: dict[str, Any]) -> Iterator[Path]:
    """The folder of a run: the user's, if it is free or of the same run, else one for now."""
    if path is None:
        with TemporaryDirectory(prefix="jihwa-") as name:
            yield Path(name)
        return
    path.mkdir(parents=True, exist_ok=True)
    text, file = json.dumps(settings, ensure_ascii=False, indent=1), path / _SETTINGS
    if file.exists() and file.read_text(encoding="utf-8") != text:
        raise UsageError(
            ko=f"{path}: 다른 데이터나 설정으로 한 학습의 기록이 있습니다. --log에 다른 폴더를 "
            "주세요.",
            en=f"{path}: holds the log of a training with other data or options. Give --log "
            "another folder.",
        )
    file.write_text(text, encoding="utf-8")
    yield path
