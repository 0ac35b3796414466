"""Makes metrics/: predictions, targets and the values that Keras, scikit-learn, SciPy or plain NumPy give for them."""
import case_writer  # first: chooses the backend
import keras
import numpy as np
import sklearn.metrics as sk
from case_writer import Folder, seed_of
from scipy.stats import binomtest

keras.config.set_floatx("float64")
NUM_BINS = 15


def keras_value(metric, y, prediction, weight=None, batches=3):
    """Feeds the metric batch by batch: the result must be that of the whole."""
    parts = np.array_split(np.arange(len(prediction)), batches)
    for part in parts:
        metric.update_state(y[part], prediction[part], None if weight is None else weight[part])
    return np.asarray(metric.result()).astype(float).tolist()


class Case:
    """One set of predictions and what is expected of them."""

    def __init__(self, folder, name, text):
        self.folder, self.name, self.text, self.expected = folder, name, text, []
        self.random = np.random.default_rng(seed_of(name))

    def expect(self, metric, value, by, **config):
        value = value if isinstance(value, list) else float(value)
        self.expected.append({"metric": metric, "config": config, "value": value, "by": by})

    def expect_keras(self, class_name, y, prediction, weight=None, **config):
        value = keras_value(getattr(keras.metrics, class_name)(**config), y, prediction, weight)
        self.expect(class_name, value, "keras.metrics." + class_name, **config)

    def close(self, **arrays):
        self.folder.add({"name": self.name, "text": self.text, "expected": self.expected}, arrays)


def calibration_error(confidence, correct):
    """ECE = sum over bins of |bin| / N * |mean(correct) - mean(confidence)|.

    Equal-width bins (i / 15, (i + 1) / 15]; confidence 0 falls in the first one.
    """
    bins = np.clip(np.ceil(confidence * NUM_BINS).astype(int) - 1, 0, NUM_BINS - 1)
    error = 0.0
    for b in range(NUM_BINS):
        inside = bins == b
        if inside.any():
            error += inside.mean() * abs(correct[inside].mean() - confidence[inside].mean())
    return error


def max_calibration_error(confidence, correct):
    bins = np.clip(np.ceil(confidence * NUM_BINS).astype(int) - 1, 0, NUM_BINS - 1)
    return max(abs(correct[bins == b].mean() - confidence[bins == b].mean()) for b in np.unique(bins))


ECE_BY = "NumPy: sum |bin|/N |mean(correct) - mean(confidence)|, bins (i/15, (i+1)/15]"


def binary(folder, name, text, make_scores, weighted=False):
    c = Case(folder, name, text)
    y = (c.random.random(200) < 0.35).astype(np.int32)
    p = make_scores(c.random, y)
    w = c.random.uniform(0, 2, len(y)) if weighted else None
    yf, decided = y.astype(float)[:, None], (p > 0.5).astype(int)
    for threshold in (0.5, 0.3):
        c.expect_keras("BinaryAccuracy", yf, p[:, None], w, threshold=threshold)
    for class_name in ("Precision", "Recall"):
        c.expect_keras(class_name, yf, p[:, None], w)
        c.expect_keras(class_name, yf, p[:, None], w, thresholds=0.3)
    for level in (0.3, 0.8):
        c.expect_keras("SensitivityAtSpecificity", yf, p[:, None], w, specificity=level)
        c.expect_keras("SpecificityAtSensitivity", yf, p[:, None], w, sensitivity=level)
        c.expect_keras("PrecisionAtRecall", yf, p[:, None], w, recall=level)
        c.expect_keras("RecallAtPrecision", yf, p[:, None], w, precision=level)
    if w is None:  # Keras cuts weights to whole numbers here
        c.expect_keras("BinaryIoU", yf, p[:, None], threshold=0.4)
        c.expect_keras("BinaryIoU", yf, p[:, None], target_class_ids=[1])
    for class_name in ("BinaryCrossentropy", "Hinge", "SquaredHinge"):
        c.expect_keras(class_name, yf, p[:, None], w)
    for class_name in ("TruePositives", "TrueNegatives", "FalsePositives", "FalseNegatives"):
        c.expect_keras(class_name, yf, p[:, None], w)
    c.expect("f1", sk.f1_score(y, decided, sample_weight=w), "sklearn.metrics.f1_score", threshold=0.5)
    c.expect("roc_auc", sk.roc_auc_score(y, p, sample_weight=w), "sklearn.metrics.roc_auc_score (exact, ties count half)")
    c.expect("average_precision", sk.average_precision_score(y, p, sample_weight=w),
             "sklearn.metrics.average_precision_score (sum of recall steps x precision)")
    precision, recall, _ = sk.precision_recall_curve(y, p, sample_weight=w)
    c.expect("pr_auc_trapezoid", sk.auc(recall, precision), "sklearn.metrics.auc of precision_recall_curve")
    c.expect_keras("AUC", yf, p[:, None], w, num_thresholds=200, curve="ROC")
    c.expect_keras("AUC", yf, p[:, None], w, num_thresholds=200, curve="PR")
    c.expect("brier", sk.brier_score_loss(y, p, sample_weight=w), "sklearn.metrics.brier_score_loss")
    c.expect("log_loss", sk.log_loss(y, p, sample_weight=w), "sklearn.metrics.log_loss")
    c.expect("matthews", sk.matthews_corrcoef(y, decided, sample_weight=w), "sklearn.metrics.matthews_corrcoef")
    c.expect("balanced_accuracy", sk.balanced_accuracy_score(y, decided, sample_weight=w),
             "sklearn.metrics.balanced_accuracy_score")
    c.expect("confusion_matrix", sk.confusion_matrix(y, decided, sample_weight=w).astype(float).tolist(),
             "sklearn.metrics.confusion_matrix (rows: truth)")
    if w is None:
        confidence, correct = np.where(p > 0.5, p, 1 - p), decided == y
        c.expect("expected_calibration_error", calibration_error(confidence, correct), ECE_BY, num_bins=NUM_BINS,
                 of="confidence of the decided class")
        c.expect("expected_calibration_error", calibration_error(p, y), ECE_BY, num_bins=NUM_BINS,
                 of="probability of class 1")
    c.close(y=y, probability=p, **({} if w is None else {"sample_weight": w}))


