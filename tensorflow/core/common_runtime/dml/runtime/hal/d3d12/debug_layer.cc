#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/debug_layer.h"

#include <cstdint>
#include <cstdio>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/base/environment.h"

namespace dml {
namespace hal {
namespace d3d12 {

void StartDebugging(const Libraries& libraries) {
  if (!GetEnvironment().debug) return;
  const auto get = libraries.get_debug_interface;
  ComPtr<ID3D12Debug> debug;
  if (get != nullptr && get(uuidof<ID3D12Debug>(), debug.ReceiveVoid()) >= 0 &&
      debug) {
    debug->EnableDebugLayer();
  } else {
    std::fprintf(stderr,
                 "DML: TF_DIRECTML_DEBUG is set, but this system has no debug "
                 "layer of Direct3D 12 (d3d12SDKLayers)\n");
  }
  // Costs a write of the device's for each command, so not without being asked.
  ComPtr<ID3D12DeviceRemovedExtendedDataSettings> dred;
  if (get != nullptr &&
      get(uuidof<ID3D12DeviceRemovedExtendedDataSettings>(),
          dred.ReceiveVoid()) >= 0 &&
      dred) {
    dred->SetAutoBreadcrumbsEnablement(D3D12_DRED_ENABLEMENT_FORCED_ON);
    dred->SetPageFaultEnablement(D3D12_DRED_ENABLEMENT_FORCED_ON);
  }
}

void DebugMessages::Open(ID3D12Device* device) {
  if (!GetEnvironment().debug) return;
  std::lock_guard<std::mutex> lock(mutex_);
  if (device->QueryInterface(uuidof<ID3D12InfoQueue>(), queue_.ReceiveVoid()) <
      0) {
    queue_.Reset();
  }
}

void DebugMessages::Close() {
  Print();
  std::lock_guard<std::mutex> lock(mutex_);
  queue_.Reset();
}

void DebugMessages::Print() {
  std::lock_guard<std::mutex> lock(mutex_);
  if (!queue_) return;
  const uint64_t count = queue_->GetNumStoredMessages();
  for (uint64_t i = 0; i < count; ++i) {
    SIZE_T bytes = 0;
    if (queue_->GetMessage(i, nullptr, &bytes) < 0 ||
        bytes < sizeof(D3D12_MESSAGE)) {
      continue;
    }
    // Of 64-bit words, so that it is aligned.
    std::vector<uint64_t> room(bytes / sizeof(uint64_t) + 1);
    auto* message = reinterpret_cast<D3D12_MESSAGE*>(room.data());
    if (queue_->GetMessage(i, message, &bytes) < 0 ||
        message->Severity > D3D12_MESSAGE_SEVERITY_WARNING) {
      continue;
    }
    std::fprintf(stderr, "DML validation %s: %s\n",
                 message->Severity == D3D12_MESSAGE_SEVERITY_WARNING ? "warning"
                                                                     : "error",
                 message->pDescription);
  }
  queue_->ClearStoredMessages();
}

}  // namespace d3d12
}  // namespace hal
}  // namespace dml
