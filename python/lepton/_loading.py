"""`lepton.load`: trained models from packages, ONNX, TensorFlow Lite and Keras files."""
from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from . import _lepton as native
from ._arrays import arrays_of

if TYPE_CHECKING:
    from .keras._model import Model


class LoadedModel:
    """A trained model: arrays in, arrays out."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._graph: native.Predictor | None = None
        self.model: Model | None = None
        self.manifest: dict[str, Any] = {}
        if native.is_graph_file(path):
            self._graph = native.load_graph(path)
        else:
            from .keras.models import load_model

            self.model = load_model(path)
            if path.endswith(".lepton"):
                self.manifest = native.manifest(path)

    @property
    def input_names(self) -> list[str]:
        return self._graph.input_names if self._graph is not None else [i.name for i in self._keras().inputs]

    @property
    def output_names(self) -> list[str]:
        return self._graph.output_names if self._graph is not None else self._keras().output_names

    def _keras(self) -> Model:
        assert self.model is not None
        return self.model

    def predict(self, arrays: Any, batch_size: int = 32) -> Any:
        """Predictions for arrays: one, a list, or a dict by input names. One output is one array, more are a list."""
        if self.model is not None:
            return self.model.predict(arrays, batch_size=batch_size, verbose=0)
        assert self._graph is not None
        inputs = arrays_of(arrays, self._graph.input_names, "predict")
        for i, dtype in enumerate(self._graph.input_dtypes):
            if dtype is not None:
                inputs[i] = inputs[i].astype(dtype)
        results = [result.numpy() for result in self._graph.run(inputs)]
        return results[0] if len(results) == 1 else results

    def predict_files(self, paths: str | Iterable[str]) -> list[dict[str, Any]]:
        """What a package of a task says of pictures or rows of tables, as `lepton predict` does."""
        from . import tasks

        if not self.manifest.get("task"):
            raise native.UnsupportedError(f"{self.path}: the model does not say how files become numbers; give predict() arrays")
        return tasks.predict(self.path, paths)

    def __repr__(self) -> str:
        return f"<lepton.LoadedModel {self.path}>"


def load(path: str | os.PathLike[str]) -> LoadedModel:
    """Opens a .lepton package, an ONNX or TensorFlow Lite file, or a Keras file."""
    return LoadedModel(os.fspath(path))
