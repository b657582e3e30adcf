//===- streamtensor.cpp - The command line --------------------------------------------------------------------===//
//
// Parses arguments, calls the driver, prints what it returns. Nothing is decided here.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "Device/Device.h"
#include "Driver/Check.h"
#include "Driver/Compile.h"
#include "Driver/Diagnostics.h"
#include "Driver/Inspect.h"
#include "Driver/Summary.h"
#include "SimulateCommand.h"
#include "Support/Error.h"
#include "Support/Interruption.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/WithColor.h"

using namespace mlir;
using namespace st;
namespace cl = llvm::cl;

//===----------------------------------------------------------------------------------------------------------===//
// Options
//===----------------------------------------------------------------------------------------------------------===//

static cl::OptionCategory &category = optionCategory();

static cl::SubCommand compileCommand("compile", "compile a model to a dataflow accelerator");
static cl::SubCommand inspectCommand("inspect", "tell what a model holds and what of it can be compiled");
static cl::SubCommand checkCommand("check", "compare what a compiled design computes with its model or golden outputs");
static cl::SubCommand runCommand("run", "run a compiled design on your own tensors");
static cl::SubCommand devicesCommand("devices", "list the boards that are described in devices/");
static cl::SubCommand phasesCommand("phases", "list the phases of compilation, in order");
static cl::SubCommand versionCommand("version", "print the version");

static cl::opt<std::string> model(cl::Positional, cl::Required, cl::desc("MODEL.{onnx,mlir}"), cl::sub(compileCommand),
                                  cl::sub(inspectCommand), cl::cat(category));
static cl::list<std::string> dims("dim",
                                  cl::desc("Size of a dynamic axis of the model (repeatable); NAME is the axis's, "
                                           "or INPUT.AXIS where it has none. Fixed with =VALUE; with \"NAME<=MAX\" it "
                                           "comes with each run, from 1 or, \"MIN<=NAME<=MAX\", another minimum; "
                                           "\"NAME<=MAX by N\" promises multiples of N. For check: of random inputs; "
                                           "for simulate DESIGN: of the run"),
                                  cl::value_desc("NAME=VALUE"), cl::sub(compileCommand), cl::sub(inspectCommand),
                                  cl::sub(checkCommand), cl::sub(simulateCommand()), cl::cat(category));
static cl::opt<int64_t> maxSeq("max-seq", cl::init(0),
                               cl::desc("Largest size of every dynamic axis that no --dim names; it comes with each "
                                        "run"),
                               cl::value_desc("size"), cl::sub(compileCommand), cl::sub(inspectCommand),
                               cl::sub(simulateCommand()), cl::cat(category));
static cl::opt<std::string> entry("entry", cl::desc("The function to compile, where an .mlir file has several"),
                                  cl::value_desc("name"), cl::sub(compileCommand), cl::sub(inspectCommand),
                                  cl::sub(simulateCommand()), cl::cat(category));
static cl::list<std::string> caches("cache",
                                    cl::desc("Keep an output that is an input with rows behind it, such as a KV cache, "
                                             "in that input's memory: a launch writes only what is new (repeatable)"),
                                    cl::value_desc("INPUT=OUTPUT"), cl::sub(compileCommand), cl::sub(simulateCommand()),
                                    cl::cat(category));
static cl::opt<bool> repeatLayers("repeat",
                                  cl::desc("Make one loop on the device of layers that are equal but for their "
                                           "weights"),
                                  cl::sub(compileCommand), cl::sub(simulateCommand()), cl::cat(category));
static cl::opt<bool> partition("partition",
                               cl::desc("Leave what cannot be mapped to the host, list it, and compile the rest"),
                               cl::sub(compileCommand), cl::cat(category));
static cl::opt<std::string> output("o", cl::Required, cl::desc("Folder to write; a previous design there is replaced"),
                                   cl::value_desc("folder"), cl::sub(compileCommand), cl::cat(category));
static cl::opt<std::string> device("device", cl::init("u55c"), cl::desc("Board name, or path of a device file"),
                                   cl::value_desc("name"), cl::sub(compileCommand), cl::sub(inspectCommand),
                                   cl::sub(simulateCommand()), cl::cat(category));
