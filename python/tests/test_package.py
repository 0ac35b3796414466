"""The package: what is made from tables is up to date, imports stay light, the guide's script runs, tasks and data as the CLI has them."""
import inspect
import json
import os
import subprocess
import sys
from pathlib import Path

import lepton
import lepton._lepton as native
import numpy as np
import pytest
from lepton.keras import layers, losses, metrics, optimizers

ROOT = Path(__file__).resolve().parents[2]
SIGNATURES = json.loads((ROOT / "python/tools/keras_signatures.json").read_text())


def run(*arguments):
    return subprocess.run([sys.executable, *map(str, arguments)], env=os.environ, check=True, capture_output=True, text=True).stdout


def test_classes_are_those_that_the_tables_give(tmp_path):
    run(ROOT / "python/tools/make_package.py", tmp_path)
    for made in sorted(tmp_path.iterdir()):
        committed = ROOT / "python/lepton/keras/_generated" / made.name
        assert made.read_text() == committed.read_text(), f"run python/tools/make_package.py: {made.name} has changed"


def test_types_are_those_of_the_module(tmp_path):
    pytest.importorskip("nanobind")
    run(ROOT / "python/tools/make_stubs.py", tmp_path / "made.pyi")
    committed = ROOT / "python/lepton/_lepton.pyi"
    assert (tmp_path / "made.pyi").read_text() == committed.read_text(), "run python/tools/make_stubs.py"


@pytest.mark.parametrize("module, kind", [(layers, "layers"), (losses, "losses"), (metrics, "metrics"), (optimizers, "optimizers")])
def test_arguments_are_keras_own(module, kind):
    checked = 0
    for name, rows in SIGNATURES[kind].items():
        made = getattr(module, name, None)
        if made is None or name in ("Layer", "Lambda", "InputLayer", "Loss", "Metric", "Optimizer"):
            continue
        parameters = list(inspect.signature(made).parameters.values())
        assert [p.name for p in parameters] == [row[0].lstrip("*") for row in rows], name
        for parameter, row in zip(parameters, rows, strict=True):
            if len(row) > 1:
                assert json.loads(json.dumps(parameter.default)) == row[1], (name, parameter.name)
        checked += 1
    assert checked >= {"layers": 95, "losses": 20, "metrics": 30, "optimizers": 12}[kind]


@pytest.mark.parametrize("module, heavy", [("lepton", {"lepton.keras", "lepton.tasks", "json"}), ("lepton.keras", {"lepton.tasks"})])
def test_importing_loads_nothing_that_takes_long(module, heavy):
    loaded = set(run("-c", f"import sys, {module}; print(*sys.modules)").split())
    assert module in loaded and not loaded & (heavy | {"numpy", "inspect", "dataclasses", "asyncio", "subprocess", "importlib.metadata"})


def test_nothing_but_the_module_is_exported():
    symbols = subprocess.run(["nm", "-D", "--defined-only", native.__file__], check=True, capture_output=True, text=True).stdout.split("\n")
    names = [line.split()[-1] for line in symbols if line and line.split()[-2] in "TDBR"]
    assert names == ["PyInit__lepton"]


def test_version_is_the_projects():
    assert f"VERSION {lepton.__version__} " in (ROOT / "CMakeLists.txt").read_text()


def test_data_and_tasks(tmp_path):
    random = np.random.default_rng(0)
    rows = ["a,b,kind,outcome", *(f"{a:.3f},{b:.3f},{'xy'[int(a > b)]},{int(a + b > 1)}" for a, b in random.random((300, 2)))]
    table = tmp_path / "rows.csv"
    table.write_text("\n".join(rows) + "\n")
    found = lepton.data.inspect(str(table))
    assert found["num_samples"] == 300 or found.get("samples") == 300
    assert "fashion-mnist" in lepton.data.known()
    assert "tabular-classification" in lepton.tasks.known()
    run_folder = str(tmp_path / "run")
    config = tmp_path / "config.yaml"
    config.write_text("task: tabular-classification\ntarget: outcome\nepochs: 50\n")
    made = lepton.tasks.train(str(table), config=str(config), epochs=3, run=run_folder, verbose=0)
    assert made["best_epoch"] >= 1 and Path(made["model"]).exists()
    evaluation = lepton.tasks.evaluate(run_folder, "val")
    assert evaluation["samples"] > 0 and evaluation["openings"] == 0
    value, low, high = evaluation["figures"]["accuracy"] if "accuracy" in evaluation["figures"] else next(iter(evaluation["figures"].values()))
    assert low <= value <= high
    assert lepton.tasks.runs(str(tmp_path))[0]["run"] == run_folder
    assert lepton.tasks.runs(str(tmp_path))[0]["settings"]["epochs"] == "3"
    exported = lepton.tasks.export(run_folder, str(tmp_path / "model.onnx"))
    assert exported["inputs"] == "validation samples" and exported["largest_relative_difference"] < 1e-4
    assert lepton.load(exported["files"][0]).input_names
    with pytest.raises(lepton.LeptonError):
        lepton.tasks.train(run=str(tmp_path / "none"), resume=True)
    answers = lepton.load(made["model"]).predict_files(str(table))
    assert len(answers) == 300 and set(answers[0]) == {"input", "said", "probabilities"}


def test_onnx_and_tflite_models_predict():
    golden = ROOT / "tests/golden/tflite"
    model = lepton.load(golden / "pictures.tflite")
    assert model.input_names and model.output_names
    with pytest.raises(lepton.InvalidArgumentError):
        model.predict([np.zeros(3)] * (len(model.input_names) + 1))
