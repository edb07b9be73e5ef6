"""The DML runtime from Python, without TensorFlow.

    from tensorflow_directml import runtime as dml

    with dml.open(0) as device:
        a = device.tensor(np.ones((3, 4), np.float32))
        b = device.empty((3, 3), np.float32)
        device.gemm(a, a.transpose(), b)
        device.elementwise("RELU", [b], b)
        print(b.numpy())

Every operator of dml_operators.h is a method of Device, by its C name without
"dml_", with the C parameters by their C names:

  - tensors are Tensor objects, or None where the header allows null;
  - enumerators are given by name ("RELU", "SUM", "max") or as an IntEnum;
  - arrays (`inputs`, `before`, `counter`) are sequences, their counts follow;
  - `attributes` is a dictionary of the C struct's fields; spatial_rank follows
    from the longest sequence in it, dilations, strides and groups default to 1;
  - `value` is a Python number, converted to the output's type;
  - see DEFAULTS for what may be left out.

Nothing here is written twice: names, types and numbers come from the headers
(api.py, made by generate_api.py). A call that fails raises DmlError.
"""

import collections
import concurrent.futures
import contextlib
import ctypes
import enum
import itertools
import os
import threading
from typing import Any, Callable, Dict, Iterator, List, Optional, Sequence, Tuple, Union

import numpy as np

from . import api

LIBRARY = "libdml_runtime.so"
LIBRARY_VARIABLE = "TF_DIRECTML_RUNTIME_LIBRARY"
MAX_RANK = api.CONSTANTS["DML_MAX_RANK"]

# Parameters that a caller may leave out.
DEFAULTS = {
    "activation": "NONE",
    "alpha": 1.0,
    "beta": 0.0,
    "bias": None,
    "high": 0,
    "log": False,
    "low": 0,
    "mean": None,
    "parameters": None,
    "saved_inverse_stddev": None,
    "scale": 1.0,
    "unbiased_variance": False,
    "update_slots": True,
    "use_nesterov": False,
    "value": None,
    "variance": None,
}


# ---- Enums, errors and structs, from the headers ---------------------------


def _class_name(c_name: str) -> str:
    return "".join(part.capitalize() for part in c_name.split("_")[1:])


ENUMS: Dict[str, Any] = {
    c_name: enum.IntEnum(_class_name(c_name), values, module=__name__)
    for c_name, values in api.ENUMS.items()
}
globals().update({kind.__name__: kind for kind in ENUMS.values()})

Code = ENUMS["dml_code"]
DataType = ENUMS["dml_data_type"]


def enumerator(c_name: str, value: Union[str, int]) -> int:
    """A number of enum `c_name`; a name may drop the prefix that all share."""
    kind = ENUMS[c_name]
    if not isinstance(value, str):
        return int(value)
    prefix = os.path.commonprefix(list(kind.__members__))
    prefix = prefix[: prefix.rfind("_") + 1]
    for name in (value.upper(), prefix + value.upper()):
        if name in kind.__members__:
            return int(kind[name])
    raise ValueError("%s has no %r, but %s" % (kind.__name__, value, ", ".join(kind.__members__)))


class DmlError(RuntimeError):
    """A call into the runtime that failed."""

    def __init__(self, code: int, message: str):
        RuntimeError.__init__(self, "%s: %s" % (Code(code).name, message))
        self.code = Code(code)
        self.message = message


_SCALARS = {
    "char": ctypes.c_char,
    "double": ctypes.c_double,
    "int32_t": ctypes.c_int32,
    "int64_t": ctypes.c_int64,
    "size_t": ctypes.c_size_t,
    "uint8_t": ctypes.c_uint8,
    "uint32_t": ctypes.c_uint32,
    "uint64_t": ctypes.c_uint64,
}
_SCALARS.update({name: ctypes.c_int for name in ENUMS})


def _struct(c_name: str, fields: Sequence[Tuple[str, str, int]]) -> type:
    return type(
        _class_name(c_name),
        (ctypes.Structure,),
        {
            "_fields_": [
                (name, _SCALARS[kind] * count if count else _SCALARS[kind])
                for name, kind, count in fields
            ]
        },
    )