static cl::opt<double> clockMhz("clock", cl::init(0), cl::desc("Kernel clock in MHz (default: the device's)"),
                                cl::value_desc("MHz"), cl::sub(compileCommand), cl::sub(simulateCommand()),
                                cl::cat(category));
static cl::opt<std::string> toPhase("to", cl::init("emit"), cl::desc("Stop after this phase (see `phases`)"),
                                    cl::value_desc("phase"), cl::sub(compileCommand), cl::cat(category));
static const PhaseOptions phaseDefaults;
static cl::opt<int64_t> defaultTileSize("default-tile-size", cl::init(phaseDefaults.defaultTileSize),
                                        cl::desc("Tile extent along every dimension"), cl::sub(compileCommand),
                                        cl::sub(simulateCommand()), cl::cat(category));
static cl::opt<int64_t> tokenTileSize("token-tile-size", cl::init(phaseDefaults.tokenTileSize),
                                      cl::desc("Tile extent along the outermost (token) dimension"),
                                      cl::sub(compileCommand), cl::sub(simulateCommand()), cl::cat(category));
static cl::opt<int64_t> overallUnrollSize("overall-unroll-size", cl::init(0),
                                          cl::desc("Lanes to spend on all tasks together (default: from the DSPs)"),
                                          cl::sub(compileCommand), cl::sub(simulateCommand()), cl::cat(category));
static cl::opt<int64_t>
    maxConverterBytes("max-converter-bytes", cl::init(0),
                      cl::desc("On-chip bytes for the converters of one kernel (default: 80 % of what the device has)"),
                      cl::value_desc("bytes"), cl::sub(compileCommand), cl::sub(simulateCommand()), cl::cat(category));
static cl::opt<int64_t>
    minSavedBytes("min-saved-bytes", cl::init(phaseDefaults.minSavedBytes),
                  cl::desc("Keep on chip what is read from memory again where that saves so much traffic in a launch"),
                  cl::value_desc("bytes"), cl::sub(compileCommand), cl::sub(simulateCommand()), cl::cat(category));
static cl::opt<int64_t> consecutiveLaunches(
    "consecutive-launches", cl::init(phaseDefaults.consecutiveLaunches),
    cl::desc("Size FIFOs for so many launches without a pause: those of weights then read ahead of the next launch"),
    cl::value_desc("n"), cl::sub(compileCommand), cl::sub(simulateCommand()), cl::cat(category));
enum class EmitTarget { Hls, Rtl };
static cl::list<EmitTarget>
    emitTargets("emit", cl::CommaSeparated, cl::desc("What to emit (default: hls)"),
                cl::values(clEnumValN(EmitTarget::Hls, "hls", "HLS C++ and what builds it"),
                           clEnumValN(EmitTarget::Rtl, "rtl", "SystemVerilog of integer tasks and what simulates it")),
                cl::sub(compileCommand), cl::cat(category));
static cl::opt<bool> verifyEachStage("verify-each-stage",
                                     cl::desc("Execute the IR after every phase and compare with the phase before"),
                                     cl::sub(compileCommand), cl::cat(category));
static cl::opt<std::string> design(cl::Positional, cl::Required, cl::desc("DESIGN (a folder that compile wrote)"),
                                   cl::sub(checkCommand), cl::sub(runCommand), cl::cat(category));
static cl::opt<Backend> backend(
    "backend", cl::desc("What executes the design"), cl::init(Backend::Reference),
    cl::values(clEnumValN(Backend::Reference, "reference", "the reference interpreter, on the last IR before emission"),
               clEnumValN(Backend::Hls, "hls", "the emitted C++, built with g++: sequential and concurrent"),
               clEnumValN(Backend::Rtl, "rtl", "the emitted SystemVerilog, built with Verilator: clock cycles too")),
    cl::sub(checkCommand), cl::sub(runCommand), cl::cat(category));
