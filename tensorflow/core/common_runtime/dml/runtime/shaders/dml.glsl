// What every program includes first: extensions, data types, the parameter
// block and group numbering. It is the only file that knows how buffers reach
// a program (by address, in Vulkan), so another API has one file to replace.
//
// Types. A variant's type parameters T, U come as -DT=f32 and so on, and each
// gives, for T:
//   TBuffer            a buffer parameter of elements T
//   T_compute          the type to compute in: float for f16 and f32, double,
//                      int for i8, i16, i32 and bool (0 or 1), uint for u8,
//                      u16, u32, int64_t, uint64_t; a vector of the two parts
//                      for c64 and c128, of four words for u128
//   T_load(b, i)       element i as T_compute
//   T_store(b, i, v)   rounds or wraps v into element i
//   T_IS_FLOAT, T_IS_BOOL, T_IS_COMPLEX, T_SIZE (bytes); T_f32 (and so on) is
//                      defined as 1
//
// Parameters. Buffers first, then 4-byte constants; a program whose block may
// exceed 128 bytes says #define DML_PARAMETERS_IN_MEMORY before including this:
//   DML_PARAMETERS_BEGIN
//     TBuffer x;
//     TBuffer y;
//     uint count;
//   DML_PARAMETERS_END
// and reads p.x, p.count. The C++ struct of the constants is made from this
// declaration: parameter_blocks.py says what may stand here.
//
// Work groups. constant_id 0 is the group's size in x; a program's own
// specialization constants start at 1.
//   dml_group()    number of this group in a linear grid
//   dml_global()   number of this invocation in a linear grid
#ifndef DML_GLSL_
#define DML_GLSL_

#extension GL_EXT_buffer_reference : require
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

#ifndef DML_CUSTOM_LOCAL_SIZE
layout(local_size_x_id = 0) in;
#endif

#ifdef DML_PARAMETERS_IN_MEMORY
#define DML_PARAMETERS_BEGIN                                              \
  layout(buffer_reference, scalar, buffer_reference_align = 16) readonly  \
      buffer DmlParameters {
#define DML_PARAMETERS_END                                                \
  };                                                                      \
  layout(push_constant, scalar) uniform DmlRoot { DmlParameters block; }  \
  dml_root;
#define p dml_root.block
#else
#define DML_PARAMETERS_BEGIN \
  layout(push_constant, scalar) uniform DmlParameters {
#define DML_PARAMETERS_END \
  }                        \
  p;
#endif

// Says that C++ knows a struct or a constant too: see parameter_blocks.py.
#define DML_SHARED

uint dml_group() {
  return gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x;
}
uint dml_global() {
  return dml_group() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
}

// Untyped words, for programs that only move bits.
layout(buffer_reference, scalar, buffer_reference_align = 4) buffer WordBuffer {
  uint at[];
};
layout(buffer_reference, scalar, buffer_reference_align = 4) buffer FloatBuffer {
  float at[];
};
layout(buffer_reference, scalar, buffer_reference_align = 4) buffer IntBuffer {
  int at[];
};

// build_shaders.py writes the macros of each type parameter here.
#include "dml_types.glsl"
#include "dml_enums.glsl"

#endif  // DML_GLSL_
