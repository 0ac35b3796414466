"""Metrics that Keras and Lepton both have. Made by python/tools/make_package.py; do not change it by hand."""
from __future__ import annotations

from typing import Any

from .._objectives import Metric


class AUC(Metric):
    """Area under the ROC or precision-recall curve at evenly spaced thresholds, as Keras computes it."""

    _lepton = "auc"

    def __init__(
            self, num_thresholds: Any = 200, curve: Any = 'ROC', summation_method: Any = 'interpolation', name: Any = None,
            dtype: Any = None, thresholds: Any = None, multi_label: bool = False, num_labels: Any = None, label_weights: Any = None,
            from_logits: bool = False
    ) -> None:
        super().__init__(locals())


class Accuracy(Metric):
    """Share of right predictions; becomes the kind that fits the loss."""

    _lepton = "accuracy"

    def __init__(self, name: Any = 'accuracy', dtype: Any = None) -> None:
        super().__init__(locals())


class BinaryAccuracy(Metric):
    """Share of yes/no outputs on the right side of the threshold."""

    _lepton = "binary_accuracy"

    def __init__(self, name: Any = 'binary_accuracy', dtype: Any = None, threshold: Any = 0.5) -> None:
        super().__init__(locals())


class BinaryCrossentropy(Metric):
    """Cross-entropy of independent yes/no outputs."""

    _lepton = "binary_crossentropy"

    def __init__(self, name: Any = 'binary_crossentropy', dtype: Any = None, from_logits: bool = False, label_smoothing: Any = 0) -> None:
        super().__init__(locals())


class BinaryIoU(Metric):
    """Intersection over union of no and yes."""

    _lepton = "binary_iou"

    def __init__(self, target_class_ids: Any = (0, 1), threshold: Any = 0.5, name: Any = None, dtype: Any = None) -> None:
        super().__init__(locals())


class CategoricalAccuracy(Metric):
    """Share of samples whose largest output is the target's class."""

    _lepton = "categorical_accuracy"

    def __init__(self, name: Any = 'categorical_accuracy', dtype: Any = None) -> None:
        super().__init__(locals())


class CategoricalCrossentropy(Metric):
    """Cross-entropy between one-hot (or soft) targets and class probabilities."""

    _lepton = "categorical_crossentropy"

    def __init__(
            self, name: Any = 'categorical_crossentropy', dtype: Any = None, from_logits: bool = False, label_smoothing: Any = 0,
            axis: Any = -1
    ) -> None:
        super().__init__(locals())


class CategoricalHinge(Metric):
    """Margin between the right class and the best wrong one."""

    _lepton = "categorical_hinge"

    def __init__(self, name: Any = 'categorical_hinge', dtype: Any = None) -> None:
        super().__init__(locals())


class ConcordanceCorrelation(Metric):
    """Correlation that also wants equal means and variances, over the last axis (Lin 1989)."""

    _lepton = "concordance_correlation"

    def __init__(self, name: Any = 'concordance_correlation', dtype: Any = None, axis: Any = -1) -> None:
        super().__init__(locals())


class CosineSimilarity(Metric):
    """Cosine of the angle between target and prediction."""

    _lepton = "cosine_similarity"

    def __init__(self, name: Any = 'cosine_similarity', dtype: Any = None, axis: Any = -1) -> None:
        super().__init__(locals())


class F1Score(Metric):
    """Harmonic mean of precision and recall, of yes or averaged over classes."""

    _lepton = "f1_score"

    def __init__(self, average: Any = None, threshold: Any = None, name: Any = 'f1_score', dtype: Any = None) -> None:
        super().__init__(locals())


class FBetaScore(Metric):
    """As f1_score, with recall beta times as important as precision."""

    _lepton = "fbeta_score"

    def __init__(self, average: Any = None, beta: Any = 1.0, threshold: Any = None, name: Any = 'fbeta_score', dtype: Any = None) -> None:
        super().__init__(locals())


