"""Runs a notebook from top to bottom; a cell that fails fails the run. Usage: run_notebook.py NOTEBOOK"""
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient


def main():
    path = Path(sys.argv[1])
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    NotebookClient(notebook, timeout=600, kernel_name="python3").execute()
    failed = [cell for cell in notebook.cells if cell.cell_type == "code" and any(o.output_type == "error" for o in cell.outputs)]
    print(f"{path.name}: {sum(cell.cell_type == 'code' for cell in notebook.cells)} cells ran")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
