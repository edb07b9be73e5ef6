// The size of the blocks that matrices are factored in.
#ifndef DML_MATRIX_BLOCK_GLSL_
#define DML_MATRIX_BLOCK_GLSL_

// Rows and columns of a block that a work group holds in shared memory.
DML_SHARED const uint kBlock = 32;
// Of its rows there: odd, so that a column is spread over all banks.
const uint kBlockPitch = kBlock + 1;
// Invocations of a group, each of which holds a column (or row) of kBlock
// elements in shared memory: with a block, less than 32 KB.
#ifdef T_storage
const uint kLanes = T_SIZE == 16 ? 16 : 64;
#endif

#endif  // DML_MATRIX_BLOCK_GLSL_
