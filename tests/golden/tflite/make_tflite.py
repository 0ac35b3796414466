"""Makes outputs.npz (LiteRT's results for the pretrained models and for the small ones here) and the small models.

Usage: make_tflite.py (with LEPTON_DATA_DIR set; the pretrained models themselves are not committed)
The results are those of LiteRT's built-in kernels without delegates, one sample each.
"""
import json
import os
from pathlib import Path

import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter, OpResolverType

HERE = Path(__file__).parent
PRETRAINED = Path(os.environ.get("LEPTON_DATA_DIR", HERE / "../../../../shared/data")) / "weights/mlperf-tiny"


def run(content, seed):
    """Seeded inputs and LiteRT's outputs, by order."""
    interpreter = Interpreter(model_content=content, experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES)
    interpreter.allocate_tensors()
    random = np.random.default_rng(seed)
    arrays = {}
    for i, detail in enumerate(interpreter.get_input_details()):
        shape = detail["shape"]
        if detail["dtype"] == np.float32:
            x = random.normal(size=shape).astype(np.float32)
        elif detail["dtype"] in (np.int8, np.uint8):
            info = np.iinfo(detail["dtype"])
            x = random.integers(info.min, info.max + 1, shape).astype(detail["dtype"])
        else:
            x = random.integers(0, 4, shape).astype(detail["dtype"])
        interpreter.set_tensor(detail["index"], x)
        arrays[f"in{i}"] = x
    interpreter.invoke()
    for i, detail in enumerate(interpreter.get_output_details()):
        arrays[f"out{i}"] = interpreter.get_tensor(detail["index"])
    return arrays


def convert(function, *specs, representative=None):
    tf.random.set_seed(0)
    concrete = tf.function(function).get_concrete_function(*[tf.TensorSpec(s, d) for s, d in specs])
    converter = tf.lite.TFLiteConverter.from_concrete_functions([concrete])
    if representative is not None:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = representative
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.int8
    return converter.convert()


def weights(*shape, seed=1):
    return tf.constant(np.random.default_rng(seed).normal(size=shape) / np.sqrt(np.prod(shape[:-1])), tf.float32)


def pictures(x):
    """Convolutions of all kinds, with SAME padding on odd sizes, strides and dilation."""
    y = tf.nn.relu6(tf.nn.conv2d(x, weights(3, 3, 3, 8), 2, "SAME") + 0.1)
    d = tf.nn.depthwise_conv2d(y, weights(3, 3, 8, 2), [1, 1, 1, 1], "VALID")
    e = tf.nn.conv2d(y, weights(3, 3, 8, 4), 1, "SAME", dilations=2)
    up = tf.nn.conv2d_transpose(e, weights(3, 3, 4, 4), [1, 13, 11, 4], 2, "SAME")
    pooled = tf.concat([tf.nn.max_pool2d(y, 3, 2, "SAME"), tf.nn.avg_pool2d(y, 3, 2, "SAME")], 3)
    big = tf.compat.v1.image.resize_bilinear(e, [9, 14], half_pixel_centers=True)
    near = tf.compat.v1.image.resize_nearest_neighbor(e, [9, 14], half_pixel_centers=True)
    corners = tf.compat.v1.image.resize_bilinear(e, [10, 5], align_corners=True)
    old = tf.compat.v1.image.resize_nearest_neighbor(e, [10, 5])
    return d, up, pooled, big, near, corners, old, tf.nn.space_to_depth(up[:, :12, :10], 2), tf.nn.depth_to_space(y, 2)


def arithmetic(x, y):
    p = tf.abs(x) + 0.5
    return (x + y, x - y, x * y, x / (tf.abs(y) + 1), tf.maximum(x, y), tf.minimum(x, y), tf.pow(p, y), tf.math.squared_difference(x, y),
            tf.exp(x), tf.math.log(p), tf.sqrt(p), tf.math.rsqrt(p), tf.square(x), tf.nn.leaky_relu(x, 0.1), tf.nn.elu(x),
            x * tf.nn.relu6(x + 3) / 6, tf.sigmoid(x), tf.tanh(x), tf.nn.gelu(x, approximate=True),
            tf.clip_by_value(x, -1, 1), tf.floor(x), tf.math.ceil(x), tf.round(x), tf.sin(x), tf.cos(x), -x, tf.abs(x), tf.sign(x),
            tf.where(x > y, x, y), tf.cast(tf.logical_and(x > 0, tf.logical_not(y >= 0)), tf.int32), tf.cast(x == y, tf.float32),
            tf.cast(tf.logical_or(x < y, x != y), tf.float32), tf.add_n([x, x * y, x]))


