// Control flow of version 1. Core registers Switch, Merge, Enter, Exit and
// NextIteration for any device, with their data in device memory. Rows here
// keep on the host what steers the flow, and add the variants for references.
#include <algorithm>

#include "tensorflow/core/kernels/dml/registry.h"

namespace tensorflow {
namespace dml {
namespace {

const TypeList kHostTypes = {DT_INT32, DT_STRING, DT_RESOURCE};
const TypeList kSwitchedOnHost = {DT_INT32, DT_STRING, DT_RESOURCE, DT_BOOL};

TypeList WithoutBool(TypeList types) {
  types.erase(std::remove(types.begin(), types.end(), DT_BOOL), types.end());
  return types;
}

const TypeList kSwitched = WithoutBool(kPassedTypes);

const Kernels kRows({
    Row("Switch").Types("T", kSwitchedOnHost).HostTwin(),
    Row("_SwitchN").Types("T", kSwitchedOnHost).HostTwin(),
    Row("_SwitchN").Types("T", kSwitched).HostTwin({"data", "outputs"}),
    Row("RefSwitch").Types("T", kSwitchedOnHost).HostTwin(),
    Row("RefSwitch")
        .Types("T", kSwitched)
        .HostTwin({"data", "output_false", "output_true"}),
    Row("RefSelect").Types("T", kPassedTypes).HostTwin({"inputs", "output"}),
    Row("RefSelect").Types("T", kHostTypes).HostTwin(),

    Row("Merge").Types("T", kHostTypes).HostTwin(),
    Row("RefMerge").Types("T", kHostTypes).HostTwin(),
    Row("RefMerge").Types("T", kPassedTypes).HostTwin({"inputs", "output"}),

    Row("Enter").Types("T", kHostTypes).HostTwin(),
    Row("RefEnter").Types("T", kHostTypes).HostTwin(),
    Row("RefEnter").Types("T", kPassedTypes).HostTwin({"data", "output"}),
    Row("Exit").Types("T", kHostTypes).HostTwin(),
    Row("RefExit").Types("T", kHostTypes).HostTwin(),
    Row("RefExit").Types("T", kPassedTypes).HostTwin({"data", "output"}),
    Row("NextIteration").Types("T", kHostTypes).HostTwin(),
    Row("RefNextIteration").Types("T", kHostTypes).HostTwin(),
    Row("RefNextIteration")
        .Types("T", kPassedTypes)
        .HostTwin({"data", "output"}),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
