"""Writes keras_signatures.json: names, positions and defaults of the arguments of Keras's classes, as Keras itself declares them.

Needs Keras (see requirements of tests/golden/keras); the package does not. Then make_package.py writes the classes.
"""
import inspect
import json
from pathlib import Path

import keras

KINDS = {
    "layers": (keras.layers, keras.layers.Layer),
    "losses": (keras.losses, keras.losses.Loss),
    "metrics": (keras.metrics, keras.metrics.Metric),
    "optimizers": (keras.optimizers, keras.optimizers.Optimizer),
    "schedules": (keras.optimizers.schedules, keras.optimizers.schedules.LearningRateSchedule),
    "initializers": (keras.initializers, keras.initializers.Initializer),
    "regularizers": (keras.regularizers, keras.regularizers.Regularizer),
    "constraints": (keras.constraints, keras.constraints.Constraint),
    "callbacks": (keras.callbacks, keras.callbacks.Callback),
}


def arguments(made):
    """[[name, default], …]; a default that is needed is missing, `*` marks **kwargs."""
    rows = []
    for parameter in list(inspect.signature(made.__init__).parameters.values())[1:]:
        if parameter.kind is parameter.VAR_KEYWORD:
            rows.append(["**" + parameter.name])
        elif parameter.kind is not parameter.VAR_POSITIONAL:
            rows.append([parameter.name] + ([] if parameter.default is parameter.empty else [parameter.default]))
    return rows


def main():
    table = {"made_by": {"tool": f"keras {keras.__version__}", "command": "python python/tools/make_signatures.py"}, "aliases": {}}
    for kind, (module, base) in KINDS.items():
        classes = {name: made for name, made in vars(module).items() if inspect.isclass(made) and issubclass(made, base)}
        # One class may have several names; the first is its own, or else the one under which it can be found.
        own = {name: made for name, made in classes.items() if name == made.__name__ or made.__name__ not in classes}
        table[kind] = {name: arguments(own[name]) for name in sorted(own)}
        others = {name: made.__name__ for name, made in classes.items() if name not in own and name.lower() != name}
        hidden = {made.__name__: name for name, made in own.items() if made.__name__ != name and name.lower() != name}
        table["aliases"][kind] = dict(sorted({**others, **hidden}.items()))
    table["functions"] = {kind: sorted(n for n, f in vars(getattr(keras, kind)).items() if inspect.isfunction(f))
                          for kind in ("losses", "activations", "ops", "utils")}
    parts = []
    for kind, rows in table.items():
        lines = ",\n  ".join(f"{json.dumps(name)}: {json.dumps(row)}" for name, row in rows.items())
        parts.append(f"{json.dumps(kind)}: {{\n  {lines}\n }}")
    Path(__file__).with_name("keras_signatures.json").write_text("{" + ",\n ".join(parts) + "}\n")


if __name__ == "__main__":
    main()
