#include "tensorflow/core/common_runtime/dml/runtime/c_api/thread_state.h"

#include <atomic>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "tensorflow/core/common_runtime/dml/runtime/base/os/thread_end.h"
#include "tensorflow/core/common_runtime/dml/runtime/base/tag_table.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_benchmark.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/text.h"

namespace dml {
namespace {

// What has to be destroyed.
struct Owned {
  std::string error_message;
  LaunchPlan plan;
  std::unique_ptr<LaunchMemo> memo;  // is state.memo
};

// None has a destructor: see AtThreadEnd().
thread_local char copied_tag[TagTable::kMaxLength + 1];
thread_local ThreadState state;
thread_local Owned* owned = nullptr;

void DestroyOwned(void* object) {
  const std::unique_ptr<Owned> ended(static_cast<Owned*>(object));
  owned = nullptr;
  state.plan = nullptr;
  state.memo = nullptr;
}

Owned& GetOwned() {
  if (owned == nullptr) {
    owned = std::make_unique<Owned>().release();
    os::AtThreadEnd(DestroyOwned, owned);
  }
  return *owned;
}

constexpr bool Same(Code a, dml_code b) {
  return static_cast<int>(a) == static_cast<int>(b);
}
static_assert(Same(Code::kOk, DML_OK) &&
                  Same(Code::kInvalidArgument, DML_INVALID_ARGUMENT) &&
                  Same(Code::kOutOfMemory, DML_OUT_OF_MEMORY) &&
                  Same(Code::kUnimplemented, DML_UNIMPLEMENTED) &&
                  Same(Code::kUnavailable, DML_UNAVAILABLE) &&
                  Same(Code::kDeviceLost, DML_DEVICE_LOST) &&
                  Same(Code::kInternal, DML_INTERNAL) &&
                  Same(Code::kDeadlineExceeded, DML_DEADLINE_EXCEEDED) &&
                  Same(Code::kNotFound, DML_NOT_FOUND) &&
                  Same(Code::kFailedPrecondition, DML_FAILED_PRECONDITION),
              "base/status.h and dml_runtime.h number the codes differently");

}  // namespace

dml_code ReportFailure(const Status& status) {
  GetOwned().error_message = status.message();
  return static_cast<dml_code>(status.code());
}

ThreadState& GetThreadState() { return state; }

LaunchMemo* MakeThreadMemo() {
  GetOwned().memo = std::make_unique<LaunchMemo>();
  return state.memo = GetOwned().memo.get();
}

void RunCallback(dml_callback callback, void* argument, const Status& status) {
  // The thread may be anyone's, see dml_on_complete().
  ThreadState& state = GetThreadState();
  const ThreadState outer = state;
  state.parts = 0;
  state.parts_depth = 0;
  char outer_copy[sizeof(copied_tag)];
  memcpy(outer_copy, copied_tag, sizeof(copied_tag));
  ++state.callback_depth;
  callback(argument, static_cast<dml_code>(status.code()),
           status.message().c_str());
  --state.callback_depth;
  memcpy(copied_tag, outer_copy, sizeof(copied_tag));
  state.tag = outer.tag;
  state.tag_lasts = outer.tag_lasts;
  state.activity = outer.activity;
  state.parts = outer.parts;
  state.parts_depth = outer.parts_depth;
}

}  // namespace dml

const char* dml_error_message(void) {
  return dml::GetOwned().error_message.c_str();
}

void dml_set_tag(const char* tag) {
  size_t length = tag == nullptr ? 0 : strlen(tag);
  if (length > dml::TagTable::kMaxLength) length = dml::TagTable::kMaxLength;
  if (length > 0) memmove(dml::copied_tag, tag, length);
  dml::copied_tag[length] = '\0';
  dml::ThreadState& state = dml::GetThreadState();
  state.tag = length > 0 ? dml::copied_tag : nullptr;
  state.tag_lasts = false;
}

void dml_set_lasting_tag(const char* tag) {
  dml::ThreadState& state = dml::GetThreadState();
  state.tag = tag != nullptr && *tag != '\0' ? tag : nullptr;
  state.tag_lasts = true;
}

uint64_t dml_set_activity(uint64_t activity) {
  return std::exchange(dml::GetThreadState().activity, activity);
}

void dml_begin_parts(void) {
  static std::atomic<uint64_t> last{0};
  dml::ThreadState& state = dml::GetThreadState();
  if (state.parts_depth++ == 0) state.parts = ++last;
}

void dml_end_parts(void) {
  dml::ThreadState& state = dml::GetThreadState();
  if (state.parts_depth > 0 && --state.parts_depth == 0) state.parts = 0;
}

void dml_plan_start(void) {
  dml::GetOwned().plan.clear();
  dml::GetThreadState().plan = &dml::GetOwned().plan;
}

void dml_plan_stop(void) { dml::GetThreadState().plan = nullptr; }

size_t dml_plan_read(char* text, size_t capacity) {
  return dml::WriteLines(dml::GetOwned().plan, text, capacity);
}
