#include "tensorflow/core/common_runtime/dml/runtime/c_api/matrix_verdicts.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "tensorflow/core/common_runtime/dml/runtime/base/cache_file.h"
#include "tensorflow/core/common_runtime/dml/runtime/base/os/child_process.h"
#include "tensorflow/core/common_runtime/dml/runtime/base/os/clock.h"
#include "tensorflow/core/common_runtime/dml/runtime/base/os/forks.h"
#include "tensorflow/core/common_runtime/dml/runtime/base/os/shared_library.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/adapters.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/matrix_check.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/products/tile_file.h"

namespace dml {
namespace {

using os::ChildProcess;

// For the whole check. A software driver has no hardware to hang, but compiles
// slowly.
constexpr uint64_t kLimitNs = uint64_t{20} * 1000000000;
constexpr uint64_t kSoftwareLimitNs = 30 * kLimitNs;

constexpr int kPeriodMs = 10;

// Status of the program (check_matrices_main.c) where it did not get to check.
constexpr int kNotLoaded = 2;

// The program's last line: the code of the check's status, and its message.
std::string Answer(const Status& status) {
  return std::to_string(static_cast<int>(status.code())) + " " +
         status.message();
}

// False where there is none.
bool ReadAnswer(const std::string& output, Status* status) {
  const size_t end = output.find_last_not_of('\n');
  if (end == std::string::npos) return false;
  const size_t line = output.rfind('\n', end);
  const size_t begin = line == std::string::npos ? 0 : line + 1;
  const size_t space = output.find(' ', begin);
  if (space == std::string::npos) return false;
  *status = Status(static_cast<Code>(std::atoi(output.c_str() + begin)),
                   output.substr(space + 1, end - space));
  return true;
}

Status StatusOf(const ChildProcess::Outcome& outcome) {
  using End = ChildProcess::End;
  Status status;
  const bool ended_itself =
      outcome.end == End::kExited || outcome.end == End::kUnknown;
  if (ended_itself && ReadAnswer(outcome.output, &status)) return status;
  if (outcome.end == End::kInterrupted) {
    return Error(Code::kUnavailable, "their check was ended by signal ",
                 outcome.code);
  }
  if (outcome.end == End::kExited && outcome.code == kNotLoaded) {
    return Error(Code::kUnavailable,
                 "the program that checks them could not load the runtime");
  }
  return Error(Code::kDeviceLost, "the process that checked them crashed (",
               outcome.end == End::kCrashed ? "signal " : "code ", outcome.code,
               ")");
}

// The same as RunMatrixCheck(), within `limit_ns`, by the program at `path`.
Status CheckApart(const std::string& path, const hal::AdapterInfo& adapter,
                  uint64_t limit_ns, const std::atomic<bool>& stop) {
  const uint64_t begin = os::SteadyNanoseconds();
  const std::unique_ptr<ChildProcess> child =
      ChildProcess::Start({path, os::ThisLibrary(), ChildProcess::Parent(),
                           Hexadecimal(adapter.uuid)});
  if (child == nullptr) {
    return Error(Code::kUnavailable, "the program that checks them, ", path,
                 ", could not be started");
  }
  ChildProcess::Outcome outcome;
  while (!child->Wait(kPeriodMs, &outcome)) {
    if (stop) return Error(Code::kUnavailable, "the check was stopped");
    if (os::SteadyNanoseconds() - begin >= limit_ns) {
      return Error(Code::kDeadlineExceeded, "their check did not end in time");
    }
  }
  return StatusOf(outcome);
}

// Empty where it cannot be run.
std::string CheckingProgram() {
  const std::string program =
      os::BesideThisLibrary(os::ProgramFile("dml_check_matrices"));
  return os::IsProgram(program) ? program : "";
}

std::unique_ptr<MatrixTrial> MakeTrial(uint32_t adapter_index) {
  const hal::AdapterInfo& adapter = Adapters().adapters[adapter_index]->info();
  MatrixTrialOptions options;
  options.path = AdapterFilePath("matrices", adapter);
  options.limit_ns =
      adapter.type == hal::AdapterType::kSoftware ? kSoftwareLimitNs : kLimitNs;
  const std::string program = CheckingProgram();
  if (program.empty()) {
    options.check = [adapter_index](const std::atomic<bool>& stop) {
      return RunMatrixCheck(adapter_index, stop);
    };
  } else {
    options.check = [program, &adapter, limit_ns = options.limit_ns](
                        const std::atomic<bool>& stop) {
      return CheckApart(program, adapter, limit_ns, stop);
    };
    options.start_of_machine = os::StartOfMachine();
  }
  options.warn = [&adapter, path = options.path](const std::string& why) {
    fprintf(
        stderr,
        "tensorflow-directml: %s (%s) offers cooperative matrices or mixed dot "
        "products, but %s: float16 products do without them. Update the "
        "driver; to check again, delete %s\n",
        adapter.name.c_str(), adapter.driver.c_str(), why.c_str(),
        path.c_str());
  };
  options.clock = os::SteadyNanoseconds;
  return std::make_unique<MatrixTrial>(std::move(options));
}

// By adapter, made when first asked for.
struct Trials {
  std::mutex mutex;
  std::map<uint32_t, std::unique_ptr<MatrixTrial>> of_adapters;
};

Trials& TheTrials() {
  // Never destroyed: threads may still use it while the process exits.
  static Trials* const trials = std::make_unique<Trials>().release();
  return *trials;
}

void StopTrials() {
  if (os::Forked()) return;  // the parent's
  Trials& trials = TheTrials();
  std::lock_guard<std::mutex> lock(trials.mutex);
  for (const auto& [index, trial] : trials.of_adapters) trial->Stop();
}

}  // namespace

MatrixVerdict MatricesOf(uint32_t adapter_index, bool wait) {
  MatrixTrial* trial;
  {
    Trials& trials = TheTrials();
    std::lock_guard<std::mutex> lock(trials.mutex);
    // Before the driver undoes its own arrangements: there is a device already.
    static const bool at_exit = atexit(StopTrials) == 0;
    (void)at_exit;
    std::unique_ptr<MatrixTrial>& one = trials.of_adapters[adapter_index];
    if (one == nullptr) one = MakeTrial(adapter_index);
    trial = one.get();
  }
  return trial->verdict(wait);
}

}  // namespace dml

int dml_check_matrices(const char* parent, const char* uuid) {
  dml::os::ChildProcess::EndWith(parent);
  const auto& adapters = dml::Adapters().adapters;
  dml::Status status =
      dml::Error(dml::Code::kUnavailable, "there is no adapter ", uuid);
  for (uint32_t i = 0; i < adapters.size(); ++i) {
    if (dml::Hexadecimal(adapters[i]->info().uuid) != uuid) continue;
    status = dml::RunMatrixCheck(i, std::atomic<bool>(false));
    break;
  }
  puts(dml::Answer(status).c_str());
  return 0;
}
