// What is done when a thread ends.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_OS_THREAD_END_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_OS_THREAD_END_H_

namespace dml {
namespace os {

// Calls destroy(object) when the calling thread ends; what was asked for last
// comes first. Where it cannot be arranged it is never called.
//
// In the place of thread_local variables with destructors: what mingw-w64
// builds for Windows frees their memory before it destroys them.
void AtThreadEnd(void (*destroy)(void* object), void* object);

}  // namespace os
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_OS_THREAD_END_H_