static cl::list<std::string> inputs("inputs",
                                    cl::desc("Inputs by name (default where optional: random). For run, once for each "
                                             "launch: caches that are not among them stay from launch to launch"),
                                    cl::value_desc("file.npz"), cl::sub(compileCommand), cl::sub(checkCommand),
                                    cl::sub(runCommand), cl::cat(category));
static cl::opt<std::string> golden("golden", cl::desc("Expected outputs by name (default: the model, interpreted)"),
                                   cl::value_desc("file.npz"), cl::sub(checkCommand), cl::cat(category));
static cl::opt<std::string> outputs("outputs", cl::Required,
                                    cl::desc("Where to write the outputs; of several launches, as file-0.npz, ..."),
                                    cl::value_desc("file.npz"), cl::sub(runCommand), cl::cat(category));
static cl::opt<bool> json("json", cl::desc("Print JSON on standard output"), cl::sub(compileCommand),
                          cl::sub(inspectCommand), cl::sub(checkCommand), cl::sub(runCommand), cl::sub(devicesCommand),
                          cl::sub(phasesCommand), cl::sub(versionCommand), cl::sub(simulateCommand()),
                          cl::cat(category));

static const char *const overview =
    "StreamTensor compiles models to stream-based dataflow accelerators\n\n"
    "  streamtensor inspect model.onnx                           what is in it, and what can be compiled\n"
    "  streamtensor compile model.onnx -o design --device u55c   compile for a board\n"
    "  streamtensor compile model.onnx -o design --to tile       stop after a phase and read design/ir/\n"
    "  streamtensor check design --backend hls                   does the emitted C++ compute the model?\n"
    "  streamtensor simulate design --launches 10                how long it takes, and what waits for what\n"
    "  streamtensor run design --inputs in.npz --outputs out.npz run it on your own tensors\n\n"
    "`streamtensor COMMAND --help` explains a command.\n";

//===----------------------------------------------------------------------------------------------------------===//
// Commands: each returns the exit status
//===----------------------------------------------------------------------------------------------------------===//

/// What the IR's own diagnostics were, for --json.
static const DiagnosticPrinter *printed = nullptr;

static int print(const llvm::json::Value &value);

static int fail(llvm::Error error) {
  bool isDiagnosed = isAlreadyDiagnosed(error);
  std::string message = llvm::toString(std::move(error));
  // Errors that were told where they happened are not told again.
  if (isDiagnosed)
    llvm::errs() << message << "\n";
  else
    llvm::WithColor::error(llvm::errs()) << message << "\n";
  if (json) {
    llvm::json::Array errors;
    if (printed)
      for (const UserDiagnostic &diagnostic : printed->diagnostics())
        errors.push_back(toJson(diagnostic));
    if (!isDiagnosed)
      errors.push_back(toJson({DiagnosticSeverity::Error, "", message, {}}));
    print(llvm::json::Object{{"ok", false}, {"errors", std::move(errors)}});
  }
  return 1;
}

static int print(const llvm::json::Value &value) {
  llvm::outs() << llvm::formatv("{0:2}", value) << "\n";
  return 0;
}

/// `NAME<=MAX`, `MIN<=NAME<=MAX`, either with ` by N`; nullopt where it is none of these.
static std::optional<std::pair<std::string, SizeBound>> parseBound(StringRef text) {
  SizeBound bound;
  auto [range, divisor] = text.split(" by ");
  if (range.size() != text.size() && divisor.trim().getAsInteger(10, bound.divisor))
    return std::nullopt;
  auto [left, maximum] = range.rsplit("<=");
  auto [minimum, name] = left.split("<=");
  if (name.empty())
    std::swap(minimum, name);
  else if (minimum.trim().getAsInteger(10, bound.minimum))
    return std::nullopt;
  name = name.trim();
  if (name.empty() || maximum.trim().getAsInteger(10, bound.maximum) || bound.minimum < 0 || bound.divisor < 1 ||
      bound.maximum < std::max<int64_t>(bound.minimum, 2))
    return std::nullopt;
  return std::pair(name.str(), bound);
}

