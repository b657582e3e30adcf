//===- Check.cpp - `streamtensor check` and `run`: does a design compute what the model says? -----------------===//

#include "Driver/Check.h"
#include "Dialect/Caches.h"
#include "Dialect/InterfaceNames.h"
#include "Dialect/Sizes.h"
#include "Driver/Compile.h"
#include "Driver/Diagnostics.h"
#include "Driver/HlsSimulation.h"
#include "Driver/Parameters.h"
#include "Reference/Reference.h"
#include "Support/Error.h"
#include "Support/Json.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/FileSystem.h"
#include <list>
#include <map>
#include <random>

using namespace mlir;
using namespace st;

//===----------------------------------------------------------------------------------------------------------===//
// Inputs and results by name
//===----------------------------------------------------------------------------------------------------------===//

static func::FuncOp entryOf(ModuleOp module) {
  auto main = module.lookupSymbol<func::FuncOp>("main");
  return main ? main : *module.getOps<func::FuncOp>().begin();
}

static std::string dtypeOf(Type type) {
  if (type.isInteger(1))
    return "bool";
  if (type.isIndex())
    return "i64";
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return text;
}

NamedArrays st::randomInputs(ModuleOp module, uint64_t seed, const RunSizes &sizes) {
  std::mt19937_64 generator(seed);
  std::normal_distribution<double> normal;
  NamedArrays inputs;
  func::FuncOp entry = entryOf(module);
  RunSizes allSizes = getLargestSizes(entry);
  for (auto &size : sizes)
    allSizes[size.getKey()] = size.getValue();
  for (auto [index, type] : llvm::enumerate(entry.getArgumentTypes())) {
    auto tensor = cast<RankedTensorType>(type);
    Array array{dtypeOf(tensor.getElementType()), getArgumentShape(entry, index, allSizes), {}};
    int64_t elementBytes = bytesPerElement(array.dtype).value_or(4);
    int64_t numElements = ShapedType::getNumElements(array.shape);
    array.bytes.resize(numElements * elementBytes);
    for (int64_t i = 0; i < numElements; ++i) {
      char *element = array.bytes.data() + i * elementBytes;
      if (array.dtype == "f32") {
        float value = static_cast<float>(normal(generator));
        std::memcpy(element, &value, sizeof value);
      } else if (array.dtype == "f64") {
        double value = normal(generator);
        std::memcpy(element, &value, sizeof value);
      } else {
        // Small non-negative integers are legal for every integer width, and as indices.
        *element = static_cast<char>(generator() % 2);
      }
    }
    inputs[getArgumentName(entry, index)] = std::move(array);
  }
  return inputs;
}

namespace {
/// Caches that stay in their memory from launch to launch, by argument.
struct CacheMemory {
  Array memory;              ///< all of it
  SmallVector<int64_t> rows; ///< the shape of what counts of it
};
using CacheMemories = std::map<unsigned, CacheMemory>;
} // namespace

/// An input that is empty, if it may be: a cache before the first launch.
static std::optional<Array> makeEmptyCache(func::FuncOp entry, unsigned argument) {
  for (unsigned result = 0; result < entry.getNumResults(); ++result) {
    std::optional<Cache> cache = getCache(entry, result);
    if (!cache || cache->argument != argument || lookupSize(entry, cache->size).getMinimum() != 0)
      continue;
    RunSizes sizes = getLargestSizes(entry);
    sizes[cache->size] = 0;
    auto type = cast<RankedTensorType>(entry.getArgumentTypes()[argument]);
    return Array{dtypeOf(type.getElementType()), getArgumentShape(entry, argument, sizes), {}};
  }
  return std::nullopt;
}

/// Result `index`, which is new rows of a cache or its memory, as the model has it.
static llvm::Expected<Array> finishCache(func::FuncOp entry, unsigned index, const Cache &cache, Array result,
                                         const Array &given, const Array &before, const RunSizes &sizes,
                                         CacheMemories *memories) {
  SmallVector<int64_t> shape = getResultShape(entry, index, sizes);
  if (!cache.isInPlace)
    return joinAlong(given, cropToShape(result, shape), cache.dim);
  int64_t rows = given.shape[cache.dim];
  if (!areSameOutside(before, result, cache.dim, rows, shape[cache.dim]))
    return makeError("the launch changes '{0}' outside of rows {1} to {2} of dimension {3}, which are all that it "
                     "may write",
                     getArgumentName(entry, cache.argument), rows, shape[cache.dim], cache.dim);
  Array cropped = cropToShape(result, shape);
  if (memories)
    (*memories)[cache.argument] = {std::move(result), shape};
  return std::move(cropped);
}

