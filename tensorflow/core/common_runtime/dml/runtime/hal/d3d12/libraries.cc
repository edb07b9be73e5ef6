#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/libraries.h"

#include <string>

#include "tensorflow/core/common_runtime/dml/runtime/base/os/devices.h"
#include "tensorflow/core/common_runtime/dml/runtime/base/os/shared_library.h"

namespace dml {
namespace hal {
namespace d3d12 {
namespace {

#ifdef _WIN32
constexpr char kDirect3d[] = "d3d12.dll";
constexpr char kDxCore[] = "dxcore.dll";
constexpr char kDxgi[] = "dxgi.dll";

std::string MissingHint() {
  return "It comes with Windows 10, of which version 1709 and up is needed: "
         "update Windows. Else use Vulkan: TF_DIRECTML_BACKEND=vulkan";
}
constexpr char kDamagedHint[] =
    "it is damaged, or none of Windows'. Repair it: `sfc /scannow`";

os::SharedLibrary OpenLibrary(const char* name) {
  return os::SharedLibrary(name);
}
#else
constexpr char kDirect3d[] = "libd3d12.so";
constexpr char kDxCore[] = "libdxcore.so";
constexpr char kWslFolder[] = "/usr/lib/wsl/lib/";

// Why a library of WSL's may be missing, and the way out.
std::string MissingHint() {
  if (!os::HasWindowsGraphics()) {
    return "This system has no /dev/dxg, by which WSL 2 reaches the GPUs of "
           "Windows. Outside of WSL use Vulkan: unset TF_DIRECTML_BACKEND. On "
           "WSL run `wsl --update` and `wsl --shutdown` in Windows; in a "
           "container pass the device on (--device /dev/dxg) and mount "
           "/usr/lib/wsl";
  }
  return "WSL keeps it in /usr/lib/wsl/lib: in a container mount that folder "
         "(--volume /usr/lib/wsl:/usr/lib/wsl); else run `wsl --update` and "
         "`wsl --shutdown` in Windows, and install the GPU vendor's driver "
         "there";
}
constexpr char kDamagedHint[] =
    "it is damaged, or none of WSL's. Run `wsl --update` and `wsl --shutdown` "
    "in Windows, and see that no other library of this name comes before "
    "(LD_LIBRARY_PATH)";

// Opens `name`; null, with the reasons, when it is nowhere.
os::SharedLibrary OpenLibrary(const char* name) {
  os::SharedLibrary library(name);
  if (library.ok()) return library;
  const os::SharedLibrary of_wsl((std::string(kWslFolder) + name).c_str());
  return of_wsl.ok() ? of_wsl : library;
}
#endif

template <typename Function>
Status Find(const os::SharedLibrary& library, const char* name,
            const char* symbol, Function* function) {
  *function = reinterpret_cast<Function>(library.Find(symbol));
  if (*function != nullptr) return Status::Ok();
  return Error(Code::kUnavailable, name, " lacks ", symbol, ": ", kDamagedHint);
}

Status Missing(const char* name, const os::SharedLibrary& library) {
  return Error(Code::kUnavailable, "Direct3D 12 cannot be used: ", name,
               " cannot be opened (", library.problem(), "). ", MissingHint());
}

// What lists the adapters.
Status OpenList(Libraries* libraries) {
  const os::SharedLibrary dxcore = OpenLibrary(kDxCore);
#ifdef _WIN32
  // Windows has had it since version 2004 of Windows 10.
  if (!dxcore.ok()) {
    const os::SharedLibrary dxgi = OpenLibrary(kDxgi);
    if (!dxgi.ok()) return Missing(kDxgi, dxgi);
    return Find(dxgi, kDxgi, "CreateDXGIFactory1",
                &libraries->create_dxgi_factory);
  }
#endif
  if (!dxcore.ok()) return Missing(kDxCore, dxcore);
  return Find(dxcore, kDxCore, "DXCoreCreateAdapterFactory",
              &libraries->create_adapter_factory);
}

}  // namespace

Status Libraries::Open(Libraries* libraries) {
  DML_RETURN_IF_ERROR(OpenList(libraries));
  const os::SharedLibrary direct3d = OpenLibrary(kDirect3d);
  if (!direct3d.ok()) return Missing(kDirect3d, direct3d);
  DML_RETURN_IF_ERROR(Find(direct3d, kDirect3d, "D3D12CreateDevice",
                           &libraries->create_device));
  DML_RETURN_IF_ERROR(Find(direct3d, kDirect3d, "D3D12SerializeRootSignature",
                           &libraries->serialize_root_signature));
  libraries->get_debug_interface =
      reinterpret_cast<PFN_D3D12_GET_DEBUG_INTERFACE>(
          direct3d.Find("D3D12GetDebugInterface"));
  return Status::Ok();
}

const char* UpdateDriverHint() {
#ifdef _WIN32
  return "install the newest driver of the GPU's vendor";
#else
  return "install the newest driver of the GPU's vendor in Windows (for WSL at "
         "least AMD 20.20.01.05, Intel 28.20.100.8322 or NVIDIA 460.20), then "
         "run `wsl --update` and `wsl --shutdown` there";
#endif
}

}  // namespace d3d12
}  // namespace hal
}  // namespace dml
