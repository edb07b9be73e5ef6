// Moving blocks of pixels to the depth or to the batch, and back: reshapes to
// more dimensions, transposed by one strided copy. Padding goes before it, and
// cropping after it.
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/spatial.h"
#include "tensorflow/core/kernels/dml/views.h"

namespace tensorflow {
namespace dml {
namespace {

Status CheckImages(const Tensor& input) {
  if (input.dims() == 4) return OkStatus();
  return errors::InvalidArgument("Input rank should be 4, not ", input.dims(),
                                 ": ", input.shape().DebugString());
}

Status CheckBlock(int64 block) {
  if (block > 1) return OkStatus();
  return errors::InvalidArgument("Block size should be > 1, but was: ", block);
}

// DepthToSpace and SpaceToDepth. Both see the space as [batch, height, block,
// width, block, channels] and the depth as [batch, height, width, block, block,
// channels], or for NCHW the same with channels first.
class DepthSpace {
 public:
  DepthSpace(OpKernelConstruction* c, bool to_space) : to_space_(to_space) {
    string format;
    OP_REQUIRES_OK(c, c->GetAttr("data_format", &format));
    words_ = format == "NCHW_VECT_C" && c->input_type(0) == DT_QINT8;
    if (words_) {
      format_ = FORMAT_NCHW;
    } else {
      OP_REQUIRES_OK(c, ReadFormat(c, &format_));
    }
    OP_REQUIRES_OK(c, c->GetAttr("block_size", &block_));
    OP_REQUIRES_OK(c, CheckBlock(block_));
  }

  Status Compute(KernelContext* c) {
    const Tensor& input = c->Input(0);
    TensorShape images = input.shape();
    if (words_ && images.dims() == 5 && images.dim_size(4) == 4) {
      images.RemoveDim(4);
    } else if (words_ || images.dims() != 4) {
      return errors::InvalidArgument("Input rank should be ", words_ ? 5 : 4,
                                     ", not ", input.dims(), ": ",
                                     input.shape().DebugString());
    }
    const int64 batch = GetTensorDim(images, format_, 'N');
    const int64 b = block_;
    int64 height = GetTensorDim(images, format_, 'H');
    int64 width = GetTensorDim(images, format_, 'W');
    int64 channels = GetTensorDim(images, format_, 'C');
    if (to_space_) {
      if (channels % (b * b) != 0) {
        return errors::InvalidArgument("Input depth dimension ", channels,
                                       " should be divisible by: ", b * b);
      }
      channels /= b * b;
    } else {
      if (height % b != 0 || width % b != 0) {
        return errors::InvalidArgument(
            "Image width ", width, " and height ", height,
            " should be divisible by block_size: ", b);
      }
      height /= b;
      width /= b;
    }
    // From here on the sizes without the blocks.
    TensorShape shape =
        to_space_
            ? ShapeFromFormat(format_, batch, height * b, width * b, channels)
            : ShapeFromFormat(format_, batch, height, width, channels * b * b);
    if (words_) shape.AddDim(4);
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, shape, &output));
    const Tensor& space = to_space_ ? *output : input;
    const Tensor& depth = to_space_ ? input : *output;
    View in_space, in_depth;
    if (format_ == FORMAT_NHWC) {
      in_space = MakeView(space, {batch, height, b, width, b, channels});
      in_depth =
          Permute(MakeView(depth, {batch, height, width, b, b, channels}),
                  {0, 1, 3, 2, 4, 5});
    } else {
      in_space = MakeView(space, {batch, channels, height, b, width, b});
      in_depth =
          Permute(MakeView(depth, {batch, b, b, channels, height, width}),
                  {0, 3, 4, 1, 5, 2});
    }
    if (words_) in_space.dtype = in_depth.dtype = DT_UINT32;
    return to_space_ ? CopyView(c, in_depth, in_space)
                     : CopyView(c, in_space, in_depth);
  }

 private:
  const bool to_space_;
  // NCHW_VECT_C, [batch, channels / 4, height, width, 4] of a byte each: NCHW
  // otherwise, of elements of 4 bytes.
  bool words_ = false;
  TensorFormat format_;
  int block_;
};

// One of the dimensions that have blocks.
struct BlockDimension {
  int64 block;
  // Padding of the space, which is cropped on the way back.
  int64 before;
  int64 after;
};
using BlockDimensions = gtl::InlinedVector<BlockDimension, 4>;

int64 Get(const Tensor& integers, int64 i) {
  return integers.dtype() == DT_INT32 ? integers.flat<int32>()(i)
                                      : integers.flat<int64>()(i);
}

// What BatchToSpace and SpaceToBatch and their forms for any rank share. The
// batch form has shape [blocks... * batch, cells..., rest...], the space form
// [batch, cells * blocks..., rest...].
class SpaceBatch {
 protected:
  // `any_rank`: the blocks' sizes are an input, else the attribute.
  SpaceBatch(OpKernelConstruction* c, bool any_rank) : any_rank_(any_rank) {
    if (any_rank) return;
    OP_REQUIRES_OK(c, c->GetAttr("block_size", &block_));
    OP_REQUIRES_OK(c, CheckBlock(block_));
  }

