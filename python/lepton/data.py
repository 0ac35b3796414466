"""Looks at data before anything is learnt from it, as `lepton data` does."""
from __future__ import annotations

from typing import Any

from . import _lepton as native


def inspect(path: str) -> dict[str, Any]:
    """What is in a folder of classes, a CSV, IDX or NPZ file, and what is wrong with it."""
    return dict(native.inspect_data(str(path)))


def known() -> dict[str, tuple[str, str]]:
    """Known data sets: name -> (summary, terms of use)."""
    return dict(native.named_data())


def get(name: str) -> str:
    """The path of a known data set on this machine; NotFoundError says what to do if it is missing."""
    return native.locate_data(name)
