// Tile, BroadcastTo, Reverse and ReverseV2.
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/views.h"
#include "tensorflow/core/util/bcast.h"

namespace tensorflow {
namespace dml {
namespace {

class Tile {
 public:
  explicit Tile(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    const Tensor& input = c->Input(0);
    const int rank = input.dims();
    if (c->Input(1).dims() != 1) {
      return errors::InvalidArgument(
          "Expected multiples to be 1-D, but got shape ",
          c->Input(1).shape().DebugString());
    }
    Dims multiples;
    TF_RETURN_IF_ERROR(c->HostIntegers(1, &multiples));
    if (static_cast<int>(multiples.size()) != rank) {
      return errors::InvalidArgument(
          "Expected multiples argument to be a vector of length ", rank,
          " but got length ", multiples.size());
    }
    TensorShape shape;
    Dims once, tiled;  // each dimension as [multiple, size]
    for (int d = 0; d < rank; ++d) {
      if (multiples[d] < 0) {
        return errors::InvalidArgument("Expected multiples[", d,
                                       "] >= 0, but got ", multiples[d]);
      }
      shape.AddDim(input.dim_size(d) * multiples[d]);
      once.push_back(1);
      once.push_back(input.dim_size(d));
      tiled.push_back(multiples[d]);
      tiled.push_back(input.dim_size(d));
    }
    if (shape == input.shape()) {
      c->SetOutput(0, input);
      return OkStatus();
    }
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, shape, &output));
    return CopyView(c, Broadcast(MakeView(input, once), tiled),
                    MakeView(*output, tiled));
  }
};

class BroadcastTo {
 public:
  explicit BroadcastTo(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    const Tensor& input = c->Input(0);
    Dims sizes;
    TF_RETURN_IF_ERROR(c->HostIntegers(1, &sizes));
    TensorShape shape;
    TF_RETURN_IF_ERROR(
        TensorShapeUtils::MakeShape(sizes.data(), sizes.size(), &shape));
    if (shape == input.shape()) {
      c->SetOutput(0, input);
      return OkStatus();
    }
    if (input.dims() > shape.dims()) {
      return errors::InvalidArgument(
          "Rank of input (", input.dims(),
          ") must be no greater than rank of output shape (", shape.dims(),
          ").");
    }
    const BCast broadcast(BCast::FromShape(input.shape()),
                          BCast::FromShape(shape));
    if (!broadcast.IsValid()) {
      return errors::InvalidArgument(
          "Incompatible shapes: ", input.shape().DebugString(), " vs. ",
          shape.DebugString());
    }
    if (BCast::ToShape(broadcast.output_shape()) != shape) {
      return errors::InvalidArgument(
          "Unable to broadcast tensor of shape ", input.shape().DebugString(),
          " to tensor of shape ", shape.DebugString());
    }
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, shape, &output));
    return CopyView(c, Broadcast(MakeView(input), sizes), MakeView(*output));
  }
};

// The axes to reverse: indices (V2), or a flag for each dimension.
class Reverse {
 public:
  Reverse(OpKernelConstruction*, bool flags) : flags_(flags) {}

  Status Compute(KernelContext* c) {
    const Tensor& input = c->Input(0);
    const int rank = input.dims();
    gtl::InlinedVector<bool, 8> reversed(rank, false);
    if (!TensorShapeUtils::IsVector(c->Input(1).shape()) &&
        (flags_ || c->Input(1).dims() > 1)) {
      return errors::InvalidArgument("'dims' must be 1-dimension, not ",
                                     c->Input(1).dims());
    }
    TF_RETURN_IF_ERROR(flags_ ? ReadFlags(c, rank, &reversed)
                              : ReadAxes(c, rank, &reversed));
    bool any = false;
    View view = MakeView(input);
    for (int d = 0; d < rank; ++d) {
      const int64 size = input.dim_size(d);
      if (!reversed[d] || size < 2) continue;
      view = Slice(view, d, size - 1, size, -1);
      any = true;
    }
    if (!any || input.NumElements() == 0) {
      c->SetOutput(0, input);
      return OkStatus();
    }
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, input.shape(), &output));
    return CopyView(c, view, MakeView(*output));
  }

 private:
  static Status ReadFlags(KernelContext* c, int rank,
                          gtl::InlinedVector<bool, 8>* reversed) {
    const Tensor& flags = c->Input(1);
    if (flags.dim_size(0) != rank) {
      return errors::InvalidArgument(
          "'dims' must have the same number of values as 'input' has "
          "dimensions. 'input' has ",
          rank, "'dims' has ", flags.dim_size(0), " values");
    }
    for (int d = 0; d < rank; ++d) (*reversed)[d] = flags.vec<bool>()(d);
    return OkStatus();
  }

  static Status ReadAxes(KernelContext* c, int rank,
                         gtl::InlinedVector<bool, 8>* reversed) {
    Dims axes;
    TF_RETURN_IF_ERROR(c->HostIntegers(1, &axes));
    for (size_t i = 0; i < axes.size(); ++i) {
      const int64 axis = axes[i] < 0 ? axes[i] + rank : axes[i];
      if (axis < 0 || axis >= rank) {
        return errors::InvalidArgument("'axis'[", i, "] = ", axes[i],
                                       " is out of valid range [", 0, ", ",
                                       rank - 1);
      }
      if ((*reversed)[axis]) {
        return errors::InvalidArgument("axis ", axis,
                                       " specified more than once.");
      }
      (*reversed)[axis] = true;
    }
    return OkStatus();
  }

  const bool flags_;
};

const Kernels kKernels({
    Row("Tile")
        .Types("T", kAllDeviceTypes)
        .Types("Tmultiples", kIndices)
        .Host({"multiples"})
        .Make<Tile>(),
    Row("BroadcastTo")
        .Types("T", kDeviceTypes)
        .Types("Tidx", kIndices)
        .Host({"shape"})
        .Make<BroadcastTo>(),
    Row("Reverse").Types("T", kDeviceTypes).Host({"dims"}).Make<Reverse>(true),
    Row("ReverseV2")
        .Types("T", kDeviceTypes)
        .Types("Tidx", kIndices)
        .Host({"axis"})
        .Make<Reverse>(false),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
