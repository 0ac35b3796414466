"""Operators with the meanings of old opsets: a model each, seeded inputs and ONNX Runtime's results, in the layout of ONNX's own backend
cases. Writes cases.tar.gz and made_by.json beside itself. Usage: make_cases.py"""
import gzip
import io
import json
import platform
import tarfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

FLOAT, INT64, INT32, BOOL, UINT8, INT8 = (TensorProto.FLOAT, TensorProto.INT64, TensorProto.INT32, TensorProto.BOOL, TensorProto.UINT8,
                                          TensorProto.INT8)
HERE = Path(__file__).parent
random = np.random.default_rng(4)


def floats(*shape):
    return random.normal(size=shape).astype(np.float32)


def whole(*values):
    return np.array(values, np.int64)


def one(op, opset, inputs, outputs=1, constants=None, **attributes):
    """A model of one node. `constants` are its last inputs, kept in the file."""
    constants = constants or []
    names = [f"x{i}" for i in range(len(inputs))]
    fixed = [f"c{i}" if c is not None else "" for i, c in enumerate(constants)]
    results = [f"y{i}" for i in range(outputs)]
    node = helper.make_node(op, names + fixed, results, **attributes)
    return several([node], opset, dict(zip(names, inputs)), results, {n: c for n, c in zip(fixed, constants) if c is not None})


