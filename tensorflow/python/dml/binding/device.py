"""Devices: adapters that were opened. operators.py adds the operators."""

import concurrent.futures
import ctypes
from typing import Any, Dict, List, Optional, Sequence, Union

import numpy as np

from .adapters import adapters
from .declarations import ENUMS, NUMBERS, STRUCTS, Code, enumerator, fields
from .futures import completed, new_future
from .library import DmlError, lib, lines
from .pool import Pool
from .tensors import Tensor, address
from .thread_state import Program, read_programs


class Device:
    """An adapter that was opened. Operators are methods; see runtime.py."""

    def __init__(self, adapter_index: int = 0):
        self.handle = ctypes.c_void_p()
        self._pool: Optional[Pool] = None
        if adapter_index < 0:
            raise DmlError(
                Code.NOT_FOUND,
                "there is no adapter %d; they are numbered from 0" % adapter_index,
            )
        lib().dml_device_open(adapter_index, ctypes.byref(self.handle))

    def close(self) -> None:
        """Waits for the device's work; tensors of its own pool become invalid."""
        if self._pool is not None:
            self._pool.close()
            self._pool = None
        if self.handle:
            lib().dml_device_close(self.handle)
            self.handle = ctypes.c_void_p()

    def __enter__(self) -> "Device":
        return self

    def __exit__(self, *unused: Any) -> None:
        self.close()

    @property
    def adapter_index(self) -> int:
        return lib().dml_device_adapter_index(self.handle)

    @property
    def adapter(self) -> Any:
        return adapters()[self.adapter_index]

    @property
    def status(self) -> Any:
        """Code.OK, or why the device cannot be used any more."""
        return Code(lib().dml_device_status(self.handle))

    def flush(self) -> None:
        """Sends what is recorded, without waiting."""
        lib().dml_device_flush(self.handle)

    def sync(self) -> None:
        """Waits until everything enqueued so far has completed."""
        lib().dml_device_sync(self.handle)

    def finish_programs(self) -> None:
        """Waits for the programs of merged launches that are being made in the background."""
        lib().dml_device_finish_programs(self.handle)

    def merge_launches(self, merge: bool) -> None:
        """Whether element-wise launches may become one from here on; at first they may."""
        lib().dml_device_merge_launches(self.handle, int(merge))

    def statistics(self) -> Dict[str, int]:
        statistics = STRUCTS["dml_device_statistics"]()
        lib().dml_device_get_statistics(self.handle, ctypes.byref(statistics))
        return fields(statistics)

    def memory(self) -> Dict[str, Dict[str, int]]:
        """Statistics of the device's open pools taken together, and of operators' scratch."""
        pools, scratch = (STRUCTS["dml_pool_statistics"]() for _ in range(2))
        lib().dml_device_get_memory(self.handle, ctypes.byref(pools), ctypes.byref(scratch))
        return {"pools": fields(pools), "scratch": fields(scratch)}

    def reset_peaks(self) -> None:
        """Peaks of all pools start again from what is in use now."""
        lib().dml_device_reset_peaks(self.handle)

    def launches_by_tag(self) -> Dict[str, int]:
        """How many dispatches were enqueued under each tag."""
        split = (
            line.rsplit("\t", 1) for line in lines(lib().dml_device_launches_by_tag, self.handle)
        )
        return {name: int(count) for name, count in split}

    def programs(self) -> List[Program]:
        """What was compiled, in the order in which it was first asked for."""
        return read_programs(lib().dml_device_programs, self.handle)

    def inject_failure(self, code: Union[str, int]) -> None:
        """For tests: the next submission fails as if the driver had said so."""
        lib().dml_device_inject_failure(self.handle, enumerator("dml_code", code))

    # Tile configurations of matrix products; see dml_benchmark.h.

    def tile_candidates(self, dtype: Any = np.float32, every: bool = False) -> List[Dict[str, int]]:
        """What to measure; with `every`, what is meant for other adapters too."""
        number = NUMBERS[np.dtype(dtype)]
        choices = (STRUCTS["dml_tile_choice"] * 256)()
        count = lib().dml_tiles_candidates(
            self.handle, number, int(every), ctypes.byref(choices), len(choices)
        )
        return [fields(choice) for choice in choices[:count]]

    def override_tile(self, choice: Optional[Dict[str, int]]) -> None:
        """Every product from now on takes this one if it can; None ends that."""
        given = None if choice is None else STRUCTS["dml_tile_choice"](**choice)
        lib().dml_tiles_override(self.handle, None if given is None else ctypes.byref(given))

    def last_tile(self) -> Dict[str, int]:
        """The product enqueued last and its configuration."""
        choice = STRUCTS["dml_tile_choice"]()
        lib().dml_tiles_last(self.handle, ctypes.byref(choice))
        return fields(choice)

    def matrices(self) -> Any:
        """Whether it has cooperative matrices that work (Matrices); may take seconds."""
        state = ctypes.c_uint32()
        lib().dml_tiles_matrices(self.handle, ctypes.byref(state))
        return ENUMS["dml_matrices"](state.value)

    def store_tiles(self, choices: Sequence[Dict[str, int]]) -> None:
        """Stores choices on disk beside those stored before, and uses them."""
        kind = STRUCTS["dml_tile_choice"]
        array = (kind * len(choices))(*(kind(**choice) for choice in choices))
        lib().dml_tiles_store(self.handle, ctypes.byref(array), len(choices))

    # Memory.

    def trim(self) -> None:
        """Gives memory that nothing uses back to the driver, of all pools of the device."""
        lib().dml_device_trim(self.handle)

    @property
    def pool(self) -> Pool:
        """The pool of tensors that name none: growing, up to the driver's budget."""
        if self._pool is None:
            self._pool = Pool(self)
        return self._pool

    def open_pool(
        self, limit_bytes: int = 0, allow_growth: bool = True, heap_bytes: int = 0
    ) -> Pool:
        return Pool(self, limit_bytes, allow_growth, heap_bytes)

    def empty(self, sizes: Union[int, Sequence[int]], dtype: Any = np.float32) -> Tensor:
        return self.pool.empty(sizes, dtype)

    def tensor(self, array: Any, dtype: Any = None) -> Tensor:
        return self.pool.tensor(array, dtype)

    # Copies between addresses; Tensor.numpy() and write() are the easy way.

    def copy_from_host(self, dst: int, array: np.ndarray) -> None:
        """Copies a contiguous array's bytes to a device address."""
        lib().dml_copy_from_host(self.handle, dst, address(array), array.nbytes)

    def copy_to_host(self, array: np.ndarray, src: int) -> None:
        """Fills a contiguous array from a device address; waits."""
        lib().dml_copy_to_host(self.handle, address(array), src, array.nbytes)

    def copy_to_host_async(self, array: np.ndarray, src: int) -> concurrent.futures.Future:
        """As copy_to_host; the future's result is the array, or it raises DmlError."""
        future, number = new_future(array)
        lib().dml_copy_to_host_async(
            self.handle, address(array), src, array.nbytes, completed, number
        )
        return future

    def on_complete(self) -> concurrent.futures.Future:
        """A future that is done when everything enqueued so far has completed."""
        future, number = new_future(None)
        lib().dml_on_complete(self.handle, completed, number)
        return future

    def copy(self, dst: int, src: int, size: int) -> None:
        """Device to device, in bytes; the ranges may overlap."""
        lib().dml_copy(self.handle, dst, src, size)


def open(adapter_index: int = 0) -> Device:
    """The device of an adapter, by its place in adapters()."""
    return Device(adapter_index)
