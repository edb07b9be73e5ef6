#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/api.h"

#include <cstdint>
#include <cstdio>

namespace dml {
namespace hal {
namespace d3d12 {
namespace {

// Those that calls of this backend return, by Microsoft's documentation; not
// all of them stand in the headers.
struct KnownResult {
  uint32_t value;
  const char* name;
};
constexpr KnownResult kKnownResults[] = {
    {0x00000000, "S_OK"},
    {0x80004001, "E_NOTIMPL"},
    {0x80004002, "E_NOINTERFACE"},
    {0x80004003, "E_POINTER"},
    {0x80004005, "E_FAIL"},
    {0x8000ffff, "E_UNEXPECTED"},
    {0x80070005, "E_ACCESSDENIED"},
    {0x80070006, "E_HANDLE"},
    {0x8007000e, "E_OUTOFMEMORY"},
    {0x80070057, "E_INVALIDARG"},
    {0x887a0001, "DXGI_ERROR_INVALID_CALL"},
    {0x887a0002, "DXGI_ERROR_NOT_FOUND"},
    {0x887a0004, "DXGI_ERROR_UNSUPPORTED"},
    {0x887a0005, "DXGI_ERROR_DEVICE_REMOVED"},
    {0x887a0006, "DXGI_ERROR_DEVICE_HUNG"},
    {0x887a0007, "DXGI_ERROR_DEVICE_RESET"},
    {0x887a0020, "DXGI_ERROR_DRIVER_INTERNAL_ERROR"},
    {0x887a002d, "DXGI_ERROR_SDK_COMPONENT_MISSING"},
    {0x887e0001, "D3D12_ERROR_ADAPTER_NOT_FOUND"},
    {0x887e0002, "D3D12_ERROR_DRIVER_VERSION_MISMATCH"},
};

}  // namespace

std::string ResultName(HRESULT result) {
  const auto value = static_cast<uint32_t>(result);
  const char* name = "HRESULT";
  for (const KnownResult& known : kKnownResults) {
    if (known.value == value) name = known.name;
  }
  char text[64];
  std::snprintf(text, sizeof(text), "%s (0x%08x)", name, value);
  return text;
}

bool IsLost(HRESULT result) {
  switch (static_cast<uint32_t>(result)) {
    case 0x887a0005:  // removed
    case 0x887a0006:  // hung
    case 0x887a0007:  // reset
    case 0x887a0020:  // the driver's internal error
      return true;
    default:
      return false;
  }
}

Status ToStatus(HRESULT result, const char* call) {
  if (result >= 0) return Status::Ok();
  Code code = Code::kInternal;
  switch (static_cast<uint32_t>(result)) {
    case 0x8007000e:
      code = Code::kOutOfMemory;
      break;
    case 0x80004001:
    case 0x80004002:
    case 0x887a0004:
      code = Code::kUnimplemented;
      break;
    default:
      if (IsLost(result)) code = Code::kDeviceLost;
  }
  return Error(code, call, " returned ", ResultName(result));
}

}  // namespace d3d12
}  // namespace hal
}  // namespace dml
