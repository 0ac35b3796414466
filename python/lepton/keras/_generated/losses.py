"""Losses that Keras and Lepton both have. Made by python/tools/make_package.py; do not change it by hand."""
from __future__ import annotations

from typing import Any

from .._objectives import Loss


class BinaryCrossentropy(Loss):
    """Cross-entropy of independent yes/no outputs."""

    _lepton = "binary_crossentropy"

    def __init__(
            self, from_logits: bool = False, label_smoothing: Any = 0.0, axis: Any = -1, reduction: Any = 'sum_over_batch_size',
            name: Any = 'binary_crossentropy', dtype: Any = None
    ) -> None:
        super().__init__(locals())


class BinaryFocalCrossentropy(Loss):
    """Binary cross-entropy that attends to hard samples (Lin et al. 2017)."""

    _lepton = "binary_focal_crossentropy"

    def __init__(
            self, apply_class_balancing: bool = False, alpha: Any = 0.25, gamma: Any = 2.0, from_logits: bool = False,
            label_smoothing: Any = 0.0, axis: Any = -1, reduction: Any = 'sum_over_batch_size', name: Any = 'binary_focal_crossentropy',
            dtype: Any = None
    ) -> None:
        super().__init__(locals())


class CTC(Loss):
    """Connectionist temporal classification: labels [N, steps] in order, filled up with 0, the blank; predictions are logits [N, steps, classes]."""

    _lepton = "ctc"

    def __init__(self, reduction: Any = 'sum_over_batch_size', name: Any = 'ctc', dtype: Any = None) -> None:
        super().__init__(locals())


class CategoricalCrossentropy(Loss):
    """Cross-entropy between one-hot (or soft) targets and class probabilities."""

    _lepton = "categorical_crossentropy"

    def __init__(
            self, from_logits: bool = False, label_smoothing: Any = 0.0, axis: Any = -1, reduction: Any = 'sum_over_batch_size',
            name: Any = 'categorical_crossentropy', dtype: Any = None
    ) -> None:
        super().__init__(locals())


class CategoricalFocalCrossentropy(Loss):
    """Categorical cross-entropy that attends to hard samples (Lin et al. 2017)."""

    _lepton = "categorical_focal_crossentropy"

    def __init__(
            self, alpha: Any = 0.25, gamma: Any = 2.0, from_logits: bool = False, label_smoothing: Any = 0.0, axis: Any = -1,
            reduction: Any = 'sum_over_batch_size', name: Any = 'categorical_focal_crossentropy', dtype: Any = None
    ) -> None:
        super().__init__(locals())


class CategoricalGeneralizedCrossEntropy(Loss):
    """Cross-entropy that forgives wrong labels, for integer class targets."""

    _lepton = "categorical_generalized_cross_entropy"

    def __init__(
            self, q: Any = 0.5, reduction: Any = 'sum_over_batch_size', name: Any = 'categorical_generalized_cross_entropy',
            dtype: Any = None
    ) -> None:
        super().__init__(locals())


class CategoricalHinge(Loss):
    """Margin between the right class and the best wrong one."""

    _lepton = "categorical_hinge"

    def __init__(self, reduction: Any = 'sum_over_batch_size', name: Any = 'categorical_hinge', dtype: Any = None) -> None:
        super().__init__(locals())


class Circle(Loss):
    """Circle loss on embeddings of length 1 (Sun et al. 2020)."""

    _lepton = "circle"

    def __init__(
            self, gamma: Any = 80.0, margin: Any = 0.4, remove_diagonal: bool = True, reduction: Any = 'sum_over_batch_size',
            name: Any = 'circle', dtype: Any = None
    ) -> None:
        super().__init__(locals())


class CosineSimilarity(Loss):
    """Minus the cosine of the angle between target and prediction."""

    _lepton = "cosine_similarity"

    def __init__(self, axis: Any = -1, reduction: Any = 'sum_over_batch_size', name: Any = 'cosine_similarity', dtype: Any = None) -> None:
        super().__init__(locals())


class Dice(Loss):
    """One minus the Dice coefficient of masks (Milletari et al. 2016)."""

    _lepton = "dice"

    def __init__(self, reduction: Any = 'sum_over_batch_size', name: Any = 'dice', axis: Any = None, dtype: Any = None) -> None:
        super().__init__(locals())