STRUCTS: Dict[str, Any] = {
    c_name: _struct(c_name, fields) for c_name, fields in api.STRUCTS.items()
}
_CTensor = STRUCTS["dml_tensor"]
_Callback = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p)

_TYPES = {number: np.dtype(number.name.lower()) for number in DataType}
_NUMBERS = {dtype: number for number, dtype in _TYPES.items()}


def _pointer_type(kind: str, count: int) -> Any:
    """The ctypes type of a parameter."""
    if kind == "dml_callback":
        return _Callback
    kind = kind.replace("const ", "").replace(" const", "").strip()
    if kind == "char*":
        return ctypes.c_char_p
    if kind.endswith("*") or count:
        return ctypes.c_void_p
    return _SCALARS[kind]


class _Library:
    """The shared library; its functions by C name, failures as DmlError."""

    def __init__(self, path: str):
        self.path = path
        library = ctypes.CDLL(path)
        library.dml_api_version.restype = ctypes.c_uint32
        library.dml_error_message.restype = ctypes.c_char_p
        version = library.dml_api_version()
        expected = api.CONSTANTS["DML_RUNTIME_API_VERSION"]
        if version != expected:
            raise ImportError(
                "%s has version %d of the runtime's API, but this Python package "
                "is for %d: reinstall tensorflow-directml." % (path, version, expected)
            )
        for name, (result, parameters) in api.FUNCTIONS.items():
            setattr(self, name, self._function(getattr(library, name), result, parameters))
        self._error_message = library.dml_error_message

    def _function(
        self, function: Any, result: str, parameters: Sequence[Tuple[str, str, int]]
    ) -> Callable:
        function.argtypes = [_pointer_type(kind, count) for _, kind, count in parameters]
        results = {"void": None, "const char*": ctypes.c_char_p}
        function.restype = results[result] if result in results else _SCALARS[result]
        if result != "dml_code" or function.__name__ == "dml_device_status":
            return function

        def checked(*arguments: Any) -> None:
            code = function(*arguments)
            if code:  # an int: comparing it with an enumerator takes as long as the call
                raise DmlError(code, self.error_message())

        return checked

    def error_message(self) -> str:
        return self._error_message().decode("utf-8", "replace")


_library: Optional[_Library] = None


def load(path: Optional[str] = None) -> None:
    """Opens the runtime: `path`, $TF_DIRECTML_RUNTIME_LIBRARY, or the package's.

    The first use of the module does this by itself.
    """
    global _library
    path = path or os.environ.get(LIBRARY_VARIABLE)
    path = path or os.path.join(os.path.dirname(os.path.abspath(__file__)), LIBRARY)
    if _library is not None:
        if os.path.realpath(_library.path) != os.path.realpath(path):
            raise ImportError("The runtime is already loaded, from %s." % _library.path)
        return
    if not os.path.exists(path):
        raise ImportError(
            "There is no DML runtime at %s. Install the tensorflow-directml wheel, "
            "or name the library in %s." % (path, LIBRARY_VARIABLE)
        )
    _library = _Library(path)


def _lib() -> Any:
    if _library is None:
        load()
    return _library


def library_path() -> str:
    """Where the loaded runtime is."""
    return _lib().path


# ---- Adapters --------------------------------------------------------------

Adapter = collections.namedtuple(
    "Adapter", [name for name, _, _ in api.STRUCTS["dml_adapter_info"]]
)


def adapters() -> List[Any]:
    """The visible adapters; adapter_problem() says why some may be missing."""
    count = ctypes.c_uint32()
    _lib().dml_adapter_count(ctypes.byref(count))
    found = []
    for index in range(count.value):
        info = STRUCTS["dml_adapter_info"]()
        _lib().dml_adapter_get_info(index, ctypes.byref(info))
        values = _fields(info)
        values["uuid"] = bytes(info.uuid).hex()
        values["type"] = ENUMS["dml_adapter_type"](info.type)
        found.append(Adapter(**values))
    return found


def adapter_problem() -> str:
    """Why there is no adapter, or fewer than asked for; empty when all is well."""
    return _lib().dml_adapter_problem().decode("utf-8", "replace")


