// Conv2D, Conv3D and DepthwiseConv2dNative, forward and both gradients, and
// _FusedConv2D.
//
// A filter is [spatial..., in channels / groups, out channels]; a depthwise
// one, [spatial..., in channels, multiplier], is the same memory with in
// channels groups and in channels * multiplier out channels.
#include "tensorflow/core/kernels/dml/fused_ops.h"
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/spatial.h"
#include "tensorflow/core/kernels/dml/zeros.h"

namespace tensorflow {
namespace dml {
namespace {

// Everything that shapes and attributes say about one convolution.
struct Geometry {
  dml_convolution_attributes attributes = {};
  TensorShape output;
  Dims filter;  // as above, with channels by groups
};

class Convolution {
 public:
  Convolution(OpKernelConstruction* c, int spatial_rank, bool depthwise)
      : spatial_rank_(spatial_rank), depthwise_(depthwise) {
    OP_REQUIRES_OK(c, Init(c));
  }

 protected:
  Status GetGeometry(const TensorShape& input, const TensorShape& filter,
                     Geometry* geometry) const {
    const int rank = spatial_rank_ + 2;
    if (input.dims() != rank) {
      return errors::InvalidArgument("input must be ", rank,
                                     "-dimensional: ", input.DebugString());
    }
    if (filter.dims() != rank) {
      return errors::InvalidArgument("filter must be ", rank,
                                     "-dimensional: ", filter.DebugString());
    }
    int64 groups = 0, filter_channels = 0, out_channels = 0;
    TF_RETURN_IF_ERROR(
        GetChannels(input.dim_size(ChannelDim(spatial_rank_, format_)), filter,
                    &groups, &filter_channels, &out_channels));
    dml_convolution_attributes* attributes = &geometry->attributes;
    attributes->spatial_rank = spatial_rank_;
    attributes->groups = groups;
    Dims output;
    for (int i = 0; i < spatial_rank_; ++i) {
      Window window = windows_[i];
      window.size = filter.dim_size(i);
      int64 size = 0;
      TF_RETURN_IF_ERROR(
          SlideWindow(input.dim_size(SpatialDim(spatial_rank_, format_, i)),
                      padding_, &window, &size));
      attributes->strides[i] = window.stride;
      attributes->dilations[i] = window.dilation;
      attributes->pad_before[i] = window.pad_before;
      output.push_back(size);
      geometry->filter.push_back(window.size);
    }
    geometry->filter.push_back(filter_channels);
    geometry->filter.push_back(out_channels);
    geometry->output =
        SpatialShape(format_, input.dim_size(BatchDim(spatial_rank_, format_)),
                     out_channels, output);
    return OkStatus();
  }

  // The same for a gradient, which brings the output's shape with it.
  Status GetGradientGeometry(KernelContext* c, const TensorShape& input,
                             const TensorShape& filter,
                             const TensorShape& output_gradient,
                             Geometry* geometry) const {
    const string& op = c->tf()->op_kernel().type_string();
    const Status status = GetGeometry(input, filter, geometry);
    if (!status.ok()) {
      return Status(status.code(),
                    strings::StrCat(op, ": ", MessageOf(status)));
    }
    if (output_gradient.dims() != spatial_rank_ + 2) {
      return errors::InvalidArgument(op, ": out_backprop must be ",
                                     spatial_rank_ + 2, "-dimensional");
    }
    const TensorShape& expected = geometry->output;
    const int batch = BatchDim(spatial_rank_, format_);
    if (output_gradient.dim_size(batch) != expected.dim_size(batch)) {
      return errors::InvalidArgument(
          op,
          ": input and out_backprop must have the same batch size. Input "
          "batch: ",
          expected.dim_size(batch),
          ", out_backprop batch: ", output_gradient.dim_size(batch));
    }
    const int channels = ChannelDim(spatial_rank_, format_);
    if (output_gradient.dim_size(channels) != expected.dim_size(channels)) {
      return errors::InvalidArgument(
          op, depthwise_
                  ? ": depth_multiplier * in_depth not equal to out_depth"
                  : ": filter and out_backprop must have the same "
                    "out_depth");
    }
    if (output_gradient != expected) {
      return errors::InvalidArgument(
          op, ": Size of out_backprop doesn't match computed: actual = ",
          output_gradient.DebugString(),
          ", computed = ", expected.DebugString());
    }
    return OkStatus();
  }

