#include "Import/Mlir/ImportMlir.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/Extensions/InlinerExtension.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;

static FailureOr<func::FuncOp> findEntry(ModuleOp module, StringRef name) {
  if (!name.empty()) {
    auto function = module.lookupSymbol<func::FuncOp>(name);
    if (!function || function.isDeclaration())
      return module.emitError() << "has no function @" << name << " with a body; check --entry";
    return function;
  }
  SmallVector<func::FuncOp> candidates;
  for (auto function : module.getOps<func::FuncOp>()) {
    if (function.isDeclaration())
      continue;
    if (function.getName() == "main")
      return function;
    if (function.isPublic())
      candidates.push_back(function);
  }
  if (candidates.size() == 1)
    return candidates.front();
  if (candidates.empty())
    return module.emitError("holds no public function to compile; add a func.func @main");
  InFlightDiagnostic diagnostic = module.emitError("holds several public functions, so the one to compile is not "
                                                   "known; call it @main or make the others private");
  for (func::FuncOp candidate : candidates)
    diagnostic.attachNote(candidate.getLoc()) << "@" << candidate.getName() << " is one";
  return diagnostic;
}

/// Leaves `entry` as the only function, called @main.
static FailureOr<func::FuncOp> isolateEntry(ModuleOp module, func::FuncOp entry) {
  for (auto function : module.getOps<func::FuncOp>())
    function.setVisibility(function == entry ? SymbolTable::Visibility::Public : SymbolTable::Visibility::Private);
  if (entry.getName() != "main") {
    // Some other symbol may be called main: a declaration, or a global.
    if (Operation *taken = SymbolTable::lookupSymbolIn(module, "main"))
      return taken->emitError("is called @main but is not the function to compile; rename it");
    if (failed(SymbolTable::replaceAllSymbolUses(entry, StringAttr::get(module.getContext(), "main"), module)))
      return entry.emitError("cannot be renamed to @main");
    entry.setName("main");
  }
  if (!llvm::hasSingleElement(module.getOps<func::FuncOp>())) {
    PassManager passes(module.getContext(), ModuleOp::getOperationName());
    passes.addPass(createInlinerPass());
    passes.addPass(createSymbolDCEPass());
    if (failed(passes.run(module)))
      return failure();
  }
  return module.lookupSymbol<func::FuncOp>("main");
}

static bool isSupportedElement(Type type) {
  return type.isF32() || type.isF64() || type.isF16() || type.isBF16() || type.isSignlessInteger(1) ||
         type.isSignlessInteger(8) || type.isSignlessInteger(16) || type.isSignlessInteger(32) ||
         type.isSignlessInteger(64);
}

static LogicalResult checkInterfaceType(func::FuncOp function, Type type, StringRef kind, unsigned index) {
  auto fail = [&](const Twine &remedy) {
    return function.emitError() << kind << " " << index << " of @" << function.getName() << " has type " << type << "; "
                                << remedy.str();
  };
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor)
    return fail("ranked tensors are supported, so bufferize nothing before and "
                "pass scalars as tensor<T>");
  if (!tensor.hasStaticShape())
    return fail("give every dimension a fixed size");
  if (llvm::is_contained(tensor.getShape(), 0))
    return fail("remove the empty tensor");
  if (tensor.getEncoding())
    return fail("remove the tensor's encoding");
  if (!isSupportedElement(tensor.getElementType()))
    return fail("supported elements are f16, bf16, f32, f64, i1, i8, i16, i32 and i64");
  return success();
}

static LogicalResult checkBody(func::FuncOp function) {
  if (!llvm::hasSingleElement(function.getBody()))
    return function.emitError("has branches; a dataflow program is one block");
  static const llvm::StringSet<> dialects{"arith", "func", "linalg", "math", "tensor"};
  WalkResult result = function.walk([&](Operation *op) {
    if (isa<func::CallOp, func::CallIndirectOp>(op)) {
      op->emitError("calls a function that cannot be inlined; define it in "
                    "this module, without recursion");
      return WalkResult::interrupt();
    }
    if (!dialects.contains(op->getName().getDialectNamespace())) {
      op->emitError("is not in the dialects linalg, tensor, arith and "
                    "math; lower it to linalg on tensors");
      return WalkResult::interrupt();
    }
    for (Type type : op->getResultTypes())
      if (auto shaped = dyn_cast<ShapedType>(type);
          shaped && (!isa<RankedTensorType>(type) || !shaped.hasStaticShape())) {
        op->emitError() << "computes " << type << "; only ranked tensors with fixed sizes are supported";
        return WalkResult::interrupt();
      }
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

static LogicalResult nameInterface(func::FuncOp function) {
  Builder builder(function.getContext());
  llvm::StringSet<> names;
  auto claim = [&](Attribute given, StringRef kind, unsigned index) -> FailureOr<StringAttr> {
    auto name = dyn_cast_or_null<StringAttr>(given);
    if (given && !name)
      return function.emitError() << "st.name of " << kind << " " << index << " must be a string";
    if (!name)
      name = builder.getStringAttr(llvm::formatv("{0}{1}", kind, index).str());
    if (!names.insert(name.getValue()).second)
      return function.emitError() << "two arguments or results are called '" << name.getValue()
                                  << "'; give each its own st.name";
    return name;
  };
  for (unsigned index = 0; index < function.getNumArguments(); ++index) {
    FailureOr<StringAttr> name = claim(function.getArgAttr(index, "st.name"), "arg", index);
    if (failed(name))
      return failure();
    function.setArgAttr(index, "st.name", *name);
  }
  for (unsigned index = 0; index < function.getNumResults(); ++index) {
    FailureOr<StringAttr> name = claim(function.getResultAttr(index, "st.name"), "result", index);
    if (failed(name))
      return failure();
    function.setResultAttr(index, "st.name", *name);
  }
  return success();
}

OwningOpRef<ModuleOp> st::importMlir(StringRef path, const MlirImportOptions &options, MLIRContext *context) {
  DialectRegistry registry;
  func::registerInlinerExtension(registry);
  context->appendDialectRegistry(registry);
  context->loadDialect<arith::ArithDialect, func::FuncDialect, linalg::LinalgDialect, math::MathDialect,
                       tensor::TensorDialect>();
  if (!llvm::sys::fs::exists(path)) {
    emitError(NameLoc::get(StringAttr::get(context, path)))
        << path << ": cannot be read: no such file; check the path and its permissions";
    return nullptr;
  }
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(path, ParserConfig(context));
  if (!module)
    return nullptr;
  FailureOr<func::FuncOp> entry = findEntry(*module, options.entry);
  if (succeeded(entry))
    entry = isolateEntry(*module, *entry);
  if (failed(entry))
    return nullptr;
  FunctionType type = entry->getFunctionType();
  for (auto [index, input] : llvm::enumerate(type.getInputs()))
    if (failed(checkInterfaceType(*entry, input, "argument", index)))
      return nullptr;
  for (auto [index, result] : llvm::enumerate(type.getResults()))
    if (failed(checkInterfaceType(*entry, result, "result", index)))
      return nullptr;
  if (type.getNumResults() == 0) {
    entry->emitError("has no results, so there is nothing to compute; return a tensor");
    return nullptr;
  }
  if (failed(checkBody(*entry)) || failed(nameInterface(*entry)))
    return nullptr;
  return module;
}
