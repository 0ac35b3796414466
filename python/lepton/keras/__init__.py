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
from ._model import Input, Model, Sequential
from ._tensors import KerasTensor, Variable

__all__ = [
    "Input", "KerasTensor", "Model", "Sequential", "Variable", "activations", "backend", "callbacks", "config", "constraints",
    "initializers", "layers", "losses", "metrics", "models", "ops", "optimizers", "regularizers", "utils",
]
