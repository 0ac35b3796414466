"""Numbers that both sides work out from a name: no file of weights is needed. tests/zoo/seeded.cpp has the same formula."""
import json
import pathlib

import numpy as np

HERE = pathlib.Path(__file__).parent


def uniform(name, count):
    """count numbers in [0, 1), exact in float32: SplitMix64 from the FNV-1a hash of the name."""
    seed = 0xCBF29CE484222325
    for byte in name.encode():
        seed = (seed ^ byte) * 0x100000001B3 % 2**64
    z = np.uint64(seed) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return (z >> np.uint64(40)).astype(np.float64) / 2**24


def weight(name, shape):
    """A weight by Lepton's name ("conv1/kernel") in PyTorch's layout: [out, in, …], depthwise [channels, 1, …]."""
    u = uniform(name, int(np.prod(shape)))
    role = name.rsplit("/")[-1]
    if role == "kernel":
        value = (2 * u - 1) * np.sqrt(6 * shape[0] / np.prod(shape))
    elif role in ("gamma", "moving_variance"):
        value = 0.5 + u
    else:
        value = 0.2 * u - 0.1
    return value.astype(np.float32).reshape(shape)


def model_input(shape):
    """The input of every model, in PyTorch's layout."""
    return (2 * uniform("input", int(np.prod(shape))) - 1).astype(np.float32).reshape(shape)


def write(name, reference, shape, counted_by, trainable, fixed, macs, output=None):
    """shape: of a sample, and output: logits, a batch of one, both in Keras's layout; no output: only counts are compared."""
    about = {"format": 1, "model": name, "reference": reference, "input_shape": list(shape), "trainable_parameters": trainable,
             "parameters": trainable + fixed, "macs": macs, "macs_by": counted_by}
    (HERE / f"{name}.json").write_text(json.dumps(about, indent=1) + "\n")
    if output is not None:
        np.savez_compressed(HERE / f"{name}.npz", output=output.astype(np.float32))
    print(name, trainable + fixed, macs)


def write_made_by(file, tool, command):
    (HERE / file).write_text(json.dumps({"tool": tool, "seed": "FNV-1a hash of the weight's name",
                                         "command": command}, indent=2) + "\n")
