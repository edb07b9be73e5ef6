"""XLA does not compile for DML devices: nothing is sent there that did not ask for it, and
what asked gets an error that says so.

Keras 3 compiles models with XLA where it thinks that it can (jit_compile="auto"); with
DML devices it does not. Its own detours for what TensorFlow's CPU kernels lack go without XLA,
too. jit_compile=True raises ValueError, of a model when it is compiled, of a function when it
is traced for a DML device. What was saved with it, as by Keras on a machine for CUDA for "auto",
is loaded without, and a line says so. Where no DML device is visible, or Keras computes by another
backend than TensorFlow, nothing changes.
"""

import functools
import importlib.abc
import importlib.machinery
import inspect
import sys
from typing import Any, Callable, Optional, Sequence

_KERAS_TRAINER = "keras.src.trainers.trainer"
_LOADER = "tensorflow.python.saved_model.function_deserialization"
_SAVED_FUNCTION = "a function of a SavedModel"
_MUST_COMPILE = "_XlaMustCompile"
_MESSAGE = (
    "jit_compile=True asks for XLA, which does not compile for DML devices. Leave jit_compile "
    'out%s, or use the CPU: with tf.device("CPU")'
)


_said = set()


def _say_once(what: str) -> None:
    if what not in _said:
        _said.add(what)
        sys.stderr.write(
            "tensorflow-directml: %s was saved with jit_compile=True, for XLA, which does not "
            "compile for DML devices: it is loaded without\n" % what
        )
        sys.stderr.flush()


def _on_dml() -> bool:
    """Whether a DML device is visible, and the caller has not asked for the CPU."""
    from tensorflow.python.eager import context

    current = context.context()
    if current.device_spec is not None and current.device_spec.device_type == "CPU":
        return False
    return any(device.device_type == "DML" for device in current.get_visible_devices())


def apply() -> None:
    """Called once, while TensorFlow is imported."""
    from tensorflow.python.eager.polymorphic_function import polymorphic_function
    from tensorflow.python.saved_model import function_deserialization

    _adapt_function(polymorphic_function.Function)
    _adapt_loading(function_deserialization)
    if _KERAS_TRAINER in sys.modules:
        _adapt_keras(sys.modules[_KERAS_TRAINER])
    else:
        sys.meta_path.insert(0, _AfterImport(_KERAS_TRAINER, _adapt_keras))


def _adapt_function(function_class: Any) -> None:
    """tf.function."""
    stock = function_class.__init__
    signature = inspect.signature(stock)
    if not {"python_function", "jit_compile"}.issubset(signature.parameters):
        raise ImportError("tf.function takes other arguments than expected: %s" % signature)

    @functools.wraps(stock)
    def init(self: Any, *positional: Any, **named: Any) -> None:
        bound = signature.bind(self, *positional, **named)
        if bound.arguments.get("jit_compile"):
            function = bound.arguments["python_function"]
            module = str(getattr(function, "__module__", ""))
            if module.startswith("keras.src.backend."):
                if _on_dml():
                    bound.arguments["jit_compile"] = None
            elif module == _LOADER and _on_dml():
                bound.arguments["jit_compile"] = None
                _say_once(_SAVED_FUNCTION)
            else:
                bound.arguments["python_function"] = _checked(function)
        stock(*bound.args, **bound.kwargs)

    function_class.__init__ = init


def _checked(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, which raises when it is traced for a DML device."""
    from tensorflow.python.util import tf_decorator

    if getattr(function, "_dml_checked", False):
        return function

    def traced(*positional: Any, **named: Any) -> Any:
        if _on_dml():
            raise ValueError(_MESSAGE % "")
        return function(*positional, **named)

    decorated = tf_decorator.make_decorator(function, traced)
    decorated._dml_checked = True
    return decorated


def _adapt_loading(loader: Any) -> None:
    """The functions of a SavedModel, which they and their calls say that XLA must compile."""
    stock = loader.load_function_def_library

    @functools.wraps(stock)
    def load_function_def_library(library: Any, *positional: Any, **named: Any) -> Any:
        if _on_dml():
            for function in library.function:
                for marked in (function, *function.node_def):
                    if _MUST_COMPILE in marked.attr and marked.attr[_MUST_COMPILE].b:
                        del marked.attr[_MUST_COMPILE]
                        _say_once(_SAVED_FUNCTION)
        return stock(library, *positional, **named)

    loader.load_function_def_library = load_function_def_library


def _adapt_keras(trainer: Any) -> None:
    """How Keras 3's models are compiled, and loaded."""
    supports = trainer.model_supports_jit
    stock = trainer.Trainer.compile
    stock_from_config = trainer.Trainer.compile_from_config
    backend = trainer.backend
    if "jit_compile" not in inspect.signature(stock).parameters:
        raise ImportError("Keras' Trainer.compile takes no jit_compile")

    def on_dml() -> bool:
        return backend.backend() == "tensorflow" and _on_dml()

    @functools.wraps(supports)
    def model_supports_jit(model: Any) -> bool:
        return not on_dml() and supports(model)

    @functools.wraps(stock)
    def compile(self: Any, *positional: Any, **named: Any) -> Any:
        asked = inspect.signature(stock).bind(self, *positional, **named).arguments
        jit_compile = asked.get("jit_compile", "auto")
        if jit_compile is True and not asked.get("run_eagerly") and on_dml():
            raise ValueError(_MESSAGE % ' (or say "auto")')
        result = stock(self, *positional, **named)
        if jit_compile == "auto" and on_dml():
            _save_as_auto(self)
        return result

    @functools.wraps(stock_from_config)
    def compile_from_config(self: Any, config: Any) -> Any:
        if config.get("jit_compile") is True and on_dml():
            _say_once("a model")
            config = dict(config, jit_compile="auto")
        return stock_from_config(self, config)

    trainer.model_supports_jit = model_supports_jit
    trainer.Trainer.compile = compile
    trainer.Trainer.compile_from_config = compile_from_config


def _save_as_auto(model: Any) -> None:
    """Has a file of the model say what was asked for, not what that means with this device."""
    config = getattr(getattr(model, "_compile_config", None), "config", {})
    if "jit_compile" in config:
        config["jit_compile"] = "auto"


class _AfterImport(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Calls `adapt` with the module `name` when that has been imported; once."""

    def __init__(self, name: str, adapt: Callable[[Any], None]):
        self._name = name
        self._adapt = adapt
        self._loader: Any = None

    def find_spec(
        self, name: str, path: Optional[Sequence[str]], target: Any = None
    ) -> Optional[importlib.machinery.ModuleSpec]:
        if name != self._name:
            return None
        sys.meta_path.remove(self)
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            self._loader = spec.loader
            spec.loader = self
        return spec

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> Any:
        return self._loader.create_module(spec)

    def exec_module(self, module: Any) -> None:
        self._loader.exec_module(module)
        module.__loader__ = module.__spec__.loader = self._loader
        try:
            self._adapt(module)
        except Exception as problem:  # a Keras of another shape must import all the same
            sys.stderr.write(
                "tensorflow-directml: this Keras may send models to XLA, which does not compile "
                "for DML devices: %s. Pass jit_compile=False to compile()\n" % problem
            )
