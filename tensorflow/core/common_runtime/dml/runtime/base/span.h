// Span: a view of contiguous elements that somebody else owns (C++17 has no
// std::span).
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_SPAN_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_SPAN_H_

#include <cstddef>
#include <initializer_list>
#include <type_traits>

namespace dml {

template <typename T>
class Span {
 public:
  constexpr Span() = default;
  constexpr Span(T* data, size_t size) : data_(data), size_(size) {}
  template <size_t N>
  constexpr Span(T (&array)[N]) : data_(array), size_(N) {}  // NOLINT
  // From any container with data() and size(); T is usually const.
  template <typename C, typename = std::enable_if_t<std::is_convertible<
                            decltype(std::declval<C&>().data()), T*>::value>>
  constexpr Span(C& container)  // NOLINT
      : data_(container.data()), size_(container.size()) {}
  // For call sites such as f({a, b}): valid until the full expression ends.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winit-list-lifetime"
#endif
  template <typename U = T,
            typename = std::enable_if_t<std::is_const<U>::value>>
  constexpr Span(std::initializer_list<std::remove_const_t<T>> list)  // NOLINT
      : data_(list.begin()), size_(list.size()) {}
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

  constexpr T* data() const { return data_; }
  constexpr size_t size() const { return size_; }
  constexpr bool empty() const { return size_ == 0; }
  constexpr T& operator[](size_t i) const { return data_[i]; }
  constexpr T* begin() const { return data_; }
  constexpr T* end() const { return data_ + size_; }

 private:
  T* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_SPAN_H_