class Hinge(Metric):
    """Margin loss for targets -1 and 1."""

    _lepton = "hinge"

    def __init__(self, name: Any = 'hinge', dtype: Any = None) -> None:
        super().__init__(locals())


class KLDivergence(Metric):
    """Kullback-Leibler divergence of distributions."""

    _lepton = "kl_divergence"

    def __init__(self, name: Any = 'kl_divergence', dtype: Any = None) -> None:
        super().__init__(locals())


class LogCoshError(Metric):
    """Logarithm of the hyperbolic cosine of the error."""

    _lepton = "log_cosh"

    def __init__(self, name: Any = 'logcosh', dtype: Any = None) -> None:
        super().__init__(locals())


class MeanAbsoluteError(Metric):
    """Mean distance, in the units of the target."""

    _lepton = "mean_absolute_error"

    def __init__(self, name: Any = 'mean_absolute_error', dtype: Any = None) -> None:
        super().__init__(locals())


class MeanAbsolutePercentageError(Metric):
    """Mean error in percent of the target."""

    _lepton = "mean_absolute_percentage_error"

    def __init__(self, name: Any = 'mean_absolute_percentage_error', dtype: Any = None) -> None:
        super().__init__(locals())


class MeanIoU(Metric):
    """Intersection over union, mean over classes."""

    _lepton = "mean_iou"

    def __init__(
            self, num_classes: Any, name: Any = None, dtype: Any = None, ignore_class: Any = None, sparse_y_true: bool = True,
            sparse_y_pred: bool = True, axis: Any = -1
    ) -> None:
        super().__init__(locals())


class MeanSquaredError(Metric):
    """Mean of the squared errors."""

    _lepton = "mean_squared_error"

    def __init__(self, name: Any = 'mean_squared_error', dtype: Any = None) -> None:
        super().__init__(locals())


class MeanSquaredLogarithmicError(Metric):
    """Squared error of logarithms."""

    _lepton = "mean_squared_logarithmic_error"

    def __init__(self, name: Any = 'mean_squared_logarithmic_error', dtype: Any = None) -> None:
        super().__init__(locals())


class PearsonCorrelation(Metric):
    """Linear correlation of target and prediction over the last axis."""

    _lepton = "pearson_correlation"

    def __init__(self, name: Any = 'pearson_correlation', dtype: Any = None, axis: Any = -1) -> None:
        super().__init__(locals())


class Poisson(Metric):
    """Negative log-likelihood of counts."""

    _lepton = "poisson"

    def __init__(self, name: Any = 'poisson', dtype: Any = None) -> None:
        super().__init__(locals())


class Precision(Metric):
    """Share of what was said yes to that is yes."""

    _lepton = "precision"

    def __init__(self, thresholds: Any = None, top_k: Any = None, class_id: Any = None, name: Any = None, dtype: Any = None) -> None:
        super().__init__(locals())


class PrecisionAtRecall(Metric):
    """Largest precision at this recall or more."""

    _lepton = "precision_at_recall"

    def __init__(self, recall: Any, num_thresholds: Any = 200, class_id: Any = None, name: Any = None, dtype: Any = None) -> None:
        super().__init__(locals())


class R2Score(Metric):
    """Share of the target's variance that is explained."""

    _lepton = "r2_score"

    def __init__(
            self, class_aggregation: Any = 'uniform_average', num_regressors: Any = 0, name: Any = 'r2_score', dtype: Any = None
    ) -> None:
        super().__init__(locals())


class Recall(Metric):
    """Share of what is yes that was said yes to."""

    _lepton = "recall"

    def __init__(self, thresholds: Any = None, top_k: Any = None, class_id: Any = None, name: Any = None, dtype: Any = None) -> None:
        super().__init__(locals())


