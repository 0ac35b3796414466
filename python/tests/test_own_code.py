"""Losses, metrics and layers written in Python with lepton.keras.ops; the operators themselves."""
import lepton
import numpy as np
import pytest
from lepton.keras import Input, Model, Sequential, activations, layers, losses, ops, regularizers

X = np.random.default_rng(1).random((64, 4)).astype("float32")
Y = X.sum(axis=1, keepdims=True)


def fitted(loss, metrics=None, epochs=2):
    lepton.keras.backend.clear_session()
    model = Sequential([Input((4,)), layers.Dense(8, activation="tanh"), layers.Dense(1)])
    model.compile("adam", loss, metrics=metrics)
    return model.fit(X, Y, epochs=epochs, verbose=0).history


def my_mse(y_true, y_pred):
    return ops.mean(ops.square(y_true - y_pred), axis=-1)


def test_a_function_is_a_loss_and_a_metric():
    own = fitted(my_mse, metrics=[my_mse, "mae"])
    known = fitted("mse", metrics=["mse", "mae"])
    assert own["loss"] == pytest.approx(known["loss"], rel=1e-6)
    assert own["my_mse"] == pytest.approx(known["mse"], rel=1e-6)
    assert own["mae"] == pytest.approx(known["mae"], rel=1e-6)


def test_a_loss_class_of_ones_own_and_losses_within_losses():
    class Both(losses.Loss):
        def __init__(self, share=0.5):
            super().__init__(name="both")
            self.share = share

        def call(self, y_true, y_pred):
            return self.share * losses.mean_squared_error(y_true, y_pred) + (1 - self.share) * losses.mean_absolute_error(y_true, y_pred)

    found = fitted(Both(0.25), metrics=["mse", "mae"], epochs=1)
    model = Sequential([Input((4,)), layers.Dense(1)])
    model.compile("sgd", Both(0.25), metrics=["mse", "mae"])
    loss, mse, mae = model.evaluate(X, Y, verbose=0)
    assert loss == pytest.approx(0.25 * mse + 0.75 * mae, rel=1e-5)
    assert found["loss"][0] > 0


def test_class_numbers_are_targets_of_ones_own_loss():
    def own(y_true, y_pred):
        return -ops.log(ops.sum(ops.one_hot(y_true, 3) * y_pred, axis=-1))

    def losses_with(loss, targets):
        lepton.keras.backend.clear_session()
        model = Sequential([Input((4,)), layers.Dense(3, activation="softmax")])
        model.compile("adam", loss)
        return model.fit(X, targets, epochs=2, verbose=0).history["loss"]

    targets = np.arange(64) % 3
    known = losses_with("sparse_categorical_crossentropy", targets)
    assert losses_with(own, targets) == pytest.approx(known, rel=1e-5)
    assert losses_with(own, targets[:, None]) == pytest.approx(known, rel=1e-5)


def test_losses_are_functions_of_arrays_too():
    y_true, y_pred = np.array([[0.0, 1.0], [1.0, 1.0]]), np.array([[0.5, 0.5], [1.0, 0.0]])
    np.testing.assert_allclose(losses.mean_squared_error(y_true, y_pred).numpy(), [0.25, 0.5])
    assert float(losses.MeanSquaredError()(y_true, y_pred)) == pytest.approx(0.375)


class Scaled(layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), initializer="glorot_uniform", name="kernel",
                                      regularizer=regularizers.L2(0.01))
        self.scale = self.add_weight(shape=(self.units,), initializer="ones", name="scale")

    def call(self, x):
        return ops.tanh(ops.matmul(x, self.kernel)) * self.scale