/// What `--dim NAME=VALUE` and `--entry NAME` say about reading the model.
static llvm::Expected<ModelOptions> readModelOptions() {
  ModelOptions options;
  options.entry = entry;
  options.maxSeq = maxSeq;
  if (maxSeq.getNumOccurrences() > 0 && maxSeq < 2)
    return makeError("--max-seq {0} must be at least 2; fix an axis of size 1 with --dim NAME=1", int64_t(maxSeq));
  for (StringRef cache : caches) {
    auto [input, result] = cache.rsplit('=');
    if (input.empty() || result.empty())
      return makeError("--cache {0} must be INPUT=OUTPUT, such as --cache past_key=key", cache);
    options.caches.push_back({input.str(), result.str()});
  }
  for (StringRef dim : dims) {
    if (dim.contains("<=")) {
      auto bound = parseBound(dim);
      if (!bound)
        return makeError("--dim {0} must be NAME<=MAX or MIN<=NAME<=MAX with a maximum of at least 2, such as --dim "
                         "\"sequence<=256\", or \"sequence<=256 by 8\"",
                         dim);
      if (!options.bounds.insert(*bound).second || options.dims.count(bound->first))
        return makeError("--dim {0} is given twice", bound->first);
      continue;
    }
    // Names may hold '='; sizes cannot.
    auto [name, value] = dim.rsplit('=');
    int64_t size;
    if (name.empty() || value.getAsInteger(10, size) || size <= 0)
      return makeError("--dim {0} must be NAME=VALUE with a positive size, such as --dim batch=1", dim);
    if (options.bounds.count(name.str()) || !options.dims.try_emplace(name.str(), size).second)
      return makeError("--dim {0} is given twice", name);
  }
  return options;
}

/// The one file of --inputs, empty where it is not given.
static llvm::Expected<std::string> readOneInput() {
  if (inputs.size() > 1)
    return makeError("--inputs is given {0} times; only `streamtensor run` launches several times", inputs.size());
  return inputs.empty() ? std::string() : inputs.front();
}

/// Where device files are: what the user sets, beside the installed program, in the source tree.
static std::vector<std::string> deviceFolders(const char *program) {
  std::vector<std::string> folders;
  if (const char *folder = std::getenv("STREAMTENSOR_DEVICES"))
    folders.push_back(folder);
  llvm::SmallString<128> installed(llvm::sys::path::parent_path(
      llvm::sys::fs::getMainExecutable(program, reinterpret_cast<void *>(&deviceFolders))));
  llvm::sys::path::append(installed, "..", "share", "streamtensor", "devices");
  folders.push_back(installed.str().str());
  folders.push_back(ST_SOURCE_DEVICES);
  return folders;
}

static int inspect(const char *program, MLIRContext &context) {
  auto modelOptions = readModelOptions();
  if (!modelOptions)
    return fail(modelOptions.takeError());
  auto path = findDeviceFile(device, deviceFolders(program));
  if (!path)
    return fail(path.takeError());
  auto inspection = inspectModel({model, *modelOptions, *path}, &context);
  if (!inspection)
    return fail(inspection.takeError());
  if (json)
    return print(*inspection);
  printInspection(*inspection, llvm::outs());
  return 0;
}

/// Numbers that no phase can work with.
static llvm::Error checkNumbers() {
  for (const cl::opt<int64_t> *option : {&defaultTileSize, &tokenTileSize, &consecutiveLaunches})
    if (*option < 1)
      return makeError("--{0} {1} must be at least 1", option->ArgStr, option->getValue());
  for (const cl::opt<int64_t> *option : {&overallUnrollSize, &maxConverterBytes, &minSavedBytes})
    if (*option < 0)
      return makeError("--{0} {1} must not be negative", option->ArgStr, option->getValue());
  return llvm::Error::success();
}

/// What the command line says of the phases, of `compile` as of `simulate`.
static llvm::Error readPhaseOptions(const char *program, PhaseOptions &phases) {
  if (auto error = checkNumbers())
    return error;
  auto path = findDeviceFile(device, deviceFolders(program));
  if (!path)
    return path.takeError();
  phases.device = *path;
  phases.clockMhz = clockMhz;
  phases.defaultTileSize = defaultTileSize;
  phases.tokenTileSize = tokenTileSize;
  phases.overallUnrollSize = overallUnrollSize;
  phases.maxConverterBytes = maxConverterBytes;
  phases.minSavedBytes = minSavedBytes;
  phases.consecutiveLaunches = consecutiveLaunches;
  phases.repeat = repeatLayers;
  return llvm::Error::success();
}

