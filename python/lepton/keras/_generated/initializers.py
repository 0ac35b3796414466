"""Initializers that Keras and Lepton both have. Made by python/tools/make_package.py; do not change it by hand."""
from __future__ import annotations

from typing import Any

from .._configured import Initializer


class Constant(Initializer):
    """all `value`"""

    _lepton = "constant"

    def __init__(self, value: Any = 0.0) -> None:
        super().__init__(locals())


class GlorotNormal(Initializer):
    """truncated normal of variance 2 / (fan_in + fan_out)"""

    _lepton = "glorot_normal"

    def __init__(self, seed: Any = None, input_axes: Any = None, output_axes: Any = None) -> None:
        super().__init__(locals())


class GlorotUniform(Initializer):
    """uniform in ±sqrt(6 / (fan_in + fan_out))"""

    _lepton = "glorot_uniform"

    def __init__(self, seed: Any = None, input_axes: Any = None, output_axes: Any = None) -> None:
        super().__init__(locals())


class HeNormal(Initializer):
    """truncated normal of variance 2 / fan_in"""

    _lepton = "he_normal"

    def __init__(self, seed: Any = None, input_axes: Any = None, output_axes: Any = None) -> None:
        super().__init__(locals())


class HeUniform(Initializer):
    """uniform in ±sqrt(6 / fan_in)"""

    _lepton = "he_uniform"

    def __init__(self, seed: Any = None, input_axes: Any = None, output_axes: Any = None) -> None:
        super().__init__(locals())


class Identity(Initializer):
    """identity matrix times gain"""

    _lepton = "identity"

    def __init__(self, gain: Any = 1.0) -> None:
        super().__init__(locals())


class LecunNormal(Initializer):
    """truncated normal of variance 1 / fan_in"""

    _lepton = "lecun_normal"

    def __init__(self, seed: Any = None, input_axes: Any = None, output_axes: Any = None) -> None:
        super().__init__(locals())


class LecunUniform(Initializer):
    """uniform in ±sqrt(3 / fan_in)"""

    _lepton = "lecun_uniform"

    def __init__(self, seed: Any = None, input_axes: Any = None, output_axes: Any = None) -> None:
        super().__init__(locals())


class Ones(Initializer):
    """all 1"""

    _lepton = "ones"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(locals())


class Orthogonal(Initializer):
    """rows or columns orthonormal, times gain"""

    _lepton = "orthogonal"

    def __init__(self, gain: Any = 1.0, seed: Any = None) -> None:
        super().__init__(locals())


class RandomNormal(Initializer):
    """normal"""

    _lepton = "random_normal"

    def __init__(self, mean: Any = 0.0, stddev: Any = 0.05, seed: Any = None) -> None:
        super().__init__(locals())


class RandomUniform(Initializer):
    """uniform in [minval, maxval)"""

    _lepton = "random_uniform"

    def __init__(self, minval: Any = -0.05, maxval: Any = 0.05, seed: Any = None) -> None:
        super().__init__(locals())


class TruncatedNormal(Initializer):
    """normal within two standard deviations"""

    _lepton = "truncated_normal"

    def __init__(self, mean: Any = 0.0, stddev: Any = 0.05, seed: Any = None) -> None:
        super().__init__(locals())


class VarianceScaling(Initializer):
    """scaled by the number of inputs or outputs"""

    _lepton = "variance_scaling"

    def __init__(
            self, scale: Any = 1.0, mode: Any = 'fan_in', distribution: Any = 'truncated_normal', seed: Any = None, input_axes: Any = None,
            output_axes: Any = None
    ) -> None:
        super().__init__(locals())


class Zeros(Initializer):
    """all 0"""

    _lepton = "zeros"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(locals())


IdentityInitializer = Identity
OrthogonalInitializer = Orthogonal

MISSING = (
    "STFT",
)

__all__ = [
    "Constant", "GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform", "Identity", "IdentityInitializer", "LecunNormal", "LecunUniform",
    "Ones", "Orthogonal", "OrthogonalInitializer", "RandomNormal", "RandomUniform", "TruncatedNormal", "VarianceScaling", "Zeros"
]
