"""Has Keras open the files that write.py has made: compare.py FOLDER. Each must give Lepton's predictions."""
import os
import sys
from pathlib import Path

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_ENABLE_X64"] = "1"
import keras
import numpy as np
from keras.src.backend.common import dtypes

dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"  # batch normalisation would compute in single precision


def arrays(file, prefix):
    found = []
    while f"{prefix}{len(found)}" in file:
        found.append(file[f"{prefix}{len(found)}"])
    return found


def predictions(model, inputs):
    made = model(inputs if len(inputs) > 1 else inputs[0], training=False)
    return [np.asarray(one) for one in keras.tree.flatten(made)]


def check(model, file):
    given = arrays(file, "weight")
    assert len(given) == len(model.get_weights()), f"{len(model.get_weights())} weights instead of {len(given)}"
    wanted = arrays(file, "out")
    double = wanted[0].dtype == np.float64
    tolerance = 1e-7 if double else 1e-5  # masks of attention pass through single precision in Keras
    made = predictions(model, arrays(file, "in"))
    assert len(made) == len(wanted), f"{len(made)} outputs instead of {len(wanted)}"
    for one, other in zip(made, wanted):
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)


def main():
    folder, failures, checked = Path(sys.argv[1]), 0, 0
    for path in sorted(folder.glob("*.npz")):
        for ending in ("keras", "h5", "weights.h5"):
            if not path.with_suffix("." + ending).exists():
                continue
            try:
                with np.load(path) as file:
                    keras.config.set_floatx(str(file["out0"].dtype))
                    if ending == "weights.h5":
                        model.set_weights([np.zeros_like(w) for w in model.get_weights()])
                        model.load_weights(path.with_suffix("." + ending))
                    else:
                        model = keras.models.load_model(path.with_suffix("." + ending), compile=False)
                    check(model, file)
                checked += 1
            except Exception as error:  # every file is tried
                print(f"{path.stem}.{ending}: {str(error).split('Exception encountered: ')[-1][:300]}", file=sys.stderr)
                failures += 1
    print(f"Keras opens {checked} files and gives Lepton's predictions")
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
