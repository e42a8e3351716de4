"""A network as one ONNX file that any program runs: what it sees of a signal is in its graph."""

import json
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from jihwa.data.messages import UsageError
from jihwa.data.signal.frames import N_FINGERS
from jihwa.models.bundle import Bundle
from jihwa.models.network import LONGEST_HOLD, LONGEST_SEQUENCE, Channels

INPUT, OUTPUT = "channels", "probability"

CHANNELS = {
    Channels.ANGLES: "flex 1-5 (ADC counts), pitch, roll, yaw (degrees)",
    Channels.ALL: "flex 1-5 (ADC counts), pitch, roll, yaw (degrees), acceleration x, y, z (g)",
    Channels.POSE: "flex 1-5 (ADC counts), acceleration of a still hand x, y, z (g)",
    Channels.GIVEN: "the features of the .npy file",
}
"""What the columns of the input are."""


class _Graph:
    """Nodes in front of a network's; each has one output, called by its place."""

    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []

    def add(self, kind: str, *inputs: str, **attributes: Any) -> str:  # noqa: ANN401  # as ONNX has them
        """Add a node; returns its output."""
        name = f"jihwa_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], name, **attributes))
        return name

    def constant(self, value: object, dtype: type = np.float32) -> str:
        """Add numbers; returns their name."""
        name = f"jihwa_constant_{len(self.constants)}"
        array: NDArray[np.generic] = np.asarray(value, dtype=dtype)
        self.constants.append(numpy_helper.from_array(array, name))
        return name


def to_one_graph(bundle: Bundle) -> bytes:
    """The network of a bundle, from a signal to probabilities.

    Returns:
        ONNX: input `channels` (1, T, F) float32 as `CHANNELS` says, NaN where a sensor is absent,
        with any T ≥ 1; output `probability` (1, S). Its metadata has the signs as JSON, and what
        the channels are.

    Raises:
        UsageError: The bundle has no network.
    """
    network = bundle.network
    if network is None:
        raise UsageError(
            ko="이 모델에는 신경망이 없어 ONNX로 낼 것이 없습니다. --model gru 같은 신경망을 "
            "학습하세요.",
            en="This model has no network that ONNX could hold. Train one, such as --model gru.",
        )
    model: ModelProto = onnx.load_from_string(network.graph)
    inputs, before = network.inputs, _Graph()
    seen = _thinned(before, INPUT, inputs.channels)
    if inputs.channels == Channels.POSE:
        seen = _pose(before, seen, bundle)
    scaled = before.add("Sub", seen, before.constant(inputs.mean))
    scaled = before.add("Div", scaled, before.constant(inputs.sd))
    absent = before.add("IsNaN", scaled)
    ready = before.add("Where", absent, before.constant(0.0), scaled)
    (given,), (logits,) = model.graph.input, model.graph.output
    before.nodes.append(helper.make_node("Identity", [ready], [given.name]))
    cooled = helper.make_node("Div", [logits.name, "jihwa_temperature"], ["jihwa_cooled"])
    certain = helper.make_node("Softmax", ["jihwa_cooled"], [OUTPUT], axis=-1)
    temperature = numpy_helper.from_array(
        np.asarray(network.temperature, dtype=np.float32), "jihwa_temperature"
    )
    n_channels, n_signs = len(inputs.mean), len(bundle.alphabet.signs)
    graph = helper.make_graph(
        [*before.nodes, *model.graph.node, cooled, certain],
        "jihwa",
        [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, [1, "frames", n_channels])],
        [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, [1, n_signs])],
        [*before.constants, *model.graph.initializer, temperature],
    )
    whole = helper.make_model(graph, opset_imports=model.opset_import, ir_version=model.ir_version)
    helper.set_model_props(
        whole,
        {
            "signs": json.dumps(bundle.alphabet.signs, ensure_ascii=False),
            "channels": CHANNELS[inputs.channels],
        },
    )
    onnx.checker.check_model(whole)
    content: bytes = whole.SerializeToString()
    return content


def _thinned(graph: _Graph, signal: str, channels: Channels) -> str:
    """The frames that a network sees at most, evenly drawn; see `network.Inputs.scale`."""
    longest = LONGEST_SEQUENCE if channels == Channels.GIVEN else LONGEST_HOLD
    zero, one = (graph.constant(n, np.int64) for n in (0, 1))
    shape = graph.add("Shape", signal)
    n = graph.add("Gather", shape, one)
    fewer = graph.add("Min", n, graph.constant(longest, np.int64))
    place = graph.add("Cast", graph.add("Range", zero, fewer, one), to=TensorProto.DOUBLE)
    last = graph.add("Cast", graph.add("Sub", n, one), to=TensorProto.DOUBLE)
    steps = graph.add("Max", graph.add("Sub", fewer, one), one)
    steps = graph.add("Cast", steps, to=TensorProto.DOUBLE)
    even = graph.add("Div", graph.add("Mul", place, last), steps)
    rows = graph.add("Cast", graph.add("Round", even), to=TensorProto.INT64)
    return graph.add("Gather", signal, rows, axis=1)


def _pose(graph: _Graph, signal: str, bundle: Bundle) -> str:
    """Warped bends and the direction of gravity; see `features.FeatureExtractor`."""
    extractor = bundle.extractor
    sizes = graph.constant([N_FINGERS, 3], np.int64)
    name = graph.add("Split", signal, sizes, axis=2)
    flex, accel = f"{name}_flex", f"{name}_accel"
    graph.nodes[-1].output[:] = [flex, accel]
    bend = graph.add("Sub", flex, graph.constant(extractor.baseline_adc))
    soft = graph.add("Add", graph.add("Abs", bend), graph.constant(extractor.softening_adc))
    root = graph.add("Sub", graph.add("Sqrt", soft), graph.constant(extractor.softening_adc**0.5))
    warped = graph.add("Mul", graph.add("Sign", bend), root)
    square = graph.add("Mul", accel, accel)
    length = graph.add("Sqrt", graph.add("ReduceSum", square, graph.constant([2], np.int64)))
    return graph.add("Concat", warped, graph.add("Div", accel, length), axis=2)
