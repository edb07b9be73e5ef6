// What a process does first when it ends.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_OS_EXITS_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_OS_EXITS_H_

namespace dml {
namespace os {

// Has exit() begin with `handler` where the process's first thread calls it, or
// returns from main(): before all that is arranged by atexit(), also later and
// by other threads, as destructors of static variables are. The last handler
// counts. Does nothing on other threads, nor on Windows, which ends threads
// before it undoes what they arranged.
void BeginExitWith(void (*handler)());

}  // namespace os
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_OS_EXITS_H_
