#include "tensorflow/core/common_runtime/dml/runtime/operators/launch_memo.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/operators/elementwise/elementwise_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operator_test.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"

namespace dml {
namespace {

constexpr uint32_t kWords[] = {0x07230203};
constexpr Shader kShaders[] = {
    {"binary_f32", kWords, 1, false, false, &ElementwiseParameters::kBlock, 3},
    {"binary_strided_f32", kWords, 1, false, false,
     &ElementwiseStridedParameters::kBlock, 3},
    {"binary_f16", kWords, 1, false, false, &ElementwiseParameters::kBlock, 3},
    {"unary_f32", kWords, 1, false, false, &ElementwiseParameters::kBlock, 2},
};
using Tensors = std::vector<dml_tensor>;

class LaunchMemoTest : public OperatorTest {
 protected:
  LaunchMemoTest() : OperatorTest(kShaders) {}

  void SetUp() override {
    OperatorTest::SetUp();
    ASSERT_TRUE(pool_->Allocate(kBytes, "test", &memory_).ok());
  }
  void TearDown() override {
    pool_->Free(memory_);
    OperatorTest::TearDown();
  }

  OperatorContext Context(LaunchPlan* plan = nullptr) {
    OperatorContext context = OperatorTest::Context(plan);
    context.memo = memo_.get();
    return context;
  }
  // A vector that begins so many bytes from the memory's beginning.
  dml_tensor At(uint64_t offset, int64_t size = 16) {
    return MakeTensor(memory_ + offset, DML_FLOAT32, {size});
  }
  // An operator of the kind that the memo is for: launches a program for each
  // of `sizes`, its only constant.
  Status Run(OperatorContext& context, const Tensors& tensors,
             const std::vector<uint32_t>& sizes = {16}, uint32_t number = 0,
             double parameter = 0) {
    std::vector<const dml_tensor*> pointers;
    for (const dml_tensor& tensor : tensors) pointers.push_back(&tensor);
    RepeatableLaunch call(
        context, {RepeatableLaunch::Operator::kCast, number, parameter},
        pointers);
    if (call.known()) return call.Launch();
    ++asked_;
    std::vector<BufferArgument> buffers;
    for (size_t i = 0; i < tensors.size(); ++i) {
      buffers.push_back(Argument(
          tensors[i], i + 1 < tensors.size() ? Access::kRead : Access::kWrite));
    }
    for (const uint32_t size : sizes) {
      DML_RETURN_IF_ERROR(LaunchProgram(
          context, "unary_f32", {number}, Grid{size},
          Span<const BufferArgument>(buffers), ElementwiseParameters{size, 0}));
    }
    return Status::Ok();
  }
  // Whether the operator was asked.
  bool Asks(const Tensors& tensors, uint32_t number = 0, double parameter = 0) {
    OperatorContext context = Context();
    const int before = asked_;
    EXPECT_TRUE(Run(context, tensors, {16}, number, parameter).ok());
    return asked_ > before;
  }
  std::vector<hal::testing::Event> Events() {
    EXPECT_TRUE(stream_->Sync().ok());
    std::vector<hal::testing::Event> events;
    for (const hal::testing::Event& event : device_.events()) {
      if (event.kind == hal::testing::EventKind::kDispatch) {
        events.push_back(event);
      }
    }
    return events;
  }
  size_t Dispatches() { return Events().size(); }
  hal::testing::Event Last() { return Events().back(); }

