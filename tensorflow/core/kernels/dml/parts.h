// Parts of a tensor along one dimension, as concatenating, stacking, splitting
// and unstacking have them: a launch for fifteen (dml_join_parts).
#ifndef TENSORFLOW_CORE_KERNELS_DML_PARTS_H_
#define TENSORFLOW_CORE_KERNELS_DML_PARTS_H_

#include <vector>

#include "tensorflow/core/kernels/dml/kernel.h"

namespace tensorflow {
namespace dml {

// A tensor and its parts: of one type, with as many rows each. The whole is
// seen as [rows, a length, elements of a position], so a part is whatever has a
// multiple of rows * elements of a position as its elements: its own shape is
// no matter. Memory must live until the work is enqueued.
class Parts {
 public:
  // Along `axis` of `whole`.
  Parts(const Tensor& whole, int axis);

  // The next part along the axis.
  void Add(const Tensor& part);

  // Writes the whole; or the parts.
  Status Join(KernelContext* c) const;
  Status Split(KernelContext* c) const;

 private:
  std::vector<const dml_tensor*> Pointers() const;

  int64 rows_ = 1;
  int64 position_ = 1;  // elements
  dml_tensor whole_;
  std::vector<dml_tensor> parts_;
};

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_KERNELS_DML_PARTS_H_
