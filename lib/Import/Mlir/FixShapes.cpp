#include "Import/Mlir/FixShapes.h"
#include "Dialect/InterfaceNames.h"
#include "Dialect/Sizes.h"
#include "Import/Mlir/LowerTosa.h"

#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;

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

/// What all dimensions are called that are listed nowhere.
static constexpr StringLiteral sharedName = "seq";

/// Declares the sizes that occur in `extents`, and attaches these to the arguments.
static void declareSizes(func::FuncOp entry, const st::mlirimport::ArgumentExtents &extents,
                         const llvm::StringMap<st::SizeRangeAttr> &ranges) {
  Builder builder(entry.getContext());
  SmallVector<NamedAttribute> declared;
  for (auto &range : ranges)
    declared.push_back(builder.getNamedAttr(range.getKey(), range.getValue()));
  if (declared.empty())
    return;
  entry->setAttr(st::sizesAttr, builder.getDictionaryAttr(declared));
  for (auto [index, dims] : llvm::enumerate(extents)) {
    if (llvm::none_of(dims, [](st::ExtentAttr extent) { return extent != nullptr; }))
      continue;
    SmallVector<Attribute> all;
    for (auto [extent, size] : llvm::zip(dims, cast<RankedTensorType>(entry.getArgumentTypes()[index]).getShape()))
      all.push_back(extent ? extent : st::ExtentAttr::getConstant(entry.getContext(), size));
    entry.setArgAttr(index, st::dimsAttr, builder.getArrayAttr(all));
  }
}

LogicalResult st::mlirimport::fixArgumentShapes(func::FuncOp entry, const MlirImportOptions &options) {
  const llvm::StringMap<int64_t> &dims = options.dims;
  llvm::StringMap<SizeRangeAttr> bounds = options.bounds, declared;
  if (options.otherBound)
    bounds.try_emplace(sharedName, options.otherBound);
  ArgumentExtents extents(entry.getNumArguments());
  std::vector<std::pair<unsigned, RankedTensorType>> types;
  llvm::StringSet<> used;
  if (options.otherBound && !options.bounds.count(sharedName))
    used.insert(sharedName);
  SmallVector<std::string> missing, known;
  for (unsigned index = 0; index < entry.getNumArguments(); ++index) {
    auto tensor = dyn_cast<RankedTensorType>(entry.getArgument(index).getType());
    if (!tensor)
      continue;
    SmallVector<int64_t> shape(tensor.getShape());
    for (auto [dim, size] : llvm::enumerate(shape)) {
      std::string name = llvm::formatv("{0}.{1}", getArgumentName(entry, index), dim);
      auto given = dims.find(name);
      bool isDynamic = ShapedType::isDynamic(size);
      extents[index].emplace_back();
      if (isDynamic)
        known.push_back(name);
      // A name of its own, or the one for all.
      auto bound = given == dims.end() ? bounds.find(name) : bounds.end();
      if (given == dims.end() && bound == bounds.end() && isDynamic) {
        given = dims.find(sharedName);
        bound = given == dims.end() ? bounds.find(sharedName) : bounds.end();
      }
      if (bound != bounds.end()) {
        used.insert(bound->getKey());
        if (!isDynamic)
          return entry.emitError() << "--dim " << name << "<=" << bound->second.getMaximum()
                                   << " bounds a dimension of argument " << index << " that is fixed: " << tensor;
        declared[bound->getKey()] = bound->second;
        extents[index].back() = ExtentAttr::getSize(StringAttr::get(entry.getContext(), bound->getKey()));
        size = bound->second.getMaximum();
        continue;
      }
      if (given == dims.end()) {
        if (isDynamic)
          missing.push_back(name);
        continue;
      }
      used.insert(given->getKey());
      if (!isDynamic && size != given->second)
        return entry.emitError() << "--dim " << name << "=" << given->second << " contradicts argument " << index
                                 << " of type " << tensor << "; leave it out";
      size = given->second;
    }
    if (shape != tensor.getShape())
      types.push_back({index, RankedTensorType::get(shape, tensor.getElementType(), tensor.getEncoding())});
  }
  SmallVector<StringRef> wanted(dims.keys());
  llvm::append_range(wanted, bounds.keys());
  for (StringRef dim : wanted)
    if (!used.contains(dim)) {
      InFlightDiagnostic diagnostic = entry.emitError()
                                      << "--dim " << dim << ": @" << entry.getName()
                                      << " has no such dimension; name it ARGUMENT.DIMENSION, such as arg0.0";
      if (!known.empty())
        diagnostic << " (without a size: " << llvm::join(known, ", ") << ")";
      return diagnostic;
    }
  if (missing.empty()) {
    if (!declared.empty()) {
      declareSizes(entry, extents, declared);
      if (failed(boundShapes(entry, extents)))
        return failure();
    }
    for (auto [index, type] : types)
      setArgumentType(entry, index, type);
    if (!declared.empty())
      declareSizes(entry, extents, declared);
    return success();
  }
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
  gatherConcats(entry);
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
  if (failed(cleanup.run(module)))
    return failure();
  boundGathered(entry);
  return success();
}