def _fields(struct: ctypes.Structure) -> Dict[str, Any]:
    values = {}
    for name, _ in struct._fields_:
        value = getattr(struct, name)
        values[name] = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
    return values


@contextlib.contextmanager
def tag(name: str) -> Iterator[None]:
    """Names this thread's work inside the block, for counters and reports."""
    _lib().dml_set_tag(name.encode())
    try:
        yield
    finally:
        _lib().dml_set_tag(None)


# A program of the device: the shader, and the values of its specialization constants.
Program = collections.namedtuple("Program", "shader constants")


@contextlib.contextmanager
def plan() -> Iterator[List[Program]]:
    """Lists what this thread's operators would launch inside the block, launching nothing.

    Their tensors' memory is not touched. The list is complete when the block ends.
    """
    programs = []  # type: List[Program]
    _lib().dml_plan_start()
    try:
        yield programs
    finally:
        _lib().dml_plan_stop()
    programs += _programs(_lib().dml_plan_read)


def _lines(function: Callable, *arguments: Any) -> List[str]:
    """Of a C function that writes text and returns the length that it has."""
    size = 1
    while True:
        text = ctypes.create_string_buffer(size)
        length = function(*arguments, ctypes.cast(text, ctypes.c_char_p), size)
        if length < size:
            return text.value.decode().splitlines()
        size = length + 1024  # more may come between two calls


def _programs(function: Callable, *arguments: Any) -> List[Program]:
    split = (line.split("\t") for line in _lines(function, *arguments))
    return [
        Program(shader, tuple(int(value) for value in constants.split(",") if value))
        for shader, constants in split
    ]


# ---- Tensors ---------------------------------------------------------------


class _Allocation:
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
        memory: _Allocation,
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
        described = _CTensor(self.data, _NUMBERS[self.dtype], len(self.sizes))
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
        offset = _address(part) - _address(shadow)
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


def _address(array: np.ndarray) -> int:
    return array.__array_interface__["data"][0]


# ---- Devices and memory pools ----------------------------------------------


class Pool:
    """A budget of device memory."""

    def __init__(
        self, device: "Device", limit_bytes: int = 0, allow_growth: bool = True, heap_bytes: int = 0
    ):
        self.device = device
        self.handle = ctypes.c_void_p()
        options = STRUCTS["dml_pool_options"](limit_bytes, int(allow_growth), heap_bytes)
        _lib().dml_pool_open(device.handle, ctypes.byref(options), ctypes.byref(self.handle))

    def close(self) -> None:
        """All memory of the pool becomes invalid."""
        if self.handle:
            _lib().dml_pool_close(self.handle)
            self.handle = ctypes.c_void_p()

    def __enter__(self) -> "Pool":
        return self

    def __exit__(self, *unused: Any) -> None:
        self.close()

    def allocate(self, size: int) -> int:
        """The device address of `size` new bytes."""
        address = ctypes.c_uint64()
        _lib().dml_allocate(self.handle, size, ctypes.byref(address))
        return address.value

    def free(self, address: int) -> None:
        _lib().dml_free(self.handle, address)

    def allocated_bytes(self, address: int) -> int:
        return _lib().dml_allocated_bytes(self.handle, address)

    def trim(self) -> None:
        """Gives unused heaps back to the driver."""
        _lib().dml_pool_trim(self.handle)

    def reset_peaks(self) -> None:
        _lib().dml_pool_reset_peaks(self.handle)

    def statistics(self) -> Dict[str, int]:
        statistics = STRUCTS["dml_pool_statistics"]()
        _lib().dml_pool_get_statistics(self.handle, ctypes.byref(statistics))
        return _fields(statistics)

    def empty(self, sizes: Union[int, Sequence[int]], dtype: Any = np.float32) -> Tensor:
        """A row-major tensor of undefined contents."""
        sizes = (sizes,) if isinstance(sizes, int) else tuple(sizes)
        dtype = np.dtype(dtype)
        if dtype not in _NUMBERS:
            raise TypeError("the device has no type %s" % dtype)
        count = int(np.prod(sizes, dtype=np.int64))
        # An empty tensor still has an address, of memory that nobody touches.
        memory = _Allocation(self, max(count, 1) * dtype.itemsize)
        return Tensor(memory, memory.address, dtype, sizes, row_major(sizes))

    def tensor(self, array: Any, dtype: Any = None) -> Tensor:
        """A row-major copy of a host array."""
        array = np.asarray(array, dtype)
        return self.empty(array.shape, array.dtype).write(array)


