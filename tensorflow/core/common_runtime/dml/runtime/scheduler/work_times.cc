#include "tensorflow/core/common_runtime/dml/runtime/scheduler/work_times.h"

#include <limits>

namespace dml {
namespace {

constexpr float kFall = 0.75f;  // of a rate, by one measurement
constexpr float kRise = 4;      // where it is the share of a sum
constexpr float kLeastRate = 1e-3f;
// What tells how fast the device usually is: large grids, for long enough.
constexpr uint64_t kLargeGrid = 64;
constexpr double kLongEnoughNs = 100e3;
// How far it may be from what its type suggests.
constexpr float kMostRatio = 32;

// Nanoseconds for each unit, where nothing is known but the type: the slow end
// of what is in use.
float FirstRate(hal::AdapterType type) {
  switch (type) {
    case hal::AdapterType::kDiscrete:
      return 100;
    case hal::AdapterType::kIntegrated:
      return 400;
    case hal::AdapterType::kSoftware:
      return 5000;
  }
  return 5000;
}

}  // namespace

WorkTimes::WorkTimes(hal::AdapterType type)
    : first_rate_(FirstRate(type)),
      concurrent_groups_(type == hal::AdapterType::kSoftware ? 1 : 16),
      usual_rate_(first_rate_) {}

float WorkTimes::RateOfOthers(const Work& work) const {
  const hal::ProgramSpeed& speed = SpeedOf(work);
  const int own = ClassOf(work.groups);
  float bound = std::numeric_limits<float>::max();
  for (int c = own - 1; c >= 0; --c) {
    const float rate = speed.ns_per_unit[c].load(std::memory_order_relaxed);
    if (rate == 0) continue;
    bound = rate;
    break;
  }
  for (int c = own + 1; c < hal::ProgramSpeed::kClasses; ++c) {
    const float rate = speed.ns_per_unit[c].load(std::memory_order_relaxed);
    if (rate == 0) continue;
    const float least_groups = static_cast<float>(uint64_t{1} << (2 * c));
    bound = std::min(bound, rate * least_groups / work.groups);
    break;
  }
  if (bound < std::numeric_limits<float>::max()) return bound;
  // A grid that uses part of the device only takes as long as a larger one.
  const float idle = static_cast<float>(concurrent_groups_) / work.groups;
  return usual_rate_.load(std::memory_order_relaxed) *
         std::max(kUnknownFactor, idle);
}

void WorkTimes::Learn(Span<const Work> works, double measured_ns,
                      Evidence evidence) {
  // All of them first: a program may be there many times.
  double estimate = 0;
  before_.clear();
  for (const Work& work : works) {
    const float time = Estimate(work);
    estimate += time;
    before_.push_back({time / work.units, Known(work)});
  }
  if (estimate <= 0) return;
  const float ratio = static_cast<float>(std::max(measured_ns, 0.0) / estimate);
  for (size_t i = 0; i < works.size(); ++i) {
    const auto [before, known] = before_[i];
    float now = std::max(before * ratio, kLeastRate);
    if (evidence == Evidence::kAtMost && now > before) continue;
    if (evidence == Evidence::kAtLeast && now < before) continue;
    if (known) now = std::max(now, kFall * before);
    if (known && works.size() > 1) now = std::min(now, kRise * before);
    SpeedOf(works[i]).ns_per_unit[ClassOf(works[i].groups)].store(
        now, std::memory_order_relaxed);
  }
  if (works.size() == 1 && evidence == Evidence::kExact &&
      works[0].program != nullptr && works[0].groups >= kLargeGrid &&
      measured_ns >= kLongEnoughNs) {
    const float rate = static_cast<float>(measured_ns) / works[0].units;
    const float usual = usual_rate_.load(std::memory_order_relaxed);
    usual_rate_.store(
        std::clamp(usual + (rate - usual) / 8, first_rate_ / kMostRatio,
                   first_rate_ * kMostRatio),
        std::memory_order_relaxed);
  }
}

}  // namespace dml
