#include "tensorflow/core/common_runtime/dml/runtime/base/environment.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <numeric>

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
    std::string lower = text;
    for (char& c : lower) c = std::tolower(static_cast<unsigned char>(c));
    if (lower == "1" || lower == "true") {
      *value = true;
    } else if (lower == "0" || lower == "false") {
      *value = false;
    } else {
      Warn(name, text, "0, 1, true or false");
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

// What scripts set to hide every GPU from CUDA.
bool HidesAll(const std::string& cuda_visible_devices) {
  std::string text = cuda_visible_devices;
  text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
  return text.empty() || text == "-1";
}

// Every variable that this project reads and whose name shows that it is ours:
// those of docs/environment.md, then those of builds and tests.
constexpr const char* kKnown[] = {
    "DML_VISIBLE_DEVICES",
    "TF_DIRECTML_ALLOW_SOFTWARE_ADAPTER",
    "TF_DIRECTML_BACKEND",
    "TF_DIRECTML_BATCH_FLUSH_SIZE",
    "TF_DIRECTML_BATCH_FLUSH_TIME",
    "TF_DIRECTML_CACHE_DIR",
    "TF_DIRECTML_COMMIT",
    "TF_DIRECTML_COOPERATIVE_MATRICES",
    "TF_DIRECTML_DEBUG",
    "TF_DIRECTML_DRIVERS",
    "TF_DIRECTML_GPU_NAMES",
    "TF_DIRECTML_LAUNCH_ELEMENTS",
    "TF_DIRECTML_MERGING",
    "TF_DIRECTML_NULL_ADAPTER",
    "TF_DIRECTML_RUNTIME_LIBRARY",
    "TF_DIRECTML_SUBMISSION_TIME",
    "TF_DIRECTML_TRANSFER_QUEUE",
    "TF_DIRECTML_TUNING",
    "TF_DIRECTML_VULKAN_LOADER",
};
constexpr const char* kKnownToBuilds[] = {
    "TF_DIRECTML_BASE_WHEEL",      "TF_DIRECTML_BASE_WHEEL_CP36",
    "TF_DIRECTML_BAZEL",           "TF_DIRECTML_BUILD_PYTHON",
    "TF_DIRECTML_DEBIAN_MIRROR",   "TF_DIRECTML_DEBIAN_PACKAGES",
    "TF_DIRECTML_DIRECTX_INCLUDE", "TF_DIRECTML_DXC",
    "TF_DIRECTML_GLSLANG",         "TF_DIRECTML_GLSLC",
    "TF_DIRECTML_GOOGLETEST",      "TF_DIRECTML_PYTHON",
    "TF_DIRECTML_SPIRV_CROSS",     "TF_DIRECTML_TENSORFLOW2",
    "TF_DIRECTML_VULKAN_INCLUDE",
};

// How many letters must be put in, taken out or replaced (Levenshtein).
size_t Distance(const std::string& a, const std::string& b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

bool IsKnown(const std::string& name) {
  const auto is_name = [&name](const char* known) { return name == known; };
  return std::any_of(std::begin(kKnown), std::end(kKnown), is_name) ||
         std::any_of(std::begin(kKnownToBuilds), std::end(kKnownToBuilds),
                     is_name);
}

}  // namespace

std::vector<std::string> UnknownVariables(
    const std::vector<std::string>& names) {
  std::vector<std::string> lines;
  for (const std::string& name : names) {
    const bool ours = name.rfind("TF_DIRECTML_", 0) == 0 ||
                      name.rfind("DML_VISIBLE_", 0) == 0;
    if (!ours || IsKnown(name)) continue;
    const char* nearest =
        *std::min_element(std::begin(kKnown), std::end(kKnown),
                          [&](const char* a, const char* b) {
                            return Distance(name, a) < Distance(name, b);
                          });
    std::string line = name +
                       " is no variable of tensorflow-directml, and has no "
                       "effect";
    // A third of the letters may be wrong.
    if (Distance(name, nearest) * 3 <= std::strlen(nearest)) {
      line += std::string(": is ") + nearest + " meant?";
    }
    lines.push_back(line);
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

Environment ReadEnvironment(const VariableReader& variable) {
  const Reader read(variable);
  Environment environment;
  if (const auto visible = variable("DML_VISIBLE_DEVICES")) {
    environment.visible_devices_set = true;
    environment.visible_devices = *visible;
  } else if (const auto cuda = variable("CUDA_VISIBLE_DEVICES");
             cuda && HidesAll(*cuda)) {
    environment.visible_devices_set = true;
    environment.visible_devices = *cuda;
    environment.hidden_by_cuda = true;
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
  read.Switch("TF_DIRECTML_DEBUG", &environment.debug);
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
  static const Environment* const environment = [] {
    for (const std::string& line : UnknownVariables(os::VariableNames())) {
      fprintf(stderr, "tensorflow-directml: %s\n", line.c_str());
    }
    return new Environment(ReadEnvironment(os::Variable));
  }();
  return *environment;
}

}  // namespace dml