static int compile(const char *program, MLIRContext &context) {
  CompileOptions options;
  if (auto error = readPhaseOptions(program, options.phases))
    return fail(std::move(error));
  options.model = model;
  auto modelOptions = readModelOptions();
  if (!modelOptions)
    return fail(modelOptions.takeError());
  options.modelOptions = std::move(*modelOptions);
  options.output = output;
  options.partition = partition;
  options.verifyEachStage = verifyEachStage;
  if (!emitTargets.empty()) {
    options.emitHls = llvm::is_contained(emitTargets, EmitTarget::Hls);
    options.emitRtl = llvm::is_contained(emitTargets, EmitTarget::Rtl);
  }
  auto input = readOneInput();
  if (!input)
    return fail(input.takeError());
  options.inputs = *input;
  auto phase = findPhase(toPhase);
  if (!phase)
    return fail(makeError("there is no phase '{0}'; `streamtensor phases` lists them", toPhase));
  options.to = *phase;

  // Told when all is well: before an error, they would only be in its way.
  std::string times;
  auto observer = [&](StringRef name, double seconds) {
    times += llvm::formatv("  {0,-10} {1,7:f2} s\n", name, seconds);
  };
  auto result = compileModel(options, &context, observer);
  if (!result)
    return fail(result.takeError());
  llvm::errs() << times;
  if (json)
    return print(*result);
  printSummary(*result, llvm::outs());
  llvm::outs() << "Wrote " << output << "\n";
  return 0;
}

/// What `--dim NAME=VALUE` says about a run of a design.
static llvm::Expected<RunSizes> readRunSizes() {
  RunSizes sizes;
  for (StringRef dim : dims) {
    auto [name, value] = dim.rsplit('=');
    int64_t size;
    if (name.empty() || name.ends_with("<") || value.getAsInteger(10, size) || size < 0)
      return makeError("--dim {0} must be NAME=VALUE, such as --dim sequence=17", dim);
    sizes[name] = size;
  }
  return std::move(sizes);
}

static int simulate(const char *program, MLIRContext &context) {
  auto options = readSimulateOptions();
  if (!options)
    return fail(options.takeError());
  // Of a design --dim says how large the run is, of a model how to compile it.
  if (llvm::sys::fs::is_directory(options->subject)) {
    auto sizes = readRunSizes();
    if (!sizes)
      return fail(sizes.takeError());
    options->sizes = std::move(*sizes);
  } else {
    auto modelOptions = readModelOptions();
    if (!modelOptions)
      return fail(modelOptions.takeError());
    options->compile.modelOptions = std::move(*modelOptions);
  }
  options->deviceFolders = deviceFolders(program);
  options->clockMhz = clockMhz;
  if (auto error = readPhaseOptions(program, options->compile.phases))
    return fail(std::move(error));
  auto report = simulateDesign(*options, &context, [](StringRef, double) {});
  if (!report)
    return fail(report.takeError());
  if (json)
    print(*report);
  else
    printSimulation(*report, llvm::outs());
  return report->getAsObject()->getBoolean("finished").value_or(false) ? 0 : 1;
}

static int check(MLIRContext &context) {
  auto input = readOneInput();
  if (!input)
    return fail(input.takeError());
  auto sizes = readRunSizes();
  if (!sizes)
    return fail(sizes.takeError());
  if (!sizes->empty() && !inputs.empty())
    return fail(makeError("--dim is for random inputs; those of --inputs have their sizes"));
  auto report = checkDesign({design, backend, *input, golden, *sizes}, &context);
  if (!report)
    return fail(report.takeError());
  if (json)
    print(report->toJson());
  else
    printReport(*report, llvm::outs());
  return report->ok() ? 0 : 1;
}

