"""Optimizers that Keras and Lepton both have. Made by python/tools/make_package.py; do not change it by hand."""
from __future__ import annotations

from typing import Any

from .._objectives import Optimizer


class Adadelta(Optimizer):
    """Step sizes from running averages of squared gradients and squared steps."""

    _lepton = "adadelta"

    def __init__(
            self, learning_rate: Any = 0.001, rho: Any = 0.95, epsilon: Any = 1e-07, weight_decay: Any = None, clipnorm: Any = None,
            clipvalue: Any = None, global_clipnorm: Any = None, use_ema: bool = False, ema_momentum: Any = 0.99,
            ema_overwrite_frequency: Any = None, loss_scale_factor: Any = None, gradient_accumulation_steps: Any = None, name: Any = None,
            **kwargs: Any
    ) -> None:
        super().__init__(locals())


class Adafactor(Optimizer):
    """Adaptive steps with the memory of rows and columns only."""

    _lepton = "adafactor"

    def __init__(
            self, learning_rate: Any = 0.001, beta_2_decay: Any = -0.8, epsilon_1: Any = 1e-30, epsilon_2: Any = 0.001,
            clip_threshold: Any = 1.0, relative_step: bool = True, weight_decay: Any = None, clipnorm: Any = None, clipvalue: Any = None,
            global_clipnorm: Any = None, use_ema: bool = False, ema_momentum: Any = 0.99, ema_overwrite_frequency: Any = None,
            loss_scale_factor: Any = None, gradient_accumulation_steps: Any = None, name: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(locals())


class Adagrad(Optimizer):
    """Step sizes that shrink with the sum of squared gradients."""

    _lepton = "adagrad"

    def __init__(
            self, learning_rate: Any = 0.001, initial_accumulator_value: Any = 0.1, epsilon: Any = 1e-07, weight_decay: Any = None,
            clipnorm: Any = None, clipvalue: Any = None, global_clipnorm: Any = None, use_ema: bool = False, ema_momentum: Any = 0.99,
            ema_overwrite_frequency: Any = None, loss_scale_factor: Any = None, gradient_accumulation_steps: Any = None, name: Any = None,
            **kwargs: Any
    ) -> None:
        super().__init__(locals())


class Adam(Optimizer):
    """Adaptive moments."""

    _lepton = "adam"

    def __init__(
            self, learning_rate: Any = 0.001, beta_1: Any = 0.9, beta_2: Any = 0.999, epsilon: Any = 1e-07, amsgrad: bool = False,
            weight_decay: Any = None, clipnorm: Any = None, clipvalue: Any = None, global_clipnorm: Any = None, use_ema: bool = False,
            ema_momentum: Any = 0.99, ema_overwrite_frequency: Any = None, loss_scale_factor: Any = None,
            gradient_accumulation_steps: Any = None, name: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(locals())


class AdamW(Optimizer):
    """Adam with decoupled weight decay."""

    _lepton = "adamw"

    def __init__(
            self, learning_rate: Any = 0.001, weight_decay: Any = 0.004, beta_1: Any = 0.9, beta_2: Any = 0.999, epsilon: Any = 1e-07,
            amsgrad: bool = False, clipnorm: Any = None, clipvalue: Any = None, global_clipnorm: Any = None, use_ema: bool = False,
            ema_momentum: Any = 0.99, ema_overwrite_frequency: Any = None, loss_scale_factor: Any = None,
            gradient_accumulation_steps: Any = None, name: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(locals())


class Adamax(Optimizer):
    """Adam with the infinity norm."""

    _lepton = "adamax"

    def __init__(
            self, learning_rate: Any = 0.001, beta_1: Any = 0.9, beta_2: Any = 0.999, epsilon: Any = 1e-07, weight_decay: Any = None,
            clipnorm: Any = None, clipvalue: Any = None, global_clipnorm: Any = None, use_ema: bool = False, ema_momentum: Any = 0.99,
            ema_overwrite_frequency: Any = None, loss_scale_factor: Any = None, gradient_accumulation_steps: Any = None, name: Any = None,
            **kwargs: Any
    ) -> None:
        super().__init__(locals())


class Ftrl(Optimizer):
    """Follow the regularised leader: weights of rare features stay exactly 0."""

    _lepton = "ftrl"

    def __init__(
            self, learning_rate: Any = 0.001, learning_rate_power: Any = -0.5, initial_accumulator_value: Any = 0.1,
            l1_regularization_strength: Any = 0.0, l2_regularization_strength: Any = 0.0, l2_shrinkage_regularization_strength: Any = 0.0,
            beta: Any = 0.0, weight_decay: Any = None, clipnorm: Any = None, clipvalue: Any = None, global_clipnorm: Any = None,
            use_ema: bool = False, ema_momentum: Any = 0.99, ema_overwrite_frequency: Any = None, loss_scale_factor: Any = None,
            gradient_accumulation_steps: Any = None, name: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(locals())


class Lamb(Optimizer):
    """Adam whose step is scaled to the norm of each weight, for large batches."""

    _lepton = "lamb"

    def __init__(
            self, learning_rate: Any = 0.001, beta_1: Any = 0.9, beta_2: Any = 0.999, epsilon: Any = 1e-07, weight_decay: Any = None,
            clipnorm: Any = None, clipvalue: Any = None, global_clipnorm: Any = None, use_ema: bool = False, ema_momentum: Any = 0.99,
            ema_overwrite_frequency: Any = None, loss_scale_factor: Any = None, gradient_accumulation_steps: Any = None, name: Any = None,
            **kwargs: Any
    ) -> None:
        super().__init__(locals())


class Lion(Optimizer):
    """Steps of one size in the direction of the sign of the momentum."""

    _lepton = "lion"

    def __init__(
            self, learning_rate: Any = 0.001, beta_1: Any = 0.9, beta_2: Any = 0.99, weight_decay: Any = None, clipnorm: Any = None,
            clipvalue: Any = None, global_clipnorm: Any = None, use_ema: bool = False, ema_momentum: Any = 0.99,
            ema_overwrite_frequency: Any = None, loss_scale_factor: Any = None, gradient_accumulation_steps: Any = None, name: Any = None,
            **kwargs: Any
    ) -> None:
        super().__init__(locals())


class Nadam(Optimizer):
    """Adam with Nesterov momentum."""

    _lepton = "nadam"

    def __init__(
            self, learning_rate: Any = 0.001, beta_1: Any = 0.9, beta_2: Any = 0.999, epsilon: Any = 1e-07, weight_decay: Any = None,
            clipnorm: Any = None, clipvalue: Any = None, global_clipnorm: Any = None, use_ema: bool = False, ema_momentum: Any = 0.99,
            ema_overwrite_frequency: Any = None, loss_scale_factor: Any = None, gradient_accumulation_steps: Any = None, name: Any = None,
            **kwargs: Any
    ) -> None:
        super().__init__(locals())


class RMSprop(Optimizer):
    """Divides by a running root mean square of the gradient."""

    _lepton = "rmsprop"

    def __init__(
            self, learning_rate: Any = 0.001, rho: Any = 0.9, momentum: Any = 0.0, epsilon: Any = 1e-07, centered: bool = False,
            weight_decay: Any = None, clipnorm: Any = None, clipvalue: Any = None, global_clipnorm: Any = None, use_ema: bool = False,
            ema_momentum: Any = 0.99, ema_overwrite_frequency: Any = None, loss_scale_factor: Any = None,
            gradient_accumulation_steps: Any = None, name: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(locals())


class SGD(Optimizer):
    """Stochastic gradient descent, optionally with (Nesterov) momentum."""

    _lepton = "sgd"

    def __init__(
            self, learning_rate: Any = 0.01, momentum: Any = 0.0, nesterov: bool = False, weight_decay: Any = None, clipnorm: Any = None,
            clipvalue: Any = None, global_clipnorm: Any = None, use_ema: bool = False, ema_momentum: Any = 0.99,
            ema_overwrite_frequency: Any = None, loss_scale_factor: Any = None, gradient_accumulation_steps: Any = None, name: Any = None,
            **kwargs: Any
    ) -> None:
        super().__init__(locals())


MISSING = (
    "LossScaleOptimizer", "MultiOptimizer", "Muon", "ScheduleFreeAdamW"
)

__all__ = [
    "Adadelta", "Adafactor", "Adagrad", "Adam", "AdamW", "Adamax", "Ftrl", "Lamb", "Lion", "Nadam", "RMSprop", "SGD"
]
