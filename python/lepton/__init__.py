"""Lepton: from your data to a model that you can trust. `lepton.keras` mirrors Keras; `lepton.load` opens trained models."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._lepton import (
    CancelledError,
    DataCorruptError,
    DeadlineExceededError,
    DtypeError,
    InternalError,
    InvalidArgumentError,
    IoError,
    LeptonError,
    NotFoundError,
    ParseError,
    PermissionDeniedError,
    ResourceExhaustedError,
    ShapeError,
    Tensor,
    UnavailableError,
    UnsupportedError,
    __version__,
)
from ._arrays import from_dlpack, tensor
from ._loading import LoadedModel, load

if TYPE_CHECKING:
    from . import data, keras, tasks

__all__ = [
    "CancelledError", "DataCorruptError", "DeadlineExceededError", "DtypeError", "InternalError", "InvalidArgumentError", "IoError",
    "LeptonError", "LoadedModel", "NotFoundError", "ParseError", "PermissionDeniedError", "ResourceExhaustedError", "ShapeError", "Tensor",
    "UnavailableError", "UnsupportedError", "__version__", "data", "from_dlpack", "keras", "load", "tasks", "tensor",
]


def __getattr__(name: str) -> Any:
    """Parts are imported when they are first used, so that importing Lepton takes no time."""
    if name in ("data", "keras", "tasks"):
        from importlib import import_module

        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
