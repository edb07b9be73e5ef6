#include "tensorflow/core/common_runtime/dml/runtime/c_api/duplicates.h"

#include <algorithm>
#include <cctype>
#include <tuple>
#include <utility>

namespace dml {
namespace {

std::string Lower(std::string text) {
  for (char& c : text) {
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return text;
}

// Which of the preferred words `driver` contains first; their number if none.
size_t PreferredRank(const std::string& preferred, const std::string& driver) {
  const std::string words = Lower(preferred), name = Lower(driver);
  size_t rank = 0;
  for (size_t begin = 0; begin <= words.size(); ++rank) {
    const size_t comma = std::min(words.find(',', begin), words.size());
    std::string word = words.substr(begin, comma - begin);
    begin = comma + 1;
    word.erase(0, word.find_first_not_of(" \t"));
    word.erase(word.find_last_not_of(" \t") + 1);
    if (!word.empty() && name.find(word) != std::string::npos) break;
  }
  return rank;
}

}  // namespace

bool SameGpu(const hal::AdapterInfo& a, const hal::AdapterInfo& b) {
  if (a.type == hal::AdapterType::kSoftware ||
      b.type == hal::AdapterType::kSoftware) {
    return false;
  }
  const std::array<uint8_t, 16> none{};
  const bool same_uuid = a.gpu.uuid == b.gpu.uuid && a.gpu.uuid != none;
  if (a.merit.kind == b.merit.kind) {
    return same_uuid && a.gpu.pci_address == b.gpu.pci_address;
  }
  if (!a.gpu.pci_address.empty() && !b.gpu.pci_address.empty()) {
    return a.gpu.pci_address == b.gpu.pci_address;
  }
  return same_uuid || (a.gpu.luid != 0 && a.gpu.luid == b.gpu.luid);
}

std::vector<Gpu> MergeDrivers(std::vector<std::unique_ptr<hal::Adapter>> found,
                              const std::string& preferred) {
  const auto better = [&preferred](const hal::AdapterInfo& a,
                                   const hal::AdapterInfo& b) {
    const size_t rank_a = PreferredRank(preferred, a.driver);
    const size_t rank_b = PreferredRank(preferred, b.driver);
    return std::tie(rank_a, a.merit.rank, b.merit.conformance, b.merit.api) <
           std::tie(rank_b, b.merit.rank, a.merit.conformance, a.merit.api);
  };
  std::vector<Gpu> gpus;
  for (auto& adapter : found) {
    const hal::AdapterInfo& info = adapter->info();
    const auto same = std::find_if(
        gpus.begin(), gpus.end(),
        [&info](const Gpu& gpu) { return SameGpu(gpu.adapter->info(), info); });
    if (same == gpus.end()) {
      gpus.push_back({std::move(adapter), {}});
      continue;
    }
    if (better(info, same->adapter->info())) std::swap(adapter, same->adapter);
    same->others.push_back(adapter->info());
  }
  return gpus;
}

}  // namespace dml
