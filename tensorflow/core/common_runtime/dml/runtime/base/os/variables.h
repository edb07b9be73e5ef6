// The variables of the process's environment. What the runtime reads of them is
// in base/environment.h.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_OS_VARIABLES_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_OS_VARIABLES_H_

#include <optional>
#include <string>
#include <vector>

namespace dml {
namespace os {

// The value, in UTF-8; nothing when the variable is not set. Not beside a
// change of the environment.
std::optional<std::string> Variable(const char* name);

// Of all that are set, in UTF-8. Not beside a change of the environment,
// either.
std::vector<std::string> VariableNames();

}  // namespace os
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_OS_VARIABLES_H_
