import pytest
from lepton.keras import backend, config, utils


@pytest.fixture(autouse=True)
def fresh_session():
    """Every test begins with the same seed and names, in single precision."""
    backend.clear_session()
    utils.set_random_seed(7)
    config.set_floatx("float32")
    yield
    config.set_floatx("float32")


@pytest.fixture
def double():
    """Double precision, in which the golden files were made."""
    config.set_floatx("float64")
