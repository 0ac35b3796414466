"""Initializers under Keras's names."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ._configured import Initializer, missing
from ._generated import initializers as _made
from ._generated.initializers import *  # noqa: F403
from ._generated.initializers import MISSING
from ._objectives import get as _get

CLASSES = {name: getattr(_made, name) for name in _made.__all__}


def get(identifier: Any) -> Any:
    """An object from a name, a configuration or an object."""
    return _get("initializer", identifier, CLASSES, Initializer)


def deserialize(config: Mapping[str, Any]) -> Any:
    return _get("initializer", config, CLASSES, Initializer)


def serialize(value: Initializer) -> dict[str, Any]:
    return {"class_name": type(value).__name__, "config": value.get_config()}


def __getattr__(name: str) -> Any:
    raise missing("lepton.keras.initializers", MISSING, name)
