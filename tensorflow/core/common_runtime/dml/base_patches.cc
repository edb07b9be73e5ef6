#include "tensorflow/core/common_runtime/dml/base_patches.h"

#include <dlfcn.h>
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "tensorflow/core/common_runtime/device.h"
#include "tensorflow/core/common_runtime/process_function_library_runtime.h"
#include "tensorflow/core/framework/types.h"
#include "tensorflow/core/lib/core/errors.h"

namespace tensorflow {
namespace dml {
namespace {

constexpr char kDeviceType[] = "DML";
constexpr char kFramework[] = "libtensorflow_framework.so.1";
// ProcessFunctionLibraryRuntime::GetDeviceContext(const string&,
// DeviceContext**) const
constexpr char kGetDeviceContext[] =
    "_ZNK10tensorflow29ProcessFunctionLibraryRuntime16GetDeviceContextERKSsPPNS"
    "_13DeviceContextE";

// What the dynamic section of the framework library says.
struct Image {
  uintptr_t base = 0;
  const ElfW(Rela) * relocations[2] = {nullptr, nullptr};  // data, calls
  size_t bytes[2] = {0, 0};
  const ElfW(Sym) * symbols = nullptr;
  const char* strings = nullptr;
  uintptr_t relro_begin = 0;
  uintptr_t relro_end = 0;
};

int FindFramework(dl_phdr_info* info, size_t, void* data) {
  if (std::strstr(info->dlpi_name, kFramework) == nullptr) return 0;
  auto* image = static_cast<Image*>(data);
  image->base = info->dlpi_addr;
  const ElfW(Dyn)* dynamic = nullptr;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = info->dlpi_phdr[i];
    const uintptr_t address = info->dlpi_addr + header.p_vaddr;
    if (header.p_type == PT_DYNAMIC) {
      dynamic = reinterpret_cast<const ElfW(Dyn)*>(address);
    } else if (header.p_type == PT_GNU_RELRO) {
      image->relro_begin = address;
      image->relro_end = address + header.p_memsz;
    }
  }
  for (; dynamic != nullptr && dynamic->d_tag != DT_NULL; ++dynamic) {
    const uintptr_t pointer = dynamic->d_un.d_ptr;
    const size_t value = dynamic->d_un.d_val;
    switch (dynamic->d_tag) {
      case DT_RELA:
        image->relocations[0] = reinterpret_cast<const ElfW(Rela)*>(pointer);
        break;
      case DT_RELASZ:
        image->bytes[0] = value;
        break;
      case DT_JMPREL:
        image->relocations[1] = reinterpret_cast<const ElfW(Rela)*>(pointer);
        break;
      case DT_PLTRELSZ:
        image->bytes[1] = value;
        break;
      case DT_SYMTAB:
        image->symbols = reinterpret_cast<const ElfW(Sym)*>(pointer);
        break;
      case DT_STRTAB:
        image->strings = reinterpret_cast<const char*>(pointer);
        break;
      default:
        break;
    }
  }
  return 1;
}

// Writes a pointer that the loader has made read-only, and protects it again.
Status WritePointer(const Image& image, void* where, const void* value) {
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
  if (address >= image.relro_begin &&
      (address | (page_bytes - 1)) < image.relro_end) {
    mprotect(page, page_bytes, PROT_READ);
  }
  return Status::OK();
}

Status Mismatch(const std::string& what) {
  return errors::FailedPrecondition(
      "tensorflow-directml can't adapt this TensorFlow: ", what,
      ". The base is not the build that it was made for. Run: pip install "
      "--force-reinstall tensorflow-directml");
}

Status PatchDeviceName(const Image& image) {
  const char* current = DEVICE_SYCL;
  if (std::strcmp(current, kDeviceType) == 0) return Status::OK();
  if (std::strcmp(current, "SYCL") != 0) {
    return Mismatch(std::string("DEVICE_SYCL reads ") + current);
  }
  void* where = const_cast<void*>(static_cast<const void*>(&DEVICE_SYCL));
  const char* const name = kDeviceType;
  return WritePointer(image, where, name);
}

using GetDeviceContext = Status (*)(const ProcessFunctionLibraryRuntime*,
                                    const string&, DeviceContext**);
GetDeviceContext original_get_device_context = nullptr;

// string is libstdc++'s reference-counted one here as in the base: this file
// must be compiled with _GLIBCXX_USE_CXX11_ABI=0, or the symbol differs.
Status GetDeviceContextWithDml(const ProcessFunctionLibraryRuntime* runtime,
                               const string& device_name,
                               DeviceContext** context) {
  FunctionLibraryRuntime* library = runtime->GetFLR(device_name);
  if (library != nullptr && library->device() != nullptr &&
      library->device()->parsed_name().type == kDeviceType &&
      library->device()->tensorflow_gpu_device_info() != nullptr) {
    *context = library->device()->tensorflow_gpu_device_info()->default_context;
    return Status::OK();
  }
  return original_get_device_context(runtime, device_name, context);
}

Status PatchFunctionCalls(const Image& image) {
  void* original = nullptr;
  void** slot = nullptr;
  for (int table = 0; table < 2; ++table) {
    const size_t count = image.bytes[table] / sizeof(ElfW(Rela));
    for (size_t i = 0; i < count; ++i) {
      const ElfW(Rela)& relocation = image.relocations[table][i];
      const auto type = ELF64_R_TYPE(relocation.r_info);
      if (type != R_X86_64_GLOB_DAT && type != R_X86_64_JUMP_SLOT) continue;
      const ElfW(Sym)& symbol = image.symbols[ELF64_R_SYM(relocation.r_info)];
      if (std::strcmp(image.strings + symbol.st_name, kGetDeviceContext) != 0) {
        continue;
      }
      if (slot != nullptr) return Mismatch("GetDeviceContext has two slots");
      slot = reinterpret_cast<void**>(image.base + relocation.r_offset);
      original = reinterpret_cast<void*>(image.base + symbol.st_value);
    }
  }
  if (slot == nullptr) return Mismatch("GetDeviceContext has no slot");
  void* const ours = reinterpret_cast<void*>(&GetDeviceContextWithDml);
  if (*slot == ours) return Status::OK();
  if (*slot != original) {
    return Mismatch(
        "GetDeviceContext is already redirected; is another copy of the plugin "
        "loaded?");
  }
  original_get_device_context = reinterpret_cast<GetDeviceContext>(original);
  return WritePointer(image, slot, ours);
}

}  // namespace

Status PatchBase() {
  Image image;
  if (dl_iterate_phdr(&FindFramework, &image) == 0 ||
      image.symbols == nullptr || image.strings == nullptr) {
    return Mismatch(std::string(kFramework) + " is not loaded");
  }
  TF_RETURN_IF_ERROR(PatchDeviceName(image));
  return PatchFunctionCalls(image);
}

}  // namespace dml
}  // namespace tensorflow
