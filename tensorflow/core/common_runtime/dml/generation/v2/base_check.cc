#include "tensorflow/core/common_runtime/dml/base_check.h"

#include <string>

#include "tensorflow/core/common_runtime/dml/base_compat.h"
#include "tensorflow/core/common_runtime/dml/loaded_library.h"
#include "tensorflow/core/lib/core/errors.h"

namespace tensorflow {
namespace dml {
namespace {

// Of the base that this is compiled for, as "2.21"; the build says it.
constexpr char kExpectedVersion[] = DML_TENSORFLOW_VERSION;

// "2.21" of "2.21.0-rc1".
std::string MinorVersion(const std::string& version) {
  const size_t major_end = version.find('.');
  if (major_end == std::string::npos) return version;
  return version.substr(0, version.find('.', major_end + 1));
}

}  // namespace

Status CheckBase() {
  LoadedLibrary library;
  TF_RETURN_IF_ERROR(LoadedLibrary::Find("libtensorflow_cc.so.2", &library));
  void* address = nullptr;
  TF_RETURN_IF_ERROR(library.Lookup("TF_Version", &address));
  const std::string actual = reinterpret_cast<const char* (*)()>(address)();
  if (MinorVersion(actual) == kExpectedVersion) return OkStatus();
  return errors::FailedPrecondition(
      "this library of tensorflow-directml is for TensorFlow ",
      kExpectedVersion, ", but TensorFlow ", actual,
      " loads it. Run: pip install --force-reinstall "
      "tensorflow_directml-*.whl");
}

}  // namespace dml
}  // namespace tensorflow
