// Zeros like variants, and sums of variants, which gradients of loops and
// conditionals need: of tensor lists and optionals, whose elements are tensors
// or variants again, and of what else TensorFlow's CPU knows for them.
#include <utility>

#include "tensorflow/core/framework/variant_op_registry.h"
#include "tensorflow/core/framework/variant_tensor_data.h"
#include "tensorflow/core/kernels/dml/lists/tensor_list.h"
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/zeros.h"

namespace tensorflow {
namespace dml {
namespace {

constexpr char kList[] = "tensorflow::TensorList";
constexpr char kOptional[] = "tensorflow::data::Optional";

// Variants live in host memory.
Status NewVariants(KernelContext* c, const TensorShape& shape,
                   Tensor* variants) {
  AllocatorAttributes on_host;
  on_host.set_on_host(true);
  return c->tf()->allocate_temp(DT_VARIANT, shape, variants, on_host);
}

// As for lists, TensorFlow's class is private, but can encode itself.
struct Optional {
  bool has_value = false;
  std::vector<Tensor> values;

  static Status FromVariant(const Variant& variant, Optional* optional) {
    VariantTensorData data;
    variant.Encode(&data);
    if (!data.get_metadata(&optional->has_value)) {
      return errors::Internal("An optional has an encoding that is not known");
    }
    optional->values = data.tensors();
    return OkStatus();
  }

  Status ToVariant(Variant* variant) const {
    VariantTensorData data;
    data.set_type_name(kOptional);
    data.set_metadata(has_value);
    for (const Tensor& tensor : values) *data.add_tensors() = tensor;
    // An empty optional of TensorFlow's class, to decode the tensors into.
    VariantTensorData none;
    none.set_type_name(kOptional);
    none.set_metadata(false);
    VariantTensorDataProto proto;
    none.ToProto(&proto);
    Variant result = std::move(proto);
    if (!DecodeUnaryVariant(&result) || !result.Decode(std::move(data))) {
      return errors::Internal("An optional can't be made from its values");
    }
    *variant = std::move(result);
    return OkStatus();
  }
};

class ZerosLikeVariants {
 public:
  explicit ZerosLikeVariants(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    Tensor zeros;
    TF_RETURN_IF_ERROR(OfTensor(c, c->Input(0), &zeros));
    c->SetOutput(0, zeros);
    return OkStatus();
  }

 private:
  static Status OfTensor(KernelContext* c, const Tensor& tensor,
                         Tensor* zeros) {
    if (tensor.dtype() != DT_VARIANT) {
      TF_RETURN_IF_ERROR(c->Temporary(tensor.dtype(), tensor.shape(), zeros));
      return FillZero(c, *zeros);
    }
    TF_RETURN_IF_ERROR(NewVariants(c, tensor.shape(), zeros));
    for (int64 i = 0; i < tensor.NumElements(); ++i) {
      TF_RETURN_IF_ERROR(
          OfVariant(c, tensor.flat<Variant>()(i), &zeros->flat<Variant>()(i)));
    }
    return OkStatus();
  }

  static Status OfVariant(KernelContext* c, const Variant& variant,
                          Variant* zeros) {
    if (variant.TypeName() == kList) {
      TensorList list;
      TF_RETURN_IF_ERROR(TensorList::FromVariant(variant, &list));
      TF_RETURN_IF_ERROR(OfEach(c, &list.tensors));
      return list.ToVariant(zeros);
    }
    if (variant.TypeName() == kOptional) {
      Optional optional;
      TF_RETURN_IF_ERROR(Optional::FromVariant(variant, &optional));
      TF_RETURN_IF_ERROR(OfEach(c, &optional.values));
      return optional.ToVariant(zeros);
    }
    VariantTensorData data;
    variant.Encode(&data);
    auto* function = UnaryVariantOpRegistry::Global()->GetUnaryOpFn(
        ZEROS_LIKE_VARIANT_UNARY_OP, DEVICE_CPU, variant.TypeId());
    // The CPU's function can't read tensors on the device.
    if (function == nullptr || data.tensors_size() > 0) {
      return errors::Unimplemented("ZerosLike of a variant of type ",
                                   variant.TypeName(),
                                   " is not implemented on the DML device");
    }
    return (*function)(c->tf(), variant, zeros);
  }

  static Status OfEach(KernelContext* c, std::vector<Tensor>* tensors) {
    for (Tensor& tensor : *tensors) {
      if (tensor.dtype() == DT_INVALID) continue;
      Tensor zeros;
      TF_RETURN_IF_ERROR(OfTensor(c, tensor, &zeros));
      tensor = zeros;
    }
    return OkStatus();
  }
};

class AddVariants {
 public:
  explicit AddVariants(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    Tensor sum = c->Input(0);
    for (int input = 1; input < c->num_inputs(); ++input) {
      TF_RETURN_IF_ERROR(Add(c, c->Input(input), &sum));
    }
    c->SetOutput(0, sum);
    return OkStatus();
  }

