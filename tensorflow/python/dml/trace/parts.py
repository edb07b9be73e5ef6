"""Where the time of a step may go."""

from typing import Dict, NamedTuple


class Part(NamedTuple):
    title: str
    meaning: str
    color: str  # a variable of page.html


COMPUTE, COPY = "compute", "copy"
INPUT, PYTHON_OP, HOST_OP = "input", "python_op", "host_op"
SUBMIT, ENQUEUE, SCHEDULE = "submit", "enqueue", "schedule"
SESSION, OTHER, PYTHON = "session", "other", "python"

PARTS: Dict[str, Part] = {
    COMPUTE: Part("Device computes", "launches of programs, one after the other", "compute"),
    COPY: Part(
        "Device copies", "to, from and inside its memory, while it computes nothing", "copy"
    ),
    INPUT: Part(
        "Waits for input", "the device is idle until tf.data or a queue has the next batch", "input"
    ),
    PYTHON_OP: Part(
        "Python ops", "the device is idle while py_func or its like runs in the graph", "pyop"
    ),
    HOST_OP: Part("Ops on the host", "the device is idle while ops run on the CPU", "hostop"),
    SUBMIT: Part(
        "Submission",
        "work is enqueued, and the device has not begun it: the batch is sent, the driver starts",
        "submit",
    ),
    ENQUEUE: Part(
        "Host enqueues", "the device is idle while kernels prepare the next launches", "enqueue"
    ),
    SCHEDULE: Part(
        "Executor",
        "the device is idle while the step is scheduled, copies by the host and fetches included",
        "schedule",
    ),
    SESSION: Part(
        "Around the step",
        "what the call takes outside of the executor: feeds, fetches, look-ups, Python, and of "
        "tracing what can't be told apart",
        "session",
    ),
    OTHER: Part("Other calls", "of Session.run and functions between two steps", "other"),
    PYTHON: Part("Python between steps", "the script's own code, and libraries it calls", "python"),
}
