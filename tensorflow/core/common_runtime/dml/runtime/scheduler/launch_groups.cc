#include "tensorflow/core/common_runtime/dml/runtime/scheduler/launch_groups.h"

#include <algorithm>
#include <utility>

namespace dml {
namespace {

uint64_t BytesOf(const Launch& launch) {
  uint64_t bytes = 0;
  for (const BufferArgument& buffer : launch.buffers) bytes += buffer.bytes;
  return bytes;
}

}  // namespace

LaunchGroups::LaunchGroups(Make make, Send send)
    : make_(std::move(make)), send_(std::move(send)) {
  for (size_t i = 0; i < kMaxOpen; ++i) {
    slots_.push_back(std::make_unique<Open>());
    free_.push_back(slots_.back().get());
  }
}

bool LaunchGroups::Conflicts(const RangeSet& reads, const RangeSet& writes,
                             Span<const BufferArgument> arguments) {
  for (const BufferArgument& a : arguments) {
    if (a.bytes == 0) continue;
    const uint64_t end = a.address + a.bytes;
    if (writes.Overlaps(a.address, end)) return true;
    if (a.access != Access::kRead && reads.Overlaps(a.address, end)) {
      return true;
    }
  }
  return false;
}

bool LaunchGroups::Conflicts(const Open& a, const Open& b) {
  bool conflict = false;
  b.writes.ForEach([&](uint64_t begin, uint64_t end) {
    conflict |= a.writes.Overlaps(begin, end) || a.reads.Overlaps(begin, end);
  });
  b.reads.ForEach([&](uint64_t begin, uint64_t end) {
    conflict |= a.writes.Overlaps(begin, end);
  });
  return conflict;
}

void LaunchGroups::BeforeWork(Span<const BufferArgument> arguments) {
  if (open_.empty() || !Conflicts(reads_, writes_, arguments)) return;
  for (size_t place = 0; place < open_.size();) {
    const Open& group = *open_[place];
    if (Conflicts(group.reads, group.writes, arguments)) {
      End(place);
      place = 0;  // others have gone with it
    } else {
      ++place;
    }
  }
}

bool LaunchGroups::Touches(uint64_t address, uint64_t bytes) const {
  const uint64_t end = address + bytes;
  return reads_.Overlaps(address, end) || writes_.Overlaps(address, end);
}

void LaunchGroups::MarkAwaited(size_t from, Marks* marks) const {
  for (size_t i = open_.size(); i-- > from;) {
    for (size_t later = i + 1; !(*marks)[i] && later < open_.size(); ++later) {
      (*marks)[i] = (*marks)[later] && Conflicts(*open_[i], *open_[later]);
    }
  }
}

bool LaunchGroups::MakeLast(size_t* place,
                            Span<const BufferArgument> arguments) {
  if (!Conflicts(reads_, writes_, arguments)) return true;
  Marks earlier{};  // those that must come before
  for (size_t i = *place; i < open_.size(); ++i) {
    earlier[i] = Conflicts(open_[i]->reads, open_[i]->writes, arguments);
  }
  MarkAwaited(*place, &earlier);
  if (earlier[*place]) return false;
  for (size_t i = *place + 1; i < open_.size(); ++i) {
    if (!earlier[i]) continue;
    std::rotate(open_.begin() + *place, open_.begin() + i,
                open_.begin() + i + 1);
    ++*place;
  }
  return true;
}

size_t LaunchGroups::PlaceFor(const Launch& launch, const StepName& name) {
  for (size_t place = 0; place < open_.size(); ++place) {
    const Open& group = *open_[place];
    if (group.program != launch.program || group.name.tag != name.tag ||
        group.full()) {
      continue;
    }
    if (MakeLast(&place, launch.buffers)) return place;
    End(place);
    break;
  }
  if (free_.empty()) End(0);
  Open* const group = free_.back();
  free_.pop_back();
  group->program = launch.program;
  open_.push_back(group);
  return open_.size() - 1;
}

bool LaunchGroups::Take(const Launch& launch, const hal::Binding* bindings,
                        const StepName& name) {
  if (launch.groups[1] != 1 || launch.groups[2] != 1 ||
      launch.groups[0] > kMaxGrid || launch.parts != 0 ||
      launch.multiply_adds > kMaxMultiplyAdds || BytesOf(launch) > kMaxBytes) {
    return false;
  }
  hal::ProgramGrouping& grouping = launch.program->grouping();
  if (grouping.grouped.load(std::memory_order_acquire) == nullptr) {
    if (grouping.asked.fetch_add(1, std::memory_order_relaxed) == 1) {
      make_(launch.program);
    }
    return false;
  }
  Open* const group = open_[PlaceFor(launch, name)];
  group->name = name;
  group->members.push_back(launch.groups[0]);
  group->buffers.insert(group->buffers.end(), launch.buffers.begin(),
                        launch.buffers.end());
  group->bindings.insert(group->bindings.end(), bindings,
                         bindings + launch.buffers.size());
  group->constants.insert(group->constants.end(), launch.constants.begin(),
                          launch.constants.end());
  for (const BufferArgument& a : launch.buffers) {
    if (a.bytes == 0) continue;
    const uint64_t end = a.address + a.bytes;
    (a.access == Access::kRead ? group->reads : group->writes)
        .Add(a.address, end);
    (a.access == Access::kRead ? reads_ : writes_).Add(a.address, end);
  }
  ++waiting_;
  full_ += group->full();
  return true;
}

void LaunchGroups::End(size_t place) {
  Open* const group = open_[place];
  for (size_t before = 0; open_[before] != group;) {
    if (Conflicts(*open_[before], *group)) {
      End(before);
      before = 0;  // others have gone with it
    } else {
      ++before;
    }
  }
  (void)TakeOut(std::find(open_.begin(), open_.end(), group) - open_.begin());
  send_(*group);
  PutBack(group);
}

LaunchGroups::Open* LaunchGroups::TakeOut(size_t place) {
  Open* const group = open_[place];
  open_.erase(open_.begin() + place);
  waiting_ -= group->members.size();
  full_ -= group->full();
  NoteRanges();
  return group;
}

void LaunchGroups::PutBack(Open* group) {
  group->members.clear();
  group->buffers.clear();
  group->bindings.clear();
  group->constants.clear();
  group->reads.Clear();
  group->writes.Clear();
  free_.push_back(group);
}

void LaunchGroups::NoteRanges() {
  reads_.Clear();
  writes_.Clear();
  for (const Open* group : open_) {
    group->reads.ForEach(
        [this](uint64_t begin, uint64_t end) { reads_.Add(begin, end); });
    group->writes.ForEach(
        [this](uint64_t begin, uint64_t end) { writes_.Add(begin, end); });
  }
}

void LaunchGroups::SendFull() {
  if (full_ == 0) return;
  Marks wanted{};  // full ones, and those that they wait for
  for (size_t i = 0; i < open_.size(); ++i) wanted[i] = open_[i]->full();
  MarkAwaited(0, &wanted);
  std::array<Open*, kMaxOpen> first;  // those that are behind none of them
  size_t count = 0;
  for (size_t i = 0; i < open_.size(); ++i) {
    bool behind = false;
    for (size_t before = 0; !behind && before < i; ++before) {
      behind = Conflicts(*open_[before], *open_[i]);
    }
    if (wanted[i] && !behind) first[count++] = open_[i];
  }
  for (size_t i = 0; i < count; ++i) {
    End(std::find(open_.begin(), open_.end(), first[i]) - open_.begin());
  }
}

void LaunchGroups::SendAll() {
  while (!open_.empty()) End(0);
}

void LaunchGroups::Forget() {
  while (!open_.empty()) PutBack(TakeOut(0));
}

}  // namespace dml
