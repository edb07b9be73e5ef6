#include "tensorflow/core/common_runtime/dml/runtime/hal/null/profile.h"

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <vector>

namespace dml {
namespace hal {
namespace null {
namespace {

std::vector<std::string> Split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) {
    parts.push_back(part);
  }
  return parts;
}

bool ParseNumber(const std::string& text, uint32_t* number) {
  if (text.empty() || text[0] < '0' || text[0] > '9') return false;
  char* end = nullptr;
  errno = 0;
  const unsigned long long value = std::strtoull(text.c_str(), &end, 10);
  if (errno != 0 || *end != '\0' || value > UINT32_MAX) return false;
  *number = static_cast<uint32_t>(value);
  return true;
}

bool ParseSwitch(const std::string& text, bool* value) {
  *value = text == "1";
  return text == "0" || text == "1";
}

// `names`: of an enum's values, in order.
template <typename Enum, size_t N>
bool ParseName(const std::string& text, const std::array<const char*, N>& names,
               Enum* value) {
  for (size_t i = 0; i < N; ++i) {
    if (text != names[i]) continue;
    *value = static_cast<Enum>(i);
    return true;
  }
  return false;
}
constexpr std::array<const char*, 3> kTypes = {"discrete", "integrated",
                                               "software"};
constexpr std::array<const char*, 3> kProducts = {"converted", "mixed", "dot"};

bool ParseShapes(const std::string& text, std::vector<MatrixShape>* shapes) {
  shapes->clear();
  for (const std::string& part : Split(text, '+')) {
    const std::vector<std::string> sizes = Split(part, 'x');
    MatrixShape shape;
    if (sizes.size() != 3 || !ParseNumber(sizes[0], &shape.m) ||
        !ParseNumber(sizes[1], &shape.n) || !ParseNumber(sizes[2], &shape.k)) {
      return false;
    }
    shapes->push_back(shape);
  }
  return true;
}

bool Apply(const std::string& name, const std::string& value,
           AdapterInfo* info) {
  if (name == "type") return ParseName(value, kTypes, &info->type);
  if (name == "vendor") return ParseNumber(value, &info->vendor_id);
  if (name == "subgroup_size") {
    return ParseNumber(value, &info->subgroup_size);
  }
  if (name == "matrix_subgroup_size") {
    return ParseNumber(value, &info->matrix_subgroup_size);
  }
  if (name == "max_group_invocations") {
    return ParseNumber(value, &info->max_group_invocations);
  }
  if (name == "max_shared_bytes") {
    return ParseNumber(value, &info->max_shared_bytes);
  }
  if (name == "float16_arithmetic") {
    return ParseSwitch(value, &info->float16_arithmetic);
  }
  if (name == "float16_products") {
    return ParseName(value, kProducts, &info->float16_products);
  }
  if (name == "float64") return ParseSwitch(value, &info->float64);
  if (name == "transfer_queue") {
    return ParseSwitch(value, &info->transfer_queue);
  }
  if (name == "grouped_programs") {
    return ParseSwitch(value, &info->grouped_programs);
  }
  if (name == "matrix_shapes") {
    return ParseShapes(value, &info->matrix_shapes);
  }
  return false;
}

}  // namespace

Status ApplyProfile(const std::string& text, AdapterInfo* info) {
  if (text.empty()) return Status::Ok();
  info->matrix_subgroup_size = 0;
  for (const std::string& part : Split(text, ',')) {
    const size_t equals = part.find('=');
    if (equals == std::string::npos ||
        !Apply(part.substr(0, equals), part.substr(equals + 1), info)) {
      return InvalidArgument("TF_DIRECTML_NULL_ADAPTER: \"", part,
                             "\" says nothing of an adapter; hal/null/"
                             "profile.h has what may be said");
    }
  }
  if (info->matrix_subgroup_size == 0) {
    info->matrix_subgroup_size = info->subgroup_size;
  }
  if (info->matrix_shapes.empty()) info->matrix_subgroup_size = 0;
  return Status::Ok();
}

}  // namespace null
}  // namespace hal
}  // namespace dml
