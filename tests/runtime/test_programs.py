"""Which programs a device compiled, and which an operator would take."""

import threading

import numpy as np
import pytest


def test_programs_are_those_counted(device):
    x = device.tensor(np.ones((5, 7), np.float32))
    device.softmax(False, x, device.empty((5, 7)))
    programs = device.programs()
    # Those of merged launches, in tests of these, may be dropped.
    assert len(programs) <= device.statistics()["programs_compiled"]
    assert len(set(programs)) == len(programs)
    assert "softmax_f32" in {program.shader for program in programs}


def test_a_plan_lists_what_would_run(device, dml):
    a = device.tensor(np.ones((40, 30), np.float32))
    b = device.tensor(np.ones((30, 20), np.float32))
    c = device.tensor(np.zeros((40, 20), np.float32))
    before = device.statistics()["launches"]
    with dml.plan() as plan:
        device.gemm(a, b, c)
        device.copy_tensor(c, device.empty((40, 20)))
    assert [program.shader for program in plan] == ["gemm_f32", "copy"]
    assert device.statistics()["launches"] == before
    assert not c.numpy().any()

    device.gemm(a, b, c)  # now it runs, and with that program
    assert (c.numpy() == 30).all()
    assert plan[0] in device.programs()
    with dml.plan() as nothing:
        pass
    assert nothing == []


def test_a_plan_needs_no_memory(device, dml):
    """Tensors may say sizes that no device has."""
    small = device.empty(16)
    a = small.view((1 << 20, 1 << 10))
    with dml.plan() as plan:
        device.gemm(a, small.view((1 << 10, 1 << 10)), small.view((1 << 20, 1 << 10)))
    assert plan[0].shader == "gemm_f32"


def test_a_plan_is_its_threads_own(device, dml):
    x = device.tensor(np.full(64, -1, np.float32))
    other = threading.Thread(target=device.elementwise, args=("RELU", [x], x))
    with dml.plan() as plan:
        other.start()
        other.join()
    assert plan == []
    assert not x.numpy().any()


def test_a_plan_ends_with_an_error(device, dml):
    x, y = device.tensor(np.full(64, -1, np.float32)), device.empty(63)
    with pytest.raises(dml.DmlError, match="sizes"), dml.plan():
        device.cast(x, y)
    device.elementwise("RELU", [x], x)
    assert not x.numpy().any()
