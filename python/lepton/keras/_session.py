"""What holds for all models of a program: the dtype, the seed and the names that layers get by themselves."""
from __future__ import annotations

import re

from .. import _lepton as native

_floatx = "float32"
_seed = 0
_models = 0
_names: dict[str, int] = {}


def floatx() -> str:
    return _floatx


def set_floatx(value: str) -> None:
    """All models that are made from now on compute in this dtype: "float32" or "float64"."""
    global _floatx
    if value not in ("float32", "float64"):
        raise native.UnsupportedError(f"set_floatx: Lepton trains in 'float32' and 'float64', not in {value!r}")
    _floatx = value


def set_random_seed(seed: int) -> None:
    """Initial weights, shuffling and random layers of models that are made from now on follow from it."""
    global _seed, _models
    if not isinstance(seed, int) or seed < 0:
        raise native.InvalidArgumentError(f"set_random_seed: the seed must be a whole number from 0 on, not {seed!r}")
    _seed, _models = seed, 0


def next_seed() -> int:
    """A seed for a new model: the same program gets the same seeds, two models of it different ones."""
    global _models
    _models += 1
    return _seed * 1_000_003 + _models - 1


def clear_session() -> None:
    global _models
    _names.clear()
    _models = 0


def snake_case(name: str) -> str:
    """Keras's automatic name for a class: MaxPooling2D -> max_pooling2d."""
    return re.sub("([a-z])([A-Z])", r"\1_\2", re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)).lower()


def auto_name(prefix: str) -> str:
    """dense, dense_1, …"""
    count = _names.get(prefix, 0)
    _names[prefix] = count + 1
    return prefix if count == 0 else f"{prefix}_{count}"
