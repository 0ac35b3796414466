"""Tasks as the command line has them: train, evaluate, predict, export, runs. A run leaves the same folder as `lepton train`."""
from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from . import _lepton as native


def known() -> dict[str, tuple[str, dict[str, tuple[Any, str]]]]:
    """name -> (summary, {setting: (default, meaning)})."""
    return dict(native.task_table())


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _next_run(folder: Path) -> str:
    number = 1
    while (folder / f"{number:03}").exists():
        number += 1
    return os.fspath(folder / f"{number:03}")


def train(data: str | None = None, *, task: str | None = None, config: str | None = None, from_: str | None = None, run: str | None = None,
          resume: bool = False, verbose: int = 1, **settings: Any) -> dict[str, Any]:
    """Trains a model: `train("pictures", epochs=10, preset="good")`. Settings are those of `lepton train` (`from` is `from_`, since the word
    is Python's); those in the YAML file `config` come first. `resume` goes on with the interrupted run `run`, whose settings it keeps.

    Returns run folder, path of the package, best epoch and its validation figures.
    """
    settings.update({key: value for key, value in (("data", data), ("from", from_)) if value is not None})
    given = {key: [_word(v) for v in value] if isinstance(value, (list, tuple)) else [_word(value)] for key, value in settings.items()}
    made: dict[str, Any] = native.train_task(task or "", config or "", given, run or _next_run(Path("runs")), resume, verbose)
    return made


def evaluate(run: str, part: str = "val") -> dict[str, Any]:
    """Evaluates a run on "train", "val" or "test" and writes its page: figures with their intervals. Opening the test set is counted."""
    made: dict[str, Any] = native.evaluate_task(run, part)
    return made


def predict(model: str, paths: str | Iterable[str]) -> list[dict[str, Any]]:
    """What a package says of pictures or rows of tables: [{"input", "said", "probabilities"}, …]."""
    return list(native.predict_task(model, [paths] if isinstance(paths, str) else [str(path) for path in paths]))


def export(model: str, out: str | None = None, *, external_weights: bool = False) -> dict[str, Any]:
    """Writes a run's or package's model as ONNX, after it was compared on validation samples: files, and the largest difference."""
    made: dict[str, Any] = native.export_task(model, out or "", external_weights)
    return made


def runs(folder: str = "runs") -> list[dict[str, Any]]:
    """The trainings of a folder: [{"run", "settings", "validation"}, …]."""
    return list(native.task_runs(folder))
