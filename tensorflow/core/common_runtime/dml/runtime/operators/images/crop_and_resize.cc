// Boxes of images, resized to one size, and their gradients.
#include <algorithm>
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/images/images_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/reduction_shape.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {
namespace {

// Half open.
struct Interval {
  uint32_t first;
  uint32_t end;
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

template <typename Parameters>
void SetSizes(const dml_tensor& image, const dml_tensor& crops,
              Parameters* constants) {
  constants->height = static_cast<uint32_t>(image.sizes[1]);
  constants->width = static_cast<uint32_t>(image.sizes[2]);
  constants->depth = static_cast<uint32_t>(image.sizes[3]);
  constants->crop_height = static_cast<uint32_t>(crops.sizes[1]);
  constants->crop_width = static_cast<uint32_t>(crops.sizes[2]);
}

void SetInterval(Interval interval, uint32_t (&taken)[2]) {
  taken[0] = interval.first;
  taken[1] = interval.end;
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
  CropAndResizeParameters constants = {};
  constants.total = static_cast<uint32_t>(ElementCount(*crops));
  constants.images = static_cast<uint32_t>(image->sizes[0]);
  SetSizes(*image, *crops, &constants);
  constants.outside = static_cast<float>(outside);
  return LaunchProgram(
      context, ShaderName("crop_and_resize", image->type),
      {kGroupSize, mode == DML_RESIZE_NEAREST ? 1u : 0u},
      LinearGrid(context, CeilDivide(constants.total, kGroupSize)),
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
  CropAndResizeImageGradientParameters constants = {};
  SetSizes(*image_gradient, *crops_gradient, &constants);
  const uint32_t count = static_cast<uint32_t>(boxes->sizes[0]);
  const Portions portions(count, constants.crop_height, constants.crop_width);
  const bool at_once = portions.boxes == count &&
                       portions.rows == constants.crop_height &&
                       portions.columns == constants.crop_width;
  // Between launches a sum keeps its precision.
  Scratch sums(context);
  dml_tensor sum = *image_gradient;
  if (!at_once && sum.type == DML_FLOAT16) {
    DML_RETURN_IF_ERROR(sums.Allocate(sizeof(float) * ElementCount(sum)));
    sum.data = sums.address();
    sum.type = DML_FLOAT32;
  }
  constants.total = static_cast<uint32_t>(ElementCount(sum));
  const auto launch = [&](Interval columns) {
    SetInterval(columns, constants.columns_taken);
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
    SetInterval(rows, constants.rows_taken);
    return ForIntervals(constants.crop_width, portions.columns, launch);
  };
  const auto launch_boxes = [&](Interval taken) {
    SetInterval(taken, constants.boxes_taken);
    return ForIntervals(constants.crop_height, portions.rows, launch_rows);
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
  CropAndResizeBoxesGradientParameters constants = {};
  constants.count = static_cast<uint32_t>(boxes->sizes[0]);
  constants.images = static_cast<uint32_t>(image->sizes[0]);
  SetSizes(*image, *crops_gradient, &constants);
  return LaunchProgram(
      context, ShaderName("crop_and_resize_boxes_gradient", image->type),
      {kGroupSize}, LinearGrid(context, constants.count),
      {Argument(*crops_gradient, Access::kRead),
       Argument(*image, Access::kRead), Argument(*boxes, Access::kRead),
       Argument(*box_index, Access::kRead),
       Argument(*boxes_gradient, Access::kWrite)},
      constants);
}

}  // namespace dml
