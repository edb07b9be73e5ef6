// The lowest and highest values of the type parameter T, as T_compute; the
// infinities for floats. Include after dml.glsl.
#ifndef DML_LIMITS_GLSL_
#define DML_LIMITS_GLSL_

#if T_IS_FLOAT
#define T_LOWEST uintBitsToFloat(0xff800000u)
#define T_HIGHEST uintBitsToFloat(0x7f800000u)
#elif T_IS_BOOL
#define T_LOWEST 0
#define T_HIGHEST 1
#elif defined(T_u8) || defined(T_u16) || defined(T_u32) || defined(T_u64)
#define T_LOWEST T_compute(0)
#define T_HIGHEST (~T_compute(0) >> (T_SIZE < 4 ? 32 - 8 * T_SIZE : 0))
#else
#define T_LOWEST (-(T_compute(1) << (8 * T_SIZE - 1)))
#define T_HIGHEST (~T_LOWEST)
#endif

#endif  // DML_LIMITS_GLSL_