def multiclass(folder, name, text, classes=5, missing=None, weighted=False):
    c = Case(folder, name, text)
    y = c.random.integers(0, classes, 240).astype(np.int32)
    if missing is not None:
        y[y == missing] = 0
    logits = 1.2 * np.eye(classes)[y] + c.random.normal(size=(len(y), classes))
    p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    w = c.random.uniform(0, 2, len(y)) if weighted else None
    decided, hot, labels = p.argmax(1), np.eye(classes)[y], list(range(classes))
    c.expect_keras("SparseCategoricalAccuracy", y[:, None], p, w)
    c.expect_keras("CategoricalAccuracy", hot, p, w)
    for k in (1, 2, 3):
        c.expect_keras("SparseTopKCategoricalAccuracy", y[:, None], p, w, k=k)
        c.expect_keras("TopKCategoricalAccuracy", hot, p, w, k=k)
    c.expect_keras("SparseCategoricalCrossentropy", y[:, None], p, w)
    c.expect("log_loss", sk.log_loss(y, p, labels=labels, sample_weight=w), "sklearn.metrics.log_loss")
    for average in (None, "macro", "micro", "weighted"):
        values = sk.precision_recall_fscore_support(y, decided, labels=labels, average=average, zero_division=0,
                                                    sample_weight=w)
        for metric, value in zip(("precision", "recall", "f1"), values):
            value = value.tolist() if average is None else value
            c.expect(metric, value, "sklearn.metrics.precision_recall_fscore_support(zero_division=0)",
                     average=average or "none")
    if weighted is False:
        for average in (None, "macro", "micro"):
            c.expect_keras("F1Score", hot, p, average=average)
        for average in ("macro", "micro", "weighted"):
            c.expect_keras("FBetaScore", hot, p, average=average, beta=2.0)
    if w is None:
        c.expect_keras("OneHotMeanIoU", hot, p, num_classes=classes)
    c.expect_keras("CategoricalCrossentropy", hot, p, w)
    c.expect_keras("KLDivergence", hot, p, w)
    c.expect("confusion_matrix", sk.confusion_matrix(y, decided, labels=labels, sample_weight=w).astype(float).tolist(),
             "sklearn.metrics.confusion_matrix (rows: truth)")
    if missing is None:
        for average in ("macro", "weighted"):
            c.expect("roc_auc", sk.roc_auc_score(y, p, multi_class="ovr", average=average, sample_weight=w),
                     "sklearn.metrics.roc_auc_score", multi_class="ovr", average=average)
    c.expect("cohen_kappa", sk.cohen_kappa_score(y, decided, sample_weight=w), "sklearn.metrics.cohen_kappa_score")
    c.expect("matthews", sk.matthews_corrcoef(y, decided, sample_weight=w), "sklearn.metrics.matthews_corrcoef")
    if w is None:
        c.expect("brier", np.mean(np.sum((p - hot) ** 2, 1)), "NumPy: mean over rows of sum over classes (p - onehot)^2")
        c.expect("expected_calibration_error", calibration_error(p.max(1), decided == y), ECE_BY, num_bins=NUM_BINS)
        c.expect("max_calibration_error", max_calibration_error(p.max(1), decided == y),
                 "NumPy: max over bins |mean(correct) - mean(confidence)|", num_bins=NUM_BINS)
    c.close(y=y, probability=p, **({} if w is None else {"sample_weight": w}))


