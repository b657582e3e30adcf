//===- OnnxSuite.h - ONNX's own backend tests, as Debian's libonnx-testdata has them ----------------*- C++ -*-===//

#ifndef ST_UNITTESTS_CONFORMANCE_ONNXSUITE_H
#define ST_UNITTESTS_CONFORMANCE_ONNXSUITE_H

#include "Import/Onnx/ImportOnnx.h"
#include "Support/Npz.h"
#include "llvm/ADT/StringRef.h"
#include <onnx/onnx_pb.h>
#include <optional>
#include <string>
#include <vector>

namespace st::testing {

/// The suites whose models hold few operators each.
constexpr const char *onnxSuites[] = {"node", "simple", "pytorch-operator", "pytorch-converted"};

/// A model with the first of its data sets. Inputs and outputs go by the model's names.
struct OnnxCase {
  onnx::ModelProto model;
  std::string path;
  NamedArrays inputs, outputs;
};

/// The folders of the tests of `suite`, sorted; empty if the package is not installed.
std::vector<std::string> listOnnxTests(llvm::StringRef suite);

/// Why the test is not expected to pass although its operators are supported; empty where it is.
llvm::StringRef onnxException(llvm::StringRef testName);

/// The model alone; nothing if it cannot be read.
std::optional<onnx::ModelProto> readOnnxModel(llvm::StringRef folder);

/// The operators of `model` that the importer does not know, each as often as it occurs.
std::vector<std::string> unsupportedOperators(const onnx::ModelProto &model);

/// The whole test; nothing if it holds sequences, strings or other things that are not tensors.
std::optional<OnnxCase> readOnnxCase(llvm::StringRef folder);

/// How the test is imported: inputs that have to be known when the model is compiled (shapes, axes, counts) are fixed.
OnnxImportOptions importOptionsFor(const OnnxCase &test);

/// What is wrong with `actual` as the value of output `name`, by the tolerances of ONNX's backend tests; empty if
/// nothing.
std::string compareOutput(const OnnxCase &test, const std::string &name, const Array &actual);

} // namespace st::testing

#endif // ST_UNITTESTS_CONFORMANCE_ONNXSUITE_H
