"""Functional models, several inputs and outputs, shared layers, weights, files."""
import lepton
import numpy as np
import pytest
from lepton.keras import Input, Model, Sequential, layers, ops


def rows(count=32, width=4, seed=0):
    return np.random.default_rng(seed).random((count, width)).astype("float32")


def two_in_two_out():
    a, b = Input((4,), name="a"), Input((3,), name="b")
    x = layers.Concatenate()([layers.Dense(5, activation="relu")(a), b])
    return Model([a, b], [layers.Dense(1, name="score")(x), layers.Dense(3, activation="softmax", name="kind")(x)])


def test_several_inputs_and_outputs_by_place_and_name():
    model = two_in_two_out()
    model.compile("adam", loss=["mse", "sparse_categorical_crossentropy"], loss_weights=[1.0, 0.5],
                  metrics={"score": "mae", "kind": ["accuracy"]})
    a, b = rows(), rows(width=3)
    score, kind = a.sum(axis=1), np.arange(32) % 3
    by_place = model.fit([a, b], [score, kind], epochs=2, verbose=0).history
    assert set(by_place) == {"loss", "score_loss", "kind_loss", "score_mae", "kind_accuracy"}
    by_name = model.fit({"b": b, "a": a}, {"kind": kind, "score": score}, verbose=0).history
    assert set(by_name) == set(by_place)
    predictions = model.predict([a, b], verbose=0)
    assert [p.shape for p in predictions] == [(32, 1), (32, 3)]
    np.testing.assert_array_equal(model.predict({"a": a, "b": b}, verbose=0)[0], predictions[0])
    total, score_loss, kind_loss, *_ = model.evaluate([a, b], [score, kind], verbose=0)
    assert total == pytest.approx(score_loss + 0.5 * kind_loss, rel=1e-5)


def test_layers_stand_in_the_order_of_keras():
    a, b = Input((4,), name="a"), Input((3,), name="b")
    x = layers.Dense(5, name="da")(a)
    y = layers.Dense(5, name="db2")(layers.Dense(6, name="db")(b))
    z = layers.Concatenate(name="cat")([x, y])
    model = Model([a, b], [layers.Dense(1, name="o1")(z), layers.Dense(3, name="o2")(y)])
    assert [layer.name for layer in model.layers] == ["b", "a", "db", "da", "db2", "cat", "o1", "o2"]  # as Keras 3.15 says
    x = layers.Dense(3, name="d1")(a)
    z = layers.Multiply(name="m")([layers.Dense(3, name="d2")(x), b])
    model = Model([b, a], layers.Dense(2, name="d3")(layers.Concatenate(name="cc")([z, x])))
    assert [layer.name for layer in model.layers] == ["a", "d1", "d2", "b", "m", "cc", "d3"]
    shared, c = layers.Dense(3, name="sh"), Input((4,), name="c")
    joined = layers.Concatenate(name="cat2")([shared(a), layers.Dense(3, name="e")(shared(c))])
    assert [layer.name for layer in Model([a, c], joined).layers] == ["a", "c", "sh", "e", "cat2"]


def test_losses_by_output_name_give_the_same():
    results = []
    for loss in (["mse", "sparse_categorical_crossentropy"], {"kind": "sparse_categorical_crossentropy", "score": "mse"}):
        lepton.keras.backend.clear_session()
        model = two_in_two_out()
        model.compile("sgd", loss=loss)
        a, b = rows(), rows(width=3)
        results.append(model.fit([a, b], [a.sum(axis=1), np.arange(32) % 3], verbose=0).history["loss"])
    assert results[0] == results[1]


def test_a_layer_called_twice_shares_its_weights():
    dense = layers.Dense(2, use_bias=False)
    a, b = Input((4,)), Input((4,))
    model = Model([a, b], layers.Subtract()([dense(a), dense(b)]))
    assert len(model.get_weights()) == 1
    x = rows()
    np.testing.assert_array_equal(model.predict([x, x], verbose=0), np.zeros((32, 2), "float32"))


def test_models_that_share_layers_share_what_was_learnt():
    inputs = Input((4,))
    code = layers.Dense(2, activation="tanh", name="code")(inputs)
    autoencoder, encoder = Model(inputs, layers.Dense(4)(code)), Model(inputs, code)
    x = rows()
    before = encoder.predict(x, verbose=0)
    autoencoder.compile("adam", "mse")
    autoencoder.fit(x, x, epochs=3, verbose=0)
    after = encoder.predict(x, verbose=0)
    assert not np.allclose(before, after)
    np.testing.assert_allclose(after, np.tanh(x @ autoencoder.get_weights()[0] + autoencoder.get_weights()[1]), rtol=1e-4, atol=1e-5)


def test_a_model_is_called_like_a_layer_and_frozen():
    base = Sequential([Input((4,)), layers.Dense(8, activation="relu"), layers.BatchNormalization()])
    base.trainable = False
    inputs = Input((4,))
    model = Model(inputs, layers.Dense(1)(base(inputs, training=False)))
    model.compile("adam", "mse")
    held = [w.copy() for w in base.get_weights()]
    x = rows()
    model.fit(x, x.sum(axis=1), epochs=2, verbose=0)
    for before, after in zip(held, base.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)


