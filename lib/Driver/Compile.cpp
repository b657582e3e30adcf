//===- Compile.cpp - `streamtensor compile`: from a model to a folder -----------------------------------------===//

#include "Driver/Compile.h"
#include "Analysis/Design.h"
#include "Analysis/Schedule.h"
#include "Device/Device.h"
#include "Dialect/Caches.h"
#include "Dialect/InterfaceNames.h"
#include "Dialect/Sizes.h"
#include "Dialect/StDialect.h"
#include "Driver/Check.h"
#include "Driver/Diagnostics.h"
#include "Driver/Fallbacks.h"
#include "Driver/Parameters.h"
#include "Driver/Simulate.h"
#include "Emit/Hls/EmitHls.h"
#include "Emit/Rtl/EmitRtl.h"
#include "Import/Mlir/ImportMlir.h"
#include "Import/Onnx/ImportOnnx.h"
#include "Reference/Reference.h"
#include "Support/Error.h"
#include "Support/FileSystem.h"
#include "Support/Json.h"
#include "Transforms/Linalg/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/AsmState.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/CrashRecoveryContext.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Support/thread.h"
#include <chrono>
#include <cmath>
#include <csignal>

using namespace mlir;
using namespace st;

/// What the importer computes of known operands. Where the reference cannot, the operations stay in the model.
static std::optional<std::vector<Array>> evaluateConstants(ModuleOp module) {
  ScopedDiagnosticHandler quiet(module.getContext(), [](Diagnostic &) { return success(); });
  auto results = reference::run(module, "main", {});
  if (failed(results))
    return std::nullopt;
  return std::move(*results);
}

namespace {
/// A stack of its own for the signals of this thread, so that the exhaustion of the usual one can be handled.
class SignalStack {
public:
  SignalStack() : memory(size) {
    stack_t stack{};
    stack.ss_sp = memory.data();
    stack.ss_size = size;
    sigaltstack(&stack, &previous);
    // CrashRecoveryContext does not ask for it.
    for (int signal : {SIGSEGV, SIGBUS}) {
      struct sigaction action;
      sigaction(signal, nullptr, &action);
      action.sa_flags |= SA_ONSTACK;
      sigaction(signal, &action, nullptr);
    }
  }
  ~SignalStack() { sigaltstack(&previous, nullptr); }

private:
  static constexpr size_t size = 64 << 10;
  std::vector<char> memory;
  stack_t previous{};
};
} // namespace

/// LLVM's readers of text and bytecode are written for files that compilers wrote. The malformed text that is known to
/// crash the parser is refused before (Import/Mlir/CheckSyntax.h); what is not known, and bytecode, whose reader trusts
/// it, still ends here as a diagnostic. What a crash leaves behind is not used any more: the process ends next.
static OwningOpRef<ModuleOp> importSafely(StringRef path, const MlirImportOptions &options, MLIRContext *context) {
  constexpr std::optional<unsigned> stackBytes = 256u << 20;
  OwningOpRef<ModuleOp> module;
  DiagnosticEngine &engine = context->getDiagEngine();
  DiagnosticEngine::HandlerID mark = engine.registerHandler([](Diagnostic &) { return failure(); });
  llvm::CrashRecoveryContext::Enable();
  bool returned = false;
  llvm::thread reader(stackBytes, [&] {
    SignalStack signalStack;
    llvm::CrashRecoveryContext recovery;
    returned = recovery.RunSafely([&] { module = importMlir(path, options, context); });
  });
  reader.join();
  llvm::CrashRecoveryContext::Disable();
  engine.eraseHandler(mark);
  // Handlers that were scoped to the steps which crashed refer to frames that are gone.
  constexpr unsigned mostHandlers = 64;
  for (unsigned later = 1; !returned && later <= mostHandlers; ++later)
    engine.eraseHandler(mark + later);
  if (!returned)
    emitError(FileLineColLoc::get(context, path, 0, 0))
        << path << ": LLVM's reader crashed on this file, so that it is malformed in a way that it does not diagnose; "
        << "have it written again by the program that made it";
  return module;
}

/// What a model's importer is told about axes of run-time size.
template <typename Options> static void setSizes(Options &to, const ModelOptions &from, MLIRContext *context) {
  for (auto &[name, size] : from.dims)
    to.dims[name] = size;
  for (auto &[name, bound] : from.bounds)
    to.bounds[name] = SizeRangeAttr::get(context, bound.minimum, bound.maximum, bound.divisor);
  if (from.maxSeq > 0)
    to.otherBound = SizeRangeAttr::get(context, 1, from.maxSeq, 1);
}

