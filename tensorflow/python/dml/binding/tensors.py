"""Tensors: strided views of device memory."""

from typing import TYPE_CHECKING, Any, List, Optional, Sequence, Tuple

import numpy as np

from .declarations import MAX_RANK, NUMBERS, STRUCTS

if TYPE_CHECKING:
    from .device import Device
    from .pool import Pool


class Allocation:
    """Device memory that goes back to its pool with the last tensor in it."""

    def __init__(self, pool: "Pool", size: int):
        self.pool = pool
        self.size = size
        self.address = pool.allocate(size)

    def __del__(self) -> None:
        # At interpreter shutdown, or after the pool, there is nothing to free.
        if getattr(self, "address", 0) and self.pool.handle:
            self.pool.free(self.address)


class Tensor:
    """A strided view of device memory. Making views costs nothing.

    `strides` count elements, as in the C API; `data` is the device address of
    the element at index 0.
    """

    def __init__(
        self,
        memory: Allocation,
        data: int,
        dtype: Any,
        sizes: Sequence[int],
        strides: Sequence[int],
    ):
        self.memory = memory
        self.data = data
        self.dtype = np.dtype(dtype)
        self.sizes = tuple(int(size) for size in sizes)
        self.strides = tuple(int(stride) for stride in strides)

    @property
    def device(self) -> "Device":
        return self.memory.pool.device

    @property
    def shape(self) -> Tuple[int, ...]:
        return self.sizes

    @property
    def contiguous(self) -> bool:
        """Whether the elements lie in row-major order without gaps."""
        expected = row_major(self.sizes)
        return 0 in self.sizes or all(
            size == 1 or stride == step
            for size, stride, step in zip(self.sizes, self.strides, expected)
        )

    def __repr__(self) -> str:
        return "Tensor(%s, sizes=%s, strides=%s)" % (self.dtype, self.sizes, self.strides)

    def c_tensor(self) -> Any:
        """The dml_tensor; of a rank that the C API can hold."""
        if len(self.sizes) > MAX_RANK:
            raise ValueError("rank %d is more than %d" % (len(self.sizes), MAX_RANK))
        described = STRUCTS["dml_tensor"](self.data, NUMBERS[self.dtype], len(self.sizes))
        described.sizes[: len(self.sizes)] = self.sizes
        described.strides[: len(self.sizes)] = self.strides
        return described

    # Views.

    def view(
        self, sizes: Sequence[int], strides: Optional[Sequence[int]] = None, offset: int = 0
    ) -> "Tensor":
        """Any view: `strides` and `offset` in elements (default: row-major)."""
        data = self.data + offset * self.dtype.itemsize
        return Tensor(
            self.memory, data, self.dtype, sizes, row_major(sizes) if strides is None else strides
        )

    def as_type(self, dtype: Any) -> "Tensor":
        """The same bytes as another type of the same size."""
        if np.dtype(dtype).itemsize != self.dtype.itemsize:
            raise ValueError("%s and %s differ in size" % (np.dtype(dtype), self.dtype))
        return Tensor(self.memory, self.data, dtype, self.sizes, self.strides)

    def transpose(self, *axes: int) -> "Tensor":
        """Dimension d of the result is dimension axes[d]; default: reversed."""
        order = axes or tuple(reversed(range(len(self.sizes))))
        return self.view([self.sizes[d] for d in order], [self.strides[d] for d in order])

    def broadcast_to(self, sizes: Sequence[int]) -> "Tensor":
        """NumPy's rules, by stride 0."""
        added = len(sizes) - len(self.sizes)
        strides = [0] * added
        for size, stride, target in zip(self.sizes, self.strides, tuple(sizes)[added:]):
            if size not in (1, target):
                raise ValueError("cannot broadcast %s to %s" % (self.sizes, tuple(sizes)))
            strides.append(stride if size == target else 0)
        return self.view(sizes, strides)

    def reshape(self, *sizes: int) -> "Tensor":
        """Other sizes for a row-major tensor."""
        if not self.contiguous:
            raise ValueError("only a row-major tensor can be reshaped")
        return self.view(np.empty(self.sizes, np.bool_).reshape(sizes).shape)

    def __getitem__(self, key: Any) -> "Tensor":
        """NumPy's basic indexing: integers, slices, ..., None."""
        # NumPy itself computes the view, of an array that is never touched:
        # only its shape, strides and start are looked at. The ellipsis keeps
        # it an array when all dimensions are indexed.
        shadow = self._shadow()
        key = key if isinstance(key, tuple) else (key,)
        part = shadow[key if Ellipsis in key else key + (Ellipsis,)]
        offset = address(part) - address(shadow)
        if part.size == 0:
            offset = 0
        return self.view(part.shape, part.strides, offset)

    def _shadow(self) -> np.ndarray:
        """A byte array of one byte's memory, with an element's stride of one byte."""
        return np.lib.stride_tricks.as_strided(np.zeros(1, np.uint8), self.sizes, self.strides)

    # Contents.

    def _span(self) -> Tuple[int, int]:
        """First and one past the last element that the view reaches, from data."""
        if 0 in self.sizes:
            return 0, 0
        reach = [(size - 1) * stride for size, stride in zip(self.sizes, self.strides)]
        return sum(min(r, 0) for r in reach), sum(max(r, 0) for r in reach) + 1

    def _fetch(self) -> Tuple[np.ndarray, np.ndarray]:
        """The memory that the view spans, and the view of that copy."""
        first, last = self._span()
        span = np.empty(last - first, self.dtype)
        if span.size:
            self.device.copy_to_host(span, self.data + first * self.dtype.itemsize)
        if 0 in self.sizes:
            return span, np.empty(self.sizes, self.dtype)
        strides = [stride * self.dtype.itemsize for stride in self.strides]
        return span, np.lib.stride_tricks.as_strided(span[-first:], self.sizes, strides)

    def numpy(self) -> np.ndarray:
        """A host copy of the elements; waits for the device."""
        return self._fetch()[1].copy()

    def write(self, array: Any) -> "Tensor":
        """Overwrites the elements (and nothing between them) from the host."""
        array = np.asarray(array, self.dtype)
        if self.contiguous:
            array = np.ascontiguousarray(np.broadcast_to(array, self.sizes))
            if array.size:
                self.device.copy_from_host(self.data, array)
        else:
            span, elements = self._fetch()
            elements[...] = array
            if span.size:
                self.device.copy_from_host(self.data + self._span()[0] * self.dtype.itemsize, span)
        return self


def row_major(sizes: Sequence[int]) -> Tuple[int, ...]:
    """Strides, in elements, of a contiguous tensor."""
    strides: List[int] = []
    step = 1
    for size in reversed(tuple(sizes)):
        strides.insert(0, step)
        step *= int(size)
    return tuple(strides)


def address(array: np.ndarray) -> int:
    return array.__array_interface__["data"][0]
