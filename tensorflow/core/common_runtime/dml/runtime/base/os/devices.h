// Devices of the system that tell which graphics API it has.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_OS_DEVICES_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_OS_DEVICES_H_

namespace dml {
namespace os {

// Whether the GPUs of Windows are reached from here: on Windows itself, and on
// WSL, which has /dev/dxg for that.
bool HasWindowsGraphics();

}  // namespace os
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_OS_DEVICES_H_