 private:
  // An absent tensor counts as zeros.
  static Status Add(KernelContext* c, const Tensor& other, Tensor* sum) {
    if (other.dtype() == DT_INVALID) return OkStatus();
    if (sum->dtype() == DT_INVALID) {
      *sum = other;
      return OkStatus();
    }
    if (!sum->shape().IsSameSize(other.shape())) {
      return errors::InvalidArgument(
          "Trying to add two tensors with incompatible element shapes ",
          sum->shape().DebugString(), " and ", other.shape().DebugString());
    }
    Tensor result;
    if (sum->dtype() == DT_VARIANT) {
      TF_RETURN_IF_ERROR(NewVariants(c, sum->shape(), &result));
      for (int64 i = 0; i < result.NumElements(); ++i) {
        TF_RETURN_IF_ERROR(AddVariant(c, sum->flat<Variant>()(i),
                                      other.flat<Variant>()(i),
                                      &result.flat<Variant>()(i)));
      }
    } else {
      TF_RETURN_IF_ERROR(c->Temporary(sum->dtype(), sum->shape(), &result));
      TF_RETURN_IF_ERROR(c->Elementwise(DML_ADD, {sum, &other}, result));
    }
    *sum = result;
    return OkStatus();
  }

  static Status AddVariant(KernelContext* c, const Variant& a, const Variant& b,
                           Variant* result) {
    if (a.TypeName() != b.TypeName()) {
      return errors::InvalidArgument("Trying to add variants of types ",
                                     a.TypeName(), " and ", b.TypeName());
    }
    if (a.TypeName() == kList) return AddLists(c, a, b, result);
    if (a.TypeName() == kOptional) return AddOptionals(c, a, b, result);
    VariantTensorData data;
    a.Encode(&data);
    auto* function = UnaryVariantOpRegistry::Global()->GetBinaryOpFn(
        ADD_VARIANT_BINARY_OP, DEVICE_CPU, a.TypeId());
    if (function == nullptr || data.tensors_size() > 0) {
      return errors::Unimplemented("AddN of variants of type ", a.TypeName(),
                                   " is not implemented on the DML device");
    }
    return (*function)(c->tf(), a, b, result);
  }

  static Status AddLists(KernelContext* c, const Variant& a, const Variant& b,
                         Variant* result) {
    TensorList sum;
    TensorList other;
    TF_RETURN_IF_ERROR(TensorList::FromVariant(a, &sum));
    TF_RETURN_IF_ERROR(TensorList::FromVariant(b, &other));
    if (other.element_dtype != sum.element_dtype) {
      return errors::InvalidArgument(
          "Trying to add two lists of tensors of different dtypes. One is ",
          DataTypeString(sum.element_dtype), " and the other is ",
          DataTypeString(other.element_dtype));
    }
    PartialTensorShape shape;
    if (!sum.element_shape.MergeWith(other.element_shape, &shape).ok()) {
      return errors::InvalidArgument(
          "Trying to add two lists of tensors with incompatible element "
          "shapes. One is ",
          sum.element_shape.DebugString(), " and the other is ",
          other.element_shape.DebugString());
    }
    sum.element_shape = shape;
    if (other.tensors.size() != sum.tensors.size()) {
      return errors::InvalidArgument(
          "Trying to add two lists of tensors with different lengths. One is ",
          sum.tensors.size(), " and the other is ", other.tensors.size());
    }
    TF_RETURN_IF_ERROR(AddEach(c, other.tensors, &sum.tensors));
    return sum.ToVariant(result);
  }

  static Status AddOptionals(KernelContext* c, const Variant& a,
                             const Variant& b, Variant* result) {
    Optional sum;
    Optional other;
    TF_RETURN_IF_ERROR(Optional::FromVariant(a, &sum));
    TF_RETURN_IF_ERROR(Optional::FromVariant(b, &other));
    if (sum.has_value != other.has_value ||
        sum.values.size() != other.values.size()) {
      return errors::InvalidArgument(
          "Trying to add two optionals with different numbers of components. "
          "One has ",
          sum.values.size(), " and the other has ", other.values.size());
    }
    TF_RETURN_IF_ERROR(AddEach(c, other.values, &sum.values));
    return sum.ToVariant(result);
  }

  static Status AddEach(KernelContext* c, const std::vector<Tensor>& others,
                        std::vector<Tensor>* sums) {
    for (size_t i = 0; i < sums->size(); ++i) {
      TF_RETURN_IF_ERROR(Add(c, others[i], &(*sums)[i]));
    }
    return OkStatus();
  }
};

const Kernels kRows({
    // The variants that TensorFlow's CPU can conjugate hold no tensors.
    Row("Conj").Types("T", {DT_VARIANT}).HostTwin({"input", "output"}),
    Row("ZerosLike").Types("T", {DT_VARIANT}).Make<ZerosLikeVariants>(),
    Row("AddN").Types("T", {DT_VARIANT}).Make<AddVariants>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
