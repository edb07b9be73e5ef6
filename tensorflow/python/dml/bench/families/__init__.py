"""The families of operators that are measured, by the names that cases give."""

from . import convolution, dense, elementwise, normalization, pooling

REGISTRY = {}
for _module in (dense, convolution, normalization, elementwise, pooling):
    REGISTRY.update(_module.FAMILIES)
