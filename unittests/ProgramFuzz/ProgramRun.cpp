//===- ProgramRun.cpp - One program through the compiler ------------------------------------------------------===//

#include "ProgramRun.h"
#include "Analysis/Design.h"
#include "Dialect/StDialect.h"
#include "Driver/Compare.h"
#include "Driver/HlsSimulation.h"
#include "Emit/Hls/EmitHls.h"
#include "FirstError.h"
#include "IrFeatures.h"
#include "Pipelines/Phases.h"
#include "Random.h"
#include "Reference/Reference.h"
#include "Support/FileSystem.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace st;
using namespace st::testing;

llvm::json::Value ProgramResult::toJson() const {
  llvm::json::Array list;
  for (const std::string &feature : features)
    list.push_back(feature);
  return llvm::json::Object{
      {"phase", phase}, {"reason", llvm::json::fixUTF8(reason)}, {"tasks", tasks}, {"features", std::move(list)}};
}

ProgramResult ProgramResult::fromJson(StringRef text) {
  ProgramResult result;
  auto json = llvm::json::parse(text);
  if (!json) {
    result.phase = "program";
    result.reason = llvm::toString(json.takeError());
    return result;
  }
  const llvm::json::Object &object = *json->getAsObject();
  result.phase = object.getString("phase").value_or("").str();
  result.reason = object.getString("reason").value_or("").str();
  result.tasks = object.getInteger("tasks").value_or(0);
  for (const llvm::json::Value &feature : *object.getArray("features"))
    result.features.insert(feature.getAsString()->str());
  return result;
}

static void fail(ProgramResult &result, StringRef phase, std::string reason) {
  result.phase = phase.str();
  result.reason = std::move(reason);
}

/// Inputs for @main: floats in quarters, which sums keep exact for long; integers of the whole range of their type,
/// half of them small.
static std::vector<Array> makeInputs(func::FuncOp main, uint64_t seed) {
  Random random(seed + 77);
  std::vector<Array> inputs;
  for (Type type : main.getArgumentTypes()) {
    auto tensor = cast<RankedTensorType>(type);
    Array array;
    llvm::raw_string_ostream(array.dtype) << tensor.getElementType();
    array.shape.assign(tensor.getShape().begin(), tensor.getShape().end());
    int64_t width = bytesPerElement(array.dtype).value_or(4);
    array.bytes.resize(tensor.getNumElements() * width);
    for (int64_t i = 0; i < tensor.getNumElements(); ++i) {
      float real = float(random.below(65) - 32) / 8;
      int64_t integer = random.chance(50) ? random.below(17) - 8 : int64_t(random.bits());
      const void *from = array.dtype == "f32" ? static_cast<const void *>(&real) : &integer;
      std::memcpy(array.bytes.data() + i * width, from, width);
    }
    inputs.push_back(std::move(array));
  }
  return inputs;
}

using Arrays = std::vector<Array>;

/// Executes @main; what is wrong with its results, or empty.
static std::string execute(ModuleOp module, const Arrays &inputs, const Arrays &expected, FirstError &error,
                           const reference::RunOptions &options = {}) {
  error.text.clear();
  auto results = reference::run(module, "main", inputs, options);
  if (failed(results))
    return error.text.empty() ? "execution failed" : error.text;
  if (results->size() != expected.size())
    return "some results are not computed";
  for (auto [index, result] : llvm::enumerate(*results)) {
    Difference difference = compareArrays(result, expected[index]);
    bool isFloat = result.dtype == "f32";
    if (!difference.mismatch.empty() || (isFloat && !agrees(difference, expected[index])) ||
        (!isFloat && difference.maxDifference != 0))
      return llvm::formatv("result {0} is wrong: {1}", index,
                           difference.mismatch.empty() ? llvm::formatv("off by {0}", difference.maxDifference).str()
                                                       : difference.mismatch);
  }
  return "";
}

static std::string emitProgram(ModuleOp module, StringRef prefix, StringRef hlsFolder, uint64_t seed,
                               const Arrays &expected) {
  module.walk([&](KernelOp kernel) { kernel.setSymName((prefix + "_" + kernel.getSymName()).str()); });
  if (auto error = emitHls(module, {}, hlsFolder))
    return llvm::toString(std::move(error));
  std::string text;
  llvm::raw_string_ostream stream(text);
  module.print(stream);
  NamedArrays arrays;
  for (auto [index, array] : llvm::enumerate(expected))
    arrays[std::to_string(index)] = array;
  if (auto error = writeFile((hlsFolder + "/lower.mlir").str(), text))
    return llvm::toString(std::move(error));
  if (auto error = writeFile((hlsFolder + "/seed").str(), std::to_string(seed)))
    return llvm::toString(std::move(error));
  if (auto error = writeNpz((hlsFolder + "/expected.npz").str(), arrays))
    return llvm::toString(std::move(error));
  return "";
}

