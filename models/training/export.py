"""Networks as ONNX graphs, which run without torch."""

import io
import warnings

import torch
from torch import nn


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