def regression(folder, name, text, outputs, weighted=False):
    c = Case(folder, name, text)
    y = 2 + c.random.normal(size=(150, outputs))
    p = y + 0.5 * c.random.normal(size=y.shape)
    w = c.random.uniform(0, 2, len(y)) if weighted else None
    for class_name in ("MeanSquaredError", "RootMeanSquaredError", "MeanAbsoluteError", "MeanSquaredLogarithmicError",
                       "MeanAbsolutePercentageError", "LogCoshError", "CosineSimilarity"):
        c.expect_keras(class_name, y, p, w)
    c.expect_keras("R2Score", y, p, w, class_aggregation="uniform_average")
    if outputs > 1:  # a single number has no variance along its axis
        c.expect_keras("PearsonCorrelation", y, p, w)
        c.expect_keras("ConcordanceCorrelation", y, p, w)
    c.expect("mse", sk.mean_squared_error(y, p, sample_weight=w), "sklearn.metrics.mean_squared_error")
    c.expect("mae", sk.mean_absolute_error(y, p, sample_weight=w), "sklearn.metrics.mean_absolute_error")
    c.expect("r2", sk.r2_score(y, p, sample_weight=w), "sklearn.metrics.r2_score (mean over outputs)")
    c.expect("median_absolute_error", sk.median_absolute_error(y, p), "sklearn.metrics.median_absolute_error (unweighted)")
    c.expect("max_error", np.abs(y - p).max(), "NumPy: max |y - p|")
    c.close(y=y, prediction=p, **({} if w is None else {"sample_weight": w}))


def intervals(folder):
    c = Case(folder, "proportion_intervals", "Confidence intervals of proportions: value is [low, high]")
    for successes, trials in ((0, 1), (1, 1), (0, 10), (3, 10), (10, 10), (5, 7), (50, 100), (915, 1000), (9300, 10000),
                              (1, 10000), (9999, 10000)):
        for level in (0.95, 0.99):
            test = binomtest(successes, trials)
            for method in ("wilson", "exact"):
                i = test.proportion_ci(level, method)
                c.expect(method + "_interval", [float(i.low), float(i.high)],
                         f"scipy.stats.binomtest.proportion_ci(method='{method}')", successes=successes, trials=trials,
                         level=level)
    c.close()


def main():
    folder = Folder("metrics", "predictions and the values of their metrics, fed to Keras in three batches")
    noisy = lambda r, y: 1 / (1 + np.exp(-(2 * y - 1 + 1.2 * r.normal(size=len(y)))))
    binary(folder, "binary", "200 probabilities of one class", noisy)
    binary(folder, "binary_weighted", "the same with sample weights", noisy, weighted=True)
    binary(folder, "binary_ties", "probabilities on a grid of 1/8: many ties, some exactly at the threshold",
           lambda r, y: np.round(noisy(r, y) * 8) / 8)
    binary(folder, "binary_perfect", "classes fully separated", lambda r, y: 0.1 + 0.6 * y + 0.2 * r.random(len(y)))
    multiclass(folder, "multiclass", "240 rows of 5 probabilities")
    multiclass(folder, "multiclass_weighted", "the same with sample weights", weighted=True)
    multiclass(folder, "multiclass_missing_class", "class 3 has no rows", missing=3)
    regression(folder, "regression", "one output", 1)
    regression(folder, "regression_outputs", "three outputs", 3)
    regression(folder, "regression_weighted", "one output with sample weights", 1, weighted=True)
    intervals(folder)
    folder.close(["keras", "jax", "numpy", "scikit-learn", "scipy"])


if __name__ == "__main__":
    main()
