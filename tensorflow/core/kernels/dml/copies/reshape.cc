// Ops that change or read a tensor's shape and never its elements. The stock
// CPU kernels do exactly that.
#include "tensorflow/core/kernels/dml/registry.h"

namespace tensorflow {
namespace dml {
namespace {

const TypeList kInt32 = {DT_INT32};

const Kernels kRows({
    Row("Reshape")
        .Types("T", kPassedTypes)
        .Types("Tshape", kIndices)
        .HostTwin({"tensor", "output"}),
    Row("Reshape").Types("T", kInt32).Types("Tshape", kIndices).HostTwin(),
    Row("ExpandDims")
        .Types("T", kPassedTypes)
        .Types("Tdim", kIndices)
        .HostTwin({"input", "output"}),
    Row("ExpandDims").Types("T", kInt32).Types("Tdim", kIndices).HostTwin(),
    Row("Squeeze").Types("T", kPassedTypes).HostTwin({"input", "output"}),
    Row("Squeeze").Types("T", kInt32).HostTwin(),
    Row("Bitcast").HostTwin({"input", "output"}),
    Row("Shape")
        .Types("T", kPassedTypes)
        .Types("out_type", kIndices)
        .HostTwin({"input"}),
    Row("Shape").Types("T", kInt32).Types("out_type", kIndices).HostTwin(),
    Row("ShapeN")
        .Types("T", kPassedTypes)
        .Types("out_type", kIndices)
        .HostTwin({"input"}),
    Row("ShapeN").Types("T", kInt32).Types("out_type", kIndices).HostTwin(),
    Row("Size")
        .Types("T", kPassedTypes)
        .Types("out_type", kIndices)
        .HostTwin({"input"}),
    Row("Size").Types("T", kInt32).Types("out_type", kIndices).HostTwin(),
    Row("Rank").Types("T", kPassedTypes).HostTwin({"input"}),
    Row("Rank").Types("T", kInt32).HostTwin(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
