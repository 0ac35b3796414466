"""Writes models as Keras's files, with arrays and Lepton's predictions for them: write.py FOLDER, in Lepton's own environment.

The models are the layers of tests/golden/keras, and models whose layers stand in several rows.
"""
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "python/tests"))
import test_layers_golden
from lepton.keras import Input, Model, Sequential, config, layers


def branches():
    """Layers of one class in several places: Keras numbers them in an order of its own."""
    left, right = Input((6, 5, 2), name="left"), Input((6, 5, 2), name="right")
    shared = layers.Conv2D(3, 3, padding="same", activation="relu", kernel_regularizer="l2", name="both")
    x, y = shared(left), shared(right)
    short = layers.Dense(3, kernel_initializer="he_normal", kernel_constraint="max_norm")(layers.Flatten()(right))
    long = layers.Dense(4)(layers.Dense(5)(layers.Flatten()(layers.Concatenate()([layers.Add()([x, y]), left]))))
    return Model([left, right], [layers.Dense(2, name="yes")(layers.Concatenate()([short, long])), short])


def frozen():
    inner = Sequential([Input((8, 8, 3)), layers.Conv2D(4, 3), layers.BatchNormalization(), layers.ReLU(6.0)], name="inner")
    inner.trainable = False
    x = Input((8, 8, 3))
    return Model(x, layers.Dense(2)(layers.GlobalAveragePooling2D()(inner(x))))


def words():
    return Sequential([Input((7,), dtype="int64"), layers.Embedding(20, 4, mask_zero=True), layers.Bidirectional(layers.GRU(3, dropout=0.2)),
                       layers.Dropout(0.4), layers.Dense(1, activation="sigmoid")])


def write(folder, name, model, arrays, endings):
    made = model.predict(arrays if len(arrays) > 1 else arrays[0], batch_size=len(arrays[0]), verbose=0)
    made = made if isinstance(made, list) else [made]
    np.savez(folder / f"{name}.npz", **{f"in{i}": x for i, x in enumerate(arrays)}, **{f"out{i}": y for i, y in enumerate(made)},
             **{f"weight{i}": w for i, w in enumerate(model.get_weights())})
    for ending in endings:
        path = folder / f"{name}.{ending}"
        model.save_weights(path) if ending == "weights.h5" else model.save(path)


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True)
    random = np.random.default_rng(3)
    for make in (branches, frozen, words):
        model = make()
        arrays = [random.integers(1, 20, (2, *i.shape[1:])) if i.dtype == "int64" else random.random((2, *i.shape[1:])) for i in model.inputs]
        model.set_weights([random.uniform(0.2, 1.2, w.shape) for w in model.get_weights()])
        write(folder, make.__name__, model, arrays, ["keras", "h5", "weights.h5"])
    config.set_floatx("float64")
    for group, case in test_layers_golden.ALL:
        if case["name"] == "activation_gelu_tanh":  # its setting is a function in Keras
            continue
        model, arrays = test_layers_golden.model_of(group, case)
        write(folder, case["name"], model, arrays, ["keras", "h5"])


if __name__ == "__main__":
    main()