def several(nodes, opset, inputs, results, constants=None):
    infos = [helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(v.dtype), v.shape) for n, v in inputs.items()]
    outputs = [onnx.ValueInfoProto(name=name) for name in results]
    graph = helper.make_graph(nodes, "g", infos, outputs, [numpy_helper.from_array(c, n) for n, c in (constants or {}).items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=3 if not constants else 4)
    return onnx.shape_inference.infer_shapes(model), inputs


def cases():
    image, row = floats(1, 2, 4, 5), floats(2, 3, 4)
    yield "upsample_7", one("Upsample", 7, [image], scales=[1.0, 1.0, 2.0, 3.0], mode="nearest")
    yield "upsample_7_linear", one("Upsample", 7, [image], scales=[1.0, 1.0, 2.0, 2.0], mode="linear")
    yield "upsample_9", one("Upsample", 9, [image], constants=[np.array([1, 1, 1.5, 2], np.float32)], mode="nearest")
    yield "upsample_9_linear", one("Upsample", 9, [image], constants=[np.array([1, 1, 1.5, 2], np.float32)], mode="linear")
    yield "resize_10", one("Resize", 10, [image], constants=[np.array([1, 1, 1.5, 2], np.float32)], mode="nearest")
    yield "resize_10_linear", one("Resize", 10, [image], constants=[np.array([1, 1, 1.5, 0.6], np.float32)], mode="linear")
    yield "slice_1", one("Slice", 7, [row], starts=[0, -3], ends=[2, 1000], axes=[1, 2])
    yield "slice_1_all", one("Slice", 9, [row], starts=[1, 0, 1], ends=[2, 2, -1])
    yield "slice_10", one("Slice", 10, [row], constants=[whole(3, 0), whole(0, 2), whole(2, 1), whole(-2, 1)])
    yield "pad_2", one("Pad", 7, [image], pads=[0, 0, 1, 2, 0, 0, 0, 1], mode="constant", value=1.5)
    yield "pad_2_reflect", one("Pad", 10, [image], pads=[0, 0, 1, 2, 0, 0, 2, 1], mode="reflect")
    yield "pad_2_edge_negative", one("Pad", 10, [image], pads=[0, 0, -1, 2, 0, 0, 2, -1], mode="edge")
    yield "pad_11", one("Pad", 11, [image], constants=[whole(0, 0, 1, 2, 0, 0, 0, 1), np.array(2, np.float32)])
    norm = [floats(2), floats(2), floats(2), np.abs(floats(2)) + 0.5]
    yield "batch_normalization_7", one("BatchNormalization", 7, [image], constants=norm, epsilon=1e-3)
    yield "batch_normalization_9", one("BatchNormalization", 9, [image], constants=norm)
    yield "batch_normalization_14", one("BatchNormalization", 14, [image], constants=norm)
    yield "clip_6", one("Clip", 7, [row], min=-0.5, max=0.75)
    yield "clip_6_open", one("Clip", 10, [row], min=-0.5)
    yield "clip_11", one("Clip", 11, [row], constants=[None, np.array(0.25, np.float32)])
    yield "dropout_7", one("Dropout", 7, [row], ratio=0.4)
    yield "dropout_10", one("Dropout", 10, [row], outputs=2, ratio=0.4)
    for op in ("Softmax", "LogSoftmax", "Hardmax"):
        yield f"{op.lower()}_1", one(op, 7, [row])
        yield f"{op.lower()}_11", one(op, 11, [row], axis=1)
        yield f"{op.lower()}_11_last", one(op, 11, [row], axis=-1)
        yield f"{op.lower()}_11_first", one(op, 11, [row], axis=0)
        yield f"{op.lower()}_13", one(op, 13, [row], axis=1)
    yield "squeeze_1", one("Squeeze", 7, [floats(1, 3, 1, 2)], axes=[0, 2])
    yield "squeeze_1_all", one("Squeeze", 7, [floats(1, 3, 1, 2)])
    yield "unsqueeze_1", one("Unsqueeze", 7, [floats(3, 2)], axes=[0, 3])
    yield "unsqueeze_11", one("Unsqueeze", 11, [floats(3, 2)], axes=[-1, 0])
    for op in ("ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceLogSumExp", "ReduceSumSquare"):
        yield f"{op.lower()}_1", one(op, 7, [row], axes=[1], keepdims=0)
        yield f"{op.lower()}_11", one(op, 11, [row], axes=[-1, 0])
    yield "split_2", one("Split", 7, [floats(2, 6)], outputs=3, axis=1)
    yield "split_2_sizes", one("Split", 11, [floats(2, 6)], outputs=2, axis=-1, split=[2, 4])
    yield "topk_1", one("TopK", 7, [row], outputs=2, k=2, axis=1)
    yield "topk_10", one("TopK", 10, [row], outputs=2, constants=[whole(3)])
    yield "topk_11", one("TopK", 11, [row], outputs=2, constants=[whole(2)], largest=0, axis=1)
    yield "gemm_7", one("Gemm", 7, [floats(3, 4), floats(3, 5), floats(5)], transA=1, alpha=0.5, beta=2.0)
    yield "gemm_9", one("Gemm", 9, [floats(4, 3), floats(5, 3), floats(4, 1)], transB=1)
    yield "add_7", one("Add", 7, [row, floats(3, 1)])
    yield "sub_7", one("Sub", 7, [floats(4), row])
    yield "mul_7", one("Mul", 7, [row, floats(2, 1, 4)])
    yield "div_7_integers", one("Div", 7, [np.array([7, -7, 9], np.int32), np.array([2, 2, -4], np.int32)])
    yield "pow_7", one("Pow", 7, [np.abs(row), floats(4)])
    yield "max_8", one("Max", 8, [row, floats(4), floats(3, 1)])
    yield "sum_8", one("Sum", 8, [row, floats(4), floats(3, 1)])
    yield "mean_8", one("Mean", 8, [row, floats(4)])
    yield "prelu_7", one("PRelu", 7, [image], constants=[floats(2, 1, 1)])
    yield "leakyrelu_6", one("LeakyRelu", 7, [row], alpha=0.2)
    yield "argmax_1", one("ArgMax", 7, [row], axis=1, keepdims=0)
    yield "argmin_11", one("ArgMin", 11, [row], axis=-1)
    yield "reshape_5", one("Reshape", 7, [row], constants=[whole(0, -1)])
    yield "flatten_1", one("Flatten", 7, [image], axis=2)
    yield "flatten_11", one("Flatten", 11, [image], axis=-1)
    yield "expand_8", one("Expand", 8, [floats(3, 1)], constants=[whole(2, 1, 4)])
    yield "tile_6", one("Tile", 7, [floats(2, 3)], constants=[whole(2, 2)])
    yield "scatter_9", one("Scatter", 9, [floats(3, 3)], constants=[np.array([[1, 0, 2], [0, 2, 1]], np.int64), floats(2, 3)])
    yield "scatter_elements_11", one("ScatterElements", 11, [floats(1, 5)], constants=[np.array([[1, -3]], np.int64), floats(1, 2)], axis=1)
    yield "gather_1", one("Gather", 7, [row], constants=[np.array([[0, 2]], np.int64)], axis=1)
    yield "gather_11", one("Gather", 11, [row], constants=[np.array([-1, 0], np.int64)], axis=-1)
    yield "cast_6", one("Cast", 7, [row * 3], to=INT32)
    yield "cast_9_bool", one("Cast", 9, [np.round(row)], to=BOOL)
    yield "maxpool_8", one("MaxPool", 8, [image], outputs=2, kernel_shape=[2, 3], strides=[1, 2], pads=[1, 1, 0, 1])
    yield "maxpool_1_same", one("MaxPool", 7, [image], kernel_shape=[3, 2], strides=[2, 2], auto_pad="SAME_UPPER")
    yield "maxpool_10", one("MaxPool", 10, [image], kernel_shape=[2, 2], strides=[2, 2], dilations=[1, 2], ceil_mode=1)
    yield "averagepool_7", one("AveragePool", 7, [image], kernel_shape=[3, 3], pads=[1, 1, 1, 1], count_include_pad=1)
    yield "averagepool_7_outside", one("AveragePool", 7, [image], kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[2, 2])
    yield "averagepool_10", one("AveragePool", 10, [image], kernel_shape=[3, 2], strides=[2, 2], ceil_mode=1)
    yield "global_average_pool_1", one("GlobalAveragePool", 7, [image])
    yield "lppool_2", one("LpPool", 7, [image], kernel_shape=[2, 2], p=2)
    yield "conv_1", one("Conv", 7, [image], constants=[floats(4, 1, 3, 3), floats(4)], group=2, pads=[1, 1, 1, 1], strides=[2, 1])
    yield "conv_1_same_lower", one("Conv", 7, [image], constants=[floats(3, 2, 2, 2)], auto_pad="SAME_LOWER")
    yield "convtranspose_1", one("ConvTranspose", 7, [image], constants=[floats(2, 3, 3, 2), floats(3)], strides=[2, 2], pads=[1, 0, 0, 1],
                                 output_padding=[1, 0])
    yield "convtranspose_1_shape", one("ConvTranspose", 7, [image], constants=[floats(2, 3, 3, 3)], strides=[2, 2], output_shape=[8, 10])
    yield "lrn_1", one("LRN", 7, [floats(1, 5, 2, 2)], size=3, alpha=0.1, beta=0.5)
    yield "instance_normalization_6", one("InstanceNormalization", 7, [image], constants=[floats(2), floats(2)])
    steps = floats(4, 2, 3)
    weights = lambda gates, d: [floats(d, gates * 5, 3) / 2, floats(d, gates * 5, 5) / 2, floats(d, 2 * gates * 5) / 2]
    yield "lstm_7", one("LSTM", 7, [steps], outputs=3, constants=weights(4, 1), hidden_size=5)
    yield "lstm_7_both", one("LSTM", 7, [steps], outputs=3, constants=weights(4, 2) + [np.array([4, 2], np.int32)], hidden_size=5,
                             direction="bidirectional")
    yield "lstm_7_peephole", one("LSTM", 7, [steps], outputs=3, constants=weights(4, 1) + [None, floats(1, 2, 5), floats(1, 2, 5), floats(1, 15)],
                                 hidden_size=5, clip=0.8)
    yield "gru_7", one("GRU", 7, [steps], outputs=2, constants=weights(3, 1), hidden_size=5)
    yield "gru_7_reset", one("GRU", 7, [steps], outputs=2, constants=weights(3, 1), hidden_size=5, linear_before_reset=1, direction="reverse")
    yield "rnn_7", one("RNN", 7, [steps], outputs=2, constants=weights(1, 1), hidden_size=5)
    yield "rnn_7_relu", one("RNN", 7, [steps], outputs=2, constants=weights(1, 2), hidden_size=5, direction="bidirectional",
                            activations=["Relu", "Tanh"])
    yield from structures(row)
    yield "onehot_9", one("OneHot", 9, [whole(0, 2, -1)], constants=[whole(3), np.array([-1, 2], np.float32)])
    yield "onehot_11", one("OneHot", 11, [whole(0, 2, -1)], constants=[whole(3), np.array([0, 1], np.float32)], axis=0)
    corners = random.uniform(0, 4, (1, 8, 2)).astype(np.float32)
    boxes = np.concatenate([corners, corners + 2 + np.abs(floats(1, 8, 2))], -1)
    yield "nonmaxsuppression_10", one("NonMaxSuppression", 10, [boxes, np.abs(floats(1, 2, 8))],
                                      constants=[whole(3), np.array([0.4], np.float32), np.array([0.1], np.float32)])
    bytes_ = random.integers(0, 255, (1, 2, 4, 4)).astype(np.uint8)
    scale, zero = np.array(0.05, np.float32), np.array(128, np.uint8)
    yield "dequantizelinear_10", one("DequantizeLinear", 10, [bytes_], constants=[scale, zero])
    yield "quantizelinear_10", one("QuantizeLinear", 10, [row * 9], constants=[scale, zero])
    yield "qlinearconv_10", one("QLinearConv", 10, [bytes_], constants=[scale, zero, random.integers(0, 255, (3, 2, 3, 3)).astype(np.uint8),
                                                                        np.array(0.02, np.float32), np.array(120, np.uint8),
                                                                        np.array(0.3, np.float32), np.array(100, np.uint8)])
    yield "qlinearmatmul_10", one("QLinearMatMul", 10, [bytes_[0, 0]], constants=[scale, zero, bytes_[0, 1], np.array(0.02, np.float32),
                                                                                  np.array(120, np.uint8), np.array(0.3, np.float32),
                                                                                  np.array(100, np.uint8)])
    yield "matmulinteger_10", one("MatMulInteger", 10, [bytes_[0, 0], bytes_[0, 1]], constants=[zero])
    yield "bitshift_11", one("BitShift", 11, [np.array([16, 4, 1], np.uint8), np.array([1, 2, 3], np.uint8)], direction="LEFT")
    yield "cumsum_11", one("CumSum", 11, [row], constants=[np.array(1, np.int32)], exclusive=1, reverse=1)
    yield "range_11", one("Range", 11, [], constants=[np.array(5, np.int64), np.array(-4, np.int64), np.array(-2, np.int64)])
    yield "mod_10", one("Mod", 10, [np.array([7, -7, 9], np.int32), np.array([4, 4, -4], np.int32)])
    yield "mod_10_fmod", one("Mod", 10, [row * 5, floats(4)], fmod=1)
    yield "equal_7", one("Equal", 7, [np.array([1, 2, 3], np.int32), np.array([[1], [3]], np.int32)])
    yield "greater_7", one("Greater", 7, [row, floats(4)])
    yield "where_9", one("Where", 9, [row > 0, row, floats(4)])
    yield "depth_to_space_1", one("DepthToSpace", 7, [floats(1, 8, 2, 3)], blocksize=2)
    yield "depth_to_space_11", one("DepthToSpace", 11, [floats(1, 8, 2, 3)], blocksize=2, mode="CRD")
    yield "compress_9", one("Compress", 9, [row], constants=[np.array([1, 0, 1], bool)], axis=1)
    yield "nonzero_9", one("NonZero", 9, [np.round(row)])
    yield "shrink_9", one("Shrink", 9, [row], lambd=0.4, bias=0.1)
    yield "eyelike_9", one("EyeLike", 9, [floats(3, 4)], k=1)
    yield "mean_variance_normalization_9", one("MeanVarianceNormalization", 9, [image], axes=[0, 2, 3])
    yield "reverse_sequence_10", one("ReverseSequence", 10, [floats(4, 2)], constants=[whole(3, 2)])
    yield "roialign_10", one("RoiAlign", 10, [floats(1, 2, 6, 6), np.array([[0, 1, 4, 5]], np.float32)], constants=[whole(0)], output_height=2,
                             output_width=2, sampling_ratio=2)


def structures(row):
    value = lambda name, kind, *dims: helper.make_tensor_value_info(name, kind, dims)
    node = helper.make_node
    body = helper.make_graph([node("Add", ["v", "v"], ["w"]), node("Identity", ["c"], ["d"]), node("Identity", ["w"], ["o"])], "body",
                             [value("i", INT64), value("c", BOOL), value("v", FLOAT, 2, 3, 4)],
                             [value("d", BOOL), value("w", FLOAT, 2, 3, 4), value("o", FLOAT, 2, 3, 4)])
    yield "loop_1", several([node("Loop", ["m", "", "x"], ["y", "all"], body=body)], 7, {"x": row}, ["y", "all"], {"m": np.array(3, np.int64)})
    then = helper.make_graph([node("Neg", ["x"], ["a"])], "then", [], [value("a", FLOAT, 2, 3, 4)])
    other = helper.make_graph([node("Abs", ["x"], ["b"])], "else", [], [value("b", FLOAT, 2, 3, 4)])
    yield "if_1", several([node("If", ["c"], ["y"], then_branch=then, else_branch=other)], 7, {"c": np.array(False), "x": row}, ["y"])
    step = helper.make_graph([node("Add", ["s", "e"], ["t"]), node("Identity", ["t"], ["u"])], "step",
                             [value("s", FLOAT, 4), value("e", FLOAT, 4)], [value("t", FLOAT, 4), value("u", FLOAT, 4)])
    yield "scan_8", several([node("Scan", ["", "s", "x"], ["f", "y"], body=step, num_scan_inputs=1)], 8, {"s": floats(2, 4), "x": row}, ["f", "y"])
    yield "scan_9", several([node("Scan", ["s", "x"], ["f", "y"], body=step, num_scan_inputs=1)], 9, {"s": floats(4), "x": row[0]}, ["f", "y"])


def main():
    texts = io.BytesIO()
    with tarfile.open(fileobj=texts, mode="w") as archive:

        def put(path, data):
            entry = tarfile.TarInfo(path)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))

        for name, (model, inputs) in cases():
            data = model.SerializeToString()
            results = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"]).run(None, inputs)
            put(f"{name}/model.onnx", data)
            for kind, values in (("input", inputs.values()), ("output", results)):
                for i, value in enumerate(values):
                    put(f"{name}/test_data_set_0/{kind}_{i}.pb", numpy_helper.from_array(np.asarray(value)).SerializeToString())
    (HERE / "cases.tar.gz").write_bytes(gzip.compress(texts.getvalue(), mtime=0))
    made_by = {"tool": {"onnx": onnx.__version__, "onnxruntime": onnxruntime.__version__, "numpy": np.__version__},
               "python": platform.python_version(), "seed": 4, "command": "python make_cases.py",
               "text": "models of one operator each with the meaning of an old opset; results of ONNX Runtime"}
    (HERE / "made_by.json").write_text(json.dumps(made_by, indent=2) + "\n")


main()
