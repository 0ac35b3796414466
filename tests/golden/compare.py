"""Compares golden files made again with the committed ones: python compare.py COMMITTED REMADE.

Numbers may differ by what another machine's instruction set changes; everything else must be equal. Exit 1 and one line for each fault.
"""
import json
import math
import sys
from pathlib import Path

import numpy as np

RELATIVE = {"float64": 1e-9, "float32": 1e-3, "float16": 1e-2}
IGNORED = {"python"}  # of made_by.json: the interpreter's own version changes no value


def same_numbers(a, b, relative):
    if a.shape != b.shape or a.dtype != b.dtype:
        return False
    if a.dtype.kind != "f":
        return np.array_equal(a, b)
    scale = np.max(np.abs(a[np.isfinite(a)]), initial=0.0)
    return np.allclose(a, b, rtol=relative, atol=relative * max(scale, 1e-30), equal_nan=True)


def json_faults(a, b, where):
    if isinstance(a, dict) and isinstance(b, dict):
        for key in sorted(set(a) | set(b)):
            if key in IGNORED:
                continue
            if key in a and key in b:
                yield from json_faults(a[key], b[key], f"{where}.{key}")
            else:
                yield f"{where}.{key}: only in one of them"
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for i, (x, y) in enumerate(zip(a, b)):
            yield from json_faults(x, y, f"{where}[{i}]")
    elif isinstance(a, float) and isinstance(b, float):
        if not (math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-9) or (math.isnan(a) and math.isnan(b))):
            yield f"{where}: {a} is now {b}"
    elif a != b:
        yield f"{where}: {a} is now {b}"


def file_faults(committed, remade):
    if committed.suffix == ".json":
        yield from json_faults(json.loads(committed.read_text()), json.loads(remade.read_text()), committed.name)
        return
    with np.load(committed) as a, np.load(remade) as b:
        if sorted(a.files) != sorted(b.files):
            yield f"{committed.name}: other arrays"
            return
        for key in a.files:
            if not same_numbers(a[key], b[key], RELATIVE.get(str(a[key].dtype), 0)):
                yield f"{committed.name}: {key} differs"


def main():
    committed, remade = map(Path, sys.argv[1:3])
    names = sorted(p.relative_to(committed) for p in committed.rglob("*") if p.suffix in (".npz", ".json"))
    num_faults = 0
    for name in names:
        faults = list(file_faults(committed / name, remade / name)) if (remade / name).exists() else [f"{name}: was not made again"]
        for fault in faults:
            print(f"{committed.name}/{name.parent}: {fault}")
        num_faults += len(faults)
    print(f"{committed.name}: {len(names)} files, {num_faults} differences")
    return num_faults > 0 or not names


if __name__ == "__main__":
    sys.exit(main())