  Status ReadBlocks(const KernelContext* c, BlockDimensions* dimensions) const {
    const Tensor& input = c->Input(0);
    const Tensor& margins = c->Input(any_rank_ ? 2 : 1);
    int64 count = 2;
    if (any_rank_) {
      const Tensor& blocks = c->Input(1);
      if (!TensorShapeUtils::IsVector(blocks.shape())) {
        return errors::InvalidArgument("block_shape must be a vector, not ",
                                       blocks.shape().DebugString());
      }
      count = blocks.NumElements();
      if (input.dims() < 1 + count) {
        return errors::InvalidArgument("input rank should be >= ", 1 + count,
                                       " instead of ", input.dims());
      }
    } else {
      TF_RETURN_IF_ERROR(CheckImages(input));
    }
    if (margins.shape() != TensorShape({count, 2})) {
      return errors::InvalidArgument(c->tf()->op_kernel().def().op(),
                                     " needs crops or paddings of shape [",
                                     count, ",2], not ",
                                     margins.shape().DebugString());
    }
    for (int64 i = 0; i < count; ++i) {
      const BlockDimension dimension = {
          any_rank_ ? Get(c->Input(1), i) : block_, Get(margins, 2 * i),
          Get(margins, 2 * i + 1)};
      if (dimension.block < 1) {
        return errors::InvalidArgument("All block sizes must be positive, got ",
                                       dimension.block);
      }
      if (dimension.before < 0 || dimension.after < 0) {
        return errors::InvalidArgument(
            "Crops and paddings must be non-negative, got ", dimension.before,
            ", ", dimension.after);
      }
      dimensions->push_back(dimension);
    }
    return OkStatus();
  }

  // The same elements of `batch` and of `space`, which has no padding, in the
  // same order.
  static void Match(const BlockDimensions& dimensions, const Tensor& batch,
                    const Tensor& space, View* in_batch, View* in_space) {
    const int count = static_cast<int>(dimensions.size());
    Dims batch_sizes, space_sizes = {space.dim_size(0)}, order;
    int64 rest = 1;
    for (int d = 1 + count; d < space.dims(); ++d) rest *= space.dim_size(d);
    for (int d = 0; d < count; ++d) batch_sizes.push_back(dimensions[d].block);
    batch_sizes.push_back(space.dim_size(0));
    order.push_back(count);
    for (int d = 0; d < count; ++d) {
      batch_sizes.push_back(batch.dim_size(1 + d));
      space_sizes.push_back(batch.dim_size(1 + d));
      space_sizes.push_back(dimensions[d].block);
      order.push_back(count + 1 + d);
      order.push_back(d);
    }
    batch_sizes.push_back(rest);
    space_sizes.push_back(rest);
    order.push_back(2 * count + 1);
    *in_batch = Permute(MakeView(batch, batch_sizes), order);
    *in_space = MakeView(space, space_sizes);
  }

 private:
  const bool any_rank_;
  int block_ = 0;
};

class SpaceToBatch : SpaceBatch {
 public:
  SpaceToBatch(OpKernelConstruction* c, bool any_rank)
      : SpaceBatch(c, any_rank) {}

  Status Compute(KernelContext* c) {
    Tensor space = c->Input(0);
    BlockDimensions dimensions;
    TF_RETURN_IF_ERROR(ReadBlocks(c, &dimensions));
    TensorShape padded = space.shape(), shape = space.shape();
    for (size_t i = 0; i < dimensions.size(); ++i) {
      const int d = 1 + static_cast<int>(i);
      const BlockDimension& dimension = dimensions[i];
      const int64 size = dimension.before + space.dim_size(d) + dimension.after;
      if (size % dimension.block != 0) {
        return errors::InvalidArgument("padded_shape[", i, "]=", size,
                                       " is not divisible by block_shape[", i,
                                       "]=", dimension.block);
      }
      padded.set_dim(d, size);
      shape.set_dim(d, size / dimension.block);
      shape.set_dim(0, shape.dim_size(0) * dimension.block);
    }
    if (shape == space.shape()) {
      c->SetOutput(0, space);
      return OkStatus();
    }
    Tensor* batch;
    TF_RETURN_IF_ERROR(c->Output(0, shape, &batch));
    if (batch->NumElements() == 0) return OkStatus();
    if (padded != space.shape()) {
      TF_RETURN_IF_ERROR(Pad(c, dimensions, padded, &space));
    }
    View in_batch, in_space;
    Match(dimensions, *batch, space, &in_batch, &in_space);
    return CopyView(c, in_space, in_batch);
  }

