// What FAULT_* of the environment makes of calls.
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "stand_in.h"

namespace stand_in {
namespace {

bool Named(const char* variable, const char* call) {
  const char* name = std::getenv(variable);
  return name != nullptr && std::strcmp(name, call) == 0;
}

long Value(const char* variable, long otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtol(text, nullptr, 0);
}

}  // namespace

int32_t Fault(const char* call) {
  static std::atomic<long> calls{0};
  if (Named("FAULT_SLOW", call)) {
    usleep(useconds_t(1000 * Value("FAULT_MILLISECONDS", 0)));
  }
  if (!Named("FAULT_CALL", call)) return 0;
  const long begin = Value("FAULT_AFTER", 0);
  const long count = Value("FAULT_COUNT", -1);
  const long number = calls++;
  if (number < begin || (count >= 0 && number >= begin + count)) return 0;
  return int32_t(Value("FAULT_RESULT", 0));
}

bool Hangs() {
  static std::atomic<long> calls{0};
  const long after = Value("FAULT_HANG_AFTER", -1);
  return after >= 0 && calls++ >= after;
}

}  // namespace stand_in
