"""Makes stateful/: recurrent layers that go on where the batch before ended, over batches, through a reset and while training.

Usage: make_stateful.py  (the TensorFlow backend: with JAX, training does not keep the states)
"""
import os

os.environ["KERAS_BACKEND"] = "tensorflow"
import keras
import numpy as np
from keras import layers as L

import case_writer  # behind keras: it would choose another backend

BATCH, STEPS = 3, 4


def row(*layers, shape=(STEPS, 2), dtype="float32"):
    return keras.Sequential([keras.Input(batch_shape=(BATCH, *shape), dtype=dtype), *layers])


def reset(layer):
    """Keras 3's own reset_state() fails for stacked cells."""
    for direction in ("forward_layer", "backward_layer"):
        if hasattr(layer, direction):
            reset(getattr(layer, direction))
    for state in keras.tree.flatten(getattr(layer, "states", [])):
        state.assign(np.zeros(state.shape))


CASES = {
    "simple_rnn": lambda: row(L.SimpleRNN(4, stateful=True), L.Dense(2)),
    "lstm": lambda: row(L.LSTM(4, stateful=True), L.Dense(2)),
    "lstm_two": lambda: row(L.LSTM(4, stateful=True, return_sequences=True), L.LSTM(3, stateful=True), L.Dense(2)),
    "lstm_backwards": lambda: row(L.LSTM(4, stateful=True, go_backwards=True), L.Dense(2)),
    "lstm_masked": lambda: row(L.Masking(), L.LSTM(4, stateful=True), L.Dense(2)),
    "gru": lambda: row(L.GRU(4, stateful=True), L.Dense(2)),
    "gru_reset_before": lambda: row(L.GRU(4, stateful=True, reset_after=False), L.Dense(2)),
    "stacked_cells": lambda: row(L.RNN([L.LSTMCell(4), L.GRUCell(3)], stateful=True), L.Dense(2)),
    "bidirectional": lambda: row(L.Bidirectional(L.LSTM(3, stateful=True)), L.Dense(2)),
    "conv_lstm": lambda: row(L.ConvLSTM1D(2, 3, stateful=True), L.Flatten(), L.Dense(2), shape=(STEPS, 6, 2)),
    "words": lambda: row(L.Embedding(9, 3), L.LSTM(4, stateful=True), L.Dense(2), shape=(STEPS,), dtype="int32"),
    "frozen": lambda: row(L.LSTM(4, stateful=True, trainable=False), L.Dense(2)),
}

folder = case_writer.Folder("stateful", "two batches, a reset, the first batch, three updates by SGD (0.1, mean squared error), two batches")
for name, make in CASES.items():
    seed = case_writer.seed_of(name)
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    model = make()
    shape = (BATCH, *model.input_shape[1:])
    whole = model.inputs[0].dtype == "int32"
    x = [rng.integers(0, 9, shape).astype("int32") if whole else rng.normal(size=shape).astype("float32") for _ in range(2)]
    if name == "lstm_masked":
        for one in x:
            one[1, :2] = 0
            one[2, 3] = 0
    y = rng.normal(size=(BATCH, 2)).astype("float32")
    arrays = {f"w{i}": w for i, w in enumerate(model.get_weights())} | {"x0": x[0], "x1": x[1], "y": y}
    predictions = [model.predict_on_batch(x[0]), model.predict_on_batch(x[1])]
    for layer in model.layers:
        reset(layer)
    predictions.append(model.predict_on_batch(x[0]))
    model.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse")
    arrays["losses"] = np.array([float(model.train_on_batch(x[i % 2], y)) for i in range(3)])
    predictions += [model.predict_on_batch(one) for one in x]
    arrays |= {f"p{i}": np.asarray(p) for i, p in enumerate(predictions)}
    folder.add({"name": name, "model": {"class_name": type(model).__name__, "config": model.get_config()}}, arrays)
folder.close(["keras", "tensorflow-cpu", "numpy"])
