"""Makes categories/: what Keras's IntegerLookup and Discretization learn from values, as JSON alone."""
import case_writer  # first: chooses the backend
import numpy as np
from case_writer import Folder, seed_of
from keras import layers as L


def lookup_cases():
    for name, o in {"plain": {}, "few": {"max_tokens": 7}, "mask": {"mask_token": 3, "num_oov_indices": 2, "max_tokens": 9}}.items():
        values = np.random.default_rng(seed_of(name)).poisson(4, 60) - 2
        layer = L.IntegerLookup(**o)
        layer.adapt(values)
        special = layer._token_start_index()
        yield {"name": f"integers_{name}", "values": values.tolist(), "most": o.get("max_tokens", special) - special,
               "leave_out": [t for t in (o.get("mask_token"), -1) if t is not None],
               "vocabulary": [int(v) for v in layer.get_vocabulary(include_special_tokens=False)]}


def bin_cases():
    options = {"few_values": (7, 3, 0.01), "as_many_as_bins": (4, 4, 0.01), "hundreds": (350, 5, 0.01), "thousands": (4001, 7, 0.01),
               "rough": (900, 10, 0.05), "ties": (500, 4, 0.01)}
    for name, (count, bins, epsilon) in options.items():
        values = np.random.default_rng(seed_of(name)).normal(size=count).astype(np.float32)
        values = np.round(values * 2) if name == "ties" else np.round(values, 3)
        layer = L.Discretization(num_bins=bins, epsilon=epsilon)
        layer.adapt(values)
        yield {"name": f"bins_{name}", "values": [float(f"{v:.3f}") for v in values], "num_bins": bins, "epsilon": epsilon,
               "boundaries": [float(v) for v in layer.bin_boundaries]}


def main():
    folder = Folder("categories", "a vocabulary or boundaries of bins learnt from `values`")
    for case in (*lookup_cases(), *bin_cases()):
        folder.add(case, {})
    folder.close(["keras", "tensorflow-cpu", "numpy"])


if __name__ == "__main__":
    main()
