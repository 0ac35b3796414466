"""Makes training/: 20 steps of training from exported weights, in double and in single precision."""
import sys

import case_writer  # first: chooses the backend
import keras
import numpy as np
from case_writer import Folder, clean, layer_config, seed_of
from training_cases import all_cases

STEPS, BATCHES, DENSE_BATCH, CONV_BATCH = 20, 5, 8, 4


def targets(kind, x, random):
    """Targets that depend on the inputs through a random linear map, so that the loss can fall."""
    rows = x.reshape(len(x), -1)
    score = rows @ random.normal(size=(rows.shape[1], 3)) / np.sqrt(rows.shape[1])
    score += 0.3 * random.normal(size=score.shape)
    if kind == "class_index":
        return score.argmax(1).astype(np.int32)
    if kind == "labels":  # up to four of three classes, some twice in a row, filled up with the blank
        labels = 1 + random.integers(0, 3, (len(x), x.shape[1]))
        return np.where(np.arange(x.shape[1]) < random.integers(0, 5, (len(x), 1)), labels, 0).astype(np.int32)
    soft = np.exp(2 * score) / np.exp(2 * score).sum(1, keepdims=True)
    made = {
        "binary": score[:, :1] > 0,
        "sign": np.where(score[:, :1] > 0, 1, -1),
        "multilabel": score > 0,
        "one_hot": np.eye(3)[score.argmax(1)],
        "distribution": soft,
        "regression": score[:, :2],
        "regression3": score,
        "positive": np.exp(score[:, :2]),
        "away_from_zero": np.sign(score[:, :2]) * (0.5 + np.abs(score[:, :2])),
        "count": np.floor(np.exp(score[:, :2])),
    }
    return made[kind].astype(np.float32)


def make_data(case, input_shape):
    """Arrays in float32, so that both precisions start from the same numbers; split into batches."""
    random = np.random.default_rng(seed_of(case["name"]))
    batch = DENSE_BATCH if len(input_shape) == 1 else CONV_BATCH
    x = random.normal(size=(BATCHES * batch, *input_shape)).astype(np.float32)
    data = {"x": x, "y": targets(case["target"], x, random)}
    if case.get("sample_weight"):
        data["sample_weight"] = random.uniform(0, 2, len(x)).astype(np.float32)
    return {k: v.reshape(BATCHES, batch, *v.shape[1:]) for k, v in data.items()}, random


def build(case, floatx):
    keras.backend.clear_session()
    keras.config.set_floatx(floatx)
    input_shape, make_layers = case["model"]
    model = keras.Sequential([keras.Input(input_shape), *make_layers()])
    model.compile(optimizer=case["optimizer"](), loss=case["loss"]())
    return model


def initial_weights(model, random):
    """Glorot-like kernels; biases and statistics away from their usual 0 and 1, so that a swap shows."""
    values = []
    for w in model.weights:
        shape = tuple(w.shape)
        if len(shape) > 1:
            limit = np.sqrt(6 / (np.prod(shape[:-1]) + shape[-1]))
            value = random.uniform(-limit, limit, shape)
        elif w.name in ("gamma", "moving_variance"):
            value = random.uniform(0.5, 1.5, shape)
        else:
            value = random.uniform(-0.2, 0.2, shape)
        values.append(value.astype(np.float32))
    return values


def train(model, data, case, floatx):
    """Returns the loss of each step, before its update and with penalties, and the learning rate it used."""
    history, rates = [], []
    for step in range(STEPS):
        batch = {k: v[step % BATCHES] for k, v in data.items()}
        batch = {k: v.astype(floatx) if v.dtype == np.float32 else v for k, v in batch.items()}
        rates.append(float(model.optimizer.learning_rate))
        # train_on_batch resets its running mean first, so this is the loss of this batch alone.
        history.append(float(model.train_on_batch(**batch, class_weight=case.get("class_weight"))))
    assert all(np.isfinite(history)), case["name"]
    return np.array(history, floatx), np.array(rates)


def run(case, floatx, data, weights):
    model = build(case, floatx)
    model.set_weights([w.astype(floatx) for w in weights])
    loss, rates = train(model, data, case, floatx)
    suffix = "f64" if floatx == "float64" else "f32"
    arrays = {f"losses_{suffix}": loss}
    arrays |= {f"final_{suffix}_{i}": w for i, w in enumerate(model.get_weights())}
    assert all(v.dtype == floatx for v in arrays.values()), case["name"]
    if suffix == "f64" and "schedule" in case["name"]:
        arrays["learning_rates"] = rates
    if suffix == "f64" and model.optimizer.use_ema:
        order = [w.path for w in model.weights]
        for v, a in zip(model.trainable_variables, model.optimizer._model_variables_moving_average):
            arrays[f"average_f64_{order.index(v.path)}"] = keras.ops.convert_to_numpy(a)
    return model, arrays


def describe(case, model):
    o = model.optimizer
    return {
        "name": case["name"],
        "input_shape": list(case["model"][0]),
        "layers": [layer_config(layer) for layer in model.layers],
        "weights": [
            {"layer": i, "name": w.name, "shape": list(w.shape), "trainable": bool(w.trainable)}
            for i, layer in enumerate(model.layers) for w in layer.weights
        ],
        "loss": {"class_name": type(model.loss).__name__, "config": clean(model.loss.get_config())},
        "optimizer": {"class_name": type(o).__name__, "config": clean(o.get_config())},
        "steps": STEPS,
        # The gradient of a bias before batch normalisation is 0 but for rounding, which Adam scales up.
        **({"f32_noise_weights": [1]} if len(case["model"][0]) > 1 else {}),
        **({"class_weight": {str(k): v for k, v in case["class_weight"].items()}} if "class_weight" in case else {}),
    }


def main():
    only = sys.argv[1:]
    folder = Folder("training", "20 training steps per case; keys of the arrays are in ../README.md")
    for case in all_cases():
        if only and case["name"] not in only:
            continue
        data, random = make_data(case, case["model"][0])
        weights = initial_weights(build(case, "float64"), random)
        model, double = run(case, "float64", data, weights)
        entry = describe(case, model)
        _, single = run(case, "float32", data, weights)
        initial = {f"initial_{i}": w for i, w in enumerate(weights)}
        folder.add(entry, data | initial | double | single)
        # A chaotic case would test nothing: both precisions must stay together.
        worst = np.max(np.abs(double["losses_f64"] - single["losses_f32"]) / np.abs(double["losses_f64"]))
        assert worst < 1e-4, (case["name"], worst)
        print(f'{case["name"]}: {double["losses_f64"][0]:.4f} -> {double["losses_f64"][-1]:.4f}, f32 {worst:.1e}')
    folder.close(["keras", "jax", "numpy"])


if __name__ == "__main__":
    main()
