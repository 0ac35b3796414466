"""The golden files that Keras made: cases of a folder with their arrays."""
import json
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).resolve().parents[2] / "tests/golden/keras"


def cases(folder):
    return [(folder, case) for case in json.loads((FOLDER / folder / "cases.json").read_text())["cases"]]


def name_of(value):
    return value["name"] if isinstance(value, dict) else str(value)


def arrays(folder, case):
    with np.load(FOLDER / folder / case["file"]) as file:
        return {key: file[key] for key in file.files}


def numbered(given, prefix):
    """[prefix_0, prefix_1, …]"""
    found = []
    while f"{prefix}_{len(found)}" in given:
        found.append(given[f"{prefix}_{len(found)}"])
    return found
