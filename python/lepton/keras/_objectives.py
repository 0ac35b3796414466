"""Losses, metrics, optimisers and schedules: their classes, and how what `compile` is given becomes the library's."""
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .. import _lepton as native
from .._arrays import tensor
from ._configured import Configured, library
from ._session import auto_name, snake_case
from ._tensors import KerasTensor


class Loss(Configured):
    """Base of losses. A subclass of your own overrides call(y_true, y_pred) with lepton.keras.ops."""

    def __init__(self, given: Mapping[str, Any] | None = None, *, name: str | None = None, reduction: str = "sum_over_batch_size",
                 dtype: Any = None) -> None:
        super().__init__(given if given is not None else {"name": name, "reduction": reduction, "dtype": dtype})

    @property
    def name(self) -> str:
        return self._config.get("name") or snake_case(type(self).__name__)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The loss of each sample."""
        return native.loss_of_samples(self._lepton, self._arguments((*library("losses")[self._lepton][1],)), y_true, y_pred)

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        from . import ops
        from ._values import evaluated

        values = evaluated(self.call, y_true, y_pred)
        if sample_weight is not None:
            values = values * sample_weight
        reduction = self._config.get("reduction", "sum_over_batch_size")
        return values if reduction in (None, "none") else ops.sum(values) if reduction == "sum" else ops.mean(values)

    def _native(self, takes_classes: bool = False) -> native.Loss:
        if type(self).call is not Loss.call:
            if self._config.get("reduction") != "sum_over_batch_size":
                raise native.UnsupportedError(f"{self.name}: the mean over the batch is the reduction of losses written in Python")
            return native.custom_loss(self.name, self.call, takes_classes)
        known = (*library("losses")[self._lepton][1], "reduction")
        return native.loss(self._lepton, self._arguments(known))


class Number(float):
    """A number that Keras's `.numpy()` works on."""

    def numpy(self) -> float:
        return float(self)


class Metric(Configured):
    """Base of metrics: for compile(), or updated by hand."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        super().__init__(given)
        self._state: native.MetricState | None = None

    @property
    def name(self) -> str:
        name = self._config.get("name")
        if name is None:
            name = self._config["name"] = auto_name(snake_case(type(self).__name__))
        return str(name)

    def _native(self) -> native.Metric:
        made = native.metric(self._lepton, self._arguments(library("metrics")[self._lepton][1]))
        return made.with_key(self.name)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Takes a batch into account."""
        if self._state is None:
            self._state = native.MetricState(self._native())
        self._state.update(tensor(y_true), tensor(y_pred), None if sample_weight is None else tensor(sample_weight))

    def result(self) -> Number:
        """The figure of all batches since the last reset_state(); 0 without any."""
        return Number(0.0 if self._state is None else self._state.result())

    def reset_state(self) -> None:
        self._state = None

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Number:
        self.update_state(y_true, y_pred, sample_weight)
        return self.result()


class LearningRateSchedule(Configured):
    """Base of schedules."""

    def _text(self) -> str:
        return native.schedule(self._lepton, self._arguments(library("schedules")[self._lepton][1]))

    def __call__(self, step: int) -> float:
        return native.optimizer("sgd", {"schedule": self._text()}).learning_rate(int(step))


class Optimizer(Configured):
    """Base of optimisers."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        super().__init__(given)
        self._model: native.Model | None = None

    def _native(self) -> native.Optimizer:
        config = dict(self._config)
        rate = config.pop("learning_rate")
        if isinstance(rate, LearningRateSchedule):
            config["schedule"] = rate._text()
        elif callable(rate):
            raise native.UnsupportedError("a learning rate that is a Python function: use the callback LearningRateScheduler")
        else:
            config["learning_rate"] = float(rate)
        held, self._config = self._config, config
        try:
            return native.optimizer(self._lepton, self._arguments(library("optimizers")[self._lepton][1]))
        finally:
            self._config = held

    @property
    def name(self) -> str:
        return str(self._config.get("name") or snake_case(type(self).__name__))

    @property
    def iterations(self) -> int:
        return 0 if self._model is None else self._model.iterations

    @property
    def learning_rate(self) -> Any:
        """The rate of the next update; setting it counts at once."""
        return LearningRate(self)

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        rate = value if isinstance(value, LearningRateSchedule) else float(value)
        if self._model is None:
            self._config["learning_rate"] = rate
        elif isinstance(rate, LearningRateSchedule):
            raise native.UnsupportedError("optimizer: a schedule is set before compile()")
        else:
            self._model.learning_rate = rate

    lr = learning_rate


class LearningRate(Number):
    """A number that Keras's `learning_rate.assign()` works on, too."""

    _optimizer: Optimizer

    def __new__(cls, optimizer: Optimizer) -> LearningRate:
        given = optimizer._config["learning_rate"]
        value = optimizer._model.learning_rate if optimizer._model is not None else given(0) if callable(given) else given
        made = super().__new__(cls, value)
        made._optimizer = optimizer
        return made

    def assign(self, value: Any) -> None:
        self._optimizer.learning_rate = value


