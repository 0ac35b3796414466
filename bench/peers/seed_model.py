"""The example model (Conv 32 3x3, pool, Dense 128, Dense 1 sigmoid) on 64x64x3 pictures of two classes, batch 32.

Usage: seed_model.py keras-tf|torch DATA.npz [EPOCHS]
"""
import sys
import time

import timing  # first: sets the thread limits
import trainers
import numpy as np

BATCH = 32


def run_keras(x, y, epochs):
    keras = trainers.import_keras()
    layers = keras.layers
    model = keras.Sequential([
        keras.Input(x.shape[1:]), layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D(2), layers.Flatten(),
        layers.Dense(128, activation="relu"), layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    yield keras.__version__
    yield trainers.fit_keras(keras, model, x, y, BATCH, epochs)


def run_torch(x, y, epochs):
    torch = trainers.import_torch()
    nn = torch.nn
    side = (x.shape[1] - 2) // 2
    model = nn.Sequential(
        nn.Conv2d(x.shape[3], 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(32 * side * side, 128),
        nn.ReLU(), nn.Linear(128, 1))
    yield torch.__version__
    yield trainers.fit_torch(torch, model, nn.BCEWithLogitsLoss(), lambda z, t: (z > 0) == (t > 0.5), x, y, BATCH,
                             epochs)


def main():
    framework, path = sys.argv[1], sys.argv[2]
    epochs = int(sys.argv[3]) if len(sys.argv) > 3 else 10
    x, y = trainers.load_data(path)
    run = {"keras-tf": run_keras, "torch": run_torch}[framework]
    start = time.perf_counter()
    job = run(x, y.astype(np.float32)[:, None], epochs)
    version = next(job)
    setup_s = time.perf_counter() - start
    timings, loss, accuracy = next(job)
    timing.report("seed_model", framework, version, setup_s, timings, -(-len(x) // BATCH), loss=loss,
                  accuracy=accuracy)


if __name__ == "__main__":
    main()
