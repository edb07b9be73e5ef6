// What users write into the environment: every variable with any text, names
// that may be misspelled, and which adapters are visible then.
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/base/environment.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/adapters.h"
#include "tensorflow/core/common_runtime/dml/runtime/fuzz/fuzz_test.h"
#include "tensorflow/core/common_runtime/dml/runtime/fuzz/input.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/null/profile.h"

namespace dml {
namespace fuzz {
namespace {

// All of base/environment.cc's that are not switches, and one that is.
constexpr const char* kNames[] = {
    "DML_VISIBLE_DEVICES",         "CUDA_VISIBLE_DEVICES",
    "TF_DIRECTML_DRIVERS",         "TF_DIRECTML_BACKEND",
    "TF_DIRECTML_NULL_ADAPTER",    "TF_DIRECTML_BATCH_FLUSH_SIZE",
    "TF_DIRECTML_LAUNCH_ELEMENTS", "TF_DIRECTML_ALLOW_SOFTWARE_ADAPTER",
};

class Named final : public hal::Adapter {
 public:
  explicit Named(hal::AdapterInfo info) : info_(std::move(info)) {}
  const hal::AdapterInfo& info() const override { return info_; }
  Status CreateDevice(std::unique_ptr<hal::Device>*) override {
    return Unimplemented("it is only listed");
  }

 private:
  const hal::AdapterInfo info_;
};

std::vector<std::unique_ptr<hal::Adapter>> Some(Input* input) {
  std::vector<std::unique_ptr<hal::Adapter>> adapters;
  const int count = input->Byte() % 5;
  for (int i = 0; i < count; ++i) {
    hal::AdapterInfo info;
    info.name = input->Text(16);
    info.driver = input->Text(16);
    const uint8_t kind = input->Byte();
    info.type = static_cast<hal::AdapterType>(kind % 3);
    info.vendor_id = kind / 3 % 3;
    info.device_id = kind / 9 % 2;
    info.uuid.fill(kind / 18 % 3);
    if (kind > 200) info.unusable_because = "something";
    adapters.push_back(std::make_unique<Named>(std::move(info)));
  }
  return adapters;
}

}  // namespace
}  // namespace fuzz
}  // namespace dml

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using dml::fuzz::Expect;
  dml::fuzz::Input input(data, size);
  auto adapters = dml::fuzz::Some(&input);
  std::map<std::string, std::string> variables;
  for (const char* name : dml::fuzz::kNames) {
    // The environment's end at their first zero.
    if (input.Byte() % 2 == 0) variables[name] = input.Text(40).c_str();
  }
  const dml::Environment environment = dml::ReadEnvironment(
      [&variables](const char* name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        if (found == variables.end()) return std::nullopt;
        return found->second;
      });
  Expect(environment.flush_commands >= 1 && environment.flush_commands <= 4096,
         "a number that is out of range");
  Expect(environment.launch_elements >= 256, "likewise");

  const size_t given = adapters.size();
  const dml::AdapterList list = dml::SelectAdapters(
      std::move(adapters), dml::Status::Ok(), "hint", environment);
  size_t seen = list.adapters.size() + list.left_out.size();
  for (const auto& others : list.others) seen += others.size();
  Expect(list.others.size() == list.adapters.size(), "lists differ");
  Expect(seen <= given, "adapters out of nothing");
  Expect(!list.adapters.empty() || !list.problem.empty(), "no word of why");

  dml::hal::AdapterInfo info;
  info.subgroup_size = 32;
  const dml::Status profile =
      dml::hal::null::ApplyProfile(environment.null_adapter, &info);
  Expect(profile.ok() || !profile.message().empty(), "no word of why");

  std::vector<std::string> names;
  while (!input.empty()) {
    names.push_back((input.Byte() % 2 ? "TF_DIRECTML_" : "") + input.Text(48));
  }
  Expect(dml::UnknownVariables(names).size() <= names.size(), "too many lines");
  return 0;
}
