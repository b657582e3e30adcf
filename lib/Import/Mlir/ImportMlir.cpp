#include "Import/Mlir/ImportMlir.h"
#include "Import/Mlir/CombineSlices.h"
#include "Import/Mlir/FixShapes.h"
#include "Import/Mlir/GatherOperands.h"
#include "Import/Mlir/LowerTosa.h"
#include "Import/Mlir/ParseProgram.h"
#include "Import/Mlir/ResolveGlobals.h"
#include "Import/Mlir/SelectEntry.h"
#include "Import/Mlir/SimplifyProgram.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Func/Extensions/InlinerExtension.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MLProgram/IR/MLProgram.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace st;
using namespace st::mlirimport;

//===----------------------------------------------------------------------------------------------------------===//
// What a program may be
//===----------------------------------------------------------------------------------------------------------===//

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
    return fail("only ranked tensors and scalars can be passed");
  if (!tensor.hasStaticShape())
    return fail("its size does not follow from the arguments, so give it a fixed one");
  if (llvm::is_contained(tensor.getShape(), 0))
    return fail("remove the empty tensor");
  if (tensor.getEncoding())
    return fail("remove the tensor's encoding");
  if (!isSupportedElement(tensor.getElementType()))
    return fail("supported elements are f16, bf16, f32, f64, i1, i8, i16, i32 and i64");
  return success();
}

static LogicalResult checkInterface(func::FuncOp function) {
  for (auto [index, input] : llvm::enumerate(function.getArgumentTypes()))
    if (failed(checkInterfaceType(function, input, "argument", index)))
      return failure();
  for (auto [index, result] : llvm::enumerate(function.getResultTypes()))
    if (failed(checkInterfaceType(function, result, "result", index)))
      return failure();
  return success();
}

static LogicalResult checkBody(func::FuncOp function) {
  static const llvm::StringSet<> dialects{"arith", "func", "linalg", "math", "st", "tensor"};
  static const llvm::StringSet<> buffers{"memref", "affine", "bufferization", "vector"};
  WalkResult result = function.walk([&](Operation *op) {
    StringRef dialect = op->getName().getDialectNamespace();
    if (!dialects.contains(dialect)) {
      InFlightDiagnostic diagnostic = op->emitOpError();
      if (buffers.contains(dialect))
        diagnostic << "works on buffers or vectors; give the program before bufferization and vectorization";
      else if (dialect == "scf" || dialect == "cf")
        diagnostic << "is control flow, which a dataflow program has not; unroll it or choose a branch before export";
      else
        diagnostic << "is not in the dialects linalg, tensor, arith and math; lower it to linalg on tensors";
      return WalkResult::interrupt();
    }
    for (Type type : op->getResultTypes())
      if (auto shaped = dyn_cast<ShapedType>(type);
          shaped && (!isa<RankedTensorType>(type) || !shaped.hasStaticShape())) {
        op->emitOpError() << "computes " << type << "; only ranked tensors with fixed sizes are supported";
        return WalkResult::interrupt();
      }
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

//===----------------------------------------------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------------------------------------------===//

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

//===----------------------------------------------------------------------------------------------------------===//
// The way from the file to the program
//===----------------------------------------------------------------------------------------------------------===//

static void loadDialects(MLIRContext *context) {
  DialectRegistry registry;
  func::registerInlinerExtension(registry);
  context->appendDialectRegistry(registry);
  // Also those that are only recognised, to say what is wrong with them.
  context->loadDialect<affine::AffineDialect, arith::ArithDialect, bufferization::BufferizationDialect,
                       cf::ControlFlowDialect, func::FuncDialect, linalg::LinalgDialect, math::MathDialect,
                       memref::MemRefDialect, ml_program::MLProgramDialect, scf::SCFDialect, StDialect,
                       tensor::TensorDialect, tosa::TosaDialect>();
}

/// Reduces the body of `entry` to what later phases know.
static LogicalResult reduceBody(ModuleOp module, func::FuncOp entry, const MlirImportOptions &options) {
  if (failed(resolveGlobals(module, entry)) || failed(fixArgumentShapes(entry, options)) ||
      failed(prepareConstants(entry)))
    return failure();
  if (holdsTosa(entry) && failed(lowerTosa(module, entry)))
    return failure();
  convertInterface(entry);
  if (failed(propagateShapes(module, entry)) || failed(simplifyOperations(entry)))
    return failure();
  convertScalars(entry);
  combineSlices(entry);
  gatherOperands(entry);
  PassManager passes(module.getContext(), ModuleOp::getOperationName());
  passes.addPass(createCanonicalizerPass());
  passes.addPass(createCSEPass());
  if (failed(passes.run(module)))
    return failure();
  return prepareConstants(entry);
}

static OwningOpRef<ModuleOp> importProgram(StringRef path, const MlirImportOptions &options, MLIRContext *context) {
  OwningOpRef<ModuleOp> module = parseProgram(path, context);
  if (!module)
    return nullptr;
  FailureOr<func::FuncOp> entry = selectEntry(*module, options.entry);
  if (succeeded(entry))
    entry = isolateEntry(*module, *entry);
  if (failed(entry) || failed(rejectForeignDialects(*entry)))
    return nullptr;
  if (!llvm::hasSingleElement(entry->getBody())) {
    entry->emitError() << "@" << entry->getName() << " has branches; a dataflow program is one block";
    return nullptr;
  }
  stripAnnotations(*module, *entry);
  if (failed(reduceBody(*module, *entry, options)) || failed(checkInterface(*entry)) || failed(checkBody(*entry)) ||
      failed(nameInterface(*entry)))
    return nullptr;
  // Nothing else is left in the module. Until here, messages used the name that the user knows.
  entry->setName("main");
  return module;
}

OwningOpRef<ModuleOp> st::importMlir(StringRef path, const MlirImportOptions &options, MLIRContext *context) {
  loadDialects(context);
  OwningOpRef<ModuleOp> module;
  bool hasErrors = false;
  {
    ScopedDiagnosticHandler watch(context, [&](Diagnostic &diagnostic) {
      hasErrors |= diagnostic.getSeverity() == DiagnosticSeverity::Error;
      return failure(); // for the handlers before this one to print
    });
    module = importProgram(path, options, context);
  }
  // MLIR's passes can fail without a word, and go on after an error.
  if (!module && !hasErrors)
    emitError(NameLoc::get(StringAttr::get(context, path)))
        << path << ": cannot be reduced to linalg on tensors by MLIR's own passes, which do not say why; simplify the "
        << "program, or have it written again by the program that made it";
  if (hasErrors)
    return nullptr;
  return module;
}
