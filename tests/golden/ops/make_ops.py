"""Writes golden values of single operators, computed by PyTorch (gradients by its autograd) and NumPy, in double precision.

cases.json: {"format": 1, "cases": [{"name", "op", "attributes", "inputs", "outputs", "wrt", "seed", "grads"}]}. Arrays are
{"dtype", "shape", "values"} with as many digits as read back equal, and "NaN", "Infinity", "-Infinity". "grads" are the gradients of the
inputs whose numbers "wrt" lists, of the sum of the first output times "seed".
"""
import json
import math
import platform
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

HERE = Path(__file__).resolve().parent
CASES = []
DTYPES = {"float64": "f64", "float32": "f32", "float16": "f16", "int64": "i64", "int32": "i32", "uint8": "u8", "bool": "bool"}


def seed_of(name):
    """Returns a seed that depends only on the name, so that adding a case changes no other case."""
    seed = 2166136261
    for byte in name.encode():
        seed = (seed ^ byte) * 16777619 % 2**32
    return seed


def uniform(rng, shape, low, high):
    return rng.uniform(low, high, shape)


def text_of(array):
    """Returns an array as JSON can hold it."""
    return {"dtype": DTYPES[array.dtype.name], "shape": list(array.shape), "values": [number_of(v) for v in array.ravel().tolist()]}


def number_of(value):
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return int(value) if isinstance(value, bool) else value


def add(op, function, inputs, attributes=None, wrt=(), note=""):
    """Computes one case: `inputs` are arrays or (shape, low, high)."""
    name = op + ("_" + note if note else "")
    assert name not in {c["name"] for c in CASES}, name
    rng = np.random.default_rng(seed_of(name))
    arrays = [uniform(rng, *x) if isinstance(x, tuple) else np.asarray(x) for x in inputs]
    tensors = [torch.tensor(a, requires_grad=i in wrt) for i, a in enumerate(arrays)]
    outputs = function(*tensors)
    outputs = list(outputs) if isinstance(outputs, (tuple, list)) else [outputs]
    case = {"name": name, "op": op, "attributes": attributes or {}, "inputs": [text_of(a) for a in arrays]}
    case["outputs"] = [text_of(y.detach().numpy()) for y in outputs]
    if wrt:
        seed = torch.tensor(rng.uniform(-1, 1, tuple(outputs[0].shape)))
        grads = torch.autograd.grad((outputs[0] * seed).sum(), [tensors[i] for i in wrt])
        case |= {"wrt": list(wrt), "seed": text_of(seed.numpy()), "grads": [text_of(g.numpy()) for g in grads]}
    CASES.append(case)


