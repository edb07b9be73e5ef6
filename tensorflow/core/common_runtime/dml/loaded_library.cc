#include "tensorflow/core/common_runtime/dml/loaded_library.h"

#include <dlfcn.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include "tensorflow/core/common_runtime/dml/base_compat.h"
#include "tensorflow/core/lib/core/errors.h"

namespace tensorflow {
namespace dml {

namespace {

// Whether a function that some library exports as `symbol` is there.
bool IsCalled(const void* address, const char* symbol) {
  Dl_info info;
  return dladdr(address, &info) != 0 && info.dli_saddr == address &&
         info.dli_sname != nullptr && std::strcmp(info.dli_sname, symbol) == 0;
}

}  // namespace

Status BaseMismatch(const std::string& what) {
  return errors::FailedPrecondition(
      "tensorflow-directml can't adapt this TensorFlow: ", what,
      ". The base is not the build that it was made for. Run: pip install "
      "--force-reinstall tensorflow_directml-*.whl");
}

int LoadedLibrary::Visit(dl_phdr_info* info, size_t, void* data) {
  auto* library = static_cast<LoadedLibrary*>(data);
  if (std::strstr(info->dlpi_name, library->name_) == nullptr) return 0;
  library->base_ = info->dlpi_addr;
  library->path_ = info->dlpi_name;
  const ElfW(Dyn)* dynamic = nullptr;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = info->dlpi_phdr[i];
    const uintptr_t address = info->dlpi_addr + header.p_vaddr;
    if (header.p_type == PT_DYNAMIC) {
      dynamic = reinterpret_cast<const ElfW(Dyn)*>(address);
    } else if (header.p_type == PT_GNU_RELRO) {
      library->relro_begin_ = address;
      library->relro_end_ = address + header.p_memsz;
    }
  }
  for (; dynamic != nullptr && dynamic->d_tag != DT_NULL; ++dynamic) {
    const uintptr_t pointer = dynamic->d_un.d_ptr;
    const size_t value = dynamic->d_un.d_val;
    switch (dynamic->d_tag) {
      case DT_RELA:
        library->relocations_[0] = reinterpret_cast<const ElfW(Rela)*>(pointer);
        break;
      case DT_RELASZ:
        library->bytes_[0] = value;
        break;
      case DT_JMPREL:
        library->relocations_[1] = reinterpret_cast<const ElfW(Rela)*>(pointer);
        break;
      case DT_PLTRELSZ:
        library->bytes_[1] = value;
        break;
      case DT_SYMTAB:
        library->symbols_ = reinterpret_cast<const ElfW(Sym)*>(pointer);
        break;
      case DT_STRTAB:
        library->strings_ = reinterpret_cast<const char*>(pointer);
        break;
      default:
        break;
    }
  }
  return 1;
}

Status LoadedLibrary::Find(const char* name, LoadedLibrary* library) {
  library->name_ = name;
  if (dl_iterate_phdr(&Visit, library) == 0 || library->symbols_ == nullptr ||
      library->strings_ == nullptr) {
    return BaseMismatch(std::string(name) + " is not loaded");
  }
  return OkStatus();
}

Status LoadedLibrary::Lookup(const char* symbol, void** address) const {
  void* const handle = dlopen(path_.c_str(), RTLD_LAZY | RTLD_NOLOAD);
  *address = handle == nullptr ? nullptr : dlsym(handle, symbol);
  if (handle != nullptr) dlclose(handle);  // the process keeps the library
  if (*address != nullptr) return OkStatus();
  return BaseMismatch(std::string(name_) + " has no function " + symbol);
}

Status LoadedLibrary::WritePointer(void* where, const void* value) const {
  const uintptr_t page_bytes = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  const uintptr_t address = reinterpret_cast<uintptr_t>(where);
  void* page = reinterpret_cast<void*>(address & ~(page_bytes - 1));
  if (mprotect(page, page_bytes, PROT_READ | PROT_WRITE) != 0) {
    return errors::FailedPrecondition(
        "tensorflow-directml can't adapt TensorFlow in memory: mprotect says ",
        std::strerror(errno),
        ". A security policy of this system forbids it; allow it for this "
        "process");
  }
  std::memcpy(where, &value, sizeof(value));
  // The page after the read-only part shares its last page with plain data.
  if (address >= relro_begin_ && (address | (page_bytes - 1)) < relro_end_) {
    mprotect(page, page_bytes, PROT_READ);
  }
  return OkStatus();
}

std::vector<void**> LoadedLibrary::FindSlots(const char* symbol,
                                             void** definition) const {
  std::vector<void**> slots;
  for (int table = 0; table < 2; ++table) {
    const size_t count = bytes_[table] / sizeof(ElfW(Rela));
    for (size_t i = 0; i < count; ++i) {
      const ElfW(Rela)& relocation = relocations_[table][i];
      const auto type = ELF64_R_TYPE(relocation.r_info);
      if (type != R_X86_64_GLOB_DAT && type != R_X86_64_JUMP_SLOT &&
          type != R_X86_64_64) {
        continue;
      }
      const ElfW(Sym)& found = symbols_[ELF64_R_SYM(relocation.r_info)];
      if (std::strcmp(strings_ + found.st_name, symbol) != 0) continue;
      slots.push_back(reinterpret_cast<void**>(base_ + relocation.r_offset));
      if (found.st_shndx != SHN_UNDEF) {
        *definition = reinterpret_cast<void*>(base_ + found.st_value);
      }
    }
  }
  return slots;
}

Status LoadedLibrary::RedirectIfCalled(const char* symbol, void* replacement,
                                       void** original) const {
  if (!Calls(symbol)) return OkStatus();
  return Redirect(symbol, replacement, original);
}

Status LoadedLibrary::RedirectAny(const char* symbol, void* replacement) const {
  void* definition = nullptr;
  const std::vector<void**> slots = FindSlots(symbol, &definition);
  if (slots.empty()) {
    return BaseMismatch(std::string(name_) + " has no slot for " + symbol);
  }
  for (void** slot : slots) {
    TF_RETURN_IF_ERROR(WritePointer(slot, replacement));
  }
  return OkStatus();
}

bool LoadedLibrary::Calls(const char* symbol) const {
  void* definition = nullptr;
  return !FindSlots(symbol, &definition).empty();
}

Status LoadedLibrary::Redirect(const char* symbol, void* replacement,
                               void** original) const {
  void* expected = *original;
  const std::vector<void**> slots = FindSlots(symbol, &expected);
  if (slots.empty()) {
    return BaseMismatch(std::string(name_) + " has no slot for " + symbol);
  }
  const auto redirected = [replacement](void* const* slot) {
    return *slot == replacement;
  };
  if (std::all_of(slots.begin(), slots.end(), redirected)) return OkStatus();
  for (void* const* slot : slots) {
    if (expected != nullptr && *slot == expected) continue;
    // Another library of TensorFlow's may define it, too, and come first.
    if (IsCalled(*slot, symbol)) {
      expected = *slot;
      continue;
    }
    return BaseMismatch(std::string(name_) + ": " + symbol +
                        " is already redirected; is another copy of the plugin "
                        "loaded?");
  }
  *original = expected;
  for (void** slot : slots) {
    TF_RETURN_IF_ERROR(WritePointer(slot, replacement));
  }
  return OkStatus();
}

}  // namespace dml
}  // namespace tensorflow
