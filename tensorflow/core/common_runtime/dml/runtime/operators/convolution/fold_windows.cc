#include "tensorflow/core/common_runtime/dml/runtime/operators/convolution/fold_windows.h"

#include <cstdint>

namespace dml {
namespace {

// The dimension of channels, of image and filter alike.
constexpr uint32_t kChannels = 1;

// Whether two dimensions of `t` are one, the outer of them first. A dimension
// of one element has no stride that matters.
bool AreOne(const dml_tensor& t, uint32_t outer, uint32_t inner) {
  return t.sizes[outer] == 1 || t.sizes[inner] == 1 ||
         t.strides[outer] == t.sizes[inner] * t.strides[inner];
}

// Two dimensions that are one become `kept`, the other has one element.
void Fold(dml_tensor* t, uint32_t outer, uint32_t inner, uint32_t kept) {
  const int64_t size = t->sizes[outer] * t->sizes[inner];
  t->strides[kept] = t->strides[t->sizes[inner] == 1 ? outer : inner];
  t->sizes[outer] = t->sizes[inner] = 1;
  t->sizes[kept] = size;
}

// Whether the whole image is one window in dimension `d`.
bool IsSpanned(const ConvolutionViews& v, uint32_t d) {
  const uint32_t spatial = d - 2;
  return v.output.sizes[d] == 1 && v.image.sizes[d] == v.filter.sizes[d] &&
         v.image.sizes[d] > 1 && v.attributes.pad_before[spatial] == 0 &&
         v.attributes.dilations[spatial] == 1;
}

}  // namespace

void FoldWindows(ConvolutionViews* views) {
  dml_tensor& image = views->image;
  dml_tensor& filter = views->filter;
  for (uint32_t d = 2; d < image.rank; ++d) {
    if (views->output.sizes[d] == 1) views->attributes.strides[d - 2] = 1;
  }
  if (views->attributes.groups != 1) return;
  uint32_t dims[4] = {kChannels};
  uint32_t count = 1;
  for (uint32_t d = 2; d < image.rank; ++d) {
    if (IsSpanned(*views, d)) dims[count++] = d;
  }
  // Each pair at a time, for what two have become may be one with a third.
  // Those that another has taken have one element.
  for (bool changed = true; changed;) {
    changed = false;
    for (uint32_t a = 0; a < count; ++a) {
      for (uint32_t b = 0; b < count; ++b) {
        const uint32_t outer = dims[a], inner = dims[b];
        const uint32_t kept = outer == kChannels ? outer : inner;
        const uint32_t lost = kept == outer ? inner : outer;
        if (a == b || image.sizes[lost] == 1 ||
            (image.sizes[kept] == 1 && kept != kChannels) ||
            !AreOne(image, outer, inner) || !AreOne(filter, outer, inner)) {
          continue;
        }
        Fold(&image, outer, inner, kept);
        Fold(&filter, outer, inner, kept);
        changed = true;
      }
    }
  }
}

}  // namespace dml
