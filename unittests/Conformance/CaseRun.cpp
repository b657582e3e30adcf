//===- CaseRun.cpp - One ONNX test through the compiler -------------------------------------------------------===//

#include "CaseRun.h"
#include "Analysis/Design.h"
#include "Dialect/StDialect.h"
#include "Driver/HlsSimulation.h"
#include "Emit/Hls/EmitHls.h"
#include "FirstError.h"
#include "Pipelines/Phases.h"
#include "Support/FileSystem.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace st;
using namespace st::testing;

llvm::json::Value CaseResult::toJson() const {
  return llvm::json::Object{{"suite", suite},
                            {"test", test},
                            {"status", status},
                            {"phase", phase},
                            {"reason", llvm::json::fixUTF8(reason)},
                            {"kernels", kernels},
                            {"tasks", tasks},
                            {"host_ops", hostOps}};
}

CaseResult CaseResult::fromJson(StringRef text) {
  CaseResult result;
  auto json = llvm::json::parse(text);
  if (!json) {
    llvm::consumeError(json.takeError());
    return result;
  }
  const llvm::json::Object &object = *json->getAsObject();
  auto string = [&](StringRef key) { return object.getString(key).value_or("").str(); };
  result.suite = string("suite");
  result.test = string("test");
  result.status = string("status");
  result.phase = string("phase");
  result.reason = string("reason");
  result.kernels = object.getInteger("kernels").value_or(0);
  result.tasks = object.getInteger("tasks").value_or(0);
  result.hostOps = object.getInteger("host_ops").value_or(0);
  return result;
}

static CaseResult &fail(CaseResult &result, StringRef phase, std::string reason) {
  result.status = "fail";
  result.phase = phase.str();
  result.reason = std::move(reason);
  return result;
}

/// Executes @main on the inputs of the test; what is wrong with its results, or empty.
static std::string execute(ModuleOp module, const OnnxCase &test, FirstError &error,
                           const reference::RunOptions &options = {}) {
  auto main = module.lookupSymbol<func::FuncOp>("main");
  if (!main)
    return "there is no @main";
  std::vector<Array> inputs;
  for (unsigned index = 0; index < main.getNumArguments(); ++index)
    inputs.push_back(test.inputs.at(main.getArgAttrOfType<StringAttr>(index, "st.name").str()));
  error.text.clear();
  auto results = reference::run(module, "main", inputs, options);
  if (failed(results))
    return error.text.empty() ? "execution failed" : error.text;
  for (auto [index, result] : llvm::enumerate(*results)) {
    std::string name = main.getResultAttrOfType<StringAttr>(index, "st.name").str();
    if (std::string difference = compareOutput(test, name, result); !difference.empty())
      return name + ": " + difference;
  }
  return results->size() == test.outputs.size() ? "" : "some outputs are not computed";
}

/// The passes of one phase; false after a failure.
static bool runPhase(Phase phase, ModuleOp module, FirstError &error, CaseResult &result) {
  PassManager manager(module.getContext(), ModuleOp::getOperationName());
  populatePhase(phase, manager, {});
  error.text.clear();
  if (succeeded(manager.run(module)))
    return true;
  fail(result, getPhaseName(phase), error.text);
  return false;
}

/// The first phase after which the test gives a wrong answer.
static void locateError(const OnnxCase &test, MLIRContext *context, FirstError &error, CaseResult &result) {
  auto module = importOnnx(test.path, importOptionsFor(test), context);
  CaseResult ignored;
  for (Phase phase : allPhases()) {
    if (phase == Phase::Emit || (phase != Phase::Import && !runPhase(phase, *module, error, ignored)))
      return;
    if (std::string wrong = execute(*module, test, error); !wrong.empty()) {
      fail(result, getPhaseName(phase), "wrong: " + wrong);
      return;
    }
  }
}

static void countParts(ModuleOp module, CaseResult &result) {
  result.kernels = result.tasks = result.hostOps = 0;
  module.walk([&](Operation *op) {
    result.kernels += isa<KernelOp>(op);
    result.tasks += isa<TaskOp>(op);
    result.hostOps += (isa<linalg::LinalgOp>(op) || op->hasAttr("st.host")) && isa<func::FuncOp>(op->getParentOp());
  });
}

/// Writes the design of `module` for `simulateCase`. Many designs share one program, hence names for their kernels that
/// start with the test's.
static std::string emitCase(ModuleOp module, StringRef prefix, StringRef hlsFolder) {
  module.walk([&](KernelOp kernel) { kernel.setSymName((prefix + "_" + kernel.getSymName()).str()); });
  if (auto error = emitHls(module, {}, hlsFolder))
    return llvm::toString(std::move(error));
  std::string text;
  llvm::raw_string_ostream stream(text);
  module.print(stream);
  if (auto error = writeFile((hlsFolder + "/lower.mlir").str(), text))
    return llvm::toString(std::move(error));
  return "";
}

void st::testing::compileCase(StringRef folder, StringRef hlsFolder, MLIRContext *context, CaseResult &result) {
  std::optional<OnnxCase> test = readOnnxCase(folder);
  if (!test) {
    result.status = "excepted";
    result.reason = "not on tensors";
    return;
  }
  FirstError error(context);
  auto module = importOnnx(test->path, importOptionsFor(*test), context);
  if (!module) {
    fail(result, "import", error.text);
    return;
  }
  for (Phase phase : allPhases()) {
    if (phase == Phase::Import || phase == Phase::Emit)
      continue;
    if (!runPhase(phase, *module, error, result))
      return;
    // The account of the design is part of compilation.
    if (phase == Phase::Allocate) {
      auto design = collectDesign(*module, "", 0);
      if (!design)
        return void(fail(result, "allocate", llvm::toString(design.takeError())));
    }
  }
  countParts(*module, result);
  result.status = result.kernels == 0 ? "folded" : "pass";
  if (!hlsFolder.empty() && result.kernels > 0) {
    error.text.clear();
    // Suites share test names; the name is also one of a C++ function.
    std::string prefix = result.suite == "node" ? result.test : result.suite + "_" + result.test;
    std::replace(prefix.begin(), prefix.end(), '-', '_');
    std::string reason = emitCase(*module, prefix, hlsFolder);
    if (!reason.empty())
      fail(result, "emit", error.text.empty() ? reason : error.text);
    return;
  }
  std::string wrong = execute(*module, *test, error);
  if (!wrong.empty()) {
    fail(result, "run", wrong);
    locateError(*test, context, error, result);
  }
}

void st::testing::simulateCase(StringRef folder, StringRef hlsFolder, MLIRContext *context, CaseResult &result) {
  std::optional<OnnxCase> test = readOnnxCase(folder);
  FirstError error(context);
  auto module = parseSourceFile<ModuleOp>((hlsFolder + "/lower.mlir").str(), context);
  if (!test || !module) {
    fail(result, "run", error.text);
    return;
  }
  countParts(*module, result);
  HlsSimulation simulation = HlsSimulation::open(hlsFolder);
  reference::RunOptions options;
  options.kernelBackend = [&](KernelOp kernel, ArrayRef<Array> operands) { return simulation.run(kernel, operands); };
  std::string wrong = execute(*module, *test, error, options);
  if (!wrong.empty())
    fail(result, "run", "hls: " + wrong);
}
