"""Constraints under Keras's names."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ._configured import Constraint, missing
from ._generated import constraints as _made
from ._generated.constraints import *  # noqa: F403
from ._generated.constraints import MISSING
from ._objectives import get as _get

CLASSES = {name: getattr(_made, name) for name in _made.__all__}


def get(identifier: Any) -> Any:
    """An object from a name, a configuration or an object."""
    return _get("constraint", identifier, CLASSES, Constraint)


def deserialize(config: Mapping[str, Any]) -> Any:
    return _get("constraint", config, CLASSES, Constraint)


def serialize(value: Constraint) -> dict[str, Any]:
    return {"class_name": type(value).__name__, "config": value.get_config()}


def __getattr__(name: str) -> Any:
    raise missing("lepton.keras.constraints", MISSING, name)
