"""Sequential: a model whose layers stand in a row."""
from __future__ import annotations

from typing import Any

from .. import _lepton as native
from ._layer import Layer
from ._model import Model
from ._session import auto_name, floatx
from ._tensors import KerasTensor
from ._topology import Input, InputLayer, input_dtype


class Sequential(Model):
    """A model whose layers stand in a row."""

    def __init__(self, layers: Any = None, trainable: bool = True, name: str | None = None) -> None:
        super().__init__(name=name or auto_name("sequential"), trainable=trainable)
        self._row: list[Layer] = []
        self._start: KerasTensor | None = None
        for layer in layers or []:
            self.add(layer, rebuild=False)
        self._maybe_build()

    def add(self, layer: Any, rebuild: bool = True) -> None:
        if isinstance(layer, KerasTensor) and isinstance(layer._layer, InputLayer):
            layer = layer._layer
        if isinstance(layer, InputLayer):
            if self._row or self._start is not None:
                raise native.InvalidArgumentError("Sequential: an Input comes first, and once")
            self._start = layer.output
            return
        if not isinstance(layer, Layer):
            raise native.InvalidArgumentError(f"Sequential: takes layers, not {layer!r}")
        self._row.append(layer)
        if rebuild:
            self._maybe_build()

    def pop(self, rebuild: bool = True) -> Layer | None:
        if not self._row:
            return None
        removed = self._row.pop()
        self.built = False
        self._maybe_build()
        return removed

    def _maybe_build(self) -> None:
        """As soon as the shape of the input is known."""
        if not self._row:
            return
        first = self._row[0]
        if self._start is None and first._input_shape is not None:
            self._start = Input(first._input_shape, first._batch_size, dtype=input_dtype(first))
        if self._start is None and isinstance(first, Model) and first.built and len(first.inputs) == 1:
            self._start = Input(batch_shape=first.inputs[0].shape, dtype=first.inputs[0].dtype)
        if self._start is not None:
            if self._start.dtype == floatx() and input_dtype(first) is not None:
                held = self._start
                self._start = Input(batch_shape=held.shape, dtype="int64", name=held.name)
            learnt = [(layer, self._layer_weights(layer)) for layer in self._layers] if self._raw is not None else []
            self._raw = None
            self.__dict__.pop("_weight_names", None)
            self._connect([self._start], self._outputs_of([self._start]))
            for layer, weights in learnt:
                if layer in self._layers:
                    self._set_layer_weights(layer, weights)

    def _connect(self, inputs: Any, outputs: Any) -> None:
        super()._connect(inputs, outputs)
        self._start = self.inputs[0]

    def _outputs_of(self, inputs: list[KerasTensor]) -> Any:
        x: Any = inputs[0]
        for layer in self._row:
            x = layer(x)
        return x

    def _first_layer(self) -> Layer | None:
        return self._row[0] if self._row else None

    @property
    def layers(self) -> list[Layer]:
        return list(self._row)