def elementwise():
    wide, positive, unit = ((4, 9), -3.0, 3.0), ((4, 9), 0.05, 4.0), ((4, 9), -0.95, 0.95)
    unary = [
        ("abs", torch.abs, wide), ("sign", torch.sign, wide), ("neg", torch.neg, wide), ("square", torch.square, wide),
        ("sqrt", torch.sqrt, positive), ("rsqrt", torch.rsqrt, positive), ("reciprocal", torch.reciprocal, positive),
        ("exp", torch.exp, wide), ("expm1", torch.expm1, wide), ("log", torch.log, positive), ("log1p", torch.log1p, ((4, 9), -0.9, 4.0)),
        ("sin", torch.sin, wide), ("cos", torch.cos, wide), ("tan", torch.tan, unit), ("asin", torch.asin, unit), ("acos", torch.acos, unit),
        ("atan", torch.atan, wide), ("sinh", torch.sinh, wide), ("cosh", torch.cosh, wide), ("tanh", torch.tanh, wide),
        ("asinh", torch.asinh, wide), ("acosh", torch.acosh, ((4, 9), 1.1, 5.0)), ("atanh", torch.atanh, unit), ("erf", torch.erf, wide),
        ("floor", torch.floor, wide), ("ceil", torch.ceil, wide), ("round", torch.round, wide),
    ]
    for op, function, values in unary:
        add(op, function, [values], wrt=(0,))
    add("expm1", torch.expm1, [np.array([1e-12, -1e-9, 1e-300, 50.0, -50.0])], note="small")
    add("log1p", torch.log1p, [np.array([1e-12, -1e-9, 1e-300, 1e300])], note="small")
    add("round", torch.round, [np.arange(-3.5, 4.0, 0.5)], note="halves")
    add("clip", lambda x: torch.clamp(x, -1.0, 0.5), [wide], {"min": -1.0, "max": 0.5}, (0,))
    pair, divisor = [((2, 3, 4), -2.0, 2.0), ((3, 1), -2.0, 2.0)], [((2, 3, 4), -3.0, 3.0), ((3, 1), 0.3, 2.0)]
    for op, function in [("add", torch.add), ("sub", torch.sub), ("mul", torch.mul), ("maximum", torch.maximum), ("minimum", torch.minimum)]:
        add(op, function, pair, wrt=(0, 1))
    add("div", torch.div, divisor, wrt=(0, 1))
    add("mod", torch.remainder, divisor, wrt=(0, 1))
    add("pow", torch.pow, [((2, 3, 4), 0.1, 3.0), ((3, 1), -2.0, 2.0)], wrt=(0, 1))
    x, y = np.array([7, -7, 7, -7, 6, 0], np.int32), np.array([2, 2, -2, -2, 3, 5], np.int32)
    add("div", lambda a, b: torch.div(a, b, rounding_mode="trunc"), [x, y], note="integer")
    add("mod", torch.remainder, [x, y], note="integer")
    add("pow", torch.pow, [x, np.abs(y)], note="integer")
    special = np.array([np.nan, np.inf, -np.inf, 0.0, 1.5])
    for op, function in [("is_nan", torch.isnan), ("is_inf", torch.isinf), ("sign", torch.sign), ("abs", torch.abs), ("exp", torch.exp)]:
        if op != "sign":  # torch.sign(nan) is 0
            add(op, function, [special], note="special")
    condition = np.array([[True], [False], [True]])
    add("where", torch.where, [condition, ((3, 4), -2.0, 2.0), ((4,), -2.0, 2.0)], wrt=(1, 2))
    for name, dtype in [("i32", torch.int32), ("f32", torch.float32), ("f16", torch.float16), ("bool", torch.bool), ("u8", torch.uint8)]:
        add("cast", lambda v, d=dtype: v.to(d), [((3, 5), 0.0, 200.0)], {"dtype": name}, note=name)


def comparison():
    x, y = np.array([[0, 1, 2], [3, 4, 5]], np.float64), np.array([0.0, 4.0, np.nan])
    for op, function in [("equal", torch.eq), ("not_equal", torch.ne), ("less", torch.lt), ("less_equal", torch.le), ("greater", torch.gt),
                         ("greater_equal", torch.ge)]:
        add(op, function, [x, y])
        add(op, function, [np.array([1, 2, 3]), np.array([3, 2, 1])], note="integer")
    a, b = np.array([[True], [False]]), np.array([True, False])
    for op, function in [("logical_and", torch.logical_and), ("logical_or", torch.logical_or), ("logical_xor", torch.logical_xor)]:
        add(op, function, [a, b])
    add("logical_not", torch.logical_not, [a])


