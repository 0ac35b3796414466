"""Generators, Sequences, callbacks, weights of samples, single batches."""
import csv

import lepton
import numpy as np
import pytest
from lepton.keras import Input, Sequential, callbacks, layers, utils

X = np.random.default_rng(0).random((96, 4)).astype("float32")
Y = (X.sum(axis=1) > 2).astype("int32")


def compiled(**options):
    model = Sequential([Input((4,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
    model.compile(**{"optimizer": "adam", "loss": "binary_crossentropy", "metrics": ["accuracy"], **options})
    return model


class Batches(utils.PyDataset):
    def __init__(self, size=16):
        super().__init__()
        self.size, self.epochs = size, 0

    def __len__(self):
        return len(X) // self.size

    def __getitem__(self, i):
        return X[i * self.size:(i + 1) * self.size], Y[i * self.size:(i + 1) * self.size]

    def on_epoch_end(self):
        self.epochs += 1


def generator(with_weights=False):
    while True:
        for i in range(6):
            batch = X[i * 16:(i + 1) * 16], Y[i * 16:(i + 1) * 16]
            yield (*batch, np.ones(16)) if with_weights else batch


def losses_of(source, **options):
    lepton.keras.backend.clear_session()
    return compiled().fit(source, epochs=3, verbose=0, **options).history["loss"]


def test_sequences_generators_and_arrays_agree():
    lepton.keras.backend.clear_session()
    arrays = compiled().fit(X, Y, epochs=3, batch_size=16, shuffle=False, verbose=0).history["loss"]
    assert losses_of(Batches()) == pytest.approx(arrays, rel=1e-6)
    assert losses_of(generator(), steps_per_epoch=6) == pytest.approx(arrays, rel=1e-6)
    assert losses_of(generator(True), steps_per_epoch=6) == pytest.approx(arrays, rel=1e-6)
    assert losses_of([(X[i:i + 16], Y[i:i + 16]) for i in range(0, 96, 16)].__iter__(), steps_per_epoch=2)


def test_validation_by_arrays_and_sequences():
    by_arrays = compiled().fit(Batches(), validation_data=(X, Y), verbose=0).history
    lepton.keras.backend.clear_session()
    assert set(by_arrays) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    weighted = compiled().fit(X, Y, validation_data=(X, Y, np.linspace(0, 1, 96)), verbose=0).history
    assert weighted["val_loss"][0] > 0
    assert set(compiled().fit(Batches(), validation_data=Batches(), verbose=0).history) == set(by_arrays)


def test_evaluate_and_predict_on_batches():
    model = compiled()
    assert model.evaluate(Batches(), verbose=0) == pytest.approx(model.evaluate(X, Y, batch_size=16, verbose=0))
    np.testing.assert_array_equal(model.predict(Batches(), verbose=0), model.predict(X, batch_size=16, verbose=0))
    assert set(model.evaluate(X, Y, verbose=0, return_dict=True)) == {"loss", "accuracy"}


def test_a_generator_without_an_end_needs_steps():
    with pytest.raises(lepton.InvalidArgumentError, match="steps_per_epoch"):
        compiled().fit(generator(), verbose=0)


def test_python_callbacks_see_everything_in_order():
    seen = []

    class Watch(callbacks.Callback):
        def on_train_begin(self, logs=None):
            seen.append("train")

        def on_epoch_begin(self, epoch, logs=None):
            seen.append(f"epoch {epoch}")

        def on_train_batch_begin(self, batch, logs=None):
            seen.append(f"begin {batch}")

        def on_train_batch_end(self, batch, logs=None):
            assert set(logs) == {"loss", "accuracy"}
            seen.append(f"end {batch}")

        def on_epoch_end(self, epoch, logs=None):
            logs["mine"] = 42 + epoch
            assert self.model.predict(X[:2], verbose=0).shape == (2, 1)

        def on_train_end(self, logs=None):
            seen.append("done")

    history = compiled().fit(X, Y, batch_size=48, epochs=2, callbacks=[Watch()], verbose=0)
    one_epoch = ["begin 0", "end 0", "begin 1", "end 1"]
    assert seen == ["train", "epoch 0", *one_epoch, "epoch 1", *one_epoch, "done"]
    assert history.history["mine"] == [42, 43]


def test_stop_training_stops():
    class Stop(callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = epoch == 1

    assert len(compiled().fit(X, Y, epochs=10, callbacks=[Stop()], verbose=0).epoch) == 2


def test_an_error_in_a_callback_comes_out_as_it_is():
    class Fail(callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            raise ZeroDivisionError("mine")

    model = compiled()
    with pytest.raises(ZeroDivisionError, match="mine"):
        model.fit(X, Y, callbacks=[Fail()], verbose=0)
    model.fit(X, Y, verbose=0)  # the model lives on


def test_early_stopping_and_plateau():
    model = compiled(optimizer=lepton.keras.optimizers.SGD(1e-9))
    stop = callbacks.EarlyStopping(monitor="loss", min_delta=0.1, patience=2)
    assert len(model.fit(X, Y, epochs=20, callbacks=[stop], verbose=0).epoch) == 3
    model = compiled(optimizer=lepton.keras.optimizers.SGD(1e-3))
    model.fit(X, Y, epochs=4, callbacks=[callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=1, min_delta=10)], verbose=0)
    assert float(model.optimizer.learning_rate) < 1e-3


def test_learning_rate_scheduler_csv_and_lambda(tmp_path):
    model, epochs = compiled(), []
    model.fit(X, Y, epochs=3, verbose=0, callbacks=[
        callbacks.LearningRateScheduler(lambda epoch, rate: 0.1 / (epoch + 1)), callbacks.CSVLogger(tmp_path / "log.csv"),
        callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: epochs.append(epoch))])
    assert float(model.optimizer.learning_rate) == pytest.approx(0.1 / 3)
    assert epochs == [0, 1, 2]
    assert len(list(csv.reader((tmp_path / "log.csv").open()))) == 4


def test_checkpoints_keep_the_best(tmp_path):
    path = tmp_path / "best.lepton"
    model = compiled()
    model.fit(X, Y, epochs=3, verbose=0, callbacks=[callbacks.ModelCheckpoint(path, monitor="loss", save_best_only=True)])
    assert path.exists()
    model.fit(X, Y, epochs=2, verbose=0, callbacks=[callbacks.ModelCheckpoint(tmp_path / "w{epoch:02d}.npz", save_weights_only=True)])
    assert (tmp_path / "w02.npz").exists()


def test_train_on_batch_and_test_on_batch():
    model = compiled()
    loss, accuracy = model.train_on_batch(X, Y)
    assert loss > 0 and 0 <= accuracy <= 1
    assert set(model.train_on_batch(X, Y, return_dict=True)) == {"loss", "accuracy"}
    assert len(model.test_on_batch(X, Y)) == 2
    assert model.predict_on_batch(X).shape == (96, 1)


def test_weights_of_samples_and_classes():
    only_first = np.zeros(96)
    only_first[:8] = 1
    model = compiled(optimizer=lepton.keras.optimizers.SGD(0.0001))
    whole = model.evaluate(X[:8], Y[:8], verbose=0)[0]
    assert model.evaluate(X, Y, sample_weight=only_first, batch_size=96, verbose=0)[0] == pytest.approx(whole * 8 / 96, rel=1e-5)
    assert model.fit(X, Y, class_weight={0: 1.0, 1: 3.0}, verbose=0).history["loss"][0] > 0


def test_optimizer_objects_schedules_and_the_rate():
    schedule = lepton.keras.optimizers.schedules.ExponentialDecay(0.1, decay_steps=10, decay_rate=0.5)
    assert schedule(10) == pytest.approx(0.05)
    model = compiled(optimizer=lepton.keras.optimizers.SGD(schedule, momentum=0.9))
    model.fit(X, Y, batch_size=48, epochs=5, verbose=0)
    assert float(model.optimizer.learning_rate) == pytest.approx(0.05)
    assert model.optimizer.iterations == 10
    model = compiled(optimizer=lepton.keras.optimizers.Adam(learning_rate=0.01))
    model.optimizer.learning_rate = 0.002
    model.optimizer.learning_rate.assign(model.optimizer.learning_rate / 2)
    assert float(model.optimizer.learning_rate) == pytest.approx(0.001)


@pytest.mark.parametrize("source", ["arrays", "batches"])
def test_validation_after_some_epochs(source, tmp_path):
    path = tmp_path / "log.csv"
    watching = [callbacks.EarlyStopping(patience=1), callbacks.ReduceLROnPlateau(patience=1), callbacks.CSVLogger(path),
                callbacks.ModelCheckpoint(tmp_path / "{epoch}.npz", save_best_only=True, save_weights_only=True)]
    data = (X, Y) if source == "arrays" else (Batches(),)
    history = compiled().fit(*data, epochs=7, validation_data=(X, Y), validation_freq=3, callbacks=watching, verbose=0)
    assert len(history.history["loss"]) == 7 and len(history.history["val_loss"]) == 2
    assert {file.stem for file in tmp_path.glob("*.npz")} <= {"3", "6"}
    with open(path) as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows if row["val_loss"]] == ["3", "6"]
    assert float(rows[5]["val_loss"]) == pytest.approx(history.history["val_loss"][1])
    with pytest.raises(lepton.InvalidArgumentError, match="validation_freq"):
        compiled().fit(X, Y, validation_data=(X, Y), validation_freq=0, verbose=0)


def test_metrics_and_weighted_metrics_are_both_there():
    history = compiled(metrics=["accuracy"], weighted_metrics=["mse"]).fit(X, Y, epochs=1, verbose=0)
    assert {"loss", "accuracy", "mse"} == set(history.history)


def test_stateful_layers_go_on_and_start_anew():
    model = Sequential([Input((4, 2), batch_size=3), layers.LSTM(3, stateful=True, name="memory"), layers.Dense(1)])
    x = np.random.default_rng(1).random((3, 4, 2))
    first, second = (model.predict(x, batch_size=3, verbose=0) for _ in range(2))
    assert not np.allclose(first, second)
    model.get_layer("memory").reset_state()
    np.testing.assert_array_equal(model.predict(x, batch_size=3, verbose=0), first)
    model.reset_state()
    np.testing.assert_array_equal(model.predict(x, batch_size=3, verbose=0), first)
    assert model.input_shape == (3, 4, 2)