  static constexpr uint64_t kBytes = 1 << 16;
  std::unique_ptr<LaunchMemo> memo_ = std::make_unique<LaunchMemo>();
  uint64_t memory_ = 0;
  int asked_ = 0;
};

TEST_F(LaunchMemoTest, TheSameAtOtherAddressesIsNotAskedFor) {
  EXPECT_TRUE(Asks({At(0), At(256)}));
  const hal::testing::Event first = Last();
  EXPECT_FALSE(Asks({At(512), At(1024)}));
  const hal::testing::Event second = Last();
  EXPECT_EQ(second.program, first.program);
  EXPECT_EQ(second.groups[0], first.groups[0]);
  EXPECT_EQ(second.constants, first.constants);
  ASSERT_EQ(second.bindings.size(), 2u);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(second.bindings[i].heap, first.bindings[i].heap);
  }
  EXPECT_EQ(second.bindings[0].offset, first.bindings[0].offset + 512);
  EXPECT_EQ(second.bindings[1].offset, first.bindings[1].offset + 768);
}

TEST_F(LaunchMemoTest, WhatDiffersIsAskedFor) {
  const Tensors tensors = {At(0), At(256)};
  EXPECT_TRUE(Asks(tensors));
  EXPECT_TRUE(Asks({At(0, 8), At(256)}));
  EXPECT_TRUE(Asks({At(0), At(256, 8)}));
  EXPECT_TRUE(Asks({At(4), At(256)}));  // an address that vectors do not take
  EXPECT_TRUE(Asks({At(0), At(0)}));    // in place
  EXPECT_TRUE(Asks(tensors, /*number=*/1));
  EXPECT_TRUE(Asks(tensors, /*number=*/0, /*parameter=*/1));
  Tensors other = tensors;
  other[0].type = DML_INT32;
  EXPECT_TRUE(Asks(other));
  other = tensors;
  other[0].strides[0] = 0;
  EXPECT_TRUE(Asks(other));
  other = tensors;
  other[0] = MakeTensor(memory_, DML_FLOAT32, {4, 4});
  EXPECT_TRUE(Asks(other));
  EXPECT_FALSE(Asks(tensors));
}

TEST_F(LaunchMemoTest, AViewThatGoesBackHasItsOwnAddresses) {
  Tensors tensors = {At(15 * 4), At(256)};
  tensors[0].strides[0] = -1;
  EXPECT_TRUE(Asks(tensors));
  const uint64_t first = Last().bindings[0].offset;
  tensors[0].data += 1024;
  EXPECT_FALSE(Asks(tensors));
  EXPECT_EQ(Last().bindings[0].offset, first + 1024);
}

TEST_F(LaunchMemoTest, OverlapsOtherThanBeforeAreAskedFor) {
  EXPECT_TRUE(Asks({At(0, 128), At(512, 128)}));
  EXPECT_FALSE(Asks({At(512, 128), At(0, 128)}));
  EXPECT_TRUE(Asks({At(0, 128), At(256, 128)}));
  EXPECT_TRUE(Asks({At(256, 128), At(0, 128)}));
}

TEST_F(LaunchMemoTest, TwoLaunchesAreNotRemembered) {
  OperatorContext context = Context();
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(Run(context, {At(0), At(256)}, {16, 8}).ok());
  }
  EXPECT_EQ(asked_, 3);
  EXPECT_EQ(Dispatches(), 6u);
}

TEST_F(LaunchMemoTest, NothingToLaunchIsNotRemembered) {
  OperatorContext context = Context();
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(Run(context, {At(0), At(256)}, {}).ok());
  }
  EXPECT_EQ(asked_, 2);
}

TEST_F(LaunchMemoTest, AnOperatorThatCallsAnotherIsNotRemembered) {
  const dml_tensor input = At(0), output = At(256);
  const dml_tensor* const tensors[] = {&input, &output};
  for (int i = 0; i < 3; ++i) {
    OperatorContext context = Context();
    RepeatableLaunch call(context, {RepeatableLaunch::Operator::kElementwise},
                          tensors);
    EXPECT_FALSE(call.known());
    EXPECT_TRUE(Run(context, {input, output}).ok());
    EXPECT_TRUE(LaunchProgram(context, "unary_f32", {}, Grid(),
                              {Argument(input, Access::kRead),
                               Argument(output, Access::kWrite)},
                              ElementwiseParameters())
                    .ok());
  }
  EXPECT_EQ(asked_, 1);  // the other one is
  EXPECT_EQ(Dispatches(), 6u);
}

TEST_F(LaunchMemoTest, AnOperatorThatCopiesIsNotRemembered) {
  for (int i = 0; i < 3; ++i) {
    OperatorContext context = Context();
    const dml_tensor input = At(0), output = At(256);
    const dml_tensor* const tensors[] = {&input, &output};
    RepeatableLaunch call(context, {RepeatableLaunch::Operator::kElementwise},
                          tensors);
    EXPECT_FALSE(call.known());
    EXPECT_TRUE(LaunchProgram(context, "unary_f32", {}, Grid(),
                              {Argument(input, Access::kRead),
                               Argument(output, Access::kWrite)},
                              ElementwiseParameters())
                    .ok());
    EXPECT_TRUE(CopyMemory(context, input.data, output.data, 64).ok());
  }
}

TEST_F(LaunchMemoTest, PlansListWhatIsKnown) {
  EXPECT_TRUE(Asks({At(0), At(256)}));
  LaunchPlan plan;
  OperatorContext context = Context(&plan);
  EXPECT_TRUE(Run(context, {At(0), At(256)}).ok());
  EXPECT_EQ(plan, LaunchPlan({"unary_f32\t0"}));
  EXPECT_EQ(Dispatches(), 1u);
}

TEST_F(LaunchMemoTest, ProgramsAreOfOneDevice) {
  EXPECT_TRUE(Asks({At(0), At(256)}));
  ASSERT_TRUE(stream_->Sync().ok());  // what was launched has the programs
  programs_ = std::make_unique<ProgramCache>(&device_, shaders_);
  EXPECT_TRUE(Asks({At(0), At(256)}));
  EXPECT_FALSE(Asks({At(0), At(256)}));
}