def activation():
    # celu and hard_sigmoid are spelt out: the gradients of PyTorch's own use constants in single precision.
    wide = ((4, 9), -4.0, 4.0)
    for op, function, attributes in [
        ("relu", F.relu, {}), ("leaky_relu", lambda x: F.leaky_relu(x, 0.1), {"negative_slope": 0.1}),
        ("elu", lambda x: F.elu(x, 1.3), {"alpha": 1.3}),
        ("celu", lambda x: torch.where(x > 0, x, 1.3 * torch.expm1(x / 1.3)), {"alpha": 1.3}), ("selu", F.selu, {}),
        ("silu", F.silu, {}), ("sigmoid", torch.sigmoid, {}), ("softplus", lambda x: F.softplus(x, 1.5), {"beta": 1.5}),
        ("softsign", F.softsign, {}), ("hard_sigmoid", lambda x: torch.clamp(x / 6 + 0.5, 0, 1), {}),
        ("hard_swish", F.hardswish, {}), ("mish", F.mish, {}),
        ("gelu", F.gelu, {}),
    ]:
        add(op, function, [wide], attributes, (0,))
    add("gelu", lambda x: F.gelu(x, approximate="tanh"), [wide], {"approximate": True}, (0,), "tanh")
    add("gelu", F.gelu, [np.array([-30.0, -8.0, -1e-9, 0.0, 1e-9, 8.0, 30.0])], note="tails")
    add("softplus", F.softplus, [np.array([-40.0, 0.0, 15.0])], note="tails")
    add("prelu", lambda x, s: torch.where(x > 0, x, s * x), [((2, 3, 4), -2.0, 2.0), ((3, 1), 0.1, 0.5)], wrt=(0, 1))
    for op, function in [("softmax", F.softmax), ("log_softmax", F.log_softmax)]:
        add(op, lambda x, f=function: f(x, -1), [wide], wrt=(0,))
        add(op, lambda x, f=function: f(x, 1), [((2, 5, 3), -50.0, 50.0)], {"axis": 1}, (0,), "middle")


def reduction():
    x = ((3, 4, 5), -2.0, 2.0)
    float_ops = [("sum", torch.sum), ("mean", torch.mean), ("logsumexp", torch.logsumexp), ("max", torch.amax), ("min", torch.amin)]
    for op, function in float_ops:
        add(op, lambda v, f=function: f(v, (0, 2)), [x], {"axes": [0, 2]}, (0,))
        add(op, lambda v, f=function: f(v, (1,), True), [x], {"axes": [-2], "keepdims": True}, (0,), "kept")
        add(op, lambda v, f=function: f(v, (0, 1, 2)), [x], {}, (0,), "all")
    add("prod", lambda v: torch.prod(v, 1), [x], {"axes": [1]}, (0,))
    add("prod", lambda v: torch.prod(v, 0), [np.array([[0.0, 2.0, 0.0], [3.0, 0.0, 0.0], [1.5, -1.0, 2.0]])], {"axes": [0]}, (0,), "zeros")
    flags = np.random.default_rng(5).uniform(size=(3, 4)) > 0.6
    add("any", lambda v: torch.any(v, 1), [flags], {"axes": [1]})
    add("all", lambda v: torch.all(v, 1), [flags], {"axes": [1]})
    add("cumsum", lambda v: torch.cumsum(v, 1), [x], {"axis": 1}, (0,))
    add("cumsum", lambda v: torch.flip(torch.cumsum(torch.flip(v, (1,)), 1), (1,)), [x], {"axis": 1, "reverse": True}, (0,), "reverse")
    add("cumsum", lambda v: torch.cumsum(v, 1) - v, [x], {"axis": 1, "exclusive": True}, (0,), "exclusive")
    for op, function in [("argmax", torch.argmax), ("argmin", torch.argmin)]:
        add(op, lambda v, f=function: f(v, 1), [x], {"axis": 1})
        add(op, lambda v, f=function: f(v, 0, True), [x], {"axis": 0, "keepdims": True}, note="kept")
    add("sort", lambda v: torch.sort(v, 1), [x], {"axis": 1}, (0,))
    descending = {"axis": 1, "descending": True}
    add("sort", lambda v: torch.sort(v, stable=True, dim=1, descending=True), [np.array([[1, 2, 1, 2, 0]])], descending, note="ties")
    add("top_k", lambda v: torch.topk(v, 2, 1), [x], {"k": 2, "axis": 1}, (0,))
    add("top_k", lambda v: torch.topk(v, 3, 2, largest=False), [x], {"k": 3, "largest": False}, (0,), "smallest")
    index = np.random.default_rng(6).integers(0, 4, (3, 6, 5))
    add("take_along_axis", lambda v, i: torch.gather(v, 1, i), [x, index], {"axis": 1}, (0,))


