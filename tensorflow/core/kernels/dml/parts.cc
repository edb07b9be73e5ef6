#include "tensorflow/core/kernels/dml/parts.h"

#include "tensorflow/core/kernels/dml/views.h"

namespace tensorflow {
namespace dml {
namespace {

constexpr uint32_t kAxis = 1;  // of what the runtime sees

}  // namespace

Parts::Parts(const Tensor& whole, int axis) {
  for (int d = 0; d < axis; ++d) rows_ *= whole.dim_size(d);
  for (int d = axis + 1; d < whole.dims(); ++d) position_ *= whole.dim_size(d);
  whole_ = Describe(whole, {rows_, whole.dim_size(axis), position_});
}

void Parts::Add(const Tensor& part) {
  // A part without elements takes no place.
  if (part.NumElements() == 0) return;
  const int64 length = part.NumElements() / (rows_ * position_);
  parts_.push_back(Describe(part, {rows_, length, position_}));
}

Status Parts::Join(KernelContext* c) const {
  if (parts_.empty()) return OkStatus();
  const WriteParts several_launches;
  DML_RETURN_IF_FAILED(dml_join_parts(c->device(), Pointers().data(),
                                      parts_.size(), kAxis, &whole_));
  return OkStatus();
}

Status Parts::Split(KernelContext* c) const {
  if (parts_.empty()) return OkStatus();
  DML_RETURN_IF_FAILED(dml_split_parts(c->device(), &whole_, kAxis,
                                       Pointers().data(), parts_.size()));
  return OkStatus();
}

std::vector<const dml_tensor*> Parts::Pointers() const {
  std::vector<const dml_tensor*> pointers;
  pointers.reserve(parts_.size());
  for (const dml_tensor& part : parts_) pointers.push_back(&part);
  return pointers;
}

}  // namespace dml
}  // namespace tensorflow
