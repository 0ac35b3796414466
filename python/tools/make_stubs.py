"""Writes python/lepton/_lepton.pyi: the types of the extension module, by nanobind's generator and what it cannot know.

Usage: make_stubs.py [FILE], in an environment in which `lepton._lepton` can be imported.
"""
import re
import sys
from pathlib import Path

import lepton._lepton as native
from nanobind.stubgen import StubGen

HERE = Path(__file__).resolve().parent
# lepton.keras.ops gives these to tensors and values.
ARITHMETIC = ("add", "sub", "mul", "truediv", "pow", "mod", "matmul")
WHOLE = {"dict": "dict[Any, Any]", "list": "list[Any]", "tuple": "tuple[Any, ...]", "Callable": "Callable[..., Any]",
         "Sequence": "Sequence[Any]", "collections.abc.Callable": "collections.abc.Callable[..., Any]"}


def errors():
    lines = []
    for name, made in vars(native).items():
        if isinstance(made, type) and issubclass(made, Exception):
            bases = ", ".join(base.__name__ for base in made.__bases__)
            lines += [f"class {name}({bases}):", "    code: str", ""]
    return lines


def completed(text):
    text = re.sub(r"^from lepton import \([^)]*\)\n|^from lepton import [^\n]*\n", "", text, flags=re.M)
    text = re.sub(r"^from lepton import .*?\n(?=\n)", "", text, flags=re.M | re.S)
    for word, whole in WHOLE.items():
        text = re.sub(r"^(?!from |import )(.*)$", lambda line: re.sub(rf"(?<![\w.]){re.escape(word)}(?![\w\[.(])", whole, line[0]), text,
                      flags=re.M)
    text = re.sub(r"\bobject\b", "Any", text)
    text = re.sub(r"\*\*kwargs\)", "**kwargs: Any)", text)
    operators = "".join(f"\n    def __{side}{word}__(self, other: Any, /) -> Any: ...\n" for word in ARITHMETIC for side in ("", "r"))
    operators += "".join(f"\n    def __{word}__(self, other: Any, /) -> Any: ...\n" for word in ("lt", "le", "gt", "ge", "getitem"))
    operators += "\n    def __neg__(self) -> Any: ...\n"
    for name in ("Tensor", "Value"):
        text = re.sub(rf'(^class {name}:\n    """.*?"""\n)', rf"\1{operators}", text, flags=re.M | re.S)
    head = "\n".join(["" if "from typing import" in text else "from typing import Any", "__version__: str", "", *errors()])
    lines = text.split("\n")
    last = max((i for i, line in enumerate(lines) if re.match(r"(from|import) ", line)), default=-1)
    return "\n".join(lines[:last + 1] + [head] + lines[last + 1:])


def main():
    made = StubGen(native)
    made.put(native)
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent / "lepton/_lepton.pyi"
    target.write_text("# Made by python/tools/make_stubs.py; do not change it by hand.\n" + completed(made.get()).strip() + "\n")


if __name__ == "__main__":
    main()
