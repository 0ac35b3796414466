"""Models."""
from ._model import Input, Model, Sequential, load_model

Functional = Model

__all__ = ["Functional", "Input", "Model", "Sequential", "load_model"]
