// RangeSet: a set of address ranges, kept merged and sorted.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_RANGE_SET_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_RANGE_SET_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace dml {

// Thread-compatible. A flat vector: sets are small and cleared often.
class RangeSet {
 public:
  // [begin, end), not empty.
  void Add(uint64_t begin, uint64_t end) {
    auto first = FirstEndingAfter(begin);
    if (first != ranges_.begin() && (first - 1)->end == begin) --first;
    auto last = first;
    while (last != ranges_.end() && last->begin <= end) {
      begin = std::min(begin, last->begin);
      end = std::max(end, last->end);
      ++last;
    }
    if (first == last) {
      ranges_.insert(first, {begin, end});
      return;
    }
    *first = {begin, end};
    ranges_.erase(first + 1, last);
  }

  bool Overlaps(uint64_t begin, uint64_t end) const {
    auto it = FirstEndingAfter(begin);
    return it != ranges_.end() && it->begin < end;
  }

  // visit(begin, end) for each range, in order.
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (const Range& range : ranges_) visit(range.begin, range.end);
  }

  void Clear() { ranges_.clear(); }
  size_t size() const { return ranges_.size(); }

 private:
  struct Range {
    uint64_t begin, end;
  };

  static bool EndsBefore(uint64_t address, const Range& range) {
    return address < range.end;
  }
  std::vector<Range>::const_iterator FirstEndingAfter(uint64_t begin) const {
    return std::upper_bound(ranges_.begin(), ranges_.end(), begin, EndsBefore);
  }
  std::vector<Range>::iterator FirstEndingAfter(uint64_t begin) {
    return std::upper_bound(ranges_.begin(), ranges_.end(), begin, EndsBefore);
  }

  std::vector<Range> ranges_;
};

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_RANGE_SET_H_
