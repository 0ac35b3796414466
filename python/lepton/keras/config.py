"""What holds for all models that are made from now on."""
from ._session import floatx, set_floatx

__all__ = ["floatx", "image_data_format", "set_floatx"]


def image_data_format() -> str:
    """Where the channels of pictures are."""
    return "channels_last"
