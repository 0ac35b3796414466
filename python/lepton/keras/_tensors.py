"""What layers are called with before there are numbers: KerasTensor; and arithmetic, which ops gives to all kinds of values."""
from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .. import _lepton as native

if TYPE_CHECKING:
    from ._layer import Layer

Shape = tuple[int | None, ...]
MAX_DEPTH = 10_000  # the library walks through a model by recursion


class KerasTensor:
    """The output of a layer, or an input, while a model is put together."""

    def __init__(self, symbol: native.Symbol, shape: Shape, dtype: str, name: str, layer: Layer | None, inputs: list[KerasTensor],
                 output: int = 0) -> None:
        self._symbol = symbol
        self.shape = shape
        self.dtype = dtype
        self.name = name
        self._layer = layer
        self._inputs = inputs
        self._output = output
        self._depth: int = 1 + max((one._depth for one in inputs), default=0)  # layers from the inputs to here
        if self._depth > MAX_DEPTH:
            raise native.ResourceExhaustedError(f"{name}: a model of more than {MAX_DEPTH} layers one behind the other")

    @property
    def ndim(self) -> int:
        return len(self.shape)

    def __bool__(self) -> bool:
        raise native.InvalidArgumentError("a symbolic tensor has no truth: there are no numbers yet; use ops.where()")

    def __len__(self) -> int:
        raise native.InvalidArgumentError("a symbolic tensor has no length: there are no numbers yet")

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise native.InvalidArgumentError("a symbolic tensor has no numbers yet; NumPy cannot compute with it, lepton.keras.ops can")

    def __repr__(self) -> str:
        return f"<KerasTensor shape={self.shape}, dtype={self.dtype}, name={self.name}>"


class Variable:
    """A weight of a layer written in Python: a value while the layer is traced, an array of numbers otherwise."""

    def __init__(self, name: str, shape: tuple[int, ...], settings: dict[str, Any], owner: Layer) -> None:
        self.name = name
        self.shape = shape
        self.settings = settings
        self.trainable = bool(settings["trainable"])
        self._owner = owner
        self._traced: native.Value | None = None

    @property
    def value(self) -> Any:
        if self._traced is not None:
            return self._traced
        return native.tensor(self.numpy())

    def numpy(self) -> Any:
        return self._owner._weight_value(self.name)

    def assign(self, value: Any) -> None:
        """In call(): the weight's value after this step of training; elsewhere at once."""
        if self._owner._building is not None:
            self._owner._building.update(self.name, value)
        else:
            self._owner._set_weight_value(self.name, value)

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return self.numpy() if dtype is None else self.numpy().astype(dtype)

    def __repr__(self) -> str:
        return f"<Variable {self.name} shape={self.shape}>"


def symbolic(value: Any) -> Iterator[KerasTensor]:
    """All symbolic tensors in nested lists and dicts, in order."""
    if isinstance(value, KerasTensor):
        yield value
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from symbolic(one)
    elif isinstance(value, dict):
        for one in value.values():
            yield from symbolic(one)


def values_in(value: Any, kind: type) -> list[Any]:
    """All values of a kind in nested lists, in order."""
    if isinstance(value, kind):
        return [value]
    return [found for one in value for found in values_in(one, kind)] if isinstance(value, (list, tuple)) else []
