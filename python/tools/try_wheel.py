"""Imports, saves and trains with an installed wheel, in one process with other frameworks that are named.

Usage: try_wheel.py [torch] [tensorflow]. Each framework is imported before Lepton and after it, in processes of their own; all compute, and
TensorFlow's Keras gives the predictions that Lepton gives for its weights.
"""
import itertools
import subprocess
import sys
import tempfile
import time

MOST_IMPORT_MS = 100


def compute(order):
    begin = time.perf_counter()
    for name in order:
        __import__(name)
    import numpy as np
    from lepton.keras import Input, Sequential, layers

    x = np.random.default_rng(0).random((256, 16, 16, 3)).astype("float32")
    y = (x.mean((1, 2, 3)) > 0.5).astype("float32")
    model = Sequential([Input((16, 16, 3)), layers.Conv2D(8, 3, activation="relu"), layers.Flatten(), layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy")
    losses = model.fit(x, y, epochs=3, verbose=0).history["loss"]
    assert losses[-1] < losses[0], losses
    if "torch" in order:
        import torch

        net = torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.LazyLinear(1))
        net(torch.from_numpy(x).permute(0, 3, 1, 2)).mean().backward()
    if "tensorflow" in order:
        from tensorflow import keras

        peer = keras.Sequential([keras.Input((16, 16, 3)), keras.layers.Conv2D(8, 3, activation="relu"), keras.layers.Flatten(),
                                 keras.layers.Dense(1, activation="sigmoid")])
        peer.compile("adam", "binary_crossentropy")
        peer.fit(x, y, verbose=0)
        model.set_weights(peer.get_weights())
        np.testing.assert_allclose(model.predict(x, verbose=0), peer.predict(x, verbose=0), rtol=1e-4, atol=1e-5)
    print(f"{' then '.join(order)}: fine, {time.perf_counter() - begin:.1f} s")


def save_and_load(folder):
    """Through the program lepton-hdf5 that lies in the package."""
    import numpy as np
    from lepton.keras import Input, Sequential, layers, models

    model = Sequential([Input((4,)), layers.Dense(2)])
    model.save(f"{folder}/model.keras")
    x = np.ones((3, 4))
    np.testing.assert_array_equal(models.load_model(f"{folder}/model.keras").predict(x, verbose=0), model.predict(x, verbose=0))
    print("saving as .keras and loading: fine")


def import_ms(module):
    """The least of nine imports in processes of their own: on the clock, and of the processor, which others of the machine hardly change."""
    program = (f"from time import perf_counter as clock, process_time as cpu; t, c = clock(), cpu(); import {module}; "
               "print((clock() - t) * 1e3, (cpu() - c) * 1e3)")
    runs = [subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout.split() for _ in range(9)]
    return [min(float(run[i]) for run in runs) for i in (0, 1)]


def main():
    if len(sys.argv) > 1 and sys.argv[1].startswith("--order="):
        return compute(sys.argv[1].removeprefix("--order=").split(","))
    for module in ("lepton", "lepton.keras"):
        took, computed = import_ms(module)
        print(f"import {module}: {took:.0f} ms, {computed:.0f} ms of them computing")
        if computed > MOST_IMPORT_MS:
            raise SystemExit(f"import {module} takes more than {MOST_IMPORT_MS} ms")
    with tempfile.TemporaryDirectory() as folder:
        save_and_load(folder)
    for order in itertools.permutations([*sys.argv[1:], "lepton"]):
        subprocess.run([sys.executable, __file__, "--order=" + ",".join(order)], check=True)


if __name__ == "__main__":
    main()
