"""Optimisers under Keras's names; `schedules` has the learning-rate schedules."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._configured import missing
from .._generated import optimizers as _made
from .._generated.optimizers import *  # noqa: F403
from .._generated.optimizers import MISSING
from .._objectives import Optimizer
from .._objectives import get as _get
from . import schedules

CLASSES = {name: getattr(_made, name) for name in _made.__all__}


def get(identifier: Any) -> Optimizer:
    return _get("optimizer", identifier, CLASSES, Optimizer)  # type: ignore[no-any-return]


def deserialize(config: Mapping[str, Any]) -> Optimizer:
    settings = dict(config.get("config", {}))
    rate = settings.get("learning_rate")
    if isinstance(rate, Mapping):
        settings["learning_rate"] = schedules.deserialize(rate)
    return get({"class_name": config["class_name"], "config": settings})


def serialize(value: Optimizer) -> dict[str, Any]:
    return {"class_name": type(value).__name__, "config": value.get_config()}


def __getattr__(name: str) -> Any:
    raise missing("lepton.keras.optimizers", MISSING, name)
