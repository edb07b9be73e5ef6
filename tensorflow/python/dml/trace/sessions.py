"""Steps of sessions: what is put around Session.run and what Keras calls instead.

All ways end in BaseSession._call_tf_sessionrun (run, make_callable, MonitoredSession) or
in a BaseSession._Callable (Keras' functions, make_callable of options). Options and
metadata that the script gives itself stay as they are; it may find more in the latter.
"""

import functools
import re
from typing import Any, Dict, List, Tuple

from ..explain import nodes as graph_nodes
from . import recording as rec
from . import step_stats
from .recorder import Recorder

_SESSION = rec.Key("session", "")


def _names(tf_session: Any, outputs: Any) -> List[str]:
    return [
        "%s:%d" % (tf_session.TF_OperationName(output.oper), output.index) for output in outputs
    ]


def _short(names: List[str]) -> str:
    shown = [re.sub(":0$", "", name) for name in names[:3]]
    return ", ".join(shown) + (" and %d more" % (len(names) - 3) if len(names) > 3 else "")


def _size(value: Any) -> int:
    """Bytes of what was fetched."""
    if isinstance(value, (list, tuple)):
        return sum(_size(each) for each in value)
    return int(getattr(value, "nbytes", 0))


class Sessions:
    """Patches TensorFlow's sessions for a recorder."""

    def __init__(self, recorder: Recorder):
        from tensorflow.core.protobuf import config_pb2
        from tensorflow.python.client import session
        from tensorflow.python.util import compat

        from tensorflow.python import pywrap_tensorflow as tf_session

        self._recorder = recorder
        self._config = config_pb2
        self._tf = tf_session
        self._as_bytes = compat.as_bytes
        self._base = session.BaseSession
        self._keys: Dict[rec.Key, rec.Key] = {}
        self._kept: List[Tuple[rec.Call, bytes]] = []
        recorder.at_finish.append(self._read)

    def install(self) -> None:
        base = self._base
        stock_run, stock_call = base.run, base._call_tf_sessionrun
        callable_class = base._Callable
        stock_init, stock_callable = callable_class.__init__, callable_class.__call__
        stock_del = callable_class.__del__
        recorder = self._recorder

        @functools.wraps(stock_run)
        def run(session: Any, *args: Any, **kwargs: Any) -> Any:
            if recorder.current is not None:
                return stock_run(session, *args, **kwargs)
            with recorder.call(_SESSION) as call:
                result = stock_run(session, *args, **kwargs)
                call.fetched_bytes = _size(result)
                return result

        @functools.wraps(stock_call)
        def call_tf_sessionrun(
            session: Any, options: Any, feeds: Any, fetches: Any, targets: Any, metadata: Any
        ) -> Any:
            def go(call: rec.Call) -> Any:
                self._describe(call, session, feeds, fetches, targets)
                with recorder.tracing(call) as wanted:
                    if not wanted:
                        return stock_call(session, options, feeds, fetches, targets, metadata)
                    own = self._traced_options(options)
                    kept = metadata if metadata is not None else self._tf.TF_NewBuffer()
                    try:
                        result = stock_call(session, own, feeds, fetches, targets, kept)
                        self._keep(call, self._tf.TF_GetBuffer(kept))
                        return result
                    finally:
                        self._tf.TF_DeleteBuffer(own)
                        if metadata is None:
                            self._tf.TF_DeleteBuffer(kept)

            if recorder.current is not None and recorder.current.key.kind == "session":
                return go(recorder.current)
            if recorder.current is not None:
                return stock_call(session, options, feeds, fetches, targets, metadata)
            with recorder.call(_SESSION) as call:  # what make_callable() made
                return go(call)

        @functools.wraps(stock_init)
        def callable_init(made: Any, session: Any, callable_options: Any) -> None:
            stock_init(made, session, callable_options)
            made._trace_options = callable_options
            made._trace_handle = None
            made._trace_key = self._callable_key(callable_options)

        @functools.wraps(stock_callable)
        def callable_call(made: Any, *args: Any, **kwargs: Any) -> Any:
            if recorder.current is not None:
                return stock_callable(made, *args, **kwargs)
            with recorder.call(made._trace_key) as call:
                self._see_graph(call, made._session)
                call.feeds = [
                    rec.Feed(name, _size(value)) for name, value in zip(call.key.feeds, args)
                ]
                with recorder.tracing(call) as wanted:
                    if not wanted:
                        result = stock_callable(made, *args, **kwargs)
                    else:
                        result = self._traced_callable(call, made, args, kwargs)
                call.fetched_bytes = _size(result)
                return result

        def callable_del(made: Any) -> None:
            session = made._session
            handle = getattr(made, "_trace_handle", None)
            if handle is not None and session._session is not None and not session._closed:
                self._tf.TF_SessionReleaseCallable(session._session, handle)
            stock_del(made)

        base.run = run
        base._call_tf_sessionrun = call_tf_sessionrun
        callable_class.__init__ = callable_init
        callable_class.__call__ = callable_call
        callable_class.__del__ = callable_del

    def _describe(
        self, call: rec.Call, session: Any, feeds: Any, fetches: Any, targets: Any
    ) -> None:
        names = _names(self._tf, fetches)
        ran = [self._tf.TF_OperationName(target) for target in targets]
        feed_names = _names(self._tf, feeds)
        key = rec.Key(
            "session", _short(names + ran) or "nothing", tuple(feed_names), tuple(names + ran)
        )
        call.key = self._keys.setdefault(key, key)
        call.feeds = [
            rec.Feed(name, _size(value)) for name, value in zip(feed_names, feeds.values())
        ]
        self._see_graph(call, session)

    def _see_graph(self, call: rec.Call, session: Any) -> None:
        self._recorder.graphs.setdefault(call.key, session.graph)
        call.graph_nodes = len(session.graph._nodes_by_id)

    def _callable_key(self, options: Any) -> rec.Key:
        names = list(options.fetch) + list(options.target)
        key = rec.Key("callable", _short(names) or "nothing", tuple(options.feed), tuple(names))
        return self._keys.setdefault(key, key)

    def _full(self, options: Any) -> Any:
        options.trace_level = self._config.RunOptions.FULL_TRACE
        options.output_partition_graphs = True
        return options

    def _traced_options(self, given: Any) -> Any:
        """A buffer of options like those given that ask for a trace."""
        options = self._config.RunOptions()
        if given is not None:
            options.ParseFromString(self._as_bytes(self._tf.TF_GetBuffer(given)))
        return self._tf.TF_NewBufferFromString(self._full(options).SerializeToString())

    def _traced_callable(self, call: rec.Call, made: Any, args: Any, kwargs: Any) -> Any:
        session = made._session
        if made._trace_handle is None:
            options = self._config.CallableOptions()
            options.CopyFrom(made._trace_options)
            self._full(options.run_options)
            buffer = self._tf.TF_NewBufferFromString(options.SerializeToString())
            try:
                made._trace_handle = self._tf.TF_SessionMakeCallable(session._session, buffer)
            finally:
                self._tf.TF_DeleteBuffer(buffer)
        buffer = self._tf.TF_NewBuffer()
        try:
            result = self._tf.TF_SessionRunCallable(
                session._session, made._trace_handle, args, buffer
            )
            serialized = self._as_bytes(self._tf.TF_GetBuffer(buffer))
        finally:
            self._tf.TF_DeleteBuffer(buffer)
        self._keep(call, serialized)
        if kwargs.get("run_metadata") is not None:
            kwargs["run_metadata"].ParseFromString(serialized)
        return result

    def _keep(self, call: rec.Call, serialized: Any) -> None:
        """For later: reading it takes time that is not the step's."""
        self._kept.append((call, self._as_bytes(serialized)))

    def _read(self) -> None:
        """All that was kept."""
        kept, self._kept = self._kept, []
        for call, serialized in kept:
            metadata = self._config.RunMetadata.FromString(serialized)
            nodes = self._recorder.recording.nodes.setdefault(call.key, {})
            if not nodes:
                nodes.update(graph_nodes.nodes(metadata.partition_graphs))
            call.events = step_stats.events(metadata.step_stats, nodes)
