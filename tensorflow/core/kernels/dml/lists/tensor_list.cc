#include "tensorflow/core/kernels/dml/lists/tensor_list.h"

#include <utility>

#include "tensorflow/core/framework/tensor_shape.pb.h"
#include "tensorflow/core/framework/variant_op_registry.h"
#include "tensorflow/core/framework/variant_tensor_data.h"
#include "tensorflow/core/lib/core/coding.h"

namespace tensorflow {
namespace dml {
namespace {

constexpr char kTypeName[] = "tensorflow::TensorList";

Status Malformed() {
  return errors::Internal("A tensor list has an encoding that is not known");
}

// Numbers, all varints, then a TensorShapeProto:
// number of absent tensors, their indices, data type, largest length.
string EncodeMetadata(const TensorList& list) {
  std::vector<uint64> absent;
  for (size_t i = 0; i < list.tensors.size(); ++i) {
    if (list.tensors[i].dtype() == DT_INVALID) absent.push_back(i);
  }
  string metadata;
  core::PutVarint64(&metadata, absent.size());
  for (const uint64 index : absent) core::PutVarint64(&metadata, index);
  core::PutVarint64(&metadata, static_cast<uint64>(list.element_dtype));
  core::PutVarint64(&metadata, static_cast<uint64>(list.max_num_elements));
  TensorShapeProto shape;
  list.element_shape.AsProto(&shape);
  shape.AppendToString(&metadata);
  return metadata;
}

}  // namespace

Status TensorList::FromVariant(const Variant& variant, TensorList* list) {
  if (variant.TypeName() != kTypeName) {
    // Its type only: a description would read tensors, of the device perhaps.
    return errors::InvalidArgument("Input handle is not a list. Saw: '",
                                   variant.TypeName(), "'");
  }
  VariantTensorData data;
  variant.Encode(&data);
  string metadata;
  data.get_metadata(&metadata);
  StringPiece rest(metadata);
  uint64 absent_count = 0;
  if (!core::GetVarint64(&rest, &absent_count)) return Malformed();
  std::vector<uint64> absent(absent_count);
  for (uint64& index : absent) {
    if (!core::GetVarint64(&rest, &index)) return Malformed();
  }
  uint64 dtype = 0;
  uint64 limit = 0;
  TensorShapeProto shape;
  if (!core::GetVarint64(&rest, &dtype) || !core::GetVarint64(&rest, &limit) ||
      !shape.ParseFromString(string(rest.data(), rest.size()))) {
    return Malformed();
  }
  list->element_dtype = static_cast<DataType>(dtype);
  list->max_num_elements = static_cast<int32>(limit);
  list->element_shape = PartialTensorShape(shape);
  const size_t count = data.tensors().size() + absent.size();
  list->tensors.clear();
  list->tensors.reserve(count);
  size_t next_absent = 0;
  size_t next_tensor = 0;
  for (size_t i = 0; i < count; ++i) {
    if (next_absent < absent.size() && absent[next_absent] == i) {
      list->tensors.emplace_back(DT_INVALID);
      ++next_absent;
    } else if (next_tensor < data.tensors().size()) {
      list->tensors.push_back(data.tensors()[next_tensor++]);
    } else {
      return Malformed();
    }
  }
  return OkStatus();
}

Status TensorList::ToVariant(Variant* variant) const {
  // An empty list of TensorFlow's own class, to decode the tensors into.
  TensorList empty;
  empty.element_shape = element_shape;
  empty.element_dtype = element_dtype;
  VariantTensorDataProto proto;
  proto.set_type_name(kTypeName);
  proto.set_metadata(EncodeMetadata(empty));
  Variant result = std::move(proto);
  if (!DecodeUnaryVariant(&result)) return Malformed();
  VariantTensorData data;
  data.set_type_name(kTypeName);
  data.set_metadata(EncodeMetadata(*this));
  for (const Tensor& tensor : tensors) {
    if (tensor.dtype() != DT_INVALID) *data.add_tensors() = tensor;
  }
  if (!result.Decode(std::move(data))) return Malformed();
  *variant = std::move(result);
  return OkStatus();
}

}  // namespace dml
}  // namespace tensorflow
