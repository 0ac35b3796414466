"""Arrays in and out: NumPy, DLPack, lists; without copies where the layout allows it."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from . import _lepton as native

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray


def tensor(array: Any) -> native.Tensor:
    """A Lepton tensor that shares the memory of `array`; what cannot be shared is copied."""
    if isinstance(array, native.Tensor):
        return array
    if hasattr(array, "__dlpack__") and not hasattr(array, "__array_interface__"):
        return native.tensor(array)  # of PyTorch, JAX …
    import numpy as np  # here, since importing it takes longer than importing Lepton

    try:
        values = np.asarray(array)
    except ValueError as error:
        raise native.ShapeError(f"array: rows of different lengths are no array ({error})") from None
    if values.dtype.kind not in "fiub":
        raise native.DtypeError(f"array: Lepton takes numbers, not elements of type {values.dtype}"
                                + ("; texts become numbers before the graph" if values.dtype.kind in "OUS" else ""))
    return native.tensor(values if _can_share(values) else np.array(values, dtype=values.dtype.newbyteorder("="), order="C"))


def _can_share(values: NDArray[Any]) -> bool:
    steps = values.strides
    size = values.itemsize
    return values.dtype.isnative and values.flags.aligned and all(step >= 0 and step % size == 0 for step in steps)


def from_dlpack(array: Any) -> native.Tensor:
    """A tensor that shares the memory of any array with `__dlpack__` on the CPU."""
    return native.tensor(array)


def tensors(arrays: list[Any]) -> list[native.Tensor]:
    return [tensor(array) for array in arrays]


def arrays_of(given: Any, names: Sequence[str], what: str) -> list[native.Tensor]:
    """One array, a list, or a dict by names, in the order of `names`."""
    if isinstance(given, Mapping):
        unknown = [key for key in given if key not in names]
        missing = [name for name in names if name not in given]
        if unknown or missing:
            raise native.InvalidArgumentError(f"{what}: the arrays are named {', '.join(map(str, given))}, the model has {', '.join(names)}")
        return tensors([given[name] for name in names])
    made = [given]
    if isinstance(given, (list, tuple)) and given and all(is_array(one) for one in given) and not isinstance(given[0], (int, float)):
        if len(names) > 1 or not isinstance(given[0], (list, tuple)):
            made = list(given)
    if len(made) != len(names):
        raise native.InvalidArgumentError(f"{what}: takes {_count(len(names), 'array')} ({', '.join(names)}), got {len(made)}")
    return tensors(made)


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")


def is_array(value: Any) -> bool:
    """Whether it is one array: of NumPy, DLPack, pandas, or a list of numbers."""
    if isinstance(value, native.Tensor) or hasattr(value, "__array__") or hasattr(value, "__dlpack__"):
        return True
    first = value
    while isinstance(first, (list, tuple)) and first:
        first = first[0]
    return isinstance(value, (list, tuple)) and isinstance(first, (int, float, bool))
