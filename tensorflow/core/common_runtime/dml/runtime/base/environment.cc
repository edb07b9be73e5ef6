#include "tensorflow/core/common_runtime/dml/runtime/base/environment.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "tensorflow/core/common_runtime/dml/runtime/base/os/variables.h"

namespace dml {
namespace {

class Reader {
 public:
  explicit Reader(const VariableReader& variable) : variable_(variable) {}

  // Empty, too, when the variable is not set.
  std::string Text(const char* name) const {
    return variable_(name).value_or("");
  }

  void Number(const char* name, uint32_t low, uint32_t high,
              uint32_t* number) const {
    const std::string text = Text(name);
    if (text.empty()) return;
    char* end = nullptr;
    errno = 0;
    const long long value = strtoll(text.c_str(), &end, 10);
    if (errno != 0 || *end != '\0' || value < low || value > high) {
      Warn(name, text,
           "a whole number from " + std::to_string(low) + " to " +
               std::to_string(high) + "; using " + std::to_string(*number));
      return;
    }
    *number = static_cast<uint32_t>(value);
  }

  void Switch(const char* name, bool* value) const {
    const std::string text = Text(name);
    if (text.empty()) return;
    if (text == "1" || text == "true") {
      *value = true;
    } else if (text == "0" || text == "false") {
      *value = false;
    } else {
      Warn(name, text, "0 or 1");
    }
  }

  static void Warn(const char* name, const std::string& value,
                   const std::string& wanted) {
    fprintf(stderr, "tensorflow-directml: ignoring %s=%s: it must be %s\n",
            name, value.c_str(), wanted.c_str());
  }

 private:
  const VariableReader& variable_;
};

std::string CacheFolder(const Reader& read) {
  const std::string own = read.Text("TF_DIRECTML_CACHE_DIR");
  if (!own.empty()) return own;
#ifdef _WIN32
  const std::string local = read.Text("LOCALAPPDATA");
  return local.empty() ? "" : local + "\\tensorflow-directml\\cache";
#else
  const std::string user = read.Text("XDG_CACHE_HOME");
  if (!user.empty()) return user + "/tensorflow-directml";
  const std::string home = read.Text("HOME");
  return home.empty() ? "" : home + "/.cache/tensorflow-directml";
#endif
}

}  // namespace

Environment ReadEnvironment(const VariableReader& variable) {
  const Reader read(variable);
  Environment environment;
  if (const auto visible = variable("DML_VISIBLE_DEVICES")) {
    environment.visible_devices_set = true;
    environment.visible_devices = *visible;
  }
  read.Switch("TF_DIRECTML_ALLOW_SOFTWARE_ADAPTER",
              &environment.allow_software_adapter);
  environment.drivers = read.Text("TF_DIRECTML_DRIVERS");
  const std::string backend = read.Text("TF_DIRECTML_BACKEND");
  if (backend == "vulkan" || backend == "d3d12" || backend == "null") {
    environment.backend = backend;
  } else if (!backend.empty()) {
    Reader::Warn("TF_DIRECTML_BACKEND", backend, "vulkan, d3d12 or null");
  }
  environment.null_adapter = read.Text("TF_DIRECTML_NULL_ADAPTER");
  environment.vulkan_loader = read.Text("TF_DIRECTML_VULKAN_LOADER");
  // Whatever it is set to, but 0.
  const std::string debug = read.Text("TF_DIRECTML_DEBUG");
  environment.debug = !debug.empty() && debug != "0";
  read.Switch("TF_DIRECTML_TUNING", &environment.tuning);
  read.Switch("TF_DIRECTML_MERGING", &environment.merging);
  read.Switch("TF_DIRECTML_COOPERATIVE_MATRICES",
              &environment.cooperative_matrices);
  read.Switch("TF_DIRECTML_TRANSFER_QUEUE", &environment.transfer_queue);
  read.Number("TF_DIRECTML_BATCH_FLUSH_SIZE", 1, 4096,
              &environment.flush_commands);
  read.Number("TF_DIRECTML_BATCH_FLUSH_TIME", 0, 1000000,
              &environment.flush_microseconds);
  read.Number("TF_DIRECTML_SUBMISSION_TIME", 1, 1000000,
              &environment.submission_microseconds);
  read.Number("TF_DIRECTML_LAUNCH_ELEMENTS", 256, INT32_MAX,
              &environment.launch_elements);
  environment.cache_folder = CacheFolder(read);
  return environment;
}

const Environment& GetEnvironment() {
  // Never destroyed: threads may still use it while the process exits.
  static const Environment* const environment =
      new Environment(ReadEnvironment(os::Variable));
  return *environment;
}

}  // namespace dml