class RecallAtPrecision(Metric):
    """Largest recall at this precision or more."""

    _lepton = "recall_at_precision"

    def __init__(self, precision: Any, num_thresholds: Any = 200, class_id: Any = None, name: Any = None, dtype: Any = None) -> None:
        super().__init__(locals())


class RootMeanSquaredError(Metric):
    """Root of the mean squared error, in the units of the target."""

    _lepton = "root_mean_squared_error"

    def __init__(self, name: Any = 'root_mean_squared_error', dtype: Any = None) -> None:
        super().__init__(locals())


class SensitivityAtSpecificity(Metric):
    """Largest sensitivity at this specificity or more."""

    _lepton = "sensitivity_at_specificity"

    def __init__(self, specificity: Any, num_thresholds: Any = 200, class_id: Any = None, name: Any = None, dtype: Any = None) -> None:
        super().__init__(locals())


class SparseCategoricalAccuracy(Metric):
    """The same for integer targets."""

    _lepton = "sparse_categorical_accuracy"

    def __init__(self, name: Any = 'sparse_categorical_accuracy', dtype: Any = None) -> None:
        super().__init__(locals())


class SparseCategoricalCrossentropy(Metric):
    """Cross-entropy for integer class targets."""

    _lepton = "sparse_categorical_crossentropy"

    def __init__(
            self, name: Any = 'sparse_categorical_crossentropy', dtype: Any = None, from_logits: bool = False, ignore_class: Any = None,
            axis: Any = -1
    ) -> None:
        super().__init__(locals())


class SparseTopKCategoricalAccuracy(Metric):
    """The same for integer targets."""

    _lepton = "sparse_top_k_categorical_accuracy"

    def __init__(
            self, k: Any = 5, name: Any = 'sparse_top_k_categorical_accuracy', dtype: Any = None, from_sorted_ids: bool = False
    ) -> None:
        super().__init__(locals())


class SpecificityAtSensitivity(Metric):
    """Largest specificity at this sensitivity or more."""

    _lepton = "specificity_at_sensitivity"

    def __init__(self, sensitivity: Any, num_thresholds: Any = 200, class_id: Any = None, name: Any = None, dtype: Any = None) -> None:
        super().__init__(locals())


class SquaredHinge(Metric):
    """Squared margin loss."""

    _lepton = "squared_hinge"

    def __init__(self, name: Any = 'squared_hinge', dtype: Any = None) -> None:
        super().__init__(locals())


class TopKCategoricalAccuracy(Metric):
    """Share of samples whose class is among the k most probable."""

    _lepton = "top_k_categorical_accuracy"

    def __init__(self, k: Any = 5, name: Any = 'top_k_categorical_accuracy', dtype: Any = None) -> None:
        super().__init__(locals())


MISSING = (
    "FalseNegatives", "FalsePositives", "IoU", "Mean", "MeanMetricWrapper", "OneHotIoU", "OneHotMeanIoU", "Sum", "TrueNegatives",
    "TruePositives"
)

__all__ = [
    "AUC", "Accuracy", "BinaryAccuracy", "BinaryCrossentropy", "BinaryIoU", "CategoricalAccuracy", "CategoricalCrossentropy",
    "CategoricalHinge", "ConcordanceCorrelation", "CosineSimilarity", "F1Score", "FBetaScore", "Hinge", "KLDivergence", "LogCoshError",
    "MeanAbsoluteError", "MeanAbsolutePercentageError", "MeanIoU", "MeanSquaredError", "MeanSquaredLogarithmicError", "PearsonCorrelation",
    "Poisson", "Precision", "PrecisionAtRecall", "R2Score", "Recall", "RecallAtPrecision", "RootMeanSquaredError",
    "SensitivityAtSpecificity", "SparseCategoricalAccuracy", "SparseCategoricalCrossentropy", "SparseTopKCategoricalAccuracy",
    "SpecificityAtSensitivity", "SquaredHinge", "TopKCategoricalAccuracy"
]
