"""Parameters, arithmetic and outputs of the models whose reference is Keras: MobileNet v1 of Keras Applications and MLPerf Tiny's models.

MLPerf Tiny's ResNet and VWW are read from the configurations in its own .h5 files (argument: their folder; without it only models of
texts are made); its KWS and AD, which are there
as .tflite only, are written here after keras_model.py of mlcommons/tiny.
"""
import json
import sys

import h5py
import keras
import numpy as np
import seeded
from keras import layers


def from_file(path):
    """The architecture of a Keras 2 file; the weights are not read."""
    config = json.loads(h5py.File(path).attrs["model_config"])["config"]
    made = {}
    for entry in config["layers"]:
        own = {k: v for k, v in entry["config"].items() if k not in ("axis", "dtype", "groups") and not k.endswith(("regularizer", "constraint"))}
        if entry["class_name"] == "InputLayer":
            made[own["name"]] = keras.Input(own["batch_input_shape"][1:])
            continue
        own = {k: v for k, v in own.items() if not k.endswith("initializer")}
        inputs = [made[node[0]] for node in entry["inbound_nodes"][0]]
        if entry["class_name"] == "Dense":
            own["activation"] = None
        made[own["name"]] = getattr(layers, entry["class_name"])(**own)(inputs if len(inputs) > 1 else inputs[0])
    return keras.Model(made[config["input_layers"][0][0]], made[config["output_layers"][0][0]])


def keyword_spotting():
    def conv(filters, size, strides=1):
        return layers.Conv2D(filters, size, strides=strides, padding="same")

    x = start = keras.Input((49, 10, 1))
    x = layers.ReLU()(layers.BatchNormalization()(conv(64, (10, 4), 2)(x)))
    for _ in range(4):
        x = layers.ReLU()(layers.BatchNormalization()(layers.DepthwiseConv2D(3, padding="same")(x)))
        x = layers.ReLU()(layers.BatchNormalization()(conv(64, 1)(x)))
    return keras.Model(start, layers.Dense(12)(layers.Flatten()(layers.AveragePooling2D((25, 5))(x))))


def anomaly_detection():
    x = start = keras.Input((640,))
    for units in [128] * 4 + [8] + [128] * 4:
        x = layers.ReLU()(layers.BatchNormalization()(layers.Dense(units)(x)))
    return keras.Model(start, layers.Dense(640)(x))


class Positions(layers.Layer):
    """Adds a learnt vector to each position."""

    def build(self, shape):
        self.embeddings = self.add_weight(shape=shape[1:], name="embeddings")

    def call(self, x):
        return x + self.embeddings


def recurrent(kind):
    x = start = keras.Input((200,), dtype="int32")
    x = layers.Embedding(20000, 128, mask_zero=True, name="embedding")(x)
    x = layers.Bidirectional(kind(64, return_sequences=True), name="first")(x)
    x = layers.Bidirectional(kind(64), name="second")(x)
    return keras.Model(start, layers.Dense(2, name="output")(x))


def transformer():
    """Without masks: the attention of Keras takes the mask off its input, and the sum behind it loses it."""
    start = keras.Input((200,), dtype="int32")
    x = Positions(name="positions")(layers.Embedding(20000, 32, name="embedding")(start))
    x = layers.LayerNormalization(epsilon=1e-6, name="norm1")(x + layers.MultiHeadAttention(2, 32, name="attention")(x, x))
    x = layers.LayerNormalization(epsilon=1e-6, name="norm2")(x + layers.Dense(32, name="mixed")(layers.Dense(32, activation="relu", name="hidden")(x)))
    x = layers.Dense(20, activation="relu", name="features")(layers.GlobalAveragePooling1D()(x))
    return keras.Model(start, layers.Dense(2, name="output")(x))


def words(padded):
    """Whole numbers below 20,000; of padded texts the last 50 are 0."""
    x = 1 + np.floor(seeded.uniform("input", 200) * 19999).astype(np.int32)
    if padded:
        x[150:] = 0
    return x[None]


def of_texts(model):
    """(Lepton's name, variable, whether it is a matrix that multiplies)."""
    for layer in model.layers:
        for variable in layer.weights:
            parts = variable.path.split("/")
            if isinstance(layer, layers.Bidirectional):
                direction = "forward" if "forward" in variable.path else "backward"
                parts = [layer.name, f"{direction}_{type(layer.forward_layer).__name__.lower()}", parts[-1]]
            yield "/".join(parts), variable, parts[-1] == "kernel"


