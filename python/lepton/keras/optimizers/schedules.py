"""Learning-rate schedules."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._configured import missing
from .._generated import schedules as _made
from .._generated.schedules import *  # noqa: F403
from .._generated.schedules import MISSING
from .._objectives import LearningRateSchedule
from .._objectives import get as _get

CLASSES = {name: getattr(_made, name) for name in _made.__all__}


def deserialize(config: Mapping[str, Any]) -> LearningRateSchedule:
    return _get("schedule", config, CLASSES, LearningRateSchedule)  # type: ignore[no-any-return]


def serialize(value: LearningRateSchedule) -> dict[str, Any]:
    return {"class_name": type(value).__name__, "config": value.get_config()}


def __getattr__(name: str) -> Any:
    raise missing("lepton.keras.optimizers.schedules", MISSING, name)
