"""Twenty steps of training through Python against Keras's: losses of every step and the weights at the end, in double."""
import golden
import numpy as np
import pytest
from lepton.keras import Input, Sequential, layers, losses, optimizers

ALL = golden.cases("training")


def model_of(case):
    if case["name"] == "loss_huber_delta":
        case["loss"]["config"]["delta"] = 0.3  # Keras's configuration leaves it out
    model = Sequential([Input(tuple(case["input_shape"])), *(layers.deserialize(layer) for layer in case["layers"])])
    model.compile(optimizer=optimizers.deserialize(case["optimizer"]), loss=losses.deserialize(case["loss"]))
    return model


def weights_of(given, case, prefix):
    """In get_weights() order; names are numbered layer by layer in the file."""
    found = {key[len(prefix):]: value for key, value in given.items() if key.startswith(prefix)}
    assert len(found) == len(case["weights"])
    return list(found.values())


@pytest.mark.parametrize("folder, case", ALL, ids=golden.name_of)
def test_steps_are_those_of_keras(folder, case, double):
    given = golden.arrays(folder, case)
    model = model_of(case)
    model.set_weights([w.astype("float64") for w in weights_of(given, case, "initial_")])
    found = []
    class_weight = {int(key): value for key, value in case.get("class_weight", {}).items()} or None
    for step in range(case["steps"]):
        batch = step % len(given["x"])
        weight = given["sample_weight"][batch] if "sample_weight" in given else None
        if "learning_rates" in given:
            np.testing.assert_allclose(float(model.optimizer.learning_rate), given["learning_rates"][step], rtol=1e-6)
        figures = model.train_on_batch(given["x"][batch], given["y"][batch], weight, class_weight, return_dict=True)
        found.append(figures["loss"])
    np.testing.assert_allclose(found, given["losses_f64"], rtol=1e-7, atol=1e-9)
    # Weights without a true gradient: optimisers that divide by its size move them by rounding errors, and means follow them.
    noise = case.get("f32_noise_weights", [])
    for number, (mine, theirs) in enumerate(zip(model.get_weights(), weights_of(given, case, "final_f64_"), strict=True)):
        if number in noise or (noise and case["weights"][number]["name"] == "moving_mean"):
            continue
        np.testing.assert_allclose(mine, theirs, rtol=1e-6, atol=1e-7)


def test_there_are_at_least_40_combinations():
    assert len({(c["optimizer"]["class_name"], c["loss"]["class_name"], str(c["layers"])) for _, c in ALL}) >= 40
