// Control flow of version 1. Core registers Switch, Merge, Enter, Exit and
// NextIteration for any device, with their data in device memory. Rows here
// keep on the host what steers the flow, and add the variants for references.
#include "tensorflow/core/kernels/dml/control/type_lists.h"
#include "tensorflow/core/kernels/dml/registry.h"

namespace tensorflow {
namespace dml {
namespace {

const TypeList kHostTypes = {DT_INT32, DT_STRING, DT_RESOURCE};
const TypeList kSwitchedOnHost = {DT_INT32, DT_STRING, DT_RESOURCE, DT_BOOL};

const TypeList kSwitched = WithoutBool(kPassedTypes);

const TypeList kMergedReferences =
    With(kReferences, {DT_QINT8, DT_QUINT8, DT_QINT32});
const TypeList kSwitchedReferences = WithoutBool(kMergedReferences);
const TypeList kIteratedReferences = With(kReferences, {DT_VARIANT});
const TypeList kHostReferences = {DT_INT32, DT_STRING};
const TypeList kHostSwitchedReferences = {DT_INT32, DT_STRING, DT_BOOL};

const Kernels kRows({
    Row("Switch").Types("T", kSwitchedOnHost).HostTwin(),
    Row("_SwitchN").Types("T", kSwitchedOnHost).HostTwin(),
    Row("_SwitchN").Types("T", kSwitched).HostTwin({"data", "outputs"}),
    Row("RefSwitch").Types("T", kHostSwitchedReferences).HostTwin(),
    Row("RefSwitch")
        .Types("T", kSwitchedReferences)
        .HostTwin({"data", "output_false", "output_true"}),

    Row("Merge").Types("T", kHostTypes).HostTwin(),
    Row("RefMerge").Types("T", kHostTypes).HostTwin(),
    Row("RefMerge")
        .Types("T", kMergedReferences)
        .HostTwin({"inputs", "output"}),

    Row("Enter").Types("T", kHostTypes).HostTwin(),
    Row("RefEnter").Types("T", kHostReferences).HostTwin(),
    Row("RefEnter").Types("T", kReferences).HostTwin({"data", "output"}),
    Row("Exit").Types("T", kHostTypes).HostTwin(),
    Row("RefExit").Types("T", kHostTypes).HostTwin(),
    Row("RefExit").Types("T", kReferences).HostTwin({"data", "output"}),
    Row("NextIteration").Types("T", kHostTypes).HostTwin(),
    Row("RefNextIteration").Types("T", kHostTypes).HostTwin(),
    Row("RefNextIteration")
        .Types("T", kIteratedReferences)
        .HostTwin({"data", "output"}),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