class Device:
    """An adapter that was opened. Operators are methods; see the module's text."""

    def __init__(self, adapter_index: int = 0):
        self.handle = ctypes.c_void_p()
        self._pool: Optional[Pool] = None
        _lib().dml_device_open(adapter_index, ctypes.byref(self.handle))

    def close(self) -> None:
        """Waits for the device's work; tensors of its own pool become invalid."""
        if self._pool is not None:
            self._pool.close()
            self._pool = None
        if self.handle:
            _lib().dml_device_close(self.handle)
            self.handle = ctypes.c_void_p()

    def __enter__(self) -> "Device":
        return self

    def __exit__(self, *unused: Any) -> None:
        self.close()

    @property
    def adapter_index(self) -> int:
        return _lib().dml_device_adapter_index(self.handle)

    @property
    def adapter(self) -> Any:
        return adapters()[self.adapter_index]

    @property
    def status(self) -> Any:
        """Code.OK, or why the device cannot be used any more."""
        return Code(_lib().dml_device_status(self.handle))

    def flush(self) -> None:
        """Sends what is recorded, without waiting."""
        _lib().dml_device_flush(self.handle)

    def sync(self) -> None:
        """Waits until everything enqueued so far has completed."""
        _lib().dml_device_sync(self.handle)

    def statistics(self) -> Dict[str, int]:
        statistics = STRUCTS["dml_device_statistics"]()
        _lib().dml_device_get_statistics(self.handle, ctypes.byref(statistics))
        return _fields(statistics)

    def memory(self) -> Dict[str, Dict[str, int]]:
        """Statistics of the device's open pools taken together, and of operators' scratch."""
        pools, scratch = (STRUCTS["dml_pool_statistics"]() for _ in range(2))
        _lib().dml_device_get_memory(self.handle, ctypes.byref(pools), ctypes.byref(scratch))
        return {"pools": _fields(pools), "scratch": _fields(scratch)}

    def reset_peaks(self) -> None:
        """Peaks of all pools start again from what is in use now."""
        _lib().dml_device_reset_peaks(self.handle)

    def launches_by_tag(self) -> Dict[str, int]:
        """How many dispatches were enqueued under each tag."""
        lines = _lines(_lib().dml_device_launches_by_tag, self.handle)
        return {name: int(count) for name, count in (line.rsplit("\t", 1) for line in lines)}

    def programs(self) -> List[Program]:
        """What was compiled, in the order in which it was first asked for."""
        return _programs(_lib().dml_device_programs, self.handle)

    def inject_failure(self, code: Union[str, int]) -> None:
        """For tests: the next submission fails as if the driver had said so."""
        _lib().dml_device_inject_failure(self.handle, enumerator("dml_code", code))

    # Tile configurations of matrix products; see dml_benchmark.h.

    def tile_candidates(self, dtype: Any = np.float32, every: bool = False) -> List[Dict[str, int]]:
        """What to measure; with `every`, what is meant for other adapters too."""
        number = _NUMBERS[np.dtype(dtype)]
        choices = (STRUCTS["dml_tile_choice"] * 256)()
        count = _lib().dml_tiles_candidates(
            self.handle, number, int(every), ctypes.byref(choices), len(choices)
        )
        return [_fields(choice) for choice in choices[:count]]

    def override_tile(self, choice: Optional[Dict[str, int]]) -> None:
        """Every product from now on takes this one if it can; None ends that."""
        given = None if choice is None else STRUCTS["dml_tile_choice"](**choice)
        _lib().dml_tiles_override(self.handle, None if given is None else ctypes.byref(given))

    def last_tile(self) -> Dict[str, int]:
        """The product enqueued last and its configuration."""
        choice = STRUCTS["dml_tile_choice"]()
        _lib().dml_tiles_last(self.handle, ctypes.byref(choice))
        return _fields(choice)

    def matrices(self) -> Any:
        """Whether it has cooperative matrices that work (Matrices); may take seconds."""
        state = ctypes.c_uint32()
        _lib().dml_tiles_matrices(self.handle, ctypes.byref(state))
        return ENUMS["dml_matrices"](state.value)

    def store_tiles(self, choices: Sequence[Dict[str, int]]) -> None:
        """Stores choices on disk beside those stored before, and uses them."""
        kind = STRUCTS["dml_tile_choice"]
        array = (kind * len(choices))(*(kind(**choice) for choice in choices))
        _lib().dml_tiles_store(self.handle, ctypes.byref(array), len(choices))

    # Memory.

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
        _lib().dml_copy_from_host(self.handle, dst, _address(array), array.nbytes)

    def copy_to_host(self, array: np.ndarray, src: int) -> None:
        """Fills a contiguous array from a device address; waits."""
        _lib().dml_copy_to_host(self.handle, _address(array), src, array.nbytes)

    def copy_to_host_async(self, array: np.ndarray, src: int) -> concurrent.futures.Future:
        """As copy_to_host; the future's result is the array, or it raises DmlError."""
        future, number = self._future(array)
        _lib().dml_copy_to_host_async(
            self.handle, _address(array), src, array.nbytes, _completed, number
        )
        return future

    def on_complete(self) -> concurrent.futures.Future:
        """A future that is done when everything enqueued so far has completed."""
        future, number = self._future(None)
        _lib().dml_on_complete(self.handle, _completed, number)
        return future

    def copy(self, dst: int, src: int, size: int) -> None:
        """Device to device, in bytes; the ranges may overlap."""
        _lib().dml_copy(self.handle, dst, src, size)

    def _future(self, result: Any) -> Tuple[concurrent.futures.Future, Any]:
        """A future and the number under which _completed() finds it."""
        future: concurrent.futures.Future = concurrent.futures.Future()
        with _waiting_lock:
            number = next(_numbers)
            _waiting[number] = (future, result)
        return future, number


