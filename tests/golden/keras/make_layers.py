"""Makes layers/: one call of each layer in float64, with the gradients for its inputs and weights."""
import case_writer  # first: chooses the backend
import jax
import keras
import numpy as np
from case_writer import Folder, layer_config, seed_of
from layer_cases import all_cases

keras.config.set_floatx("float64")


def make_inputs(case, random):
    if "integers" in case:
        return [random.integers(0, case["integers"], s).astype(np.int32) for s in case["shapes"]]
    # "wide" reaches the flat ends of saturating activations.
    scale = 3 if case.get("wide") else 1
    return [scale * random.normal(size=s) for s in case["shapes"]]


def set_weights(layer, random):
    """Random everywhere, biases and statistics too, so that a forgotten or swapped weight shows."""
    layer.set_weights([
        random.uniform(0.5, 1.5, w.shape) if "variance" in w.name else random.normal(size=w.shape) * 0.5
        for w in layer.weights
    ])


def call_and_gradients(layer, inputs, cotangent_of, training):
    """Returns output, new state, cotangent, gradients for the inputs and for the trainable weights."""
    state = [v.value for v in layer.non_trainable_variables]
    options = {} if training is None else {"training": training}

    def forward(weights, values):
        argument = values if len(values) > 1 else values[0]
        return layer.stateless_call(weights, state, argument, **options)

    weights = [v.value for v in layer.trainable_variables]
    output, after = forward(weights, inputs)
    cotangent = cotangent_of(output.shape)
    differentiable = np.issubdtype(inputs[0].dtype, np.floating)
    targets = (0, 1) if differentiable else (0,)
    gradients = jax.grad(lambda w, x: (forward(w, x)[0] * cotangent).sum(), targets)(weights, inputs)
    return output, after, cotangent, gradients[1] if differentiable else [], gradients[0]


def run(case):
    random = np.random.default_rng(seed_of(case["name"]))
    layer = case["make"]()
    inputs = make_inputs(case, random)
    layer.build(list(case["shapes"]) if len(inputs) > 1 else case["shapes"][0])
    set_weights(layer, random)
    output, after, cotangent, input_gradients, weight_gradients = call_and_gradients(
        layer, inputs, lambda shape: random.normal(size=shape), case.get("training"))
    paths = [w.path for w in layer.weights]
    arrays = {f"input_{i}": x for i, x in enumerate(inputs)}
    arrays |= {f"weight_{i}": w for i, w in enumerate(layer.get_weights())}
    arrays |= {"output": output, "cotangent": cotangent}
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
    entry = {"name": case["name"], "layer": description, "num_inputs": len(case["shapes"])}
    if "training" in case:
        entry["training"] = case["training"]
    entry["weights"] = [{"name": w.name, "shape": list(w.shape), "trainable": bool(w.trainable)} for w in layer.weights]
    return entry


def main():
    folder = Folder("layers", "one call of each layer in float64; keys of the arrays are in ../README.md")
    for case in all_cases():
        layer, arrays = run(case)
        for key, value in arrays.items():
            assert value.dtype == np.float64 or case.get("integers"), (case["name"], key, value.dtype)
            assert np.isfinite(value).all(), (case["name"], key)
        folder.add(describe(case, layer), arrays)
    folder.close(["keras", "jax", "numpy"])


if __name__ == "__main__":
    main()
