"""Schedules that Keras and Lepton both have. Made by python/tools/make_package.py; do not change it by hand."""
from __future__ import annotations

from typing import Any

from .._objectives import LearningRateSchedule


class CosineDecay(LearningRateSchedule):
    """half a cosine from initial (or warmup_target, after a linear warm-up) to alpha times that"""

    _lepton = "cosine_decay"

    def __init__(
            self, initial_learning_rate: Any, decay_steps: Any, alpha: Any = 0.0, name: Any = 'CosineDecay', warmup_target: Any = None,
            warmup_steps: Any = 0
    ) -> None:
        super().__init__(locals())


class CosineDecayRestarts(LearningRateSchedule):
    """cosine decay that starts again with longer and lower periods"""

    _lepton = "cosine_decay_restarts"

    def __init__(
            self, initial_learning_rate: Any, first_decay_steps: Any, t_mul: Any = 2.0, m_mul: Any = 1.0, alpha: Any = 0.0,
            name: Any = 'SGDRDecay'
    ) -> None:
        super().__init__(locals())


class ExponentialDecay(LearningRateSchedule):
    """initial * decay_rate^(step / decay_steps)"""

    _lepton = "exponential_decay"

    def __init__(
            self, initial_learning_rate: Any, decay_steps: Any, decay_rate: Any, staircase: bool = False, name: Any = 'ExponentialDecay'
    ) -> None:
        super().__init__(locals())


class InverseTimeDecay(LearningRateSchedule):
    """initial / (1 + decay_rate * step / decay_steps)"""

    _lepton = "inverse_time_decay"

    def __init__(
            self, initial_learning_rate: Any, decay_steps: Any, decay_rate: Any, staircase: bool = False, name: Any = 'InverseTimeDecay'
    ) -> None:
        super().__init__(locals())


class PiecewiseConstantDecay(LearningRateSchedule):
    """values between boundaries"""

    _lepton = "piecewise_constant"

    def __init__(self, boundaries: Any, values: Any, name: Any = 'PiecewiseConstant') -> None:
        super().__init__(locals())


class PolynomialDecay(LearningRateSchedule):
    """from initial to end along (1 - p)^power"""

    _lepton = "polynomial_decay"

    def __init__(
            self, initial_learning_rate: Any, decay_steps: Any, end_learning_rate: Any = 0.0001, power: Any = 1.0, cycle: bool = False,
            name: Any = 'PolynomialDecay'
    ) -> None:
        super().__init__(locals())


MISSING: tuple[str, ...] = ()

__all__ = [
    "CosineDecay", "CosineDecayRestarts", "ExponentialDecay", "InverseTimeDecay", "PiecewiseConstantDecay", "PolynomialDecay"
]
