// What the structs that shaders/parameter_blocks.py makes have in common.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SHADERS_PARAMETER_BLOCK_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SHADERS_PARAMETER_BLOCK_H_

namespace dml {

// The parameter block of a program, known by its address: a struct's kBlock is
// that of the programs that it is for (Shader::block).
struct ParameterBlock {
  const char* source;  // "softmax/softmax.comp", for messages
};

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SHADERS_PARAMETER_BLOCK_H_
