#include <string>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/c_api/adapters.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/device.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_diagnosis.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/process.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/text.h"

size_t dml_adapter_left_out(char* text, size_t capacity) {
  std::vector<std::string> lines;
  if (!dml::os::Forked()) {
    for (const dml::LeftOut& adapter : dml::Adapters().left_out) {
      lines.push_back(adapter.name + "\t" + adapter.driver + "\t" +
                      adapter.api + "\t" + adapter.cause + "\t" +
                      adapter.reason);
    }
  }
  return dml::WriteLines(lines, text, capacity);
}

size_t dml_adapter_matrix_shapes(uint32_t index, char* text, size_t capacity) {
  std::vector<std::string> lines;
  if (!dml::os::Forked() && index < dml::Adapters().adapters.size()) {
    for (const dml::hal::MatrixShape& shape :
         dml::Adapters().adapters[index]->info().matrix_shapes) {
      lines.push_back(std::to_string(shape.m) + "\t" + std::to_string(shape.n) +
                      "\t" + std::to_string(shape.k));
    }
  }
  return dml::WriteLines(lines, text, capacity);
}

void dml_device_trim(dml_device* device) {
  DML_RETURN_IF_FORKED();
  device->memory->Trim();
}
