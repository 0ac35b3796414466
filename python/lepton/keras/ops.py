"""Operators with Keras's names: at once on arrays, traced in losses, metrics and layers of your own, layers on symbolic tensors."""
from __future__ import annotations

import builtins
import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

from .. import _lepton as native
from .._arrays import tensor
from ._configured import missing
from ._generated.functions import OPS
from ._session import floatx
from ._tensors import KerasTensor, Variable
from ._values import dtype_of, one, operands, operator

Axis = int | Sequence[int] | None
_END = 2**31 - 1  # behind every axis

# Keras's name -> the library's, by what they take.
_OF_ONE = {"absolute": "abs", "abs": "abs", "arccos": "acos", "arccosh": "acosh", "arcsin": "asin", "arcsinh": "asinh", "arctan": "atan",
           "arctanh": "atanh", "ceil": "ceil", "cos": "cos", "cosh": "cosh", "erf": "erf", "exp": "exp", "expm1": "expm1", "floor": "floor",
           "isinf": "is_inf", "isnan": "is_nan", "log": "log", "log1p": "log1p", "logical_not": "logical_not", "negative": "neg",
           "reciprocal": "reciprocal", "round": "round", "rsqrt": "rsqrt", "sign": "sign", "sin": "sin", "sinh": "sinh", "sqrt": "sqrt",
           "square": "square", "tan": "tan", "tanh": "tanh", "relu": "relu", "selu": "selu", "sigmoid": "sigmoid", "silu": "silu",
           "swish": "silu", "softplus": "softplus", "softsign": "softsign", "hard_silu": "hard_swish", "hard_swish": "hard_swish",
           "hard_sigmoid": "hard_sigmoid", "mish": "mish"}
_OF_TWO = {"add": "add", "subtract": "sub", "multiply": "mul", "divide": "div", "true_divide": "div", "mod": "mod", "power": "pow",
           "maximum": "maximum", "minimum": "minimum", "equal": "equal", "not_equal": "not_equal", "less": "less", "less_equal": "less_equal",
           "greater": "greater", "greater_equal": "greater_equal", "logical_and": "logical_and", "logical_or": "logical_or",
           "logical_xor": "logical_xor"}
_REDUCTIONS = {"sum": "sum", "mean": "mean", "prod": "prod", "max": "max", "amax": "max", "min": "min", "amin": "min", "any": "any",
               "all": "all", "logsumexp": "logsumexp"}
_TRUTHS = ("any", "all", "logical_and", "logical_or", "logical_xor", "logical_not")
_NEED_FLOATS = ("mean", "logsumexp", "div")


def _prepared(name: str, values: list[Any]) -> list[Any]:
    if name in _TRUTHS:
        return [v if dtype_of(v) == "bool" else one("not_equal", v, 0) for v in values]
    if name in _NEED_FLOATS:
        return [v if dtype_of(v).startswith("float") else cast(v, floatx()) for v in values]
    return values


def _function(keras_name: str, name: str, make: Callable[[str], Callable[..., Any]]) -> Callable[..., Any]:
    made = make(name)
    made.__name__ = made.__qualname__ = keras_name
    made.__doc__ = _summaries()[name]
    return operator(made)


@functools.cache
def _summaries() -> dict[str, str]:
    return {name: str(described["summary"]) for name, described in native.op_table().items()}


def _of_one(name: str) -> Callable[..., Any]:
    def function(x: Any) -> Any:
        return native.op(name, _prepared(name, operands(x)), {})[0]

    return function


def _of_two(name: str) -> Callable[..., Any]:
    def function(x1: Any, x2: Any) -> Any:
        return native.op(name, _prepared(name, operands(x1, x2)), {})[0]

    return function


