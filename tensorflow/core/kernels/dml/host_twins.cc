// Ops whose arguments all live in host memory on an accelerator, or that only
// keep and hand on tensors: shape arithmetic, iterators, staging areas, mutexes
// and debugging. Which ops and types these are follows TensorFlow's CUDA build.
#include "tensorflow/core/kernels/dml/registry.h"

namespace tensorflow {
namespace dml {
namespace {

const TypeList kInt32 = {DT_INT32};

// int32 is the type of shapes: these ops compute on the host when T is int32.
constexpr const char* kInt32Arithmetic[] = {
    "Abs",
    "Add",
    "AddN",
    "AddV2",
    "BroadcastTo",
    "ClipByValue",
    "Concat",
    "ConcatV2",
    "Div",
    "Equal",
    "Fill",
    "FloorDiv",
    "FloorMod",
    "Greater",
    "GreaterEqual",
    "InplaceAdd",
    "InplaceSub",
    "InplaceUpdate",
    "Less",
    "LessEqual",
    "Max",
    "Maximum",
    "Min",
    "Minimum",
    "Mod",
    "Mul",
    "Neg",
    "NotEqual",
    "Pack",
    "Pad",
    "PadV2",
    "Prod",
    "Reverse",
    "ReverseV2",
    "Sign",
    "Slice",
    "SplitV",
    "Square",
    "SquaredDifference",
    "StridedSlice",
    "StridedSliceGrad",
    "Sub",
    "StridedSliceAssign",
    "Sum",
    "TensorStridedSliceUpdate",
    "TruncateMod",
    "Unpack",
    "Where",
};

std::vector<Row> Int32Rows() {
  std::vector<Row> rows;
  for (const char* op : kInt32Arithmetic) {
    rows.push_back(Row(op).Types("T", kInt32).HostTwin());
  }
  return rows;
}

const Kernels kInt32Rows(Int32Rows());

const TypeList kRangeTypes = {DT_FLOAT, DT_DOUBLE, DT_INT32, DT_INT64};
// As kPassedTypes, without variants.
const TypeList kPyFuncTypes = {
    DT_FLOAT,   DT_HALF,      DT_DOUBLE,     DT_BFLOAT16, DT_INT8,
    DT_INT16,   DT_INT64,     DT_UINT8,      DT_UINT16,   DT_UINT32,
    DT_UINT64,  DT_BOOL,      DT_QINT8,      DT_QUINT8,   DT_QINT16,
    DT_QUINT16, DT_COMPLEX64, DT_COMPLEX128, DT_QINT32};
// Below the CPU's own kernels, so that input pipelines stay there unless
// something asks for their elements on the device.
constexpr int kBehindCpu = 1;

const Kernels kRows({
    // Shapes.
    Row("BroadcastArgs").Types("T", kIndices).HostTwin(),
    Row("BroadcastGradientArgs").Types("T", kIndices).HostTwin(),
    Row("ConcatOffset").HostTwin(),
    Row("DataFormatDimMap").Types("T", kIndices).HostTwin(),
    Row("DataFormatVecPermute").Types("T", kIndices).HostTwin(),
    Row("InvertPermutation").Types("T", kIndices).HostTwin(),
    Row("LinSpace").Types("T", {DT_FLOAT, DT_DOUBLE}).HostTwin(),
    Row("Range").Types("Tidx", kRangeTypes).HostTwin(),
    Row("Unique").Types("T", kIndices).HostTwin(),
    Row("OnesLike").Types("T", kInt32).HostTwin({"x"}),
    Row("ZerosLike").Types("T", kInt32).HostTwin({"x"}),
    Row("Fact").HostTwin(),

    // Input pipelines.
    Row("IteratorV2").Priority(kBehindCpu).HostTwin(),
    Row("AnonymousIterator").Priority(kBehindCpu).HostTwin(),
    Row("AnonymousIteratorV2").Priority(kBehindCpu).HostTwin(),
    Row("DeleteIterator").Priority(kBehindCpu).HostTwin(),
    Row("MakeIterator").Priority(kBehindCpu).HostTwin(),
    Row("IteratorFromStringHandleV2").Priority(kBehindCpu).HostTwin(),
    Row("IteratorToStringHandle").Priority(kBehindCpu).HostTwin(),
    Row("IteratorGetNext").Priority(kBehindCpu).HostTwin({"components"}),
    Row("IteratorGetNextSync").Priority(kBehindCpu).HostTwin({"components"}),
    Row("IteratorGetNextAsOptional")
        .Priority(kBehindCpu)
        .HostTwin({"optional"}),
    Row("OptionalNone").Priority(kBehindCpu).HostTwin({"optional"}),
    Row("OptionalFromValue")
        .Priority(kBehindCpu)
        .HostTwin({"components", "optional"}),
    Row("OptionalHasValue").Priority(kBehindCpu).HostTwin({"optional"}),
    Row("OptionalGetValue")
        .Priority(kBehindCpu)
        .HostTwin({"optional", "components"}),
    Row("GeneratorDataset")
        .Priority(kBehindCpu)
        .HostTwin({"init_func_other_args", "next_func_other_args",
                   "finalize_func_other_args"}),
    Row("PrefetchDataset").Priority(kBehindCpu).HostTwin(),
    Row("SleepDataset").HostTwin(),
    Row("ExperimentalSleepDataset").HostTwin(),
    Row("WrapDatasetVariant").HostTwin(),
    Row("UnwrapDatasetVariant").HostTwin(),

    // Staging areas keep device tensors.
    Row("Stage").HostTwin({"values"}),
    Row("Unstage").HostTwin({"values"}),
    Row("StagePeek").HostTwin({"values"}),
    Row("StageSize").HostTwin(),
    Row("StageClear").HostTwin(),
    Row("MapStage").HostTwin({"values"}),
    Row("MapPeek").HostTwin({"values"}),
    Row("MapUnstage").HostTwin({"values"}),
    Row("MapUnstageNoKey").HostTwin({"values"}),
    Row("MapSize").HostTwin(),
    Row("MapIncompleteSize").HostTwin(),
    Row("MapClear").HostTwin(),
    Row("OrderedMapStage").HostTwin({"values"}),
    Row("OrderedMapPeek").HostTwin({"values"}),
    Row("OrderedMapUnstage").HostTwin({"values"}),
    Row("OrderedMapUnstageNoKey").HostTwin({"values"}),
    Row("OrderedMapSize").HostTwin(),
    Row("OrderedMapIncompleteSize").HostTwin(),
    Row("OrderedMapClear").HostTwin(),

    // Session tensors.
    Row("GetSessionHandle").Types("T", kPassedTypes).HostTwin({"value"}),
    Row("GetSessionHandleV2").Types("T", kPassedTypes).HostTwin({"value"}),
    Row("GetSessionTensor").Types("dtype", kPassedTypes).HostTwin({"value"}),
    // On the host, unlike with CUDA: the session hands them to kernels as they
    // are, and those of int32 read there.
    Row("GetSessionHandle").Types("T", kInt32).HostTwin(),
    Row("GetSessionHandleV2").Types("T", kInt32).HostTwin(),
    Row("GetSessionTensor").Types("dtype", kInt32).HostTwin(),
    Row("DeleteSessionTensor").HostTwin(),

    // Hands eager tensors of the device to Python, which computes there.
    Row("EagerPyFunc")
        .Types("Tin", kPyFuncTypes)
        .Types("Tout", kPyFuncTypes)
        .HostTwin({"input", "output"}),

    // Critical sections.
    Row("MutexV2").HostTwin(),
    Row("MutexLock").HostTwin(),
    Row("ConsumeMutexLock").HostTwin(),

    // Debugging.
    Row("DebugIdentity").HostTwin(),
    Row("DebugNanCount").Types("T", {DT_FLOAT, DT_DOUBLE, DT_HALF}).HostTwin(),
    Row("DebugNumericSummary").HostTwin(),
    Row("DevicePlacementOp").HostTwin(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
