"""Lists the layer cases: name, a function that makes the layer, input shapes, options for the call."""
import keras
from keras import layers as L

ACTIVATIONS = ("relu", "relu6", "leaky_relu", "elu", "selu", "celu", "gelu", "silu", "sigmoid", "tanh", "softplus",
               "softsign", "hard_sigmoid", "hard_silu", "softmax", "log_softmax", "exponential", "mish", "log_sigmoid",
               "hard_tanh", "tanh_shrink", "soft_shrink", "hard_shrink", "squareplus", "linear", "sparse_plus", "sparse_sigmoid")
SIZES = {1: (9,), 2: (7, 6), 3: (5, 6, 4)}


def case(name, make, *shapes, **options):
    return {"name": name, "make": make, "shapes": shapes, **options}


def picture(rank, channels, batch=2):
    return (batch, *SIZES[rank], channels)


def dense_cases():
    yield case("dense", lambda: L.Dense(5), (4, 6))
    yield case("dense_relu", lambda: L.Dense(5, activation="relu"), (4, 6))
    yield case("dense_no_bias", lambda: L.Dense(5, use_bias=False), (4, 6))
    yield case("dense_3d_input", lambda: L.Dense(4, activation="tanh"), (2, 3, 5))
    yield case("embedding", lambda: L.Embedding(7, 4), (3, 5), integers=7)


def convolution_cases():
    kinds = {1: L.Conv1D, 2: L.Conv2D, 3: L.Conv3D}
    options = {
        "valid": {},
        "same": {"padding": "same"},
        "valid_stride2": {"strides": 2},
        "same_stride2": {"padding": "same", "strides": 2},
        "valid_dilation2": {"dilation_rate": 2, "kernel_size": 2},
        "same_dilation2": {"padding": "same", "dilation_rate": 2},
        "groups2": {"groups": 2, "filters": 4},
        "no_bias": {"use_bias": False},
        "even_kernel_same": {"padding": "same", "kernel_size": 2},
    }
    for rank, kind in kinds.items():
        for name, option in options.items():
            o = {"filters": 3, "kernel_size": 3, **option}
            yield case(f"conv{rank}d_{name}", lambda kind=kind, o=o: kind(**o), picture(rank, 2))
    yield case("conv1d_causal", lambda: L.Conv1D(3, 3, padding="causal", dilation_rate=2), (2, 9, 2))
    yield case("conv2d_uneven", lambda: L.Conv2D(3, (3, 2), strides=(1, 2), padding="same"), picture(2, 2))
    yield case("conv2d_pointwise_relu", lambda: L.Conv2D(4, 1, activation="relu"), picture(2, 3))
    yield case("conv2d_depth_equals_groups", lambda: L.Conv2D(6, 3, groups=3), picture(2, 3))


def depthwise_cases():
    options = {
        "valid": {},
        "same": {"padding": "same"},
        "same_stride2": {"padding": "same", "strides": 2},
        "multiplier2": {"depth_multiplier": 2},
        "dilation2": {"dilation_rate": 2, "padding": "same"},
        "no_bias": {"use_bias": False},
    }
    for name, o in options.items():
        yield case(f"depthwise_conv2d_{name}", lambda o=o: L.DepthwiseConv2D(3, **o), picture(2, 3))
        if name in ("valid", "same_stride2", "multiplier2"):
            yield case(f"separable_conv2d_{name}", lambda o=o: L.SeparableConv2D(4, 3, **o), picture(2, 3))
            yield case(f"depthwise_conv1d_{name}", lambda o=o: L.DepthwiseConv1D(3, **o), picture(1, 3))
            yield case(f"separable_conv1d_{name}", lambda o=o: L.SeparableConv1D(4, 3, **o), picture(1, 3))


def transposed_cases():
    kinds = {1: L.Conv1DTranspose, 2: L.Conv2DTranspose, 3: L.Conv3DTranspose}
    options = {
        "valid": {},
        "same": {"padding": "same"},
        "valid_stride2": {"strides": 2},
        "same_stride2": {"padding": "same", "strides": 2},
        "valid_stride3_kernel2": {"strides": 3, "kernel_size": 2},
        "same_stride2_even": {"padding": "same", "strides": 2, "kernel_size": 4},
        "same_output_padding": {"padding": "same", "strides": 2, "output_padding": 1},
        "valid_output_padding": {"strides": 2, "output_padding": 1},
        "no_bias": {"use_bias": False, "strides": 2},
    }
    for rank, kind in kinds.items():
        for name, option in options.items():
            o = {"filters": 3, "kernel_size": 3, **option}
            shape = (2, *(4, 3, 3)[:rank], 2)
            yield case(f"conv{rank}d_transpose_{name}", lambda kind=kind, o=o: kind(**o), shape)
    yield case("conv2d_transpose_dilation2", lambda: L.Conv2DTranspose(3, 3, dilation_rate=2), (2, 4, 3, 2))


