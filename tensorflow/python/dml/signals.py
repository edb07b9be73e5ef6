"""Processes that a signal ended."""

import signal


def name_of(status: int) -> str:
    """Which signal, of the negative `status` that subprocess has for such a process."""
    try:
        return signal.Signals(-status).name
    except ValueError:  # those of the system's own have no name
        return "signal %d" % -status