class Hinge(Loss):
    """Margin loss for targets -1 and 1."""

    _lepton = "hinge"

    def __init__(self, reduction: Any = 'sum_over_batch_size', name: Any = 'hinge', dtype: Any = None) -> None:
        super().__init__(locals())


class Huber(Loss):
    """Squared near zero, absolute beyond delta (Huber 1964)."""

    _lepton = "huber"

    def __init__(self, delta: Any = 1.0, reduction: Any = 'sum_over_batch_size', name: Any = 'huber_loss', dtype: Any = None) -> None:
        super().__init__(locals())


class KLDivergence(Loss):
    """Kullback-Leibler divergence of distributions."""

    _lepton = "kl_divergence"

    def __init__(self, reduction: Any = 'sum_over_batch_size', name: Any = 'kl_divergence', dtype: Any = None) -> None:
        super().__init__(locals())


class LogCosh(Loss):
    """Logarithm of the hyperbolic cosine of the error."""

    _lepton = "log_cosh"

    def __init__(self, reduction: Any = 'sum_over_batch_size', name: Any = 'log_cosh', dtype: Any = None) -> None:
        super().__init__(locals())


class MeanAbsoluteError(Loss):
    """Mean of absolute errors."""

    _lepton = "mean_absolute_error"

    def __init__(self, reduction: Any = 'sum_over_batch_size', name: Any = 'mean_absolute_error', dtype: Any = None) -> None:
        super().__init__(locals())


class MeanAbsolutePercentageError(Loss):
    """Mean error in percent of the target."""

    _lepton = "mean_absolute_percentage_error"

    def __init__(self, reduction: Any = 'sum_over_batch_size', name: Any = 'mean_absolute_percentage_error', dtype: Any = None) -> None:
        super().__init__(locals())


class MeanSquaredError(Loss):
    """Mean of squared errors."""

    _lepton = "mean_squared_error"

    def __init__(self, reduction: Any = 'sum_over_batch_size', name: Any = 'mean_squared_error', dtype: Any = None) -> None:
        super().__init__(locals())


class MeanSquaredLogarithmicError(Loss):
    """Squared error of logarithms."""

    _lepton = "mean_squared_logarithmic_error"

    def __init__(self, reduction: Any = 'sum_over_batch_size', name: Any = 'mean_squared_logarithmic_error', dtype: Any = None) -> None:
        super().__init__(locals())


class Poisson(Loss):
    """Negative log-likelihood of counts."""

    _lepton = "poisson"

    def __init__(self, reduction: Any = 'sum_over_batch_size', name: Any = 'poisson', dtype: Any = None) -> None:
        super().__init__(locals())


class SparseCategoricalCrossentropy(Loss):
    """Cross-entropy for integer class targets."""

    _lepton = "sparse_categorical_crossentropy"

    def __init__(
            self, from_logits: bool = False, ignore_class: Any = None, reduction: Any = 'sum_over_batch_size', axis: Any = -1,
            name: Any = 'sparse_categorical_crossentropy', dtype: Any = None
    ) -> None:
        super().__init__(locals())


class SquaredHinge(Loss):
    """Squared margin loss."""

    _lepton = "squared_hinge"

    def __init__(self, reduction: Any = 'sum_over_batch_size', name: Any = 'squared_hinge', dtype: Any = None) -> None:
        super().__init__(locals())


class Tversky(Loss):
    """Dice with weights for both kinds of error (Salehi et al. 2017)."""

    _lepton = "tversky"

    def __init__(
            self, alpha: Any = 0.5, beta: Any = 0.5, reduction: Any = 'sum_over_batch_size', name: Any = 'tversky', axis: Any = None,
            dtype: Any = None
    ) -> None:
        super().__init__(locals())


MISSING: tuple[str, ...] = ()

__all__ = [
    "BinaryCrossentropy", "BinaryFocalCrossentropy", "CTC", "CategoricalCrossentropy", "CategoricalFocalCrossentropy",
    "CategoricalGeneralizedCrossEntropy", "CategoricalHinge", "Circle", "CosineSimilarity", "Dice", "Hinge", "Huber", "KLDivergence",
    "LogCosh", "MeanAbsoluteError", "MeanAbsolutePercentageError", "MeanSquaredError", "MeanSquaredLogarithmicError", "Poisson",
    "SparseCategoricalCrossentropy", "SquaredHinge", "Tversky"
]
