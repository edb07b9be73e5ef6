"""The shared library: finding and loading it, its functions, its errors."""

import ctypes
import os
from typing import Any, Callable, List, Optional, Sequence, Tuple

from .. import api
from .declarations import SCALARS, Code, argument_type

LIBRARY = "dml_runtime.dll" if os.name == "nt" else "libdml_runtime.so"
LIBRARY_VARIABLE = "TF_DIRECTML_RUNTIME_LIBRARY"
PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class DmlError(RuntimeError):
    """A call into the runtime that failed."""

    def __init__(self, code: int, message: str):
        RuntimeError.__init__(self, "%s: %s" % (Code(code).name, message))
        self.code = Code(code)
        self.message = message


class Library:
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
                "is for %d: install tensorflow-directml again." % (path, version, expected)
            )
        for name, (result, parameters) in api.FUNCTIONS.items():
            setattr(self, name, self._function(getattr(library, name), result, parameters))
        self._error_message = library.dml_error_message

    def _function(
        self, function: Any, result: str, parameters: Sequence[Tuple[str, str, int]]
    ) -> Callable:
        function.argtypes = [argument_type(kind, count) for _, kind, count in parameters]
        results = {"void": None, "const char*": ctypes.c_char_p}
        function.restype = results[result] if result in results else SCALARS[result]
        if result != "dml_code" or function.__name__ == "dml_device_status":
            return function

        def checked(*arguments: Any) -> None:
            code = function(*arguments)
            if code:  # an int: comparing it with an enumerator takes as long as the call
                raise DmlError(code, self.error_message())

        return checked

    def error_message(self) -> str:
        return self._error_message().decode("utf-8", "replace")


_library: Optional[Library] = None


def load(path: Optional[str] = None) -> None:
    """Opens the runtime: `path`, $TF_DIRECTML_RUNTIME_LIBRARY, or the package's.

    The first use of the runtime does this by itself.
    """
    global _library
    path = path or os.environ.get(LIBRARY_VARIABLE)
    path = path or os.path.join(PACKAGE, LIBRARY)
    if _library is not None:
        if os.path.realpath(_library.path) != os.path.realpath(path):
            raise ImportError("The runtime is already loaded, from %s." % _library.path)
        return
    if not os.path.exists(path):
        raise ImportError(
            "There is no DML runtime at %s. Install the tensorflow-directml wheel, "
            "or name the library in %s." % (path, LIBRARY_VARIABLE)
        )
    _library = Library(path)


def lib() -> Any:
    """The Library."""
    if _library is None:
        load()
    return _library


def library_path() -> str:
    """Where the loaded runtime is."""
    return lib().path


def lines(function: Callable, *arguments: Any) -> List[str]:
    """Of a C function that writes text and returns the text's whole length."""
    size = 1
    while True:
        text = ctypes.create_string_buffer(size)
        length = function(*arguments, ctypes.cast(text, ctypes.c_char_p), size)
        if length < size:
            return text.value.decode().splitlines()
        size = length + 1024  # more may come between two calls