  // [out channels, in channels / groups, spatial...], by strides.
  dml_tensor DescribeFilter(const Tensor& filter,
                            const Geometry& geometry) const {
    gtl::InlinedVector<int, 8> permutation = {spatial_rank_ + 1, spatial_rank_};
    for (int i = 0; i < spatial_rank_; ++i) permutation.push_back(i);
    return Permute(Describe(filter, geometry.filter), permutation);
  }

  dml_tensor DescribeData(const Tensor& tensor) const {
    return DescribeChannelsFirst(tensor, format_);
  }

 private:
  Status Init(OpKernelConstruction* c) {
    TF_RETURN_IF_ERROR(ReadFormat(c, &format_));
    const int rank = spatial_rank_ + 2;
    std::vector<int32> strides, dilations;
    std::vector<int64> paddings;
    TF_RETURN_IF_ERROR(c->GetAttr("strides", &strides));
    TF_RETURN_IF_ERROR(c->GetAttr("padding", &padding_));
    if (c->HasAttr("dilations")) {
      TF_RETURN_IF_ERROR(c->GetAttr("dilations", &dilations));
    } else {
      dilations.assign(rank, 1);
    }
    if (c->HasAttr("explicit_paddings")) {
      TF_RETURN_IF_ERROR(c->GetAttr("explicit_paddings", &paddings));
    }
    if (static_cast<int>(dilations.size()) != rank) {
      return errors::InvalidArgument(
          "Sliding window dilations field must specify ", rank, " dimensions");
    }
    if (static_cast<int>(strides.size()) != rank) {
      return errors::InvalidArgument(
          "Sliding window strides field must specify ", rank, " dimensions");
    }
    const int batch = BatchDim(spatial_rank_, format_);
    const int channels = ChannelDim(spatial_rank_, format_);
    if (strides[batch] != 1 || strides[channels] != 1) {
      return errors::InvalidArgument(
          "Current implementation does not yet support strides in the batch "
          "and depth dimensions.");
    }
    if (dilations[batch] != 1 || dilations[channels] != 1) {
      return errors::InvalidArgument(
          "Current implementation does not yet support dilations in the batch "
          "and depth dimensions.");
    }
    TF_RETURN_IF_ERROR(CheckValidPadding(padding_, paddings, rank, format_));
    windows_.resize(spatial_rank_);
    for (int i = 0; i < spatial_rank_; ++i) {
      const int d = SpatialDim(spatial_rank_, format_, i);
      Window* window = &windows_[i];
      window->stride = strides[d];
      window->dilation = dilations[d];
      if (window->stride <= 0) {
        return errors::InvalidArgument(
            spatial_rank_ == 2
                ? "Row and column strides should be larger than 0."
                : "Spatial strides should be larger than 0.");
      }
      if (window->dilation <= 0) {
        return errors::InvalidArgument(
            "Dilated rates should be larger than 0.");
      }
      if (padding_ == EXPLICIT) {
        window->pad_before = paddings[2 * d];
        window->pad_after = paddings[2 * d + 1];
      }
    }
    return OkStatus();
  }

  Status GetChannels(int64 in_channels, const TensorShape& filter,
                     int64* groups, int64* filter_channels,
                     int64* out_channels) const {
    const int64 depth = filter.dim_size(spatial_rank_);
    *out_channels = filter.dim_size(spatial_rank_ + 1);
    if (depthwise_) {
      if (in_channels != depth) {
        return errors::InvalidArgument(
            "input and filter must have the same depth: ", in_channels, " vs ",
            depth);
      }
      *groups = in_channels;
      *filter_channels = 1;
      *out_channels *= in_channels;
      return OkStatus();
    }
    if (depth == 0 ? in_channels != 0 : in_channels % depth != 0) {
      return errors::InvalidArgument(
          spatial_rank_ == 2 ? "input" : "Input",
          " depth must be evenly divisible by filter depth: ", in_channels,
          " vs ", depth);
    }
    *groups = depth == 0 ? 1 : std::max<int64>(in_channels / depth, 1);
    *filter_channels = depth;
    if (*out_channels % *groups != 0) {
      return errors::InvalidArgument(
          "output depth must be evenly divisible by the number of groups: ",
          *out_channels, " vs ", *groups);
    }
    return OkStatus();
  }

  const int spatial_rank_;
  const bool depthwise_;
  TensorFormat format_;
  Padding padding_;
  gtl::InlinedVector<Window, 3> windows_;
};

class Forward : Convolution {
 public:
  using Convolution::Convolution;

