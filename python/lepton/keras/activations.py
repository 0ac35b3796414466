"""Activation functions: settings of layers, and functions of values."""
from __future__ import annotations

from typing import Any

from .. import _lepton as native
from ._configured import library, missing
from ._generated.functions import ACTIVATIONS


def _function(name: str) -> Any:
    def activation(x: Any, **options: Any) -> Any:
        from . import layers
        from ._values import evaluated, is_symbolic

        if options:
            raise native.UnsupportedError(f"activations.{name}: use the layer or lepton.keras.ops for {', '.join(options)}")
        return evaluated(lambda value: native.activate(name, value), x) if not is_symbolic(x) else layers.Activation(name)(x)

    activation.__name__ = activation.__qualname__ = name
    activation.__doc__ = library("activations")[name][0]
    activation._lepton_activation = name  # type: ignore[attr-defined]
    return activation


_FUNCTIONS = {name: _function(name) for name in library("activations")}
_ALIASES = {"swish": "silu", "hard_swish": "hard_silu"}
__all__ = sorted(_FUNCTIONS)


def get(identifier: Any) -> Any:
    """A function from its name."""
    if identifier is None:
        return _FUNCTIONS["linear"]
    return getattr(__import__(__name__, fromlist=["x"]), identifier) if isinstance(identifier, str) else identifier


def serialize(activation: Any) -> str:
    return str(activation._lepton_activation)


deserialize = get


def __getattr__(name: str) -> Any:
    found = _FUNCTIONS.get(_ALIASES.get(name, name))
    if found is None:
        raise missing("lepton.keras.activations", ACTIVATIONS, name)
    return found
