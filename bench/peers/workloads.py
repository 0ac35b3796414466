"""One step of training of the workloads that `lepton bench` has too, in Keras (TensorFlow) or PyTorch.

Usage: workloads.py keras-tf|torch small-cnn|resnet18|lstm|gru|transformer [SECONDS]

Adam, accuracy on, one seeded batch again and again; prints one JSON line with the median time of a step.
"""
import sys

import timing  # first: sets the thread limits
import trainers
import numpy as np

WORDS, LENGTH = 20000, 200
TOKENS, SEQUENCE, WIDTH, HEADS, HIDDEN, LAYERS = 10000, 128, 256, 8, 1024, 4


def data(name):
    """Returns x, y and the number of classes (1: yes or no)."""
    random = np.random.default_rng(0)
    if name == "small-cnn":
        return random.random((64, 28, 28, 1), dtype=np.float32), random.integers(0, 10, 64), 10
    if name == "resnet18":
        return random.random((64, 32, 32, 3), dtype=np.float32), random.integers(0, 10, 64), 10
    if name in ("lstm", "gru"):
        return random.integers(0, WORDS, (32, LENGTH)), random.integers(0, 2, 32), 1
    return random.integers(0, TOKENS, (16, SEQUENCE)), random.integers(0, 2, 16), 2


def keras_model(keras, name, x, classes):
    layers = keras.layers
    kind = "int32" if x.dtype.kind == "i" else "float32"
    inputs = keras.Input(x.shape[1:], dtype=kind)
    if name == "small-cnn":
        h = layers.Conv2D(64, 3, activation="relu")(layers.Conv2D(32, 3, activation="relu")(inputs))
        h = layers.Dense(128, activation="relu")(layers.Flatten()(layers.MaxPooling2D(2)(h)))
    elif name == "resnet18":
        def conv(h, filters, kernel, stride):
            return layers.BatchNormalization()(layers.Conv2D(filters, kernel, stride, "same", use_bias=False)(h))

        h = layers.ReLU()(conv(inputs, 64, 3, 1))
        for filters, stride in ((64, 1), (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1)):
            branch = conv(layers.ReLU()(conv(h, filters, 3, stride)), filters, 3, 1)
            h = layers.ReLU()(layers.Add()([branch, conv(h, filters, 1, stride) if stride > 1 else h]))
        h = layers.GlobalAveragePooling2D()(h)
    elif name in ("lstm", "gru"):
        h = (layers.LSTM if name == "lstm" else layers.GRU)(128)(layers.Embedding(WORDS, 128)(inputs))
    else:
        h = layers.Embedding(TOKENS, WIDTH)(inputs)
        for _ in range(LAYERS):
            h = layers.LayerNormalization()(h + layers.MultiHeadAttention(HEADS, WIDTH // HEADS)(h, h))
            h = layers.LayerNormalization()(h + layers.Dense(WIDTH)(layers.Dense(HIDDEN, activation="relu")(h)))
        h = layers.GlobalAveragePooling1D()(h)
    return keras.Model(inputs, layers.Dense(classes)(h))


def torch_model(torch, name, classes):
    nn = torch.nn

    def conv(inner, outer, kernel, stride):
        return nn.Sequential(nn.Conv2d(inner, outer, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(outer))

    class Residual(nn.Module):
        def __init__(self, inner, outer, stride):
            super().__init__()
            self.branch = nn.Sequential(conv(inner, outer, 3, stride), nn.ReLU(), conv(outer, outer, 3, 1))
            self.shortcut = conv(inner, outer, 1, stride) if stride > 1 else nn.Identity()

        def forward(self, x):
            return torch.relu(self.branch(x) + self.shortcut(x))

    class Words(nn.Module):
        def __init__(self):
            super().__init__()
            recurrent = nn.LSTM if name == "lstm" else nn.GRU
            self.embedding, self.recurrent, self.head = nn.Embedding(WORDS, 128), recurrent(128, 128, batch_first=True), nn.Linear(128, 1)

        def forward(self, x):
            return self.head(self.recurrent(self.embedding(x))[0][:, -1])

    class Encoder(nn.Module):
        def __init__(self):
            super().__init__()
            layer = nn.TransformerEncoderLayer(WIDTH, HEADS, HIDDEN, 0.0, batch_first=True)
            self.embedding, self.layers, self.head = nn.Embedding(TOKENS, WIDTH), nn.TransformerEncoder(layer, LAYERS), nn.Linear(WIDTH, 2)

        def forward(self, x):
            return self.head(self.layers(self.embedding(x)).mean(1))

    if name == "small-cnn":
        return nn.Sequential(nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
                             nn.Linear(64 * 144, 128), nn.ReLU(), nn.Linear(128, classes))
    if name in ("lstm", "gru"):
        return Words()
    if name == "transformer":
        return Encoder()
    blocks = [conv(3, 64, 3, 1), nn.ReLU()]
    for inner, outer, stride in ((64, 64, 1), (64, 64, 1), (64, 128, 2), (128, 128, 1), (128, 256, 2), (256, 256, 1),
                                 (256, 512, 2), (512, 512, 1)):
        blocks.append(Residual(inner, outer, stride))
    return nn.Sequential(*blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, classes))


def keras_step(name):
    x, y, classes = data(name)
    keras = trainers.import_keras()
    model = keras_model(keras, name, x, classes)
    losses = keras.losses
    loss = losses.BinaryCrossentropy(from_logits=True) if classes == 1 else losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer="adam", loss=loss, metrics=["accuracy"])
    y = y.astype(np.float32)[:, None] if classes == 1 else y
    # An epoch of many batches: Keras is slower when it is called for each step.
    steps = 8
    many_x, many_y = np.concatenate([x] * steps), np.concatenate([y] * steps)
    return keras.__version__, steps, lambda: model.fit(many_x, many_y, batch_size=len(x), epochs=1, shuffle=False, verbose=0).history["loss"][0]


def torch_step(name):
    x, y, classes = data(name)
    torch = trainers.import_torch()
    model = torch_model(torch, name, classes)
    x = torch.from_numpy(x)
    if x.ndim == 4:  # the faster of its two layouts
        model, x = model.to(memory_format=torch.channels_last), x.permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)
    y = torch.from_numpy(y).float()[:, None] if classes == 1 else torch.from_numpy(y)
    loss_of = torch.nn.BCEWithLogitsLoss() if classes == 1 else torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7)

    def step():
        optimizer.zero_grad(set_to_none=True)
        output = model(x)
        loss = loss_of(output, y)
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            ((output > 0) == (y > 0.5) if classes == 1 else output.argmax(1) == y).sum()
        return loss.item()

    return torch.__version__, 1, step


def main():
    framework, name = sys.argv[1], sys.argv[2]
    seconds = float(sys.argv[3]) if len(sys.argv) > 3 else 4
    version, steps, call = {"keras-tf": keras_step, "torch": torch_step}[framework](name)
    timing.report_steps(call, seconds, steps, returns="loss", workload=name, framework=framework, version=version)


if __name__ == "__main__":
    main()
