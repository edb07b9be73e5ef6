// Ops that hand a tensor on, or keep a constant one. The stock CPU kernels only
// pass handles around, so they serve device tensors too.
#include "tensorflow/core/kernels/dml/control/type_lists.h"
#include "tensorflow/core/kernels/dml/kernel.h"
#include "tensorflow/core/kernels/dml/registry.h"

namespace tensorflow {
namespace dml {
namespace {

// The same elements in memory of their own, unless nobody else needs those.
class Snapshot {
 public:
  explicit Snapshot(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    const Tensor& input = c->Input(0);
    Tensor* output;
    TF_RETURN_IF_ERROR(c->OutputOrForward({0}, 0, input.shape(), &output));
    if (Address(*output) == Address(input)) return OkStatus();
    return c->CopyTensor(input, *output);
  }
};

// The same elements in memory of their own.
class DeepCopy {
 public:
  explicit DeepCopy(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, c->Input(0).shape(), &output));
    return c->CopyTensor(c->Input(0), *output);
  }
};

// Types that live in host memory on an accelerator, where they steer control
// flow and shapes.
const TypeList kHostTypes = {DT_INT32, DT_BOOL, DT_STRING, DT_RESOURCE};

const TypeList kPassed = WithoutBool(kPassedTypes);
const TypeList kPassedReferences = With(WithoutBool(kReferences), {DT_VARIANT});

const Kernels kRows({
    Row("Const").Types("dtype", kPassedTypes).HostTwin({"output"}),
    Row("Const").Types("dtype", {DT_INT32}).HostTwin(),
    Row("FakeParam").HostTwin({"output"}),
    Row("PlaceholderWithDefault")
        .Types("dtype", kPassed)
        .HostTwin({"input", "output"}),
    Row("PlaceholderWithDefault").Types("dtype", kHostTypes).HostTwin(),

    Row("Identity").Types("T", kPassed).HostTwin({"input", "output"}),
    Row("Identity").Types("T", kHostTypes).HostTwin(),
    Row("RefIdentity")
        .Types("T", kPassedReferences)
        .HostTwin({"input", "output"}),
    Row("RefIdentity").Types("T", kHostTypes).HostTwin(),
    Row("StopGradient").Types("T", kPassed).HostTwin({"input", "output"}),
    Row("StopGradient").Types("T", kHostTypes).HostTwin(),
    Row("EnsureShape").Types("T", kPassed).HostTwin({"input", "output"}),
    Row("EnsureShape").Types("T", kHostTypes).HostTwin(),
    Row("PreventGradient").Types("T", kPassed).HostTwin({"input", "output"}),
    Row("PreventGradient").Types("T", kHostTypes).HostTwin(),
    Row("GuaranteeConst").Types("T", kPassed).HostTwin({"input", "output"}),
    Row("GuaranteeConst").Types("T", kHostTypes).HostTwin(),
    Row("DebugGradientIdentity")
        .Types("T", kPassed)
        .HostTwin({"input", "output"}),
    Row("DebugGradientRefIdentity")
        .Types("T", kPassedReferences)
        .HostTwin({"input", "output"}),

    Row("Snapshot").Types("T", kAllDeviceTypes).Make<Snapshot>(),
    Row("DeepCopy").Types("T", kDeviceTypes).Make<DeepCopy>(),
    Row("DeepCopy").Types("T", {DT_INT32}).HostTwin(),
    Row("Copy").Types("T", kAllDeviceTypes).Make<DeepCopy>(),
    Row("CopyHost").HostTwin(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