/// Operations on tensors of run-time size say themselves what they leave out.
static OwningOpRef<ModuleOp> maskExtents(OwningOpRef<ModuleOp> module) {
  auto main = module ? module->lookupSymbol<func::FuncOp>("main") : func::FuncOp();
  if (!main || !main->hasAttr(sizesAttr))
    return module;
  PassManager manager(module->getContext(), ModuleOp::getOperationName());
  manager.addNestedPass<func::FuncOp>(createMaskExtents());
  return succeeded(manager.run(*module)) ? std::move(module) : OwningOpRef<ModuleOp>();
}

/// Results that stay in the memory of an argument, as `caches` or the model itself say, give only what is new.
static LogicalResult appendCaches(ModuleOp module, ArrayRef<std::pair<std::string, std::string>> caches) {
  auto main = module.lookupSymbol<func::FuncOp>("main");
  if (!main)
    return success();
  bool hasCaches = false;
  for (auto &[argument, result] : caches) {
    std::vector<std::string> names;
    for (unsigned index = 0; index < main.getNumResults(); ++index) {
      names.push_back(getResultName(main, index));
      if (names.back() == result)
        main.setResultAttr(index, cacheAttr, StringAttr::get(module.getContext(), argument));
    }
    if (!llvm::is_contained(names, result))
      return main.emitError() << "--cache " << argument << "=" << result << ": the model has no output '" << result
                              << "'; its outputs are: " << llvm::join(names, ", ");
  }
  for (unsigned index = 0; index < main.getNumResults(); ++index)
    hasCaches |= main.getResultAttr(index, cacheAttr) != nullptr;
  if (!hasCaches)
    return success();
  PassManager manager(module.getContext(), ModuleOp::getOperationName());
  manager.addNestedPass<func::FuncOp>(createAppendCaches());
  return manager.run(module);
}

OwningOpRef<ModuleOp> st::importModel(StringRef path, const ModelOptions &options, MLIRContext *context,
                                      OnnxPartition *partition) {
  StringRef extension = llvm::sys::path::extension(path);
  if (extension == ".onnx" && !options.entry.empty()) {
    emitError(FileLineColLoc::get(context, path, 0, 0))
        << "--entry " << options.entry << " has no meaning for an .onnx file, which holds one graph";
    return {};
  }
  if (extension == ".onnx") {
    OnnxImportOptions onnx;
    setSizes(onnx, options, context);
    onnx.evaluate = evaluateConstants;
    onnx.partition = partition;
    return maskExtents(importOnnx(path, onnx, context));
  }
  if (extension == ".mlir" || extension == ".mlirbc") {
    MlirImportOptions mlir;
    setSizes(mlir, options, context);
    mlir.entry = options.entry;
    return maskExtents(importSafely(path, mlir, context));
  }
  emitError(FileLineColLoc::get(context, path, 0, 0))
      << "a model is an .onnx or .mlir file; '" << path << "' is neither";
  return {};
}

std::unique_ptr<MLIRContext> st::createContext() {
  DialectRegistry registry;
  registerAllDialects(registry);
  registerAllExtensions(registry);
  registry.insert<StDialect>();
  auto context = std::make_unique<MLIRContext>(registry);
  context->loadAllAvailableDialects();
  return context;
}

/// The IR as people read it: large constants elided, their contents are in `params/`.
static std::string printModule(ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  WithoutParameters elided(module);
  module.print(stream, OpPrintingFlags().elideLargeResourceString(0));
  return text;
}

/// Sizes to execute phases with: below the largest, so that something lies beyond them.
static RunSizes chooseSizes(ModuleOp module) {
  RunSizes sizes;
  auto main = module.lookupSymbol<func::FuncOp>("main");
  auto declared = main ? main->getAttrOfType<DictionaryAttr>(sizesAttr) : DictionaryAttr();
  if (!declared)
    return sizes;
  for (NamedAttribute size : declared)
    if (auto range = dyn_cast<SizeRangeAttr>(size.getValue())) {
      int64_t value = range.getMaximum() - std::max<int64_t>(1, range.getMaximum() / 3);
      value = std::max(range.getMinimum(), value);
      sizes[size.getName().getValue()] = value - value % range.getDivisor();
    }
  return sizes;
}

