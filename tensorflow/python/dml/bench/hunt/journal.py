"""What was measured, on disk after each case: an interrupted hunt goes on where it was."""

import json
import os
from typing import Any, Dict, Optional

NAME = "hunt.jsonl"


class Mismatch(Exception):
    """The folder keeps another hunt."""


class Journal:
    """A file of lines: what the hunt is, then processes' limits and cases' rows.

    Without a folder nothing is kept. A row of a case that is there already replaces it.
    """

    def __init__(self, folder: Optional[str]):
        self.header = {}  # type: Dict[str, Any]
        self.sessions = []  # type: List[Dict[str, Any]]
        self.rows = {}  # type: Dict[int, Dict[str, Any]]
        self._file = None  # type: Any
        if folder is None:
            return
        os.makedirs(folder, exist_ok=True)
        self.path = os.path.join(folder, NAME)
        self._file = open(self.path, "a+b")  # noqa: SIM115 -- closed by close()
        self._file.seek(0)
        whole = self._file.read()
        # A line that was being written when the process was killed is none.
        end = whole.rfind(b"\n") + 1
        if end < len(whole):
            self._file.truncate(end)
        for line in whole[:end].decode("utf-8").splitlines():
            self._take(json.loads(line))

    def _take(self, line: Dict[str, Any]) -> None:
        kind, value = next(iter(line.items()))
        if kind == "hunt":
            self.header = value
        elif kind == "session":
            self.sessions.append(value)
        else:
            self.rows[value["number"]] = value

    def _add(self, kind: str, value: Dict[str, Any]) -> None:
        line = {kind: value}
        self._take(line)
        if self._file:
            self._file.write((json.dumps(line) + "\n").encode("utf-8"))
            self._file.flush()

    def begin(self, header: Dict[str, Any]) -> None:
        """Starts the hunt, or goes on with the same one; else Mismatch."""
        if not self.header:
            self._add("hunt", header)
            return
        different = [key for key in header if header[key] != self.header.get(key)]
        if different:
            raise Mismatch(
                "%s keeps a hunt with another %s: %s, not %s. Choose another folder for --out."
                % (self.path, different[0], self.header.get(different[0]), header[different[0]])
            )

    def add_session(self, session: Dict[str, Any]) -> None:
        self._add("session", session)

    def add_row(self, row: Dict[str, Any]) -> None:
        self._add("row", row)

    def close(self) -> None:
        if self._file:
            self._file.close()
