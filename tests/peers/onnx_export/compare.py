"""Compares exported models with ONNX Runtime. Usage: compare.py FOLDER (of write_export_models; needs onnx and onnxruntime)

Each NAME.onnx must pass onnx.checker with strict shape inference, and give the outputs of NAME.npz for 1, 3 and 32 samples:
within 1e-4 of the largest output and, element by element, within 1e-5 + 1e-4 * |expected|.
"""
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

SAMPLES = (1, 3, 32)
RELATIVE, ABSOLUTE = 1e-4, 1e-5


def compare(path):
    """Largest absolute difference and largest share of what is allowed, over all outputs."""
    onnx.checker.check_model(str(path), full_check=True)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    arrays = np.load(path.with_suffix(".npz"))
    largest, share = 0.0, 0.0
    for samples in SAMPLES:
        feeds = {x.name: arrays[f"{samples}/in{i}"] for i, x in enumerate(session.get_inputs())}
        for i, actual in enumerate(session.run(None, feeds)):
            expected = arrays[f"{samples}/out{i}"]
            if actual.shape != expected.shape or actual.dtype != expected.dtype:
                raise ValueError(f"output {i}: {actual.dtype}{actual.shape} instead of {expected.dtype}{expected.shape}")
            if not (np.isfinite(actual).all() and np.isfinite(expected).all()):
                raise ValueError(f"output {i}: not finite")
            difference = np.abs(actual.astype(np.float64) - expected)
            largest = max(largest, difference.max())
            share = max(share, (difference / (ABSOLUTE + RELATIVE * np.abs(expected))).max(), difference.max() / (RELATIVE * np.abs(expected).max()))
    return largest, share


def main():
    paths = sorted(Path(sys.argv[1]).glob("*.onnx"))
    failures = 0
    print(f"ONNX Runtime {onnxruntime.__version__}, onnx {onnx.__version__}; samples {SAMPLES}")
    print(f"{'model':28} {'largest difference':>20} {'share of allowed':>18}")
    for path in paths:
        try:
            largest, share = compare(path)
            failures += share > 1
            print(f"{path.stem:28} {largest:20.2e} {share:18.3f}{'  DIFFERS' if share > 1 else ''}")
        except Exception as error:  # every model is looked at before the comparison ends
            failures += 1
            print(f"{path.stem:28} {str(error).strip().splitlines()[0]}")
    print(f"{len(paths)} models, {failures} failures")
    sys.exit(failures > 0 or len(paths) < 20)


main()