def movements(x, i):
    a, b, c = tf.split(x, [2, 3, 1], 2)
    s, t = tf.split(x, 2, 1)
    u = tf.unstack(x, axis=1)
    return (tf.reshape(x, [-1, 6]), tf.transpose(x, [2, 0, 1]), tf.pad(x, [[0, 0], [1, 2], [0, 1]]),
            tf.pad(x, [[0, 0], [1, 2], [0, 1]], constant_values=2.0), tf.pad(x, [[0, 0], [1, 1], [0, 2]], "REFLECT"), a, b, c, s, t,
            tf.stack(u, 2), x[:, 1:3, ::2], x[:, -1], x[:, ::-1, 2:], tf.slice(x, [0, 1, 2], [1, -1, 3]), tf.gather(x, i, axis=1),
            tf.tile(x, [2, 1, 3]), tf.expand_dims(x, 1), tf.squeeze(tf.expand_dims(x, 0)), tf.broadcast_to(x, [3, 4, 6]), tf.one_hot(i, 5),
            tf.gather_nd(x, [[0, 1], [0, 3]]), tf.shape(x), *tf.math.top_k(x, 2), tf.concat([x, x], -1), tf.fill([2, 3], x[0, 0, 0]))


def summaries(x):
    return (tf.reduce_mean(x, [1, 2]), tf.reduce_mean(x, [1, 2], keepdims=True), tf.reduce_sum(x, 3), tf.reduce_max(x, 1),
            tf.reduce_min(x, [2]), tf.reduce_prod(x, 3), tf.argmax(x, 3), tf.argmin(x, 1, tf.int32), tf.nn.softmax(x), tf.nn.log_softmax(x),
            tf.nn.l2_normalize(x, 3, 1e-12), tf.matmul(x, x, transpose_b=True), tf.reduce_mean(tf.nn.conv2d(x, weights(1, 1, 5, 4), 1, "SAME"), [1, 2]))


def small_quantised(x):
    y = tf.nn.relu(tf.nn.conv2d(x, weights(3, 3, 3, 8), 2, "SAME") + 0.1)
    z = tf.nn.depthwise_conv2d(y, weights(3, 3, 8, 1), [1, 1, 1, 1], "SAME")
    z = tf.concat([tf.nn.avg_pool2d(y + z, 2, 2, "SAME"), tf.nn.max_pool2d(tf.pad(z, [[0, 0], [2, 0], [0, 1], [0, 0]]), 3, 2, "VALID")], 3)
    return tf.nn.softmax(tf.matmul(tf.reduce_mean(tf.nn.leaky_relu(z, 0.2), [1, 2]), weights(16, 5)))


def small_models():
    f = tf.float32
    random = np.random.default_rng(3)
    yield "pictures", convert(pictures, ([1, 13, 11, 3], f))
    yield "arithmetic", convert(arithmetic, ([2, 3, 5], f), ([2, 1, 5], f))
    yield "movements", convert(movements, ([1, 4, 6], f), ([2], tf.int32))
    yield "summaries", convert(summaries, ([1, 4, 3, 5], f))
    data = lambda: ([random.normal(size=(1, 17, 15, 3)).astype(np.float32)] for _ in range(50))
    yield "quantised", convert(small_quantised, ([1, 17, 15, 3], f), representative=data)


def main():
    arrays = {}
    for path in sorted(PRETRAINED.glob("*.tflite")):
        for name, value in run(path.read_bytes(), 0).items():
            arrays[f"{path.stem}/{name}"] = value
    for name, content in small_models():
        (HERE / f"{name}.tflite").write_bytes(content)
        for key, value in run(content, 1).items():
            arrays[f"{name}/{key}"] = value
    np.savez_compressed(HERE / "outputs.npz", **arrays)
    import ai_edge_litert
    made_by = {"tool": "LiteRT, built-in kernels without delegates; models by TensorFlow's converter", "command": "python make_tflite.py", "seed": "0 and 1",
               "versions": {"ai-edge-litert": ai_edge_litert.__version__, "tensorflow-cpu": tf.__version__, "numpy": np.__version__}}
    (HERE / "made_by.json").write_text(json.dumps(made_by, indent=1) + "\n")


if __name__ == "__main__":
    main()
