"""Makes layers/, preprocessing/ and sequences/: one call of each layer in float64, with the gradients for its inputs and weights."""
import sys

import case_writer  # first: chooses the backend
import jax
import keras
import numpy as np
from attention_cases import attention_cases
from case_writer import Folder, layer_config, seed_of
from keras.src.backend import get_keras_mask
from layer_cases import all_cases
from preprocessing_cases import preprocessing_cases
from sequence_cases import sequence_cases

keras.config.set_floatx("float64")


def make_inputs(case, random):
    if "integers" in case:
        return [random.integers(0, case["integers"], s).astype(np.int32) for s in case["shapes"]]
    # "wide" reaches the flat ends of saturating activations.
    scale = 3 if case.get("wide") else 1
    values = [scale * random.normal(size=s) for s in case["shapes"]]
    for x in values[:case.get("mask_inputs", 0)]:
        x[random.uniform(size=x.shape[:2]) < 0.4] = 0
    return values


def set_weights(layer, random):
    """Random everywhere, biases and statistics too, so that a forgotten or swapped weight shows."""
    layer.set_weights([
        random.uniform(0.5, 1.5, w.shape) if "variance" in w.name else random.normal(size=w.shape) * 0.5
        for w in layer.weights
    ])


def masked(x):
    """The same with its mask: steps of zeros do not count."""
    return keras.layers.Masking()(x)


def call_and_gradients(layer, inputs, cotangent_of, case):
    """Returns outputs, new state, cotangents, gradients for the inputs and for the trainable weights; the outputs' masks or Nones."""
    state = [v.value for v in layer.non_trainable_variables]
    mask_inputs, states = case.get("mask_inputs", 0), case.get("states")
    options = case.get("call", {}) | ({"training": case["training"]} if "training" in case else {})

    def forward(weights, values):
        values = [masked(v) if i < mask_inputs else v for i, v in enumerate(values)]
        arguments, named = [values if len(values) > 1 else values[0]], dict(options)
        if case.get("positional"):
            arguments = values
        if states:
            arguments = [values[0], states(values[1:])]
            if mask_inputs:  # beside states Keras takes no mask from the sequence itself
                named["mask"] = get_keras_mask(values[0])
        # As stateless_call() does, but with masks, which only __call__() hands on.
        variables = [*zip(layer.trainable_variables, weights), *zip(layer.non_trainable_variables, state)]
        with keras.StatelessScope(state_mapping=variables) as scope:
            result = layer(*arguments, **named)
        return keras.tree.flatten(result), [scope.get_current_value(v) for v in layer.non_trainable_variables]

    weights = [v.value for v in layer.trainable_variables]
    outputs, after = forward(weights, inputs)
    masks = [get_keras_mask(y) for y in outputs]
    cotangents = [cotangent_of(y.shape) for y in outputs]
    differentiable = np.issubdtype(inputs[0].dtype, np.floating)
    targets = (0, 1) if differentiable else (0,)
    gradients = jax.grad(lambda w, x: sum((y * c).sum() for y, c in zip(forward(w, x)[0], cotangents)), targets)(weights, inputs)
    return outputs, after, cotangents, gradients[1] if differentiable else [], gradients[0], masks


def numbered(name, i):
    return f"{name}_{i}" if i > 0 else name


def run(case):
    random = np.random.default_rng(seed_of(case["name"]))
    layer = case["make"]()
    inputs = make_inputs(case, random)
    one_shape = len(inputs) == 1 or case.get("states")
    if case.get("positional"):
        layer.build(*case["shapes"])
    else:
        layer.build(case["shapes"][0] if one_shape else list(case["shapes"]))
    set_weights(layer, random)
    outputs, after, cotangents, input_gradients, weight_gradients, masks = call_and_gradients(
        layer, inputs, lambda shape: random.normal(size=shape), case)
    paths = [w.path for w in layer.weights]
    arrays = {f"input_{i}": x for i, x in enumerate(inputs)}
    arrays |= {f"weight_{i}": w for i, w in enumerate(layer.get_weights())}
    arrays |= {numbered("output", i): y for i, y in enumerate(outputs)}
    arrays |= {numbered("cotangent", i): c for i, c in enumerate(cotangents)}
    arrays |= {numbered("mask", i): m for i, m in enumerate(masks) if m is not None and case.get("mask_inputs", 0)}
    arrays |= {f"grad_input_{i}": g for i, g in enumerate(input_gradients)}
    arrays |= {f"grad_weight_{paths.index(v.path)}": g for v, g in zip(layer.trainable_variables, weight_gradients)}
    if case.get("training"):
        arrays |= {f"after_{paths.index(v.path)}": s for v, s in zip(layer.non_trainable_variables, after)
                   if v.path in paths}
    return layer, {k: np.asarray(v) for k, v in arrays.items()}


def describe(case, layer):
    description = layer_config(layer)
    if case["name"] == "activation_gelu_tanh":
        description["config"] = {"activation": "gelu", "approximate": True}
    description["config"] |= case.get("call", {})
    entry = {"name": case["name"], "layer": description, "num_inputs": len(case["shapes"])}
    if "mask_inputs" in case:
        entry["mask_inputs"] = case["mask_inputs"]
    if "tolerance" in case:
        entry["tolerance"] = case["tolerance"]
    if "training" in case:
        entry["training"] = case["training"]
    entry["weights"] = [{"name": w.name, "shape": list(w.shape), "trainable": bool(w.trainable)} for w in layer.weights]
    return entry


def make(folder_name, cases):
    folder = Folder(folder_name, "one call of each layer in float64; keys of the arrays are in ../README.md")
    for case in cases:
        layer, arrays = run(case)
        for key, value in arrays.items():
            assert value.dtype == np.float64 or case.get("integers") or key.startswith("mask"), (case["name"], key, value.dtype)
            assert np.isfinite(value).all(), (case["name"], key)
        folder.add(describe(case, layer), arrays)
    folder.close(["keras", "jax", "numpy"])


def main():
    folders = {"layers": all_cases, "preprocessing": preprocessing_cases, "sequences": sequence_cases, "attention": attention_cases}
    for name in sys.argv[1:] or folders:
        make(name, folders[name]())


if __name__ == "__main__":
    main()
