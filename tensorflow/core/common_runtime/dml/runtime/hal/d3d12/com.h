// ComPtr: owns one reference to a COM object.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_COM_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_COM_H_

#include <utility>

namespace dml {
namespace hal {
namespace d3d12 {

// Thread-compatible; the object's own threading is its interface's.
template <typename T>
class ComPtr {
 public:
  ComPtr() = default;
  ComPtr(ComPtr&& other) noexcept
      : pointer_(std::exchange(other.pointer_, nullptr)) {}
  ComPtr(const ComPtr& other) : pointer_(other.pointer_) {
    if (pointer_ != nullptr) pointer_->AddRef();
  }
  // Of an interface that T is a base of.
  template <typename Derived>
  explicit ComPtr(ComPtr<Derived>&& other) : pointer_(other.Detach()) {}
  ComPtr& operator=(ComPtr other) noexcept {
    std::swap(pointer_, other.pointer_);
    return *this;
  }
  ~ComPtr() { Reset(); }

  T* get() const { return pointer_; }
  T* operator->() const { return pointer_; }
  explicit operator bool() const { return pointer_ != nullptr; }

  void Reset() {
    if (T* const old = std::exchange(pointer_, nullptr)) old->Release();
  }
  // Gives the reference to whoever calls.
  T* Detach() { return std::exchange(pointer_, nullptr); }

  // For a function that writes a new reference there, or null, or nothing.
  T** Receive() {
    Reset();
    return &pointer_;
  }
  void** ReceiveVoid() { return reinterpret_cast<void**>(Receive()); }

 private:
  T* pointer_ = nullptr;
};

}  // namespace d3d12
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_COM_H_
