"""Weights -> the reader's forward pass as an ONNX graph, eight bits where the time goes.

The graph begins behind the embeddings, which are looked up in the packaged model's table, so that nothing of
that table is kept twice. Linear layers multiply eight-bit integers (Jacob et al. 2018; the activations are scaled
as they come, the weights by output channel); attention, norms and heads stay in float32.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto

Array = NDArray[Any]

_MICROSOFT = "com.microsoft"
"""The domain of onnxruntime's own operators, which fuse what ONNX spells out."""


class _Builder:
    """Collects nodes and constants under generated names."""

    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []
        self.constants: dict[str, Array] = {}

    def constant(self, value: Array) -> str:
        name = f"c{len(self.constants)}"
        self.constants[name] = value
        return name

    def add(self, op: str, inputs: list[str], outputs: int = 1, domain: str = "", name: str = "", **given: Any) -> Any:
        from onnx import helper

        names = [name] if name else [f"n{len(self.nodes)}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(op, inputs, names, domain=domain, **given))
        return names[0] if len(names) == 1 else names

    def linear(self, x: str, weight: Array, bias: Array) -> str:
        """``x @ weight.T + bias``, with the weight (out, in) as int8 scaled by row."""
        scale = np.maximum(np.abs(weight).max(axis=1), 1e-9).astype(np.float32) / 127
        integers = np.rint(weight / scale[:, None]).astype(np.int8)
        inputs = [x, self.constant(np.ascontiguousarray(integers.T)), self.constant(scale), "", self.constant(bias)]
        return str(self.add("DynamicQuantizeMatMul", inputs, domain=_MICROSOFT))

    def add_norm(self, x: str, skip: str, weight: Array, bias: Array, epsilon: float) -> str:
        inputs = [x, skip, self.constant(weight), self.constant(bias)]
        return str(self.add("SkipLayerNormalization", inputs, domain=_MICROSOFT, epsilon=epsilon))


def build(weights: Mapping[str, Array], *, layers: int, heads: int, epsilon: float) -> ModelProto:
    """Return the model: ``embedded`` (b, n, width) and ``mask`` (b, n; 1 text, 0 padding) -> ``tokens``, ``passage``.

    ``weights`` are float32 by the names that training gives them. ``tokens`` is (b, n, 3): start, end, evidence;
    ``passage`` is (b, heads of the first token).
    """
    from onnx import TensorProto, helper, numpy_helper

    b = _Builder()
    width = len(weights["encoder.embeddings.LayerNorm.weight"])
    norm = [b.constant(weights[f"encoder.embeddings.LayerNorm.{part}"]) for part in ("weight", "bias")]
    hidden = b.add("LayerNormalization", ["embedded", *norm], axis=-1, epsilon=epsilon)
    for i in range(layers):

        def part(name: str, at: str = f"encoder.encoder.layer.{i}.") -> tuple[Array, Array]:
            return weights[f"{at}{name}.weight"], weights[f"{at}{name}.bias"]

        parts = [part(f"attention.self.{name}") for name in ("query", "key", "value")]
        weight, bias = np.concatenate([w for w, _ in parts]), np.concatenate([v for _, v in parts])
        query, key, value = b.add("Split", [b.linear(hidden, weight, bias)], outputs=3, axis=-1, num_outputs=3)
        attended = b.add("MultiHeadAttention", [query, key, value, "", "mask"], domain=_MICROSOFT, num_heads=heads)
        attended = b.linear(attended, *part("attention.output.dense"))
        hidden = b.add_norm(attended, hidden, *part("attention.output.LayerNorm"), epsilon)
        inner = b.add("Gelu", [b.linear(hidden, *part("intermediate.dense"))])
        hidden = b.add_norm(b.linear(inner, *part("output.dense")), hidden, *part("output.LayerNorm"), epsilon)

    def affine(x: str, name: str, out: str = "") -> str:
        product = b.add("MatMul", [x, b.constant(np.ascontiguousarray(weights[f"{name}.weight"].T))])
        return str(b.add("Add", [product, b.constant(weights[f"{name}.bias"])], name=out))

    affine(hidden, "tokens", out="tokens")
    first = b.add("Gather", [hidden, b.constant(np.array(0, np.int64))], axis=1)
    affine(b.add("Tanh", [affine(first, "pooler")]), "passage", out="passage")
    graph = helper.make_graph(
        b.nodes,
        "reader",
        [
            helper.make_tensor_value_info("embedded", TensorProto.FLOAT, ["b", "n", width]),
            helper.make_tensor_value_info("mask", TensorProto.INT32, ["b", "n"]),
        ],
        [
            helper.make_tensor_value_info("tokens", TensorProto.FLOAT, ["b", "n", None]),
            helper.make_tensor_value_info("passage", TensorProto.FLOAT, ["b", None]),
        ],
        [numpy_helper.from_array(value, name) for name, value in b.constants.items()],
    )
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid(_MICROSOFT, 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=10)