def convolution():
    # name, x, weight, PyTorch's options
    cases = [
        ("1d", (2, 3, 7), (4, 3, 3), {"stride": 2, "padding": 1}), ("2d", (2, 3, 6, 5), (4, 3, 3, 2), {"stride": (2, 1), "padding": (1, 0)}),
        ("groups", (1, 4, 5, 6), (6, 2, 3, 3), {"groups": 2, "dilation": (1, 2), "padding": (1, 2)}),
        ("depthwise", (2, 3, 5, 5), (3, 1, 3, 3), {"groups": 3}), ("3d", (1, 2, 4, 5, 4), (3, 2, 2, 3, 2), {"stride": (1, 2, 1)}),
    ]
    for note, x, weight, options in cases:
        rank = len(x) - 2
        function = [F.conv1d, F.conv2d, F.conv3d][rank - 1]
        operands = [(x, -1.0, 1.0), (weight, -1.0, 1.0), ((weight[0],), -1.0, 1.0)]
        add("conv", lambda v, w, b, f=function, o=options: f(v, w, b, **o), operands, window(rank, options), (0, 1, 2), note)
    # TensorFlow's "same" puts the odd padding at the end.
    add("conv", lambda v, w: F.conv2d(F.pad(v, (0, 1, 1, 1)), w, stride=2), [((1, 2, 5, 6), -1.0, 1.0), ((3, 2, 3, 3), -1.0, 1.0)],
        {"padding": "same", "strides": [2, 2]}, (0, 1), "same")
    transposed = [
        ("1d", (2, 3, 4), (3, 2, 3), {"stride": 2, "padding": 1, "output_padding": 1}),
        ("2d", (2, 4, 3, 4), (4, 2, 3, 2), {"stride": (2, 3), "padding": (1, 0), "output_padding": (0, 2), "groups": 2}),
        ("dilation", (1, 2, 3, 3), (2, 3, 2, 3), {"dilation": (2, 1), "padding": (0, 1)}),
        ("3d", (1, 2, 2, 3, 2), (2, 2, 2, 2, 3), {"stride": (2, 1, 2)}),
    ]
    for note, x, weight, options in transposed:
        rank = len(x) - 2
        function = [F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d][rank - 1]
        bias = (weight[1] * options.get("groups", 1),)
        operands = [(x, -1.0, 1.0), (weight, -1.0, 1.0), (bias, -1.0, 1.0)]
        add("conv_transpose", lambda v, w, b, f=function, o=options: f(v, w, b, **o), operands, window(rank, options), (0, 1, 2), note)


def window(rank, options):
    """Returns the attributes for PyTorch's options of a convolution or pooling."""
    full = {k: list(v) if isinstance(v, tuple) else [v] * rank for k, v in options.items() if k not in ("groups", "count_include_pad")}
    names = {"stride": "strides", "dilation": "dilations", "padding": "pads", "output_padding": "output_padding", "kernel_size": "window"}
    attributes = {names[k]: v * 2 if k == "padding" else v for k, v in full.items()}
    return attributes | {k: options[k] for k in ("groups", "count_include_pad") if k in options}


def einsum():
    for note, equation, shapes in [
        ("matmul", "ij,jk->ik", [(3, 4), (4, 5)]), ("attention", "bqhd,bkhd->bhqk", [(2, 3, 2, 4), (2, 5, 2, 4)]),
        ("two_folded", "aibj,jci->bca", [(2, 3, 2, 4), (4, 3, 3)]), ("outer", "ij,k", [(2, 3), (4,)]), ("implied", "ba,cb", [(2, 3), (4, 2)]),
        ("trace", "ii->", [(4, 4)]), ("diagonal", "iij->ji", [(3, 3, 2)]), ("ellipsis", "...ij,...kj->...ik", [(2, 1, 3, 4), (3, 2, 4)]),
        ("three", "ij,jk,ki->i", [(2, 3), (3, 4), (4, 2)]), ("elementwise", "ij,ij->ij", [(2, 3), (2, 3)]),
        ("summed", "ij,kl->k", [(2, 3), (4, 2)]),
    ]:
        add("einsum", lambda *t, e=equation: torch.einsum(e, *t), [(s, -1.0, 1.0) for s in shapes], {"equation": equation},
            tuple(range(len(shapes))), note)


