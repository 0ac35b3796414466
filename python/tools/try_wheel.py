"""Trains with an installed wheel, in one process with other frameworks that are named. Usage: try_wheel.py [torch] [tensorflow]

Each framework is imported before Lepton and after it, in processes of their own; all compute, and TensorFlow's Keras gives the predictions
that Lepton gives for its weights.
"""
import itertools
import subprocess
import sys
import time


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


def import_ms():
    """The fastest of five imports in processes of their own."""
    program = "import time; t = time.perf_counter(); import lepton; print((time.perf_counter() - t) * 1e3)"
    return min(float(subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout) for _ in range(5))


def main():
    if len(sys.argv) > 1 and sys.argv[1].startswith("--order="):
        return compute(sys.argv[1].removeprefix("--order=").split(","))
    print(f"import lepton: {import_ms():.0f} ms")
    for order in itertools.permutations([*sys.argv[1:], "lepton"]):
        subprocess.run([sys.executable, __file__, "--order=" + ",".join(order)], check=True)


if __name__ == "__main__":
    main()
