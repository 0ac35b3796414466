"""Constraints that Keras and Lepton both have. Made by python/tools/make_package.py; do not change it by hand."""
from __future__ import annotations

from typing import Any

from .._configured import Constraint


class MaxNorm(Constraint):
    """no longer than max_value"""

    _lepton = "max_norm"

    def __init__(self, max_value: Any = 2, axis: Any = 0) -> None:
        super().__init__(locals())


class MinMaxNorm(Constraint):
    """between two lengths"""

    _lepton = "min_max_norm"

    def __init__(self, min_value: Any = 0.0, max_value: Any = 1.0, rate: Any = 1.0, axis: Any = 0) -> None:
        super().__init__(locals())


class NonNeg(Constraint):
    """not below 0"""

    _lepton = "non_neg"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(locals())


class UnitNorm(Constraint):
    """of length 1"""

    _lepton = "unit_norm"

    def __init__(self, axis: Any = 0) -> None:
        super().__init__(locals())


MISSING: tuple[str, ...] = ()

__all__ = [
    "MaxNorm", "MinMaxNorm", "NonNeg", "UnitNorm"
]
