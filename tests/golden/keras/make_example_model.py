"""Makes example_model/: 20 Adam steps of the README's picture model on 16x16x3 pictures, both precisions."""
import case_writer  # first: chooses the backend
import keras
import make_training
import numpy as np
from case_writer import Folder, seed_of
from keras import layers, losses, optimizers

make_training.BATCHES = 4
BATCH, KERNEL, KEPT_ROWS = 32, 2, 49


def model_layers():
    return [
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dense(128, activation="relu"),
        layers.Dense(1, activation="sigmoid"),
    ]


CASE = {
    "name": "example_model",
    "model": ((16, 16, 3), model_layers),
    "loss": losses.BinaryCrossentropy,
    "optimizer": optimizers.Adam,
}


def make_data(random):
    """Pictures with a brighter or darker middle; the brightness of the red middle is the class."""
    x = random.integers(0, 256, (make_training.BATCHES * BATCH, 16, 16, 3))
    y = random.integers(0, 2, (len(x), 1))
    shift = np.where(y == 1, 40, -40)[:, :, None]
    x[:, 4:12, 4:12, 0] = np.clip(x[:, 4:12, 4:12, 0] + shift, 0, 255)
    shape = (make_training.BATCHES, BATCH)
    return {"x": x.astype(np.uint8).reshape(*shape, 16, 16, 3), "y": y.astype(np.float32).reshape(*shape, 1)}


def initial_weights(model, random):
    """Multiples of 1/1024 times the layer's scale (a power of two), so that the file packs well."""
    values = []
    for w in model.weights:
        shape = tuple(w.shape)
        limit = np.sqrt(6 / (np.prod(shape[:-1]) + shape[-1])) if len(shape) > 1 else 0.05
        scale = 2.0 ** np.floor(np.log2(limit))
        values.append((random.integers(-127, 128, shape) / 128 * scale).astype(np.float32))
    return values


def shorten(arrays):
    """Keeps every KEPT_ROWS-th row of the large dense kernel, and the sum of its columns."""
    for suffix in ("f64", "f32"):
        kernel = arrays.pop(f"final_{suffix}_{KERNEL}")
        arrays[f"final_{suffix}_{KERNEL}_rows"] = kernel[::KEPT_ROWS]
        arrays[f"final_{suffix}_{KERNEL}_sum"] = kernel.sum(0, dtype=np.float64)
    return arrays


def main():
    random = np.random.default_rng(seed_of(CASE["name"]))
    stored = make_data(random)
    data = {"x": (stored["x"] / 256).astype(np.float32), "y": stored["y"]}
    model = make_training.build(CASE, "float64")
    weights = initial_weights(model, random)
    model, double = make_training.run(CASE, "float64", data, weights)
    entry = make_training.describe(CASE, model)
    _, single = make_training.run(CASE, "float32", data, weights)
    entry |= {"x_divisor": 256, "kept_rows_step": {str(KERNEL): KEPT_ROWS}}
    entry.pop("f32_noise_weights")
    folder = Folder("example_model", "20 training steps; keys of the arrays are in ../README.md")
    folder.add(entry, stored | {f"initial_{i}": w for i, w in enumerate(weights)} | shorten(double | single), True)
    folder.close(["keras", "jax", "numpy"])
    print(double["losses_f64"], np.max(np.abs(double["losses_f64"] - single["losses_f32"])))


if __name__ == "__main__":
    main()
