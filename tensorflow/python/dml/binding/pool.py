"""Pools: budgets of device memory, and the tensors made from them."""

import ctypes
from typing import TYPE_CHECKING, Any, Dict, Sequence, Union

import numpy as np

from .declarations import NUMBERS, STRUCTS, fields
from .library import lib
from .tensors import Allocation, Tensor, row_major

if TYPE_CHECKING:
    from .device import Device


class Pool:
    """A budget of device memory."""

    def __init__(
        self, device: "Device", limit_bytes: int = 0, allow_growth: bool = True, heap_bytes: int = 0
    ):
        self.device = device
        self.handle = ctypes.c_void_p()
        options = STRUCTS["dml_pool_options"](limit_bytes, int(allow_growth), heap_bytes)
        lib().dml_pool_open(device.handle, ctypes.byref(options), ctypes.byref(self.handle))

    def close(self) -> None:
        """All memory of the pool becomes invalid."""
        if self.handle:
            lib().dml_pool_close(self.handle)
            self.handle = ctypes.c_void_p()

    def __enter__(self) -> "Pool":
        return self

    def __exit__(self, *unused: Any) -> None:
        self.close()

    def allocate(self, size: int) -> int:
        """The device address of `size` new bytes."""
        address = ctypes.c_uint64()
        lib().dml_allocate(self.handle, size, ctypes.byref(address))
        return address.value

    def free(self, address: int) -> None:
        lib().dml_free(self.handle, address)

    def allocated_bytes(self, address: int) -> int:
        return lib().dml_allocated_bytes(self.handle, address)

    def trim(self) -> None:
        """Gives unused heaps back to the driver."""
        lib().dml_pool_trim(self.handle)

    def reset_peaks(self) -> None:
        lib().dml_pool_reset_peaks(self.handle)

    def statistics(self) -> Dict[str, int]:
        statistics = STRUCTS["dml_pool_statistics"]()
        lib().dml_pool_get_statistics(self.handle, ctypes.byref(statistics))
        return fields(statistics)

    def empty(self, sizes: Union[int, Sequence[int]], dtype: Any = np.float32) -> Tensor:
        """A row-major tensor of undefined contents."""
        sizes = (sizes,) if isinstance(sizes, int) else tuple(sizes)
        dtype = np.dtype(dtype)
        if dtype not in NUMBERS:
            raise TypeError("the device has no type %s" % dtype)
        count = int(np.prod(sizes, dtype=np.int64))
        # An empty tensor still has an address, of memory that nobody touches.
        memory = Allocation(self, max(count, 1) * dtype.itemsize)
        return Tensor(memory, memory.address, dtype, sizes, row_major(sizes))

    def tensor(self, array: Any, dtype: Any = None) -> Tensor:
        """A row-major copy of a host array."""
        array = np.asarray(array, dtype)
        return self.empty(array.shape, array.dtype).write(array)
