// What TensorFlow calls on a profiler. The wheel has no header of it; this one
// has the same virtual functions in the same order, which is all that the two
// sides must agree on.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_GENERATION_V1_PROFILER_INTERFACE_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_GENERATION_V1_PROFILER_INTERFACE_H_

#include <memory>

#include "tensorflow/core/lib/core/status.h"
#include "tensorflow/core/protobuf/config.pb.h"

namespace tensorflow {
namespace dml {

// One profile. TensorFlow calls Start(), Stop() and CollectData() once each, in
// this order, and Stop() again when it is done.
class ProfilerInterface {
 public:
  virtual ~ProfilerInterface() = default;
  virtual Status Start() = 0;
  virtual Status Stop() = 0;
  virtual Status CollectData(RunMetadata* run_metadata) = 0;
};

using ProfilerFactory = std::unique_ptr<ProfilerInterface> (*)();

// RegisterProfilerFactory() of _pywrap_tensorflow_internal.so.
using RegisterProfilerFactoryFn = void (*)(ProfilerFactory);
constexpr char kRegisterProfilerFactory[] =
    "_ZN10tensorflow23RegisterProfilerFactoryEPFSt10unique_ptrINS_8profiler"
    "17ProfilerInterfaceESt14default_deleteIS2_EEvE";

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_GENERATION_V1_PROFILER_INTERFACE_H_