def test_sequential_learns_its_input_from_the_data():
    model = Sequential([layers.Dense(3), layers.Dense(1)])
    with pytest.raises(lepton.InvalidArgumentError, match="inputs"):
        model.get_weights()
    model.compile("sgd", "mse")
    model.fit(rows(), rows(width=1), verbose=0)
    assert model.input_shape == (None, 4)


def test_add_and_pop():
    model = Sequential()
    model.add(Input((4,)))
    model.add(layers.Dense(3))
    model.add(layers.Dense(2))
    model.pop()
    held = model.get_weights()
    assert model.predict(rows(), verbose=0).shape == (32, 3)
    model.add(layers.Dense(2))
    assert model.predict(rows(), verbose=0).shape == (32, 2)
    np.testing.assert_array_equal(model.get_weights()[0], held[0])  # what was learnt stays


def test_a_subclass_with_call_is_a_model():
    class Mine(Model):
        def __init__(self):
            super().__init__()
            self.first, self.second = layers.Dense(8, activation="relu"), layers.Dense(1)

        def call(self, x):
            return self.second(self.first(x)) + ops.mean(x, axis=-1, keepdims=True)

    model = Mine()
    model.compile("adam", "mse")
    x = rows(128)
    losses = model.fit(x, x.sum(axis=1), epochs=15, verbose=0).history["loss"]
    assert losses[-1] < losses[0]


def test_weights_go_in_as_they_come_out():
    model = Sequential([Input((6, 6, 2)), layers.Conv2D(3, 3), layers.BatchNormalization(), layers.Flatten(), layers.Dense(2)])
    shapes = [(3, 3, 2, 3), (3,), (3,), (3,), (3,), (3,), (48, 2), (2,)]
    weights = [np.random.default_rng(i).random(shape).astype("float32") for i, shape in enumerate(shapes)]
    model.set_weights(weights)
    for mine, given in zip(model.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(mine, given)
    model.layers[0].set_weights([weights[0] * 2, weights[1]])
    np.testing.assert_array_equal(model.get_weights()[0], weights[0] * 2)
    with pytest.raises(lepton.ShapeError):
        model.layers[0].set_weights([weights[0][:2], weights[1]])
    with pytest.raises(lepton.InvalidArgumentError):
        model.set_weights(weights[:-1])


@pytest.mark.parametrize("ending", ["lepton", "onnx"])
def test_saved_models_say_the_same(tmp_path, ending):
    model = two_in_two_out() if ending == "lepton" else Sequential([Input((4,)), layers.Dense(3, activation="softmax")])
    given = [rows(), rows(width=3)] if ending == "lepton" else rows()
    path = tmp_path / f"model.{ending}"
    model.save(path)
    loaded = lepton.load(path)
    expected, found = model.predict(given, verbose=0), loaded.predict(given)
    for wanted, got in zip(expected if isinstance(expected, list) else [expected], found if isinstance(found, list) else [found], strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-6)


def test_a_loaded_model_trains_on_and_gives_its_parts(tmp_path):
    inputs = Input((4,))
    model = Model(inputs, layers.Dense(2, name="last")(layers.Dense(5, activation="relu", name="inner")(inputs)))
    model.save(tmp_path / "m.lepton")
    loaded = lepton.keras.models.load_model(tmp_path / "m.lepton")
    np.testing.assert_array_equal(loaded.predict(rows(), verbose=0), model.predict(rows(), verbose=0))
    inner = Model(loaded.input, loaded.get_layer("inner").output)
    assert inner.predict(rows(), verbose=0).shape == (32, 5)
    loaded.compile("adam", "mse")
    loaded.fit(rows(), rows(width=2), verbose=0)


@pytest.mark.parametrize("ending", ["npz", "safetensors"])
def test_weight_files(tmp_path, ending):
    one, two = (Sequential([Input((4,)), layers.Dense(3, name="d")]) for _ in range(2))
    assert not np.allclose(one.get_weights()[0], two.get_weights()[0])
    one.save_weights(tmp_path / f"w.{ending}")
    two.load_weights(tmp_path / f"w.{ending}")
    np.testing.assert_array_equal(one.get_weights()[0], two.get_weights()[0])


def test_keras_files_are_read():
    from golden import FOLDER

    model = lepton.keras.models.load_model(FOLDER.parent / "keras_files/sequential.keras")
    assert len(model.get_weights()) > 0


def test_a_list_of_cells_is_one_cell():
    cells = [layers.LSTMCell(3), layers.GRUCell(2)]
    model = Sequential([Input((5, 4)), layers.RNN(cells, return_sequences=True)])
    assert model.output_shape == (None, 5, 2)
    assert [w.shape for w in model.get_weights()][:2] == [(4, 12), (3, 12)]
