"""Keras's modules for all that Lepton has, with Keras's argument names, positions and defaults."""
from . import (
    activations,
    backend,
    callbacks,
    config,
    constraints,
    initializers,
    layers,
    losses,
    metrics,
    models,
    ops,
    optimizers,
    regularizers,
    utils,
)
from ._model import Model
from ._sequential import Sequential
from ._tensors import KerasTensor, Variable
from ._topology import Input

__all__ = [
    "Input", "KerasTensor", "Model", "Sequential", "Variable", "activations", "backend", "callbacks", "config", "constraints",
    "initializers", "layers", "losses", "metrics", "models", "ops", "optimizers", "regularizers", "utils",
]
