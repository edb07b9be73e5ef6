// Arguments of an operator of the C API, of a fuzzer's bytes; what
// make_calls.py makes asks for them. They live as long as this.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_FUZZ_ARGUMENTS_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_FUZZ_ARGUMENTS_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/fuzz/input.h"

namespace dml {
namespace fuzz {

class Arguments {
 public:
  // Tensors lie, for the most part, in device memory [begin, begin + bytes).
  Arguments(Input* input, uint64_t begin, uint64_t bytes)
      : input_(*input), begin_(begin), bytes_(bytes) {}

  int64_t Number() { return input_.Number(); }
  double Real() { return input_.Real(); }

  // Now and then null, more often where that is allowed.
  const dml_tensor* Tensor(bool nullable) {
    const uint8_t how = input_.Byte();
    if (nullable ? how % 4 == 0 : how == 255) return nullptr;
    dml_tensor tensor = {};
    const dml_tensor* last = tensors_.empty() ? nullptr : &tensors_.back();
    if (last != nullptr && how % 8 >= 5) {
      tensor = *last;  // of the same type and sizes
      if (how % 8 == 6 && tensor.rank > 0 && tensor.rank <= DML_MAX_RANK) {
        const uint8_t which = input_.Byte();
        tensor.sizes[which % tensor.rank] = input_.Number();
      } else if (how % 8 == 7) {
        tensor.type = input_.Byte() % 16;
      }
    } else {
      tensor.type =
          last != nullptr && how % 8 == 1 ? last->type : input_.Byte() % 16;
      const uint8_t rank = input_.Byte();
      tensor.rank = rank < 240 ? rank % 6 : rank - 240;
      for (uint32_t d = 0; d < tensor.rank && d < DML_MAX_RANK; ++d) {
        tensor.sizes[d] = input_.Number();
      }
    }
    const uint8_t layout = input_.Byte();
    uint64_t step = 1;
    for (int d = DML_MAX_RANK - 1; d >= 0; --d) {
      if (d >= static_cast<int>(tensor.rank)) continue;
      if ((layout & 7) == 7) {
        tensor.strides[d] = input_.Number();
      } else if ((layout & 7) == 6 && input_.Byte() % 2 == 0) {
        tensor.strides[d] = 0;
      } else {
        tensor.strides[d] = static_cast<int64_t>(step);
        step *= static_cast<uint64_t>(tensor.sizes[d]);
      }
    }
    const uint8_t place = layout >> 3;
    tensor.data = place < 24   ? begin_ + bytes_ / 32 * place
                  : place < 31 ? begin_ + static_cast<uint64_t>(input_.Number())
                               : input_.Word();
    tensors_.push_back(tensor);
    return &tensors_.back();
  }

  // `*count` is how many; at most as many as there are.
  const dml_tensor* const* Tensors(uint32_t* count) {
    const uint8_t how = input_.Byte();
    if (how == 255) return nullptr;
    const size_t length = how % 20;
    lists_.emplace_back();
    for (size_t i = 0; i < length; ++i) lists_.back().push_back(Tensor(false));
    *count = static_cast<uint32_t>(length);
    return lists_.back().data();
  }

  // Host memory of `count` values, exactly, so that whoever reads behind them
  // is found out.
  template <typename T>
  const T* Numbers(size_t count, bool nullable) {
    const uint8_t how = input_.Byte();
    if (nullable ? how % 4 == 0 : how == 255) return nullptr;
    auto* values = static_cast<T*>(Memory(count * sizeof(T)));
    for (size_t i = 0; i < count; ++i) {
      values[i] = static_cast<T>(input_.Number());
    }
    return values;
  }

  // An element of any type.
  const void* Value(bool nullable) { return Numbers<uint64_t>(2, nullable); }

  // Where a struct of attributes goes, unless it is null.
  template <typename T>
  T* Struct() {
    return input_.Byte() == 255 ? nullptr : static_cast<T*>(Memory(sizeof(T)));
  }

 private:
  void* Memory(size_t bytes) {
    memory_.push_back(std::make_unique<uint64_t[]>((bytes + 7) / 8));
    return memory_.back().get();
  }

  Input& input_;
  const uint64_t begin_, bytes_;
  std::deque<dml_tensor> tensors_;  // which stay where they are
  std::deque<std::vector<const dml_tensor*>> lists_;
  std::vector<std::unique_ptr<uint64_t[]>> memory_;
};

}  // namespace fuzz
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_FUZZ_ARGUMENTS_H_
