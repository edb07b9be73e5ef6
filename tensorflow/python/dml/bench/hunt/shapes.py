"""Random shapes: as models have them, and as they do not."""

from typing import Any, Dict, List, Sequence

import numpy as np

from .. import reduction
from ..families import REGISTRY
from ..families.elementwise import OPERATIONS
from ..models import Case

# Draws until a shape is within bounds.
_TRIES = 1000

Draw = np.random.RandomState
Parameters = Dict[str, Any]


def one(draw: Draw, values: Sequence[Any]) -> Any:
    return values[draw.randint(len(values))]


def size(draw: Draw, least: int, most: int) -> int:
    """Every order of magnitude is as likely; powers of two as likely as all others."""
    value = int(np.exp(draw.uniform(np.log(least), np.log(most + 1))))
    if draw.randint(2):
        value = 1 << int(round(np.log2(value)))
    return min(max(value, least), most)


def split(draw: Draw, total: int, rank: int) -> List[int]:
    """`rank` sizes whose product is about `total`, some of them 1."""
    shares = draw.dirichlet(np.full(rank, 0.5))
    return [max(1, int(round(total**share))) for share in shares]


def matrix(draw: Draw, most: int = 1 << 22) -> List[int]:
    """Rows and columns: near square, long or thin."""
    total = size(draw, 1 << 8, most)
    return split(draw, total, 2)


# ---- Convolutions and pooling ----------------------------------------------


def _usual_image(draw: Draw) -> Parameters:
    edge, window = one(draw, (7, 14, 28, 56, 112)), one(draw, (1, 3, 3, 5, 7))
    return {
        "input": [one(draw, (1, 2, 8, 32)), edge, edge, one(draw, (3, 16, 32, 64, 128, 256))],
        "filter": [window, window, 0, one(draw, (16, 32, 64, 128, 256))],
        "stride": one(draw, (1, 1, 2)), "pad": window // 2, "groups": 1,
    }


def _filter_as_wide_as_the_image(draw: Draw) -> Parameters:
    height, width = size(draw, 4, 128), size(draw, 8, 512)
    return {
        "input": [size(draw, 1, 64), height, width, size(draw, 1, 8)],
        "filter": [size(draw, 1, min(height, 5)), width, 0, size(draw, 1, 256)],
        "stride": 1, "pad": 0, "groups": 1,
    }


def _filter_as_large_as_the_image(draw: Draw) -> Parameters:
    height, width = size(draw, 1, 32), size(draw, 1, 32)
    return {
        "input": [size(draw, 1, 256), height, width, size(draw, 1, 64)],
        "filter": [height, width, 0, size(draw, 1, 256)],
        "stride": one(draw, (1, 1, 7)), "pad": 0, "groups": 1,
    }


