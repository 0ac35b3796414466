"""What fit, evaluate and predict are given: arrays, or something that makes batches one after the other."""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .. import _lepton as native
from .._arrays import arrays_of, is_array, tensor


def makes_batches(x: Any) -> bool:
    """Whether x is a generator, a data set or a Sequence, not arrays."""
    if isinstance(x, (list, tuple, Mapping)) or is_array(x):
        return False
    return hasattr(x, "__iter__") or hasattr(x, "__next__") or (hasattr(x, "__getitem__") and hasattr(x, "__len__"))


class Batches:
    """Batches for the library: of a Python iterator, of a Sequence, or of anything that can be iterated again and again."""

    def __init__(self, source: Any, inputs: Sequence[str], outputs: Sequence[str], steps: int | None, class_weight: Mapping[int, float],
                 once: bool = False) -> None:
        self._source = source
        self._inputs, self._outputs = inputs, outputs
        self._steps = steps
        self._class_weight = class_weight
        self._is_sequence = hasattr(source, "__getitem__") and hasattr(source, "__len__")
        self._is_iterator = hasattr(source, "__next__")
        if self._is_iterator and steps is None and not once:
            raise native.InvalidArgumentError("fit: a generator has no end; give steps_per_epoch (validation_steps), or a Sequence with a length")
        self._iterator: Iterator[Any] | None = None
        self._first: Any = None
        self._done = 0
        self.num_batches = self._count()
        self.has_weights = self._has_weights()

    def _count(self) -> int:
        if self._steps is not None:
            return int(self._steps)
        if hasattr(self._source, "num_batches"):
            count = self._source.num_batches
            return -1 if count is None else int(count)
        try:
            return len(self._source)
        except TypeError:  # only its end tells
            return -1

    def _restart(self) -> Iterator[Any]:
        if self._is_sequence:
            return (self._source[i] for i in range(len(self._source)))
        return iter(self._source)

    def _has_weights(self) -> bool:
        """Looks at the first batch; it is not lost."""
        self._iterator = self._restart()
        try:
            self._first = next(self._iterator)
        except StopIteration:
            raise native.InvalidArgumentError("fit: the source has no batches") from None
        return bool(self._class_weight) or isinstance(self._first, tuple) and len(self._first) == 3 and self._first[2] is not None

    def first_targets(self) -> list[native.Tensor]:
        """Those of the batch that comes first."""
        return self._parts(self._first)[1]

    def start(self, epoch: int) -> None:
        self._done = 0
        if self._is_iterator and self._iterator is not None:
            return
        if self._first is None or epoch > 0:
            if epoch > 0 and hasattr(self._source, "on_epoch_end"):
                self._source.on_epoch_end()
            self._iterator, self._first = self._restart(), None

    def next(self) -> tuple[list[native.Tensor], list[native.Tensor], native.Tensor | None] | None:
        if self._steps is not None and self._done >= self._steps:
            return None
        assert self._iterator is not None
        if self._first is not None:
            given, self._first = self._first, None
        else:
            try:
                given = next(self._iterator)
            except StopIteration:
                if self._steps is not None and self._done == 0 and not self._is_iterator:
                    self._iterator = self._restart()
                    given = next(self._iterator)
                else:
                    return None
        self._done += 1
        return self._parts(given)

    def _parts(self, given: Any) -> tuple[list[native.Tensor], list[native.Tensor], native.Tensor | None]:
        if not isinstance(given, tuple):
            given = tuple(given) if isinstance(given, list) and len(given) in (2, 3) and self._outputs else (given,)
        if len(given) > 3:
            raise native.InvalidArgumentError(f"fit: a batch is (x, y) or (x, y, sample_weight), not a tuple of {len(given)}")
        x = arrays_of(given[0], self._inputs, "batch")
        if not self._outputs:
            return x, [], None
        if len(given) < 2:
            raise native.InvalidArgumentError("fit: a batch has no targets: give (x, y)")
        y = arrays_of(given[1], self._outputs, "batch")
        weight = tensor(given[2]) if len(given) == 3 and given[2] is not None else None
        if self._class_weight:
            weight = weights_of_classes(y[0], self._class_weight, weight)
        return x, y, weight


def weights_of_classes(targets: native.Tensor, class_weight: Mapping[int, float], sample_weight: native.Tensor | None) -> native.Tensor:
    import numpy as np

    y = targets.numpy()
    classes = y.argmax(axis=-1) if y.ndim > 1 and y.shape[-1] > 1 else y.reshape(len(y))
    weights = np.array([class_weight.get(int(label), 1.0) for label in classes], dtype="float32")
    return tensor(weights if sample_weight is None else weights * sample_weight.numpy().reshape(len(y)))


class ArrayBatches:
    """Arrays as batches, for a training on batches that validates on arrays."""

    def __init__(self, arrays: Sequence[Any], size: int) -> None:
        self._parts = [self._tensors(part) for part in arrays]
        self._size = size

    @staticmethod
    def _tensors(part: Any) -> Any:
        import numpy as np

        if isinstance(part, Mapping):
            return {key: np.asarray(value) for key, value in part.items()}
        if isinstance(part, (list, tuple)) and not is_array(part):
            return [np.asarray(value) for value in part]
        return np.asarray(part)

    def __len__(self) -> int:
        first = self._parts[0]
        array = next(iter(first.values())) if isinstance(first, dict) else first[0] if isinstance(first, list) else first
        return -(-len(array) // self._size)

    def __getitem__(self, batch: int) -> tuple[Any, ...]:
        rows = slice(batch * self._size, (batch + 1) * self._size)

        def cut(part: Any) -> Any:
            if isinstance(part, dict):
                return {key: value[rows] for key, value in part.items()}
            return [value[rows] for value in part] if isinstance(part, list) else part[rows]

        return tuple(cut(part) for part in self._parts)
