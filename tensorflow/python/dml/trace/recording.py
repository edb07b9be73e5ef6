"""What a trace consists of. All times are nanoseconds of the clock on the wall."""

from typing import Any, Dict, List, NamedTuple, Optional, Tuple

from ..explain.nodes import Node

LAUNCH, COPY, OP, INPUT = "launch", "copy", "op", "input"
# What waits for data that others make.
INPUT_OPS = frozenset(
    [
        "IteratorGetNext",
        "IteratorGetNextSync",
        "IteratorGetNextAsOptional",
        "OneShotIterator",
        "MultiDeviceIteratorGetNextFromShard",
        "QueueDequeue",
        "QueueDequeueV2",
        "QueueDequeueMany",
        "QueueDequeueManyV2",
        "QueueDequeueUpTo",
        "QueueDequeueUpToV2",
        "Unstage",
        "StagePeek",
        "ReaderRead",
        "ReaderReadV2",
        "ReaderReadUpTo",
        "ReaderReadUpToV2",
    ]
)
TO_DEVICE, TO_HOST, ON_DEVICE = "MemcpyHtoD", "MemcpyDtoH", "MemcpyDtoD"


class Event(NamedTuple):
    """What a device or a thread of the host did.

    A launch or copy is the device's; its time is what it took beyond what came before. An
    op is its kernel's time on the host, whatever device it is placed on; an input is the
    making of an element by a transformation of tf.data, which its node names with those
    that take it ("Iterator::Model::Map"), or an op of a function that one calls
    ("function: PyFunc").
    """

    kind: str  # LAUNCH, COPY, OP or INPUT
    device: str  # "DML:0", "CPU:0"
    node: str  # "": work of no node
    op: str
    start: int
    end: int
    detail: str = ""  # of a launch the program, of a copy its direction
    bytes: int = 0  # of a copy; of an op, its outputs
    scheduled: int = 0  # of an op: when it could have started
    in_use: int = -1  # of an op: bytes of the device's memory at its end; -1: unknown


class Feed(NamedTuple):
    """A value that a call is given."""

    name: str
    bytes: int


class Key(NamedTuple):
    """What calls have in common that run the same."""

    kind: str  # "session", "callable", "function", "eager step"
    name: str
    feeds: Tuple[str, ...] = ()
    fetches: Tuple[str, ...] = ()


class Call:
    """A step: one call of Session.run, of a function, or one eager step."""

    def __init__(self, key: Key, start: int):
        self.key = key
        self.start = start
        self.end = start
        self.number = 0  # among calls of this key
        self.main_thread = True
        self.traced = False
        self.profile = 0  # of functions: in which profile
        self.warm = True  # False: it is traced, but tracing itself starts in it
        self.feeds: List[Feed] = []
        self.fetched_bytes = 0
        self.counters: Dict[str, int] = {}  # growth since the call before
        self.memory: Dict[str, int] = {}  # bytes_in_use, peak_bytes_in_use, bytes_reserved
        self.graph_nodes = 0
        self.functions_made = 0  # functions that Python was traced for
        self.failed = ""
        self.events: List[Event] = []

    @property
    def wall(self) -> int:
        return self.end - self.start


class Sample(NamedTuple):
    """Where the script's thread was at a moment."""

    time: int
    user: str  # "train.py:12 in main", the innermost frame that is not a library's
    top: str  # the innermost frame of all


class MemorySample(NamedTuple):
    time: int
    in_use: int
    reserved: int
    driver_used: int


class Recording:
    """All that was seen of a script's run."""

    def __init__(self) -> None:
        self.script: List[str] = []
        self.status = 0
        self.error = ""
        self.start = 0
        self.end = 0
        self.versions: Dict[str, str] = {}
        self.adapters: List[Dict[str, Any]] = []
        self.environment: Dict[str, str] = {}
        self.calls: List[Call] = []
        self.nodes: Dict[Key, Dict[str, Node]] = {}
        self.samples: List[Sample] = []
        self.memory: List[MemorySample] = []
        self.budget = 0  # bytes that the driver grants
        # Why a node is on the host: code and text of explain.reasons.Reason.
        self.reasons: Dict[Tuple[Key, str], Tuple[str, str]] = {}
        self.dropped = 0  # launches and copies that found no room
        self.problems: List[str] = []  # what could not be recorded

    def node(self, key: Key, name: str) -> Optional[Node]:
        return self.nodes.get(key, {}).get(name)

    @property
    def software(self) -> bool:
        """Whether the first adapter computes on the CPU."""
        return bool(self.adapters) and "SOFTWARE" in str(self.adapters[0].get("type"))
