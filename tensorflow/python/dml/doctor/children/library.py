"""Whether a shared library opens, and which version of Vulkan a loader is of."""

import ctypes
from typing import Any, Dict


def main(name: str) -> Dict[str, Any]:
    """{"vulkan": "1.3.250", or empty for what is no loader of Vulkan} or {"problem": why not}."""
    try:
        library = ctypes.CDLL(name)
    except OSError as error:
        return {"problem": str(error)}
    try:
        find = library.vkGetInstanceProcAddr
    except AttributeError:
        return {"vulkan": ""}
    find.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
    find.restype = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_uint32))
    ask = find(None, b"vkEnumerateInstanceVersion")
    if not ask:
        return {"vulkan": "1.0.0"}  # which has no such function
    version = ctypes.c_uint32()
    if ask(ctypes.byref(version)) != 0:
        return {"problem": "vkEnumerateInstanceVersion failed"}
    number = version.value
    return {"vulkan": "%d.%d.%d" % (number >> 22 & 0x7F, number >> 12 & 0x3FF, number & 0xFFF)}
