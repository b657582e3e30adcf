// ONNX's own backend tests for the operators that are supported: each model is
// imported twice, once with its inputs as arguments and run through MLIR's
// lowering, once with its inputs fixed, so that the importer computes the
// answer.

#include "Conformance/OnnxSuite.h"
#include "Jit.h"
#include "Reference/Reference.h"
#include "Support/FileSystem.h"

#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"

#include "gtest/gtest.h"

#include <set>

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

/// The table of all tests: a line for each, tabulators between its fields, from which docs/onnx.md is made.
const std::string tableFile = std::string(ST_SOURCE_DIR) + "/unittests/Conformance/onnx-import.tsv";
constexpr const char *tableHeader = "suite\ttest\tstatus\toperators\treason\n";

/// The lines of the committed table that belong to `suite`, or (`others`) to any other suite.
std::string tableLines(llvm::StringRef suite, bool others) {
  auto buffer = readFile(tableFile);
  if (!buffer) {
    llvm::consumeError(buffer.takeError());
    return "";
  }
  llvm::SmallVector<llvm::StringRef> lines;
  (*buffer)->getBuffer().split(lines, '\n', -1, /*KeepEmpty=*/false);
  std::string text;
  for (llvm::StringRef line : llvm::drop_begin(lines, lines.empty() ? 0 : 1))
    if (line.starts_with((suite + "\t").str()) != others)
      text += (line + "\n").str();
  return text;
}

std::string joinSorted(const std::set<std::string> &names) { return llvm::join(names, " "); }

class OnnxSuite : public ::testing::TestWithParam<const char *> {};

/// With ST_UPDATE_TABLES set the table is written instead of compared.
TEST_P(OnnxSuite, SupportedOperatorsPass) {
  unsigned passed = 0;
  std::string lines;
  std::vector<std::string> folders = listOnnxTests(GetParam());
  ASSERT_FALSE(folders.empty()) << GetParam() << " is missing; install libonnx-testdata (scripts/setup does)";
  for (const std::string &folder : folders) {
    std::string name = llvm::sys::path::filename(folder).str();
    std::optional<onnx::ModelProto> model = readOnnxModel(folder);
    ASSERT_TRUE(model) << folder;
    std::set<std::string> operators;
    for (auto &node : model->graph().node())
      operators.insert(node.op_type());
    std::vector<std::string> missing = unsupportedOperators(*model);
    std::string status, reason;
    if (!missing.empty()) {
      status = "unsupported";
      reason = joinSorted(std::set<std::string>(missing.begin(), missing.end()));
    } else if (reason = onnxException(name).str(); !reason.empty()) {
      status = "excepted";
    } else if (std::optional<OnnxCase> test = readOnnxCase(folder); !test) {
      status = "excepted";
      reason = "not on tensors";
    } else {
      std::string computed = run(*test, false), folded = run(*test, true);
      EXPECT_EQ(computed, "") << name;
      EXPECT_EQ(folded, "") << name << ", computed at import";
      status = computed.empty() && folded.empty() ? "pass" : "fail";
      passed += status == "pass";
    }
    lines +=
        std::string(GetParam()) + "\t" + name + "\t" + status + "\t" + joinSorted(operators) + "\t" + reason + "\n";
  }
  llvm::outs() << GetParam() << ": " << passed << " of " << folders.size() << " tests pass\n";
  EXPECT_GT(passed, 0u);
  if (std::getenv("ST_UPDATE_TABLES")) {
    ASSERT_FALSE(bool(writeFile(tableFile, tableHeader + tableLines(GetParam(), /*others=*/true) + lines)));
    return;
  }
  EXPECT_EQ(tableLines(GetParam(), /*others=*/false), lines)
      << "unittests/Conformance/onnx-import.tsv is out of date: run ImportTests with ST_UPDATE_TABLES=1, then "
         "scripts/generate_docs";
}

INSTANTIATE_TEST_SUITE_P(Import, OnnxSuite, ::testing::ValuesIn(onnxSuites), [](const auto &info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

} // namespace
