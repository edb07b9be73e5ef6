// Direct3D 12 on Windows, but for programs.
//
// Wine's Direct3D 12 has no shader model 6.0: the runtime lists its adapters as
// unusable, and refuses to open them. So this program opens the device by
// itself, past that check, and puts all of it but programs through the suite.
#include "tensorflow/core/common_runtime/dml/runtime/hal/testing/conformance/conformance.h"

#include <algorithm>
#include <utility>

#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/adapter.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/device.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/drivers.h"

namespace dml {
namespace hal {
namespace testing {
namespace {

using AdapterVector = std::vector<std::unique_ptr<Adapter>>;

// Opens devices that run no programs.
class AdapterForCopies final : public Adapter {
 public:
  AdapterForCopies(const d3d12::Libraries& libraries,
                   const d3d12::ListedAdapter& listed,
                   const EnumerateOptions& options) {
    physical_.libraries = libraries;
    physical_.handle = listed.handle;
    physical_.query_budget = listed.query_budget;
    d3d12::ComPtr<ID3D12Device> device;
    const HRESULT result = d3d12::OpenDevice(physical_, &device);
    if (result < 0) {
      physical_.info =
          d3d12::DescribeUnusable(listed.properties, d3d12::ResultName(result));
      return;
    }
    physical_.features = d3d12::QueryFeatures(device.get());
    physical_.info = d3d12::DescribeAdapter(
        listed.properties, physical_.features, options.transfer_queue);
    physical_.info.unusable_because.clear();
    // The suite asks for it; of programs only.
    physical_.info.subgroup_size = std::max(physical_.info.subgroup_size, 1u);
    // Any adapter has one; the product takes it on discrete ones. Wine says
    // that it has timestamps, and refuses to make room for them.
    physical_.info.transfer_queue = options.transfer_queue;
    physical_.features.copy_queue_timestamps = false;
  }
  const AdapterInfo& info() const override { return physical_.info; }
  Status CreateDevice(std::unique_ptr<Device>* device) override {
    return d3d12::D3d12Device::Create(physical_, device);
  }

 private:
  d3d12::PhysicalAdapter physical_;
};

Status Enumerate(const EnumerateOptions& options, AdapterVector* adapters) {
  d3d12::Libraries libraries;
  DML_RETURN_IF_ERROR(d3d12::Libraries::Open(&libraries));
  std::vector<d3d12::ListedAdapter> listed;
  DML_RETURN_IF_ERROR(d3d12::ListAdapters(libraries, &listed));
  adapters->clear();
  for (const d3d12::ListedAdapter& adapter : listed) {
    adapters->push_back(
        std::make_unique<AdapterForCopies>(libraries, adapter, options));
  }
  return Status::Ok();
}

// What users get.
TEST(WindowsConformance, AnAdapterIsUsableOrSaysWhatItLacks) {
  AdapterVector adapters;
  DML_ASSERT_OK(EnumerateD3d12({}, &adapters));
  ASSERT_FALSE(adapters.empty());
  for (const auto& adapter : adapters) {
    const std::string& lacks = adapter->info().unusable_because;
    SCOPED_TRACE(adapter->info().name + ": " + lacks);
    std::unique_ptr<Device> device;
    const Status status = adapter->CreateDevice(&device);
    EXPECT_EQ(status.ok(), lacks.empty());
    EXPECT_EQ(adapter->info().api.rfind("Direct3D 12", 0), 0u);
    if (lacks.empty()) continue;
    EXPECT_NE(lacks.find("shader model 6.0 (its driver offers 5.1)"),
              std::string::npos);
    EXPECT_EQ(status.code(), Code::kUnavailable);
    EXPECT_NE(status.message().find(lacks), std::string::npos);
  }
}

TEST_F(Conformance, AProgramThatCannotBeIsAnErrorAndTheDeviceWorksOn) {
  ProgramDesc desc;
  desc.name = "program";
  constexpr char kHlsl[] = "[numthreads(1, 1, 1)] void main() {}";
  desc.hlsl = Span<const char>(kHlsl, sizeof kHlsl - 1);
  std::unique_ptr<Program> program;
  const Status status = device_->CreateProgram(desc, &program);
  if (status.ok()) GTEST_SKIP() << "it can be";
  // There is no compiler, or Wine takes none of what it makes.
  const std::string& said = status.message();
  EXPECT_EQ(said.rfind("program program cannot be made: ", 0), 0u) << said;
  EXPECT_TRUE(said.find("dxcompiler.dll cannot be opened") != said.npos ||
              said.find("CreateComputePipelineState") != said.npos)
      << said;
  EXPECT_EQ(program, nullptr);
  const auto heap = MakeHeap(HeapKind::kDevice, 100);
  ASSERT_NE(heap, nullptr);
  const auto bytes = Pattern(100, 1);
  Write(heap.get(), 0, bytes);
  EXPECT_EQ(Read(heap.get(), 0, 100), bytes);
}

}  // namespace

const Backend kBackend = {Enumerate, /*computes=*/false};

}  // namespace testing
}  // namespace hal
}  // namespace dml
