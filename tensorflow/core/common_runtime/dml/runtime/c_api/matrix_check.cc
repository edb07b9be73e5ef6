#include "tensorflow/core/common_runtime/dml/runtime/c_api/matrix_check.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/c_api/device.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/tensor.h"

namespace dml {
namespace {

constexpr uint64_t kElements = uint64_t{1} << 18;  // of each buffer
constexpr uint64_t kBytes = 2 * kElements;

// The sums of these products are exact in float32, in any order, and too large
// for float16: results must be equal to the bit, and sums of lower precision
// show.
std::vector<uint16_t> SmallIntegers() {
  constexpr uint16_t kHalves[] = {0, 0x3c00, 0x4000, 0x4200};  // 0 to 3
  std::vector<uint16_t> values(kElements);
  uint32_t state = 1;
  for (uint16_t& value : values) {
    state = state * 1664525 + 1013904223;
    value = kHalves[state >> 30];
  }
  return values;
}

// Runs an operator, whose result goes to the address.
using Run = std::function<Status(OperatorContext&, uint64_t result)>;
struct Case {
  std::string name;
  Run run;
};

struct Inputs {
  uint64_t a, b;  // buffers
};

dml_tensor Matrix(uint64_t data, int64_t rows, int64_t columns,
                  bool transposed) {
  dml_tensor t = MakeTensor(data, DML_FLOAT16, {rows, columns});
  if (transposed) {
    t.strides[0] = 1;
    t.strides[1] = rows;
  }
  return t;
}

// [batch, channels, height, width] with channels last, or [out, in, height,
// width] of a filter with them last.
dml_tensor ChannelsLast(uint64_t data, int64_t batch, int64_t channels,
                        int64_t size) {
  dml_tensor t = MakeTensor(data, DML_FLOAT16, {batch, channels, size, size});
  const int64_t strides[] = {size * size * channels, 1, size * channels,
                             channels};
  std::copy_n(strides, 4, t.strides);
  return t;
}
dml_tensor FilterLast(uint64_t data, int64_t out, int64_t in, int64_t size) {
  dml_tensor t = MakeTensor(data, DML_FLOAT16, {out, in, size, size});
  const int64_t strides[] = {1, out, size * in * out, in * out};
  std::copy_n(strides, 4, t.strides);
  return t;
}

Case Product(const Inputs& in, int64_t m, int64_t n, int64_t k, int transposes,
             bool epilogue) {
  const dml_tensor a = Matrix(in.a, m, k, transposes & 1);
  const dml_tensor b = Matrix(in.b, k, n, transposes & 2);
  dml_tensor bias = MakeTensor(in.a, DML_FLOAT16, {m, n});
  bias.strides[0] = 0;
  const Run run = [=](OperatorContext& context, uint64_t result) {
    const dml_tensor c = Matrix(result, m, n, false);
    return epilogue
               ? Gemm(context, &a, &b, &c, 0.5, 0, &bias, DML_ACTIVATION_RELU6)
               : Gemm(context, &a, &b, &c, 1, 0, nullptr, DML_ACTIVATION_NONE);
  };
  return {"a product of " + std::to_string(m) + " x " + std::to_string(k) +
              " and " + std::to_string(k) + " x " + std::to_string(n),
          run};
}

std::vector<Case> Convolutions(const Inputs& in) {
  constexpr int64_t kBatch = 3, kIn = 8, kOut = 20, kSize = 9;
  const auto input = [=](uint64_t data) {
    return ChannelsLast(data, kBatch, kIn, kSize);
  };
  const auto output = [=](uint64_t data) {
    return ChannelsLast(data, kBatch, kOut, kSize);
  };
  const auto filter = [=](uint64_t data) {
    return FilterLast(data, kOut, kIn, 3);
  };
  const dml_convolution_attributes same = {
      2, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}, 1};
  return {
      {"a convolution",
       [=](OperatorContext& context, uint64_t result) {
         const dml_tensor x = input(in.a), w = filter(in.b), y = output(result);
         return Convolution(context, &same, &x, &w, nullptr,
                            DML_ACTIVATION_NONE, &y);
       }},
      {"a convolution's gradient of its input",
       [=](OperatorContext& context, uint64_t result) {
         const dml_tensor w = filter(in.b), y = output(in.a), x = input(result);
         return ConvolutionBackwardData(context, &same, &w, &y, &x);
       }},
      {"a convolution's gradient of its filter",
       [=](OperatorContext& context, uint64_t result) {
         const dml_tensor x = input(in.a), y = output(in.b), w = filter(result);
         return ConvolutionBackwardFilter(context, &same, &x, &y, &w);
       }},
  };
}

std::vector<Case> CasesFor(const Inputs& in, const TileConfig& tile) {
  std::vector<Case> cases = Convolutions(in);
  // Loads of four elements, beyond a tile, then single ones, within one; the
  // last slice is nearly full, so that none of its parts is zeros alone.
  for (int transposes = 0; transposes < 4; ++transposes) {
    cases.push_back(Product(in, tile.m + 12, tile.n + 20, 3 * tile.k - 4,
                            transposes, /*epilogue=*/false));
  }
  cases.push_back(Product(in, tile.m - 5, tile.n + 3, 2 * tile.k - 3, 2, true));
  // Where the depth is split.
  cases.push_back(Product(in, 36, 20, 3000, 0, false));
  return cases;
}

class Checker {
 public:
  explicit Checker(dml_device* device)
      : device_(device),
        context_{device->hal->info(),
                 *device->stream,
                 *device->programs,
                 *device->scratch,
                 *device->tiles,
                 "matrix check",
                 nullptr},
        scratch_(context_) {}

