"""Steps of eager programs: functions, and what an optimizer ends.

A step is an outermost call of a function. Where gradients are applied outside of
functions, a step goes from one application to the next.

What is traced is the time from the first to the last traced step, by TensorFlow's eager
profiler: the device works behind the calls.
"""

import collections
import functools
import re
from typing import Any, Dict, List, NamedTuple, Optional

from ..explain import nodes as graph_nodes
from . import recording as rec
from . import step_stats
from .recorder import Recorder
from .sampling import now


def _function_name(name: str) -> str:
    """That of the Python function."""
    return re.sub(r"^__(?:inference|forward|backward)_|_\d+$", "", name)


class _Taken(NamedTuple):
    """A profile, as it was taken."""

    serialized: bytes
    started: int
    end: int
    calls: List[rec.Call]
    graphs: List[Any]  # of the functions that ran


class Functions:
    """Patches TensorFlow's functions and optimizers for a recorder."""

    def __init__(self, recorder: Recorder):
        from tensorflow.python.eager import context, def_function, function
        from tensorflow.python.framework import c_api_util

        from tensorflow.python import pywrap_tensorflow

        self._recorder = recorder
        self._context = context
        # Not eager.profiler: a script may use that itself, and would find it taken.
        self._tf = pywrap_tensorflow
        self._buffers = c_api_util.tf_buffer
        self._profile: Any = None
        self._def_function = def_function
        self._function = function
        self._started = 0  # when the profile was started; 0: there is none
        self._in_profile: List[rec.Call] = []
        self._taken: List[_Taken] = []
        self._step: Optional[rec.Call] = None  # from one application to the next
        self._graphs: List[Any] = []  # of functions that ran in the profile
        self._keys: Dict[Any, rec.Key] = {}  # by function
        self._named: Dict[str, int] = collections.Counter()
        recorder.at_finish.append(self._finish)

    def install(self) -> None:
        stock_flat = self._function.ConcreteFunction._call_flat
        stock_call = self._def_function.Function.__call__
        stock_create = self._function.Function._create_graph_function
        recorder = self._recorder

        def outermost() -> bool:
            return recorder.current is None and self._context.executing_eagerly()

        @functools.wraps(stock_flat)
        def call_flat(function: Any, *args: Any, **kwargs: Any) -> Any:
            if self._started and self._context.executing_eagerly():
                self._graphs.append(function.graph)
            if not outermost():
                return stock_flat(function, *args, **kwargs)
            name = _function_name(
                function.name.decode() if isinstance(function.name, bytes) else function.name
            )
            with self._call(self._key(function, name)):
                if self._started:
                    self._graphs.append(function.graph)
                return stock_flat(function, *args, **kwargs)

        @functools.wraps(stock_call)
        def call(function: Any, *args: Any, **kwargs: Any) -> Any:
            if not outermost():
                return stock_call(function, *args, **kwargs)
            name = getattr(function.python_function, "__name__", "function")
            with self._call(self._key(function, name)):
                return stock_call(function, *args, **kwargs)

        @functools.wraps(stock_create)
        def create(function: Any, *args: Any, **kwargs: Any) -> Any:
            if recorder.current is not None:
                recorder.current.functions_made += 1
            return stock_create(function, *args, **kwargs)

        self._function.ConcreteFunction._call_flat = call_flat
        self._def_function.Function.__call__ = call
        self._function.Function._create_graph_function = create
        self._install_optimizers()
        self._install_profiler()

    def _install_profiler(self) -> None:
        """The script's own profiles (TensorBoard's callback takes them) come first."""
        from tensorflow.python.eager import profiler

        stock_start, stock_stop = profiler.start, profiler.stop

        @functools.wraps(stock_start)
        def start() -> None:
            if self._started:
                self._stop()
            self._recorder.give_way()
            stock_start()

        @functools.wraps(stock_stop)
        def stop() -> Any:
            try:
                return stock_stop()
            finally:
                self._recorder.go_on()

        profiler.start = start
        profiler.stop = stop

    def _install_optimizers(self) -> None:
        from tensorflow.python.keras.optimizer_v2 import optimizer_v2
        from tensorflow.python.training import optimizer

        for owner in (optimizer.Optimizer, optimizer_v2.OptimizerV2):
            owner.apply_gradients = self._around(owner.apply_gradients)

    def _around(self, stock: Any) -> Any:
        @functools.wraps(stock)
        def apply_gradients(optimizer: Any, *args: Any, **kwargs: Any) -> Any:
            result = stock(optimizer, *args, **kwargs)
            if self._context.executing_eagerly() and self._recorder.current in (None, self._step):
                self._end_step(rec.Key("eager step", type(optimizer).__name__))
            return result

        return apply_gradients

    def _end_step(self, key: rec.Key) -> None:
        if self._step is not None:
            self._step.key = key
            self._recorder.end(self._step)
            self._ended(self._step)
        self._step = self._recorder.begin(key)
        self._begun(self._step)

    def _key(self, function: Any, name: str) -> rec.Key:
        """Of a function; others of the same name are numbered."""
        if function not in self._keys:
            self._named[name] += 1
            number = self._named[name]
            self._keys[function] = rec.Key(
                "function", name if number == 1 else "%s (%d)" % (name, number)
            )
        return self._keys[function]

    def _call(self, key: rec.Key) -> Any:
        return _Call(self, key)

    def _begun(self, call: rec.Call) -> None:
        if not self._recorder.mark(call):
            if self._started and call.key == self._in_profile[-1].key:
                self._stop()
            return
        if not self._started:
            self._start(call)
        if self._started:
            self._in_profile.append(call)
        else:
            call.traced = False

    def _ended(self, call: rec.Call) -> None:
        if self._started and call.traced and not call.warm:
            # What starting a profile has held up is none of the following steps'.
            self._recorder.devices.sync()
        if self._started and self._recorder.done(call.key):
            self._stop()

    def _start(self, call: rec.Call) -> None:
        begun = now()
        self._context.ensure_initialized()
        profile = self._tf.TFE_NewProfiler()
        if not self._tf.TFE_ProfilerIsOk(profile):
            self._tf.TFE_DeleteProfiler(profile)
            return  # a profile that a profiler server takes
        self._profile = profile
        self._started = begun
        call.start = now()

    def _stop(self) -> None:
        end = now()
        self._context.context().executor.wait()
        with self._buffers() as buffer:
            self._tf.TFE_ProfilerSerializeToString(self._profile, buffer)
            serialized = self._tf.TF_GetBuffer(buffer)
        self._tf.TFE_DeleteProfiler(self._profile)
        taken = _Taken(serialized, self._started, end, self._in_profile, self._graphs)
        self._taken.append(taken)
        self._started, self._in_profile, self._graphs = 0, [], []

    def _read(self, number: int, taken: "_Taken") -> None:
        """Gives a profile's events to its calls."""
        requested: Dict[str, rec.Node] = {}
        graphs = list({id(graph): graph for graph in taken.graphs}.values())
        for graph in graphs:
            requested.update(graph_nodes.nodes([graph.as_graph_def()]))
        events = step_stats.trace_events(taken.serialized, taken.started)
        on_host = {event.node for event in events if event.device.startswith("CPU")}
        nodes = {  # as functions say it, their device is what they ask for
            name: node._replace(
                device="CPU:0" if name in on_host else "DML:0", requested=node.device
            )
            for name, node in requested.items()
        }
        first = next((call.start for call in taken.calls if call.warm), taken.end)
        given = set()
        for call in taken.calls:
            call.profile = number
            self._recorder.graphs.setdefault(call.key, graphs)
            self._recorder.recording.nodes.setdefault(call.key, {}).update(nodes)
            if not call.warm:
                call.events = [event for event in events if call.start <= event.start < first]
            elif call.key not in given:  # those of all calls together, see steps.py
                given.add(call.key)
                call.events = [event for event in events if event.start >= first]

    def _finish(self) -> None:
        if self._started:
            self._stop()
        self._step = None
        for number, taken in enumerate(self._taken):  # not while the script runs
            self._read(number, taken)


class _Call:
    """Around an outermost call of a function."""

    def __init__(self, functions: Functions, key: rec.Key):
        self._functions = functions
        self._key = key

    def __enter__(self) -> rec.Call:
        self._call = self._functions._recorder.begin(self._key)
        self._functions._begun(self._call)
        return self._call

    def __exit__(self, kind: Any, *unused: Any) -> None:
        self._call.failed = kind.__name__ if kind is not None else ""
        self._functions._recorder.end(self._call)
        self._functions._ended(self._call)
