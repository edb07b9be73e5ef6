// The adapters that a test describes, and what they have in use.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <sstream>

#include "stand_in.h"

namespace stand_in {
namespace {

constexpr uint64_t kGiB = uint64_t{1} << 30;

[[noreturn]] void Fail(const char* what, const std::string& statement) {
  std::fprintf(stderr, "D3D12_ADAPTERS: %s: %s\n", what, statement.c_str());
  std::abort();
}

uint64_t Number(const std::string& text) {
  char* end = nullptr;
  uint64_t number = std::strtoull(text.c_str(), &end, 0);
  if (end == text.c_str()) Fail("no number", text);
  const std::string unit = end;
  if (unit == "K") return number << 10;
  if (unit == "M") return number << 20;
  if (unit == "G") return number << 30;
  if (!unit.empty()) Fail("no number", text);
  return number;
}

uint64_t Version(const std::string& text) {
  unsigned part[4];
  if (std::sscanf(text.c_str(), "%u.%u.%u.%u", &part[0], &part[1], &part[2],
                  &part[3]) != 4) {
    Fail("no version", text);
  }
  uint64_t version = 0;
  for (unsigned p : part) version = version << 16 | p;
  return version;
}

uint64_t SystemMemory() {
  return uint64_t(sysconf(_SC_PHYS_PAGES)) * uint64_t(sysconf(_SC_PAGESIZE));
}

void AddAdapter(Kind kind, std::deque<Adapter>* adapters) {
  Adapter& adapter = adapters->emplace_back();
  adapter.kind = kind;
  adapter.luid = adapters->size();
  adapter.driver = Version("31.0.101.1");
  adapter.shared = SystemMemory() / 2;
  // vkd3d views buffers as texels, of which software drivers take 2^27, and
  // then accesses to what lies beyond end the process.
  adapter.features["MaxGPUVirtualAddressBitsPerResource"] = 29;
  switch (kind) {
    case Kind::kDiscrete:
      adapter.name = "Discrete stand-in";
      adapter.vendor = 0x10de;
      adapter.device = 0x2204;
      adapter.dedicated = 8 * kGiB;
      adapter.features["UMA"] = adapter.features["CacheCoherentUMA"] = 0;
      break;
    case Kind::kIntegrated:
      adapter.name = "Integrated stand-in";
      adapter.vendor = 0x8086;
      adapter.device = 0x9a49;
      adapter.dedicated = kGiB / 8;
      adapter.features["UMA"] = adapter.features["CacheCoherentUMA"] = 1;
      break;
    case Kind::kSoftware:
      adapter.name = "vkd3d on a software driver";
      adapter.vendor = 0x10005;  // Mesa's, by Vulkan's registry
      break;
  }
}

void Apply(const std::string& statement, std::deque<Adapter>* adapters) {
  std::istringstream words(statement);
  std::string verb, rest;
  if (!(words >> verb)) return;
  std::getline(words >> std::ws, rest);
  if (verb == "adapter") {
    if (rest == "discrete") return AddAdapter(Kind::kDiscrete, adapters);
    if (rest == "integrated") return AddAdapter(Kind::kIntegrated, adapters);
    if (rest == "software") return AddAdapter(Kind::kSoftware, adapters);
    Fail("no kind of adapter", statement);
  }
  if (adapters->empty()) AddAdapter(Kind::kSoftware, adapters);
  Adapter& adapter = adapters->back();
  if (verb == "name") {
    adapter.name = rest;
  } else if (verb == "vendor") {
    adapter.vendor = uint32_t(Number(rest));
  } else if (verb == "device") {
    adapter.device = uint32_t(Number(rest));
  } else if (verb == "subsystem") {
    adapter.subsystem = uint32_t(Number(rest));
  } else if (verb == "revision") {
    adapter.revision = uint32_t(Number(rest));
  } else if (verb == "driver") {
    adapter.driver = Version(rest);
  } else if (verb == "luid") {
    adapter.luid = Number(rest);
  } else if (verb == "dedicated") {
    adapter.dedicated = Number(rest);
  } else if (verb == "shared") {
    adapter.shared = Number(rest);
  } else if (verb == "budget") {
    adapter.budget = Number(rest);
  } else if (verb == "lacks") {
    adapter.lacks.insert(rest);
  } else if (verb == "invalid") {
    adapter.invalid = true;
  } else if (verb == "unopenable") {
    adapter.unopenable = uint32_t(Number(rest));
  } else if (verb == "refuses") {
    adapter.refuses.insert(rest);
  } else if (verb == "feature") {
    const size_t space = rest.find(' ');
    if (space == std::string::npos) Fail("no value", statement);
    adapter.features[rest.substr(0, space)] =
        uint32_t(Number(rest.substr(space + 1)));
  } else if (verb == "debug") {
    adapter.debug = true;
  } else {
    Fail("unknown statement", statement);
  }
}

std::unique_ptr<std::deque<Adapter>> Parse() {
  const char* text = std::getenv("D3D12_ADAPTERS");
  auto adapters = std::make_unique<std::deque<Adapter>>();
  std::istringstream statements(text == nullptr ? "" : text);
  for (std::string statement; std::getline(statements, statement, ';');) {
    Apply(statement, adapters.get());
  }
  if (adapters->empty()) AddAdapter(Kind::kSoftware, adapters.get());
  return adapters;
}

}  // namespace

uint64_t Adapter::Memory(Segment segment) const {
  if (kind == Kind::kDiscrete) return segment == kLocal ? dedicated : shared;
  return segment == kLocal ? dedicated + shared : 0;
}

uint64_t Adapter::Budget(Segment segment) const {
  if (segment == kLocal && budget != 0) return budget;
  return Memory(segment) / 10 * 9;
}

bool Adapter::Take(Segment segment, uint64_t bytes) {
  const uint64_t memory = Memory(segment);
  uint64_t now = used[segment];
  do {
    if (bytes > memory || now > memory - bytes) return false;
  } while (!used[segment].compare_exchange_weak(now, now + bytes));
  return true;
}

std::deque<Adapter>& Adapters() {
  // Never destroyed: exiting programs may call.
  static auto& adapters = *Parse().release();
  return adapters;
}

Adapter* FindAdapter(uint64_t luid) {
  for (Adapter& adapter : Adapters()) {
    if (adapter.luid == luid) return &adapter;
  }
  return nullptr;
}

}  // namespace stand_in

uint64_t stand_in_allocated(int adapter, int segment) {
  return stand_in::Adapters().at(size_t(adapter)).used[segment];
}

int stand_in_devices(int adapter) {
  return stand_in::Adapters().at(size_t(adapter)).devices;
}
