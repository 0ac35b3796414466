"""Losses: classes for compile(), and functions of (y_true, y_pred) that give the loss of each sample."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ._configured import missing
from ._generated import losses as _made
from ._generated.functions import LOSSES
from ._generated.losses import *  # noqa: F403
from ._generated.losses import MISSING
from ._objectives import Loss
from ._objectives import get as _get

CLASSES = {name: getattr(_made, name) for name in _made.__all__}
_SHORT = {"mse": "MeanSquaredError", "mae": "MeanAbsoluteError", "mape": "MeanAbsolutePercentageError",
          "msle": "MeanSquaredLogarithmicError", "kld": "KLDivergence", "kullback_leibler_divergence": "KLDivergence",
          "bce": "BinaryCrossentropy", "logcosh": "LogCosh"}
_BY_LEPTON = {made._lepton: made for made in CLASSES.values()}


def get_object(identifier: Any) -> Loss:
    if isinstance(identifier, str):
        identifier = _SHORT.get(identifier.lower(), identifier)
    return _get("loss", identifier, CLASSES, Loss)  # type: ignore[no-any-return]


get = get_object


def deserialize(config: Mapping[str, Any]) -> Loss:
    return get_object(config)


def serialize(value: Loss) -> dict[str, Any]:
    return {"class_name": type(value).__name__, "config": value.get_config()}


def _function(made: type[Loss]) -> Any:
    def loss(y_true: Any, y_pred: Any, **options: Any) -> Any:
        from ._values import evaluated

        return evaluated(made(**options).call, y_true, y_pred)

    loss.__name__ = loss.__qualname__ = made._lepton
    loss.__doc__ = made.__doc__
    loss._lepton_loss = made._lepton  # type: ignore[attr-defined]
    return loss


_FUNCTIONS = {name: _function(made) for name, made in _BY_LEPTON.items()}


def __getattr__(name: str) -> Any:
    short = _SHORT.get(name.lower())
    found = _FUNCTIONS.get(CLASSES[short]._lepton if short in CLASSES else name)
    if found is None:
        raise missing("lepton.keras.losses", (*MISSING, *LOSSES), name)
    return found


