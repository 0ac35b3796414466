"""Layers under Keras's names. A layer of your own is a subclass of Layer whose call() uses lepton.keras.ops."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .. import _lepton as native
from ._configured import missing
from ._generated import layers as _made
from ._generated.layers import *  # noqa: F403
from ._generated.layers import MISSING
from ._layer import Layer
from ._topology import Input, InputLayer

__all__ = [*_made.__all__, "Input", "InputLayer", "Lambda", "Layer", "deserialize", "serialize"]


class Lambda(Layer):
    """A layer of a Python function of values, made of lepton.keras.ops."""

    def __init__(self, function: Callable[..., Any], output_shape: Any = None, mask: Any = None, arguments: Mapping[str, Any] | None = None,
                 name: str | None = None, trainable: bool = True, dtype: Any = None, input_shape: Any = None) -> None:
        if mask is not None:
            raise native.UnsupportedError("Lambda: masks come with the tensors; 'mask' is not there")
        super().__init__(name=name, trainable=trainable, dtype=dtype, input_shape=input_shape)
        self._function = function
        self._arguments = dict(arguments or {})

    def call(self, inputs: Any) -> Any:
        return self._function(inputs, **self._arguments)


def deserialize(config: Mapping[str, Any]) -> Any:
    """A layer from {"class_name": …, "config": …}."""
    name = str(config["class_name"])
    made = globals().get(name) or getattr(_made, name, None)
    if made is None or not isinstance(made, type):
        raise missing("lepton.keras.layers", MISSING, name)
    return made.from_config(config.get("config", {}))  # type: ignore[attr-defined]


def serialize(layer: Any) -> dict[str, Any]:
    return {"class_name": type(layer).__name__, "config": layer.get_config()}


def _functional(layer: str) -> Callable[..., Any]:
    def call(inputs: list[Any], **options: Any) -> Any:
        return getattr(_made, layer)(**options)(inputs)

    call.__name__ = call.__qualname__ = layer.lower()
    call.__doc__ = f"{layer}()(inputs)."
    return call


add, subtract, multiply, average, maximum, minimum, concatenate, dot = (
    _functional(name) for name in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "Dot"))


def __getattr__(name: str) -> Any:
    raise missing("lepton.keras.layers", MISSING, name)
