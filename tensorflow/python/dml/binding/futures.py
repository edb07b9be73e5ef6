"""Futures that the runtime completes."""

import atexit
import concurrent.futures
import itertools
import threading
from typing import Any, Dict, Optional, Tuple

from .declarations import Callback, Code
from .library import DmlError

# Futures that the runtime has yet to complete. All share one C callback, which
# lives as long as the process: one of their own would be freed while it runs.
_waiting: Dict[int, Tuple[concurrent.futures.Future, Any]] = {}
_waiting_lock = threading.Lock()
_numbers = itertools.count(1)
_thread = threading.local()  # .completing while completed() runs on it


@Callback
def completed(number: int, code: int, message: Optional[bytes]) -> None:
    with _waiting_lock:
        future, result = _waiting.pop(number)
    _thread.completing = True
    try:
        if code == Code.OK:
            future.set_result(result)
        else:
            future.set_exception(DmlError(code, (message or b"").decode("utf-8", "replace")))
    finally:
        _thread.completing = False


def new_future(result: Any) -> Tuple[concurrent.futures.Future, Any]:
    """A future and the number under which completed() finds it."""
    future: concurrent.futures.Future = concurrent.futures.Future()
    with _waiting_lock:
        number = next(_numbers)
        _waiting[number] = (future, result)
    return future, number


@atexit.register
def _finish() -> None:
    """Lets completed() run while there is an interpreter to run it."""
    if getattr(_thread, "completing", False):
        return  # inside of one that ends the process: the others wait for it
    with _waiting_lock:
        futures = [future for future, _ in _waiting.values()]
    concurrent.futures.wait(futures, timeout=10)
