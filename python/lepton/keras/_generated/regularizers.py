"""Regularizers that Keras and Lepton both have. Made by python/tools/make_package.py; do not change it by hand."""
from __future__ import annotations

from typing import Any

from .._configured import Regularizer


class L1(Regularizer):
    """sum of absolute values"""

    _lepton = "l1"

    def __init__(self, l1: Any = 0.01) -> None:
        super().__init__(locals())


class L1L2(Regularizer):
    """both"""

    _lepton = "l1_l2"

    def __init__(self, l1: Any = 0.0, l2: Any = 0.0) -> None:
        super().__init__(locals())


class L2(Regularizer):
    """sum of squares"""

    _lepton = "l2"

    def __init__(self, l2: Any = 0.01) -> None:
        super().__init__(locals())


class OrthogonalRegularizer(Regularizer):
    """how far the rows or columns of a matrix are from being orthogonal: their mean |cosine|"""

    _lepton = "orthogonal_regularizer"

    def __init__(self, factor: Any = 0.01, mode: Any = 'rows') -> None:
        super().__init__(locals())


MISSING: tuple[str, ...] = ()

__all__ = [
    "L1", "L1L2", "L2", "OrthogonalRegularizer"
]
