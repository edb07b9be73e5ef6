"""No kernel that TensorFlow has for any device computes on tensors of the device's memory."""

import pytest
from default_kernels import reaching
from tensorflow.core.framework import kernel_def_pb2
from tensorflow.python.framework import kernels

import tensorflow as tf

# What TensorFlow's kernels for any device may take from the device, since they hand tensors on,
# make handles, or copy by way of the device's context.
HAND_ON = {
    # Control flow of graphs.
    "Enter", "Exit", "IdentityN", "Merge", "NextIteration", "Placeholder", "PlaceholderV2",
    "RefEnter", "RefExit", "RefIdentity", "RefMerge", "RefNextIteration", "RefSwitch",
    "StatelessCase", "Switch", "_EagerConst", "DebugGradientIdentity",
    # Between devices and hosts; the executor of collectives gives them the context.
    "Recv", "Send", "_Recv", "_Send", "CollectiveAllToAllV2", "CollectiveBcastRecv",
    "CollectiveBcastRecvV2", "CollectiveBcastSend", "CollectiveBcastSendV2", "CollectiveGatherV2",
    "CollectiveReduceScatterV2", "CollectiveReduceV2",
    # Keep tensors. Stacks swap them to the host by way of the context.
    "FIFOQueueV2", "QueueCloseV2", "QueueDequeueV2", "QueueEnqueueV2", "QueueIsClosedV2",
    "QueueSizeV2", "StackCloseV2", "StackPop", "StackPopV2", "StackPush", "StackPushV2", "StackV2",
    # Make variables and handles, and say whether there is one.
    "DestroyTemporaryVariable", "DisableCopyOnRead", "IsVariableInitialized",
    "MakeWeakResourceHandle", "TemporaryVariable", "VarHandleOp", "Variable", "VariableV2",
    "_VarHandlesOp",
    # Views of a buffer that a pass of other devices allocates.
    "_ScopedAllocator", "_ScopedAllocatorConcat", "_ScopedAllocatorSplit",
    # XLA does not compile for DML devices.
    "_XlaCompile", "_XlaMerge", "_XlaRun",
}


def registered():
    return list(kernels.get_all_registered_kernels().kernel)


def test_what_runs_on_device_memory_hands_it_on():
    found = reaching(registered())
    assert "Switch" in found  # the check sees what there is
    assert not set(found) - HAND_ON, {op: found[op] for op in set(found) - HAND_ON}


@pytest.mark.parametrize("op, types", [
    ("AssignAddVariableOp", {"dtype": "uint8"}),
    ("AssignVariableOp", {"dtype": "float32"}),
])
def test_the_check_sees_what_would_run_without_a_kernel_of_ours(op, types):
    ours = [kernel for kernel in registered() if kernel.op == op and kernel.device_type == "DML"]
    assert ours and op not in reaching(registered())
    without = [kernel for kernel in registered() if kernel not in ours]
    found = reaching(without)
    assert any(types.items() <= chosen.items() for chosen in found.get(op, [])), found.get(op)


def test_the_check_sees_a_kernel_that_comes():
    """As a version of TensorFlow may bring one, for a type that no kernel of ours has."""
    coming = kernel_def_pb2.KernelDef(op="MatMul", device_type="DEFAULT")
    constraint = coming.constraint.add(name="T")
    constraint.allowed_values.list.type.append(tf.uint8.as_datatype_enum)
    assert reaching([*registered(), coming])["MatMul"] == [{"T": "uint8"}]
    coming.host_memory_arg.extend(["a", "b", "product"])
    assert "MatMul" not in reaching([*registered(), coming])
