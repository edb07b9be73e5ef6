"""What a worker tells the runner, as JSON lines through a pipe.

{"event": "tests", "tests": [...]}     the file is imported and defines these
{"event": "start", "test", "offset"}   offset: where in the output its log begins
{"event": "stop", "test", "offset", "result": {...}}
                                       offset: where its log ends; a "stop" may come
                                       without a "start", for tests that cannot begin
{"event": "end", "rest": [...]}        the slice is over; rest did not run
{"event": "broken", "details"}         the file could not be imported
"""

import json
import os
from typing import Any


class Events:
    """The pipe's end in the worker."""

    def __init__(self, descriptor: int):
        self._descriptor = descriptor
        # Children of a test must neither write here nor hold the pipe open.
        self._owner = os.getpid()
        os.set_inheritable(descriptor, False)

    def send(self, event: str, **values: Any) -> None:
        if os.getpid() != self._owner:
            return
        line = (json.dumps(dict(values, event=event)) + "\n").encode()
        while line:
            line = line[os.write(self._descriptor, line) :]
