"""Cases to measure, from the models' shape files."""

import collections
import json
import os
from typing import Any, Dict, Iterator, List, Sequence, Tuple

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "models")

# What to run: a family's name, its parameters, the element type; and where the
# shape comes from: (model, batch, how often in a training step).
Case = collections.namedtuple("Case", "family parameters dtype uses")

# A row of a file stands for these families, a training step's.
TRAINING = {
    "convolution": ("convolution", "convolution_backward_data", "convolution_backward_filter"),
    "batch_norm": ("batch_norm", "batch_norm_gradient"),
    "max_pool": ("max_pool", "max_pool_gradient"),
}
# With --quick: the largest size of a dimension, and the most cases of a family and type
# in a model.
QUICK_SIZE = 24
QUICK_CASES = 2


def load(folder: str = FOLDER) -> List[Dict[str, Any]]:
    """The models, by name."""
    models = []
    for name in sorted(os.listdir(folder)):
        if name.endswith(".json"):
            with open(os.path.join(folder, name)) as file:
                models.append(json.load(file))
    return models


def resolve(size: Any, batch: int) -> int:
    """A size of a file: a number, or a product such as "128*batch"."""
    result = 1
    for factor in str(size).split("*"):
        result *= batch if factor == "batch" else int(factor)
    return result


def _rows(row: Dict[str, Any], batch: int) -> Iterator[Tuple[str, Dict[str, Any]]]:
    """(family, parameters) of what a row stands for."""

    def resolved(value: Any) -> Any:
        if isinstance(value, list):
            return [resolved(item) for item in value]
        return resolve(value, batch) if isinstance(value, str) and "batch" in value else value

    parameters = {
        key: resolved(value)
        for key, value in row.items()
        if key not in ("family", "count", "input_gradient")
    }
    if row["family"] == "matmul":
        yield from _products(parameters)
        return
    for family in TRAINING.get(row["family"], (row["family"],)):
        if family == "convolution_backward_data" and not row.get("input_gradient", True):
            continue
        depthwise = parameters.get("groups", 1) > 1
        yield family.replace("convolution", "depthwise") if depthwise else family, parameters


def _products(row: Dict[str, Any]) -> Iterator[Tuple[str, Dict[str, Any]]]:
    """c = a x b, and the gradients of a and b, as products."""
    m, k, n = row["m"], row["k"], row["n"]
    batch, transpose_b = row.get("batch", 1), row.get("transpose_b", False)

    def product(m, k, n, transpose_a, transpose_b):
        return (
            "gemm",
            dict(
                batch=batch, m=m, k=k, n=n, transpose_a=transpose_a, transpose_b=transpose_b
            ),
        )

    yield product(m, k, n, False, transpose_b)
    yield product(m, n, k, False, not transpose_b)
    yield product(*((n, m, k) if transpose_b else (k, m, n)), transpose_a=True, transpose_b=False)


def _shrink(parameters: Any) -> Any:
    """The same shape with no size above QUICK_SIZE."""
    if isinstance(parameters, dict):
        if parameters.get("groups", 1) > 1:  # the groups are the input's channels
            parameters = dict(parameters, groups=min(parameters["groups"], QUICK_SIZE))
        return {
            key: value if key in ("axes", "stride", "pad", "window") else _shrink(value)
            for key, value in parameters.items()
        }
    if isinstance(parameters, list):
        return [_shrink(item) for item in parameters]
    if isinstance(parameters, int) and not isinstance(parameters, bool):
        return min(parameters, QUICK_SIZE)
    return parameters


def cases(
    types: Sequence[str],
    quick: bool = False,
    models: Sequence[str] = (),
    families: Sequence[str] = (),
    folder: str = FOLDER,
) -> List[Case]:
    """Every distinct case, in the models' order; empty sequences choose all."""
    found = collections.OrderedDict()  # type: Dict[str, Case]
    for model in load(folder):
        if models and model["name"] not in models:
            continue
        taken = collections.Counter()
        for batch in model["batches"][: 1 if quick else None]:
            for row in model["rows"]:
                for family, parameters in _rows(row, 2 if quick else batch):
                    if families and family not in families:
                        continue
                    if quick:
                        parameters = _shrink(parameters)
                    for dtype in types:
                        key = json.dumps([family, parameters, dtype], sort_keys=True)
                        if key not in found:
                            if quick and taken[family, dtype] >= QUICK_CASES:
                                continue
                            taken[family, dtype] += 1
                            found[key] = Case(family, parameters, dtype, [])
                        found[key].uses.append((model["name"], batch, row["count"]))
    return list(found.values())