def pooling():
    x1, x2, x3 = ((2, 3, 7), -2.0, 2.0), ((2, 2, 6, 7), -2.0, 2.0), ((1, 2, 4, 5, 4), -2.0, 2.0)
    for rank, x in enumerate((x1, x2, x3), 1):
        options = {"kernel_size": 3, "stride": 2, "padding": 1}
        maximum, average = [F.max_pool1d, F.max_pool2d, F.max_pool3d][rank - 1], [F.avg_pool1d, F.avg_pool2d, F.avg_pool3d][rank - 1]
        add("max_pool", lambda v, f=maximum, o=options: f(v, **o), [x], window(rank, options), (0,), f"{rank}d")
        for counts in (False, True):
            o = options | {"count_include_pad": counts}
            add("avg_pool", lambda v, f=average, o=o: f(v, **o), [x], window(rank, o), (0,), f"{rank}d" + ("_counted" if counts else ""))
        sizes = [(3,), (4, 3), (3, 2, 4)][rank - 1]
        maximum = [F.adaptive_max_pool1d, F.adaptive_max_pool2d, F.adaptive_max_pool3d][rank - 1]
        average = [F.adaptive_avg_pool1d, F.adaptive_avg_pool2d, F.adaptive_avg_pool3d][rank - 1]
        attributes = {"output_size": list(sizes)}
        add("adaptive_max_pool", lambda v, f=maximum, s=sizes: f(v, s), [x], attributes, (0,), f"{rank}d")
        add("adaptive_avg_pool", lambda v, f=average, s=sizes: f(v, s), [x], attributes, (0,), f"{rank}d")
    options = {"kernel_size": 2, "dilation": (2, 3)}
    add("max_pool", lambda v: F.max_pool2d(v, stride=1, **options), [x2], window(2, options), (0,), "dilation")
    ties = np.array([[[1.0, 1.0, 0.0, 2.0, 2.0, 2.0, np.nan, 1.0]]])
    add("max_pool", lambda v: F.max_pool1d(v, 2), [ties], {"window": [2], "strides": [2]}, note="ties")


def normalization():
    x, c = ((3, 4, 2, 3), -2.0, 2.0), ((4,), 0.5, 1.5)

    def batch(v, s, o):
        mean, variance = v.mean((0, 2, 3)), v.var((0, 2, 3), correction=0)
        return F.batch_norm(v, None, None, s, o, True, eps=1e-3), mean, variance

    add("batch_norm_training", batch, [x, c, c], {"epsilon": 1e-3}, (0, 1, 2))
    add("batch_norm_inference", lambda v, s, o, m, w: F.batch_norm(v, m, w, s, o, False, eps=1e-5), [x, c, c, c, c], {"epsilon": 1e-5},
        (0, 1, 2))
    features = ((2, 3), 0.5, 1.5)
    add("layer_norm", lambda v, s, o: F.layer_norm(v, (2, 3), s, o, 1e-5), [x, features, features], {"axes": [2, 3], "epsilon": 1e-5},
        (0, 1, 2))
    add("layer_norm", lambda v: F.layer_norm(v, (3,), eps=1e-3), [x], {}, (0,), "plain")
    add("rms_norm", lambda v, s: F.rms_norm(v, (2, 3), s, 1e-6), [x, features], {"axes": [2, 3]}, (0, 1))
    add("group_norm", lambda v, s, o: F.group_norm(v, 2, s, o, 1e-3), [x, c, c], {"groups": 2}, (0, 1, 2))
    add("instance_norm", lambda v, s, o: F.instance_norm(v, weight=s, bias=o, eps=1e-3), [x, c, c], {}, (0, 1, 2))