 private:
  static Status Pad(KernelContext* c, const BlockDimensions& dimensions,
                    const TensorShape& shape, Tensor* space) {
    Tensor padded;
    TF_RETURN_IF_ERROR(c->Temporary(space->dtype(), shape, &padded));
    Dims from, to;
    std::vector<int64_t> before;
    bool merge = false;  // neighbours without padding are one dimension
    const int count = static_cast<int>(dimensions.size());
    for (int d = 0; d < shape.dims(); ++d) {
      const int64 size = space->dim_size(d), target = shape.dim_size(d);
      if (size == target && merge) {
        from.back() *= size;
        to.back() *= target;
        continue;
      }
      from.push_back(size);
      to.push_back(target);
      before.push_back(d > 0 && d <= count ? dimensions[d - 1].before : 0);
      merge = size == target;
    }
    if (from.size() > DML_MAX_RANK) {
      return errors::Unimplemented(
          "The DML device pads up to ", DML_MAX_RANK / 2,
          " dimensions apart from each other, which these paddings exceed");
    }
    const dml_tensor x = Describe(*space, from);
    const dml_tensor y = Describe(padded, to);
    DML_RETURN_IF_FAILED(
        dml_pad(c->device(), DML_PAD_CONSTANT, &x, before.data(), nullptr, &y));
    *space = padded;
    return OkStatus();
  }
};

class BatchToSpace : SpaceBatch {
 public:
  BatchToSpace(OpKernelConstruction* c, bool any_rank)
      : SpaceBatch(c, any_rank) {}

  Status Compute(KernelContext* c) {
    const Tensor& batch = c->Input(0);
    BlockDimensions dimensions;
    TF_RETURN_IF_ERROR(ReadBlocks(c, &dimensions));
    int64 blocks = 1;
    for (const BlockDimension& dimension : dimensions) {
      blocks *= dimension.block;
    }
    TensorShape whole = batch.shape();
    if (batch.dim_size(0) % blocks != 0) {
      return errors::InvalidArgument(
          "Input batch dimension ", batch.dim_size(0),
          " is not divisible by the ", blocks, " elements of a block");
    }
    whole.set_dim(0, batch.dim_size(0) / blocks);
    TensorShape shape = whole;
    for (size_t i = 0; i < dimensions.size(); ++i) {
      const int d = 1 + static_cast<int>(i);
      const BlockDimension& dimension = dimensions[i];
      const int64 size = batch.dim_size(d) * dimension.block;
      const int64 cropped = size - dimension.before - dimension.after;
      if (cropped < 0) {
        return errors::InvalidArgument("cropped_shape[", i, "]=", cropped,
                                       " must be non-negative");
      }
      whole.set_dim(d, size);
      shape.set_dim(d, cropped);
    }
    if (shape == batch.shape()) {
      c->SetOutput(0, batch);
      return OkStatus();
    }
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, shape, &output));
    if (output->NumElements() == 0) return OkStatus();
    Tensor space = *output;
    if (shape != whole) {
      TF_RETURN_IF_ERROR(c->Temporary(batch.dtype(), whole, &space));
    }
    View in_batch, in_space;
    Match(dimensions, batch, space, &in_batch, &in_space);
    TF_RETURN_IF_ERROR(CopyView(c, in_batch, in_space));
    if (shape == whole) return OkStatus();
    View kept = MakeView(space);
    for (size_t i = 0; i < dimensions.size(); ++i) {
      kept = Slice(kept, 1 + i, dimensions[i].before, shape.dim_size(1 + i));
    }
    return CopyView(c, kept, MakeView(*output));
  }
};

TypeList DepthTypes() {
  TypeList types = kDeviceTypes;
  types.push_back(DT_QINT8);
  return types;
}

const TypeList kDepthTypes = DepthTypes();

const Kernels kKernels({
    Row("DepthToSpace").Types("T", kDepthTypes).Make<DepthSpace>(true),
    Row("SpaceToDepth").Types("T", kDepthTypes).Make<DepthSpace>(false),
    Row("SpaceToBatchND")
        .Types("T", kDeviceTypes)
        .Types("Tblock_shape", kIndices)
        .Types("Tpaddings", kIndices)
        .Host({"block_shape", "paddings"})
        .Make<SpaceToBatch>(true),
    Row("SpaceToBatch")
        .Types("T", kDeviceTypes)
        .Types("Tpaddings", kIndices)
        .Host({"paddings"})
        .Make<SpaceToBatch>(false),
    Row("BatchToSpaceND")
        .Types("T", kDeviceTypes)
        .Types("Tblock_shape", kIndices)
        .Types("Tcrops", kIndices)
        .Host({"block_shape", "crops"})
        .Make<BatchToSpace>(true),
    Row("BatchToSpace")
        .Types("T", kDeviceTypes)
        .Types("Tidx", kIndices)
        .Host({"crops"})
        .Make<BatchToSpace>(false),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
