// base_device.h on TensorFlow 1.15.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_GENERATION_V1_BASE_DEVICE_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_GENERATION_V1_BASE_DEVICE_H_

#include <memory>

#include "tensorflow/core/common_runtime/copy_tensor.h"
#include "tensorflow/core/common_runtime/device_factory.h"
#include "tensorflow/core/common_runtime/dml/base_compat.h"
#include "tensorflow/core/common_runtime/dml/generation/v1/slices.h"
#include "tensorflow/core/common_runtime/local_device.h"
#include "tensorflow/core/common_runtime/scoped_allocator_mgr.h"
#include "tensorflow/core/framework/allocator.h"
#include "tensorflow/core/framework/device_base.h"
#include "tensorflow/core/graph/graph.h"

namespace tensorflow {
namespace dml {

class BaseDevice : public LocalDevice {
 public:
  using LocalDevice::LocalDevice;

  Status FillContextMap(const Graph* graph,
                        DeviceContextMap* contexts) override {
    contexts->resize(graph->num_node_ids());
    DeviceContext* const context = Context();
    for (const Node* node : graph->nodes()) {
      context->Ref();  // the caller drops them
      (*contexts)[node->id()] = context;
    }
    return OkStatus();
  }

  // Of tensors that Grappler lays out in one buffer for a collective.
  Allocator* GetScopedAllocator(AllocatorAttributes attributes,
                                int64 step_id) override {
    const int32 scope = attributes.scope_id;
    attributes.scope_id = 0;
    Allocator* const pool = GetAllocator(attributes);
    if (scope <= 0) return pool;
    return SliceOrPool(
        scoped_allocators_.GetContainer(step_id)->GetInstance(scope), pool);
  }
  ScopedAllocatorMgr* GetScopedAllocatorMgr() const override {
    return &scoped_allocators_;
  }

 protected:
  virtual DeviceContext* Context() const = 0;

 private:
  mutable ScopedAllocatorMgr scoped_allocators_{name()};  // locks by itself
};

using BaseDeviceContext = DeviceContext;

class BaseAllocator : public Allocator {
 public:
  void ClearStats() override { ResetStats(); }

 protected:
  virtual void ResetStats() = 0;
};

inline void RegisterDeviceFactory(const char* type,
                                  std::unique_ptr<DeviceFactory> factory,
                                  int priority) {
  DeviceFactory::Register(type, factory.release(), priority);
}

inline void RegisterDeviceCopy(const char* type,
                               CopyTensor::CopyFunction copy) {
  const DeviceType device(type);
  static const CopyTensor::Registration registration(device, device, copy);
}

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_GENERATION_V1_BASE_DEVICE_H_