namespace {
/// Executes the IR after each phase and holds it against the phase before.
class StageVerifier {
public:
  StageVerifier(bool enabled, NamedArrays inputs) : enabled(enabled), inputs(std::move(inputs)) {}

  llvm::Error verify(StringRef phase, ModuleOp module) {
    if (!enabled)
      return llvm::Error::success();
    auto results = runModule(module, inputs);
    if (!results)
      return results.takeError();
    if (!previousPhase.empty()) {
      CheckReport report = compareResults(*results, previous);
      for (const CheckedTensor &tensor : report.tensors)
        if (!tensor.ok)
          return makeError("phase '{0}' changes '{1}': {2}", phase, tensor.name,
                           tensor.difference.mismatch.empty()
                               ? llvm::formatv("max|a-b| = {0:e} of max|b|, {1:e} in row {2}, against phase '{3}'",
                                               tensor.difference.relative(), tensor.difference.worstRow,
                                               tensor.difference.worstRowIndex, previousPhase)
                                     .str()
                               : tensor.difference.mismatch);
    }
    previous = std::move(*results);
    previousPhase = phase.str();
    return llvm::Error::success();
  }

private:
  bool enabled;
  NamedArrays inputs, previous;
  std::string previousPhase;
};
} // namespace

static llvm::Error runPhase(Phase phase, ModuleOp module, const CompileOptions &options) {
  PassManager manager(module.getContext(), ModuleOp::getOperationName());
  populatePhase(phase, manager, options.phases);
  if (options.extendPhase)
    options.extendPhase(phase, manager);
  if (failed(manager.run(module)))
    return alreadyDiagnosed(llvm::formatv("stopped in phase '{0}'; nothing was written", getPhaseName(phase)));
  return llvm::Error::success();
}

bool st::holdsKernels(ModuleOp module) {
  return module.walk([](KernelOp) { return WalkResult::interrupt(); }).wasInterrupted();
}

/// Which results stay in the memory of which arguments.
static llvm::json::Array describeCaches(ModuleOp module) {
  llvm::json::Array caches;
  auto main = module.lookupSymbol<func::FuncOp>("main");
  for (unsigned result = 0; main && result < main.getNumResults(); ++result) {
    std::optional<Cache> cache = getCache(main, result);
    if (!cache)
      continue;
    caches.push_back(llvm::json::Object{{"input", getArgumentName(main, cache->argument)},
                                        {"output", getResultName(main, result)},
                                        {"dimension", cache->dim},
                                        {"size", cache->size.getValue()}});
  }
  return caches;
}