# Futures that the runtime has yet to complete. All share one C callback, which
# lives as long as the process: one of their own would be freed while it runs.
_waiting: Dict[int, Tuple[concurrent.futures.Future, Any]] = {}
_waiting_lock = threading.Lock()
_numbers = itertools.count(1)


@_Callback
def _completed(number: int, code: int, message: Optional[bytes]) -> None:
    with _waiting_lock:
        future, result = _waiting.pop(number)
    if code == Code.OK:
        future.set_result(result)
    else:
        future.set_exception(DmlError(code, (message or b"").decode("utf-8", "replace")))


def open(adapter_index: int = 0) -> Device:
    """The device of an adapter, by its place in adapters()."""
    return Device(adapter_index)


# ---- Operators: methods of Device, made from the header's prototypes -------


def _attributes(kind: str, value: Dict[str, Any]) -> Any:
    struct = STRUCTS[kind]()
    fields = {name: count for name, _, count in api.STRUCTS[kind]}
    unknown = set(value) - set(fields)
    if unknown:
        raise TypeError("%s has no %s" % (kind, ", ".join(sorted(unknown))))
    lengths = [len(value[name]) for name, count in fields.items() if count and name in value]
    struct.spatial_rank = value.get("spatial_rank", max(lengths or [0]))
    for name in ("strides", "dilations", "groups"):
        if name in fields:
            setattr(struct, name, (1,) * fields[name] if fields[name] else 1)
    for name, given in value.items():
        if not fields[name]:
            setattr(struct, name, given)
        else:
            getattr(struct, name)[: len(given)] = list(given)
    return struct


def _pointer(c_object: Any) -> Any:
    return ctypes.cast(ctypes.byref(c_object), ctypes.c_void_p)


