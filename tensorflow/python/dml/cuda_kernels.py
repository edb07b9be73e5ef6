"""The kernels that TensorFlow 1.15 has for CUDA: DML should have the same.

cuda_kernels.json holds, by op, the kernels; of each, the types that it allows, by
attribute.
"""

import json
import os
from typing import Dict, List

_PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "cuda_kernels.json")

Kernels = Dict[str, List[Dict[str, List[str]]]]


def load() -> Kernels:
    with open(_PATH) as file:
        return json.load(file)["ops"]


def types(kernels: Kernels, op: str) -> Dict[str, List[str]]:
    """All types that any of the op's kernels takes, by attribute."""
    found: Dict[str, set] = {}
    for kernel in kernels.get(op, ()):
        for name, allowed in kernel.items():
            found.setdefault(name, set()).update(allowed)
    return {name: sorted(values) for name, values in sorted(found.items())}
