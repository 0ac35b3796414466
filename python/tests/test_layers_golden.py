"""Layers through Python against what Keras computes: outputs for given inputs and weights, in double."""
import golden
import numpy as np
import pytest
from lepton.keras import Input, Model, layers

FOLDERS = ("layers", "preprocessing", "sequences", "attention")
ALL = [case for folder in FOLDERS for case in golden.cases(folder) if not case[1].get("training")]
# Arguments of the call, which the files keep beside those of the layer.
CALL = ("use_causal_mask", "return_attention_scores")


def layer_of(case):
    config = dict(case["layer"]["config"])
    call = {key: config.pop(key) for key in CALL if key in config}
    if case["layer"]["class_name"] == "Bidirectional":
        config.setdefault("merge_mode", None)  # the files leave nulls out
    if case["name"] == "activation_gelu_tanh":
        pytest.skip("its activation is a Python function in Keras")
    return layers.deserialize({"class_name": case["layer"]["class_name"], "config": config}), call


def input_for(array):
    return Input(array.shape[1:], dtype=str(array.dtype) if array.dtype.kind == "i" else None)


def model_of(folder, case):
    """The model of this case with its weights, and the arrays that go in."""
    given = golden.arrays(folder, case)
    arrays = golden.numbered(given, "input")
    layer, call = layer_of(case)
    inputs = [input_for(array) for array in arrays]
    masked = [layers.Masking()(x) if i < case.get("mask_inputs", 0) else x for i, x in enumerate(inputs)]
    model = Model(inputs, layer(masked if len(masked) > 1 else masked[0], **call))
    weights = golden.numbered(given, "weight")
    if weights:
        layer.set_weights(weights)
        for mine, theirs in zip(layer.get_weights(), weights, strict=True):
            np.testing.assert_array_equal(mine, theirs)
    return model, arrays


@pytest.mark.parametrize("folder, case", ALL, ids=golden.name_of)
def test_outputs_are_those_of_keras(folder, case, double):
    model, arrays = model_of(folder, case)
    given = golden.arrays(folder, case)
    results = model.predict(arrays if len(arrays) > 1 else arrays[0], batch_size=len(arrays[0]), verbose=0)
    results = results if isinstance(results, list) else [results]
    expected = [given["output"], *(given[f"output_{i}"] for i in range(1, 10) if f"output_{i}" in given)]
    assert len(results) == len(expected)
    for result, wanted in zip(results, expected, strict=True):
        assert result.shape == wanted.shape
        np.testing.assert_allclose(result, wanted, rtol=1e-9, atol=case.get("tolerance", 1e-9))


def test_there_are_at_least_300_cases():
    assert len(ALL) >= 300