def find(kind: str, name: str, classes: Mapping[str, Any]) -> Any:
    """The class of this name, in Keras's writing or in small letters."""
    wanted = name.replace("_", "").lower()
    for known, made in classes.items():
        if known.replace("_", "").lower() == wanted:
            return made
    raise native.NotFoundError(f"{kind}: there is no {name!r}; Lepton has {', '.join(sorted(classes))}")


def get(kind: str, identifier: Any, classes: Mapping[str, Any], base: type) -> Any:
    """An object from a name, a configuration, a class or an object, as Keras's get() does."""
    if identifier is None or isinstance(identifier, base):
        return identifier
    if isinstance(identifier, type) and issubclass(identifier, base):
        return identifier()
    if isinstance(identifier, Mapping) and "class_name" in identifier:
        return find(kind, str(identifier["class_name"]), classes).from_config(identifier.get("config") or {})
    if isinstance(identifier, str):
        return find(kind, identifier, classes)()
    raise native.InvalidArgumentError(f"{kind}: {identifier!r} is no name, configuration or object of lepton.keras")


def loss_of(identifier: Any, takes_classes: bool) -> native.Loss:
    """What compile() was given as a loss: a name, an object, or a Python function of (y_true, y_pred).

    With `takes_classes`, y_true of a loss written in Python are whole numbers without the class axis.
    """
    from . import losses

    if isinstance(identifier, Loss):
        return identifier._native(takes_classes)
    if callable(identifier) and not isinstance(identifier, type):
        known = getattr(identifier, "_lepton_loss", None)
        return native.loss(known, {}) if known else native.custom_loss(_name_of(identifier), identifier, takes_classes)
    return losses.get_object(identifier)._native()


def metric_of(identifier: Any, taken: set[str]) -> native.Metric:
    """A metric with a key that is not taken yet."""
    from . import metrics

    if isinstance(identifier, Metric):
        made = identifier._native()
    elif callable(identifier) and not isinstance(identifier, type):
        known: Any = getattr(identifier, "_lepton_loss", None)
        is_metric = known in library("metrics")
        made = native.metric(known, {}) if is_metric else native.custom_metric(_name_of(identifier), identifier)
    elif isinstance(identifier, str):
        made = native.metric(metrics.lepton_name(identifier), {}).with_key(identifier)
    else:
        made = metrics.get_object(identifier)._native()
    key, number = made.key, 1
    while key in taken:
        key, number = f"{made.key}_{number}", number + 1
    taken.add(key)
    return made.with_key(key)


def _name_of(function: Callable[..., Any]) -> str:
    return str(getattr(function, "__name__", type(function).__name__))


def are_classes(target: native.Tensor, output: KerasTensor) -> bool:
    whole = target.dtype.startswith(("int", "uint"))
    width = output.shape[-1] if output.ndim > 1 else None
    return whole and (target.ndim == output.ndim - 1 or (target.ndim == output.ndim and target.shape[-1] == 1)) and width != 1


def has_own_loss(loss: Any) -> bool:
    if isinstance(loss, (list, tuple, Mapping)):
        return any(has_own_loss(one) for one in (loss.values() if isinstance(loss, Mapping) else loss))
    own_class = isinstance(loss, Loss) and type(loss).call is not Loss.call
    return own_class or (callable(loss) and not isinstance(loss, (Loss, type)) and not hasattr(loss, "_lepton_loss"))


def for_outputs(given: Any, names: Sequence[str], what: str) -> list[Any]:
    """One thing for each output, from one, a list or a dict by names."""
    if isinstance(given, Mapping) and not {"class_name", "config"} <= set(given):
        unknown = [name for name in given if name not in names]
        missing = [name for name in names if name not in given]
        if unknown or missing:
            raise native.InvalidArgumentError(f"compile: {what} names {', '.join(given)}, the outputs are {', '.join(names)}")
        return [given[name] for name in names]
    if isinstance(given, (list, tuple)):
        if len(given) != len(names):
            raise native.InvalidArgumentError(f"compile: {what} has {len(given)} entries for {len(names)} outputs")
        return list(given)
    return [given] * len(names)


def metrics_for_outputs(given: Any, names: Sequence[str]) -> list[list[Any]]:
    if given is None:
        return [[] for _ in names]
    if isinstance(given, Mapping):
        for name in given:
            if name not in names:
                raise native.InvalidArgumentError(f"compile: metrics names '{name}', the outputs are {', '.join(names)}")
        chosen = [given.get(name, []) for name in names]
    elif len(names) == 1:
        inner = list(given) if isinstance(given, (list, tuple)) else [given]
        chosen = [inner[0] if len(inner) == 1 and isinstance(inner[0], (list, tuple)) else inner]
    else:
        chosen = for_outputs(given, names, "metrics")
    return [list(one) if isinstance(one, (list, tuple)) else [] if one is None else [one] for one in chosen]
