"""Bias, added to channels, and its gradient."""

import pytest
from harness import check, error_of, name, raw, variants, zeros
from networks import nn

BIAS_ROWS = [
    nn("BiasAdd", [[(3, 4), (4,)], [(2, 3, 4), (4,)], [(2, 1, 3, 1, 4), (4,)], [(0, 4), (4,)]]),
    nn("BiasAdd", [[(2, 4, 3, 5), (4,)], [(2, 4, 3), (4,)]], gradient=False,
       attrs={"data_format": "NCHW"}),
    nn("BiasAdd", [[(3, 4), (4,)], [(2, 3, 4), (4,)]], gradient=False, domain=(0, 50),
       types=("int8", "int16", "int32", "int64", "uint8", "uint16")),
    nn("BiasAddV1", [[(3, 4), (4,)]], gradient=False),
    nn("BiasAddGrad", [[(3, 4)], [(2, 3, 1, 4)], [(0, 4)]], gradient=False),
    nn("BiasAddGrad", [[(2, 4, 3, 5)]], gradient=False, attrs={"data_format": "NCHW"}),
]


@pytest.mark.parametrize("row, dtype", variants(BIAS_ROWS), ids=name)
def test_bias(row, dtype):
    check(row, dtype)


@pytest.mark.parametrize("op, attrs, inputs, message", [
    ("BiasAdd", {}, [zeros(2, 3), zeros(2)], "Must provide as many biases as the last dimension"),
])
def test_errors(op, attrs, inputs, message):
    assert message in error_of(raw(op, attrs), inputs)
