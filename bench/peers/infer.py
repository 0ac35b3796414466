"""Inference of an ONNX file at the batch size that it was made for, in ONNX Runtime or OpenVINO (f32).

Usage: infer.py onnxruntime|openvino FILE.onnx [SECONDS]; prints one JSON line with the median latency.
"""
import sys

import timing  # first: sets the thread limits
import numpy as np


def onnxruntime_step(path):
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = timing.THREADS
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    given = session.get_inputs()[0]
    x = np.random.default_rng(0).random(given.shape, dtype=np.float32)
    return onnxruntime.__version__, lambda: session.run(None, {given.name: x})


def openvino_step(path):
    import openvino
    settings = {"INFERENCE_NUM_THREADS": timing.THREADS, "PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"}
    model = openvino.Core().compile_model(path, "CPU", settings)
    x = np.random.default_rng(0).random(tuple(model.inputs[0].shape), dtype=np.float32)
    request = model.create_infer_request()
    return openvino.__version__.split("-")[0], lambda: request.infer({0: x}, share_inputs=True)


def main():
    framework, path = sys.argv[1], sys.argv[2]
    seconds = float(sys.argv[3]) if len(sys.argv) > 3 else 4
    version, step = {"onnxruntime": onnxruntime_step, "openvino": openvino_step}[framework](path)
    timing.report_steps(step, seconds, framework=framework, version=version)


if __name__ == "__main__":
    main()
