"""Metrics for compile()."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ._configured import library, missing
from ._generated import metrics as _made
from ._generated.metrics import *  # noqa: F403
from ._generated.metrics import MISSING
from ._objectives import Metric
from ._objectives import get as _get

CLASSES = {name: getattr(_made, name) for name in _made.__all__}
_SHORT = {"acc": "accuracy", "mse": "mean_squared_error", "mae": "mean_absolute_error", "rmse": "root_mean_squared_error",
          "mape": "mean_absolute_percentage_error", "msle": "mean_squared_logarithmic_error"}


def lepton_name(name: str) -> str:
    """The library's name for a metric that compile() is given by name."""
    short = _SHORT.get(name.lower(), name)
    wanted = short.replace("_", "").lower()
    for known in library("metrics"):
        if known.replace("_", "") == wanted:
            return known
    return short  # the library's error names the nearest


def get_object(identifier: Any) -> Metric:
    return _get("metric", identifier, CLASSES, Metric)  # type: ignore[no-any-return]


get = get_object


def deserialize(config: Mapping[str, Any]) -> Metric:
    return get_object(config)


def serialize(value: Metric) -> dict[str, Any]:
    return {"class_name": type(value).__name__, "config": value.get_config()}


def __getattr__(name: str) -> Any:
    raise missing("lepton.keras.metrics", MISSING, name)