def _one_channel(draw: Draw) -> Parameters:
    channels = [1, size(draw, 1, 256)]
    if draw.randint(2):
        channels.reverse()
    window, edge = one(draw, (1, 3, 5, 9)), size(draw, 9, 128)
    return {
        "input": [size(draw, 1, 32), edge, edge, channels[0]],
        "filter": [window, window, 0, channels[1]],
        "stride": 1, "pad": one(draw, (0, window // 2)), "groups": 1,
    }


def _long_kernel(draw: Draw) -> Parameters:
    window, edges = size(draw, 16, 64), [size(draw, 1, 64), size(draw, 64, 512)]
    windows, pads = [1, window], [0, one(draw, (0, window // 2))]
    if draw.randint(2):
        for pair in (windows, edges, pads):
            pair.reverse()
    return {
        "input": [size(draw, 1, 16), *edges, size(draw, 1, 64)],
        "filter": [*windows, 0, size(draw, 1, 64)],
        "stride": 1, "pad": pads, "groups": 1,
    }


def _huge_stride(draw: Draw) -> Parameters:
    window, edge = one(draw, (1, 3, 8, 16)), size(draw, 32, 512)
    return {
        "input": [size(draw, 1, 16), edge, edge, size(draw, 1, 32)],
        "filter": [window, window, 0, size(draw, 1, 64)],
        "stride": one(draw, (8, 16, 32)), "pad": 0, "groups": 1,
    }


def _large_kernel(draw: Draw) -> Parameters:
    window, edge = one(draw, (11, 15, 31)), size(draw, 31, 128)
    return {
        "input": [size(draw, 1, 4), edge, edge, size(draw, 1, 32)],
        "filter": [window, window, 0, size(draw, 1, 32)],
        "stride": one(draw, (1, 4)), "pad": one(draw, (0, window // 2)), "groups": 1,
    }


def _flat_image(draw: Draw) -> Parameters:
    window, width = one(draw, (3, 5, 9)), size(draw, 16, 8192)
    return {
        "input": [size(draw, 1, 32), 1, width, size(draw, 1, 256)],
        "filter": [1, window, 0, size(draw, 1, 256)],
        "stride": [1, one(draw, (1, 2, 4))], "pad": [0, window // 2], "groups": 1,
    }


def _tiny_images(draw: Draw) -> Parameters:
    edge = one(draw, (1, 2, 3))
    return {
        "input": [size(draw, 64, 4096), edge, edge, size(draw, 1, 256)],
        "filter": [3, 3, 0, size(draw, 1, 256)],
        "stride": 1, "pad": 1, "groups": 1,
    }


_UNUSUAL_IMAGES = (
    _filter_as_wide_as_the_image, _filter_as_large_as_the_image, _one_channel, _long_kernel,
    _huge_stride, _large_kernel, _flat_image, _tiny_images,
)


def convolution(draw: Draw) -> Parameters:
    parameters = (_usual_image if draw.randint(3) == 0 else one(draw, _UNUSUAL_IMAGES))(draw)
    parameters["filter"][2] = parameters["input"][3]
    return parameters


def depthwise(draw: Draw) -> Parameters:
    parameters = convolution(draw)
    channels = max(2, parameters["input"][3])
    parameters["input"][3] = parameters["groups"] = channels
    parameters["filter"][2:] = [1, channels * one(draw, (1, 1, 1, 2, 4))]
    return parameters


def pool(draw: Draw) -> Parameters:
    kind = draw.randint(4)
    edge = size(draw, 4, 224)
    window = (one(draw, (2, 3)), edge, one(draw, (5, 9, 15)), 1)[kind]
    window = min(window, edge)
    stride = (one(draw, (1, 2)), 1, 1, one(draw, (2, 8)))[kind]
    return {
        "sizes": [size(draw, 1, 64), edge, edge, size(draw, 1, 512)],
        "window": window, "stride": stride, "pad": 0,
    }


# ---- Products --------------------------------------------------------------


def gemm(draw: Draw) -> Parameters:
    kind = draw.randint(5)
    if kind == 0:  # as layers have them
        m, k, n = (size(draw, 16, 2048) for _ in range(3))
        batch = 1
    elif kind == 1:  # long and thin, in one way or in two
        extents = [size(draw, 256, 1 << 17), size(draw, 1, 8), size(draw, 1, 512)]
        draw.shuffle(extents)
        m, k, n, batch = (*extents, 1)
    elif kind == 2:  # vectors
        extents = [size(draw, 256, 8192), size(draw, 256, 8192), 1]
        draw.shuffle(extents)
        m, k, n, batch = (*extents, 1)
    elif kind == 3:  # many small ones
        m, k, n = (size(draw, 1, 32) for _ in range(3))
        batch = size(draw, 64, 8192)
    else:  # dot products
        m, k, n, batch = 1, size(draw, 1024, 1 << 20), 1, size(draw, 1, 64)
    transposes = draw.randint(2, size=2)
    return {
        "batch": batch, "m": int(m), "k": int(k), "n": int(n),
        "transpose_a": bool(transposes[0]), "transpose_b": bool(transposes[1]),
    }


def sparse_matmul(draw: Draw) -> Parameters:
    kind = draw.randint(3)
    entries = size(draw, 64, 1 << 17)
    rows = (size(draw, 256, 1 << 15), size(draw, 1, 16), size(draw, 256, 1 << 17))[kind]
    return {
        "entries": entries, "rows": rows, "depth": size(draw, 16, 1 << 14),
        "columns": size(draw, 1, 256),
    }


# ---- Rows by index ---------------------------------------------------------


def gather(draw: Draw) -> Parameters:
    return {
        "rows": size(draw, 1, 1 << 17), "inner": size(draw, 1, 2048),
        "indices": size(draw, 1, 1 << 17),
    }


def gather_nd(draw: Draw) -> Parameters:
    return {
        "sizes": split(draw, size(draw, 16, 1 << 17), one(draw, (1, 2, 3, 5))),
        "inner": size(draw, 1, 1024), "indices": size(draw, 1, 1 << 17),
    }


def _rows_and_updates(draw: Draw) -> Parameters:
    kind = draw.randint(3)
    rows, updates = (
        (size(draw, 1, 16), size(draw, 1024, 1 << 18)),  # few rows of many updates
        (size(draw, 1 << 12, 1 << 18), size(draw, 1, 4096)),  # many rows, most without
        (size(draw, 64, 1 << 16), size(draw, 64, 1 << 16)),
    )[kind]
    return {"rows": rows, "inner": size(draw, 1, 512), "indices": updates}


def scatter(draw: Draw) -> Parameters:
    parameters = _rows_and_updates(draw)
    parameters["op"] = one(draw, ("ADD", "SUBTRACT"))
    if draw.randint(2):  # many updates of few of the rows
        parameters["targets"] = min(parameters["rows"], size(draw, 1, 64))
    return parameters


def segment_sum(draw: Draw) -> Parameters:
    return dict(_rows_and_updates(draw), sorted=bool(draw.randint(2)))


# ---- Along rows ------------------------------------------------------------


def top_k(draw: Draw) -> Parameters:
    kind = draw.randint(4)
    rows, n = matrix(draw) if kind else (size(draw, 1, 64), size(draw, 1 << 12, 1 << 18))
    k = (5, 1, n, size(draw, 1, n))[kind]
    return {"rows": rows, "n": n, "k": min(k, n)}


def scan(draw: Draw) -> Parameters:
    sizes = split(draw, size(draw, 1 << 8, 1 << 21), one(draw, (1, 2, 3, 4)))
    return {"sizes": sizes, "axis": int(draw.randint(len(sizes)))}


def rows(draw: Draw) -> Parameters:
    return {"sizes": matrix(draw)}


def reduce(draw: Draw) -> Parameters:
    rank = one(draw, (1, 2, 2, 3, 4, 6))
    sizes = split(draw, size(draw, 1 << 8, 1 << 22), rank)
    axes = [d for d in range(rank) if draw.randint(2)] or [int(draw.randint(rank))]
    return {"op": one(draw, ("SUM", "MEAN", "SUM_SQUARE")), "sizes": sizes, "axes": axes}


def batch_norm(draw: Draw) -> Parameters:
    kind = draw.randint(4)
    channels = (one(draw, (32, 64, 256)), 1, size(draw, 1024, 8192), size(draw, 1, 512))[kind]
    edge = 1 if kind == 2 else size(draw, 1, 112)
    return {"sizes": [size(draw, 1, 64), edge, edge, channels]}


# ---- What moves memory -----------------------------------------------------


def elementwise(draw: Draw) -> Parameters:
    op = one(draw, sorted(OPERATIONS))
    inputs = 3 if op == "MULTIPLY_ADD" else 1 + (op in ("ADD", "MULTIPLY") or "GRADIENT" in op)
    sizes = split(draw, size(draw, 1, 1 << 21), one(draw, (1, 2, 4, 6)))
    return {"op": op, "inputs": inputs, "sizes": sizes}


def bias(draw: Draw) -> Parameters:
    return {"sizes": split(draw, size(draw, 64, 1 << 22), one(draw, (2, 4)))}


def transpose(draw: Draw) -> Parameters:
    rank = one(draw, (2, 3, 4, 6))
    axes = [int(axis) for axis in draw.permutation(rank)]
    return {"sizes": split(draw, size(draw, 1 << 8, 1 << 22), rank), "axes": axes}


def concat(draw: Draw) -> Parameters:
    parts = one(draw, (2, 3, 16, 64))
    most = max(1, 1024 // parts)
    return {
        "sizes": matrix(draw, 1 << 16), "parts": [size(draw, 1, most) for _ in range(parts)],
    }


def optimizer(draw: Draw) -> Parameters:
    return {
        "optimizer": one(draw, ("SGD", "MOMENTUM", "RMSPROP", "ADAM")),
        "elements": size(draw, 1, 1 << 22),
    }


def optimizers(draw: Draw) -> Parameters:
    count = one(draw, (2, 16, 100))
    variables = [size(draw, 1, (1 << 20) // count) for _ in range(count)]
    return {"optimizer": one(draw, ("SGD", "MOMENTUM", "ADAM")), "variables": variables}


SHAPES = {
    "gemm": gemm,
    "sparse_matmul": sparse_matmul,
    "convolution": convolution,
    "convolution_backward_data": convolution,
    "convolution_backward_filter": convolution,
    "depthwise": depthwise,
    "depthwise_backward_data": depthwise,
    "depthwise_backward_filter": depthwise,
    "batch_norm": batch_norm,
    "batch_norm_gradient": batch_norm,
    "softmax": rows,
    "cross_entropy": rows,
    "layer_norm": rows,
    "layer_norm_gradient": rows,
    "dropout": rows,
    "reduce": reduce,
    "elementwise": elementwise,
    "bias": bias,
    "transpose": transpose,
    "concat": concat,
    "max_pool": pool,
    "max_pool_gradient": pool,
    "gather": gather,
    "gather_nd": gather_nd,
    "scatter": scatter,
    "segment_sum": segment_sum,
    "top_k": top_k,
    "scan": scan,
    "optimizer": optimizer,
    "optimizers": optimizers,
}  # type: Dict[str, Callable[[Draw], Parameters]]


def case(
    seed: int, number: int, families: Sequence[str], types: Sequence[str], most: float
) -> Case:
    """The case of that number, always the same for the same arguments.

    `most`: work, as reduction.work() counts it, that a case has at most. Families take turns.
    """
    draw = np.random.RandomState([seed % (1 << 32), number])
    family = families[number % len(families)]
    dtype = one(draw, types)
    for _ in range(_TRIES):
        parameters = SHAPES[family](draw)
        if dtype not in REGISTRY[family].limit:
            dtype = "float32"
        if reduction.work(REGISTRY[family](parameters, dtype)) <= most:
            return Case(family, parameters, dtype, [])
    raise ValueError("no shape of %s has so little work: %g" % (family, most))