/// Fills in `options.sizes`, which follow from the inputs. Inputs that are not given are taken from `memories`.
static llvm::Expected<NamedArrays> execute(ModuleOp module, const NamedArrays &inputs, reference::RunOptions &options,
                                           CacheMemories *memories = nullptr) {
  func::FuncOp entry = entryOf(module);
  std::vector<std::string> names;
  std::vector<const Array *> given;
  std::list<Array> caches;
  std::map<unsigned, const Array *> inMemory;
  for (unsigned index = 0; index < entry.getNumArguments(); ++index) {
    std::string name = getArgumentName(entry, index);
    auto input = inputs.find(name);
    if (input == inputs.end() && memories) {
      auto memory = memories->find(index);
      std::optional<Array> cache;
      if (memory != memories->end()) {
        inMemory[index] = &memory->second.memory;
        cache = cropToShape(memory->second.memory, memory->second.rows);
      } else {
        cache = makeEmptyCache(entry, index);
      }
      if (cache) {
        caches.push_back(std::move(*cache));
        names.push_back(name);
        given.push_back(&caches.back());
        continue;
      }
    }
    if (input == inputs.end()) {
      std::string given = llvm::join(llvm::make_first_range(inputs), ", ");
      return makeError("input '{0}' is missing; the inputs given are: {1}", name, given);
    }
    names.push_back(name);
    given.push_back(&input->second);
  }
  auto sizes = deriveSizes(entry, given, names);
  if (!sizes)
    return sizes.takeError();
  options.sizes = std::move(*sizes);
  std::vector<Array> arguments;
  for (auto [index, array] : llvm::enumerate(given)) {
    auto tensor = cast<RankedTensorType>(entry.getArgumentTypes()[index]);
    SmallVector<int64_t> shape = getArgumentShape(entry, index, options.sizes);
    if (array->shape != shape || array->dtype != dtypeOf(tensor.getElementType()))
      return makeError("input '{0}' must be {1}, but is {2}[{3}]", names[index],
                       RankedTensorType::get(shape, tensor.getElementType()), array->dtype,
                       llvm::make_range(array->shape.begin(), array->shape.end()));
    auto memory = inMemory.find(index);
    arguments.push_back(memory != inMemory.end() && ArrayRef<int64_t>(memory->second->shape) == tensor.getShape()
                            ? *memory->second
                            : padToShape(*array, tensor.getShape()));
  }
  auto results = reference::run(module, entry.getName(), arguments, options);
  if (failed(results))
    return alreadyDiagnosed("the design could not be executed");
  NamedArrays named;
  for (auto [index, result] : llvm::enumerate(*results)) {
    Array &finished = named[getResultName(entry, index)];
    std::optional<Cache> cache = getCache(entry, index);
    if (!cache) {
      finished = cropToShape(result, getResultShape(entry, index, options.sizes));
      continue;
    }
    auto complete = finishCache(entry, index, *cache, std::move(result), *given[cache->argument],
                                arguments[cache->argument], options.sizes, memories);
    if (!complete)
      return complete.takeError();
    finished = std::move(*complete);
  }
  return named;
}

llvm::Expected<NamedArrays> st::runModule(ModuleOp module, const NamedArrays &inputs) {
  reference::RunOptions options;
  return execute(module, inputs, options);
}

//===----------------------------------------------------------------------------------------------------------===//
// Designs
//===----------------------------------------------------------------------------------------------------------===//

static llvm::Error noDesign(StringRef folder) {
  return makeError("'{0}' holds no compiled design; run `streamtensor compile MODEL -o {0}` first", folder);
}