/// Whether the program is what `fuse` leaves: its kernels take packed operands.
static bool isFused(ModuleOp module) {
  WalkResult walk = module.walk([](KernelOp kernel) {
    bool isPlain = llvm::all_of(llvm::enumerate(kernel.getBody().getArguments()), [&](auto argument) {
      auto type = dyn_cast<ItensorType>(argument.value().getType());
      return type && kernel.getInputs()[argument.index()].getType() == type.getTensorType();
    });
    return isPlain && !kernel.getInputs().empty() ? WalkResult::interrupt() : WalkResult::advance();
  });
  return !walk.wasInterrupted();
}

void st::testing::compileProgram(StringRef text, int64_t maxConverterBytes, uint64_t seed, StringRef hlsFolder,
                                 StringRef prefix, MLIRContext *context, ProgramResult &result,
                                 llvm::function_ref<void(StringRef)> entering) {
  FirstError error(context);
  entering("program");
  auto module = parseSourceString<ModuleOp>(text, context);
  auto main = module ? module->lookupSymbol<func::FuncOp>("main") : func::FuncOp();
  if (!main)
    return fail(result, "program", error.text.empty() ? "there is no @main" : error.text);
  Arrays inputs = makeInputs(main, seed);
  auto expected = reference::run(*module, "main", inputs);
  if (failed(expected))
    return fail(result, "program", error.text);
  PhaseOptions options;
  options.maxConverterBytes = maxConverterBytes;
  // The tensors are small; a third of the programs keeps on chip whatever is read again.
  if (seed % 3 == 0)
    options.minSavedBytes = 1;
  bool startsFused = isFused(*module);
  if (startsFused)
    addFusedFeatures(*module, result.features);
  for (Phase phase : allPhases()) {
    if (phase < (startsFused ? Phase::Optimize : Phase::Fuse) || phase == Phase::Emit)
      continue;
    StringRef name = getPhaseName(phase);
    entering(name);
    PassManager manager(context, ModuleOp::getOperationName());
    populatePhase(phase, manager, options);
    error.text.clear();
    if (failed(manager.run(*module))) {
      // A bound below what one task needs is refused with reason; the program has its turn without it.
      if (phase == Phase::Fuse && maxConverterBytes != 0 && StringRef(error.text).contains("alone needs")) {
        result.features.insert("[bound refused]");
        return compileProgram(text, 0, seed, hlsFolder, prefix, context, result, entering);
      }
      return fail(result, name, error.text);
    }
    // The account of the design is part of compilation.
    if (phase == Phase::Allocate)
      if (auto design = collectDesign(*module, "", 0); !design)
        return fail(result, name, llvm::toString(design.takeError()));
    if (std::string wrong = execute(*module, inputs, *expected, error); !wrong.empty())
      return fail(result, name, wrong);
    if (phase == Phase::Fuse)
      addFusedFeatures(*module, result.features);
    if (phase == Phase::Optimize)
      addTaskFeatures(*module, result.features);
  }
  module->walk([&](TaskOp) { ++result.tasks; });
  if (hlsFolder.empty())
    return;
  entering("emit");
  error.text.clear();
  std::string reason = emitProgram(*module, prefix, hlsFolder, seed, *expected);
  if (!reason.empty())
    fail(result, "emit", error.text.empty() ? reason : error.text);
}

void st::testing::simulateProgram(StringRef hlsFolder, MLIRContext *context, ProgramResult &result) {
  FirstError error(context);
  auto module = parseSourceFile<ModuleOp>((hlsFolder + "/lower.mlir").str(), context);
  auto arrays = readNpz((hlsFolder + "/expected.npz").str());
  auto seedText = readFile((hlsFolder + "/seed").str());
  if (!module || !arrays || !seedText) {
    if (!arrays)
      llvm::consumeError(arrays.takeError());
    if (!seedText)
      llvm::consumeError(seedText.takeError());
    return fail(result, "hls", "the folder of the design is incomplete: " + error.text);
  }
  uint64_t seed = 0;
  (*seedText)->getBuffer().getAsInteger(10, seed);
  Arrays expected;
  for (unsigned index = 0; index < arrays->size(); ++index)
    expected.push_back((*arrays)[std::to_string(index)]);
  HlsSimulation simulation = HlsSimulation::open(hlsFolder);
  reference::RunOptions options;
  options.kernelBackend = [&](KernelOp kernel, ArrayRef<Array> operands) { return simulation.run(kernel, operands); };
  auto main = module->lookupSymbol<func::FuncOp>("main");
  if (std::string wrong = execute(*module, makeInputs(main, seed), expected, error, options); !wrong.empty())
    fail(result, "hls", wrong);
}
