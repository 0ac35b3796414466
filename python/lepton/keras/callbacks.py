"""Callbacks: those of the library under Keras's names, and the base of your own."""
from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from .. import _lepton as native
from ._configured import missing

if TYPE_CHECKING:
    from ._model import Model

Logs = dict[str, float]


class Callback:
    """Base of callbacks: override what is needed; `self.model` is the model that is trained."""

    model: Model | None = None
    params: dict[str, Any] = {}

    def set_model(self, model: Any) -> None:
        self.model = model

    def set_params(self, params: dict[str, Any]) -> None:
        self.params = params

    def on_train_begin(self, logs: Any = None) -> None: ...
    def on_train_end(self, logs: Any = None) -> None: ...
    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None: ...
    def on_epoch_end(self, epoch: int, logs: Any = None) -> None: ...
    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None: ...
    def on_train_batch_end(self, batch: int, logs: Any = None) -> None: ...
    def on_batch_begin(self, batch: int, logs: Any = None) -> None: ...
    def on_batch_end(self, batch: int, logs: Any = None) -> None: ...
    def on_test_begin(self, logs: Any = None) -> None: ...
    def on_test_end(self, logs: Any = None) -> None: ...
    def on_predict_begin(self, logs: Any = None) -> None: ...
    def on_predict_end(self, logs: Any = None) -> None: ...

    def _native(self) -> native.Callback | None:
        """The library's callback that does the work; None if Python does."""
        return None


class History(Callback):
    """What fit() returns: `history` has one list for each figure, `epoch` the numbers of the epochs."""

    def __init__(self) -> None:
        self.history: dict[str, list[float]] = {}
        self.epoch: list[int] = []


class _Library(Callback):
    """A callback of the library with Keras's arguments."""

    def __init__(self, make: Callable[[], native.Callback], unsupported: Mapping[str, tuple[Any, Any]] | None = None) -> None:
        for name, (value, default) in (unsupported or {}).items():
            if value != default:
                raise native.UnsupportedError(f"{type(self).__name__}: Lepton has no '{name}' (it is {value!r})")
        self._make = make

    def _native(self) -> native.Callback | None:
        return self._make()


class EarlyStopping(_Library):
    """Stops when a figure has not become better for `patience` epochs."""

    def __init__(self, monitor: str = "val_loss", min_delta: float = 0, patience: int = 0, verbose: int = 0, mode: str = "auto",
                 baseline: float | None = None, restore_best_weights: bool = False, start_from_epoch: int = 0) -> None:
        super().__init__(lambda: native.early_stopping(monitor, abs(min_delta), patience, mode, restore_best_weights, start_from_epoch),
                         {"baseline": (baseline, None)})
        self._make()  # arguments are checked here, not at fit()


class ReduceLROnPlateau(_Library):
    """Lowers the learning rate when a figure has not become better for `patience` epochs."""

    def __init__(self, monitor: str = "val_loss", factor: float = 0.1, patience: int = 10, verbose: int = 0, mode: str = "auto",
                 min_delta: float = 1e-4, cooldown: int = 0, min_lr: float = 0.0) -> None:
        super().__init__(lambda: native.reduce_lr_on_plateau(monitor, factor, patience, mode, min_delta, cooldown, min_lr))
        self._make()


class CSVLogger(_Library):
    """Writes a line for each epoch."""

    def __init__(self, filename: str, separator: str = ",", append: bool = False) -> None:
        super().__init__(lambda: native.csv_logger(str(filename)), {"separator": (separator, ","), "append": (append, False)})


class TensorBoard(_Library):
    """Writes the figures of each epoch to files that TensorBoard shows."""

    def __init__(self, log_dir: str = "logs", histogram_freq: int = 0, write_graph: bool = True, write_images: bool = False,
                 write_steps_per_second: bool = False, update_freq: Any = "epoch", profile_batch: Any = 0, embeddings_freq: int = 0,
                 embeddings_metadata: Any = None) -> None:
        super().__init__(lambda: native.tensor_board(str(log_dir)),
                         {"histogram_freq": (histogram_freq, 0), "write_images": (write_images, False),
                          "write_steps_per_second": (write_steps_per_second, False), "update_freq": (update_freq, "epoch"),
                          "profile_batch": (profile_batch, 0), "embeddings_freq": (embeddings_freq, 0)})


class TerminateOnNaN(_Library):
    """Stops when the loss is not a finite number."""

    def __init__(self, raise_error: bool = False) -> None:
        super().__init__(native.terminate_on_nan, {"raise_error": (raise_error, False)})


class LearningRateScheduler(Callback):
    """Sets the learning rate at the start of each epoch: schedule(epoch, rate) or schedule(epoch)."""

    def __init__(self, schedule: Callable[..., float], verbose: int = 0) -> None:
        self.schedule = schedule
        self.verbose = verbose

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        assert self.model is not None
        import inspect

        takes_rate = len(inspect.signature(self.schedule).parameters) > 1
        rate = float(self.model.optimizer.learning_rate)
        self.model.optimizer.learning_rate = self.schedule(epoch, rate) if takes_rate else self.schedule(epoch)
        if self.verbose > 0:
            print(f"\nEpoch {epoch + 1}: LearningRateScheduler setting learning rate to {float(self.model.optimizer.learning_rate)}.")

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if logs is not None and self.model is not None:
            logs["learning_rate"] = float(self.model.optimizer.learning_rate)


