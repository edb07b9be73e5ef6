// Variables that a kernel updates in place: resource variables (inputs of type
// resource) and ref variables alike.
#ifndef TENSORFLOW_CORE_KERNELS_DML_LOCKED_VARIABLES_H_
#define TENSORFLOW_CORE_KERNELS_DML_LOCKED_VARIABLES_H_

#include <vector>

#include "tensorflow/core/framework/resource_var.h"
#include "tensorflow/core/kernels/dml/kernel.h"

namespace tensorflow {
namespace dml {

// Whether nothing but `tensor` uses its memory, so that it may change in place.
bool OwnsBufferAlone(const Tensor& tensor);

// Has `read` be a copy if it shares memory with `written`: for what a kernel
// reads at other places than it writes. A ref variable's value is its memory,
// so an op may take both.
Status ReadApart(KernelContext* c, const Tensor& written, Tensor* read);

// Locks a kernel's variables, in address order, for as long as it lives. It
// only orders the host's bookkeeping: the device runs work in the order in
// which it was enqueued.
class LockedVariables {
 public:
  LockedVariables() = default;
  LockedVariables(const LockedVariables&) = delete;
  LockedVariables& operator=(const LockedVariables&) = delete;
  ~LockedVariables();

  // Resource variables are always locked, ref variables if `use_locking`. Fails
  // if a resource does not exist.
  Status Lock(KernelContext* c, gtl::ArraySlice<int> inputs, bool use_locking);

  // The tensor to update, of the `i`-th of the locked inputs. A resource's
  // buffer that somebody else still reads is replaced by a copy first.
  // FailedPrecondition when the variable has no value yet.
  Status Get(int i, Tensor* tensor);

  // As Get, and from now on every read of the resource copies it: for sparse
  // updates, which may then leave the buffer where it is.
  Status GetForSparseUpdate(int i, Tensor* tensor);

 private:
  struct Variable {
    int input;
    core::RefCountPtr<Var> resource;  // null for a ref variable
    mutex* mu;
    bool locked;
  };

  KernelContext* c_ = nullptr;
  std::vector<Variable> variables_;
  std::vector<mutex*> held_;
};

// The ref output of ops that return the ref variable they updated.
void ForwardRef(KernelContext* c, int input, int output);

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_KERNELS_DML_LOCKED_VARIABLES_H_