/// Writes what `emit` stands for, into `folder`.
static llvm::Expected<llvm::json::Value> emitDesign(ModuleOp module, const Design &design,
                                                    const CompileOptions &options, const OutputFolder &folder) {
  std::optional<Resources> rtl;
  if (holdsKernels(module)) {
    HlsEmitOptions hls;
    hls.clockMhz = design.clockMhz;
    hls.platform = design.platform;
    auto device = loadDevice(options.phases.device, options.phases.clockMhz);
    if (!device)
      return device.takeError();
    if (!device->memories().empty())
      hls.memoryLink = device->memories().front().link;
    hls.hasSeveralDies = device->dies().size() > 1;
    if (options.emitHls)
      if (auto error = emitHls(module, hls, folder.path("hls")))
        return std::move(error);
    if (options.emitRtl) {
      auto resources = emitRtl(module, *device, folder.path("rtl"));
      if (!resources)
        return resources.takeError();
      rtl = *resources;
    }
  } else {
    // Legal, as the host computes it and `check` can judge it, but hardly what was wanted.
    emitWarning(module.getLoc()) << "nothing of this model is left for the device: the host passes inputs on, writes "
                                    "constants, or computes all of it, so that there is no hls/; choose the outputs "
                                    "that the device should compute";
  }
  auto parameters = writeParameters(module, folder.path("params"));
  if (!parameters)
    return parameters.takeError();
  llvm::json::Value json = toJson(design);
  if (rtl)
    (*json.getAsObject()->getObject("totals"))["rtl"] =
        llvm::json::Object{{"resources_basis", calibratedBasis}, {"lut", rtl->lut},       {"ff", rtl->ff},
                           {"dsp", rtl->dsp},                    {"bram18", rtl->bram18}, {"uram", rtl->uram}};
  llvm::json::Array files;
  for (const ParameterFile &file : *parameters)
    files.push_back(llvm::json::Object{{"file", "params/" + file.name}, {"bytes", file.bytes}});
  llvm::SmallString<128> model(options.model);
  llvm::sys::fs::make_absolute(model);
  (*json.getAsObject())["parameters"] = std::move(files);
  (*json.getAsObject())["model"] = model.str().str();
  llvm::json::Array dims;
  for (auto &[name, size] : options.modelOptions.dims)
    dims.push_back(llvm::json::Object{{"name", name}, {"size", size}});
  if (!dims.empty())
    (*json.getAsObject())["dims"] = std::move(dims);
  llvm::json::Array sizes;
  if (auto main = module.lookupSymbol<func::FuncOp>("main"))
    if (auto declared = main->getAttrOfType<DictionaryAttr>(sizesAttr))
      for (NamedAttribute size : declared)
        if (auto range = dyn_cast<SizeRangeAttr>(size.getValue()))
          sizes.push_back(llvm::json::Object{{"name", size.getName().getValue()},
                                             {"minimum", range.getMinimum()},
                                             {"maximum", range.getMaximum()},
                                             {"divisor", range.getDivisor()}});
  if (!sizes.empty())
    (*json.getAsObject())["sizes"] = std::move(sizes);
  llvm::json::Array caches = describeCaches(module);
  if (!caches.empty())
    (*json.getAsObject())["caches"] = std::move(caches);
  if (!options.modelOptions.entry.empty())
    (*json.getAsObject())["entry"] = options.modelOptions.entry;
  return json;
}

/// Lanes that the device's DSPs allow: a lane multiplies and adds in f32, and 80 % of the DSPs may be spent on lanes.
static int64_t lanesOf(const Device &device) {
  int64_t perLane = device.cost(OpKind::F32Mul).dsp + device.cost(OpKind::F32Add).dsp;
  return std::max<int64_t>(1, device.dspAvailable() * 8 / 10 / std::max<int64_t>(1, perLane));
}

/// Fills in what the phases take from the device.
static llvm::Error completeOptions(PhaseOptions &options) {
  auto device = Device::load(options.device);
  if (device && options.clockMhz != 0)
    device = device->withClock(options.clockMhz);
  if (!device)
    return device.takeError();
  options.adderLatency = device->latencyCycles(OpKind::F32Add);
  if (options.overallUnrollSize == 0)
    options.overallUnrollSize = lanesOf(*device);
  return llvm::Error::success();
}

/// Inputs, outputs and weights lie in external memory together.
static LogicalResult checkMemory(ModuleOp module, const Device &device) {
  double available = 0, needed = 0, largestBytes = 0;
  for (const ExternalMemory &memory : device.memories())
    available += double(memory.channels) * memory.channelBytes;
  std::string largest;
  auto add = [&](Type type, const Twine &name) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor || !tensor.hasStaticShape() || !tensor.getElementType().isIntOrFloat())
      return;
    double bytes = std::ceil(tensor.getElementTypeBitWidth() / 8.0);
    for (int64_t extent : tensor.getShape())
      bytes *= extent;
    needed += bytes;
    if (bytes > largestBytes) {
      largestBytes = bytes;
      largest = name.str();
    }
  };
  auto main = module.lookupSymbol<func::FuncOp>("main");
  for (auto [index, type] : llvm::enumerate(main.getArgumentTypes()))
    if (auto name = main.getArgAttrOfType<StringAttr>(index, "st.name"))
      add(type, "input '" + name.getValue() + "'");
  for (auto [index, type] : llvm::enumerate(main.getResultTypes()))
    if (auto name = main.getResultAttrOfType<StringAttr>(index, "st.name"))
      add(type, "output '" + name.getValue() + "'");
  main.walk([&](arith::ConstantOp constant) {
    if (isa<DenseResourceElementsAttr>(constant.getValue()))
      add(constant.getType(), "a weight at " + describePlace(constant.getLoc()));
  });
  if (needed <= available)
    return success();
  return main.emitError() << llvm::formatv("inputs, outputs and weights take {0:f1} GB, but {1} has {2:f1} GB of "
                                           "external memory; the largest is {3} with {4:f1} GB; use smaller sizes or "
                                           "another device",
                                           needed / 1e9, device.name(), available / 1e9, largest, largestBytes / 1e9)
                                 .str();
}

