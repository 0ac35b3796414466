"""Metric objects that are updated by hand, against Keras's figures; samples come in three batches."""
import golden
import lepton
import numpy as np
import pytest
from lepton.keras import metrics

# Made by other programs than Keras, for each class, or of class numbers: no metric object of Lepton's.
CASES = [(case, expected) for _, case in golden.cases("metrics") if case.get("file") for expected in case["expected"]
         if expected["by"].startswith("keras.metrics.") and hasattr(metrics, expected["metric"]) and np.isscalar(expected["value"])]


def name_of(value):
    return value["name"] if "name" in value else f"{value['metric']}-{value['config']}"


def targets_of(metric, given):
    y, probability = given["y"], given.get("probability", given.get("prediction"))
    if y.ndim < probability.ndim and probability.shape[-1] > 1 and not metric.startswith("Sparse"):
        return np.eye(probability.shape[-1])[y.astype(int)]
    return y


@pytest.mark.parametrize("case, expected", CASES, ids=name_of)
def test_figures_are_keras_own(case, expected):
    given = golden.arrays("metrics", case)
    y_pred, y_true = given.get("probability", given.get("prediction")), targets_of(expected["metric"], given)
    metric = getattr(metrics, expected["metric"])(**expected["config"])
    for _ in range(2):  # as after a reset
        for rows in np.array_split(np.arange(len(y_pred)), 3):
            metric.update_state(y_true[rows], y_pred[rows], given["sample_weight"][rows] if "sample_weight" in given else None)
        assert float(metric.result()) == pytest.approx(expected["value"], abs=1e-5)
        metric.reset_state()
        assert metric.result() == 0


def test_there_are_many():
    assert len(CASES) > 60


def test_a_call_updates_and_gives_the_figure():
    metric = metrics.MeanSquaredError()
    assert metric([0.0, 0.0], [1.0, 1.0]) == 1.0
    assert metric([[0.0]], [[2.0]], sample_weight=[2.0]).numpy() == pytest.approx(10 / 4)


def test_what_does_not_fit_is_named():
    with pytest.raises(lepton.ShapeError, match="targets"):
        metrics.MeanSquaredError().update_state(np.zeros((4, 3)), np.zeros((4, 2)))
    with pytest.raises(lepton.ShapeError, match="weights"):
        metrics.MeanSquaredError().update_state(np.zeros((4, 2)), np.zeros((4, 2)), np.ones(3))
    with pytest.raises(lepton.UnsupportedError, match="categorical_accuracy"):
        metrics.Accuracy().update_state(np.zeros((4, 2)), np.zeros((4, 2)))
