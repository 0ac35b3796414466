"""Makes models.npz: what ONNX Runtime gives for the two pretrained models of the shared data, on inputs that a formula makes.

Usage: make_models.py (with LEPTON_DATA_DIR set; the models themselves are not committed)
"""
import json
import os
import platform
from pathlib import Path

import numpy as np
import onnxruntime

HERE = Path(__file__).resolve().parent
WEIGHTS = Path(os.environ["LEPTON_DATA_DIR"]) / "weights"


def pattern(shape, factor, modulus):
    """Whole numbers that look random: i * factor mod modulus."""
    return (np.arange(np.prod(shape), dtype=np.int64) * factor % modulus).reshape(shape)


def run(path, feeds):
    session = onnxruntime.InferenceSession(WEIGHTS / path, providers=["CPUExecutionProvider"])
    return session.run(None, feeds)


def main():
    picture = (pattern((2, 3, 224, 224), 7919, 1000) / 500 - 1).astype(np.float32)
    logits, features = run("efficientnet-lite0/efficientnet-lite0.onnx", {"input": picture})
    tokens = 1000 + pattern((2, 9), 7919, 20000)
    mask = np.ones_like(tokens)
    mask[1, 6:] = 0
    hidden, = run("minilm-l6-int8/model.onnx", {"input_ids": tokens, "attention_mask": mask, "token_type_ids": 0 * tokens})
    np.savez_compressed(HERE / "models.npz", logits=logits, features=features, hidden=hidden)
    made_by = {"tool": {"onnxruntime": onnxruntime.__version__, "numpy": np.__version__}, "python": platform.python_version(),
               "command": "python make_models.py", "text": "outputs of ONNX Runtime; the inputs are the formulas in make_models.py"}
    (HERE / "made_by.json").write_text(json.dumps(made_by, indent=2) + "\n")


if __name__ == "__main__":
    main()
