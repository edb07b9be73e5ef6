// Boxes of images, resized to one size, and their gradients.
#include <algorithm>
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/reduction_shape.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {
namespace {

// Mirror the programs of the same names.
struct Constants {
  uint32_t total;
  uint32_t images;
  uint32_t height;
  uint32_t width;
  uint32_t depth;
  uint32_t crop_height;
  uint32_t crop_width;
};
struct ForwardConstants {
  Constants sizes;
  float outside;
};

struct Interval {
  uint32_t first;
  uint32_t end;
};
struct ImageGradientConstants {
  uint32_t total;
  uint32_t height;
  uint32_t width;
  uint32_t depth;
  uint32_t crop_height;
  uint32_t crop_width;
  Interval boxes;
  Interval rows;
  Interval columns;
  uint32_t accumulate;
};

// What an invocation of the image gradient may walk in one launch, boxes, rows
// and columns of the crops taken together, so that no launch runs into a
// driver's time limit or, on Mesa's software driver, into its limit of 65535
// iterations (row_walk.h).
constexpr uint32_t kIterationsPerLaunch = 49152;

// How many at once of each fit that limit: whole boxes if possible, else whole
// rows of one box, else a part of a row.
struct Portions {
  Portions(uint32_t count, uint32_t crop_height, uint32_t crop_width) {
    columns = std::min(crop_width, kIterationsPerLaunch - 2);
    rows = std::min(crop_height, (kIterationsPerLaunch - 1) / (1 + columns));
    boxes = std::min(count, kIterationsPerLaunch / (1 + rows * (1 + columns)));
  }
  uint32_t boxes;
  uint32_t rows;
  uint32_t columns;
};

// Calls launch(interval) for all of `count` in order, `portion` at a time.
template <typename Launch>
Status ForIntervals(uint32_t count, uint32_t portion, Launch launch) {
  for (uint32_t first = 0; first < count; first += portion) {
    DML_RETURN_IF_ERROR(
        launch(Interval{first, first + std::min(portion, count - first)}));
  }
  return Status::Ok();
}

Status CheckMode(dml_resize_mode mode) {
  if (mode == DML_RESIZE_NEAREST || mode == DML_RESIZE_LINEAR) {
    return Status::Ok();
  }
  return InvalidArgument("crop_and_resize: there is no mode ",
                         static_cast<int>(mode));
}

Status Check(const dml_tensor* image, const dml_tensor* boxes,
             const dml_tensor* box_index, const dml_tensor* crops) {
  DML_RETURN_IF_ERROR(CheckTensor(image, "crop_and_resize: image"));
  DML_RETURN_IF_ERROR(CheckTensor(boxes, "crop_and_resize: boxes"));
  DML_RETURN_IF_ERROR(CheckTensor(box_index, "crop_and_resize: box_index"));
  DML_RETURN_IF_ERROR(CheckTensor(crops, "crop_and_resize: crops"));
  const bool fits =
      image->rank == 4 && IsFloat(image->type) && boxes->rank == 2 &&
      boxes->type == DML_FLOAT32 && boxes->sizes[1] == 4 &&
      box_index->rank == 1 && box_index->type == DML_INT32 &&
      box_index->sizes[0] == boxes->sizes[0] && crops->rank == 4 &&
      crops->type == DML_FLOAT32 && crops->sizes[0] == boxes->sizes[0] &&
      crops->sizes[3] == image->sizes[3] && IsContiguous(*image) &&
      IsContiguous(*boxes) && IsContiguous(*box_index) && IsContiguous(*crops);
  if (fits) return Status::Ok();
  return InvalidArgument(
      "crop_and_resize: takes a float image [images, height, width, depth], "
      "float32 boxes [count, 4], int32 box_index [count] and float32 crops "
      "[count, crop height, crop width, depth], all contiguous, not ",
      Describe(*image), ", ", Describe(*boxes), ", ", Describe(*box_index),
      " and ", Describe(*crops));
}

Constants SizesOf(const dml_tensor& image, const dml_tensor& crops) {
  return {static_cast<uint32_t>(ElementCount(crops)),
          static_cast<uint32_t>(image.sizes[0]),
          static_cast<uint32_t>(image.sizes[1]),
          static_cast<uint32_t>(image.sizes[2]),
          static_cast<uint32_t>(image.sizes[3]),
          static_cast<uint32_t>(crops.sizes[1]),
          static_cast<uint32_t>(crops.sizes[2])};
}

}  // namespace

Status CropAndResize(OperatorContext& context, dml_resize_mode mode,
                     const dml_tensor* image, const dml_tensor* boxes,
                     const dml_tensor* box_index, double outside,
                     const dml_tensor* crops) {
  DML_RETURN_IF_ERROR(CheckMode(mode));
  DML_RETURN_IF_ERROR(Check(image, boxes, box_index, crops));
  if (IsEmpty(*crops)) return Status::Ok();
  if (IsEmpty(*image)) {
    const float value = static_cast<float>(outside);
    return Fill(context, crops, &value);
  }
  DML_RETURN_IF_ERROR(CheckDisjoint("crop_and_resize", *image, *crops));
  const ForwardConstants constants = {SizesOf(*image, *crops),
                                      static_cast<float>(outside)};
  return LaunchProgram(
      context, ShaderName("crop_and_resize", image->type),
      {kGroupSize, mode == DML_RESIZE_NEAREST ? 1u : 0u},
      LinearGrid(context, CeilDivide(constants.sizes.total, kGroupSize)),
      {Argument(*image, Access::kRead), Argument(*boxes, Access::kRead),
       Argument(*box_index, Access::kRead), Argument(*crops, Access::kWrite)},
      constants);
}

Status CropAndResizeImageGradient(OperatorContext& context,
                                  dml_resize_mode mode,
                                  const dml_tensor* crops_gradient,
                                  const dml_tensor* boxes,
                                  const dml_tensor* box_index,
                                  const dml_tensor* image_gradient) {
  DML_RETURN_IF_ERROR(CheckMode(mode));
  DML_RETURN_IF_ERROR(Check(image_gradient, boxes, box_index, crops_gradient));
  if (IsEmpty(*image_gradient)) return Status::Ok();
  if (IsEmpty(*crops_gradient)) {
    const uint64_t zero = 0;
    return Fill(context, image_gradient, &zero);
  }
  DML_RETURN_IF_ERROR(
      CheckDisjoint("crop_and_resize", *crops_gradient, *image_gradient));
  const Constants sizes = SizesOf(*image_gradient, *crops_gradient);
  const uint32_t count = static_cast<uint32_t>(boxes->sizes[0]);
  const Portions portions(count, sizes.crop_height, sizes.crop_width);
  const bool at_once = portions.boxes == count &&
                       portions.rows == sizes.crop_height &&
                       portions.columns == sizes.crop_width;
  // Between launches a sum keeps its precision.
  Scratch sums(context);
  dml_tensor sum = *image_gradient;
  if (!at_once && sum.type == DML_FLOAT16) {
    DML_RETURN_IF_ERROR(sums.Allocate(sizeof(float) * ElementCount(sum)));
    sum.data = sums.address();
    sum.type = DML_FLOAT32;
  }
  ImageGradientConstants constants = {};
  constants.total = static_cast<uint32_t>(ElementCount(sum));
  constants.height = sizes.height;
  constants.width = sizes.width;
  constants.depth = sizes.depth;
  constants.crop_height = sizes.crop_height;
  constants.crop_width = sizes.crop_width;
  const auto launch = [&](Interval columns) {
    constants.columns = columns;
    const Status status = LaunchProgram(
        context, ShaderName("crop_and_resize_image_gradient", sum.type),
        {kGroupSize, mode == DML_RESIZE_NEAREST ? 1u : 0u},
        LinearGrid(context, CeilDivide(constants.total, kGroupSize)),
        {Argument(*crops_gradient, Access::kRead),
         Argument(*boxes, Access::kRead), Argument(*box_index, Access::kRead),
         Argument(sum, at_once ? Access::kWrite : Access::kReadWrite)},
        constants);
    constants.accumulate = 1;
    return status;
  };
  const auto launch_rows = [&](Interval rows) {
    constants.rows = rows;
    return ForIntervals(sizes.crop_width, portions.columns, launch);
  };
  const auto launch_boxes = [&](Interval taken) {
    constants.boxes = taken;
    return ForIntervals(sizes.crop_height, portions.rows, launch_rows);
  };
  DML_RETURN_IF_ERROR(ForIntervals(count, portions.boxes, launch_boxes));
  if (sum.type == image_gradient->type) return Status::Ok();
  return Cast(context, &sum, image_gradient);
}

Status CropAndResizeBoxesGradient(OperatorContext& context,
                                  const dml_tensor* crops_gradient,
                                  const dml_tensor* image,
                                  const dml_tensor* boxes,
                                  const dml_tensor* box_index,
                                  const dml_tensor* boxes_gradient) {
  DML_RETURN_IF_ERROR(Check(image, boxes, box_index, crops_gradient));
  DML_RETURN_IF_ERROR(Check(image, boxes_gradient, box_index, crops_gradient));
  if (IsEmpty(*boxes_gradient)) return Status::Ok();
  if (IsEmpty(*crops_gradient) || IsEmpty(*image)) {
    const float zero = 0;
    return Fill(context, boxes_gradient, &zero);
  }
  for (const dml_tensor* input : {crops_gradient, image, boxes}) {
    DML_RETURN_IF_ERROR(
        CheckDisjoint("crop_and_resize", *input, *boxes_gradient));
  }
  Constants constants = SizesOf(*image, *crops_gradient);
  constants.total = static_cast<uint32_t>(boxes->sizes[0]);
  return LaunchProgram(
      context, ShaderName("crop_and_resize_boxes_gradient", image->type),
      {kReductionGroupSize}, LinearGrid(context, constants.total),
      {Argument(*crops_gradient, Access::kRead),
       Argument(*image, Access::kRead), Argument(*boxes, Access::kRead),
       Argument(*box_index, Access::kRead),
       Argument(*boxes_gradient, Access::kWrite)},
      constants);
}

}  // namespace dml
