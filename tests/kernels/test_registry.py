"""Every DML kernel is tested: by a row of this folder, or as plumbing elsewhere."""

import importlib
import pathlib
import sys

import harness
import tensorflow.compat.v1 as tf
from tensorflow.python.framework import kernels

# Ops that hold, pass on or shape values: the folder lists, tests/device and
# tests/training run them, and the gradients of the rows here are made of most of them.
PLUMBING = {
    "AnonymousIterator", "AnonymousIteratorV2", "Assign", "AssignAdd", "AssignAddVariableOp",
    "AssignSub", "AssignSubVariableOp", "AssignVariableOp", "Bitcast", "BroadcastArgs",
    "BroadcastGradientArgs", "Case", "CollectiveBcastRecv", "CollectiveBcastSend",
    "CollectiveGather", "CollectiveReduce", "ConcatOffset", "Const", "ConsumeMutexLock", "Copy",
    "CopyHost", "DataFormatDimMap", "DataFormatVecPermute", "DebugGradientIdentity",
    "DebugGradientRefIdentity", "DebugIdentity", "DebugNanCount", "DebugNumericSummary",
    "DeepCopy", "DeleteIterator", "DeleteSessionTensor", "DestroyResourceOp",
    "DestroyTemporaryVariable", "DevicePlacementOp", "EmptyTensorList", "EnsureShape", "Enter",
    "Exit", "ExpandDims", "ExperimentalSleepDataset", "Fact", "FakeParam", "For",
    "GeneratorDataset", "GetSessionHandle", "GetSessionHandleV2", "GetSessionTensor", "Identity",
    "If", "InvertPermutation", "IsVariableInitialized", "IteratorFromStringHandleV2",
    "IteratorGetNext", "IteratorGetNextAsOptional", "IteratorGetNextSync",
    "IteratorToStringHandle", "IteratorV2", "LinSpace", "MakeIterator", "MapClear",
    "MapIncompleteSize", "MapPeek", "MapSize", "MapStage",
    "MapUnstage", "MapUnstageNoKey", "Merge", "MutexLock", "MutexV2", "NextIteration",
    "OptionalFromValue", "OptionalGetValue", "OptionalHasValue", "OptionalNone",
    "OrderedMapClear", "OrderedMapIncompleteSize", "OrderedMapPeek", "OrderedMapSize",
    "OrderedMapStage", "OrderedMapUnstage", "OrderedMapUnstageNoKey", "PartitionedCall",
    "PlaceholderWithDefault", "PrefetchDataset", "PreventGradient", "Range", "Rank",
    "ReadVariableOp", "RefEnter", "RefExit", "RefIdentity", "RefMerge", "RefNextIteration",
    "RefSwitch", "RemoteCall", "Reshape", "RngSkip", "Shape", "ShapeN", "Size",
    "SleepDataset", "Snapshot", "Squeeze", "Stage", "StageClear", "StagePeek", "StageSize",
    "StatefulPartitionedCall", "StatelessIf", "StatelessWhile", "StopGradient", "Switch",
    "SymbolicGradient", "TemporaryVariable", "TensorArray", "TensorArrayClose",
    "TensorArrayCloseV2", "TensorArrayCloseV3", "TensorArrayConcat", "TensorArrayConcatV2",
    "TensorArrayConcatV3", "TensorArrayGather", "TensorArrayGatherV2", "TensorArrayGatherV3",
    "TensorArrayGrad", "TensorArrayGradV2", "TensorArrayGradV3", "TensorArrayGradWithShape",
    "TensorArrayPack", "TensorArrayRead", "TensorArrayReadV2", "TensorArrayReadV3",
    "TensorArrayScatter", "TensorArrayScatterV2", "TensorArrayScatterV3", "TensorArraySize",
    "TensorArraySizeV2", "TensorArraySizeV3", "TensorArraySplit", "TensorArraySplitV2",
    "TensorArraySplitV3", "TensorArrayUnpack", "TensorArrayV2", "TensorArrayV3",
    "TensorArrayWrite", "TensorArrayWriteV2", "TensorArrayWriteV3", "TensorListConcat",
    "TensorListConcatLists", "TensorListConcatV2", "TensorListElementShape",
    "TensorListFromTensor", "TensorListGather", "TensorListGetItem", "TensorListLength",
    "TensorListPopBack", "TensorListPushBack", "TensorListPushBackBatch", "TensorListReserve",
    "TensorListResize",
    "TensorListScatter", "TensorListScatterIntoExistingList", "TensorListScatterV2",
    "TensorListSetItem", "TensorListSplit", "TensorListStack", "Unique", "Unstage",
    "UnwrapDatasetVariant", "VarHandleOp", "VarIsInitializedOp", "Variable", "VariableShape",
    "VariableV2", "Where", "While", "WrapDatasetVariant", "_Arg", "_ArrayToList", "_DeviceArg",
    "_DeviceRetval", "_If", "_ListToArray", "_ReadVariablesOp", "_Retval", "_ScopedAllocator",
    "_ScopedAllocatorConcat", "_ScopedAllocatorSplit", "_SwitchN",
    "_VarHandlesOp", "_While",
}


def registered():
    return {kernel.op for kernel in kernels.get_all_registered_kernels().kernel
            if kernel.device_type == "DML"}


def test_every_op_is_tested():
    for path in pathlib.Path(__file__).parent.rglob("test_*.py"):
        sys.path.append(str(path.parent))
        importlib.import_module(path.stem)
    assert sorted(registered() - harness.covered - PLUMBING) == []


def dml_kernels(*ops):
    return [kernel for kernel in kernels.get_all_registered_kernels().kernel
            if kernel.device_type == "DML" and kernel.op in ops]


def test_parts_have_the_type_of_their_whole():
    """Nodes of other pairs of types, which the ops' definitions allow, stay away."""
    parts = {"complex64": "float32", "complex128": "float64"}
    for kernel in dml_kernels("Real", "Imag", "ComplexAbs", "Angle", "Complex"):
        types = {c.name: [tf.as_dtype(t).name for t in c.allowed_values.list.type]
                 for c in kernel.constraint}
        assert len(types["T"]) == len(types["Tout"]) == 1, kernel
        whole, part = (types["Tout"], types["T"]) if kernel.op == "Complex" else (
            types["T"], types["Tout"])
        assert parts[whole[0]] == part[0]


def test_where_of_int32_is_the_hosts():
    """As with CUDA: int32 is the type of shapes."""
    found = {}
    for kernel in dml_kernels("Where"):
        for number in kernel.constraint[0].allowed_values.list.type:
            found[tf.as_dtype(number).name] = list(kernel.host_memory_arg)
    assert found.pop("int32") == ["input", "index"]
    assert found and not any(found.values())


def test_every_row_has_a_kernel():
    assert sorted(harness.covered - registered()) == []