  Status Compute(KernelContext* c) {
    const Tensor& input = c->Input(0);
    const Tensor& filter = c->Input(1);
    Geometry geometry;
    TF_RETURN_IF_ERROR(GetGeometry(input.shape(), filter.shape(), &geometry));
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, geometry.output, &output));
    if (output->NumElements() == 0) return OkStatus();
    if (input.NumElements() == 0 || filter.NumElements() == 0) {
      return FillZero(c, *output);
    }
    const dml_tensor x = DescribeData(input);
    const dml_tensor w = DescribeFilter(filter, geometry);
    const dml_tensor y = DescribeData(*output);
    DML_RETURN_IF_FAILED(dml_convolution(c->device(), &geometry.attributes, &x,
                                         &w, nullptr, DML_ACTIVATION_NONE, &y));
    return OkStatus();
  }
};

// _FusedConv2D: a bias and the activation are the convolution's epilogue. A
// batch norm and its activation are one program behind it, in place, and
// LeakyRelu is one more.
class Fused : Convolution {
 public:
  explicit Fused(OpKernelConstruction* c) : Convolution(c, 2, false) {
    OP_REQUIRES_OK(c, ReadFusedOps(c, &ops_));
  }

  Status Compute(KernelContext* c) {
    const Tensor& input = c->Input(0);
    const Tensor& filter = c->Input(1);
    Geometry geometry;
    TF_RETURN_IF_ERROR(GetGeometry(input.shape(), filter.shape(), &geometry));
    for (int i = 0; i < ops_.arguments(); ++i) {
      TF_RETURN_IF_ERROR(CheckFusedArgument("_FusedConv2D", c->Input(2 + i),
                                            geometry.filter.back()));
    }
    if (ops_.batch_norm && input.dtype() != DT_FLOAT) {
      return errors::Unimplemented(
          "_FusedConv2D with FusedBatchNorm takes float, not ",
          DataTypeString(input.dtype()));
    }
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, geometry.output, &output));
    if (output->NumElements() == 0) return OkStatus();
    const dml_tensor x = DescribeData(input);
    const dml_tensor w = DescribeFilter(filter, geometry);
    const dml_tensor y = DescribeData(*output);
    const dml_tensor first = Describe(c->Input(2));
    // The epilogue has no exponentials of float64.
    const bool elu_behind =
        ops_.activation == DML_ACTIVATION_ELU && input.dtype() == DT_DOUBLE;
    DML_RETURN_IF_FAILED(dml_convolution(
        c->device(), &geometry.attributes, &x, &w,
        ops_.batch_norm ? nullptr : &first,
        ops_.batch_norm || elu_behind ? DML_ACTIVATION_NONE : ops_.activation,
        &y));
    if (elu_behind) return c->Elementwise(DML_ELU, {output}, *output);
    if (!ops_.batch_norm) return AddLeakyRelu(c, ops_, *output);
    const dml_tensor offset = Describe(c->Input(3));
    const dml_tensor mean = Describe(c->Input(4));
    const dml_tensor variance = Describe(c->Input(5));
    DML_RETURN_IF_FAILED(dml_batch_norm_inference(
        c->device(), &y, &first, &offset, &mean, &variance, ops_.epsilon,
        nullptr, ops_.activation, &y));
    return AddLeakyRelu(c, ops_, *output);
  }

 private:
  FusedOps ops_;
};

// The shape that a gradient's output gets: that of the convolution's input, or
// of its filter. Old ops bring that tensor as input `input`, others its shape,
// called `name`, in host memory.
Status ReadShape(KernelContext* c, int input, const char* name,
                 TensorShape* shape) {
  const Tensor& tensor = c->Input(input);
  if (name == nullptr) {
    *shape = tensor.shape();
    return OkStatus();
  }
  if (!TensorShapeUtils::IsVector(tensor.shape())) {
    return errors::InvalidArgument(c->tf()->op_kernel().type_string(), ": ",
                                   name, " input must be 1-dim, not ",
                                   tensor.dims());
  }
  Dims sizes;
  TF_RETURN_IF_ERROR(c->HostIntegers(input, &sizes));
  return TensorShapeUtils::MakeShape(sizes.data(), sizes.size(), shape);
}

class BackwardInput : Convolution {
 public:
  BackwardInput(OpKernelConstruction* c, int spatial_rank, bool depthwise,
                const char* shape)
      : Convolution(c, spatial_rank, depthwise), shape_(shape) {}