def _convert(
    kind: str, name: str, count: int, value: Any, given: Dict[str, Any]
) -> Tuple[Any, Any]:
    """One argument as (what C gets, what must live until the call returns)."""
    base = kind.replace("const ", "").replace(" const", "").strip()
    if base in ENUMS:
        return enumerator(base, value), None
    if base in ("double", "int32_t", "int64_t", "uint32_t") and not count:
        return (float(value) if base == "double" else int(value)), None
    if value is None:
        return None, None
    if base == "dml_tensor*":
        if not isinstance(value, Tensor):
            raise TypeError("%s must be a Tensor, not %s" % (name, type(value).__name__))
        described = value.c_tensor()
        return _pointer(described), described
    if base == "dml_tensor**":
        described = [None if tensor is None else tensor.c_tensor() for tensor in value]
        pointers = (ctypes.c_void_p * len(described))(
            *[None if d is None else ctypes.addressof(d) for d in described]
        )
        return _pointer(pointers), (described, pointers)
    if base == "void*":
        scalar = np.array(value, given["output"].dtype)
        return _address(scalar), scalar
    if base.rstrip("*") in STRUCTS:
        struct = _attributes(base.rstrip("*"), value)
        return _pointer(struct), struct
    array = (_SCALARS[base.rstrip("*")] * len(value))(*value)
    if count and len(value) != count:
        raise ValueError("%s must have %d values, not %d" % (name, count, len(value)))
    return _pointer(array), array


def _operator(c_name: str) -> Callable:
    parameters = api.FUNCTIONS[c_name][1][1:]
    counts = {}  # parameter that holds a count: the array that it counts
    for (array, _, _), (name, _, _) in zip(parameters, parameters[1:]):
        if name.endswith("_count"):
            counts[name] = array
    names = [name for name, _, _ in parameters if name not in counts]

    def prepare(self: Device, *args: Any, **kwargs: Any) -> "Prepared":
        if len(args) > len(names):
            raise TypeError("%s takes %s" % (c_name, ", ".join(names)))
        given = dict(zip(names, args))
        for name, value in kwargs.items():
            if name not in names or name in given:
                raise TypeError("%s: unexpected %r; it takes %s" % (c_name, name, ", ".join(names)))
            given[name] = value
        for name in names:
            if name not in given:
                if name not in DEFAULTS:
                    raise TypeError("%s: %r is missing" % (c_name, name))
                given[name] = DEFAULTS[name]
        arguments, alive = [self.handle], [given]
        for name, kind, count in parameters:
            value = len(given[counts[name]]) if name in counts else given[name]
            argument, keep = _convert(kind, name, count, value, given)
            arguments.append(argument)
            alive.append(keep)
        return Prepared(getattr(_lib(), c_name), arguments, alive)

    def call(self: Device, *args: Any, **kwargs: Any) -> None:
        prepare(self, *args, **kwargs)()

    call.__name__ = c_name[len("dml_") :]
    call.__doc__ = "%s(%s); see dml_operators.h." % (call.__name__, ", ".join(names))
    call.prepare = prepare
    return call


class Prepared:
    """An operator with its arguments converted: calling it enqueues it (again)."""

    __slots__ = ("_alive", "_arguments", "_function")

    def __init__(self, function: Callable, arguments: Sequence[Any], alive: Sequence[Any]):
        self._function = function
        self._arguments = tuple(arguments)
        self._alive = alive  # what the arguments point to

    def __call__(self) -> None:
        self._function(*self._arguments)


def prepare(device: Device, operator: str, *args: Any, **kwargs: Any) -> Prepared:
    """device.<operator>(*args, **kwargs) to be enqueued by each call of the result.

    For measuring and for loops: converting Python arguments costs more than
    enqueuing does.
    """
    return getattr(Device, operator).prepare(device, *args, **kwargs)


def _is_operator(c_name: str) -> bool:
    result, parameters = api.FUNCTIONS[c_name]
    return (
        result == "dml_code"
        and len(parameters) > 1
        and parameters[0][1] == "dml_device*"
        and any("dml_tensor" in kind for _, kind, _ in parameters)
    )


OPERATORS = tuple(sorted(name[len("dml_") :] for name in api.FUNCTIONS if _is_operator(name)))
for _name in OPERATORS:
    setattr(Device, _name, _operator("dml_" + _name))
