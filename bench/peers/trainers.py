"""Trains a model with the usual loop of its framework, accuracy included, and times each epoch."""
import timing  # first: sets the thread limits
import numpy as np


def load_data(path):
    """Returns pictures as float32 in 0..1, shape [N, H, W, C], and integer labels [N]."""
    with np.load(path) as data:
        x, y = data["x"], data["y"]
    if x.dtype == np.uint8:
        x = x.astype(np.float32) / 255
    return x, y


def import_keras():
    import os
    os.environ["KERAS_BACKEND"] = "tensorflow"
    import tensorflow as tf
    tf.config.threading.set_intra_op_parallelism_threads(timing.THREADS)
    tf.config.threading.set_inter_op_parallelism_threads(timing.THREADS)
    import keras
    return keras


def import_torch():
    import torch
    torch.set_num_threads(timing.THREADS)
    torch.manual_seed(0)
    return torch


def fit_keras(keras, model, x, y, batch, epochs):
    """Returns the epochs' timings, the last loss and the last accuracy."""
    timings = []

    class EpochTimer(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.watch = timing.Stopwatch()

        def on_epoch_end(self, epoch, logs=None):
            timings.append(self.watch.stop())

    history = model.fit(x, y, batch_size=batch, epochs=epochs, verbose=0, callbacks=[EpochTimer()]).history
    return timings, float(history["loss"][-1]), float(history["accuracy"][-1])


def fit_torch(torch, model, loss_function, is_correct, x, y, batch, epochs):
    """The same in PyTorch. Sums stay tensors until the end of an epoch, so that no step waits for a number."""
    x = torch.from_numpy(x).permute(0, 3, 1, 2).contiguous()
    y = torch.from_numpy(y)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7)
    timings = []
    for _ in range(epochs):
        watch = timing.Stopwatch()
        loss_sum, correct = torch.zeros(()), torch.zeros((), dtype=torch.int64)
        order = torch.randperm(len(x))
        for start in range(0, len(x), batch):
            rows = order[start:start + batch]
            target = y[rows]
            output = model(x[rows])
            loss = loss_function(output, target)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            with torch.no_grad():
                loss_sum += loss * len(rows)
                correct += is_correct(output, target).sum()
        last_loss, last_accuracy = loss_sum.item() / len(x), correct.item() / len(x)
        timings.append(watch.stop())
    return timings, last_loss, last_accuracy
