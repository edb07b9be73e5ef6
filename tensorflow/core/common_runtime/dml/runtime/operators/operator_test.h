// What unit tests of operators share: an OperatorContext on the null device.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_OPERATOR_TEST_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_OPERATOR_TEST_H_

#include <gtest/gtest.h>

#include <memory>
#include <utility>

#include "tensorflow/core/common_runtime/dml/runtime/hal/testing/recording_device.h"
#include "tensorflow/core/common_runtime/dml/runtime/memory/address_space.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/context.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/products/tile_chooser.h"

namespace dml {

class OperatorTest : public ::testing::Test {
 protected:
  explicit OperatorTest(Span<const Shader> shaders) : shaders_(shaders) {}

  void SetUp() override {
    ASSERT_TRUE(AddressSpace::Create(&space_).ok());
    ASSERT_TRUE(
        Stream::Create(&device_, space_.get(), StreamOptions(), &stream_).ok());
    programs_ = std::make_unique<ProgramCache>(&device_, shaders_);
    pool_ = std::make_unique<Pool>(
        &group_, space_.get(), PoolOptions(),
        [this](std::unique_ptr<hal::Heap> heap, uint64_t address) {
          stream_->ReleaseHeap(std::move(heap), address);
        },
        [] {});
    tiles_ = std::make_unique<TileChooser>(device_.info(), CheckMatrices());
    uint64_t address = 0;
    ASSERT_TRUE(pool_->Allocate(256, "test", &address).ok());
    buffer_ = {address, 256, Access::kRead};
  }
  void TearDown() override {
    pool_->Free(buffer_.address);
    pool_.reset();
    stream_.reset();
  }

  OperatorContext Context(LaunchPlan* plan = nullptr) {
    return {device_.info(), *stream_, *programs_, *pool_,
            *tiles_,        "test",   plan};
  }
  size_t launches() {
    EXPECT_TRUE(stream_->Sync().ok());
    return device_.events().size();
  }

  const Span<const Shader> shaders_;
  hal::testing::RecordingDevice device_;
  PoolGroup group_{&device_};
  std::unique_ptr<AddressSpace> space_;
  std::unique_ptr<Stream> stream_;
  std::unique_ptr<ProgramCache> programs_;
  std::unique_ptr<Pool> pool_;
  std::unique_ptr<TileChooser> tiles_;
  BufferArgument buffer_;
};

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_OPERATOR_TEST_H_
