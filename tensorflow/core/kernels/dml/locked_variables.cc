#include "tensorflow/core/kernels/dml/locked_variables.h"

#include <algorithm>

#include "tensorflow/core/common_runtime/dma_helper.h"

namespace tensorflow {
namespace dml {
namespace {

// Gives `var` a buffer of its own, with the same contents.
Status CopyBuffer(KernelContext* c, Var* var) {
  Tensor copy;
  TF_RETURN_IF_ERROR(
      c->Temporary(var->tensor()->dtype(), var->tensor()->shape(), &copy));
  TF_RETURN_IF_ERROR(c->CopyTensor(*var->tensor(), copy));
  *var->tensor() = copy;
  return OkStatus();
}

Status CheckInitialized(KernelContext* c, int input, const Tensor& tensor) {
  if (tensor.IsInitialized()) return OkStatus();
  return errors::FailedPrecondition(
      "Attempting to use uninitialized variables: ",
      c->tf()->op_kernel().requested_input(input));
}

}  // namespace

bool OwnsBufferAlone(const Tensor& tensor) {
  const TensorBuffer* const buffer = DMAHelper::buffer(&tensor);
  return buffer != nullptr && buffer->RefCountIsOne() &&
         const_cast<TensorBuffer*>(buffer)->root_buffer()->RefCountIsOne() &&
         buffer->OwnsMemory();
}

Status ReadApart(KernelContext* c, const Tensor& written, Tensor* read) {
  const uint64 first = Address(*read), other = Address(written);
  if (first + read->TotalBytes() <= other ||
      other + written.TotalBytes() <= first) {
    return OkStatus();
  }
  Tensor copy;
  TF_RETURN_IF_ERROR(c->Temporary(read->dtype(), read->shape(), &copy));
  TF_RETURN_IF_ERROR(c->CopyTensor(*read, copy));
  *read = copy;
  return OkStatus();
}

LockedVariables::~LockedVariables() {
  for (mutex* mu : held_) mu->unlock();
}

Status LockedVariables::Lock(KernelContext* c, gtl::ArraySlice<int> inputs,
                             bool use_locking) {
  c_ = c;
  std::vector<mutex*> wanted;
  for (int input : inputs) {
    Variable variable{input, nullptr, nullptr, use_locking};
    if (c->tf()->input_dtype(input) == DT_RESOURCE) {
      TF_RETURN_IF_ERROR(LookupResource(
          c->tf(), HandleFromInput(c->tf(), input), &variable.resource));
      variable.mu = variable.resource->mu();
      variable.locked = true;
    } else {
      variable.mu = c->tf()->input_ref_mutex(input);
    }
    if (variable.locked) wanted.push_back(variable.mu);
    variables_.push_back(std::move(variable));
  }
  std::sort(wanted.begin(), wanted.end());
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  for (mutex* mu : wanted) {
    mu->lock();
    held_.push_back(mu);
  }
  return OkStatus();
}

Status LockedVariables::Get(int i, Tensor* tensor) {
  const Variable& variable = variables_[i];
  Var* const var = variable.resource.get();
  if (var == nullptr) {
    *tensor = c_->tf()->mutable_input(variable.input, variable.locked);
    return CheckInitialized(c_, variable.input, *tensor);
  }
  TF_RETURN_IF_ERROR(CheckInitialized(c_, variable.input, *var->tensor()));
  if (var->copy_on_read_mode.load() || !OwnsBufferAlone(*var->tensor())) {
    TF_RETURN_IF_ERROR(CopyBuffer(c_, var));
  }
  *tensor = *var->tensor();
  return OkStatus();
}

Status LockedVariables::GetForSparseUpdate(int i, Tensor* tensor) {
  const Variable& variable = variables_[i];
  Var* const var = variable.resource.get();
  if (var == nullptr) return Get(i, tensor);
  TF_RETURN_IF_ERROR(CheckInitialized(c_, variable.input, *var->tensor()));
  if (!var->copy_on_read_mode.load()) {
    if (!OwnsBufferAlone(*var->tensor())) {
      TF_RETURN_IF_ERROR(CopyBuffer(c_, var));
    }
    var->copy_on_read_mode.store(true);
  }
  *tensor = *var->tensor();
  return OkStatus();
}

void ForwardRef(KernelContext* c, int input, int output) {
  if (IsRefType(c->tf()->input_dtype(input))) {
    c->tf()->forward_ref_input_to_ref_output(input, output);
  }
}

}  // namespace dml
}  // namespace tensorflow
