// What every program includes first: extensions, data types, buffers and the
// parameter block (buffers.glsl), group numbering.
//
// Types. A variant's type parameters T, U each give, for T:
//   T_storage          the type of an element in memory
//   T_compute          the type to compute in: float for f16 and f32, double,
//                      int for i8, i16, i32 and bool (0 or 1), uint for u8,
//                      u16, u32, int64_t, uint64_t; a vector of the two parts
//                      for c64 and c128, of four words for u128
//   T_storage4, T_compute4   vectors of four, for T of at most 8 bytes, not
//                      complex. Hold elements as T_compute4: float16 in
//                      variables asks for float16 arithmetic, which not every
//                      GPU has.
//   T_part             the type of the parts of a complex T
//   T_IS_FLOAT, T_IS_BOOL, T_IS_COMPLEX, T_SIZE (bytes); T_f32 (and so on) is
//                      defined as 1
// buffers.glsl documents the types TBuffer and so on, their macros T_load(b, i),
// T_store(b, i, v) and others, and DML_PARAMETERS_BEGIN.
//
// Work groups. constant_id 0 is the group's size in x; a program's own
// specialization constants start at 1.
// A long dispatch is cut into slices, whose grids are smaller than the one that
// was asked for: these two hold there, what GLSL says of the grid does not.
//   dml_group()    number of this group in a linear grid
//   dml_global()   number of this invocation in a linear grid
#ifndef DML_GLSL_
#define DML_GLSL_

#extension GL_EXT_scalar_block_layout : require
#extension GL_EXT_shader_explicit_arithmetic_types : require
#extension GL_EXT_shader_16bit_storage : require
#extension GL_EXT_shader_8bit_storage : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_KHR_shader_subgroup_arithmetic : require
#extension GL_KHR_shader_subgroup_shuffle : require
#extension GL_KHR_shader_subgroup_ballot : require
#extension GL_KHR_shader_subgroup_vote : require
#ifdef DML_COOPERATIVE
#extension GL_KHR_cooperative_matrix : require
#extension GL_KHR_memory_scope_semantics : require
#pragma use_vulkan_memory_model
#endif

// build_shaders.py writes the macros of each type parameter, and the numbers of
// the C API's enums.
#include "dml_types.glsl"
#include "dml_enums.glsl"
#ifdef DML_HLSL
#include "hlsl/buffers.glsl"
#include "hlsl/grid.glsl"
#else
#include "buffers.glsl"
#endif

#ifndef DML_CUSTOM_LOCAL_SIZE
layout(local_size_x_id = 0) in;
#endif

// Says that C++ knows a struct or a constant too: see parameter_blocks.py.
#define DML_SHARED

#if defined(DML_GROUPED)
uint dml_first_group;  // of the member (grouped.glsl)
uint dml_group() { return gl_WorkGroupID.x - dml_first_group; }
#elif !defined(DML_HLSL)
uint dml_group() {
  return gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x;
}
#endif
uint dml_global() {
  return dml_group() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
}

#endif  // DML_GLSL_
