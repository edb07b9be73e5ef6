"""Processes that answer requests, and are replaced when they crash or hang."""

import importlib
import multiprocessing
import os
import signal
import tempfile

# What importing TensorFlow and the first steps may take.
START_LIMIT = 300.0


def serve(connection, module, name, arguments, errors):
    """Where such a process begins: requests for `name(*arguments)`, of that module, come as
    (method, arguments), until None does. What it writes to stderr goes to the file `errors`."""
    os.dup2(os.open(errors, os.O_WRONLY | os.O_CREAT | os.O_APPEND), 2)
    server = getattr(importlib.import_module(module), name)(*arguments)
    connection.send("ready")
    for method, given in iter(connection.recv, None):
        connection.send(getattr(server, method)(*given))


class Ended(Exception):
    """There is no answer: `how` is "abort" or "hang". The next request starts another."""

    def __init__(self, how, text):
        super().__init__("%s: %s" % (how, text))
        self.how, self.text = how, text


class Child:
    """`module.name(*arguments)` in a process with `variables` in its environment.

    Each answer takes `limit` seconds at most. Use as a context manager: it ends with the block.
    """

    def __init__(self, module, name, arguments, variables, limit):
        self.server = (module, name, arguments)
        self.variables, self.limit = variables, limit
        self.starts = 0
        self._process = self._connection = None

    def ask(self, method, *arguments):
        """What the method returned, or Ended."""
        if self._process is None:
            self._start()
        self._connection.send((method, arguments))
        return self._answer(self.limit)

    def _start(self):
        self.starts += 1
        handle, self._errors = tempfile.mkstemp(suffix=".txt")
        os.close(handle)
        context = multiprocessing.get_context("spawn")
        self._connection, other = context.Pipe()
        self._process = context.Process(
            target=serve, args=(other, *self.server, self._errors), daemon=True)
        before = {name: os.environ.get(name) for name in self.variables}
        os.environ.update(self.variables)
        try:
            self._process.start()
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value
        other.close()
        try:
            self._answer(START_LIMIT)
        except Ended as ended:
            raise SystemExit("a child cannot start: %s" % ended.text) from None

    def _answer(self, limit):
        if self._connection.poll(limit):
            try:
                return self._connection.recv()
            except (EOFError, ConnectionResetError):
                pass
        self._process.join(1)
        code = self._process.exitcode
        with open(self._errors, errors="replace") as said:
            text = said.read()[-1500:]
        self._stop()
        if code is None:
            raise Ended("hang", text)
        how = signal.Signals(-code).name if code < 0 else "status %d" % code
        raise Ended("abort", "%s\n%s" % (how, text))

    def _stop(self):
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._connection.close()
            os.remove(self._errors)
            self._process = None

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self._stop()