def _reduction(name: str) -> Callable[..., Any]:
    def function(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
        return native.op(name, _prepared(name, operands(x)), {"axes": _axes(axis), "keepdims": keepdims})[0]

    return function


def _axes(axis: Axis) -> list[int]:
    return [] if axis is None else [axis] if isinstance(axis, int) else list(axis)


_MADE = {}
for _table, _maker in ((_OF_ONE, _of_one), (_OF_TWO, _of_two), (_REDUCTIONS, _reduction)):
    for _keras, _ours in _table.items():
        _MADE[_keras] = (_ours, _maker)


def _by_name(name: str) -> Callable[..., Any] | None:
    """Made when it is first asked for."""
    if name not in _MADE:
        return None
    made = _function(name, *_MADE[name])
    globals()[name] = made
    return made


@operator
def cast(x: Any, dtype: str) -> Any:
    """The same numbers as another type."""
    return native.op("cast", operands(x), {"dtype": str(dtype)})[0]


@operator
def clip(x: Any, x_min: float, x_max: float) -> Any:
    """Numbers brought into [x_min, x_max]."""
    return one("clip", x, min=float(x_min), max=float(x_max))


@operator
def where(condition: Any, x1: Any, x2: Any) -> Any:
    """x1 where the condition holds, else x2."""
    a, b = operands(x1, x2)
    return native.op("where", [_prepared("any", operands(condition))[0], a, b], {})[0]


@operator
def matmul(x1: Any, x2: Any) -> Any:
    """The product of matrices, over all axes before the last two."""
    return one("matmul", x1, x2)


@operator
def dot(x1: Any, x2: Any) -> Any:
    """The product of matrices."""
    return one("matmul", x1, x2)


@operator
def einsum(subscripts: str, *given: Any) -> Any:
    """Einstein's sum: "bij,bjk->bik"."""
    return one("einsum", *given, equation=subscripts)


@operator
def argmax(x: Any, axis: int | None = None, keepdims: bool = False) -> Any:
    """Where the largest element is."""
    return one("argmax", reshape(x, (-1,)) if axis is None else x, axis=0 if axis is None else axis, keepdims=keepdims)


@operator
def argmin(x: Any, axis: int | None = None, keepdims: bool = False) -> Any:
    """Where the smallest element is."""
    return one("argmin", reshape(x, (-1,)) if axis is None else x, axis=0 if axis is None else axis, keepdims=keepdims)


@operator
def cumsum(x: Any, axis: int | None = None) -> Any:
    """Sums of all elements so far."""
    return one("cumsum", reshape(x, (-1,)) if axis is None else x, axis=0 if axis is None else axis)


@operator
def var(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Mean squared distance from the mean."""
    mean = one("mean", x, axes=_axes(axis), keepdims=True)
    return one("mean", one("square", one("sub", x, mean)), axes=_axes(axis), keepdims=keepdims)


@operator
def std(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Root of var()."""
    return one("sqrt", var(x, axis, keepdims))


@operator
def softmax(x: Any, axis: int = -1) -> Any:
    """exp(x) over its sum along an axis."""
    return one("softmax", x, axis=axis)


@operator
def log_softmax(x: Any, axis: int = -1) -> Any:
    """The logarithm of softmax()."""
    return one("log_softmax", x, axis=axis)


@operator
def gelu(x: Any, approximate: bool = True) -> Any:
    """x times the normal distribution's share below x."""
    return one("gelu", x, approximate=approximate)


@operator
def elu(x: Any, alpha: float = 1.0) -> Any:
    """x where it is positive, else alpha (exp(x) - 1)."""
    return one("elu", x, alpha=alpha)


@operator
def leaky_relu(x: Any, negative_slope: float = 0.2) -> Any:
    """x where it is positive, else negative_slope x."""
    return one("leaky_relu", x, negative_slope=negative_slope)


@operator
def one_hot(x: Any, num_classes: int, axis: int = -1, dtype: str | None = None) -> Any:
    """Rows with a one at the place that a whole number names."""
    indices = operands(x)[0]
    if dtype_of(indices) not in ("int32", "int64"):
        indices = cast(indices, "int64")
    return native.op("one_hot", [indices], {"depth": num_classes, "axis": axis, "dtype": dtype or floatx()})[0]


@operator
def reshape(x: Any, newshape: Sequence[int | None]) -> Any:
    """The same elements in another shape; one size may be -1."""
    return one("reshape", x, shape=[-1 if size is None else size for size in newshape])


@operator
def expand_dims(x: Any, axis: Axis) -> Any:
    """Adds axes of size 1."""
    return one("expand_dims", x, axes=_axes(axis))


@operator
def squeeze(x: Any, axis: Axis = None) -> Any:
    """Drops axes of size 1."""
    value = operands(x)[0]
    chosen = [i for i, size in enumerate(value.shape) if size == 1] if axis is None else _axes(axis)
    return native.op("squeeze", [value], {"axes": chosen})[0]


@operator
def transpose(x: Any, axes: Sequence[int] | None = None) -> Any:
    """Axes in another order."""
    value = operands(x)[0]
    return native.op("transpose", [value], {"permutation": list(axes) if axes is not None else list(range(value.ndim))[::-1]})[0]


@operator
def swapaxes(x: Any, axis1: int, axis2: int) -> Any:
    """Two axes exchanged."""
    value = operands(x)[0]
    order = list(range(value.ndim))
    order[axis1], order[axis2] = order[axis2], order[axis1]
    return native.op("transpose", [value], {"permutation": order})[0]


@operator
def concatenate(xs: Sequence[Any], axis: int = -1) -> Any:
    """Tensors one behind the other along an axis."""
    return native.op("concat", operands(*xs), {"axis": axis})[0]


@operator
def stack(x: Sequence[Any], axis: int = 0) -> Any:
    """Tensors as one with a new axis."""
    return native.op("stack", operands(*x), {"axis": axis})[0]


@operator
def flip(x: Any, axis: Axis = None) -> Any:
    """Elements the other way round along axes."""
    return one("flip", x, axes=_axes(axis))


@operator
def tile(x: Any, repeats: int | Sequence[int]) -> Any:
    """Repeats a tensor along its axes."""
    return one("tile", x, repeats=[repeats] if isinstance(repeats, int) else list(repeats))


@operator
def roll(x: Any, shift: int, axis: int | None = None) -> Any:
    """Moves elements along an axis; what falls off comes in again."""
    return one("roll", x, shifts=[shift], axes=[] if axis is None else [axis])


@operator
def take(x: Any, indices: Any, axis: int = 0) -> Any:
    """Rows by their numbers."""
    return native.op("gather", [operands(x)[0], _whole(indices, x)], {"axis": axis})[0]


@operator
def take_along_axis(x: Any, indices: Any, axis: int = -1) -> Any:
    """Elements by their places along an axis."""
    return native.op("take_along_axis", [operands(x)[0], _whole(indices, x)], {"axis": axis})[0]


def _whole(indices: Any, like: Any) -> Any:
    value = operands(indices)[0]
    if dtype_of(value) not in ("int32", "int64"):
        value = cast(value, "int64")
    return native.constant(like, value) if isinstance(like, native.Value) and isinstance(value, native.Tensor) else value


@operator
def sort(x: Any, axis: int = -1) -> Any:
    """Elements in rising order."""
    return one("sort", x, axis=axis)


@operator
def top_k(x: Any, k: int, sorted: bool = True) -> tuple[Any, Any]:
    """The k largest along the last axis, and where they are."""
    values, indices = native.op("top_k", operands(x), {"k": k})
    return values, indices


@operator
def pad(x: Any, pad_width: Sequence[Sequence[int]], mode: str = "constant", constant_values: float | None = None) -> Any:
    """Elements around a tensor: ((before, after), …)."""
    pairs = list(pad_width)
    return one("pad", x, pads=[p[0] for p in pairs] + [p[1] for p in pairs], mode=mode, value=float(constant_values or 0))


@operator
def slice(x: Any, start_indices: Sequence[int], shape: Sequence[int]) -> Any:
    """The part that begins at start_indices and has this shape."""
    ends = [start + size for start, size in zip(start_indices, shape, strict=True)]
    return one("slice", x, starts=list(start_indices), ends=ends)


@operator
def _item(x: Any, key: Any) -> Any:
    """x[key] for numbers, slices, None and …"""
    value = operands(x)[0]
    keys = list(key) if isinstance(key, tuple) else [key]
    if Ellipsis in keys:
        place = keys.index(Ellipsis)
        count = value.ndim - len([k for k in keys if k is not None and k is not Ellipsis])
        keys[place:place + 1] = [builtins.slice(None)] * count
    cuts: list[tuple[int, int, int, int]] = []  # start, end, axis, step
    dropped: list[int] = []
    added: list[int] = []
    axis = 0
    for k in keys:
        if k is None:
            added.append(axis - len(dropped) + len(added))
            continue
        if isinstance(k, int):
            cuts.append((k, k + 1 if k != -1 else _END, axis, 1))
            dropped.append(axis)
        elif isinstance(k, builtins.slice):
            if k != builtins.slice(None):
                cuts.append((0 if k.start is None else k.start, _END if k.stop is None else k.stop, axis, k.step or 1))
        else:
            raise native.UnsupportedError(f"a tensor is indexed by numbers, slices, None and ..., not by {k!r}; see ops.take()")
        axis += 1
    if cuts:
        starts, ends, axes, steps = (list(column) for column in zip(*cuts, strict=True))
        value = native.op("slice", [value], {"starts": starts, "ends": ends, "axes": axes, "steps": steps})[0]
    if dropped:
        value = native.op("squeeze", [value], {"axes": dropped})[0]
    return native.op("expand_dims", [value], {"axes": added})[0] if added else value


def convert_to_tensor(x: Any, dtype: str | None = None) -> Any:
    """An array as a tensor."""
    if isinstance(x, (native.Value, KerasTensor)):
        return x if dtype is None else cast(x, dtype)
    made = x.value if isinstance(x, Variable) else tensor(x)
    return made if dtype is None else cast(made, dtype)


def convert_to_numpy(x: Any) -> Any:
    return convert_to_tensor(x).numpy()


def shape(x: Any) -> tuple[int | None, ...]:
    """Sizes; None where they are not known yet."""
    return tuple(x.shape)


def zeros_like(x: Any) -> Any:
    """Zeros of the same shape."""
    return multiply(x, 0)


def ones_like(x: Any) -> Any:
    """Ones of the same shape."""
    return add(multiply(x, 0), 1)


def norm(x: Any, ord: Any = None, axis: Axis = None, keepdims: bool = False) -> Any:
    """The length of vectors: 2 (default), 1 or inf."""
    if ord in (None, 2, "fro"):
        return sqrt(sum(square(x), axis, keepdims))
    if ord == 1:
        return sum(absolute(x), axis, keepdims)
    if ord == math.inf:
        return max(absolute(x), axis, keepdims)
    raise native.UnsupportedError(f"norm: Lepton has the orders 1, 2 and inf, not {ord!r}")


def __getattr__(name: str) -> Any:
    made = _by_name(name)
    if made is None:
        raise missing("lepton.keras.ops", OPS, name)
    return made


for _name in ("absolute", "add", "divide", "max", "maximum", "mean", "multiply", "negative", "power", "sqrt", "square", "subtract", "sum",
              "greater", "greater_equal", "less", "less_equal", "mod", "floor"):
    _by_name(_name)
absolute, add, divide, max, mean, multiply, negative, power, sqrt, square, subtract, sum = (  # noqa: A001
    globals()[n] for n in ("absolute", "add", "divide", "max", "mean", "multiply", "negative", "power", "sqrt", "square", "subtract", "sum"))


def _give_arithmetic(kind: Any) -> None:
    two = {"add": add, "sub": subtract, "mul": multiply, "truediv": divide, "pow": power, "mod": globals()["mod"], "matmul": matmul}
    for word, function in two.items():
        setattr(kind, f"__{word}__", lambda a, b, f=function: f(a, b))
        setattr(kind, f"__r{word}__", lambda a, b, f=function: f(b, a))
    for word in ("greater", "greater_equal", "less", "less_equal"):
        short = {"greater": "gt", "greater_equal": "ge", "less": "lt", "less_equal": "le"}[word]
        setattr(kind, f"__{short}__", lambda a, b, f=globals()[word]: f(a, b))
    kind.__neg__ = lambda a: negative(a)
    kind.__abs__ = lambda a: absolute(a)
    kind.__getitem__ = lambda a, key: _item(a, key)
    if kind is not native.Tensor:
        kind.__array_ufunc__ = None  # NumPy leaves `array * value` to us


for _kind in (native.Value, native.Tensor, KerasTensor, Variable):
    _give_arithmetic(_kind)

__all__ = sorted({*_MADE, *[n for n, f in list(globals().items()) if callable(f) and not n.startswith("_") and n in OPS]})
