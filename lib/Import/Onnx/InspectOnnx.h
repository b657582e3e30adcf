// What an ONNX file holds, read without importing it: this also works for models that cannot be imported.
#pragma once

#include "Support/Npz.h"

#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace st {

/// An input or output of the graph. A dimension is a number, a name, or "?".
struct OnnxTensorInfo {
  std::string name, dtype;
  std::vector<std::string> shape;
};

struct OnnxNodeInfo {
  /// Its name, or that of the value it computes.
  std::string name;
  /// With its domain where that is not ONNX's own.
  std::string op;
  /// Whether the importer knows the operator.
  bool isKnown = false;
};

struct OnnxInspection {
  int64_t irVersion = 0;
  std::string producer;
  /// Version by domain; ONNX's own is "ai.onnx".
  std::vector<std::pair<std::string, int64_t>> opsets;
  std::vector<OnnxTensorInfo> inputs, outputs;
  std::vector<OnnxNodeInfo> nodes;
  int64_t parameterTensors = 0, parameterElements = 0, parameterBytes = 0;
};

llvm::Expected<OnnxInspection> inspectOnnx(llvm::StringRef path);

} // namespace st
