// ONNX's own backend tests for the operators that are supported: each model is
// imported twice, once with its inputs as arguments and run through MLIR's
// lowering, once with its inputs fixed, so that the importer computes the
// answer.

#include "Import/Onnx/HostTensor.h"
#include "Import/Onnx/ImportOnnx.h"
#include "Import/Onnx/NodeImporter.h"
#include "Import/Onnx/TensorData.h"
#include "Jit.h"
#include "Support/FileSystem.h"

#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include "gtest/gtest.h"

#include <cmath>
#include <onnx/onnx_pb.h>
#include <set>

using namespace st;
using namespace st::onnximport;

namespace {

constexpr const char *suiteFolder = "/usr/share/libonnx-testdata/data";

/// Models that use supported operators in a way that this importer rejects,
/// with the reason.
const std::map<std::string, std::string> exceptions = {
    {"test_cast_FLOAT_to_BFLOAT16", "the expected values are truncated, ONNX asks for rounding to nearest"},
    {"test_castlike_FLOAT_to_BFLOAT16_expanded", "the expected values are truncated, ONNX asks for rounding"},
    {"test_cast_BFLOAT16_to_FLOAT", "npz archives, and so this harness, have no bf16"},
    {"test_castlike_BFLOAT16_to_FLOAT_expanded", "npz archives, and so this harness, have no bf16"},
    {"test_reshape_allowzero_reordered", "an input without elements"},
    {"test_split_zero_size_splits", "an input without elements"},
    {"test_slice_start_out_of_bounds", "a result without elements"},
    {"test_training_dropout", "training"},
    {"test_training_dropout_default", "training"},
    {"test_training_dropout_default_mask", "training"},
    {"test_training_dropout_mask", "training"},
    {"test_training_dropout_zero_ratio", "training"},
    {"test_training_dropout_zero_ratio_mask", "training"},
};

/// Operands from this index on have to be known when the model is compiled.
const std::map<std::string, int> firstCompileTimeOperand = {
    {"ConstantOfShape", 0}, {"Dropout", 1}, {"Expand", 1}, {"Range", 0},   {"ReduceSum", 1},
    {"Reshape", 1},         {"Slice", 1},   {"Split", 1},  {"Squeeze", 1}, {"Unsqueeze", 1}};

struct Case {
  onnx::ModelProto model;
  std::string path;
  NamedArrays inputs, outputs;
};

template <typename Proto> bool parse(llvm::StringRef path, Proto &proto) {
  auto buffer = readFile(path);
  if (!buffer) {
    llvm::consumeError(buffer.takeError());
    return false;
  }
  return proto.ParseFromArray((*buffer)->getBufferStart(), (*buffer)->getBufferSize());
}

std::optional<Array> readArray(llvm::StringRef path) {
  onnx::TensorProto proto;
  if (!parse(path, proto))
    return std::nullopt;
  auto tensor = readTensor(proto, proto.raw_data(), "");
  if (!tensor) {
    llvm::consumeError(tensor.takeError());
    return std::nullopt;
  }
  return Array{elementName(tensor->getType()).str(), Shape(tensor->getShape()), tensor->copyBytes()};
}

/// The first data set of a test; nothing if it holds sequences, strings or
/// other things that are not tensors.
std::optional<Case> readCase(llvm::StringRef folder) {
  Case result;
  result.path = (folder + "/model.onnx").str();
  if (!parse(result.path, result.model))
    return std::nullopt;
  llvm::StringSet<> weights;
  for (auto &weight : result.model.graph().initializer())
    weights.insert(weight.name());
  int number = 0;
  for (auto &input : result.model.graph().input()) {
    if (weights.contains(input.name()))
      continue;
    auto array = readArray((folder + "/test_data_set_0/input_" + llvm::Twine(number++) + ".pb").str());
    if (!array || !input.type().has_tensor_type())
      return std::nullopt;
    result.inputs[input.name()] = *array;
  }
  number = 0;
  for (auto &output : result.model.graph().output()) {
    auto array = readArray((folder + "/test_data_set_0/output_" + llvm::Twine(number++) + ".pb").str());
    if (!array || !output.type().has_tensor_type())
      return std::nullopt;
    result.outputs[output.name()] = *array;
  }
  return result;
}

/// The tolerances of ONNX's backend tests.
std::string compare(const Array &actual, const Array &expected, ElementType type) {
  if (actual.shape != expected.shape)
    return "shape " + onnximport::toString(actual.shape) + " instead of " + onnximport::toString(expected.shape);
  HostTensor a(type, actual.shape, actual.bytes), b(type, expected.shape, expected.bytes);
  for (int64_t position = 0; position < expected.size(); ++position) {
    double x = a.getDouble(position), y = b.getDouble(position);
    bool isSame =
        x == y || (std::isnan(x) && std::isnan(y)) || (isFloat(type) && std::fabs(x - y) <= 1e-7 + 1e-3 * std::fabs(y));
    if (!isSame)
      return "element " + std::to_string(position) + " is " + std::to_string(x) + " instead of " + std::to_string(y);
  }
  return "";
}

/// Imports and runs `test`; with `isFolded` the inputs are known to the
/// importer. Returns what went wrong.
std::string run(const Case &test, bool isFolded) {
  OnnxImportOptions options;
  if (isFolded)
    options.fixedInputs = test.inputs;
  // Integer scalars are sizes (of windows and the like).
  for (auto &[name, array] : test.inputs)
    if ((array.dtype == "i64" || array.dtype == "i32") && array.shape.empty())
      options.fixedInputs[name] = array;
  for (auto &node : test.model.graph().node()) {
    auto first = firstCompileTimeOperand.find(node.op_type());
    if (first == firstCompileTimeOperand.end())
      continue;
    for (int operand = first->second; operand < node.input_size(); ++operand)
      if (test.inputs.count(node.input(operand)))
        options.fixedInputs[node.input(operand)] = test.inputs.at(node.input(operand));
  }
  auto context = st::testing::makeJitContext();
  std::string message;
  mlir::ScopedDiagnosticHandler handler(context.get(), [&](mlir::Diagnostic &diagnostic) {
    message += diagnostic.str() + "\n";
    return mlir::success();
  });
  auto module = importOnnx(test.path, options, context.get());
  if (!module)
    return message;
  auto results = st::testing::runOnHost(*module, test.inputs);
  if (!results)
    return llvm::toString(results.takeError()) + message;
  for (auto &[name, expected] : test.outputs) {
    for (auto &output : test.model.graph().output())
      if (output.name() == name)
        message = compare((*results)[name], expected, *elementTypeFromOnnx(output.type().tensor_type().elem_type()));
    if (!message.empty())
      return name + ": " + message;
  }
  return "";
}

class OnnxSuite : public ::testing::TestWithParam<const char *> {};

TEST_P(OnnxSuite, SupportedOperatorsPass) {
  std::vector<std::string> names = supportedOnnxOps();
  std::set<std::string> supported(names.begin(), names.end());
  std::map<std::string, unsigned> unsupported;
  unsigned passed = 0, total = 0, otherTypes = 0, excepted = 0;
  std::vector<std::string> folders;
  std::error_code error;
  std::string suite = std::string(suiteFolder) + "/" + GetParam();
  for (llvm::sys::fs::directory_iterator it(suite, error), end; it != end && !error; it.increment(error))
    folders.push_back(it->path());
  ASSERT_FALSE(folders.empty()) << suite << " is missing; install libonnx-testdata (scripts/setup does)";
  llvm::sort(folders);
  for (const std::string &folder : folders) {
    std::string name = llvm::sys::path::filename(folder).str();
    ++total;
    onnx::ModelProto model;
    ASSERT_TRUE(parse(folder + "/model.onnx", model)) << folder;
    bool isSupported = true;
    for (auto &node : model.graph().node())
      if (!supported.count(node.op_type())) {
        isSupported = false;
        ++unsupported[node.op_type()];
      }
    if (!isSupported)
      continue;
    if (exceptions.count(name)) {
      ++excepted;
      continue;
    }
    std::optional<Case> test = readCase(folder);
    if (!test) {
      ++otherTypes;
      continue;
    }
    std::string computed = run(*test, false), folded = run(*test, true);
    EXPECT_EQ(computed, "") << name;
    EXPECT_EQ(folded, "") << name << ", computed at import";
    passed += computed.empty() && folded.empty();
  }
  std::string list;
  for (auto &[name, count] : unsupported)
    list += " " + name + "(" + std::to_string(count) + ")";
  llvm::outs() << GetParam() << ": " << total << " models, " << passed << " pass, " << excepted
               << " are listed exceptions, " << otherTypes
               << " are not on tensors; unsupported operators (nodes):" << list << "\n";
  EXPECT_GT(passed, 0u);
}

INSTANTIATE_TEST_SUITE_P(Import, OnnxSuite,
                         ::testing::Values("node", "simple", "pytorch-operator", "pytorch-converted"),
                         [](const auto &info) {
                           std::string name = info.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

} // namespace
