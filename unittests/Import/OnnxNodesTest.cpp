// ONNX's own backend tests for the operators that are supported: each model is
// imported twice, once with its inputs as arguments and run through MLIR's
// lowering, once with its inputs fixed, so that the importer computes the
// answer.

#include "Conformance/OnnxSuite.h"
#include "Jit.h"
#include "Reference/Reference.h"

#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/Path.h"

#include "gtest/gtest.h"

using namespace st;
using namespace st::testing;

namespace {

/// Imports and runs `test`; with `isFolded` the inputs are known to the
/// importer. Returns what went wrong.
std::string run(const OnnxCase &test, bool isFolded) {
  OnnxImportOptions options = importOptionsFor(test);
  if (isFolded) {
    options.fixedInputs = test.inputs;
    options.evaluate = [](mlir::ModuleOp module) -> std::optional<std::vector<Array>> {
      auto results = reference::run(module, "main", {});
      return mlir::failed(results) ? std::nullopt : std::optional(std::move(*results));
    };
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
    message = compareOutput(test, name, (*results)[name]);
    if (!message.empty())
      return name + ": " + message;
  }
  return "";
}

class OnnxSuite : public ::testing::TestWithParam<const char *> {};

TEST_P(OnnxSuite, SupportedOperatorsPass) {
  std::map<std::string, unsigned> unsupported;
  unsigned passed = 0, total = 0, otherTypes = 0, excepted = 0;
  std::vector<std::string> folders = listOnnxTests(GetParam());
  ASSERT_FALSE(folders.empty()) << GetParam() << " is missing; install libonnx-testdata (scripts/setup does)";
  for (const std::string &folder : folders) {
    std::string name = llvm::sys::path::filename(folder).str();
    ++total;
    std::optional<onnx::ModelProto> model = readOnnxModel(folder);
    ASSERT_TRUE(model) << folder;
    std::vector<std::string> missing = unsupportedOperators(*model);
    for (const std::string &op : missing)
      ++unsupported[op];
    if (!missing.empty())
      continue;
    if (!onnxException(name).empty()) {
      ++excepted;
      continue;
    }
    std::optional<OnnxCase> test = readOnnxCase(folder);
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

INSTANTIATE_TEST_SUITE_P(Import, OnnxSuite, ::testing::ValuesIn(onnxSuites), [](const auto &info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

} // namespace