/// The last IR before emission, with its parameters bound.
static llvm::Expected<OwningOpRef<ModuleOp>> loadDesign(StringRef design, MLIRContext *context) {
  std::string path = findPhaseIr(design, Phase::Lower);
  if (path.empty())
    return noDesign(design);
  auto module = parseSourceFile<ModuleOp>(path, context);
  if (!module)
    return alreadyDiagnosed(llvm::formatv("cannot read '{0}'; compile the model again", path));
  if (auto bindError = bindParameters(*module, (design + "/params").str()))
    return std::move(bindError);
  return std::move(module);
}

llvm::Expected<NamedArrays> st::runDesign(StringRef design, Backend backend, const NamedArrays &inputs,
                                          MLIRContext *context, std::vector<KernelCycles> *cycles) {
  auto results = runLaunches(design, backend, inputs, context, cycles);
  if (!results)
    return results.takeError();
  return std::move(results->front());
}

llvm::Expected<std::vector<NamedArrays>> st::runLaunches(StringRef design, Backend backend,
                                                         ArrayRef<NamedArrays> launches, MLIRContext *context,
                                                         std::vector<KernelCycles> *cycles) {
  auto module = loadDesign(design, context);
  if (!module)
    return module.takeError();
  reference::RunOptions options;
  auto executeAll = [&]() -> llvm::Expected<std::vector<NamedArrays>> {
    std::vector<NamedArrays> all;
    CacheMemories memories;
    for (const NamedArrays &inputs : launches) {
      auto results = execute(**module, inputs, options, &memories);
      if (!results)
        return results.takeError();
      all.push_back(std::move(*results));
    }
    return std::move(all);
  };
  // Without a kernel, the host does everything on either back end.
  if (backend == Backend::Reference || !holdsKernels(**module))
    return executeAll();

  if (backend == Backend::Rtl) {
    auto simulation = RtlSimulation::build((design + "/rtl").str());
    if (!simulation)
      return simulation.takeError();
    std::vector<KernelCycles> counted;
    options.kernelBackend = [&](KernelOp kernel, ArrayRef<Array> operands) {
      return simulation->run(kernel, operands, cycles ? *cycles : counted);
    };
    return executeAll();
  }

  auto simulation = HlsSimulation::build((design + "/hls").str());
  if (!simulation)
    return simulation.takeError();
  options.kernelBackend = [&](KernelOp kernel, ArrayRef<Array> operands) {
    return simulation->run(kernel, operands, options.sizes);
  };
  return executeAll();
}

//===----------------------------------------------------------------------------------------------------------===//
// Checks
//===----------------------------------------------------------------------------------------------------------===//

bool CheckReport::ok() const {
  return !tensors.empty() && llvm::all_of(tensors, [](const CheckedTensor &tensor) { return tensor.ok; });
}

llvm::json::Value CheckReport::toJson() const {
  llvm::json::Array list;
  for (const CheckedTensor &tensor : tensors)
    list.push_back(llvm::json::Object{{"name", tensor.name},
                                      {"ok", tensor.ok},
                                      {"relative_difference", tensor.difference.relative()},
                                      {"worst_row_difference", tensor.difference.worstRow},
                                      {"worst_row", tensor.difference.worstRowIndex},
                                      {"mismatch", tensor.difference.mismatch}});
  llvm::json::Object report{{"ok", ok()}, {"tensors", std::move(list)}};
  llvm::json::Array kernels;
  for (const KernelCycles &kernel : cycles)
    kernels.push_back(llvm::json::Object{{"kernel", kernel.kernel}, {"cycles", kernel.cycles}});
  if (!kernels.empty())
    report["cycles"] = std::move(kernels);
  return report;
}

CheckReport st::compareResults(const NamedArrays &actual, const NamedArrays &reference, const Tolerance &tolerance) {
  CheckReport report;
  for (auto &[name, expected] : reference) {
    CheckedTensor tensor{name, {}, false};
    if (auto found = actual.find(name); found != actual.end()) {
      tensor.difference = compareArrays(found->second, expected);
      tensor.ok = agrees(tensor.difference, expected, tolerance);
    } else {
      tensor.difference.mismatch = "is not computed by the design";
    }
    report.tensors.push_back(std::move(tensor));
  }
  return report;
}

