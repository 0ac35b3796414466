"""The Keras script with its imports changed: it runs, gives Keras's History keys and prints Keras's progress bar."""
import re

import numpy as np
import pytest
from lepton.keras.layers import Conv2D, Dense, Flatten, MaxPooling2D
from lepton.keras.models import Sequential


def pictures(count=96, size=64):
    random = np.random.default_rng(3)
    y = random.integers(0, 2, count)
    x = random.random((count, size, size, 3)) * 0.2 + y[:, None, None, None] * 0.8 - 0.5
    return x, y


@pytest.fixture
def model():
    model = Sequential([Conv2D(32, (3, 3), activation='relu', input_shape=(64, 64, 3)), MaxPooling2D((2, 2)), Flatten(),
                        Dense(128, activation='relu'), Dense(1, activation='sigmoid')])
    model.compile(optimizer='adam', loss='binary_crossentropy', metrics=['accuracy'])
    return model


def test_fit_trains_and_gives_keras_history(model):
    x_train, y_train = pictures()
    history = model.fit(x_train, y_train, epochs=3, batch_size=32, validation_split=0.25, verbose=0)
    assert set(history.history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert history.epoch == [0, 1, 2]
    assert all(len(values) == 3 for values in history.history.values())
    assert history.history["loss"][-1] < history.history["loss"][0]
    assert model.evaluate(x_train, y_train, verbose=0)[1] > 0.9


def test_fit_prints_keras_progress_bar(model, capsys):
    x_train, y_train = pictures(64)
    model.fit(x_train, y_train, epochs=2, batch_size=32)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Epoch 1/2"
    assert re.fullmatch(r"2/2 ━+ \d+m?s \d+m?s/step - loss: \d+\.\d{4} - accuracy: \d\.\d{4}", lines[1])
    assert lines[2] == "Epoch 2/2"


def test_verbose_0_prints_nothing(model, capsys):
    x_train, y_train = pictures(32)
    model.fit(x_train, y_train, verbose=0)
    assert capsys.readouterr().out == ""


def test_the_same_program_gives_the_same_numbers():
    def losses():
        from lepton.keras import utils

        utils.set_random_seed(5)
        model = Sequential([Dense(8, activation="relu", input_shape=(4,)), Dense(1)])
        model.compile("adam", "mse")
        x = np.random.default_rng(0).random((64, 4))
        return model.fit(x, x.sum(axis=1), epochs=3, verbose=0).history["loss"]

    assert losses() == losses()


def test_shapes_and_parameters_are_those_of_keras(model, capsys):
    assert model.input_shape == (None, 64, 64, 3)
    assert model.output_shape == (None, 1)
    assert [tuple(w.shape) for w in model.get_weights()] == [(3, 3, 3, 32), (32,), (30752, 128), (128,), (128, 1), (1,)]
    assert model.count_params() == 3_937_409
    assert [layer.name for layer in model.layers] == ["conv2d", "max_pooling2d", "flatten", "dense", "dense_1"]
    model.summary()
    assert "max_pooling2d (MaxPooling2D)" in capsys.readouterr().out
