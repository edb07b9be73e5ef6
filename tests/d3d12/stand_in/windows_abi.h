// Microsoft's headers with Windows' calling convention for methods, on Linux.
// Include it before any of them. Functions stay as they are: see stand_in.h.
#ifndef TENSORFLOW_DIRECTML_TESTS_D3D12_STAND_IN_WINDOWS_ABI_H_
#define TENSORFLOW_DIRECTML_TESTS_D3D12_STAND_IN_WINDOWS_ABI_H_

#include <basetsd.h>
#undef STDMETHODCALLTYPE
#define STDMETHODCALLTYPE __attribute__((ms_abi))
#include <wsl/winadapter.h>

#endif  // TENSORFLOW_DIRECTML_TESTS_D3D12_STAND_IN_WINDOWS_ABI_H_
