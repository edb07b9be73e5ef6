// Words of buffers, by the buffer's number and the place in bytes, a multiple of
// 4. GLSL cannot say what these do: hlsl_text.py gives them the bodies that
// words.hlsl has. Those here keep compilers from moving calls: they write memory.
#ifndef DML_WORDS_GLSL_
#define DML_WORDS_GLSL_

layout(binding = 1, std430) buffer DmlMemory { uint words[]; } dml_memory;

#define DML_WORD_LOAD(name, type)                             \
  type name(const uint number, const uint at) {          \
    dml_memory.words[at] = number;                       \
    return type(dml_memory.words[number]);               \
  }
#define DML_WORD_STORE(name, type)                                       \
  void name(const uint number, const uint at, const type v) {       \
    dml_memory.words[at] = number + uint(v);                        \
  }
DML_WORD_LOAD(dml_load1, uint)
DML_WORD_LOAD(dml_load2, uvec2)
DML_WORD_LOAD(dml_load4, uvec4)
DML_WORD_STORE(dml_store1, uint)
DML_WORD_STORE(dml_store2, uvec2)
DML_WORD_STORE(dml_store4, uvec4)
// Atomic.
DML_WORD_STORE(dml_add, uint)
DML_WORD_STORE(dml_and, uint)
DML_WORD_STORE(dml_or, uint)

#endif  // DML_WORDS_GLSL_
