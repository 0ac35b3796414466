"""Inputs, and the layers of a model in Keras's order."""
from __future__ import annotations

from typing import Any

from .. import _lepton as native
from ._configured import check_dtype
from ._layer import Layer, Loaded
from ._session import auto_name, floatx
from ._tensors import KerasTensor, Shape

SYMBOL_LAYERS = ("Embedding", "IntegerLookup", "CategoryEncoding")  # whose inputs are whole numbers


class InputLayer(Layer):
    """An input of a model as a layer."""

    def __init__(self, shape: Any = None, batch_size: int | None = None, dtype: Any = None, sparse: Any = None, ragged: Any = None,
                 batch_shape: Any = None, input_tensor: Any = None, optional: bool = False, name: str | None = None) -> None:
        if sparse or ragged or optional or input_tensor is not None:
            raise native.UnsupportedError("Input: Lepton has no sparse, ragged, optional or ready-made inputs")
        sizes = tuple(batch_shape)[1:] if batch_shape is not None else shape
        if sizes is None:
            raise native.InvalidArgumentError("Input: give the shape of one sample: Input((64, 64, 3))")
        if isinstance(sizes, int):
            raise native.InvalidArgumentError(f"Input: the shape is a tuple: Input(({sizes},))")
        self._prepare(name or auto_name("input_layer"), False, None, None)
        wanted = str(getattr(dtype, "name", dtype) or floatx())
        if wanted in ("float32", "float64"):
            check_dtype("Input", wanted)
        samples = batch_shape[0] if batch_shape is not None else batch_size
        symbol = native.input(tuple(sizes), wanted, self.name, samples or 0)
        self.shape: Shape = (samples, *sizes)
        tensor = KerasTensor(symbol, self.shape, wanted, self.name, self, [])
        self._calls = [([tensor], [tensor])]
        self.built = True

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, "batch_shape": self.shape, "dtype": self.output.dtype}


def Input(shape: Any = None, batch_size: int | None = None, dtype: Any = None, sparse: Any = None, batch_shape: Any = None,
          name: str | None = None, tensor: Any = None, optional: bool = False, ragged: Any = None) -> KerasTensor:
    """An input of a functional model; `shape` is that of one sample."""
    return InputLayer(shape, batch_size, dtype, sparse, ragged, batch_shape, tensor, optional, name)._only_call()[1][0]


def input_dtype(first: Layer | None) -> str | None:
    """What a model takes whose first layer this is: whole numbers, or the default."""
    return "int64" if type(first).__name__ in SYMBOL_LAYERS else None


class Call:
    """One call of a layer: what went in and what came out."""

    def __init__(self, layer: Layer, inputs: list[KerasTensor]) -> None:
        self.layer, self.inputs = layer, inputs


def call_key(layer: Layer | None, inputs: list[KerasTensor]) -> tuple[int, ...]:
    """Tells calls apart: a layer on the same inputs is one call."""
    return (id(layer), *(id(one) for one in inputs))


def calls_between(inputs: list[KerasTensor], outputs: list[KerasTensor]) -> list[Call]:
    """The calls that lead from inputs to outputs, each behind what it needs."""
    known = {id(tensor) for tensor in inputs}
    calls: dict[tuple[int, ...], Call] = {}

    def visit(tensor: KerasTensor) -> None:
        stack: list[tuple[KerasTensor, bool]] = [(tensor, False)]
        while stack:
            current, ready = stack.pop()
            key = call_key(current._layer, current._inputs)
            if id(current) in known or key in calls:
                continue
            if current._layer is None or isinstance(current._layer, InputLayer):
                raise native.InvalidArgumentError(f"Model: an output depends on '{current.name}', which is not among the inputs")
            if ready:
                calls[key] = Call(current._layer, current._inputs)
            else:
                stack.append((current, True))
                stack.extend((one, False) for one in reversed(current._inputs))

    for output in outputs:
        visit(output)
    return list(calls.values())


def layers_in_order(inputs: list[KerasTensor], outputs: list[KerasTensor]) -> list[Layer]:
    """Keras's order: by distance from the outputs, the farthest first; of one distance, as they are met on the way back."""
    calls = calls_between(inputs, outputs)
    makers = {call_key(call.layer, call.inputs): call for call in calls}
    depth: dict[int, int] = {}  # of calls
    deepest: dict[int, int] = {}  # of layers: a call of one is as far as the farthest before it
    for call in reversed(calls):
        depth[id(call)] = deepest[id(call.layer)] = max(depth.get(id(call), 0), deepest.get(id(call.layer), 0))
        for one in call.inputs:
            maker = makers.get(call_key(one._layer, one._inputs))
            if maker is not None:
                depth[id(maker)] = max(depth.get(id(maker), 0), depth[id(call)] + 1)
    of_layer: dict[int, int] = {}
    layers: dict[int, Layer] = {}  # in the order in which the way back from the outputs leaves them

    def meet(layer: Layer, at: int) -> None:
        layers.setdefault(id(layer), layer)
        of_layer[id(layer)] = max(of_layer.get(id(layer), 0), at)

    for call in calls:
        for one in call.inputs:
            if isinstance(one._layer, InputLayer):
                meet(one._layer, depth[id(call)] + 1)
        meet(call.layer, depth[id(call)])
    for tensor in inputs:
        if tensor._layer is not None:
            meet(tensor._layer, 0)
    return sorted(layers.values(), key=lambda layer: -of_layer[id(layer)])


def rebuilt(network: dict[str, Any]) -> tuple[list[KerasTensor], list[KerasTensor]]:
    """Symbolic inputs and outputs of a model that was read from a file."""
    dtype = {"f32": "float32", "f64": "float64", "i64": "int64", "i32": "int32", "u8": "uint8"}
    inputs = [Input(batch_shape=shape, dtype=dtype.get(kind, kind), name=name) for name, kind, shape in network["inputs"]]
    layers = [Loaded(handle, name) for name, handle in network["layers"]]
    made: list[list[KerasTensor]] = []

    def place(call: int, output: int) -> KerasTensor:
        return inputs[-1 - call] if call < 0 else made[call][output]

    for layer, operands in network["calls"]:
        result: Any = layers[layer]([place(call, output) for call, output in operands])
        made.append(result if isinstance(result, list) else [result])
    return inputs, [place(call, output) for call, output in network["outputs"]]