def text_macs(model):
    total = 0
    for layer in model.layers:
        if isinstance(layer, layers.Bidirectional):
            for one in (layer.forward_layer, layer.backward_layer):
                total += 200 * sum(int(np.prod(w.shape)) for w in one.weights if "bias" not in w.name)
        elif isinstance(layer, layers.MultiHeadAttention):
            total += 200 * sum(int(np.prod(w.shape)) for w in layer.weights if "bias" not in w.name) + 2 * 200 * 200 * layer.num_heads * layer.key_dim
        elif isinstance(layer, layers.Dense):
            total += (200 if len(layer.output.shape) == 3 else 1) * int(np.prod(layer.kernel.shape))
    return total


def run_text(name, reference, model, padded):
    for key, variable, product in of_texts(model):
        shape = tuple(variable.shape)
        if product and len(shape) == 3:  # heads
            flat = (shape[0] * shape[1], shape[2]) if "attention_output" in key else (shape[0], shape[1] * shape[2])
        else:
            flat = shape
        variable.assign((seeded.weight(key, flat[::-1]).T if product else seeded.weight(key, shape)).reshape(shape))
    x = words(padded)
    output = np.asarray(model(x, training=False))
    seeded.write(name, reference, (200,), "words times kernel size, and words times words times channels in attention", model.count_params(), 0,
                 text_macs(model), output)


def named(model):
    """(Lepton's name, variable). Layers without a name of their own are numbered from 0, as in a fresh program."""
    counts = {}
    for layer in model.layers:
        name = layer.name
        if name.rstrip("0123456789").rstrip("_") in ("conv2d", "depthwise_conv2d", "batch_normalization", "dense"):
            kind = name.rstrip("0123456789").rstrip("_") if name[-1] != "d" else name
            number = counts[kind] = counts.get(kind, -1) + 1
            name = f"{kind}_{number}" if number else kind
        for variable in layer.weights:
            yield f"{name}/{variable.name}", variable, isinstance(layer, layers.DepthwiseConv2D)


def torch_shape(shape, depthwise):
    """Shape in PyTorch's layout, and how to come back from it."""
    if len(shape) == 4 and depthwise:
        return (shape[2] * shape[3], 1, *shape[:2]), lambda w: w.transpose(2, 3, 0, 1).reshape(shape)
    if len(shape) == 4:
        return (shape[3], shape[2], *shape[:2]), lambda w: w.transpose(2, 3, 1, 0)
    if len(shape) == 2:
        return shape[::-1], np.transpose
    return shape, lambda w: w


def macs_of(model):
    total = 0
    for layer in model.layers:
        if isinstance(layer, (layers.DepthwiseConv2D, layers.Conv2D, layers.Dense)):
            positions = int(np.prod(layer.output.shape[1:-1])) if len(layer.output.shape) > 2 else 1
            total += positions * int(np.prod(layer.kernel.shape))
    return total


def run(name, reference, model):
    trainable = sum(int(np.prod(v.shape)) for v in model.trainable_weights)
    for key, variable, depthwise in named(model):
        shape, back = torch_shape(tuple(variable.shape), depthwise)
        variable.assign(back(seeded.weight(key, shape)))
    shape = model.input_shape[1:]
    x = seeded.model_input((1, shape[-1], *shape[:-1]))
    output = np.asarray(model(np.moveaxis(x, 1, -1), training=False))
    seeded.write(name, reference, shape, "positions times kernel size, layer by layer", trainable, model.count_params() - trainable,
                 macs_of(model), output)


def files(folder):
    run("mobilenet-v1", f"{VERSION} applications.MobileNet", keras.applications.MobileNet(weights=None, classifier_activation=None))
    run("mlperf-resnet8", f"{VERSION}, configuration in mlcommons/tiny pretrainedResnet.h5", from_file(f"{folder}/pretrainedResnet.h5"))
    run("mlperf-vww", f"{VERSION}, configuration in mlcommons/tiny vww_96.h5", from_file(f"{folder}/vww_96.h5"))
    run("mlperf-kws", f"{VERSION}, after mlcommons/tiny keyword_spotting/keras_model.py", keyword_spotting())
    run("mlperf-ad", f"{VERSION}, after mlcommons/tiny anomaly_detection/keras_model.py", anomaly_detection())


def texts():
    run_text("lstm-classifier", f"{VERSION}, make_zoo_keras.py", recurrent(layers.LSTM), True)
    run_text("gru-classifier", f"{VERSION}, make_zoo_keras.py", recurrent(layers.GRU), True)
    run_text("transformer-encoder", f"{VERSION}, make_zoo_keras.py", transformer(), False)


VERSION = f"Keras {keras.__version__}"
texts()
if len(sys.argv) > 1:
    files(sys.argv[1])
seeded.write_made_by("made_by_keras.json", {"keras": keras.__version__, "h5py": h5py.__version__, "numpy": np.__version__},
                     "python make_zoo_keras.py FOLDER")
