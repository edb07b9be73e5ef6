#include "tensorflow/core/common_runtime/dml/base_check.h"

#include <dirent.h>
#include <dlfcn.h>

#include <cstdlib>
#include <string>

#include "tensorflow/core/common_runtime/dml/base_compat.h"
#include "tensorflow/core/lib/core/errors.h"
#include "tensorflow/core/public/version.h"

namespace tensorflow {
namespace dml {
namespace {

constexpr char kExpectedBase[] = "v1.15.4-39-g3db52be";

// Distributions that install the same files as we do.
constexpr const char* kRivals[] = {
    "tensorflow", "tensorflow_cpu", "tensorflow_gpu",  "tensorflow_rocm",
    "tf_nightly", "tf_nightly_gpu", "intel_tensorflow"};

Status CheckBuild() {
  const std::string actual = tf_git_version();
  if (actual == kExpectedBase) return OkStatus();
  return errors::FailedPrecondition(
      "tensorflow-directml extends the TensorFlow build ", kExpectedBase,
      " (1.15.5), but this is build ", actual,
      ". Another package has replaced its files. Run: pip uninstall -y "
      "tensorflow tensorflow-gpu tensorflow-directml && pip install "
      "tensorflow_directml-*.whl");
}

// The site-packages folder that holds the TensorFlow in use; empty when it
// can't be told.
std::string SitePackages() {
  Dl_info info;
  if (dladdr(reinterpret_cast<void*>(&tf_git_version), &info) == 0 ||
      info.dli_fname == nullptr) {
    return "";
  }
  // <site-packages>/tensorflow_core/libtensorflow_framework.so.1
  char* const resolved = realpath(info.dli_fname, nullptr);
  if (resolved == nullptr) return "";
  std::string path = resolved;
  std::free(resolved);
  for (int i = 0; i < 2; ++i) {
    const size_t slash = path.rfind('/');
    if (slash == std::string::npos) return "";
    path.resize(slash);
  }
  return path;
}

Status CheckNeighbours() {
  const std::string folder = SitePackages();
  DIR* dir = folder.empty() ? nullptr : opendir(folder.c_str());
  if (dir == nullptr) return OkStatus();
  std::string found;
  const std::string suffix = ".dist-info";
  while (const dirent* entry = readdir(dir)) {
    const std::string name = entry->d_name;
    if (name.size() <= suffix.size() ||
        name.compare(name.size() - suffix.size(), suffix.size(), suffix) != 0) {
      continue;
    }
    const std::string distribution = name.substr(0, name.find('-'));
    for (const char* rival : kRivals) {
      if (distribution == rival) {
        found = name.substr(0, name.size() - suffix.size());
      }
    }
  }
  closedir(dir);
  if (found.empty()) return OkStatus();
  return errors::FailedPrecondition(
      "tensorflow-directml can't share an environment with ", found, " (in ",
      folder,
      "): both install the package `tensorflow`, and each overwrites files of "
      "the other. Run: pip uninstall -y ",
      found.substr(0, found.find('-')),
      " tensorflow-directml && pip install tensorflow_directml-*.whl");
}

}  // namespace

Status CheckBase() {
  TF_RETURN_IF_ERROR(CheckBuild());
  return CheckNeighbours();
}

}  // namespace dml
}  // namespace tensorflow
