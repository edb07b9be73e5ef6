"""Every DML kernel is tested: by a row of this folder, or as plumbing elsewhere."""

import importlib
import pathlib

import harness
from tensorflow.python.framework import kernels

# Ops that hold, pass on or shape values: tests/device and tests/training run them,
# and the gradients of the rows here are made of most of them.
PLUMBING = {
    "AnonymousIterator", "AnonymousIteratorV2", "Assign", "AssignAdd", "AssignAddVariableOp",
    "AssignSub", "AssignSubVariableOp", "AssignVariableOp", "Bitcast", "BroadcastArgs",
    "BroadcastGradientArgs", "Case", "ConcatOffset", "Const", "ConsumeMutexLock", "Copy",
    "CopyHost", "DataFormatDimMap", "DataFormatVecPermute", "DebugGradientIdentity",
    "DebugGradientRefIdentity", "DebugIdentity", "DebugNanCount", "DebugNumericSummary",
    "DeepCopy", "DeleteIterator", "DeleteSessionTensor", "DestroyResourceOp",
    "DestroyTemporaryVariable", "DevicePlacementOp", "EmptyTensorList", "EnsureShape", "Enter",
    "Exit", "ExpandDims", "ExperimentalSleepDataset", "Fact", "FakeParam", "For",
    "GeneratorDataset", "GetSessionHandle", "GetSessionHandleV2", "GetSessionTensor", "Identity",
    "If", "InplaceAdd", "InplaceSub", "InplaceUpdate", "InvertPermutation",
    "IsVariableInitialized", "IteratorFromStringHandleV2", "IteratorGetNext",
    "IteratorGetNextAsOptional", "IteratorGetNextSync", "IteratorToStringHandle", "IteratorV2",
    "LinSpace", "MakeIterator", "MapClear", "MapIncompleteSize", "MapPeek", "MapSize", "MapStage",
    "MapUnstage", "MapUnstageNoKey", "Merge", "MutexLock", "MutexV2", "NextIteration",
    "OptionalFromValue", "OptionalGetValue", "OptionalHasValue", "OptionalNone",
    "OrderedMapClear", "OrderedMapIncompleteSize", "OrderedMapPeek", "OrderedMapSize",
    "OrderedMapStage", "OrderedMapUnstage", "OrderedMapUnstageNoKey", "PartitionedCall",
    "PlaceholderWithDefault", "PrefetchDataset", "PreventGradient", "Range", "Rank",
    "ReadVariableOp", "RefEnter", "RefExit", "RefIdentity", "RefMerge", "RefNextIteration",
    "RefSelect", "RefSwitch", "RemoteCall", "Reshape", "RngSkip", "Shape", "ShapeN", "Size",
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
    "_DeviceRetval", "_If", "_ListToArray", "_ReadVariablesOp", "_Retval", "_SwitchN",
    "_VarHandlesOp", "_While",
}


def registered():
    return {kernel.op for kernel in kernels.get_all_registered_kernels().kernel
            if kernel.device_type == "DML"}


def test_every_op_is_tested():
    for path in pathlib.Path(__file__).parent.glob("test_*.py"):
        importlib.import_module(path.stem)
    assert sorted(registered() - harness.covered - PLUMBING) == []


def test_every_row_has_a_kernel():
    assert sorted(harness.covered - registered()) == []