def pooling_cases():
    options = {
        "default": {"pool_size": 2},
        "same": {"pool_size": 2, "padding": "same"},
        "pool3_stride2": {"pool_size": 3, "strides": 2},
        "pool3_stride2_same": {"pool_size": 3, "strides": 2, "padding": "same"},
        "overlap": {"pool_size": 2, "strides": 1},
    }
    for rank in (1, 2, 3):
        for name, o in options.items():
            for kind in ("Max", "Average"):
                pool = getattr(L, f"{kind}Pooling{rank}D")
                yield case(f"{kind.lower()}_pooling{rank}d_{name}", lambda pool=pool, o=o: pool(**o), picture(rank, 2))
        for kind in ("Max", "Average"):
            pool = getattr(L, f"Global{kind}Pooling{rank}D")
            name = f"global_{kind.lower()}_pooling{rank}d"
            yield case(name, lambda pool=pool: pool(), picture(rank, 3))
            yield case(name + "_keepdims", lambda pool=pool: pool(keepdims=True), picture(rank, 3))


def adaptive_pooling_cases():
    sizes = {1: {"uneven": 3, "one": 1}, 2: {"uneven": (2, 3), "one_number": 2}, 3: {"uneven": (1, 2, 3)}}
    for rank, named in sizes.items():
        for name, size in named.items():
            for kind in ("Average", "Max"):
                layer = getattr(L, f"Adaptive{kind}Pooling{rank}D")
                yield case(f"adaptive_{kind.lower()}_pooling{rank}d_{name}", lambda layer=layer, size=size: layer(size),
                           (2, *((7,), (4, 5), (2, 3, 5))[rank - 1], 2))


def normalization_cases():
    for suffix, options in (("", {}), ("_plain", {"center": False, "scale": False}),
                            ("_options", {"momentum": 0.7, "epsilon": 0.1})):
        for training in (True, False):
            name = f"batch_normalization{suffix}_{'training' if training else 'inference'}"
            yield case(name, lambda o=options: L.BatchNormalization(**o), (3, 4, 2, 3), training=training)
    for training in (True, False):
        name = f"batch_normalization_dense_{'training' if training else 'inference'}"
        yield case(name, lambda: L.BatchNormalization(), (6, 5), training=training)
    yield case("batch_normalization_axis1_training", lambda: L.BatchNormalization(axis=1), (3, 4, 2, 3), training=True)
    yield case("layer_normalization", lambda: L.LayerNormalization(), (3, 4, 5))
    yield case("layer_normalization_axes", lambda: L.LayerNormalization(axis=[1, 2], epsilon=0.01), (3, 4, 5))
    yield case("layer_normalization_plain", lambda: L.LayerNormalization(center=False, scale=False), (3, 5))
    yield case("group_normalization", lambda: L.GroupNormalization(2), (3, 4, 2, 6))
    yield case("group_normalization_instance", lambda: L.GroupNormalization(-1), (2, 4, 3, 3))
    yield case("group_normalization_one", lambda: L.GroupNormalization(1, epsilon=0.01), (2, 4, 3, 4))
    yield case("unit_normalization", lambda: L.UnitNormalization(), (3, 4, 5))
    yield case("unit_normalization_axes", lambda: L.UnitNormalization(axis=[1, 2]), (3, 4, 5))
    yield case("rms_normalization", lambda: L.RMSNormalization(), (3, 4, 5))
    yield case("rms_normalization_epsilon", lambda: L.RMSNormalization(epsilon=0.1), (3, 5))