static int run(MLIRContext &context) {
  if (inputs.empty())
    return fail(makeError("give the input tensors with --inputs FILE.npz"));
  std::vector<NamedArrays> launches;
  for (const std::string &file : inputs) {
    auto given = readNpz(file);
    if (!given)
      return fail(given.takeError());
    launches.push_back(std::move(*given));
  }
  auto results = runLaunches(design, backend, launches, &context);
  if (!results)
    return fail(results.takeError());
  for (auto [index, result] : llvm::enumerate(*results)) {
    std::string file = outputs;
    if (results->size() > 1) {
      bool hasExtension = StringRef(outputs).ends_with(".npz");
      file = (StringRef(outputs).drop_back(hasExtension ? 4 : 0) + "-" + llvm::Twine(index) + ".npz").str();
    }
    if (auto error = writeNpz(file, result))
      return fail(std::move(error));
  }
  return 0;
}

static int listDevices(const char *program) {
  auto files = st::listDevices(deviceFolders(program));
  if (!files)
    return fail(files.takeError());
  llvm::json::Array list;
  for (const DeviceFile &file : *files) {
    auto device = Device::load(file.path);
    if (!device)
      return fail(device.takeError());
    llvm::json::Array dies, memories;
    for (const Die &die : device->dies())
      dies.push_back(llvm::json::Object{{"name", die.name},
                                        {"lut_available", die.available.lut},
                                        {"ff_available", die.available.ff},
                                        {"dsp_available", die.available.dsp},
                                        {"bram18_available", die.available.bram18},
                                        {"uram_available", die.available.uram}});
    for (const ExternalMemory &memory : device->memories())
      memories.push_back(llvm::json::Object{{"name", memory.name},
                                            {"kind", memory.kind},
                                            {"channels", memory.channels},
                                            {"bytes_per_second", memory.channels * memory.channelBytesPerSecond}});
    list.push_back(llvm::json::Object{{"name", device->name().str()},
                                      {"title", device->title().str()},
                                      {"part", device->part().str()},
                                      {"clock_mhz", device->clockMhz()},
                                      {"dsp_available", device->dspAvailable()},
                                      {"on_chip_bytes_available", device->onChipBytesAvailable()},
                                      {"dies", std::move(dies)},
                                      {"memories", std::move(memories)},
                                      {"file", file.path}});
    if (!json) {
      llvm::outs() << llvm::formatv("{0,-8} {1} ({2}), {3} MHz, {4} DSP and {5:f1} MB on chip available",
                                    device->name(), device->title(), device->part(), device->clockMhz(),
                                    device->dspAvailable(), device->onChipBytesAvailable() / 1e6);
      for (const ExternalMemory &memory : device->memories())
        llvm::outs() << llvm::formatv(", {0} with {1:f0} GB/s in {2} channels", memory.name,
                                      memory.channels * memory.channelBytesPerSecond / 1e9, memory.channels);
      llvm::outs() << "\n";
    }
  }
  return json ? print(std::move(list)) : 0;
}

static int listPhases() {
  if (json) {
    llvm::json::Array list;
    for (Phase phase : allPhases())
      list.push_back(llvm::json::Object{{"name", getPhaseName(phase)}, {"description", getPhaseDescription(phase)}});
    return print(std::move(list));
  }
  for (Phase phase : allPhases())
    llvm::outs() << llvm::formatv("{0,-10} {1}\n", getPhaseName(phase), getPhaseDescription(phase));
  return 0;
}

static int version() {
  if (json)
    return print(llvm::json::Object{{"streamtensor", ST_VERSION}, {"llvm", LLVM_VERSION_STRING}});
  llvm::outs() << "StreamTensor " ST_VERSION " (LLVM " LLVM_VERSION_STRING ")\n";
  return 0;
}

