"""Models."""
from ._model import Model, load_model
from ._sequential import Sequential
from ._topology import Input

Functional = Model

__all__ = ["Functional", "Input", "Model", "Sequential", "load_model"]
