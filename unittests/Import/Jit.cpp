#include "Jit.h"

#include "Support/Error.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/ExecutionEngine/ExecutionEngine.h"
#include "mlir/ExecutionEngine/OptUtils.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Target/LLVMIR/Dialect/All.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/TargetSelect.h"

using namespace mlir;

namespace st::testing {

static constexpr const char *pipeline = "one-shot-bufferize{bufferize-function-boundaries=true "
                                        "function-boundary-type-conversion=identity-layout-map},"
                                        "buffer-results-to-out-params{modify-public-functions=true},canonicalize,"
                                        "buffer-deallocation-pipeline,"
                                        "func.func(convert-linalg-to-loops),expand-strided-metadata,lower-affine,"
                                        "convert-scf-to-cf,"
                                        "math-expand-ops,convert-math-to-funcs,convert-math-to-llvm,convert-math-"
                                        "to-libm,"
                                        "finalize-memref-to-llvm,convert-arith-to-llvm,convert-cf-to-llvm,convert-"
                                        "func-to-llvm,"
                                        "convert-index-to-llvm,reconcile-unrealized-casts";

std::unique_ptr<MLIRContext> makeJitContext() {
  static const bool initialized = [] {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
    registerAllPasses();
    return true;
  }();
  (void)initialized;
  DialectRegistry registry;
  registerAllDialects(registry);
  registerAllExtensions(registry);
  registerAllToLLVMIRTranslations(registry);
  return std::make_unique<MLIRContext>(registry);
}

/// The element type of an st::Array for a tensor's; MLIR does not know unsigned
/// integers, their bits are the same.
static std::string dtypeOf(Type type) {
  if (type.isInteger(1))
    return "bool";
  if (type.isBF16())
    return "u16";
  return (isa<FloatType>(type) ? "f" : "i") + std::to_string(type.getIntOrFloatBitWidth());
}

/// A memref descriptor in the C ABI: two pointers, the offset, the sizes, the
/// strides.
static std::vector<int64_t> makeDescriptor(char *data, ArrayRef<int64_t> shape) {
  std::vector<int64_t> descriptor{reinterpret_cast<int64_t>(data), reinterpret_cast<int64_t>(data), 0};
  descriptor.insert(descriptor.end(), shape.begin(), shape.end());
  std::vector<int64_t> strides(shape.size(), 1);
  for (size_t dim = shape.size(); dim-- > 1;)
    strides[dim - 1] = strides[dim] * shape[dim];
  descriptor.insert(descriptor.end(), strides.begin(), strides.end());
  return descriptor;
}

llvm::Expected<NamedArrays> runOnHost(ModuleOp module, const NamedArrays &inputs, unsigned optimization) {
  auto function = module.lookupSymbol<func::FuncOp>("main");
  if (!function)
    return makeError("no @main");
  // The host program has a main of its own.
  function.setName("compiled");
  function->setAttr(LLVM::LLVMDialect::getEmitCWrapperAttrName(), UnitAttr::get(module.getContext()));

  std::vector<Array> operands;
  std::vector<std::string> resultNames;
  for (unsigned index = 0; index < function.getNumArguments(); ++index) {
    std::string name = function.getArgAttrOfType<StringAttr>(index, "st.name").str();
    auto found = inputs.find(name);
    if (found == inputs.end())
      return makeError("no input '{0}'", name);
    auto type = cast<RankedTensorType>(function.getArgumentTypes()[index]);
    if (found->second.shape != llvm::SmallVector<int64_t>(type.getShape()) ||
        bytesPerElement(found->second.dtype) != bytesPerElement(dtypeOf(type.getElementType())))
      return makeError("input '{0}' is {1} of another shape or type", name, found->second.dtype);
    operands.push_back(found->second);
  }
  for (unsigned index = 0; index < function.getNumResults(); ++index) {
    auto type = cast<RankedTensorType>(function.getResultTypes()[index]);
    Array result{dtypeOf(type.getElementType()), llvm::SmallVector<int64_t>(type.getShape()), {}};
    result.bytes.resize(result.size() * *bytesPerElement(result.dtype));
    operands.push_back(result);
    resultNames.push_back(function.getResultAttrOfType<StringAttr>(index, "st.name").str());
  }

  PassManager passes(module.getContext(), ModuleOp::getOperationName());
  std::string errors;
  llvm::raw_string_ostream stream(errors);
  if (failed(parsePassPipeline(pipeline, passes, stream)) || failed(passes.run(module)))
    return makeError("upstream's lowering failed {0}", errors);

  ExecutionEngineOptions options;
  auto transformer = makeOptimizingTransformer(optimization, /*sizeLevel=*/0,
                                               /*targetMachine=*/nullptr);
  options.transformer = transformer;
  // Copies between strided memrefs call MLIR's own runtime.
  llvm::StringRef libraries[] = {ST_MLIR_C_RUNNER_UTILS};
  options.sharedLibPaths = libraries;
  auto engine = ExecutionEngine::create(module, options);
  if (!engine)
    return engine.takeError();
  std::vector<std::vector<int64_t>> descriptors;
  std::vector<void *> pointers;
  llvm::SmallVector<void *> arguments;
  for (Array &operand : operands)
    descriptors.push_back(makeDescriptor(operand.bytes.data(), operand.shape));
  for (std::vector<int64_t> &descriptor : descriptors)
    pointers.push_back(descriptor.data());
  for (void *&pointer : pointers)
    arguments.push_back(&pointer);
  if (llvm::Error error = (*engine)->invokePacked("_mlir_ciface_compiled", arguments))
    return error;
  NamedArrays results;
  for (size_t index = 0; index < resultNames.size(); ++index)
    results[resultNames[index]] = operands[operands.size() - resultNames.size() + index];
  return results;
}

} // namespace st::testing
