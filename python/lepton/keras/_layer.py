"""Layers: those of the library, by Keras's class name and configuration, and those written in Python, which are traced."""
from __future__ import annotations

import json
import re
import weakref
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from .. import _lepton as native
from ._configured import Configured, check_dtype, defaults_of, library, spec_text, supported
from ._session import auto_name, floatx, snake_case
from ._tensors import KerasTensor, Shape, Variable, symbolic, values_in

if TYPE_CHECKING:
    from ._model import Model

Self = TypeVar("Self", bound="Layer")

# Arguments of a call that are settings of the library's layer, and those that say nothing there.
_CALL_SETTINGS = ("use_causal_mask", "return_attention_scores")
_CALL_INPUTS = ("inputs", "x", "sequence", "query", "value", "key", "initial_state")
# What configurations of layers say and no argument does.
_IN_FILES = ("zero_output_for_mask", "vocabulary_size", "rms_scaling", "time_major", "implementation", "input_length", "data_format",
             "unroll")
# Where a configuration has the layers that a layer owns, and what the library always reads.
_OWNED = ("layer", "backward_layer", "cell", "cells", "data_format")


class Layer:
    """Base of layers. A layer of your own overrides build(input_shape) and call(inputs) with lepton.keras.ops."""

    def __init__(self, *, activity_regularizer: Any = None, trainable: bool = True, dtype: Any = None, name: str | None = None,
                 input_shape: Any = None) -> None:
        self._prepare(name, trainable, dtype, input_shape, activity_regularizer)

    def _prepare(self, name: str | None, trainable: bool, dtype: Any, input_shape: Any, activity_regularizer: Any = None) -> None:
        check_dtype(type(self).__name__, dtype)
        self.name: str = name or auto_name(snake_case(type(self).__name__))
        self._trainable = bool(trainable)
        self._input_shape: Shape | None = None if input_shape is None else tuple(input_shape)
        self._batch_size: int | None = None
        self._variables: list[Variable] = []
        self._building: native.Building | None = None
        self._home: Model | None = None  # the model that has the newest weights
        self._outer: tuple[Layer, str] | None = None
        self.built = False
        self._handle: native.Layer | None = None
        self._hidden = False  # from `layers` of a model
        self._calls: list[tuple[list[KerasTensor], list[KerasTensor]]] = []
        self._penalty = _penalty_layer(self.name, activity_regularizer)

    # What a user's layer may override.
    def build(self, input_shape: Any) -> None:
        """Makes the weights; called before the first call()."""

    def call(self, *inputs: Any, **options: Any) -> Any:
        """The layer's outputs, made of lepton.keras.ops."""
        raise NotImplementedError(f"{type(self).__name__} needs a method call(self, inputs)")

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, "trainable": self.trainable}

    @classmethod
    def from_config(cls: type[Self], config: Mapping[str, Any]) -> Self:
        return cls(**config)

    def add_weight(self, shape: Any = None, initializer: Any = None, dtype: Any = None, trainable: bool = True, regularizer: Any = None,
                   constraint: Any = None, name: str | None = None) -> Variable:
        """A weight of this layer, of the shape that get_weights() shows."""
        check_dtype(self.name, dtype)
        if isinstance(shape, str):
            raise TypeError("add_weight: the shape comes first, the name as name=")
        sizes = tuple(int(size) for size in (shape if isinstance(shape, (list, tuple)) else () if shape is None else (shape,)))
        settings = {"initializer": spec_text(initializer or "glorot_uniform", self.name), "trainable": trainable,
                    "regularizer": spec_text(regularizer, self.name), "constraint": spec_text(constraint, self.name)}
        made = Variable(name or f"variable_{len(self._variables)}", sizes, settings, self)
        if any(known.name == made.name for known in self._variables):
            raise native.InvalidArgumentError(f"{self.name}: there are two weights named '{made.name}'")
        self._variables.append(made)
        return made

    def add_loss(self, loss: Any) -> None:
        """Adds a scalar to what is minimised; in call() only."""
        if self._building is None:
            raise native.InvalidArgumentError(f"{self.name}: add_loss() belongs in call()")
        self._building.add_loss(loss)

    # Being called.
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if values_in((*args, *kwargs.values()), native.Value):
            return self._call_traced(args, kwargs)
        inputs = list(symbolic((args, [kwargs[k] for k in _CALL_INPUTS if k in kwargs])))
        if inputs:
            return self._call_symbolic(inputs, args, kwargs)
        return self._call_eager(args, kwargs)

    def _call_symbolic(self, inputs: list[KerasTensor], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        self._check_call(kwargs)
        if not self.built:
            shapes = [tensor.shape for tensor in inputs]
            self.build(shapes[0] if len(shapes) == 1 else shapes)
            self.built = True
        handle = self._made(kwargs)
        types = [(tensor.dtype, tensor.shape) for tensor in inputs]
        shapes_out = native.infer(handle, types, floatx())
        symbols = handle([tensor._symbol for tensor in inputs], len(shapes_out))
        made = [KerasTensor(symbol, shape, floatx(), self.name, self, inputs, i)
                for i, (symbol, shape) in enumerate(zip(symbols, shapes_out, strict=True))]
        if self._penalty is not None:
            made[0] = self._penalty(made[0])
        self._calls.append((inputs, made))
        return made[0] if len(made) == 1 else made

    def _check_call(self, kwargs: Mapping[str, Any]) -> None:
        for name, value in kwargs.items():
            if name in _CALL_SETTINGS or name in _CALL_INPUTS or value is None:
                continue
            if name == "training" and (value is False and not self.trainable):
                continue
            if name == "training" and value is False:
                raise native.UnsupportedError(f"{self.name}: called with training=False; set trainable = False, which does the same")
            raise native.UnsupportedError(f"{self.name}: Lepton's layers are not called with '{name}' (it is {value!r})"
                                          + ("; masks come with the tensors" if "mask" in name else ""))

    def _made(self, kwargs: Mapping[str, Any]) -> native.Layer:
        if self._handle is None:
            trace = weakref.WeakMethod(self._trace)

            def build(building: native.Building, values: list[native.Value]) -> Any:
                method = trace()
                if method is None:
                    raise native.InvalidArgumentError("a layer of this model is gone")
                return method(building, values)

            self._handle = native.custom_layer(self.name, build)
            self._handle.trainable = self._trainable
        return self._handle

    def _trace(self, building: native.Building, values: list[native.Value]) -> list[Any]:
        """Runs call() on values of a graph."""
        self._building = building
        _tracing.append(self)
        try:
            for variable in self._variables:
                variable._traced = building.weight(variable.name, variable.shape, **variable.settings)
            options = {"training": building.training} if "training" in self.call.__code__.co_varnames else {}
            made = self.call(values[0] if len(values) == 1 else values, **options)
            return list(made) if isinstance(made, (list, tuple)) else [made]
        finally:
            _tracing.pop()
            self._building = None
            for variable in self._variables:
                variable._traced = None

    def _call_traced(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Within the call() of another layer."""
        self._check_call({k: v for k, v in kwargs.items() if k != "training"})
        outer = _tracing[-1] if _tracing else None
        if outer is None or outer._building is None:
            raise native.InvalidArgumentError(f"{self.name}: layers are called on values only within the call() of another layer")
        values = values_in((args, [kwargs[k] for k in _CALL_INPUTS if k in kwargs]), native.Value)
        if not self.built:
            shapes = [value.shape for value in values]
            self.build(shapes[0] if len(shapes) == 1 else shapes)
            self.built = True
        self._outer = (outer, self.name)
        made = outer._building.call(self._made(kwargs), self.name, values)
        return made[0] if len(made) == 1 else made

    def _call_eager(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """On arrays: computed at once by a model of this layer alone."""
        from .._arrays import is_array, tensor
        from ._model import Model
        from ._topology import Input

        given = list(args[0]) if args and isinstance(args[0], (list, tuple)) and not is_array(args[0]) else list(args)
        arrays = [tensor(array) for array in given]
        if not arrays or any(array.ndim == 0 for array in arrays):
            raise native.InvalidArgumentError(f"{self.name}: is called with symbolic tensors or arrays of samples")
        inputs = [Input(array.shape[1:], dtype=array.dtype) for array in arrays]
        outputs = self(inputs if len(inputs) > 1 else inputs[0], **kwargs)
        results = Model(inputs, outputs, name=self.name + "_alone")._predict(arrays, max(array.shape[0] for array in arrays))
        return results[0] if len(results) == 1 else results

    def _only_call(self) -> tuple[list[KerasTensor], list[KerasTensor]]:
        if len(self._calls) != 1:
            raise native.InvalidArgumentError(f"{self.name}: has no one input and output: it was called {len(self._calls)} times")
        return self._calls[0]

    @property
    def input(self) -> Any:
        inputs = self._only_call()[0]
        return inputs[0] if len(inputs) == 1 else inputs

    @property
    def output(self) -> Any:
        outputs = self._only_call()[1]
        return outputs[0] if len(outputs) == 1 else outputs

    # Weights.
    @property
    def trainable(self) -> bool:
        return self._trainable

    @trainable.setter
    def trainable(self, on: bool) -> None:
        self._trainable = bool(on)
        if self._handle is not None:
            self._handle.trainable = self._trainable

    def _model_with_weights(self) -> Model:
        if self._home is None:
            raise native.InvalidArgumentError(f"{self.name}: has no weights before it is part of a model")
        return self._home

    def get_weights(self) -> list[Any]:
        """The weights in Keras's order and shapes."""
        return self._home._layer_weights(self) if self._home is not None else []

    def set_weights(self, weights: list[Any]) -> None:
        self._model_with_weights()._set_layer_weights(self, list(weights))

    def reset_state(self) -> None:
        """The next batch starts new sequences, if the layer is stateful."""
        if self._home is not None:
            self._home._native().reset_states(self.name)

    reset_states = reset_state

    @property
    def weights(self) -> list[Any]:
        return self.get_weights()

    def count_params(self) -> int:
        return sum(int(weight.size) for weight in self.get_weights())

    def _weight_value(self, name: str) -> Any:
        if self._outer is not None:
            return self._outer[0]._weight_value(f"{self._outer[1]}/{name}")
        return self._model_with_weights()._native().get_weight(f"{self.name}/{name}").numpy()

    def _set_weight_value(self, name: str, value: Any) -> None:
        if self._outer is not None:
            return self._outer[0]._set_weight_value(f"{self._outer[1]}/{name}", value)
        from .._arrays import tensor

        self._model_with_weights()._native().set_weight(f"{self.name}/{name}", tensor(value))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"


def _penalty_layer(name: str, regularizer: Any) -> Any:
    """The library has the penalty on what a layer gives as a layer behind it."""
    if regularizer is None:
        return None
    from . import layers, regularizers

    made = regularizers.get(regularizer).get_config()
    penalty = layers.ActivityRegularization(l1=float(made.get("l1", 0.0)), l2=float(made.get("l2", 0.0)), name=name + "_activity")
    penalty._hidden = True
    return penalty


_tracing: list[Layer] = []  # layers whose call() is under way, the innermost last


class BuiltIn(Layer):
    """Base of the library's layers: a class name and a configuration."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        config = {key: value for key, value in given.items() if key not in ("self", "__class__", "kwargs")}
        kwargs = dict(given.get("kwargs") or {})
        common = {key: kwargs.pop(key) for key in ("name", "trainable", "dtype", "input_shape", "activity_regularizer") if key in kwargs}
        batch_size = kwargs.pop("batch_size", None)
        if kwargs.get("batch_input_shape") is not None:
            batch_size, *sizes = kwargs.pop("batch_input_shape")
            common["input_shape"] = tuple(sizes)
        if kwargs.get("input_dim") is not None and "input_dim" not in config:
            common["input_shape"] = (kwargs.pop("input_dim"),)
        for key in kwargs:
            if key not in _IN_FILES:
                raise TypeError(f"{type(self).__name__} has no argument '{key}'")
        config.update(kwargs)
        activity = config.pop("activity_regularizer", None) or common.get("activity_regularizer")
        name = config.pop("name", None) or common.get("name")
        config.pop("dtype", None)
        self._config = config
        self._prepare(name, common.get("trainable", True), common.get("dtype"), common.get("input_shape"), activity)
        self._batch_size = batch_size
        self._config = standardized(type(self).__name__, config)
        self.built = True
        self._handle = self._make({})

    def _make(self, settings: Mapping[str, Any]) -> native.Layer:
        known = library("layers")[type(self).__name__][1]
        config = {**self._config, **settings}
        default = defaults_of(type(self))
        # What the library lacks and is at Keras's default says nothing; the library names the rest.
        told = {k: v for k, v in config.items() if (k in known or k not in default or v != default[k])
                and (v is not None or default.get(k) is not None)}
        handle = native.layer(type(self).__name__, to_json(told), self.name)
        handle.trainable = self._trainable
        return handle

    def _told(self) -> dict[str, Any]:
        """What a configuration says of this layer within another one."""
        known = (*library("layers")[type(self).__name__][1], *_OWNED)
        return supported(type(self), self._config, known, ())

    def _made(self, kwargs: Mapping[str, Any]) -> native.Layer:
        settings = {name: True for name in _CALL_SETTINGS if kwargs.get(name)}
        if settings and (self._handle is None or not all(self._handle.config.get(name) for name in settings)):
            self._handle = self._make(settings)
        assert self._handle is not None
        return self._handle

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, "trainable": self.trainable, **self._config}

    @classmethod
    def from_config(cls: type[Self], config: Mapping[str, Any]) -> Self:
        given = {key: deserialized(value) for key, value in config.items()}
        return cls(**given)


class Loaded(Layer):
    """A layer of a model that was read from a file."""

    def __init__(self, handle: native.Layer, name: str) -> None:
        self._prepare(name, handle.trainable, None, None)
        self._handle = handle
        self.built = True
        self.class_name = handle.class_name

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, "trainable": self.trainable, **(self._handle.config if self._handle is not None else {})}

    def __repr__(self) -> str:
        return f"<{self.class_name} name={self.name}>"


_PER_AXIS = ("kernel_size", "strides", "dilation_rate", "pool_size", "size", "output_padding", "output_size")
_PER_SIDE = ("padding", "cropping")
_NAMED = ("_initializer", "_regularizer", "_constraint")  # "GlorotUniform" is "glorot_uniform"


def standardized(class_name: str, config: Mapping[str, Any]) -> dict[str, Any]:
    """One number stands for every axis, and names are written as the library does."""
    config = {key: _library_name(value) if isinstance(value, str) and key.endswith(_NAMED) else value for key, value in config.items()}
    rank_text = re.search(r"([123])D", class_name)
    if rank_text is None:
        return config
    rank = int(rank_text.group(1))
    made = {}
    for key, value in config.items():
        if key in _PER_AXIS and isinstance(value, int):
            value = (value,) * rank
        elif key in _PER_SIDE and isinstance(value, int):
            value = ((value, value),) * rank if rank > 1 else (value, value)
        elif key in _PER_SIDE and rank > 1 and isinstance(value, (list, tuple)):
            value = tuple((side, side) if isinstance(side, int) else tuple(side) for side in value)
        elif key in _PER_AXIS and isinstance(value, (list, tuple)) and len(value) != rank:
            raise native.InvalidArgumentError(f"{class_name}: '{key}' takes {rank} numbers, got {tuple(value)}")
        made[key] = value
    return made


def _library_name(name: str) -> str:
    short = {"uniform": "random_uniform", "normal": "random_normal", "one": "ones", "zero": "zeros"}
    return short.get(name, snake_case(name))


def to_json(config: Mapping[str, Any]) -> str:
    try:
        return json.dumps(dict(config), default=_plain, allow_nan=False)
    except ValueError as error:
        raise native.InvalidArgumentError(f"a setting is not a number that can be written: {error}") from None


def _plain(value: Any) -> Any:
    """What JSON does not know: objects with a configuration, layers, functions by their names, numbers of NumPy."""
    if isinstance(value, type):
        value = value()
    if isinstance(value, Configured):
        arguments = {k: v for k, v in value.get_config().items() if v is not None}
        return {"class_name": type(value).__name__, "config": arguments}
    if isinstance(value, Layer):
        if not isinstance(value, BuiltIn):
            raise native.UnsupportedError(f"{value!r}: only layers of the library can be part of another layer")
        return {"class_name": type(value).__name__, "config": {"name": value.name, **value._told()}}
    name = getattr(value, "_lepton_activation", None)
    if name is not None:
        return name
    if hasattr(value, "tolist"):
        return value.tolist()
    if callable(value):
        raise native.UnsupportedError(f"a Python function ({getattr(value, '__name__', value)!s}) as a setting: give a name, an object of "
                                      "lepton.keras, or put it into a layer of your own")
    raise native.InvalidArgumentError(f"{value!r} is no setting of a layer")


def deserialized(value: Any) -> Any:
    """Objects for {"class_name": …, "config": …} within a configuration."""
    if isinstance(value, list):
        return [deserialized(one) for one in value]
    if not isinstance(value, Mapping) or "class_name" not in value:
        return value
    from . import constraints, initializers, layers, regularizers

    name = str(value["class_name"])
    if hasattr(layers, name) and isinstance(getattr(layers, name), type):
        return layers.deserialize(value)
    for module in (initializers, regularizers, constraints):
        if hasattr(module, name):
            return module.deserialize(value)
    raise native.NotFoundError(f"there is no layer, initializer, regularizer or constraint '{name}'")