  Status Compute(KernelContext* c) {
    const Tensor& filter = c->Input(1);
    const Tensor& output_gradient = c->Input(2);
    TensorShape input;
    TF_RETURN_IF_ERROR(ReadShape(c, 0, shape_, &input));
    Geometry geometry;
    TF_RETURN_IF_ERROR(GetGradientGeometry(c, input, filter.shape(),
                                           output_gradient.shape(), &geometry));
    Tensor* input_gradient;
    TF_RETURN_IF_ERROR(c->Output(0, input, &input_gradient));
    if (input_gradient->NumElements() == 0) return OkStatus();
    if (filter.NumElements() == 0 || output_gradient.NumElements() == 0) {
      return FillZero(c, *input_gradient);
    }
    const dml_tensor w = DescribeFilter(filter, geometry);
    const dml_tensor dy = DescribeData(output_gradient);
    const dml_tensor dx = DescribeData(*input_gradient);
    DML_RETURN_IF_FAILED(dml_convolution_backward_data(
        c->device(), &geometry.attributes, &w, &dy, &dx));
    return OkStatus();
  }

 private:
  const char* const shape_;  // null: the tensor is there instead
};

class BackwardFilter : Convolution {
 public:
  BackwardFilter(OpKernelConstruction* c, int spatial_rank, bool depthwise,
                 const char* shape)
      : Convolution(c, spatial_rank, depthwise), shape_(shape) {}

  Status Compute(KernelContext* c) {
    const Tensor& input = c->Input(0);
    const Tensor& output_gradient = c->Input(2);
    TensorShape filter;
    TF_RETURN_IF_ERROR(ReadShape(c, 1, shape_, &filter));
    Geometry geometry;
    TF_RETURN_IF_ERROR(GetGradientGeometry(c, input.shape(), filter,
                                           output_gradient.shape(), &geometry));
    Tensor* filter_gradient;
    TF_RETURN_IF_ERROR(c->Output(0, filter, &filter_gradient));
    if (filter_gradient->NumElements() == 0) return OkStatus();
    if (input.NumElements() == 0 || output_gradient.NumElements() == 0) {
      return FillZero(c, *filter_gradient);
    }
    const dml_tensor x = DescribeData(input);
    const dml_tensor dy = DescribeData(output_gradient);
    const dml_tensor dw = DescribeFilter(*filter_gradient, geometry);
    DML_RETURN_IF_FAILED(dml_convolution_backward_filter(
        c->device(), &geometry.attributes, &x, &dy, &dw));
    return OkStatus();
  }

 private:
  const char* const shape_;  // null: the tensor is there instead
};

Row ForwardRow(const char* name, int spatial_rank, bool depthwise) {
  return Row(name)
      .Types("T", kFloatsAndDouble)
      .Make<Forward>(spatial_rank, depthwise);
}
template <typename Body>
Row BackwardRow(const char* name, int spatial_rank, bool depthwise,
                const char* shape) {
  return Row(name)
      .Types("T", kFloatsAndDouble)
      .Host({shape})
      .Make<Body>(spatial_rank, depthwise, shape);
}
// Of which TensorFlow's own gradients have the second version.
template <typename Body>
Row OldBackwardRow(const char* name) {
  const char* const none = nullptr;
  return Row(name).Types("T", kFloatsAndDouble).Make<Body>(3, false, none);
}

const Kernels kKernels({
    ForwardRow("Conv2D", 2, false),
    ForwardRow("Conv3D", 3, false),
    ForwardRow("DepthwiseConv2dNative", 2, true),
    Row("_FusedConv2D").Types("T", {DT_FLOAT, DT_DOUBLE}).Make<Fused>(),
    BackwardRow<BackwardInput>("Conv2DBackpropInput", 2, false, "input_sizes"),
    BackwardRow<BackwardInput>("Conv3DBackpropInputV2", 3, false,
                               "input_sizes"),
    BackwardRow<BackwardInput>("DepthwiseConv2dNativeBackpropInput", 2, true,
                               "input_sizes"),
    BackwardRow<BackwardFilter>("Conv2DBackpropFilter", 2, false,
                                "filter_sizes"),
    BackwardRow<BackwardFilter>("Conv3DBackpropFilterV2", 3, false,
                                "filter_sizes"),
    BackwardRow<BackwardFilter>("DepthwiseConv2dNativeBackpropFilter", 2, true,
                                "filter_sizes"),
    OldBackwardRow<BackwardInput>("Conv3DBackpropInput"),
    OldBackwardRow<BackwardFilter>("Conv3DBackpropFilter"),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
