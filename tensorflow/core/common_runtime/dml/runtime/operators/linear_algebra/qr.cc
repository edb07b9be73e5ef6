// QR factors by blocks of Householder reflections (qr_panel.comp).
#include <algorithm>
#include <cstdint>
#include <utility>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/linear_algebra/linear_algebra_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/linear_algebra/matrices.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {
namespace {

// What a group holds of a column in shared memory (qr_panel.comp); longer ones
// take more turns of a loop than every driver runs.
int64_t MaxRows(uint32_t type) { return TypeBytes(type) == 16 ? 512 : 2048; }

class Reflections {
 public:
  explicit Reflections(OperatorContext& context)
      : context_(context),
        memory_(context),
        columns_(context),
        v_(context),
        t_(context) {}

  Status Allocate(uint32_t type, int64_t batch, int64_t m, int64_t n) {
    const int64_t k = std::min(m, n);
    DML_RETURN_IF_ERROR(AllocateMatrices(&memory_, type, batch, m, n, &a_));
    DML_RETURN_IF_ERROR(AllocateMatrices(&v_, type, batch, m, k, &v_columns_));
    DML_RETURN_IF_ERROR(
        AllocateMatrices(&t_, type, batch, k, kBlock, &t_rows_));
    return columns_.Allocate(batch * m * kBlock * uint64_t{TypeBytes(type)});
  }

  // To be written before Factor(), which makes r of its upper triangle.
  const dml_tensor& matrices() const { return a_; }

  Status Factor() {
    const int64_t n = a_.sizes[2], k = v_columns_.sizes[2];
    for (int64_t first = 0; first < k; first += kBlock) {
      DML_RETURN_IF_ERROR(Panel(first));
      const int64_t next = first + Width(first);
      DML_RETURN_IF_ERROR(
          Apply(first, /*adjoint=*/true,
                Part(a_, first, a_.sizes[1] - first, next, n - next)));
    }
    return Status::Ok();
  }

  // q, which has at least as many columns as there are reflections.
  Status MakeQ(const dml_tensor& q) {
    DML_RETURN_IF_ERROR(MakeIdentity(context_, q));
    const int64_t m = a_.sizes[1], k = v_columns_.sizes[2];
    const int64_t last = (CeilDivide(k, int64_t{kBlock}) - 1) * kBlock;
    for (int64_t first = last; first >= 0; first -= kBlock) {
      // To the left and above, q is the identity still.
      DML_RETURN_IF_ERROR(
          Apply(first, /*adjoint=*/false,
                Part(q, first, m - first, first, q.sizes[2] - first)));
    }
    return Status::Ok();
  }

 private:
  int64_t Width(int64_t first) const {
    return std::min<int64_t>(kBlock, v_columns_.sizes[2] - first);
  }

  Status Panel(int64_t first) {
    QrPanelParameters constants = {};
    constants.batch = static_cast<uint32_t>(a_.sizes[0]);
    constants.m = static_cast<uint32_t>(a_.sizes[1]);
    constants.n = static_cast<uint32_t>(a_.sizes[2]);
    constants.first = static_cast<uint32_t>(first);
    constants.width = static_cast<uint32_t>(Width(first));
    constants.v_pitch = static_cast<uint32_t>(v_columns_.sizes[2]);
    return LaunchProgram(
        context_, ShaderName("qr_panel", a_.type), {kGroupSize},
        LinearGrid(context_, constants.batch),
        {memory_.Argument(Access::kReadWrite),
         columns_.Argument(Access::kReadWrite), v_.Argument(Access::kReadWrite),
         t_.Argument(Access::kReadWrite)},
        constants);
  }

  // c = (I - V T V^H) c, or its adjoint, for the reflections from `first` on.
  Status Apply(int64_t first, bool adjoint, const dml_tensor& c) {
    if (IsEmpty(c)) return Status::Ok();
    const int64_t width = Width(first);
    const dml_tensor v = Part(v_columns_, first, c.sizes[1], first, width);
    const dml_tensor t = Part(t_rows_, first, width, 0, width);
    Scratch first_scratch(context_), second_scratch(context_);
    dml_tensor projected, weights;
    for (auto& target : {std::make_pair(&first_scratch, &projected),
                         std::make_pair(&second_scratch, &weights)}) {
      DML_RETURN_IF_ERROR(AllocateMatrices(target.first, c.type, c.sizes[0],
                                           width, c.sizes[2], target.second));
    }
    DML_RETURN_IF_ERROR(
        Product(context_, {Transpose(v), true}, {c}, projected));
    DML_RETURN_IF_ERROR(Product(context_, {adjoint ? Transpose(t) : t, adjoint},
                                {projected}, weights));
    return SubtractProduct(context_, {v}, {weights}, c);
  }

  OperatorContext& context_;
  Scratch memory_, columns_, v_, t_;
  dml_tensor a_ = {}, v_columns_ = {}, t_rows_ = {};
};

}  // namespace

Status Qr(OperatorContext& context, const dml_tensor* a, const dml_tensor* q,
          const dml_tensor* r) {
  DML_RETURN_IF_ERROR(CheckMatrices(a, "qr: a"));
  DML_RETURN_IF_ERROR(CheckMatrices(r, "qr: r"));
  if (q != nullptr) DML_RETURN_IF_ERROR(CheckMatrices(q, "qr: q"));
  const int64_t batch = a->sizes[0], m = a->sizes[1], n = a->sizes[2];
  const int64_t k = r->sizes[1];
  if ((k != std::min(m, n) && k != m) || r->sizes[0] != batch ||
      r->sizes[2] != n || r->type != a->type) {
    return InvalidArgument("qr: r ", Describe(*r), " does not fit a ",
                           Describe(*a));
  }
  if (q != nullptr && (q->sizes[0] != batch || q->sizes[1] != m ||
                       q->sizes[2] != k || q->type != a->type)) {
    return InvalidArgument("qr: q ", Describe(*q), " does not fit a ",
                           Describe(*a), " and r ", Describe(*r));
  }
  if (m > MaxRows(a->type)) {
    return Unimplemented("qr: ", Describe(*a), " has more than ",
                         MaxRows(a->type), " rows");
  }
  if (IsEmpty(*a)) {
    return q == nullptr || IsEmpty(*q) ? Status::Ok()
                                       : MakeIdentity(context, *q);
  }
  Reflections reflections(context);
  DML_RETURN_IF_ERROR(reflections.Allocate(a->type, batch, m, n));
  DML_RETURN_IF_ERROR(CopyTensor(context, a, &reflections.matrices()));
  DML_RETURN_IF_ERROR(reflections.Factor());
  // Below the diagonal there are zeros in all columns but those to the right of
  // the reflections, where all rows are of r.
  const dml_tensor upper = Part(reflections.matrices(), 0, k, 0, n);
  DML_RETURN_IF_ERROR(CopyTensor(context, &upper, r));
  return q == nullptr ? Status::Ok() : reflections.MakeQ(*q);
}

}  // namespace dml
