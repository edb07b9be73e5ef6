// Ops that make tensor arrays, tell their size and close them.
#include <atomic>
#include <vector>

#include "tensorflow/core/kernels/dml/lists/tensor_array_ops.h"
#include "tensorflow/core/kernels/dml/registry.h"

namespace tensorflow {
namespace dml {
namespace {

constexpr char kArrays[] = "_tensor_arrays";
constexpr char kGradients[] = "_tensor_array_grads";

// Input: size (host).
class NewArray {
 public:
  explicit NewArray(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, c->GetAttr("dtype", &options_.dtype));
    OP_REQUIRES_OK(c, c->GetAttr("element_shape", &options_.element_shape));
    OP_REQUIRES_OK(c, c->GetAttr("dynamic_size", &options_.dynamic_size));
    OP_REQUIRES_OK(c,
                   c->GetAttr("clear_after_read", &options_.clear_after_read));
    if (c->HasAttr("identical_element_shapes")) {
      OP_REQUIRES_OK(c, c->GetAttr("identical_element_shapes",
                                   &options_.identical_element_shapes));
    }
    OP_REQUIRES_OK(c, c->GetAttr("tensor_array_name", &name_));
    if (name_.empty()) name_ = c->def().name();
  }

  Status Compute(KernelContext* c) {
    static std::atomic<int64> counter{0};
    if (c->Input(0).dims() != 0) {
      return errors::InvalidArgument(
          "TensorArray size must be scalar, but had shape: ",
          c->Input(0).shape().DebugString());
    }
    const int32 size = c->Input(0).scalar<int32>()();
    if (size < 0) return errors::InvalidArgument("Size should be >= 0.");
    TensorArrayPtr array(new TensorArray(
        kArrays, strings::StrCat(name_, "_", counter++), size, options_));
    array->Ref();  // Create() takes one reference, even where it fails
    TF_RETURN_IF_ERROR(CreateInStep(
        c->tf(), strings::StrCat(array->container(), array->name()),
        array.get()));
    return OutputTensorArray(c, array.get());
  }

 private:
  TensorArray::Options options_;
  string name_;
};

// Inputs: handle (host), flow_in and, for TensorArrayGradWithShape,
// shape_to_prepend (host). One gradient array for each source: made by the
// first op that asks for it.
class NewGradientArray {
 public:
  explicit NewGradientArray(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, c->GetAttr("source", &source_));
  }

  Status Compute(KernelContext* c) {
    TensorArrayPtr array;
    TF_RETURN_IF_ERROR(FindTensorArray(c, &array));
    if (array->container() != kArrays) {
      return errors::InvalidArgument("Input container should be '", kArrays,
                                     "',  but received '", array->container(),
                                     "'");
    }
    TensorShape prefix;
    if (c->num_inputs() > 2) {
      TF_RETURN_IF_ERROR(ShapeOf(c->tf(), c->Input(2), &prefix));
    }
    const string name = strings::StrCat(array->name(), "@", source_);
    TensorArray* gradient;
    TF_RETURN_IF_ERROR(LookUpOrCreateInStep<TensorArray>(
        c->tf(), strings::StrCat(kGradients, name), &gradient,
        [&](TensorArray** created) {
          return array->NewGradient(kGradients, name, prefix, created);
        }));
    TensorArrayPtr owned(gradient);
    return OutputTensorArray(c, gradient);
  }

 private:
  string source_;
};

// Inputs: handle (host), flow_in. Output: size (host).
class TensorArraySize {
 public:
  explicit TensorArraySize(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    TensorArrayPtr array;
    TF_RETURN_IF_ERROR(FindTensorArray(c, &array));
    Tensor* size;
    TF_RETURN_IF_ERROR(c->Output(0, TensorShape({}), &size));
    return array->Size(&size->scalar<int32>()());
  }
};

// The array itself lives until the step ends.
class TensorArrayClose {
 public:
  explicit TensorArrayClose(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    TensorArrayPtr array;
    TF_RETURN_IF_ERROR(FindTensorArray(c, &array));
    array->Close();
    return OkStatus();
  }
};

std::vector<Row> Rows() {
  std::vector<Row> rows;
  for (const string& name : VersionsOf("TensorArray")) {
    rows.push_back(Row(name.c_str())
                       .Types("dtype", kDeviceTypes)
                       .Host({"size", "handle"})
                       .Make<NewArray>());
  }
  for (const string& name : VersionsOf("TensorArrayGrad")) {
    rows.push_back(Row(name.c_str())
                       .Host({"handle", "grad_handle"})
                       .Make<NewGradientArray>());
  }
  for (const string& name : VersionsOf("TensorArraySize")) {
    rows.push_back(
        Row(name.c_str()).Host({"handle", "size"}).Make<TensorArraySize>());
  }
  for (const string& name : VersionsOf("TensorArrayClose")) {
    rows.push_back(Row(name.c_str()).Host({"handle"}).Make<TensorArrayClose>());
  }
  rows.push_back(Row("TensorArrayGradWithShape")
                     .Host({"handle", "shape_to_prepend", "grad_handle"})
                     .Make<NewGradientArray>());
  return rows;
}

const Kernels kKernels(Rows());

}  // namespace
}  // namespace dml
}  // namespace tensorflow
