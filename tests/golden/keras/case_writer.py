"""Writes golden cases: one .npz of arrays per case, cases.json and made_by.json per folder.

Import this before keras: it chooses the JAX backend with 64-bit floats. The TensorFlow backend
rounds hyperparameters such as beta_1 = 0.9 to float32 even in a float64 run; the JAX backend
computes BatchNormalization in float32 unless its type table is told to keep float64.
"""
import json
import os
import platform
import sys
from pathlib import Path

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_ENABLE_X64"] = "1"
os.environ["JAX_PLATFORMS"] = "cpu"

import numpy as np
from keras.src.backend.common import dtypes

dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"

HERE = Path(__file__).resolve().parent
DROPPED = ("trainable", "dtype", "build_config", "batch_input_shape", "shared_object_id", "registered_name", "module")


def seed_of(name):
    """Returns a seed that depends only on the name, so that adding a case changes no other case."""
    seed = 2166136261
    for byte in name.encode():
        seed = (seed ^ byte) * 16777619 % 2**32
    return seed


def clean(value):
    """Drops from a Keras configuration what says nothing about the computation."""
    if isinstance(value, dict):
        if set(value) >= {"class_name", "config"}:
            return {"class_name": value["class_name"], "config": clean(value["config"])}
        return {k: clean(v) for k, v in value.items() if not is_noise(k, v)}
    if isinstance(value, (list, tuple)):
        return [clean(v) for v in value]
    if isinstance(value, np.generic):
        return value.item()
    return value


def is_noise(key, value):
    return value is None or key in DROPPED or key == "name" or key.endswith("_initializer")


def layer_config(layer):
    return {"class_name": type(layer).__name__, "config": clean(layer.get_config())}


class Folder:
    """Collects the cases of one folder and writes them with their index."""

    def __init__(self, name, text):
        self.path = HERE / name
        self.path.mkdir(exist_ok=True)
        for old in self.path.glob("*.npz"):
            old.unlink()
        self.text, self.cases = text, []

    def add(self, case, arrays, compressed=False):
        assert case["name"] not in {c["name"] for c in self.cases}, case["name"]
        if arrays:
            case["file"] = case["name"] + ".npz"
            save = np.savez_compressed if compressed else np.savez
            save(self.path / case["file"], **{k: np.asarray(v, order="C") for k, v in arrays.items()})
        self.cases.append(case)

    def close(self, packages):
        lines = ",\n  ".join(json.dumps(c) for c in self.cases)
        (self.path / "cases.json").write_text(f'{{"format": 1, "cases": [\n  {lines}\n]}}\n')
        from importlib.metadata import version

        made_by = {
            "tool": {p: version(p) for p in packages},
            "python": platform.python_version(),
            "seed": "FNV-1a hash of the case name",
            "command": "python " + Path(sys.argv[0]).name,
            "text": self.text,
        }
        (self.path / "made_by.json").write_text(json.dumps(made_by, indent=2) + "\n")
        size = sum(f.stat().st_size for f in self.path.iterdir())
        print(f"{self.path.name}: {len(self.cases)} cases, {size / 1e6:.2f} MB")
