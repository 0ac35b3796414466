"""Regularizers under Keras's names."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ._configured import Regularizer, missing
from ._generated import regularizers as _made
from ._generated.regularizers import *  # noqa: F403
from ._generated.regularizers import MISSING
from ._objectives import get as _get

CLASSES = {name: getattr(_made, name) for name in _made.__all__}


def get(identifier: Any) -> Any:
    """An object from a name, a configuration or an object."""
    return _get("regularizer", identifier, CLASSES, Regularizer)


def deserialize(config: Mapping[str, Any]) -> Any:
    return _get("regularizer", config, CLASSES, Regularizer)


def serialize(value: Regularizer) -> dict[str, Any]:
    return {"class_name": type(value).__name__, "config": value.get_config()}


def __getattr__(name: str) -> Any:
    raise missing("lepton.keras.regularizers", MISSING, name)


l1 = _made.L1
l2 = _made.L2
l1_l2 = _made.L1L2
