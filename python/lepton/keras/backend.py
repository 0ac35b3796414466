"""What scripts use of Keras's backend."""
from ._session import clear_session, floatx, set_floatx

__all__ = ["backend", "clear_session", "floatx", "image_data_format", "set_floatx"]


def backend() -> str:
    return "lepton"


def image_data_format() -> str:
    return "channels_last"
