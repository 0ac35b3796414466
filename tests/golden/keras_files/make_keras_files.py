"""Makes small files as Keras writes them, and outputs.npz: Keras's predictions for these and for the pretrained .h5 files.

Usage: make_keras_files.py [MODEL…] (with LEPTON_DATA_DIR set; the pretrained models themselves are not committed)
With models named, only their files are made anew. lookups is made when it is named, with KERAS_BACKEND=tensorflow, which it needs.
"""
import json
import os
import sys
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")
import h5py
import keras
import numpy as np
from keras import layers as L

HERE = Path(__file__).parent
PRETRAINED = Path(os.environ.get("LEPTON_DATA_DIR", HERE / "../../../../shared/data")) / "weights/mlperf-tiny"


class DepthwiseConv2D(L.DepthwiseConv2D):
    """Keras 2.4 wrote groups=1, which Keras 3 does not take."""

    def __init__(self, *args, groups=1, **options):
        super().__init__(*args, **options)


def sequential():
    return keras.Sequential([keras.Input((9, 8, 3)), L.ZeroPadding2D(((1, 0), (0, 1))), L.Conv2D(6, 3, strides=2, padding="same"),
                             L.BatchNormalization(epsilon=1e-4), L.ReLU(6.0), L.DepthwiseConv2D(3, depth_multiplier=2), L.LeakyReLU(0.1),
                             L.GlobalAveragePooling2D(), L.Dropout(0.3), L.Dense(4, activation="softmax", kernel_regularizer="l2")])


def functional():
    a, b = keras.Input((6, 5, 2), name="left"), keras.Input((6, 5, 2), name="right")
    shared = L.Conv2D(3, 3, padding="same", activation="relu", name="both")
    x, y = shared(a), shared(b)
    joined = L.Concatenate()([L.Add()([x, y]), L.Multiply()([x, y]), a])
    wide = L.Dense(4, use_bias=False)(L.Flatten()(L.AveragePooling2D(2)(joined)))
    return keras.Model([a, b], [L.Dense(2, activation="sigmoid", name="yes")(wide), wide])


def nested():
    i = keras.Input((8, 8, 3))
    inner = keras.Model(i, L.MaxPooling2D()(L.Activation("relu")(L.BatchNormalization()(L.Conv2D(4, 3)(i)))), name="backbone")
    inner.trainable = False
    o = keras.Input((8, 8, 3))
    head = keras.Sequential([L.Dense(5, activation="relu"), L.LayerNormalization(), L.Dense(2)], name="head")
    return keras.Model(o, head(L.GlobalMaxPooling2D()(inner(o))))


def words():
    return keras.Sequential([keras.Input((7,), dtype="int32"), L.Embedding(20, 4), L.Conv1D(5, 3, activation="tanh"), L.GlobalMaxPooling1D(),
                             L.Dense(1, activation="sigmoid")])


def recurrent():
    i = keras.Input((6, 3), name="steps")
    masked = L.Masking()(i)
    both, *states = L.Bidirectional(L.LSTM(4, return_sequences=True, return_state=True))(masked)
    forward = L.GRU(4, return_sequences=True)(i, initial_state=states[0])
    stacked = L.RNN([L.SimpleRNNCell(3), L.GRUCell(2)], return_sequences=True)(both)
    return keras.Model(i, [L.TimeDistributed(L.Dense(2, activation="tanh"))(stacked), states[3], forward])


def attention():
    words, other = keras.Input((5,), dtype="int32", name="words"), keras.Input((4, 6), name="other")
    x = L.Embedding(20, 6)(words)
    x = L.Add()([x, L.MultiHeadAttention(2, 3)(query=x, value=x, use_causal_mask=True)])
    x = L.LayerNormalization()(x)
    y = L.MultiHeadAttention(3, 2, use_bias=False)(x, other)
    z, scores = L.GroupQueryAttention(4, 4, 2)(other, other, return_attention_scores=True)
    return keras.Model([words, other], [L.Attention(use_scale=True)([y, z]), scores])


def pictures():
    return keras.Sequential([keras.Input((9, 7, 3)), L.RandomFlip("horizontal"), L.RandomRotation(0.1), L.RandomZoom((-0.1, 0.2)),
                             L.RandomTranslation(0.1, 0.2, fill_mode="wrap"), L.RandomContrast(0.2), L.Resizing(8, 10, "bicubic"),
                             L.CenterCrop(6, 7), L.Conv2D(4, 3), L.GlobalAveragePooling2D()])


