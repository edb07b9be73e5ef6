"""Running a Python script as Python itself would."""

import os
import runpy
import sys
import traceback
import types
from typing import Any, Callable, List, Optional, Tuple


class ScriptError(Exception):
    """The script cannot be run: why."""


def _load(path: str) -> Any:
    """The script's code. Raises ScriptError, or SyntaxError."""
    try:
        with open(path, "rb") as file:
            source = file.read()
    except OSError as error:
        raise ScriptError("%s: %s" % (path, error.strerror)) from None
    return compile(source, path, "exec", dont_inherit=True)


def _main_module(path: str) -> types.ModuleType:
    module = types.ModuleType("__main__")
    module.__file__ = path
    module.__builtins__ = __builtins__  # type: ignore
    return module


def _print_exception(error: BaseException) -> None:
    """As Python prints it, without the frames of this package."""
    here = os.path.dirname(os.path.abspath(__file__))
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename.startswith(
        (here, runpy.__file__)
    ):
        trace = trace.tb_next
    sys.stdout.flush()
    traceback.print_exception(type(error), error, trace)
    sys.stderr.flush()


def _exit_status(code: Any) -> int:
    """What Python makes of sys.exit(code)."""
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    sys.stdout.flush()
    print(code, file=sys.stderr)
    return 1


def run(
    script: str, arguments: List[str], module: bool = False, ended: Optional[Callable] = None
) -> Tuple[int, str]:
    """Runs a script, or with `module` a module by its name, as __main__.

    `ended` is called when its main code has ended, before its exception is printed.
    Returns its exit status, and the class of the exception that ended it, or "". Its module
    stays sys.modules["__main__"], for what it left to be done at the exit.
    Raises ScriptError when there is no such script.
    """
    error: Optional[BaseException] = None
    sys.argv = [script] + arguments
    try:
        if module:
            sys.path[0] = os.getcwd()
            runpy.run_module(script, run_name="__main__", alter_sys=True)
        else:
            # A folder or archive with a __main__.py is run by its own means.
            if os.path.isdir(script):
                runpy.run_path(script, run_name="__main__")
            else:
                code = _load(script)
                sys.path[0] = os.path.dirname(os.path.realpath(script))
                main = _main_module(script)
                sys.modules["__main__"] = main
                exec(code, main.__dict__)
    except ScriptError:
        raise
    except BaseException as caught:
        error = caught
    if ended is not None:
        ended()
    if error is None:
        return 0, ""
    if isinstance(error, SystemExit):
        return _exit_status(error.code), ""
    if module and isinstance(error, ImportError) and script in str(error):
        raise ScriptError(str(error))
    _print_exception(error)
    return (130 if isinstance(error, KeyboardInterrupt) else 1), type(error).__name__