  // `*wrong` names what differs, if anything does. Ends early with an error
  // when `stop` says so.
  Status Check(const std::atomic<bool>& stop, std::string* wrong) {
    // Inputs and results, in one piece.
    DML_RETURN_IF_ERROR(scratch_.Allocate(4 * kBytes));
    const uint64_t base = scratch_.address();
    std::vector<uint16_t> values = SmallIntegers();
    DML_RETURN_IF_ERROR(
        device_->stream->CopyFromHost(base, values.data(), kBytes));
    std::reverse(values.begin(), values.end());
    DML_RETURN_IF_ERROR(
        device_->stream->CopyFromHost(base + kBytes, values.data(), kBytes));
    const Inputs inputs = {base, base + kBytes};
    const hal::AdapterInfo& adapter = device_->hal->info();
    const TileConfig plain = TableTile(adapter, DML_FLOAT16, 64, 64, false);
    for (const TileConfig& tile : TrialTiles(adapter)) {
      for (const Case& one : CasesFor(inputs, tile)) {
        if (stop) return Error(Code::kUnavailable, "the check was stopped");
        std::vector<uint16_t> expected, found;
        // Elements that nobody writes differ.
        DML_RETURN_IF_ERROR(
            Result(plain, one.run, base + 2 * kBytes, 0x7e00, &expected));
        DML_RETURN_IF_ERROR(
            Result(tile, one.run, base + 3 * kBytes, 0x7d00, &found));
        if (!SameResults(expected, found)) {
          *wrong = one.name;
          return Status::Ok();
        }
      }
    }
    return Status::Ok();
  }

 private:
  // What `run` leaves in a buffer full of `unwritten`.
  Status Result(const TileConfig& tile, const Run& run, uint64_t address,
                uint16_t unwritten, std::vector<uint16_t>* result) {
    result->assign(kElements, unwritten);
    DML_RETURN_IF_ERROR(
        device_->stream->CopyFromHost(address, result->data(), kBytes));
    DML_RETURN_IF_ERROR(device_->tiles->Override(&tile));
    DML_RETURN_IF_ERROR(run(context_, address));
    std::promise<Status> done;
    device_->stream->CopyToHost(
        result->data(), address, kBytes,
        [&done](const Status& status) { done.set_value(status); });
    (void)device_->stream->Flush().ok();  // the copy tells what failed
    return done.get_future().get();
  }

  // Equal where either was written, and something was.
  static bool SameResults(const std::vector<uint16_t>& a,
                          const std::vector<uint16_t>& b) {
    size_t written = 0;
    for (size_t i = 0; i < a.size(); ++i) {
      if (a[i] == 0x7e00 && b[i] == 0x7d00) continue;
      if (a[i] != b[i]) return false;
      ++written;
    }
    return written > 0;
  }

  dml_device* const device_;
  OperatorContext context_;
  Scratch scratch_;
};

}  // namespace

Status RunMatrixCheck(uint32_t adapter_index, const std::atomic<bool>& stop) {
  // On its own device: whatever goes wrong there leaves the others alone.
  std::unique_ptr<dml_device> device;
  DML_RETURN_IF_ERROR(MakeDevice(
      adapter_index, [](bool) { return MatrixVerdict::kWrong; }, &device));
  std::string wrong;
  DML_RETURN_IF_ERROR(Checker(device.get()).Check(stop, &wrong));
  return wrong.empty() ? Status::Ok() : Internal(wrong, " was wrong");
}

}  // namespace dml
