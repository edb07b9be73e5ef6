// DXC's types. Its header has types of Windows of its own where there is no
// Windows: whoever includes this may not include Direct3D's (api.h).
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_DXC_API_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_DXC_API_H_

#ifdef _WIN32
#include <oaidl.h>  // what it takes for granted
#endif

#ifdef __MINGW32__
#include <cstdint>

// Annotations that mingw-w64 does not know.
#ifndef _Maybenull_
#define _Maybenull_
#endif
#ifndef _Outptr_result_z_
#define _Outptr_result_z_
#endif

namespace dml {
namespace hal {
namespace d3d12 {

// "8ba5fb08-5195-40e2-ac58-0d989c3a0102".
constexpr GUID ReadGuid(const char (&text)[37]) {
  uint32_t words[4] = {};  // of 8 digits each
  int digits = 0;
  for (const char letter : text) {
    if (letter == '-' || letter == '\0') continue;
    const uint32_t value =
        letter <= '9' ? letter - '0' : (letter | 32) - 'a' + 10;
    words[digits / 8] = words[digits / 8] << 4 | value;
    ++digits;
  }
  GUID guid{words[0],
            static_cast<unsigned short>(words[1] >> 16),
            static_cast<unsigned short>(words[1]),
            {}};
  for (int i = 0; i < 8; ++i) {
    guid.Data4[i] =
        static_cast<unsigned char>(words[2 + i / 4] >> (24 - i % 4 * 8));
  }
  return guid;
}

constexpr GUID kExample = ReadGuid("01234567-89ab-CDEF-0246-8ace13579bdf");
static_assert(kExample.Data1 == 0x01234567 && kExample.Data2 == 0x89ab &&
              kExample.Data3 == 0xcdef && kExample.Data4[0] == 0x02 &&
              kExample.Data4[1] == 0x46 && kExample.Data4[2] == 0x8a &&
              kExample.Data4[7] == 0xdf);

}  // namespace d3d12
}  // namespace hal
}  // namespace dml

// The header leaves __uuidof() to Microsoft's compiler.
#define CROSS_PLATFORM_UUIDOF(Interface, text)                             \
  struct Interface;                                                        \
  template <>                                                              \
  struct __mingw_uuidof_s<Interface> {                                     \
    static constexpr GUID __uuid_inst = ::dml::hal::d3d12::ReadGuid(text); \
  };                                                                       \
  template <>                                                              \
  constexpr const GUID& __mingw_uuidof<Interface>() {                      \
    return __mingw_uuidof_s<Interface>::__uuid_inst;                       \
  }
#endif  // __MINGW32__

#include <dxcapi.h>

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_DXC_API_H_