def activation_cases():
    shape = (4, 7)
    for name in ACTIVATIONS:
        yield case("activation_" + name, lambda name=name: L.Activation(name), shape, wide=True)
    yield case("activation_glu", lambda: L.Activation("glu"), (4, 6), wide=True)
    yield case("identity", lambda: L.Identity(), (3, 2, 4))
    yield case("activation_gelu_tanh", lambda: L.Activation(approximate_gelu), shape, wide=True)
    yield case("activation_softmax_rank4", lambda: L.Activation("softmax"), (2, 3, 2, 4), wide=True)
    yield case("softmax_axis1", lambda: L.Softmax(axis=1), (2, 3, 4), wide=True)
    yield case("relu_max_value", lambda: L.ReLU(max_value=1.5), shape, wide=True)
    yield case("relu_negative_slope", lambda: L.ReLU(negative_slope=0.2), shape, wide=True)
    yield case("relu_threshold", lambda: L.ReLU(threshold=0.7), shape, wide=True)
    yield case("relu_all", lambda: L.ReLU(max_value=2.0, negative_slope=0.3, threshold=0.5), shape, wide=True)
    yield case("leaky_relu", lambda: L.LeakyReLU(), shape, wide=True)
    yield case("leaky_relu_slope", lambda: L.LeakyReLU(negative_slope=0.05), shape, wide=True)
    yield case("elu_alpha", lambda: L.ELU(alpha=0.6), shape, wide=True)
    yield case("prelu", lambda: L.PReLU(), shape, wide=True)
    yield case("prelu_shared", lambda: L.PReLU(shared_axes=[1, 2]), (2, 3, 4, 2), wide=True)


def approximate_gelu(x):
    return keras.activations.gelu(x, approximate=True)


def merge_cases():
    a = (3, 4)
    for kind in ("Add", "Multiply", "Average", "Maximum", "Minimum"):
        merge = getattr(L, kind)
        yield case(kind.lower(), lambda merge=merge: merge(), a, a)
        yield case(kind.lower() + "_three", lambda merge=merge: merge(), a, a, a)
    yield case("add_broadcast", lambda: L.Add(), (3, 4, 2), (3, 1, 2))
    yield case("subtract", lambda: L.Subtract(), a, a)
    yield case("concatenate", lambda: L.Concatenate(), (3, 4), (3, 2), (3, 1))
    yield case("concatenate_axis1", lambda: L.Concatenate(axis=1), (2, 3, 2), (2, 1, 2))
    yield case("dot", lambda: L.Dot(axes=1), a, a)
    yield case("dot_normalize", lambda: L.Dot(axes=1, normalize=True), a, a)
    yield case("dot_batched", lambda: L.Dot(axes=(2, 1)), (2, 3, 4), (2, 4, 5))
    yield case("dot_axis2", lambda: L.Dot(axes=2), (2, 3, 4), (2, 5, 4))


def shape_cases():
    yield case("flatten", lambda: L.Flatten(), (2, 3, 2, 4))
    yield case("reshape", lambda: L.Reshape((4, 6)), (2, 3, 2, 4))
    yield case("reshape_infer", lambda: L.Reshape((-1, 4)), (2, 3, 2, 4))
    yield case("permute", lambda: L.Permute((2, 3, 1)), (2, 3, 2, 4))
    yield case("repeat_vector", lambda: L.RepeatVector(3), (2, 4))
    yield case("rescaling", lambda: L.Rescaling(1 / 127.5, offset=-1.0), (2, 3, 2, 1))
    yield case("upsampling1d", lambda: L.UpSampling1D(3), picture(1, 2))
    yield case("upsampling2d", lambda: L.UpSampling2D(), (2, 3, 4, 2))
    yield case("upsampling2d_uneven", lambda: L.UpSampling2D((3, 2)), (2, 3, 4, 2))
    yield case("upsampling2d_bilinear", lambda: L.UpSampling2D(2, interpolation="bilinear"), (2, 3, 4, 2))
    yield case("upsampling3d", lambda: L.UpSampling3D((2, 1, 2)), (2, 2, 3, 2, 2))
    yield case("zero_padding1d", lambda: L.ZeroPadding1D((1, 2)), (2, 4, 2))
    yield case("zero_padding2d", lambda: L.ZeroPadding2D(((1, 2), (0, 3))), (2, 4, 3, 2))
    yield case("zero_padding2d_same", lambda: L.ZeroPadding2D(1), (2, 4, 3, 2))
    yield case("zero_padding3d", lambda: L.ZeroPadding3D(((1, 0), (0, 2), (1, 1))), (2, 2, 3, 2, 2))
    yield case("cropping1d", lambda: L.Cropping1D((1, 2)), (2, 6, 2))
    yield case("cropping2d", lambda: L.Cropping2D(((1, 2), (0, 1))), (2, 6, 4, 2))
    yield case("cropping3d", lambda: L.Cropping3D(((1, 0), (0, 1), (1, 1))), (2, 3, 4, 4, 2))


def all_cases():
    for group in (dense_cases, convolution_cases, depthwise_cases, transposed_cases, pooling_cases, adaptive_pooling_cases,
                  normalization_cases, activation_cases, merge_cases, shape_cases):
        yield from group()