/// The examples that end a command's help.
static const char *examplesOf(StringRef command) {
  if (command == "inspect")
    return "EXAMPLES:\n"
           "  streamtensor inspect model.onnx                   a page: tensors, operators, work, what is supported\n"
           "  streamtensor inspect model.onnx --dim batch=1     with a dynamic axis fixed, so that work can be "
           "counted\n"
           "  streamtensor inspect model.mlir --json            for machines; docs/inspect.schema.json describes it\n";
  if (command == "compile")
    return "EXAMPLES:\n"
           "  streamtensor compile model.onnx -o design         everything: IR, HLS C++, parameters, design.json\n"
           "  streamtensor compile model.onnx -o design --dim sequence=64 --device u55c --clock 250\n"
           "  streamtensor compile model.onnx -o design --partition      the host runs what cannot be mapped\n"
           "  streamtensor compile model.mlir -o design --to fuse        stop early and read design/ir/\n"
           "  streamtensor compile model.onnx -o design --verify-each-stage\n"
           "  streamtensor compile model.mlir -o design --emit rtl       SystemVerilog instead of C++\n";
  if (command == "simulate")
    return simulateExamples;
  if (command == "check")
    return "EXAMPLES:\n"
           "  streamtensor check design                         random inputs, against the model interpreted\n"
           "  streamtensor check design --backend hls           the emitted C++, in both C simulations\n"
           "  streamtensor check design --backend rtl           the emitted SystemVerilog, and its clock cycles\n"
           "  streamtensor check design --inputs in.npz --golden out.npz\n";
  if (command == "run")
    return "EXAMPLES:\n"
           "  streamtensor run design --inputs in.npz --outputs out.npz        arrays by the model's names\n"
           "  streamtensor run design --inputs in.npz --outputs out.npz --backend hls\n"
           "  streamtensor run design --inputs prompt.npz --inputs token.npz --outputs out.npz   two launches; caches "
           "(compile --cache) stay\n";
  if (command == "devices")
    return "EXAMPLES:\n"
           "  streamtensor devices --json\n"
           "  STREAMTENSOR_DEVICES=~/boards streamtensor devices     also those described in a folder of your own\n";
  if (command == "phases")
    return "EXAMPLES:\n  streamtensor phases\n";
  if (command == "version")
    return "EXAMPLES:\n  streamtensor version --json\n";
  return "";
}

static int runCommandLine(const char *program, MLIRContext &context) {
  if (inspectCommand)
    return inspect(program, context);
  if (compileCommand)
    return compile(program, context);
  if (simulateCommand())
    return simulate(program, context);
  if (checkCommand)
    return check(context);
  if (::runCommand)
    return run(context);
  if (devicesCommand)
    return listDevices(program);
  if (phasesCommand)
    return listPhases();
  if (versionCommand)
    return version();
  cl::PrintHelpMessage();
  return 1;
}

/// LLVM's parser begins each line with the program's name. What is wrong with a value it has said already.
static int refuseCommandLine(StringRef complaint) {
  bool isFirst = true;
  llvm::SmallVector<StringRef> lines;
  complaint.trim().split(lines, '\n');
  for (StringRef line : lines) {
    (isFirst ? llvm::WithColor::error(llvm::errs()) : llvm::WithColor::note(llvm::errs()))
        << (line.contains(": ") && line.starts_with("streamtensor") ? line.split(": ").second : line) << "\n";
    isFirst = false;
  }
  return 1;
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  installInterruptHandler();
  cl::HideUnrelatedOptions(category);
  for (cl::SubCommand *command : cl::getRegisteredSubcommands())
    cl::HideUnrelatedOptions(category, *command);
  cl::extrahelp examples(examplesOf(argc > 1 ? argv[1] : ""));
  std::string complaint;
  llvm::raw_string_ostream complaints(complaint);
  if (!cl::ParseCommandLineOptions(argc, argv, overview, &complaints))
    return refuseCommandLine(complaint);

  std::unique_ptr<MLIRContext> context = createContext();
  llvm::SourceMgr sources;
  DiagnosticPrinter diagnostics(sources, context.get(), llvm::errs());
  printed = &diagnostics;
  int status = runCommandLine(argv[0], *context);
  // A report that nobody received is no success.
  llvm::outs().flush();
  if (llvm::outs().has_error()) {
    llvm::WithColor::error(llvm::errs()) << "standard output cannot be written: " << llvm::outs().error().message()
                                         << "\n";
    llvm::outs().clear_error();
    return 1;
  }
  return status;
}
