"""Models as Keras's files: what is written is read again as the same model; tests/peers/keras_export has Keras itself read it."""
import golden
import lepton
import numpy as np
import pytest
import test_layers_golden
from lepton.keras import Input, Model, Sequential, callbacks, layers, models, ops

ENDINGS = ("keras", "h5")


def predictions(model, arrays):
    made = model.predict(arrays if len(arrays) > 1 else arrays[0], batch_size=len(arrays[0]), verbose=0)
    return made if isinstance(made, list) else [made]


def assert_same(one, other, arrays):
    for x, y in zip(predictions(one, arrays), predictions(other, arrays), strict=True):
        np.testing.assert_array_equal(x, y)


@pytest.mark.parametrize("folder, case", test_layers_golden.ALL, ids=golden.name_of)
def test_layers_come_back(folder, case, double, tmp_path):
    model, arrays = test_layers_golden.model_of(folder, case)
    path = tmp_path / f"model.{ENDINGS[len(case['name']) % 2]}"
    model.save(path)
    read = models.load_model(path)
    assert_same(model, read, arrays)
    if model.count_params():
        model.save_weights(tmp_path / "model.weights.h5")
        read.set_weights([np.zeros_like(w) for w in read.get_weights()])
        read.load_weights(tmp_path / "model.weights.h5")
        assert_same(model, read, arrays)


def branches():
    left, right = Input((6, 5, 2), name="left"), Input((6, 5, 2), name="right")
    shared = layers.Conv2D(3, 3, kernel_regularizer="l2", name="both")
    short = layers.Dense(3, kernel_constraint="max_norm")(layers.Flatten()(right))
    long = layers.Dense(4)(layers.Dense(5)(layers.Flatten()(layers.Add()([shared(left), shared(right)]))))
    return Model([left, right], [layers.Dense(2, name="yes")(layers.Concatenate()([short, long])), short])


@pytest.mark.parametrize("ending", ENDINGS)
def test_shared_layers_and_branches_come_back(ending, tmp_path):
    model = branches()
    model.get_layer("both").trainable = False
    model.save(tmp_path / f"model.{ending}")
    read = models.load_model(tmp_path / f"model.{ending}")
    assert_same(model, read, [np.random.default_rng(i).random((3, 6, 5, 2)) for i in (0, 1)])
    assert read.name == model.name and [layer.name for layer in read.layers] == [layer.name for layer in model.layers]
    assert not read.get_layer("both").trainable and read.get_layer("yes").trainable
    both = read.get_layer("both").get_config()
    assert both["kernel_regularizer"].startswith("l2") and both["kernel_size"] == [3, 3]


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_thousand_layers_come_back(ending, tmp_path):
    model = Sequential([Input((2,)), *(layers.Dense(2, use_bias=False, name=f"layer_{i}") for i in range(1100))])
    model.save(tmp_path / f"model.{ending}")
    read = models.load_model(tmp_path / f"model.{ending}")
    for one, other in zip(model.get_weights(), read.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_checkpoints_are_keras_files(tmp_path):
    x = np.random.default_rng(0).random((32, 4))
    model = Sequential([Input((4,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    kept = [callbacks.ModelCheckpoint(tmp_path / "m{epoch}.keras"), callbacks.ModelCheckpoint(tmp_path / "w.weights.h5", save_weights_only=True)]
    model.fit(x, x[:, :1], epochs=2, verbose=0, callbacks=kept)
    assert_same(model, models.load_model(tmp_path / "m2.keras"), [x])
    assert lepton.load(tmp_path / "m1.keras").predict(x).shape == (32, 1)


def test_python_code_is_not_written(tmp_path):
    x = Input((4,))
    model = Model(x, layers.Lambda(lambda v: ops.exp(v), name="mine")(x))
    for ending in ENDINGS:
        with pytest.raises(lepton.UnsupportedError, match="mine"):
            model.save(tmp_path / f"model.{ending}")
    assert not list(tmp_path.iterdir())


def test_weights_need_keras_ending(tmp_path):
    with pytest.raises(lepton.InvalidArgumentError, match="weights.h5"):
        branches().save_weights(tmp_path / "weights.h5")


def test_a_missing_program_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("LEPTON_HDF5", str(tmp_path / "nothing"))
    with pytest.raises(lepton.NotFoundError, match="lepton-hdf5"):
        branches().save(tmp_path / "model.keras")


def test_a_failed_save_leaves_the_old_file(tmp_path):
    model, path = branches(), tmp_path / "model.keras"
    model.save(path)
    before = path.read_bytes()
    x = Input((4,))
    with pytest.raises(lepton.UnsupportedError):
        Model(x, layers.Lambda(lambda v: v * 2)(x)).save(path)
    assert path.read_bytes() == before and len(list(tmp_path.iterdir())) == 1
    with pytest.raises(lepton.InvalidArgumentError, match="overwrite"):
        model.save(path, overwrite=False)


@pytest.mark.parametrize("ending", ENDINGS)
def test_stateful_layers_come_back(ending, tmp_path):
    model = Sequential([Input((4, 2), batch_size=3), layers.LSTM(3, stateful=True)])
    x = np.random.default_rng(1).random((3, 4, 2))
    model.save(tmp_path / f"model.{ending}")
    read = models.load_model(tmp_path / f"model.{ending}")
    assert read.input_shape == (3, 4, 2)
    for _ in range(2):
        assert_same(model, read, [x])