/// Named after the place and the name of the phase.
static std::string getIrFile(Phase phase) {
  return llvm::formatv("ir/{0,0+2}-{1}.mlir", static_cast<unsigned>(phase), getPhaseName(phase));
}

std::string st::findPhaseIr(StringRef design, Phase phase) {
  std::string path = (design + "/" + getIrFile(phase)).str();
  return llvm::sys::fs::exists(path) ? path : "";
}

llvm::Expected<llvm::json::Value> st::compileModel(CompileOptions options, MLIRContext *context,
                                                   const PhaseObserver &observer) {
  if (auto error = completeOptions(options.phases))
    return std::move(error);
  options.phases.partition = options.partition;
  auto folder = OutputFolder::create(options.output);
  if (!folder)
    return folder.takeError();

  OwningOpRef<ModuleOp> module;
  std::optional<StageVerifier> verifier;
  std::optional<Design> design;
  OnnxPartition partition;
  llvm::json::Array fallbacks;
  llvm::json::Value json = llvm::json::Object{{"schema_version", 1}, {"phase", getPhaseName(options.to)}};
  llvm::json::Array phaseSeconds;

  for (Phase phase : allPhases()) {
    if (phase > options.to)
      break;
    StringRef name = getPhaseName(phase);
    auto start = std::chrono::steady_clock::now();
    if (phase == Phase::Import) {
      module = importModel(options.model, options.modelOptions, context, options.partition ? &partition : nullptr);
      if (!module)
        return alreadyDiagnosed(llvm::formatv("cannot import '{0}'; nothing was written", options.model));
      if (failed(appendCaches(*module, options.modelOptions.caches)))
        return alreadyDiagnosed("stopped before the first phase; nothing was written");
      auto device = Device::load(options.phases.device);
      if (!device)
        return device.takeError();
      if (failed(checkMemory(*module, *device)))
        return alreadyDiagnosed("stopped before the first phase; nothing was written");
      NamedArrays inputs;
      if (options.verifyEachStage) {
        auto given = options.inputs.empty()
                         ? llvm::Expected<NamedArrays>(randomInputs(*module, 1, chooseSizes(*module)))
                         : readNpz(options.inputs);
        if (!given)
          return given.takeError();
        inputs = std::move(*given);
      }
      verifier.emplace(options.verifyEachStage, std::move(inputs));
    } else if (phase == Phase::Emit) {
      auto emitted = emitDesign(*module, *design, options, *folder);
      if (!emitted)
        return emitted.takeError();
      json = std::move(*emitted);
    } else {
      if (auto error = runPhase(phase, *module, options))
        return std::move(error);
    }
    if (phase == Phase::Lower)
      nameParameterFiles(*module);
    // Layouts are gone from the types after bufferization, so that the account of the design is taken before it.
    if (phase == Phase::Allocate) {
      auto collected = collectDesign(*module, options.phases.device, options.phases.clockMhz);
      if (!collected)
        return collected.takeError();
      design = std::move(*collected);
      fallbacks = describeFallbacks(*module);
      auto timing = deriveTiming(*module, options.phases.device, options.phases.clockMhz);
      if (!timing)
        return timing.takeError();
      if (auto error = writeTiming(*timing, folder->path("timing")))
        return std::move(error);
    }
    if (phase != Phase::Emit) {
      if (auto error = writeFile(folder->path(getIrFile(phase)), printModule(*module)))
        return std::move(error);
    }
    double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    phaseSeconds.push_back(llvm::json::Object{{"phase", name}, {"seconds", seconds}});
    observer(name, seconds);
    if (phase != Phase::Emit)
      if (auto error = verifier->verify(name, *module))
        return std::move(error);
  }
  if (options.partition)
    (*json.getAsObject())["partition"] = toJson(partition);
  if (!fallbacks.empty())
    (*json.getAsObject())["fallbacks"] = std::move(fallbacks);
  (*json.getAsObject())["compile_seconds"] = std::move(phaseSeconds);
  if (auto error = writeJson(folder->path("design.json"), json))
    return std::move(error);
  if (auto error = folder->commit())
    return std::move(error);
  return json;
}
