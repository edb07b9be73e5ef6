// SharedLibrary: a library that is opened at run time.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_OS_SHARED_LIBRARY_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_OS_SHARED_LIBRARY_H_

#include <string>

namespace dml {
namespace os {

// Never closed: drivers leave threads and exit handlers behind. Immutable.
class SharedLibrary {
 public:
  // `name` is a path, or found as the system finds libraries.
  explicit SharedLibrary(const char* name);

  bool ok() const { return handle_ != nullptr; }
  // Why it could not be opened, as the system says it.
  const std::string& problem() const { return problem_; }
  // The function or object of that name; null when there is none.
  void* Find(const char* symbol) const;

 private:
  void* handle_ = nullptr;
  std::string problem_;
};

// The path of the library or program that this code is part of. Empty where the
// system does not tell.
std::string ThisLibrary();
// The file of that name in its folder. Empty where ThisLibrary() is.
std::string BesideThisLibrary(const std::string& name);

}  // namespace os
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_OS_SHARED_LIBRARY_H_
