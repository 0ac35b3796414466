"""A small CNN (conv 32, conv 64, pool, dense 128, 10 classes) on 28x28x1 pictures such as Fashion-MNIST, batch 64.

Usage: small_cnn.py keras-tf|torch DATA.npz [EPOCHS]
"""
import sys
import time

import timing  # first: sets the thread limits
import trainers
import numpy as np

BATCH = 64


def run_keras(x, y, epochs):
    keras = trainers.import_keras()
    layers = keras.layers
    model = keras.Sequential([
        keras.Input(x.shape[1:]), layers.Conv2D(32, 3, activation="relu"), layers.Conv2D(64, 3, activation="relu"),
        layers.MaxPooling2D(2), layers.Flatten(), layers.Dense(128, activation="relu"), layers.Dense(10)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer="adam", loss=loss, metrics=["accuracy"])
    yield keras.__version__
    yield trainers.fit_keras(keras, model, x, y, BATCH, epochs)


def run_torch(x, y, epochs):
    torch = trainers.import_torch()
    nn = torch.nn
    side = (x.shape[1] - 4) // 2
    model = nn.Sequential(
        nn.Conv2d(x.shape[3], 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(64 * side * side, 128), nn.ReLU(), nn.Linear(128, 10))
    yield torch.__version__
    yield trainers.fit_torch(torch, model, nn.CrossEntropyLoss(), lambda z, t: z.argmax(1) == t, x, y, BATCH, epochs)


def main():
    framework, path = sys.argv[1], sys.argv[2]
    epochs = int(sys.argv[3]) if len(sys.argv) > 3 else 4
    x, y = trainers.load_data(path)
    run = {"keras-tf": run_keras, "torch": run_torch}[framework]
    start = time.perf_counter()
    job = run(x, y.astype(np.int64), epochs)
    version = next(job)
    setup_s = time.perf_counter() - start
    timings, loss, accuracy = next(job)
    timing.report("small_cnn", framework, version, setup_s, timings, -(-len(x) // BATCH), loss=loss,
                  accuracy=accuracy)


if __name__ == "__main__":
    main()
