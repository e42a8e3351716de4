"""A fitted network, run by onnxruntime: no torch needed."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from jihwa.data.messages import UsageError
from jihwa.data.signal.frames import Array
from jihwa.models.inputs import Inputs


@dataclass(frozen=True)
class Network:
    """A network and its preprocessing.

    Attributes:
        architecture: Its name in the zoo.
        inputs: What it sees of a hold.
        graph: ONNX: (1, T, F) float32 in, (1, S) logits out.
        n_parameters: How many numbers were fitted.
        temperature: Divides the logits.
    """

    architecture: str
    inputs: Inputs
    graph: bytes
    n_parameters: int
    temperature: float = 1.0

    def log_posterior(self, sequences: Sequence[Array]) -> Array:
        """(n, S) natural log-probability of every sign under a flat prior.

        Args:
            sequences: n of (T, F) channels, not standardised; T may differ.

        Raises:
            UsageError: onnxruntime is not installed, or a sequence has other channels.
        """
        n_channels = len(self.inputs.mean)
        for sequence in sequences:
            if sequence.shape[1] != n_channels:
                raise UsageError(
                    ko=f"모델은 채널 {n_channels}개를 읽는데 데이터에는 {sequence.shape[1]}개가 "
                    "있습니다. 모델이 배운 것과 같은 데이터를 주세요.",
                    en=f"The model reads {n_channels} channels but the data have "
                    f"{sequence.shape[1]}. Give data like those it was fitted to.",
                )
        logits = np.array(
            [self._run(self.inputs.scale(s)[None]) for s in sequences], dtype=np.float64
        )  # (n, S)
        logits /= self.temperature
        return np.asarray(logits - np.logaddexp.reduce(logits, axis=1, keepdims=True))

    def _run(self, x: Any) -> Any:  # noqa: ANN401  # onnxruntime has no types
        (logits,) = self._session.run(None, {self._session.get_inputs()[0].name: x})
        return logits[0]

    @cached_property
    def _session(self) -> Any:  # noqa: ANN401
        try:
            import onnxruntime  # 0.3 s, and only networks need it
        except ImportError as error:
            raise UsageError(
                ko=f"신경망 모델({self.architecture})을 쓰려면 onnxruntime이 필요합니다. "
                "설치: pip install 'jihwa[network]'",
                en=f"The network {self.architecture} needs onnxruntime. Install it with: "
                "pip install 'jihwa[network]'",
            ) from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        return onnxruntime.InferenceSession(self.graph, options, providers=["CPUExecutionProvider"])
