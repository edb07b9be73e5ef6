// A shared library of TensorFlow in this process, for redirecting its calls.
//
// The base is compiled so that calls of its exported functions, also those from
// within the same library, go through the global offset table, or that of a
// class's virtual functions. An entry there is one pointer, which can be
// checked before it is changed.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_LOADED_LIBRARY_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_LOADED_LIBRARY_H_

#include <link.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tensorflow/core/lib/core/status.h"

namespace tensorflow {
namespace dml {

// Not thread-safe: meant for the time when our own library is loaded.
class LoadedLibrary {
 public:
  // Finds the library whose path contains `name`.
  static Status Find(const char* name, LoadedLibrary* library);

  // Makes this library's calls of a function go to `replacement`, and hands out
  // the `original` that it called before. The mangled `symbol` must have
  // entries, which point to a definition of it: in this library, at *original
  // as set by the caller, or in another that exports it. A second call changes
  // nothing.
  Status Redirect(const char* symbol, void* replacement, void** original) const;

  // The same where this library calls the function at all.
  Status RedirectIfCalled(const char* symbol, void* replacement,
                          void** original) const;

  // The same for a function whose definition does not matter.
  Status RedirectAny(const char* symbol, void* replacement) const;

  // Whether this library calls a function by way of such entries.
  bool Calls(const char* symbol) const;

  // The address of an exported function of this library.
  Status Lookup(const char* symbol, void** address) const;

  // Writes a pointer that the loader has made read-only, and protects it again.
  Status WritePointer(void* where, const void* value) const;

 private:
  static int Visit(dl_phdr_info* info, size_t, void* data);
  // The entries of `symbol`, and its address if this library defines it.
  std::vector<void**> FindSlots(const char* symbol, void** definition) const;

  const char* name_ = nullptr;
  std::string path_;
  uintptr_t base_ = 0;
  const ElfW(Rela) * relocations_[2] = {nullptr, nullptr};  // data, calls
  size_t bytes_[2] = {0, 0};
  const ElfW(Sym) * symbols_ = nullptr;
  const char* strings_ = nullptr;
  uintptr_t relro_begin_ = 0;
  uintptr_t relro_end_ = 0;
};

// The error for a base that isn't what was expected.
Status BaseMismatch(const std::string& what);

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_LOADED_LIBRARY_H_