def test_a_layer_with_weights_trains():
    scaled = Scaled(8, name="mine")
    model = Sequential([Input((4,)), scaled, layers.Dense(1)])
    model.compile("adam", "mse")
    assert [w.shape for w in scaled.get_weights()] == [(4, 8), (8,)]
    before = [w.copy() for w in model.get_weights()]
    history = model.fit(X, Y, epochs=20, verbose=0).history["loss"]
    assert history[-1] < history[0]
    assert all(not np.array_equal(b, a) for b, a in zip(before, model.get_weights(), strict=True))
    kernel, scale, *rest = model.get_weights()
    expected = (np.tanh(X @ kernel) * scale) @ rest[0] + rest[1]
    np.testing.assert_allclose(model.predict(X, verbose=0), expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(scaled.scale.numpy(), scale)


def test_a_layer_of_layers():
    class Block(layers.Layer):
        def __init__(self, units):
            super().__init__()
            self.first, self.second = layers.Dense(units, activation="relu"), Scaled(4)

        def call(self, x, training=None):
            return x + self.second(self.first(x))

    block = Block(8)
    inputs = Input((4,))
    model = Model(inputs, layers.Dense(1)(block(inputs)))
    model.compile("adam", "mse")
    assert [w.shape for w in block.get_weights()] == [(4, 8), (8,), (8, 4), (4,)]
    history = model.fit(X, Y, epochs=10, verbose=0).history["loss"]
    assert history[-1] < history[0]


def test_training_is_told_and_losses_are_added():
    class Penalty(layers.Layer):
        def call(self, x, training=False):
            self.add_loss(ops.mean(ops.square(x)))
            return x * 2 if training else x

    model = Sequential([Input((4,)), Penalty(), layers.Dense(1, kernel_initializer="zeros")])
    model.compile(lepton.keras.optimizers.SGD(1e-9), "mse")
    base = float(np.mean(Y ** 2))
    assert model.evaluate(X, Y, verbose=0) == pytest.approx(base + float(np.mean(X ** 2)), rel=1e-4)
    np.testing.assert_array_equal(model.predict(X, verbose=0), np.zeros_like(Y))


def test_lambda_and_operators_between_layers(tmp_path):
    inputs = Input((4,))
    x = layers.Lambda(lambda v: ops.square(v) + 1)(inputs)
    model = Model(inputs, ops.concatenate([x / 2, 3 * inputs, x[:, 1:3]], axis=-1))
    expected = np.concatenate([(X ** 2 + 1) / 2, 3 * X, (X ** 2 + 1)[:, 1:3]], axis=-1)
    np.testing.assert_allclose(model.predict(X, verbose=0), expected, rtol=1e-6)
    with pytest.raises(lepton.UnsupportedError, match="ONNX"):
        model.save(tmp_path / "m.lepton")
    model.save(tmp_path / "m.onnx")
    np.testing.assert_allclose(lepton.load(tmp_path / "m.onnx").predict(X), expected, rtol=1e-5)


def test_a_sum_of_layers_can_be_saved(tmp_path):
    inputs = Input((4,))
    model = Model(inputs, layers.Dense(4)(inputs) + inputs)
    model.save(tmp_path / "m.lepton")
    np.testing.assert_allclose(lepton.load(tmp_path / "m.lepton").predict(X), model.predict(X, verbose=0))


A, B = np.linspace(-2, 2, 12).reshape(3, 4), np.linspace(0.5, 3, 12).reshape(3, 4)
SAME_AS_NUMPY = {
    "add": (A, B), "subtract": (A, B), "multiply": (A, B), "divide": (A, B), "maximum": (A, B), "minimum": (A, B), "power": (B, A),
    "abs": (A,), "exp": (A,), "log": (B,), "sqrt": (B,), "square": (A,), "sin": (A,), "cos": (A,), "tanh": (A,), "floor": (A,),
    "ceil": (A,), "sign": (A,), "negative": (A,), "log1p": (B,), "expm1": (A,), "equal": (A, A), "less": (A, B), "isnan": (A,),
    "logical_not": (A > 0,), "arctan": (A,), "reciprocal": (B,),
}


@pytest.mark.parametrize("name", SAME_AS_NUMPY)
def test_operators_are_those_of_numpy(name):
    given = SAME_AS_NUMPY[name]
    np.testing.assert_allclose(getattr(ops, name)(*given).numpy(), getattr(np, name)(*given), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", ["sum", "mean", "max", "min", "prod", "var", "std", "any", "all"])
@pytest.mark.parametrize("axis", [None, 0, -1, (0, 1)])
@pytest.mark.parametrize("keepdims", [False, True])
def test_reductions_are_those_of_numpy(name, axis, keepdims):
    found = getattr(ops, name)(A, axis=axis, keepdims=keepdims).numpy()
    np.testing.assert_allclose(found, getattr(np, name)(A, axis=axis, keepdims=keepdims), rtol=1e-12)


def test_shapes_and_places_are_those_of_numpy():
    x = np.arange(24.0).reshape(2, 3, 4)
    for found, expected in [
        (ops.reshape(x, (4, -1)), x.reshape(4, -1)), (ops.transpose(x), x.T), (ops.transpose(x, (1, 0, 2)), x.transpose(1, 0, 2)),
        (ops.expand_dims(x, 1), x[:, None]), (ops.squeeze(x[:1]), x[0]), (ops.concatenate([x, x], axis=1), np.concatenate([x, x], 1)),
        (ops.stack([x, x], axis=1), np.stack([x, x], 1)), (ops.flip(x, 0), np.flip(x, 0)), (ops.tile(x, (1, 2, 1)), np.tile(x, (1, 2, 1))),
        (ops.cumsum(x, axis=1), np.cumsum(x, 1)), (ops.argmax(x, axis=1), x.argmax(1)), (ops.argmax(x), x.argmax()),
        (ops.take(x, [2, 0], axis=1), x[:, [2, 0]]), (ops.sort(-x), np.sort(-x)), (ops.matmul(x, x.transpose(0, 2, 1)), x @ x.transpose(0, 2, 1)),
        (ops.einsum("ijk,ilk->ijl", x, x), np.einsum("ijk,ilk->ijl", x, x)), (ops.clip(x, 3, 9), x.clip(3, 9)),
        (ops.where(x > 5, x, 0.0), np.where(x > 5, x, 0.0)), (ops.pad(x, ((0, 0), (1, 2), (0, 1))), np.pad(x, ((0, 0), (1, 2), (0, 1)))),
        (ops.one_hot([0, 2], 3), np.eye(3)[[0, 2]]), (ops.slice(x, (0, 1, 1), (2, 2, 3)), x[:2, 1:3, 1:4]), (ops.swapaxes(x, 0, 2), x.swapaxes(0, 2)),
        (ops.convert_to_tensor(x)[1, ..., ::2, None], x[1, ..., ::2, None]), (ops.convert_to_tensor(x)[-1, 1:], x[-1, 1:]),
        (2 - ops.convert_to_tensor(x), 2 - x), (ops.norm(x, axis=-1), np.linalg.norm(x, axis=-1)), (ops.zeros_like(x), np.zeros_like(x)),
    ]:
        assert found.shape == expected.shape
        np.testing.assert_allclose(found.numpy(), expected, rtol=1e-12)


def test_activations_are_functions():
    np.testing.assert_allclose(activations.relu(A).numpy(), np.maximum(A, 0).astype("float32"))
    layer = layers.Dense(3, activation=activations.tanh)
    assert layer.get_config()["activation"] is activations.tanh


def test_values_do_not_outlive_their_graph():
    held = []

    def leaks(y_true, y_pred):
        held.append(y_pred)
        return my_mse(y_true, y_pred)

    fitted(leaks)
    with pytest.raises(lepton.InvalidArgumentError, match="finished"):
        ops.square(held[0])
    assert "finished" in repr(held[0])