TEST_F(LaunchMemoTest, TakesAnything) {
  OperatorContext context = Context();
  const dml_tensor good = At(0);
  dml_tensor deep = good, nowhere = good;
  deep.rank = ~0u;
  nowhere.data = 0;
  for (const dml_tensor* bad : {static_cast<const dml_tensor*>(nullptr),
                                static_cast<const dml_tensor*>(&deep),
                                static_cast<const dml_tensor*>(&nowhere)}) {
    for (const auto& tensors : {std::vector<const dml_tensor*>{bad, &good},
                                std::vector<const dml_tensor*>{&good, bad},
                                std::vector<const dml_tensor*>(9, bad),
                                std::vector<const dml_tensor*>{}}) {
      EXPECT_FALSE(RepeatableLaunch(
                       context, {RepeatableLaunch::Operator::kCast}, tensors)
                       .known());
      EXPECT_EQ(context.learner, nullptr);
    }
  }
}

// Neither an order that repeats nor another one changes what is launched.
TEST_F(LaunchMemoTest, FindsWhatComesInAnyOrder) {
  const std::vector<uint32_t> sizes = {1, 2, 3, 1, 2, 3, 1, 2, 3,
                                       3, 3, 2, 1, 1, 3, 2, 1};
  for (const uint32_t size : sizes) {
    OperatorContext context = Context();
    ASSERT_TRUE(Run(context, {At(0, size), At(256, size)}, {size}).ok());
  }
  EXPECT_EQ(asked_, 3);
  std::vector<uint32_t> groups;
  for (const hal::testing::Event& event : Events()) {
    groups.push_back(event.groups[0]);
  }
  EXPECT_EQ(groups, sizes);
}

TEST_F(LaunchMemoTest, ManyDriveEachOtherOut) {
  constexpr int64_t kSizes = 300;
  for (int round = 0; round < 2; ++round) {
    for (int64_t size = 1; size <= kSizes; ++size) {
      OperatorContext context = Context();
      const auto constant = static_cast<uint32_t>(size);
      const Tensors tensors = {At(0, size), At(kBytes / 2, size)};
      ASSERT_TRUE(Run(context, tensors, {constant}).ok());
      ASSERT_TRUE(Run(context, tensors, {constant}).ok());
    }
  }
  EXPECT_GT(asked_, kSizes);
  EXPECT_LE(asked_, 2 * kSizes);
  const std::vector<hal::testing::Event> events = Events();
  ASSERT_EQ(events.size(), size_t{4 * kSizes});
  for (size_t i = 0; i < events.size(); ++i) {
    ASSERT_EQ(events[i].groups[0], i / 2 % kSizes + 1);
  }
}

// Elementwise() itself.
TEST_F(LaunchMemoTest, ErrorsAreAsEver) {
  const auto add = [this](const dml_tensor& a, const dml_tensor& b,
                          const dml_tensor& c) {
    OperatorContext context = Context();
    const dml_tensor* const inputs[] = {&a, &b};
    return Elementwise(context, DML_ADD, inputs, 2, &c, nullptr);
  };
  const dml_tensor a = At(0, 128), b = At(1024, 128), c = At(2048, 128);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(add(a, b, c).ok());
    EXPECT_TRUE(add(a, b, a).ok());
    EXPECT_EQ(add(a, b, At(256, 128)).code(), Code::kInvalidArgument);
    EXPECT_EQ(add(a, b, At(2048, 64)).code(), Code::kInvalidArgument);
    EXPECT_EQ(add(a, b, At(2050, 128)).code(), Code::kInvalidArgument);
    EXPECT_EQ(add(a, At(uint64_t{1} << 30, 128), c).code(),
              Code::kInvalidArgument);
  }
  EXPECT_EQ(Dispatches(), 6u);
  const hal::testing::Event event = Last();
  EXPECT_EQ(event.program, "binary_f32");
  EXPECT_EQ(event.bindings[0].offset, event.bindings[2].offset);
}

TEST_F(LaunchMemoTest, BroadcastsKeepTheirConstants) {
  dml_tensor row = MakeTensor(memory_, DML_FLOAT32, {6, 5});
  row.strides[0] = 0;
  const dml_tensor matrix = MakeTensor(memory_ + 1024, DML_FLOAT32, {6, 5});
  std::vector<std::vector<uint8_t>> constants;
  for (int i = 0; i < 2; ++i) {
    OperatorContext context = Context();
    const dml_tensor* const inputs[] = {&row, &matrix};
    ASSERT_TRUE(
        Elementwise(context, DML_ADD, inputs, 2, &matrix, nullptr).ok());
    EXPECT_EQ(context.learner, nullptr);
    constants.push_back(Last().constants);
    EXPECT_EQ(Last().program, "binary_strided_f32");
  }
  EXPECT_EQ(constants[0], constants[1]);
  EXPECT_EQ(constants[0].size(), sizeof(ElementwiseStridedParameters));
}

}  // namespace
}  // namespace dml
