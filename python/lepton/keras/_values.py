"""What operators compute with: arrays (at once), values of a graph that is traced, and symbolic tensors (which become layers)."""
from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from .. import _lepton as native
from .._arrays import is_array, tensor
from ._layer import Layer
from ._session import floatx
from ._tensors import KerasTensor, Variable, symbolic

Function = TypeVar("Function", bound=Callable[..., Any])

_FLOATS = ("float32", "float64", "f32", "f64")
_LONG = {"f32": "float32", "f64": "float64", "i32": "int32", "i64": "int64", "u8": "uint8", "i8": "int8", "i16": "int16", "u16": "uint16",
         "u32": "uint32", "u64": "uint64", "bool": "bool", "f16": "float16", "bf16": "bfloat16"}
# Operators that are layers of the library: then the model can be saved.
_AS_LAYERS = {"add": "Add", "subtract": "Subtract", "multiply": "Multiply", "maximum": "Maximum", "minimum": "Minimum"}


class Operation(Layer):
    """An operator on symbolic tensors as a layer."""

    def __init__(self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        super().__init__()
        self.name = f"{function.__name__}_{self.name}"
        self._function, self._args, self._kwargs = function, args, kwargs

    def call(self, inputs: Any) -> Any:
        values = iter(inputs if isinstance(inputs, list) else [inputs])

        def with_values(given: Any) -> Any:
            if isinstance(given, KerasTensor):
                return next(values)
            return type(given)(with_values(one) for one in given) if isinstance(given, (list, tuple)) else given

        args = with_values(self._args)
        return self._function(*args, **{key: with_values(value) for key, value in self._kwargs.items()})


def operator(function: Function) -> Function:
    """A function of values that takes symbolic tensors, too."""

    @functools.wraps(function)
    def on_anything(*args: Any, **kwargs: Any) -> Any:
        tensors = list(symbolic((args, list(kwargs.values()))))
        if not tensors:
            return function(*args, **kwargs)
        layer = _AS_LAYERS.get(function.__name__)
        if layer is not None and len(tensors) == 2 and len(args) == 2:
            from . import layers

            return getattr(layers, layer)()(tensors)
        return Operation(function, args, kwargs)(tensors if len(tensors) > 1 else tensors[0])

    return on_anything  # type: ignore[return-value]


def is_symbolic(value: Any) -> bool:
    return next(symbolic(value), None) is not None


def dtype_of(value: Any) -> str:
    return _LONG.get(str(value.dtype), str(value.dtype))


def operands(*given: Any) -> list[Any]:
    """Values or tensors of one dtype: numbers and arrays take that of the others; whole numbers become floats beside floats."""
    values = [one.value if isinstance(one, Variable) else one for one in given]
    traced = next((one for one in values if isinstance(one, native.Value)), None)
    ready = [one if isinstance(one, (native.Value, native.Tensor)) else None if _is_number(one) else tensor(one) for one in values]
    dtypes = [dtype_of(one) for one in ready if one is not None]
    wanted = next((d for d in dtypes if d in _FLOATS), None) or (dtypes[0] if dtypes else None)
    if wanted not in _FLOATS and any(isinstance(one, float) for one in values):
        wanted = floatx()
    if wanted is None:
        wanted = "int32" if all(isinstance(one, (bool, int)) for one in values) else floatx()
    made = []
    for one, number in zip(ready, values, strict=True):
        if one is None:
            one = _scalar(number, wanted)
        if traced is not None and isinstance(one, native.Tensor):
            one = native.constant(traced, one.astype(wanted))
        made.append(one if dtype_of(one) == wanted else _cast(one, wanted))
    return made


def _is_number(value: Any) -> bool:
    return isinstance(value, (bool, int, float)) or (hasattr(value, "item") and getattr(value, "ndim", 1) == 0
                                                     and not isinstance(value, (native.Value, native.Tensor)))


def _scalar(number: Any, dtype: str) -> native.Tensor:
    import numpy as np

    return tensor(np.asarray(number, dtype=dtype))


def _cast(value: Any, dtype: str) -> Any:
    return native.op("cast", [value], {"dtype": dtype})[0]


def one(name: str, *given: Any, **attributes: Any) -> Any:
    """The result of an operator of the library."""
    return native.op(name, operands(*given), attributes)[0]


def evaluated(function: Callable[..., Any], *given: Any) -> Any:
    """function(values): traced where there are values, computed at once on arrays."""
    values = [v.value if isinstance(v, Variable) else v for v in given]
    traced = next((v for v in values if isinstance(v, native.Value)), None)
    if traced is not None:
        return function(*[v if isinstance(v, native.Value) else native.constant(traced, tensor(v)) for v in values])
    inputs = [_floats(tensor(v) if is_array(v) or isinstance(v, native.Tensor) else _scalar(v, floatx())) for v in values]
    return native.evaluate(function, inputs)[0]


def _floats(value: native.Tensor) -> native.Tensor:
    return value.astype(floatx()) if value.dtype in ("float16", "float32", "float64") and value.dtype != floatx() else value
