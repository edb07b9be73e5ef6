#include "tensorflow/core/common_runtime/dml/runtime/c_api/environment.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace dml {
namespace {

const char* Get(const char* name) { return getenv(name); }

void Warn(const char* name, const char* value, const std::string& wanted) {
  fprintf(stderr, "tensorflow-directml: ignoring %s=%s: it must be %s\n", name,
          value, wanted.c_str());
}

void ReadNumber(const char* name, uint32_t low, uint32_t high,
                uint32_t* number) {
  const char* text = Get(name);
  if (text == nullptr || *text == '\0') return;
  char* end = nullptr;
  errno = 0;
  const long long value = strtoll(text, &end, 10);
  if (errno != 0 || *end != '\0' || value < low || value > high) {
    Warn(name, text,
         "a whole number from " + std::to_string(low) + " to " +
             std::to_string(high) + "; using " + std::to_string(*number));
    return;
  }
  *number = static_cast<uint32_t>(value);
}

void ReadSwitch(const char* name, bool* value) {
  const char* text = Get(name);
  if (text == nullptr || *text == '\0') return;
  if (strcmp(text, "1") == 0 || strcmp(text, "true") == 0) {
    *value = true;
  } else if (strcmp(text, "0") == 0 || strcmp(text, "false") == 0) {
    *value = false;
  } else {
    Warn(name, text, "0 or 1");
  }
}

Environment Read() {
  Environment environment;
  if (const char* text = Get("DML_VISIBLE_DEVICES")) {
    environment.visible_devices_set = true;
    environment.visible_devices = text;
  }
  ReadSwitch("TF_DIRECTML_ALLOW_SOFTWARE_ADAPTER",
             &environment.allow_software_adapter);
  if (const char* text = Get("TF_DIRECTML_BACKEND")) {
    if (strcmp(text, "vulkan") == 0 || strcmp(text, "null") == 0) {
      environment.backend = text;
    } else if (*text != '\0') {
      Warn("TF_DIRECTML_BACKEND", text, "vulkan or null");
    }
  }
  ReadSwitch("TF_DIRECTML_TUNING", &environment.tuning);
  ReadSwitch("TF_DIRECTML_COOPERATIVE_MATRICES",
             &environment.cooperative_matrices);
  ReadNumber("TF_DIRECTML_BATCH_FLUSH_SIZE", 1, 4096,
             &environment.stream.flush_commands);
  ReadNumber("TF_DIRECTML_BATCH_FLUSH_TIME", 0, 1000000,
             &environment.stream.flush_microseconds);
  return environment;
}

}  // namespace

const Environment& GetEnvironment() {
  static const Environment environment = Read();
  return environment;
}

}  // namespace dml
