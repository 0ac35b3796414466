"""Model: Keras's compile, fit, evaluate and predict over the library's."""
from __future__ import annotations

import operator
import os
from collections.abc import Mapping, Sequence
from typing import Any

from .. import _lepton as native
from .._arrays import arrays_of, is_array, tensor
from ._batches import ArrayBatches, Batches, makes_batches, weights_of_classes
from ._layer import Layer
from ._objectives import Optimizer, are_classes, for_outputs, get, has_own_loss, loss_of, metric_of, metrics_for_outputs
from ._session import auto_name, floatx, next_seed, snake_case
from ._tensors import KerasTensor, symbolic, values_in
from ._topology import Input, call_key, calls_between, input_dtype, layers_in_order, rebuilt
from .callbacks import CallbackList, History, callback_list, progress_bar


# What Keras's models may override, and Lepton's may not.
_OWN_STEPS = ("train_step", "test_step", "predict_step", "compute_loss", "compute_metrics", "make_train_function", "make_test_function")


class Model(Layer):
    """A model between inputs and outputs. A subclass with call(inputs) gets its inputs from the first data it sees."""

    def __init__(self, inputs: Any = None, outputs: Any = None, name: str | None = None, trainable: bool = True, dtype: Any = None) -> None:
        self._prepare(name or auto_name("functional" if type(self) is Model else snake_case(type(self).__name__)), trainable, dtype, None)
        self._raw: native.Model | None = None
        self._compiled: dict[str, Any] | None = None
        self._output_keys: list[str] | None = None
        self._fresh_compile = False
        self._class_targets: list[bool] = []  # which outputs' targets are class numbers; the first data say it
        self.optimizer: Any = None
        self.history: History | None = None
        self.stop_training = False
        self._floatx = floatx()
        if inputs is not None and outputs is not None:
            self._connect(inputs, outputs)
        elif inputs is not None or outputs is not None or type(self) is Model:
            raise native.InvalidArgumentError("Model: give inputs and outputs")

    def _connect(self, inputs: Any, outputs: Any) -> None:
        self.inputs = list(symbolic(inputs))
        self.outputs = list(symbolic(outputs))
        if not self.inputs or not self.outputs:
            raise native.InvalidArgumentError("Model: inputs and outputs must be made by Input() and layers")
        if isinstance(outputs, Mapping):
            self._output_keys = list(outputs)
        self._layers = layers_in_order(self.inputs, self.outputs)
        names = [layer.name for layer in self._layers]
        for name in names:
            if names.count(name) > 1:
                raise native.InvalidArgumentError(f"Model: there are two layers named '{name}'; names must be different")
        self.built = True
        for layer in self._layers:
            if layer._home is None:
                layer._home = self

    # Structure.
    @property
    def layers(self) -> list[Layer]:
        return [layer for layer in self._layers if not layer._hidden] if self.built else []

    @property
    def input(self) -> Any:
        return self.inputs[0] if len(self.inputs) == 1 else self.inputs

    @property
    def output(self) -> Any:
        return self.outputs[0] if len(self.outputs) == 1 else self.outputs

    @property
    def input_shape(self) -> Any:
        return self.inputs[0].shape if len(self.inputs) == 1 else [one.shape for one in self.inputs]

    @property
    def output_shape(self) -> Any:
        return self.outputs[0].shape if len(self.outputs) == 1 else [one.shape for one in self.outputs]

    @property
    def output_names(self) -> list[str]:
        return self._output_keys or [one.name for one in self.outputs]

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        if index is not None:
            return self.layers[index]
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise native.NotFoundError(f"get_layer: there is no layer '{name}'; there are {', '.join(l.name for l in self.layers)}")

    @property
    def trainable(self) -> bool:
        return self._trainable

    @trainable.setter
    def trainable(self, on: bool) -> None:
        self._trainable = bool(on)
        for layer in getattr(self, "_layers", []):
            layer.trainable = on

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if values_in(args, native.Value):
            raise native.UnsupportedError(f"{self.name}: a model within the call() of a layer; give the layer the model's layers")
        given = list(symbolic(args))
        if not given:
            if not self.built:
                self._build_for([tensor(a) for a in (args[0] if isinstance(args[0], (list, tuple)) and not is_array(args[0]) else args)])
            results = self._predict(arrays_of(args[0], [i.name for i in self.inputs], self.name), 1 << 30)
            made = [tensor(result) for result in results]
            return made[0] if len(made) == 1 else made
        if not self.built:
            return self._outputs_of(given)
        if len(given) != len(self.inputs):
            raise native.InvalidArgumentError(f"{self.name}: takes {len(self.inputs)} inputs, got {len(given)}")
        self._check_call(kwargs)
        made_of = {id(old): new for old, new in zip(self.inputs, given, strict=True)}
        results_of: dict[tuple[int, ...], list[KerasTensor]] = {}

        def now(one: KerasTensor) -> KerasTensor:
            return made_of[id(one)] if id(one) in made_of else results_of[call_key(one._layer, one._inputs)][one._output]

        for call in calls_between(self.inputs, self.outputs):
            result = call.layer._call_symbolic([now(one) for one in call.inputs], (), {})
            results_of[call_key(call.layer, call.inputs)] = result if isinstance(result, list) else [result]
        again = [now(one) for one in self.outputs]
        return again[0] if len(again) == 1 else again

    def _outputs_of(self, inputs: list[KerasTensor]) -> Any:
        """Of a subclass: its call() on symbolic tensors."""
        return self.call(inputs[0] if len(inputs) == 1 else inputs)

    def build(self, input_shape: Any) -> None:
        if self.built:
            return
        several = bool(input_shape) and isinstance(input_shape[0], (list, tuple))
        inputs = [Input(tuple(shape)[1:]) for shape in (input_shape if several else [input_shape])]
        self._connect(inputs, self._outputs_of(inputs))

    def _build_for(self, arrays: list[native.Tensor]) -> None:
        inputs = [Input(array.shape[1:], dtype=input_dtype(self._first_layer())) for array in arrays]
        self._connect(inputs, self._outputs_of(inputs))

    def _first_layer(self) -> Layer | None:
        return None

    # The library's model, and weights that several models share.
    def _native(self) -> native.Model:
        if not self.built:
            raise native.InvalidArgumentError(f"{self.name}: the model does not know its inputs yet; give the first layer input_shape, "
                                              "begin with Input(), or call fit()")
        if self._raw is None:
            symbols = [one._symbol for one in self.outputs]
            self._raw = native.Model([one._symbol for one in self.inputs], symbols, self._floatx, next_seed(), self.name)
        self._fetch_weights()
        if self._fresh_compile:
            self._compile_native()
        return self._raw

    def _names_of(self, layer: Layer) -> list[str]:
        """The library's names of a layer's weights, in Keras's order."""
        assert self._raw is not None
        if not hasattr(self, "_weight_names"):
            self._weight_names: dict[str, list[str]] = {}
            layer_names = [name for name, _ in self._raw.network()["layers"]]
            for name, index, _, _ in self._raw.weights():
                self._weight_names.setdefault(layer_names[index], []).append(name)
        return self._weight_names.get(layer.name, [])

    def _fetch_weights(self) -> None:
        """A layer of several models has its newest weights in the one that was used last."""
        assert self._raw is not None
        for layer in self._layers:
            home = layer._home
            if home is self:
                continue
            if home is not None and home._raw is not None:
                for mine, theirs in zip(self._names_of(layer), home._names_of(layer), strict=True):
                    self._raw.set_weight(mine, home._raw.get_weight(theirs))
            layer._home = self

    def _layer_weights(self, layer: Layer) -> list[Any]:
        raw = self._native()
        return [raw.get_weight(name).numpy() for name in self._names_of(layer)]

    def _set_layer_weights(self, layer: Layer, weights: list[Any]) -> None:
        raw = self._native()
        names = self._names_of(layer)
        if len(weights) != len(names):
            raise native.InvalidArgumentError(f"{layer.name}: has {len(names)} weights, got {len(weights)}")
        before = [raw.get_weight(name) for name in names]
        try:
            for name, weight in zip(names, weights, strict=True):
                raw.set_weight(name, tensor(weight))
        except native.LeptonError:
            for name, weight in zip(names, before, strict=True):
                raw.set_weight(name, weight)
            raise

    def get_weights(self) -> list[Any]:
        self._native()
        return [weight for layer in self._layers for weight in self._layer_weights(layer)]

    def set_weights(self, weights: list[Any]) -> None:
        self._native()
        counts = [len(self._names_of(layer)) for layer in self._layers]
        if len(weights) != sum(counts):
            raise native.InvalidArgumentError(f"set_weights: the model has {sum(counts)} weights, got {len(weights)}")
        place = 0
        for layer, count in zip(self._layers, counts, strict=True):
            self._set_layer_weights(layer, list(weights[place:place + count]))
            place += count

    def count_params(self) -> int:
        return self._native().count_params()

    def reset_state(self) -> None:
        """The next batch starts new sequences in stateful layers."""
        self._native().reset_states()

    def summary(self, print_fn: Any = None, **_: Any) -> None:
        """Prints layers, shapes, parameters, multiply-accumulates and memory."""
        (print_fn or print)(self._native().summary())

    # Training.
    def compile(self, optimizer: Any = "rmsprop", loss: Any = None, loss_weights: Any = None, metrics: Any = None,
                weighted_metrics: Any = None, run_eagerly: bool = False, steps_per_execution: int = 1, jit_compile: Any = "auto",
                auto_scale_loss: bool = True) -> None:
        """Sets what is trained and how."""
        from . import optimizers

        for name in _OWN_STEPS:
            if hasattr(type(self), name):
                raise native.UnsupportedError(f"{type(self).__name__}.{name}: a step is one graph here, which compile() makes; write a loss, "
                                              "a metric or a layer of your own, add_loss(), or a loop over train_on_batch()")
        if run_eagerly:
            raise native.UnsupportedError("compile: Lepton always computes a graph; run_eagerly is not there")
        made: Optimizer = get("optimizer", optimizer, optimizers.CLASSES, Optimizer)
        made._native()  # arguments are checked here
        self._compiled = {"optimizer": made, "loss": loss, "loss_weights": loss_weights, "metrics": (metrics, weighted_metrics)}
        self.optimizer = made
        self._fresh_compile = True
        if self.built:
            self._native()

    def _compile_native(self) -> None:
        assert self._raw is not None and self._compiled is not None
        given, names = self._compiled, self.output_names
        if given["loss"] is None:
            raise native.InvalidArgumentError("compile: give a loss")
        classes = self._class_targets or [False] * len(names)
        losses = [loss_of(*one) for one in zip(for_outputs(given["loss"], names, "loss"), classes, strict=True)]
        weights = given["loss_weights"]
        rates = [] if weights is None else [float(w) for w in for_outputs(weights, names, "loss_weights")]
        metrics = [plain + weighted for plain, weighted in zip(*(metrics_for_outputs(some, names) for some in given["metrics"]), strict=True)]
        made = [[metric_of(one, taken) for one in of_output] for of_output, taken in ((m, set[str]()) for m in metrics)]
        self._raw.compile(given["optimizer"]._native(), losses, rates, made)
        given["optimizer"]._model = self._raw
        self._fresh_compile = False

    def _ready(self, x: Any = None) -> native.Model:
        """The compiled model; a model without inputs gets those of the first batch."""
        if self._compiled is None:
            raise native.InvalidArgumentError("the model is not compiled: call compile() first")
        if not self.built and x is not None:
            self._build_for([tensor(one) for one in x])
        return self._native()

    def fit(self, x: Any = None, y: Any = None, batch_size: int | None = None, epochs: int = 1, verbose: Any = "auto", callbacks: Any = None,
            validation_split: float = 0.0, validation_data: Any = None, shuffle: bool = True, class_weight: Mapping[int, float] | None = None,
            sample_weight: Any = None, initial_epoch: int = 0, steps_per_epoch: int | None = None, validation_steps: int | None = None,
            validation_batch_size: int | None = None, validation_freq: int = 1) -> History:
        """Trains and returns the figures of each epoch."""
        if x is None:
            raise native.InvalidArgumentError("fit: give x")
        epochs, initial_epoch = _whole(epochs, "epochs"), _whole(initial_epoch, "initial_epoch")
        batch_size = 32 if batch_size is None else _whole(batch_size, "batch_size")
        class_weight = {_whole(label, "class_weight: a class"): float(weight) for label, weight in (class_weight or {}).items()}
        validation_batch_size = batch_size if validation_batch_size is None else _whole(validation_batch_size, "validation_batch_size")
        validation_freq = _whole(validation_freq, "validation_freq")
        history = History()
        if makes_batches(x):
            if y is not None or sample_weight is not None or validation_split:
                raise native.InvalidArgumentError("fit: x makes batches of (x, y); y, sample_weight and validation_split are for arrays")
            self._ready(_peek(x) if not self.built else None)
            source = Batches(x, self._input_names(), self.output_names, steps_per_epoch, class_weight)
            self._note_targets(source.first_targets())
            run = self._training(history, callbacks, verbose, {"epochs": epochs, "steps": source.num_batches, "verbose": verbose,
                                                       "validation_freq": validation_freq})
            held_out = self._validation_source(validation_data, validation_steps, validation_batch_size)
            figures = self._native().fit_source(source, held_out, validation_freq, epochs, initial_epoch, run)
        else:
            if steps_per_epoch is not None:
                raise native.UnsupportedError("fit: with arrays an epoch is all samples; steps_per_epoch is for generators")
            if y is None:
                raise native.InvalidArgumentError("fit: give y, the targets")
            self._ready(_plain_list(x) if not self.built else None)
            inputs, targets = self._arrays(x, y, "fit")
            params = {"epochs": epochs, "steps": -(-inputs[0].shape[0] // max(batch_size, 1)), "verbose": verbose,
                      "validation_freq": validation_freq}
            run = self._training(history, callbacks, verbose, params)
            validation = self._validation_arrays(validation_data)
            figures = self._native().fit(inputs, targets, _weight(sample_weight), batch_size, epochs, initial_epoch, float(validation_split),
                                       validation, validation_batch_size, validation_freq, bool(shuffle), class_weight, run)
        history.history = figures
        history.epoch = list(range(initial_epoch, initial_epoch + max((len(values) for values in figures.values()), default=0)))
        self.history = history
        return history

    def _training(self, history: History, callbacks: Any, verbose: Any, params: dict[str, Any]) -> list[native.Callback]:
        """The callbacks of a training as the library takes them: its own, Python's in one, and the progress bar last."""
        self.stop_training = False
        given = callback_list(callbacks, "fit")
        own = [native_callback for c in given if (native_callback := c._native()) is not None]
        history.set_model(self)
        history.set_params(params)
        python = [c for c in given if c._native() is None]
        watched = native.python_callbacks(CallbackList(python, self, params))
        made = [watched, *own]
        level = 1 if verbose == "auto" else int(verbose)
        if level:
            made.append(progress_bar(live=level == 1))
        return made

    def _input_names(self) -> list[str]:
        return [one.name for one in self.inputs]

    def _arrays(self, x: Any, y: Any, what: str) -> tuple[list[native.Tensor], list[native.Tensor]]:
        inputs = arrays_of(x, self._input_names(), what)
        if not inputs or inputs[0].ndim == 0:
            raise native.InvalidArgumentError(f"{what}: x must be arrays whose first axis counts samples")
        targets = arrays_of(y, self.output_names, what)
        self._note_targets(targets)
        return inputs, targets

    def _note_targets(self, targets: Sequence[native.Tensor]) -> None:
        """Losses written in Python take class numbers if the targets are some."""
        classes = [are_classes(target, output) for target, output in zip(targets, self.outputs, strict=False)]
        if self._compiled is not None and classes != (self._class_targets or [False] * len(classes)):
            self._class_targets = classes
            self._fresh_compile = self._fresh_compile or has_own_loss(self._compiled["loss"])

    def _validation_arrays(self, given: Any) -> Any:
        if given is None:
            return None
        if makes_batches(given):
            raise native.UnsupportedError("fit: with arrays to train on, validation_data are arrays, too")
        x, y, *weight = _validation_parts(given)
        inputs, targets = self._arrays(x, y, "validation_data")
        return inputs, targets, _weight(weight[0]) if weight else None

    def _validation_source(self, given: Any, steps: int | None, batch_size: int) -> Any:
        if given is None:
            return None
        source = given if makes_batches(given) else ArrayBatches(_validation_parts(given), batch_size)
        return Batches(source, self._input_names(), self.output_names, steps, {})

    def evaluate(self, x: Any = None, y: Any = None, batch_size: int | None = None, verbose: Any = "auto", sample_weight: Any = None,
                 steps: int | None = None, callbacks: Any = None, return_dict: bool = False, **kwargs: Any) -> Any:
        """Loss and metrics, without training."""
        watched = self._watched(callbacks, "test")
        if makes_batches(x):
            self._ready()
            figures = self._native().evaluate_source(Batches(x, self._input_names(), self.output_names, steps, {}, once=True))
        else:
            self._ready(_plain_list(x) if not self.built else None)
            inputs, targets = self._arrays(x, y, "evaluate")
            figures = self._native().evaluate(inputs, targets, _weight(sample_weight), 32 if batch_size is None else _whole(batch_size, "batch_size"))
        watched.event("test_end", 0, figures)
        return _as_keras(figures, return_dict)

    def predict(self, x: Any, batch_size: int | None = None, verbose: Any = "auto", steps: int | None = None, callbacks: Any = None) -> Any:
        """Predictions for all samples as NumPy arrays."""
        watched = self._watched(callbacks, "predict")
        if makes_batches(x):
            source = Batches(x, self._input_names(), [], steps, {}, once=True)
            results = [result.numpy() for result in self._native().predict_source(source)]
        else:
            if not self.built:
                self._build_for([tensor(one) for one in _plain_list(x)])
            results = self._predict(arrays_of(x, self._input_names(), "predict"), 32 if batch_size is None else _whole(batch_size, "batch_size"))
        watched.event("predict_end", 0, None)
        if self._output_keys is not None:
            return dict(zip(self._output_keys, results, strict=True))
        return results[0] if len(results) == 1 else results

    def _watched(self, callbacks: Any, what: str) -> CallbackList:
        watched = CallbackList(callback_list(callbacks, what), self, {})
        watched.event(what + "_begin", 0, None)
        return watched

    def _predict(self, arrays: list[native.Tensor], batch_size: int) -> list[Any]:
        return [result.numpy() for result in self._native().predict(arrays, batch_size)]

    def predict_on_batch(self, x: Any) -> Any:
        return self.predict(x, batch_size=1 << 30, verbose=0)

    def train_on_batch(self, x: Any, y: Any = None, sample_weight: Any = None, class_weight: Mapping[int, float] | None = None,
                       return_dict: bool = False) -> Any:
        """One optimiser step; the batch's loss and metrics."""
        self._ready(_plain_list(x) if not self.built else None)
        inputs, targets = self._arrays(x, y, "train_on_batch")
        weight = _weight(sample_weight)
        if class_weight:
            weight = weights_of_classes(targets[0], class_weight, weight)
        return _as_keras(self._native().train_on_batch(inputs, targets, weight), return_dict)

    def test_on_batch(self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False) -> Any:
        return self.evaluate(x, y, batch_size=1 << 30, sample_weight=sample_weight, return_dict=return_dict)

    # Files.
    def save(self, filepath: Any, overwrite: bool = True, **_: Any) -> None:
        """Writes a .lepton package, a .keras or .h5 file for Keras, or an .onnx file that is compared with the model before it is let out."""
        _check_overwrite(filepath, overwrite)
        self._native().save(os.fspath(filepath))

    def export(self, filepath: Any, format: str = "onnx", **_: Any) -> None:
        """Writes an ONNX file."""
        if format != "onnx":
            raise native.UnsupportedError(f"export: Lepton writes ONNX, not {format!r}")
        path = os.fspath(filepath)
        self._native().save(path if path.endswith(".onnx") else path + ".onnx")

    def save_weights(self, filepath: Any, overwrite: bool = True) -> None:
        """Writes all weights as .weights.h5 for Keras, as .npz or as .safetensors."""
        _check_overwrite(filepath, overwrite)
        self._native().save_weights(os.fspath(filepath))

    def load_weights(self, filepath: Any, skip_mismatch: bool = False, **_: Any) -> None:
        """Takes the weights of a .npz, .safetensors, .weights.h5, .h5 or .keras file."""
        self._native().load_weights(os.fspath(filepath), bool(skip_mismatch))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"


def _validation_parts(given: Any) -> Any:
    if not isinstance(given, (tuple, list)) or len(given) not in (2, 3):
        raise native.InvalidArgumentError("fit: validation_data is (x, y) or (x, y, sample_weight)")
    return given


def _plain_list(x: Any) -> list[Any]:
    if isinstance(x, Mapping):
        return list(x.values())
    if isinstance(x, (list, tuple)) and x and all(is_array(one) and not isinstance(one, (int, float, list, tuple)) for one in x):
        return list(x)
    return [x]


def _peek(x: Any) -> list[Any]:
    """The inputs of the first batch of a Sequence, for a model that does not know its inputs."""
    if hasattr(x, "__getitem__"):
        return _plain_list(x[0][0])
    raise native.InvalidArgumentError("fit: the model does not know its inputs yet; begin with Input(), or give a Sequence")


def _weight(sample_weight: Any) -> native.Tensor | None:
    return None if sample_weight is None else tensor(sample_weight)


def _whole(value: Any, name: str) -> int:
    try:
        return operator.index(value)
    except TypeError:
        raise native.InvalidArgumentError(f"{name} must be a whole number, not {value!r}") from None


def _check_overwrite(path: Any, overwrite: bool) -> None:
    if not overwrite and os.path.exists(path):
        raise native.InvalidArgumentError(f"save: '{path}' is there already, and overwrite is False")


def _as_keras(figures: dict[str, float], as_dict: bool) -> Any:
    if as_dict:
        return figures
    values = list(figures.values())
    return values[0] if len(values) == 1 else values


def load_model(filepath: Any, custom_objects: Any = None, compile: bool = True, safe_mode: bool = True) -> Model:
    """Opens a .lepton package, or a .keras or .h5 file that Keras wrote. compile() it to train on."""
    if custom_objects:
        raise native.UnsupportedError("load_model: a file holds data only; layers written in Python are not read from it")
    raw = native.load_model(os.fspath(filepath))
    network = raw.network()
    inputs, outputs = rebuilt(network)
    model = Model(inputs, outputs, name=network["name"] or None)
    model._raw = raw
    model._floatx = "float64" if network["dtype"] == "f64" else "float32"
    for layer in model._layers:
        layer._home = model
    return model
