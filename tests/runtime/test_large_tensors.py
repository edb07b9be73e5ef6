"""Tensors of more elements than programs index are refused, by every operator's check."""

import pytest


@pytest.mark.parametrize("sizes", [(1 << 31,), (1 << 16, 1 << 16), (3, 1 << 30)], ids=str)
def test_more_elements_than_programs_index(device, dml, sizes):
    one = device.empty((1,) * len(sizes), "float32")
    large = one.broadcast_to(sizes)
    for call in (
        lambda: device.cast(large, one),
        lambda: device.cast(one, large),
        lambda: device.elementwise("ADD", [one, large], one),
        lambda: device.softmax(0, large, one),
    ):
        with pytest.raises(dml.DmlError, match=r"more than 2\^31 - 1 elements.*split") as error:
            call()
        assert error.value.code == dml.Code.UNIMPLEMENTED