def loss():
    logits = ((4, 5), -3.0, 3.0)
    target = np.random.default_rng(8).dirichlet(np.ones(5), 4)
    middle = np.random.default_rng(9).dirichlet(np.ones(3), (2, 4)).transpose(0, 2, 1).copy()
    add("softmax_cross_entropy", lambda x, t: F.cross_entropy(x, t, reduction="none"), [logits, target], {}, (0, 1))
    add("softmax_cross_entropy", lambda x, t: F.cross_entropy(x, t, reduction="none"), [((2, 3, 4), -400.0, 400.0), middle], {"axis": 1},
        (0,), "middle")
    labels, grid = np.array([0, 4, 2, 2]), np.array([[0, 2, 1, 1], [2, -100, 0, -100]])
    add("sparse_softmax_cross_entropy", lambda x, t: F.cross_entropy(x, t, reduction="none"), [logits, labels], {}, (0,))
    add("sparse_softmax_cross_entropy", lambda x, t: F.cross_entropy(x, t, reduction="none", ignore_index=-100),
        [((2, 3, 4), -3.0, 3.0), grid], {"axis": 1, "ignored_labels": [-100]}, (0,), "ignored")
    add("sigmoid_cross_entropy", lambda x, t: F.binary_cross_entropy_with_logits(x, t, reduction="none"), [logits, target], {}, (0, 1))
    add("sigmoid_cross_entropy", lambda x, t: F.binary_cross_entropy_with_logits(x, t, reduction="none"),
        [np.array([-800.0, 0.0, 800.0, -40.0]), np.array([0.0, 0.5, 0.0, 1.0])], {}, (0,), "tails")


def resize():
    x1, x2, x3 = ((2, 3, 5), -2.0, 2.0), ((1, 2, 5, 4), -2.0, 2.0), ((1, 2, 3, 4, 2), -2.0, 2.0)
    for mode, corners, x, sizes in [("linear", False, x1, (8,)), ("bilinear", False, x2, (3, 7)), ("bilinear", True, x2, (8, 3)),
                                    ("trilinear", False, x3, (5, 3, 4)), ("bicubic", False, x2, (7, 3)), ("bicubic", True, x2, (4, 9))]:
        attributes = {"sizes": list(sizes), "mode": "cubic" if mode == "bicubic" else "linear"}
        attributes["coordinates"] = "align_corners" if corners else "half_pixel"
        add("resize", lambda v, m=mode, c=corners, s=sizes: F.interpolate(v, s, mode=m, align_corners=c), [x], attributes, (0,),
            mode + ("_corners" if corners else ""))
    # PyTorch's two kinds of nearest; without a recomputed factor it uses the given one.
    floor = {"coordinates": "asymmetric", "rounding": "floor"}
    add("resize", lambda v: F.interpolate(v, (7, 3), mode="nearest"), [x2], {"sizes": [7, 3]} | floor, (0,), "nearest")
    add("resize", lambda v: F.interpolate(v, (7, 3), mode="nearest-exact"), [x2], {"sizes": [7, 3], "rounding": "prefer_ceil"}, (0,),
        "exact")
    add("resize", lambda v: F.interpolate(v, scale_factor=2, mode="nearest"), [x3], {"scales": [2.0, 2.0, 2.0]} | floor, (0,), "double")
    add("resize", lambda v: F.interpolate(v, scale_factor=(1.7, 0.6), mode="bilinear"), [x2], {"scales": [1.7, 0.6], "mode": "linear"},
        (0,), "scales")