class LambdaCallback(Callback):
    """Calls functions; for small things."""

    def __init__(self, on_epoch_begin: Any = None, on_epoch_end: Any = None, on_train_begin: Any = None, on_train_end: Any = None,
                 on_train_batch_begin: Any = None, on_train_batch_end: Any = None, **kwargs: Any) -> None:
        given = {"on_epoch_begin": on_epoch_begin, "on_epoch_end": on_epoch_end, "on_train_begin": on_train_begin,
                 "on_train_end": on_train_end, "on_train_batch_begin": on_train_batch_begin, "on_train_batch_end": on_train_batch_end,
                 **kwargs}
        for name, function in given.items():
            if not hasattr(Callback, name):
                raise TypeError(f"LambdaCallback has no argument '{name}'")
            if function is not None:
                setattr(self, name, function)


class ModelCheckpoint(Callback):
    """Saves the model (.lepton, .keras, .h5 or .onnx) or its weights after each epoch, or only when it is better."""

    def __init__(self, filepath: Any, monitor: str = "val_loss", verbose: int = 0, save_best_only: bool = False,
                 save_weights_only: bool = False, mode: str = "auto", save_freq: Any = "epoch",
                 initial_value_threshold: float | None = None) -> None:
        if save_freq != "epoch":
            raise native.UnsupportedError(f"ModelCheckpoint: Lepton saves after epochs; save_freq is {save_freq!r}")
        if mode not in ("auto", "min", "max"):
            raise native.InvalidArgumentError(f"ModelCheckpoint: mode must be 'auto', 'min' or 'max', not {mode!r}")
        endings = (".weights.h5", ".npz", ".safetensors") if save_weights_only else (".lepton", ".keras", ".h5", ".onnx")
        if not str(filepath).endswith(endings):
            raise native.UnsupportedError(f"ModelCheckpoint: Lepton writes {', '.join(endings)} files here, not '{filepath}'")
        self.filepath, self.monitor, self.verbose = str(filepath), monitor, verbose
        self.save_best_only, self.save_weights_only = save_best_only, save_weights_only
        rises = mode == "max" or (mode == "auto" and any(word in monitor for word in ("acc", "auc", "precision", "recall", "f1", "iou")))
        self._sign = -1.0 if rises else 1.0
        self.best = self._sign * math.inf if initial_value_threshold is None else initial_value_threshold

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        assert self.model is not None
        figures: Logs = logs or {}
        if self.save_best_only:
            if self.monitor not in figures:
                if self.monitor.startswith("val_") and (epoch + 1) % self.params.get("validation_freq", 1):
                    return
                raise native.NotFoundError(f"ModelCheckpoint: there is no figure '{self.monitor}'; there are {', '.join(figures)}")
            if not self._sign * figures[self.monitor] < self._sign * self.best:
                return
            self.best = figures[self.monitor]
        path = self.filepath.format(epoch=epoch + 1, **figures)
        if self.verbose > 0:
            print(f"\nEpoch {epoch + 1}: saving model to {path}")
        self.model.save_weights(path) if self.save_weights_only else self.model.save(path)


class CallbackList:
    """The Python callbacks of a training, as the library calls them."""

    def __init__(self, callbacks: list[Callback], model: Any, params: dict[str, Any]) -> None:
        self.callbacks = callbacks
        self.model = model
        for callback in callbacks:
            callback.set_model(model)
            callback.set_params(params)
        hooks = ("on_train_batch_begin", "on_train_batch_end", "on_batch_begin", "on_batch_end")
        self.watches_batches = any(getattr(getattr(c, name), "__func__", None) is not getattr(Callback, name)
                                   for c in callbacks for name in hooks)

    def event(self, name: str, index: int, logs: Logs | None) -> bool:
        """Calls every callback; whether the training should stop."""
        for callback in self.callbacks:
            function = getattr(callback, "on_" + name)
            if name in ("train_begin", "train_end", "test_begin", "test_end", "predict_begin", "predict_end"):
                function(logs)
            else:
                function(index, {} if logs is None else logs)
            if name.startswith("train_batch"):
                getattr(callback, "on_" + name.removeprefix("train_"))(index, {} if logs is None else logs)
        return bool(self.model.stop_training)


def callback_list(given: Any, what: str) -> list[Callback]:
    """None, one callback or several as a list."""
    callbacks = [] if given is None else list(given) if isinstance(given, (list, tuple)) else [given]
    for callback in callbacks:
        if not isinstance(callback, Callback):
            raise native.InvalidArgumentError(f"{what}: {callback!r} is no callback of lepton.keras")
    return callbacks


def progress_bar(live: bool) -> native.Callback:
    def write(text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()

    terminal = bool(getattr(sys.stdout, "isatty", lambda: False)()) or "ipykernel" in sys.modules
    return native.progress_bar(write, live and terminal, live and terminal and "NO_COLOR" not in os.environ)


def __getattr__(name: str) -> Any:
    raise missing("lepton.keras.callbacks", ("BackupAndRestore", "OrbaxCheckpoint", "ProgbarLogger", "RemoteMonitor", "SwapEMAWeights"), name)
