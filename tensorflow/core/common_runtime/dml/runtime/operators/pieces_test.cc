#include "tensorflow/core/common_runtime/dml/runtime/operators/pieces.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/operators/operator_test.h"

namespace dml {
namespace {

class PiecesTest : public OperatorTest {
 protected:
  PiecesTest() : OperatorTest(Span<const Shader>()) {}

  OperatorContext Limited(int64_t max_elements) {
    OperatorContext context = Context();
    context.max_elements = max_elements;
    return context;
  }
};

dml_tensor Make(std::vector<int64_t> sizes, std::vector<int64_t> strides,
                uint64_t data = uint64_t{1} << 40) {
  dml_tensor tensor = {};
  tensor.data = data;
  tensor.type = DML_UINT16;
  tensor.rank = static_cast<uint32_t>(sizes.size());
  std::copy(sizes.begin(), sizes.end(), tensor.sizes);
  std::copy(strides.begin(), strides.end(), tensor.strides);
  return tensor;
}

using Addresses = std::pair<uint64_t, uint64_t>;

// Of each element of two tensors of the same sizes, both addresses.
void List(const dml_tensor& x, const dml_tensor& y,
          std::multiset<Addresses>* found) {
  const int64_t count = ElementCount(x);
  for (int64_t i = 0; i < count; ++i) {
    Addresses at = {x.data, y.data};
    int64_t rest = i;
    for (uint32_t d = x.rank; d-- > 0;) {
      at.first += rest % x.sizes[d] * x.strides[d] * 2;
      at.second += rest % x.sizes[d] * y.strides[d] * 2;
      rest /= x.sizes[d];
    }
    found->insert(at);
  }
}

TEST_F(PiecesTest, HaveAllElementsOnceAndFit) {
  const std::vector<std::pair<dml_tensor, dml_tensor>> cases = {
      {Make({5000}, {1}), Make({5000}, {1})},
      {Make({5000}, {-1}), Make({5000}, {3})},
      {Make({5000}, {0}), Make({5000}, {1})},
      {Make({70, 80}, {80, 1}), Make({70, 80}, {1, 70})},
      {Make({3, 1, 2000}, {2000, 7, 1}), Make({3, 1, 2000}, {1, 0, 3})},
      {Make({4, 5, 6, 7}, {1, -4, 20, 120}), Make({4, 5, 6, 7}, {0, 7, 0, 1})},
      {Make({2, 3}, {100000, 1}), Make({2, 3}, {3, 1})},
  };
  for (const auto& [x, y] : cases) {
    std::multiset<Addresses> whole, cut;
    List(x, y, &whole);
    const OperatorContext context = Limited(300);
    int pieces = 0;
    const Status status =
        ForEachPiece(context, "test", {&x, &y}, kAllDimensions,
                     [&](const dml_tensor* const* parts) {
                       ++pieces;
                       EXPECT_TRUE(FitsPrograms(context, *parts[0]));
                       EXPECT_TRUE(FitsPrograms(context, *parts[1]));
                       EXPECT_TRUE(SameSizes(*parts[0], *parts[1]));
                       List(*parts[0], *parts[1], &cut);
                       return Status::Ok();
                     });
    EXPECT_TRUE(status.ok()) << status.message();
    EXPECT_EQ(cut, whole) << Describe(x);
    EXPECT_GT(pieces, 1);
  }
}

// The number of pieces, and what their elements are together.
std::pair<int, int64_t> Count(const OperatorContext& context,
                              const dml_tensor& x, const dml_tensor& y) {
  std::pair<int, int64_t> counted;
  EXPECT_TRUE(ForEachPiece(context, "test", {&x, &y}, kAllDimensions,
                           [&](const dml_tensor* const* parts) {
                             ++counted.first;
                             counted.second += ElementCount(*parts[0]);
                             return Status::Ok();
                           })
                  .ok());
  return counted;
}

TEST_F(PiecesTest, AreFew) {
  const OperatorContext context = Context();
  const int64_t n = int64_t{1} << 33;
  EXPECT_EQ(Count(context, Make({n}, {1}), Make({n}, {1})),
            std::make_pair(5, n));
  // Each piece of a transposed copy is a block of both.
  const int64_t rows = int64_t{1} << 16, columns = int64_t{1} << 17;
  const auto [pieces, elements] =
      Count(context, Make({rows, columns}, {columns, 1}),
            Make({rows, columns}, {1, rows}));
  EXPECT_EQ(elements, n);
  EXPECT_LE(pieces, 100);
  // What fits is not cut.
  EXPECT_EQ(
      Count(context, Make({kMaxElements}, {1}), Make({kMaxElements}, {0})),
      std::make_pair(1, kMaxElements));
}

TEST_F(PiecesTest, BeginWhereVectorsMay) {
  const dml_tensor x = Make({5000}, {1});
  EXPECT_TRUE(ForEachPiece(Limited(1000), "test", {&x}, kAllDimensions,
                           [&](const dml_tensor* const* parts) {
                             EXPECT_EQ((parts[0]->data - x.data) / 2 %
                                           kPieceAlignment,
                                       0u);
                             return Status::Ok();
                           })
                  .ok());
}

TEST_F(PiecesTest, WhatCannotBeCut) {
  const auto nothing = [](const dml_tensor* const*) { return Status::Ok(); };
  const dml_tensor large = Make({2, int64_t{1} << 31}, {0, 1});
  const Status status =
      ForEachPiece(Context(), "scan", {&large}, 1u << 0, nothing);
  EXPECT_EQ(status.code(), Code::kUnimplemented);
  EXPECT_NE(status.message().find("scan: uint16 [1, 2147483648]"),
            std::string::npos)
      << status.message();
  // Programs could take this one.
  const dml_tensor small = Make({2000}, {1});
  EXPECT_TRUE(ForEachPiece(Limited(1000), "scan", {&small}, 0, nothing).ok());
}

TEST_F(PiecesTest, TheFirstFailureEndsIt) {
  const dml_tensor x = Make({5000}, {1});
  int pieces = 0;
  const Status status = ForEachPiece(
      Limited(1000), "test", {&x}, kAllDimensions,
      [&](const dml_tensor* const*) {
        return ++pieces == 2 ? Error(Code::kOutOfMemory, "full") : Status::Ok();
      });
  EXPECT_EQ(status.code(), Code::kOutOfMemory);
  EXPECT_EQ(pieces, 2);
}

TEST(WideTensorTest, IsAsLargeAsMemoryMayBe) {
  const int64_t n = int64_t{1} << 31;
  for (const dml_tensor& tensor :
       {Make({n}, {1}), Make({2}, {n}), Make({3}, {-n}), Make({n, n}, {0, 0}),
        Make({int64_t{1} << 16, int64_t{1} << 16}, {int64_t{1} << 16, 1})}) {
    EXPECT_EQ(CheckTensor(&tensor, "x").code(), Code::kUnimplemented);
  }
  TensorFacts facts;
  const dml_tensor far = Make({3, 5}, {-n, 2});
  EXPECT_TRUE(CheckWideTensor(&far, "x", &facts).ok());
  EXPECT_EQ(facts.count, 15);
  EXPECT_EQ(facts.span, 2 * n + 8 + 1);
  EXPECT_EQ(facts.begin, far.data - 4 * n);
  EXPECT_EQ(facts.bytes, 2 * (2 * n + 9u));
  const int64_t most = INT64_MAX;
  for (const dml_tensor& tensor :
       {Make({most}, {1}), Make({n, n}, {n, 1}), Make({2}, {INT64_MIN}),
        Make({n, n, n}, {0, 0, 0}), Make({most, most, most}, {1, 1, 1})}) {
    EXPECT_EQ(CheckWideTensor(&tensor, "x").code(), Code::kUnimplemented);
  }
}

}  // namespace
}  // namespace dml
