"""Null for any argument that must not be null is an error that names it."""

import ctypes

import pytest
from tensorflow_directml import api

HOST = (ctypes.c_char * 4096)()  # stands for what is not looked at


def arguments(device, c_name):
    """Valid enough until the first null is found."""
    for name, kind, count in api.FUNCTIONS[c_name][1]:
        is_pointer = kind.endswith("*") or count
        yield name, device.handle if name == "device" else ctypes.byref(HOST) if is_pointer else 0


def required(c_name):
    return [
        name
        for name, kind, count in api.FUNCTIONS[c_name][1]
        if (kind.endswith("*") or count) and name not in api.OPERATORS[c_name]
    ]


CASES = [(c_name, name) for c_name in sorted(api.OPERATORS) for name in required(c_name)]


@pytest.mark.parametrize("c_name, name", CASES)
def test_null(device, dml, c_name, name):
    values = dict(arguments(device, c_name), **{name: None})
    with pytest.raises(dml.DmlError) as error:
        getattr(dml._lib(), c_name)(*values.values())
    assert error.value.code == dml.Code.INVALID_ARGUMENT
    assert error.value.message == "%s: %s is null" % (c_name[len("dml_") :], name)


def test_all_operators_are_here():
    assert len(CASES) > 3 * len(api.OPERATORS) > 180
