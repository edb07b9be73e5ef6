"""The interface of a family: work to enqueue, its size, a reference, PyTorch's equivalent."""

from typing import Any, Callable, Dict, Iterator, List, Sequence, Tuple

import numpy as np

# Elements of an output that are compared with the reference.
SAMPLES = 64


class Unsupported(Exception):
    """A peer has no such operator."""


class Family:
    """A case of a family, by its parameters. Subclasses fill in __init__:

    inputs, outputs   name: sizes, or (sizes, type); all row-major in memory.
                      Outputs that are updated in place are among both.
    scratch           as those: tensors that a launch fills, and gives back at its end
    flops             floating-point operations that the result needs
    label             the shape, for people
    limit             of the relative error, by type
    merged            whether launches that follow one another may become one, as they do
                      below TensorFlow; elsewhere each operator's launches are its own
    """

    limit = {"float32": 1e-5, "float16": 2e-3, "float64": 1e-12}
    merged = False

    def __init__(self, parameters: Dict[str, Any], dtype: str):
        self.parameters = parameters
        self.dtype = np.dtype(dtype)
        self.inputs = {}  # type: Dict[str, Any]
        self.outputs = {}  # type: Dict[str, Any]
        self.scratch = {}  # type: Dict[str, Any]
        self.flops = 0
        self.label = ""

    def described(self, name: str) -> Tuple[Tuple[int, ...], np.dtype]:
        """(sizes, type) of a tensor."""
        groups = (self.inputs, self.outputs, self.scratch)
        value = next(group[name] for group in groups if name in group)
        if isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], str):
            return tuple(value[0]), np.dtype(value[1])
        return tuple(value), self.dtype

    @property
    def bytes(self) -> int:
        """The fewest bytes that memory must move: each input read, each output written."""
        total = 0
        for group in (self.inputs, self.outputs):
            for name in group:
                sizes, dtype = self.described(name)
                total += int(np.prod(sizes, dtype=np.int64)) * dtype.itemsize
        return total

    def host_input(self, name: str, random: np.random.RandomState) -> np.ndarray:
        """Values for an input: in [-1, 1) unless the family needs others."""
        sizes, dtype = self.described(name)
        return fill(sizes, dtype, random)

    def setup(self, tensors: Dict[str, Any], prepare: Callable) -> None:
        """Computes inputs that follow from others; prepare as for enqueue()."""

    def enqueue(self, tensors: Dict[str, Any], prepare: Callable) -> Callable:
        """The launch: prepare(operator, arguments...) over tensors by name."""
        raise NotImplementedError

    def expected(
        self, host: Dict[str, np.ndarray], random: np.random.RandomState
    ) -> Iterator[Tuple[str, np.ndarray, np.ndarray]]:
        """Yields (output, flat indices of some elements, their values in float64)."""
        raise NotImplementedError

    def torch(self, torch: Any, make: Callable) -> Callable[[], Any]:
        """The same work for PyTorch; make(*sizes) gives a random tensor of the type."""
        raise NotImplementedError

    def tensorflow(self, tf: Any, t: Dict[str, Any]) -> Any:
        """The same work in a graph of TensorFlow's, of the inputs by name: a tensor, an
        operation, or a list of them. Raises Unsupported where it has no such op."""
        raise Unsupported("no such op")


def fill(sizes: Sequence[int], dtype: Any, random: np.random.RandomState) -> np.ndarray:
    """Random values; those of large arrays repeat, since drawing takes long."""
    count = int(np.prod(sizes, dtype=np.int64))
    block = random.uniform(-1, 1, min(count, 1000003)).astype(dtype)
    return np.resize(block, count).reshape(sizes)


def pick(random: np.random.RandomState, *sizes: int, count: int = SAMPLES) -> Tuple:
    """Random indices, one array a dimension; and, where there are enough, the edges.

    The first place, the last one, and one at the end of each dimension alone: what lies
    past the last whole tile is seldom met by chance.
    """
    index = tuple(random.randint(0, size, count) for size in sizes)
    if count >= len(sizes) + 2:
        for d, size in enumerate(sizes):
            index[d][0], index[d][1], index[d][2 + d] = 0, size - 1, size - 1
    return index


def flat(index: Sequence[np.ndarray], sizes: Sequence[int]) -> np.ndarray:
    return np.ravel_multi_index(tuple(index), tuple(sizes))


def pair(value: Any) -> List[int]:
    """One number for both dimensions of an image, or one each."""
    return [value] * 2 if isinstance(value, int) else list(value)


def size_text(sizes: Sequence[int]) -> str:
    return "x".join(str(size) for size in sizes)