def rearrangement():
    x1, x2, x3 = ((7,), -2.0, 2.0), ((4, 5), -2.0, 2.0), ((2, 3, 4), -2.0, 2.0)
    add("slice", lambda v: v[1:4:2, -3:], [x2], {"starts": [1, -3], "ends": [4, 100], "steps": [2, 1]}, (0,))
    add("slice", lambda v: v.flip(0)[1:6:2], [x1], {"starts": [-2], "ends": [0], "steps": [-2]}, (0,), "backwards")
    add("pad", lambda v: F.pad(v, (1, 2, 0, 3), value=1.5), [x2], {"pads": [0, 1, 3, 2], "value": 1.5}, (0,))
    for mode, name in (("reflect", "reflect"), ("replicate", "edge")):
        add("pad", lambda v, m=mode: F.pad(v, (2, 3, 1, 0), mode=m), [((1, 2, 4, 5), -2.0, 2.0)],
            {"pads": [0, 0, 1, 2, 0, 0, 0, 3], "mode": name}, (0,), name)
    add("tile", lambda v: v.repeat(2, 1, 3), [x3], {"repeats": [2, 1, 3]}, (0,))
    add("flip", lambda v: v.flip(0, 2), [x3], {"axes": [0, 2]}, (0,))
    add("roll", lambda v: v.roll((1, -5), (0, 2)), [x3], {"shifts": [1, -5], "axes": [0, 2]}, (0,))
    add("concat", lambda *v: torch.cat(v, 1), [((2, 3), -1.0, 1.0), ((2, 1), -1.0, 1.0), ((2, 4), -1.0, 1.0)], {"axis": 1}, (0, 1, 2))
    add("stack", lambda *v: torch.stack(v, 2), [((2, 3), -1.0, 1.0), ((2, 3), -1.0, 1.0)], {"axis": 2}, (0, 1))
    add("split", lambda v: v.split([1, 3], 2), [x3], {"sizes": [1, 3], "axis": 2}, (0,))
    add("broadcast_to", lambda v: v.expand(3, 4, 5), [((4, 1), -1.0, 1.0)], {"shape": [3, 4, 5]}, (0,))


def indexing():
    x2, x3 = ((4, 5), -2.0, 2.0), ((2, 3, 4), -2.0, 2.0)
    places = np.array([[2, 0, 2], [1, 1, 3]])
    add("gather", lambda v, i: v[:, :, i], [x3, places], {"axis": 2}, (0,))
    add("embedding", lambda i, t: F.embedding(i, t), [places, x2], {}, (1,))
    tuples = np.array([[0, 1], [3, 4], [0, 1], [2, 0]])
    add("gather_nd", lambda v, i: v[i[:, 0], i[:, 1]], [x2, tuples], {}, (0,))
    rows = np.array([[0, 1, 0, 2], [2, 2, 1, 1]])
    distinct = np.array([[3, 0, 2], [1, 4, 2], [0, 1, 2], [4, 3, 0]])
    update = ((4, 3), -1.0, 1.0)
    add("scatter", lambda v, i, u: v.scatter(1, i, u), [x2, distinct, update], {"axis": 1}, (0, 2))
    add("scatter", lambda v, i, u: v.scatter_add(0, i, u), [((3, 4), -1.0, 1.0), rows, ((2, 4), -1.0, 1.0)],
        {"axis": 0, "reduction": "add"}, (0, 2), "add")
    add("scatter_nd", lambda v, i, u: v.index_put((i[:, 0], i[:, 1]), u, accumulate=True), [x2, tuples, ((4,), -1.0, 1.0)],
        {"reduction": "add"}, (0, 2), "add")
    add("one_hot", lambda i: F.one_hot(i, 5), [places], {"depth": 5, "dtype": "i64"})


def main():
    for family in (elementwise, comparison, activation, reduction, convolution, einsum, pooling, normalization, loss, resize,
                   rearrangement, indexing):
        family()
    lines = ",\n  ".join(json.dumps(c) for c in CASES)
    (HERE / "cases.json").write_text(f'{{"format": 1, "cases": [\n  {lines}\n]}}\n')
    made_by = {
        "tool": {p: version(p).split("+")[0] for p in ("torch", "numpy")},
        "python": platform.python_version(),
        "seed": "FNV-1a hash of the case name",
        "command": "python make_ops.py",
        "text": "values and gradients of single operators in double precision",
    }
    (HERE / "made_by.json").write_text(json.dumps(made_by, indent=2) + "\n")
    print(f"{len(CASES)} cases")


main()
