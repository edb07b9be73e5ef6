#include "tensorflow/core/common_runtime/dml/runtime/operators/programs.h"

#include <gtest/gtest.h>

#include <cstring>
#include <set>
#include <string>
#include <vector>

namespace dml {
namespace {

// What shader model 6.0 cannot say, beside cooperative matrices.
const std::set<std::string>& WithoutHlsl() {
  static const auto& names = *new std::set<std::string>{
      "benchmark_multiply_add_f16", "convolution_dot_f16",
      "convolution_packed_f16", "gemm_dot_f16", "gemm_packed_f16"};
  return names;
}

TEST(ProgramsTest, AllHaveHlsl) {
  size_t count = 0;
  for (const Shader& shader : AllShaders()) {
    const bool expected =
        !shader.cooperative && WithoutHlsl().count(shader.name) == 0;
    ASSERT_EQ(shader.hlsl != nullptr, expected) << shader.name;
    if (shader.hlsl == nullptr) {
      EXPECT_EQ(shader.hlsl_bytes, 0u) << shader.name;
      continue;
    }
    ++count;
    ASSERT_EQ(shader.hlsl_bytes, std::strlen(shader.hlsl)) << shader.name;
    EXPECT_NE(std::strstr(shader.hlsl, "void main("), nullptr) << shader.name;
  }
  EXPECT_GT(count, 600u);
}

// The registers that hlsl/README.md gives buffers, and no others.
TEST(ProgramsTest, BuffersHaveTheirRegisters) {
  for (const Shader& shader : AllShaders()) {
    if (shader.hlsl == nullptr) continue;
    const std::string text(shader.hlsl, shader.hlsl_bytes);
    for (size_t at = text.find("RWByteAddressBuffer"); at != std::string::npos;
         at = text.find("RWByteAddressBuffer", at + 1)) {
      const size_t number = text.find("register(u", at) + std::strlen("register(u");
      const int which = std::stoi(text.substr(number));
      EXPECT_GE(which, 1) << shader.name;
      EXPECT_LE(which, static_cast<int>(shader.buffers)) << shader.name;
    }
  }
}

TEST(ProgramsTest, CommonOnesAreCompiled) {
  size_t count = 0;
  for (const Shader& shader : AllShaders()) {
    for (const CompiledProgram& program : shader.compiled) {
      ++count;
      ASSERT_NE(shader.hlsl, nullptr) << shader.name;
      ASSERT_FALSE(program.dxil.empty()) << shader.name;
      EXPECT_EQ(std::memcmp(program.dxil.data(), "DXBC", 4), 0) << shader.name;
      std::vector<uint32_t> constants(program.specialization.begin(),
                                      program.specialization.end());
      EXPECT_EQ(FindCompiled(shader, constants).data(), program.dxil.data())
          << shader.name;
      constants.push_back(0);
      EXPECT_TRUE(FindCompiled(shader, constants).empty()) << shader.name;
      constants.pop_back();
      constants[0] = 1000;  // invocations that no operator asks for
      EXPECT_TRUE(FindCompiled(shader, constants).empty()) << shader.name;
    }
  }
  EXPECT_GT(count, 200u);
}

}  // namespace
}  // namespace dml
