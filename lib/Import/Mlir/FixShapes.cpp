#include "Import/Mlir/FixShapes.h"
#include "Import/Mlir/LowerTosa.h"

#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;

std::string st::mlirimport::argumentName(func::FuncOp entry, unsigned index) {
  if (auto name = entry.getArgAttrOfType<StringAttr>(index, "st.name"))
    return name.str();
  return "arg" + std::to_string(index);
}

//===----------------------------------------------------------------------------------------------------------===//
// Arguments
//===----------------------------------------------------------------------------------------------------------===//

static void setArgumentType(func::FuncOp entry, unsigned index, RankedTensorType type) {
  BlockArgument argument = entry.getArgument(index);
  Type previous = argument.getType();
  argument.setType(type);
  // TOSA infers the types of all its results anew. Other operations see the type they were written for until
  // canonicalization has taken the cast through them.
  if (!st::mlirimport::holdsTosa(entry)) {
    OpBuilder builder(&entry.getBody().front(), entry.getBody().front().begin());
    auto cast = tensor::CastOp::create(builder, argument.getLoc(), previous, argument);
    argument.replaceAllUsesExcept(cast, cast);
  }
  SmallVector<Type> inputs(entry.getArgumentTypes());
  inputs[index] = type;
  entry.setFunctionType(FunctionType::get(entry.getContext(), inputs, entry.getResultTypes()));
}

LogicalResult st::mlirimport::fixArgumentShapes(func::FuncOp entry, const llvm::StringMap<int64_t> &dims) {
  llvm::StringSet<> used;
  SmallVector<std::string> missing, known;
  for (unsigned index = 0; index < entry.getNumArguments(); ++index) {
    auto tensor = dyn_cast<RankedTensorType>(entry.getArgument(index).getType());
    if (!tensor)
      continue;
    SmallVector<int64_t> shape(tensor.getShape());
    for (auto [dim, size] : llvm::enumerate(shape)) {
      std::string name = llvm::formatv("{0}.{1}", argumentName(entry, index), dim);
      auto given = dims.find(name);
      bool isDynamic = ShapedType::isDynamic(size);
      if (isDynamic)
        known.push_back(name);
      if (given == dims.end()) {
        if (isDynamic)
          missing.push_back(name);
        continue;
      }
      used.insert(name);
      if (!isDynamic && size != given->second)
        return entry.emitError() << "--dim " << name << "=" << given->second << " contradicts argument " << index
                                 << " of type " << tensor << "; leave it out";
      size = given->second;
    }
    if (shape != tensor.getShape())
      setArgumentType(entry, index, RankedTensorType::get(shape, tensor.getElementType(), tensor.getEncoding()));
  }
  for (auto &dim : dims)
    if (!used.contains(dim.getKey())) {
      InFlightDiagnostic diagnostic = entry.emitError()
                                      << "--dim " << dim.getKey() << ": @" << entry.getName()
                                      << " has no such dimension; name it ARGUMENT.DIMENSION, such as arg0.0";
      if (!known.empty())
        diagnostic << " (without a size: " << llvm::join(known, ", ") << ")";
      return diagnostic;
    }
  if (missing.empty())
    return success();
  std::string remedy;
  for (const std::string &name : missing)
    remedy += " --dim " + name + "=SIZE";
  return entry.emitError() << "@" << entry.getName()
                           << " has arguments with dimensions of unknown size; give each a size:" << remedy;
}

//===----------------------------------------------------------------------------------------------------------===//
// Body and results
//===----------------------------------------------------------------------------------------------------------===//

/// Returns what a cast to a less static type hides.
static void refineResults(func::FuncOp entry) {
  auto terminator = cast<func::ReturnOp>(entry.getBody().front().getTerminator());
  SmallVector<Type> results(entry.getResultTypes());
  for (OpOperand &operand : terminator->getOpOperands())
    while (auto cast = operand.get().getDefiningOp<tensor::CastOp>()) {
      if (!tensor::preservesStaticInformation(cast.getType(), cast.getSource().getType()))
        break;
      operand.set(cast.getSource());
      results[operand.getOperandNumber()] = cast.getSource().getType();
    }
  for (auto [result, value] : llvm::zip(results, terminator->getOperands()))
    result = value.getType();
  entry.setFunctionType(FunctionType::get(entry.getContext(), entry.getArgumentTypes(), results));
}

LogicalResult st::mlirimport::propagateShapes(ModuleOp module, func::FuncOp entry) {
  // Sizes of results become sizes of operands, which fold once the arguments are static; a size that folds lets the
  // types behind it become static, and so on until nothing changes.
  PassManager passes(module.getContext(), ModuleOp::getOperationName());
  passes.addPass(createCanonicalizerPass());
  passes.addPass(memref::createResolveRankedShapeTypeResultDimsPass());
  passes.addPass(createCanonicalizerPass());
  passes.addPass(createCSEPass());
  if (failed(passes.run(module)))
    return failure();
  refineResults(entry);
  // The casts in front of the results are dead now.
  PassManager cleanup(module.getContext(), ModuleOp::getOperationName());
  cleanup.addPass(createCanonicalizerPass());
  return cleanup.run(module);
}
