"""Mistakes: each gives one exception that names what is wrong, and the interpreter lives on."""
import lepton
import numpy as np
import pytest
from lepton.keras import Input, Model, Sequential, layers, losses, ops, optimizers

X, Y = np.zeros((8, 4), "float32"), np.zeros((8, 1), "float32")


def small(**options):
    model = Sequential([Input((4,)), layers.Dense(1)])
    model.compile(**{"optimizer": "sgd", "loss": "mse", **options})
    return model


def test_every_code_has_its_class_and_builtin():
    classes = {"ShapeError": ValueError, "DtypeError": TypeError, "InvalidArgumentError": ValueError, "NotFoundError": LookupError,
               "UnsupportedError": NotImplementedError, "IoError": OSError, "PermissionDeniedError": PermissionError,
               "ResourceExhaustedError": MemoryError, "InternalError": RuntimeError, "DeadlineExceededError": TimeoutError}
    for name, builtin in classes.items():
        made = getattr(lepton, name)
        assert issubclass(made, lepton.LeptonError) and issubclass(made, builtin)
    assert lepton.ShapeError.code == "shape_mismatch" and lepton.UnsupportedError.code == "unsupported"


class OwnStep(Model):
    def train_step(self, data):
        return {}


MISTAKES = {
    "what Keras has and Lepton lacks": (lambda: layers.MelSpectrogram, AttributeError, "MelSpectrogram"),
    "what nobody has": (lambda: layers.Dens, AttributeError, "Dens"),
    "a misspelt argument": (lambda: layers.Dense(3, activatoin="relu"), TypeError, "activatoin"),
    "a missing argument": (lambda: layers.Dense(), TypeError, "units"),
    "an unknown activation": (lambda: Sequential([Input((4,)), layers.Dense(3, activation="rellu")]), lepton.NotFoundError, "relu"),
    "an unsupported setting": (lambda: layers.Dense(3, lora_rank=2), lepton.UnsupportedError, "lora_rank"),
    "a value out of range": (lambda: layers.Dense(-3), lepton.InvalidArgumentError, "units"),
    "a value of the wrong type": (lambda: layers.Dense("many"), ValueError, "units"),
    "which layer it is": (lambda: layers.Dense("many", name="top"), ValueError, "the layer 'top'"),
    "validation data that is no pair": (lambda: small().fit(X, Y, validation_data=X, verbose=0), ValueError, "validation_data"),
    "a function as a setting": (lambda: layers.Dense(3, kernel_initializer=lambda shape: 0), lepton.UnsupportedError, "function"),
    "shapes that do not fit": (lambda: Sequential([Input((4, 4)), layers.Conv2D(3, 3)]), lepton.LeptonError, "conv2d"),
    "merging what does not fit": (lambda: layers.Add()([Input((3,)), Input((4,))]), lepton.LeptonError, "add"),
    "two layers of one name": (lambda: Sequential([Input((4,)), layers.Dense(2, name="a"), layers.Dense(2, name="a")]), ValueError, "'a'"),
    "an input that is not given": (lambda: Model(Input((4,)), layers.Dense(2)(Input((4,)))), ValueError, "not among the inputs"),
    "a layer on nothing": (lambda: layers.Dense(3)(), ValueError, "dense"),
    "a step of one's own": (lambda: OwnStep(*(lambda x: (x, layers.Dense(1)(x)))(Input((4,)))).compile("sgd", "mse"), lepton.UnsupportedError, "train_step"),
    "no compile": (lambda: Sequential([Input((4,)), layers.Dense(1)]).fit(X, Y), ValueError, "compile"),
    "no loss": (lambda: small(loss=None), ValueError, "loss"),
    "an unknown loss": (lambda: small(loss="msee"), lepton.NotFoundError, "msee"),
    "an unknown optimizer": (lambda: small(optimizer="adan"), lepton.NotFoundError, "adan"),
    "an unknown metric": (lambda: small(metrics=["acuracy"]), lepton.NotFoundError, "accuracy"),
    "an optimizer's argument": (lambda: optimizers.Adam(beta1=0.9), TypeError, "beta1"),
    "an optimizer's range": (lambda: small(optimizer=optimizers.SGD(-1.0)), ValueError, "learning_rate"),
    "a loss's argument that is not there": (lambda: small(loss=losses.BinaryCrossentropy(axis=1)), lepton.UnsupportedError, "axis"),
    "texts as data": (lambda: small().fit(np.array([["a"]]), Y), TypeError, "numbers"),
    "rows of different lengths": (lambda: small().fit([[1, 2, 3, 4], [1, 2]], Y), ValueError, "lengths"),
    "different numbers of samples": (lambda: small().fit(X, Y[:3], verbose=0), lepton.ShapeError, "samples"),
    "a wrong width": (lambda: small().predict(np.zeros((8, 5))), lepton.LeptonError, "5"),
    "a scalar": (lambda: small().predict(np.float32(3)), ValueError, "samples"),
    "too many inputs": (lambda: small().predict([X, X]), ValueError, "1 array"),
    "no targets": (lambda: small().fit(X), ValueError, "y"),
    "a batch size of 0": (lambda: small().fit(X, Y, batch_size=-1, verbose=0), ValueError, "batch_size"),
    "half an epoch": (lambda: small().fit(X, Y, epochs=1.5, verbose=0), ValueError, "epochs"),
    "a batch size that is a text": (lambda: small().predict(X, batch_size="all"), ValueError, "batch_size"),
    "a class weight that is no number": (lambda: small().fit(X, Y, class_weight={0: "a"}, verbose=0), ValueError, "'a'"),
    "a validation split of all": (lambda: small().fit(X, Y, validation_split=1.5, verbose=0), ValueError, "validation_split"),
    "a callback that is none": (lambda: small().fit(X, Y, callbacks=[print], verbose=0), ValueError, "callback"),
    "a monitor that is not there": (lambda: small().fit(X, Y, verbose=0, callbacks=[lepton.keras.callbacks.EarlyStopping()]),
                                    lepton.NotFoundError, "val_loss"),
    "a loss that returns no value": (lambda: small(loss=lambda t, p: 3.0).fit(X, Y, verbose=0), ValueError, "lepton.keras.ops"),
    "a loss that computes with NumPy": (lambda: small(loss=lambda t, p: np.mean(t - p)).fit(X, Y, verbose=0), Exception, ""),
    "a value as a truth": (lambda: small(loss=lambda t, p: t if t > p else p).fit(X, Y, verbose=0), ValueError, "where"),
    "NumPy on symbolic tensors": (lambda: np.sum(Input((3,))), TypeError, "KerasTensor"),
    "an axis that is not there": (lambda: ops.sum(X, axis=5), ValueError, "axis"),
    "matrices that do not fit": (lambda: ops.matmul(X, X), lepton.ShapeError, "matmul"),
    "a file that is not there": (lambda: lepton.load("/nowhere/model.lepton"), (OSError, LookupError), "nowhere"),
    "an unknown ending": (lambda: small().save("model.pb"), lepton.UnsupportedError, ".lepton"),
    "half precision": (lambda: lepton.keras.config.set_floatx("float16"), lepton.UnsupportedError, "float16"),
    "a dtype of one layer": (lambda: layers.Dense(3, dtype="float16"), lepton.UnsupportedError, "dtype"),
    "an unknown data set": (lambda: lepton.data.get("fashion-mnits"), lepton.NotFoundError, "fashion-mnist"),
    "an unknown task": (lambda: lepton.tasks.train("x", task="image-clasification"), lepton.NotFoundError, "image-classification"),
    "an unknown setting of a task": (lambda: lepton.tasks.train("x", epoch=3), ValueError, "epochs"),
}


@pytest.mark.parametrize("what", MISTAKES)
def test_mistakes_give_one_clear_exception(what, capfd):
    function, kind, named = MISTAKES[what]
    with pytest.raises(kind) as raised:
        function()
    assert named in str(raised.value)
    assert small().predict(X, verbose=0).shape == (8, 1)  # the interpreter lives on


def test_import_of_what_is_missing_names_it():
    with pytest.raises(ImportError, match="TextVectorization"):
        from lepton.keras.layers import TextVectorization  # noqa: F401


def test_a_model_is_not_compiled_while_it_trains():
    class Compile(lepton.keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.compile("adam", "mse")

    with pytest.raises(lepton.InvalidArgumentError, match="trained"):
        small().fit(X, Y, callbacks=[Compile()], verbose=0)
