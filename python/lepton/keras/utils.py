"""Seeds, one-hot targets, sequences of batches."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._configured import missing
from ._generated.functions import UTILS
from ._session import clear_session, set_random_seed

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["PyDataset", "Sequence", "clear_session", "normalize", "set_random_seed", "to_categorical"]


def to_categorical(x: Any, num_classes: int | None = None) -> NDArray[Any]:
    """One-hot rows for class numbers."""
    import numpy as np

    labels = np.asarray(x, dtype="int64")
    if labels.ndim > 1 and labels.shape[-1] == 1:
        labels = labels.reshape(labels.shape[:-1])
    count = int(labels.max()) + 1 if num_classes is None else num_classes
    if labels.size and (labels.min() < 0 or labels.max() >= count):
        raise ValueError(f"to_categorical: class numbers must lie in 0 to {count - 1}, they reach from {labels.min()} to {labels.max()}")
    made: NDArray[Any] = np.eye(count, dtype="float32")[labels]
    return made


def normalize(x: Any, axis: int = -1, order: int = 2) -> NDArray[Any]:
    """Divides by the norm along an axis."""
    import numpy as np

    values = np.asarray(x)
    norm = np.atleast_1d(np.linalg.norm(values, order, axis))
    norm[norm == 0] = 1
    made: NDArray[Any] = values / np.expand_dims(norm, axis)
    return made


class PyDataset:
    """Base of sources of batches: override __len__ and __getitem__(index) -> (x, y) or (x, y, sample_weight)."""

    def __init__(self, workers: int = 1, use_multiprocessing: bool = False, max_queue_size: int = 10) -> None:
        self.workers, self.use_multiprocessing, self.max_queue_size = workers, use_multiprocessing, max_queue_size

    def __len__(self) -> int:
        raise NotImplementedError(f"{type(self).__name__} needs __len__(): the number of batches of an epoch")

    def __getitem__(self, index: int) -> Any:
        raise NotImplementedError(f"{type(self).__name__} needs __getitem__(index): a batch")

    def on_epoch_end(self) -> None:
        """Called before each epoch but the first."""


Sequence = PyDataset


def __getattr__(name: str) -> Any:
    raise missing("lepton.keras.utils", UTILS, name)
