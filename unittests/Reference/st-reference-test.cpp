// Runs the functions of .mlir files by the reference and compares the results. See --help.
#include "Dialect/InterfaceNames.h"
#include "Dialect/StDialect.h"
#include "Driver/RunSizes.h"
#include "Reference/Reference.h"
#include "Support/Npz.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/InitAllDialects.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/SourceMgr.h"

#include <chrono>
#include <cmath>
#include <random>

using namespace mlir;
using namespace st;

namespace {

llvm::cl::opt<std::string> inputFile(llvm::cl::Positional, llvm::cl::Required, llvm::cl::desc("FILE.mlir"));
llvm::cl::opt<std::string> entry("entry", llvm::cl::desc("Function to run"), llvm::cl::init("main"));
llvm::cl::opt<std::string> inputsFile("inputs",
                                      llvm::cl::desc("Inputs by name (st.name of the argument, or arg0, ...)"));
llvm::cl::opt<std::string> outputsFile("outputs",
                                       llvm::cl::desc("Where to write the results (st.name, or result0, ...)"));
llvm::cl::opt<unsigned> seed("random", llvm::cl::desc("Seed of random inputs"), llvm::cl::init(1));
llvm::cl::opt<std::string> compareFile("compare", llvm::cl::desc("Another .mlir file to run on the same inputs"));
llvm::cl::opt<std::string> goldenFile("golden", llvm::cl::desc("Expected results by name"));
llvm::cl::opt<double> tolerance("tolerance", llvm::cl::init(1e-4),
                                llvm::cl::desc("Largest difference, relative to the largest expected value"));
llvm::cl::list<std::string> sizes("size", llvm::cl::value_desc("NAME=VALUE"),
                                  llvm::cl::desc("A size of the run (st.sizes); what lies beyond it is NaN in the "
                                                 "inputs, and is not compared"));
llvm::cl::opt<bool> unbounded("unbounded", llvm::cl::desc("FIFOs hold any number of tokens"));
llvm::cl::opt<bool> showTime("time", llvm::cl::desc("Print how long execution takes"));

int fail(const llvm::Twine &message) {
  llvm::errs() << "st-reference-test: " << message << "\n";
  return 1;
}

std::optional<std::string> dtypeOf(Type type) {
  if (type.isIndex())
    return "i64";
  if (type.isInteger(1))
    return "bool";
  if (type.isInteger() || type.isF16() || type.isF32() || type.isF64())
    return (isa<FloatType>(type) ? "f" : "i") + std::to_string(type.getIntOrFloatBitWidth());
  return std::nullopt;
}

/// The values of --size; nullopt when one is no NAME=VALUE.
std::optional<RunSizes> parseSizes() {
  RunSizes parsed;
  for (llvm::StringRef size : sizes) {
    auto [name, value] = size.rsplit('=');
    if (name.empty() || value.getAsInteger(10, parsed[name]))
      return std::nullopt;
  }
  return parsed;
}

/// Numbers from -1 to 1, small integers for integer types. The same for every file with the same argument types.
std::optional<Array> randomArray(Type type, std::mt19937_64 &generator) {
  auto shaped = dyn_cast<ShapedType>(type);
  std::optional<std::string> dtype = dtypeOf(shaped ? shaped.getElementType() : type);
  if (!dtype || (shaped && !shaped.hasStaticShape()))
    return std::nullopt;
  Array array;
  array.dtype = *dtype;
  if (shaped)
    array.shape.assign(shaped.getShape().begin(), shaped.getShape().end());
  int64_t bytes = *bytesPerElement(*dtype);
  array.bytes.resize(array.size() * bytes);
  for (int64_t i = 0; i < array.size(); ++i) {
    uint64_t bits = generator();
    double number = double(bits >> 11) / double(1ull << 52) - 1;
    char *to = array.bytes.data() + i * bytes;
    auto put = [&](auto value) { std::memcpy(to, &value, sizeof(value)); };
    if (*dtype == "f64")
      put(number);
    else if (*dtype == "f32")
      put(float(number));
    else if (*dtype == "f16")
      put(uint16_t(APFloat(number).isNegative() ? 0xb800 : 0x3800)); // ±0.5
    else if (*dtype == "bool")
      put(char(bits >> 63));
    else
      put(char(bits % 8));
  }
  return array;
}

double elementOf(const Array &array, int64_t index) {
  const char *at = array.bytes.data() + index * *bytesPerElement(array.dtype);
  auto get = [&](auto value) {
    std::memcpy(&value, at, sizeof(value));
    return double(value);
  };
  if (array.dtype == "f64")
    return get(double());
  if (array.dtype == "f32")
    return get(float());
  if (array.dtype == "f16") {
    APFloat half(APFloat::IEEEhalf(), APInt(16, uint64_t(get(uint16_t()))));
    return half.convertToFloat();
  }
  if (array.dtype == "i64")
    return get(int64_t());
  if (array.dtype == "i32")
    return get(int32_t());
  return get(int8_t());
}

/// Prints the largest difference; whether it is within the tolerance.
bool compare(llvm::StringRef name, const Array &actual, const Array &expected) {
  if (actual.shape != expected.shape || actual.dtype != expected.dtype) {
    llvm::outs() << name << ": shapes or types differ\n";
    return false;
  }
  double largest = 0, difference = 0;
  int64_t worst = 0;
  bool isNan = false;
  for (int64_t i = 0; i < actual.size(); ++i) {
    double a = elementOf(actual, i), b = elementOf(expected, i);
    largest = std::max(largest, std::fabs(b));
    if (std::isnan(a) || std::isnan(b)) {
      worst = isNan ? worst : i;
      isNan = true;
    } else if (a != b && !(std::fabs(a - b) <= difference) && !isNan) {
      difference = std::fabs(a - b);
      worst = i;
    }
  }
  bool good = !isNan && difference <= tolerance * largest;
  llvm::outs() << name << ": max|a-b| = " << llvm::format("%.3g", isNan ? NAN : difference)
               << ", max|b| = " << llvm::format("%.6g", largest);
  if (!good && actual.size() > 0)
    llvm::outs() << ", at element " << worst << ": " << llvm::format("%.8g", elementOf(actual, worst)) << " instead of "
                 << llvm::format("%.8g", elementOf(expected, worst)) << ": WRONG";
  llvm::outs() << "\n";
  return good;
}

struct Loaded {
  OwningOpRef<ModuleOp> module;
  FunctionOpInterface function;
};

std::optional<Loaded> load(llvm::StringRef path, MLIRContext &context) {
  Loaded loaded{parseSourceFile<ModuleOp>(path, &context), {}};
  if (!loaded.module)
    return std::nullopt;
  loaded.function = loaded.module->lookupSymbol<FunctionOpInterface>(entry);
  if (!loaded.function) {
    fail(llvm::Twine(path) + " has no function '" + entry + "'");
    return std::nullopt;
  }
  return loaded;
}

FailureOr<std::vector<Array>> runTimed(Loaded &loaded, std::vector<Array> inputs, const RunSizes &sizes) {
  reference::RunOptions options;
  options.boundedFifos = !unbounded;
  options.sizes = sizes;
  auto entry = dyn_cast<func::FuncOp>(loaded.function.getOperation());
  if (entry && !sizes.empty())
    for (auto [index, input] : llvm::enumerate(inputs))
      input = padToShape(cropToShape(input, getArgumentShape(entry, index, sizes)), input.shape);
  auto start = std::chrono::steady_clock::now();
  auto results = reference::run(*loaded.module, ::entry, inputs, options);
  std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  if (showTime)
    llvm::outs() << "executed in " << llvm::format("%.3f", seconds.count()) << " s\n";
  if (succeeded(results) && entry && !sizes.empty())
    for (auto [index, result] : llvm::enumerate(*results))
      result = cropToShape(result, getResultShape(entry, index, sizes));
  return results;
}

} // namespace

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  llvm::cl::ParseCommandLineOptions(argc, argv, "Runs MLIR by the reference and compares results.\n");
  DialectRegistry registry;
  registerAllDialects(registry);
  registry.insert<StDialect>();
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  llvm::SourceMgr sources;
  SourceMgrDiagnosticHandler diagnostics(sources, &context);

  std::optional<Loaded> loaded = load(inputFile, context);
  if (!loaded)
    return 1;
  std::optional<RunSizes> runSizes = parseSizes();
  if (!runSizes)
    return fail("--size must be NAME=VALUE");
  std::mt19937_64 generator(seed);
  NamedArrays named;
  if (!inputsFile.empty()) {
    llvm::Expected<NamedArrays> archive = readNpz(inputsFile);
    if (!archive)
      return fail(llvm::toString(archive.takeError()));
    named = std::move(*archive);
  }
  std::vector<Array> inputs;
  for (auto [index, type] : llvm::enumerate(loaded->function.getArgumentTypes())) {
    std::string name = getArgumentName(loaded->function, index);
    if (inputsFile.empty()) {
      std::optional<Array> array = randomArray(type, generator);
      if (!array)
        return fail("cannot make random values for argument " + llvm::Twine(index));
      inputs.push_back(std::move(*array));
    } else if (auto found = named.find(name); found != named.end()) {
      inputs.push_back(found->second);
    } else if (auto found = named.find("arg" + std::to_string(index)); found != named.end()) {
      inputs.push_back(found->second);
    } else {
      return fail("there is no input '" + name + "' in " + inputsFile);
    }
  }

  FailureOr<std::vector<Array>> results = runTimed(*loaded, inputs, *runSizes);
  if (failed(results))
    return 1;
  NamedArrays outputs;
  for (auto [index, result] : llvm::enumerate(*results))
    outputs[getResultName(loaded->function, index)] = result;
  if (!outputsFile.empty())
    if (llvm::Error error = writeNpz(outputsFile, outputs))
      return fail(llvm::toString(std::move(error)));

  bool good = true;
  if (!goldenFile.empty()) {
    llvm::Expected<NamedArrays> golden = readNpz(goldenFile);
    if (!golden)
      return fail(llvm::toString(golden.takeError()));
    for (auto &[name, expected] : *golden) {
      auto found = outputs.find(name);
      // A single result may have another name.
      if (found == outputs.end() && outputs.size() == 1 && golden->size() == 1)
        found = outputs.begin();
      if (found == outputs.end())
        return fail("there is no result '" + name + "'");
      good &= compare(name, found->second, expected);
    }
  }
  if (!compareFile.empty()) {
    std::optional<Loaded> other = load(compareFile, context);
    if (!other)
      return 1;
    FailureOr<std::vector<Array>> expected = runTimed(*other, inputs, *runSizes);
    if (failed(expected))
      return 1;
    if (expected->size() != results->size())
      return fail("the files have different numbers of results");
    for (auto [index, result] : llvm::enumerate(*results))
      good &= compare(getResultName(loaded->function, index), result, (*expected)[index]);
  }
  return good ? 0 : 1;
}
