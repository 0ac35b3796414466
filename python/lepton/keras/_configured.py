"""Things that are a name and arguments: initialisers, losses, metrics, optimisers. The library's tables say what they mean."""
from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, TypeVar

from .. import _lepton as native
from ._session import floatx

Self = TypeVar("Self", bound="Configured")


_defaults: dict[type, dict[str, Any]] = {}


def defaults_of(made: type) -> dict[str, Any]:
    """The defaults of a class's arguments, as its signature has them."""
    if made in _defaults:
        return _defaults[made]
    import inspect  # here, since it takes long to import

    parameters = inspect.signature(made).parameters.values()
    found = _defaults[made] = {p.name: p.default for p in parameters if p.default is not p.empty}
    return found


@functools.cache
def library(kind: str) -> dict[str, tuple[str, tuple[str, ...]]]:
    """What the library has of a kind: name -> (summary, arguments)."""
    table: dict[str, tuple[str, tuple[str, ...]]] = native.tables()[kind]
    return table


def check_dtype(owner: str, dtype: Any) -> None:
    if dtype is not None and str(getattr(dtype, "name", dtype)) != floatx():
        raise native.UnsupportedError(f"{owner}: all of a model has one dtype, here {floatx()} (set_floatx changes it); got {dtype!r}")


class Configured:
    """Remembers the arguments with which it was made."""

    _lepton: ClassVar[str] = ""
    _ignored: ClassVar[frozenset[str]] = frozenset({"name", "dtype", "seed"})

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._config = {key: value for key, value in given.items() if key not in ("self", "__class__", "kwargs")}
        unknown = given.get("kwargs") or {}
        for name in unknown:
            raise TypeError(f"{type(self).__name__} has no argument '{name}'")
        check_dtype(type(self).__name__, self._config.get("dtype"))

    def get_config(self) -> dict[str, Any]:
        return dict(self._config)

    @classmethod
    def from_config(cls: type[Self], config: Mapping[str, Any]) -> Self:
        return cls(**config)

    def _arguments(self, known: Iterable[str]) -> dict[str, Any]:
        """The arguments that the library takes; what it lacks must be at Keras's default."""
        return supported(type(self), self._config, known, self._ignored)

    def __repr__(self) -> str:
        default = defaults_of(type(self))
        given = ", ".join(f"{k}={v!r}" for k, v in self._config.items() if k not in default or v != default[k])
        return f"{type(self).__name__}({given})"


def supported(made: type, config: Mapping[str, Any], known: Iterable[str], ignored: Iterable[str]) -> dict[str, Any]:
    default = defaults_of(made)
    taken = {}
    for name, value in config.items():
        if value is None or name in ignored:
            continue
        if name in known:
            taken[name] = value
        elif name not in default or value != default[name]:
            raise native.UnsupportedError(f"{made.__name__}: Lepton has no '{name}' (it is {value!r})")
    return taken


class Initializer(Configured):
    """Base of initialisers."""


class Regularizer(Configured):
    """Base of regularisers."""


class Constraint(Configured):
    """Base of constraints."""


def spec_text(value: Any, owner: str) -> str:
    """The library's text for an initialiser, regulariser or constraint of a layer written in Python."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, type) and issubclass(value, Configured):
        value = value()  # type: ignore[call-arg]
    if isinstance(value, Configured):
        arguments = {k: v for k, v in value.get_config().items() if v is not None and k not in ("seed", "dtype", "name")}
        return native.spec(value._lepton, arguments)
    raise native.UnsupportedError(f"{owner}: {value!r} is none that Lepton has; give a name or an object of lepton.keras")


def missing(module: str, names: Iterable[str], name: str) -> AttributeError:
    """For __getattr__ of the modules: what Keras has and Lepton lacks is named as such."""
    if name in names:
        return MissingError(f"{module}: Lepton does not have '{name}', which Keras has; docs/reference/keras.md lists all")
    return AttributeError(f"module '{module}' has no attribute '{name}'")


class MissingError(native.UnsupportedError, AttributeError):
    """Something that Keras has and Lepton lacks."""
