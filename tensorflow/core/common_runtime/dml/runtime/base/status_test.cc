#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace dml {
namespace {

TEST(StatusTest, IsOkByDefault) {
  const Status status;
  EXPECT_TRUE(status.ok());
  EXPECT_EQ(status.code(), Code::kOk);
  EXPECT_EQ(status.message(), "");
  EXPECT_TRUE(Status::Ok().ok());
}

TEST(StatusTest, OkHasNoMessage) {
  const Status status(Code::kOk, "not heard");
  EXPECT_TRUE(status.ok());
  EXPECT_EQ(status.message(), "");
}

TEST(StatusTest, JoinsWhatAnErrorIsMadeOf) {
  const Status status = Error(Code::kNotFound, "adapter ", 3, " of ", 2.5, '!');
  EXPECT_FALSE(status.ok());
  EXPECT_EQ(status.code(), Code::kNotFound);
  EXPECT_EQ(status.message(), "adapter 3 of 2.5!");
  EXPECT_EQ(InvalidArgument("a").code(), Code::kInvalidArgument);
  EXPECT_EQ(Unimplemented("a").code(), Code::kUnimplemented);
  EXPECT_EQ(Internal("a").code(), Code::kInternal);
}

TEST(StatusTest, CopiesAreIndependent) {
  Status first = Internal("first");
  const Status copy = first;
  first = Status::Ok();
  EXPECT_TRUE(first.ok());
  EXPECT_EQ(copy.code(), Code::kInternal);
  EXPECT_EQ(copy.message(), "first");
}

TEST(StatusTest, AssignsToItself) {
  Status status = Internal("kept");
  const Status& same = status;
  status = same;
  EXPECT_EQ(status.message(), "kept");
}

TEST(StatusTest, Moves) {
  Status from = Internal("moved");
  const Status to = std::move(from);
  EXPECT_EQ(to.message(), "moved");
  EXPECT_EQ(to.code(), Code::kInternal);
}

Status ReturnsAfter(const Status& first, bool* reached) {
  DML_RETURN_IF_ERROR(first);
  *reached = true;
  return Status::Ok();
}

TEST(StatusTest, ReturnIfErrorReturnsErrorsOnly) {
  bool reached = false;
  EXPECT_EQ(ReturnsAfter(Internal("early"), &reached).message(), "early");
  EXPECT_FALSE(reached);
  EXPECT_TRUE(ReturnsAfter(Status::Ok(), &reached).ok());
  EXPECT_TRUE(reached);
}

}  // namespace
}  // namespace dml
