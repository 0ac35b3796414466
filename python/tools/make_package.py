"""Writes python/lepton/keras/_generated: a class for everything that both Keras and Lepton have.

Names, positions and defaults come from keras_signatures.json, what Lepton has from the tables of its C++ library.
Usage: make_package.py [FOLDER], in an environment in which `lepton._lepton` can be imported.
"""
import json
import sys
from pathlib import Path

import lepton._lepton as native

HERE = Path(__file__).resolve().parent
SIGNATURES = json.loads((HERE / "keras_signatures.json").read_text())
# Lepton's name where it is not Keras's in small letters.
OTHER_NAMES = {"LogCoshError": "log_cosh", "PiecewiseConstantDecay": "piecewise_constant", "L1L2": "l1_l2"}
BASES = {"layers": "BuiltIn", "losses": "Loss", "metrics": "Metric", "optimizers": "Optimizer", "schedules": "LearningRateSchedule",
         "initializers": "Initializer", "regularizers": "Regularizer", "constraints": "Constraint"}
MODULES = {"layers": "_layer", "losses": "_objectives", "metrics": "_objectives", "optimizers": "_objectives", "schedules": "_objectives",
           "initializers": "_configured", "regularizers": "_configured", "constraints": "_configured"}
# Written by hand, because Python code cannot stand in a table.
BY_HAND = {"layers": {"Lambda", "Layer", "InputLayer", "Input", "Wrapper"}}
WIDTH = 140


def plain(name):
    return name.replace("_", "").lower()


def default_text(value):
    return repr(tuple(tuple(v) if isinstance(v, list) else v for v in value)) if isinstance(value, list) else repr(value)


def parameter(row):
    name = row[0]
    if name.startswith("**"):
        return f"{name}: Any"
    if len(row) == 1:
        return f"{name}: Any"
    kind = "bool" if isinstance(row[1], bool) else "Any"
    return f"{name}: {kind} = {default_text(row[1])}"


def wrapped(words, indent):
    lines, line = [], " " * indent
    for i, word in enumerate(words):
        piece = word + ("," if i + 1 < len(words) else "")
        if len(line) + len(piece) + 1 > WIDTH:
            lines.append(line.rstrip())
            line = " " * indent
        line += piece + " "
    return lines + [line.rstrip()]


def class_text(kind, name, ours, summary, rows):
    words = ["self", *[parameter(row) for row in rows]]
    if rows and any(row[0] in ("args", "kwargs") for row in rows):
        raise SystemExit(f"{name}: unexpected signature")
    one_line = f"    def __init__({', '.join(words)}) -> None:"
    head = [one_line] if len(one_line) <= WIDTH else ["    def __init__(", *wrapped(words, 12), "    ) -> None:"]
    lines = [f"class {name}({BASES[kind]}):", f'    """{summary}"""', ""]
    lines += [f'    _lepton = "{ours}"'] if kind != "layers" else []
    lines += ["", *head, "        super().__init__(locals())", "", ""]
    return lines


def module_text(kind):
    table = native.tables()[kind]
    known = {plain(name): name for name in table}
    lines = [f'"""{kind.capitalize()} that Keras and Lepton both have. Made by python/tools/make_package.py; do not change it by hand."""',
             "from __future__ import annotations", "", "from typing import Any", "", f"from .._lepton_base import {BASES[kind]}", "", ""]
    lines[5] = f"from ..{MODULES[kind]} import {BASES[kind]}"
    missing, made = [], []
    for name, rows in SIGNATURES[kind].items():
        ours = OTHER_NAMES.get(name) or known.get(plain(name))
        if ours is None or ours not in table:
            if name not in BY_HAND.get(kind, ()) and name != BASES[kind]:
                missing.append(name)
            continue
        lines += class_text(kind, name, ours, table[ours][0] or name, rows)
        made.append(name)
    for alias, name in SIGNATURES["aliases"][kind].items():
        if name in made:
            lines.append(f"{alias} = {name}")
            made.append(alias)
    lines += ["", *constant("MISSING", missing), ""]
    lines += constant("__all__", made, brackets="[]")
    text = "\n".join(lines) + "\n"
    while "\n\n\n\n" in text:
        text = text.replace("\n\n\n\n", "\n\n\n")
    return text


def constant(name, values, brackets="()"):
    if not values:
        return [f"{name} = {brackets}" if brackets == "[]" else f"{name}: tuple[str, ...] = ()"]
    words = [f'"{v}"' for v in sorted(values)]
    if len(words) == 1 and brackets == "()":
        words.append("")
    return [f"{name} = {brackets[0]}", *wrapped(words, 4), brackets[1]]


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent / "lepton/keras/_generated"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "__init__.py").write_text('"""Classes made from tables by python/tools/make_package.py."""\n')
    for kind in BASES:
        (folder / f"{kind}.py").write_text(module_text(kind))
    names = ["# Names of functions that Keras has."]
    for kind, functions in SIGNATURES["functions"].items():
        names += [*constant(kind.upper(), functions), ""]
    (folder / "functions.py").write_text("\n".join(['"""Names of Keras\'s functions. Made by python/tools/make_package.py."""', "", *names[1:]]).rstrip() + "\n")


if __name__ == "__main__":
    main()
