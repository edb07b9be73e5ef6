"""The families of operators that are measured, by the names that cases give."""

from . import (
    composed,
    convolution,
    dense,
    elementwise,
    indexing,
    normalization,
    optimizers,
    pooling,
    sorting,
)

REGISTRY = {}
for _module in (
    dense, convolution, normalization, composed, elementwise, pooling, indexing, sorting,
    optimizers,
):
    REGISTRY.update(_module.FAMILIES)