def lookups():
    numbers, ages = keras.Input((4,), dtype="int64", name="numbers"), keras.Input((2,), name="ages")
    learnt = L.IntegerLookup(mask_token=0, num_oov_indices=2)
    learnt.adapt(np.array([[3, 9, 3, 0, 7], [7, 3, 12, 9, 1]]))
    bins = L.Discretization(num_bins=3, output_mode="one_hot")
    bins.adapt(np.arange(-3, 3, 0.1))
    counts = L.CategoryEncoding(20, output_mode="count")(numbers)
    found = L.Flatten()(L.Embedding(8, 3)(learnt(numbers)))
    return keras.Model([numbers, ages], L.Dense(2)(L.Concatenate()([counts, found, L.Flatten()(bins(ages))])))


def scrambled(model, seed):
    """Weights away from their usual 0 and 1, so that a swap shows."""
    random = np.random.default_rng(seed)
    model.set_weights([random.uniform(0.2, 1.2, w.shape) if "variance" in v.path else random.normal(size=w.shape) / np.sqrt(max(1, np.prod(w.shape[:-1])))
                       for v, w in zip(model.weights, model.get_weights())])
    return model


def predict(model, random):
    arrays = {}
    inputs = [random.integers(0, 20, (2, *i.shape[1:])) if "int" in i.dtype else random.normal(size=(2, *i.shape[1:])).astype(np.float32)
              for i in model.inputs]
    outputs = model.predict(inputs if len(inputs) > 1 else inputs[0], verbose=0)
    for k, x in enumerate(inputs):
        arrays[f"in{k}"] = x
    for k, y in enumerate(outputs if isinstance(outputs, list) else [outputs]):
        arrays[f"out{k}"] = np.asarray(y)
    return arrays


def hostile():
    """Files that must be refused."""
    with h5py.File(HERE / "external_link.h5", "w") as f:
        f["layers"] = h5py.ExternalLink("/etc/hostname", "/")
    with h5py.File(HERE / "soft_link.h5", "w") as f:
        f["layers"] = h5py.SoftLink("/layers")
    with h5py.File(HERE / "external_data.h5", "w") as f:
        f.create_dataset("w", (4,), "f4", external=[("/etc/hostname", 0, 16)])
    with h5py.File(HERE / "huge.h5", "w") as f:
        f.create_dataset("w", (2**20, 2**20), "f4", chunks=(64, 64), compression="gzip")
    with h5py.File(HERE / "deep.h5", "w") as f:
        f.create_group("/".join("a" * 100))


def main():
    wanted = sys.argv[1:]
    with np.load(HERE / "outputs.npz") as known:
        all_arrays = dict(known)
    for name in () if wanted else ("pretrainedResnet", "vww_96"):
        model = keras.models.load_model(PRETRAINED / f"{name}.h5", compile=False, custom_objects={"DepthwiseConv2D": DepthwiseConv2D})
        all_arrays |= {f"{name}/{k}": v for k, v in predict(model, np.random.default_rng(0)).items()}
    for seed, make in enumerate((sequential, functional, nested, words, recurrent, attention, pictures, lookups)):
        if make.__name__ not in wanted and (wanted or make is lookups):
            continue
        keras.backend.clear_session()
        model, name = scrambled(make(), seed), make.__name__
        all_arrays |= {f"{name}/{k}": v for k, v in predict(model, np.random.default_rng(10 + seed)).items()}
        for ending in ("keras", "h5", "weights.h5"):
            path = HERE / f"{name}.{ending}"
            path.unlink(missing_ok=True)
            model.save_weights(path) if ending == "weights.h5" else model.save(path)
    if not wanted:
        finish()
    np.savez_compressed(HERE / "outputs.npz", **all_arrays)


def finish():
    lambdas = keras.Sequential([keras.Input((3,)), L.Lambda(lambda x: x * 2)])
    lambdas.save(HERE / "lambda.keras")
    hostile()
    made_by = {"tool": {"keras": keras.__version__, "backend": keras.backend.backend(), "numpy": np.__version__},
               "command": "python make_keras_files.py", "seed": "0 to 17"}
    (HERE / "made_by.json").write_text(json.dumps(made_by, indent=1) + "\n")


if __name__ == "__main__":
    main()