/// The model that a design was compiled from, read as it was then; with `fixed`, for runs of these sizes only.
static llvm::Expected<OwningOpRef<ModuleOp>> importModelOf(StringRef design, MLIRContext *context,
                                                           const RunSizes &fixed = {}) {
  auto json = readJson((design + "/design.json").str());
  if (!json)
    return makeError("{0}; compile the model again", llvm::toString(json.takeError()));
  ModelOptions options;
  if (auto *object = json->getAsObject())
    if (auto model = object->getString("model")) {
      if (auto *dims = object->getArray("dims"))
        for (const llvm::json::Value &entry : *dims)
          if (auto *dim = entry.getAsObject())
            options.dims[dim->getString("name").value_or("").str()] = dim->getInteger("size").value_or(0);
      if (auto *sizes = object->getArray("sizes"))
        for (const llvm::json::Value &entry : *sizes)
          if (auto *size = entry.getAsObject()) {
            std::string name = size->getString("name").value_or("").str();
            if (auto value = fixed.find(name); value != fixed.end())
              options.dims[name] = value->second;
            else
              options.bounds[name] = {size->getInteger("minimum").value_or(1), size->getInteger("maximum").value_or(1),
                                      size->getInteger("divisor").value_or(1)};
          }
      options.entry = object->getString("entry").value_or("").str();
      OnnxPartition partition;
      auto module = importModel(*model, options, context, object->get("partition") ? &partition : nullptr);
      if (!module)
        return alreadyDiagnosed(
            llvm::formatv("cannot import '{0}' to judge the design; give --inputs and --golden", *model));
      return std::move(module);
    }
  return makeError("{0}/design.json names no model; give --golden", design);
}

/// The judge of a run with named sizes: the model with fixed sizes instead, which knows nothing of what lies beyond
/// them. Null where the model has none, or where a size is 0, which no tensor of fixed size has.
static llvm::Expected<OwningOpRef<ModuleOp>> importForSizesOf(StringRef design, ModuleOp model,
                                                              const NamedArrays &inputs, MLIRContext *context) {
  func::FuncOp entry = entryOf(model);
  std::vector<std::string> names;
  std::vector<const Array *> given;
  for (unsigned index = 0; index < entry.getNumArguments(); ++index) {
    names.push_back(getArgumentName(entry, index));
    auto input = inputs.find(names.back());
    if (input == inputs.end())
      return OwningOpRef<ModuleOp>();
    given.push_back(&input->second);
  }
  auto sizes = deriveSizes(entry, given, names);
  if (!sizes)
    return sizes.takeError();
  if (sizes->empty() || llvm::any_of(*sizes, [](auto &size) { return size.getValue() == 0; }))
    return OwningOpRef<ModuleOp>();
  return importModelOf(design, context, *sizes);
}

llvm::Expected<CheckReport> st::checkDesign(const CheckOptions &options, MLIRContext *context) {
  if (!llvm::sys::fs::exists(options.design + "/design.json"))
    return noDesign(options.design);
  NamedArrays inputs, golden;
  OwningOpRef<ModuleOp> model;
  if (options.inputs.empty() || options.golden.empty()) {
    auto imported = importModelOf(options.design, context);
    if (!imported)
      return imported.takeError();
    model = std::move(*imported);
  }
  if (model)
    for (auto &size : options.sizes)
      if (!getLargestSizes(entryOf(*model)).count(size.getKey()))
        return makeError("--dim {0}={1}: the design has no size '{0}'", size.getKey(), size.getValue());
  auto given = options.inputs.empty() ? llvm::Expected<NamedArrays>(randomInputs(*model, 1, options.sizes))
                                      : readNpz(options.inputs);
  if (!given)
    return given.takeError();
  inputs = std::move(*given);
  if (options.golden.empty()) {
    auto fixed = importForSizesOf(options.design, *model, inputs, context);
    if (!fixed)
      return fixed.takeError();
    if (*fixed)
      model = std::move(*fixed);
  }
  auto expected = options.golden.empty() ? runModule(*model, inputs) : readNpz(options.golden);
  if (!expected)
    return expected.takeError();
  golden = std::move(*expected);

  std::vector<KernelCycles> cycles;
  auto results = runDesign(options.design, options.backend, inputs, context, &cycles);
  if (!results)
    return results.takeError();
  CheckReport report = compareResults(*results, golden);
  report.cycles = std::move(cycles);
  return report;
}
