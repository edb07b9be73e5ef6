// ProgramCache: the compiled programs of a device.
//
// A shader is one SPIR-V module made at build time by shaders/build_shaders.py
// from one row of a family's programs.py; a program is a shader with values for
// its specialization constants. Programs know no shapes, so the cache stays as
// small as the number of distinct kernels that a process really uses.
//
// Thread-safe. Two threads that ask for different programs compile in parallel;
// two that ask for the same one compile it once.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SHADERS_PROGRAM_CACHE_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SHADERS_PROGRAM_CACHE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/base/span.h"
#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"
#include "tensorflow/core/common_runtime/dml/runtime/shaders/parameter_block.h"

namespace dml {

// A shader's HLSL, compiled by the build for these constants (precompiled.py).
struct CompiledProgram {
  Span<const uint32_t> specialization;
  Span<const uint32_t> dxil;
};

// One row of the generated tables.
struct Shader {
  const char* name;  // "gemm_f32": source file's stem, then the variant's types
  const uint32_t* words;
  uint32_t word_count;
  bool parameters_in_memory;
  // With cooperative matrices; specialization constant kSubgroupConstant is
  // the subgroup size that it needs.
  bool cooperative;
  const ParameterBlock* block;  // what a launch must give it,
  uint32_t buffers;             // and how many buffers
  // The same program in HLSL (hlsl/README.md); null where there is none.
  const char* hlsl = nullptr;
  uint32_t hlsl_bytes = 0;
  Span<const CompiledProgram> compiled = {};
  // The grouped program (hal::ProgramDesc::grouped); empty where there is none.
  Span<const uint32_t> grouped = {};
};

// Of `shader` with these constants; empty when the build compiled none.
Span<const uint32_t> FindCompiled(const Shader& shader,
                                  Span<const uint32_t> specialization);

// "gemm_f32\t64,64,16": the shader, then its constants. What no constant makes
// special has nothing after the tab.
std::string DescribeProgram(std::string_view shader,
                            Span<const uint32_t> specialization);

class ProgramCache {
 public:
  static constexpr int kMaxSpecialization = 16;
  static constexpr int kSubgroupConstant = 12;

  // Programs of `device`, which must outlive it as `shaders` must. `trim` gives
  // memory back that nothing uses; Get() calls it, without locks, when the
  // driver has none for a program, and tries once more. May be empty.
  ProgramCache(hal::Device* device, Span<const Shader> shaders,
               std::function<void()> trim = nullptr);
  ~ProgramCache();

  // The program stays valid until Drop(), or as long as the cache; `row`,
  // unless null, gets its shader's. kUnimplemented when there is no shader of
  // that name (an operator without a variant for that type).
  Status Get(std::string_view shader, Span<const uint32_t> specialization,
             const hal::Program** program, const Shader** row = nullptr);

  // The grouped form of a program that came from Get() and whose shader has
  // one: by Program::grouping(), once this has made it. Compiles like Get().
  Status MakeGrouped(const hal::Program* program);

  // Of this cache alone, in this process; not 0.
  uint64_t number() const { return number_; }
  // Destroys a program that came from Get(), and its grouped form: no work uses
  // it, and no other thread is about to Get() it. Get() would make it anew.
  void Drop(const hal::Program* program);

  // Programs made so far: does not grow with new shapes.
  uint64_t compiled_count() const;
  // What those are that were not dropped, as DescribeProgram() says it, in the
  // order in which they were first asked for.
  std::vector<std::string> Compiled() const;

 private:
  class Impl;
  const uint64_t number_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SHADERS_PROGRAM_CACHE_H_
