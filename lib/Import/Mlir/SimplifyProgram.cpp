#include "Import/Mlir/SimplifyProgram.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;

//===----------------------------------------------------------------------------------------------------------===//
// Interface
//===----------------------------------------------------------------------------------------------------------===//

static bool isScalar(Type type) { return type.isIntOrIndexOrFloat(); }

/// The type at the interface for a value of type `type`.
static Type interfaceType(Type type) {
  MLIRContext *context = type.getContext();
  if (isScalar(type))
    return RankedTensorType::get({}, type.isIndex() ? IntegerType::get(context, 64) : type);
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (tensor && tensor.getElementType().isIndex())
    return tensor.clone(IntegerType::get(context, 64));
  return type;
}

void st::mlirimport::convertInterface(func::FuncOp entry) {
  Block &body = entry.getBody().front();
  OpBuilder builder(&body, body.begin());
  SmallVector<Type> inputs;
  for (BlockArgument argument : body.getArguments()) {
    Type original = argument.getType(), type = interfaceType(original);
    inputs.push_back(type);
    if (type == original)
      continue;
    Location loc = argument.getLoc();
    argument.setType(type);
    if (argument.use_empty())
      continue;
    Value value = argument;
    llvm::SmallPtrSet<Operation *, 2> conversions;
    auto add = [&](auto op) {
      conversions.insert(op);
      value = op;
    };
    if (isScalar(original))
      add(tensor::ExtractOp::create(builder, loc, value, ValueRange()));
    if (getElementTypeOrSelf(original).isIndex())
      add(arith::IndexCastOp::create(builder, loc, original, value));
    argument.replaceAllUsesExcept(value, conversions);
  }
  auto terminator = cast<func::ReturnOp>(body.getTerminator());
  builder.setInsertionPoint(terminator);
  SmallVector<Type> results;
  for (OpOperand &operand : terminator->getOpOperands()) {
    Type original = operand.get().getType(), type = interfaceType(original);
    results.push_back(type);
    if (type == original)
      continue;
    Value value = operand.get();
    if (getElementTypeOrSelf(original).isIndex())
      value = arith::IndexCastOp::create(builder, terminator.getLoc(),
                                         isScalar(original) ? Type(builder.getI64Type()) : type, value);
    if (isScalar(original))
      value = tensor::FromElementsOp::create(builder, terminator.getLoc(), cast<RankedTensorType>(type), value);
    operand.set(value);
  }
  entry.setFunctionType(FunctionType::get(entry.getContext(), inputs, results));
}

//===----------------------------------------------------------------------------------------------------------===//
// Scalars
//===----------------------------------------------------------------------------------------------------------===//

namespace {
/// Rank-0 tensors for the scalars that a program computes outside linalg operations.
class ScalarTensors {
public:
  explicit ScalarTensors(func::FuncOp entry) : block(&entry.getBody().front()) {}

  /// A tensor<T> that holds `scalar`; null when it is a constant, an index or computed in a way that has no tensor
  /// form.
  Value of(Value scalar) {
    auto known = tensors.find(scalar);
    if (known != tensors.end())
      return known->second;
    Value tensor = make(scalar);
    tensors[scalar] = tensor;
    return tensor;
  }

private:
  Value make(Value scalar) {
    Operation *op = scalar.getDefiningOp();
    if (!op || op->getBlock() != block || op->getNumResults() != 1 || !scalar.getType().isIntOrFloat())
      return {};
    if (auto extract = dyn_cast<tensor::ExtractOp>(op))
      return makeElement(extract);
    if (!OpTrait::hasElementwiseMappableTraits(op))
      return {};
    SmallVector<Value> inputs, operands(op->getOperands());
    SmallVector<unsigned> positions;
    for (auto [position, operand] : llvm::enumerate(operands)) {
      if (matchPattern(operand, m_Constant()))
        continue;
      Value tensor = of(operand);
      if (!tensor)
        return {};
      inputs.push_back(tensor);
      positions.push_back(position);
    }
    OpBuilder builder(op);
    auto type = RankedTensorType::get({}, scalar.getType());
    Value init = tensor::EmptyOp::create(builder, op->getLoc(), type.getShape(), type.getElementType());
    SmallVector<AffineMap> maps(inputs.size() + 1, AffineMap::get(op->getContext()));
    auto generic =
        linalg::GenericOp::create(builder, op->getLoc(), type, inputs, init, maps, ArrayRef<utils::IteratorType>(),
                                  [&](OpBuilder &nested, Location loc, ValueRange arguments) {
                                    Operation *copy = nested.clone(*op);
                                    for (auto [position, argument] : llvm::zip(positions, arguments))
                                      copy->setOperand(position, argument);
                                    linalg::YieldOp::create(nested, loc, copy->getResults());
                                  });
    return generic.getResult(0);
  }

  /// One element at a constant position, as a slice of one element.
  Value makeElement(tensor::ExtractOp extract) {
    Value source = extract.getTensor();
    auto type = cast<RankedTensorType>(source.getType());
    if (type.getRank() == 0)
      return source;
    SmallVector<OpFoldResult> offsets, ones(type.getRank(), OpBuilder(extract).getIndexAttr(1));
    for (Value index : extract.getIndices()) {
      IntegerAttr offset;
      if (!matchPattern(index, m_Constant(&offset)))
        return {};
      offsets.push_back(offset);
    }
    OpBuilder builder(extract);
    auto element = RankedTensorType::get({}, type.getElementType());
    return tensor::ExtractSliceOp::create(builder, extract.getLoc(), element, source, offsets, ones, ones);
  }

  Block *block;
  DenseMap<Value, Value> tensors;
};
} // namespace

/// A linalg.generic like `generic` that also reads `tensors`, rank 0, whose elements take the place of `scalars` in the
/// body.
static void addOperands(IRRewriter &rewriter, linalg::GenericOp generic, ArrayRef<Value> scalars,
                        ArrayRef<Value> tensors) {
  SmallVector<Value> inputs(generic.getInputs());
  SmallVector<AffineMap> maps(generic.getIndexingMapsArray());
  unsigned position = inputs.size();
  for (Value tensor : tensors) {
    maps.insert(maps.begin() + inputs.size(),
                AffineMap::get(generic.getNumLoops(), 0, ArrayRef<AffineExpr>(), rewriter.getContext()));
    inputs.push_back(tensor);
  }
  rewriter.setInsertionPoint(generic);
  auto replacement = linalg::GenericOp::create(rewriter, generic.getLoc(), generic.getResultTypes(), inputs,
                                               generic.getOutputs(), maps, generic.getIteratorTypesArray());
  rewriter.inlineRegionBefore(generic.getRegion(), replacement.getRegion(), replacement.getRegion().begin());
  Block &body = replacement.getRegion().front();
  for (auto [scalar, tensor] : llvm::zip(scalars, tensors)) {
    Value element = body.insertArgument(position++, scalar.getType(), scalar.getLoc());
    Value captured = scalar;
    captured.replaceUsesWithIf(element, [&](OpOperand &use) { return replacement->isProperAncestor(use.getOwner()); });
  }
  rewriter.replaceOp(generic, replacement.getResults());
}

/// Scalars from outside that the body of `op` uses and that have a tensor.
static void collectCaptured(Operation *op, ScalarTensors &scalars, SmallVectorImpl<Value> &captured,
                            SmallVectorImpl<Value> &tensors) {
  op->walk([&](Operation *nested) {
    for (Value operand : nested->getOperands()) {
      if (nested == op || op->isAncestor(operand.getParentBlock()->getParentOp()) ||
          !operand.getType().isIntOrFloat() || llvm::is_contained(captured, operand))
        continue;
      if (Value tensor = scalars.of(operand)) {
        captured.push_back(operand);
        tensors.push_back(tensor);
      }
    }
  });
}

/// tensor<T> in every element of a tensor like `init`.
static Value broadcastElement(OpBuilder &builder, Location loc, Value element, Value init) {
  auto type = cast<RankedTensorType>(init.getType());
  SmallVector<AffineMap> maps{AffineMap::get(type.getRank(), 0, ArrayRef<AffineExpr>(), builder.getContext()),
                              builder.getMultiDimIdentityMap(type.getRank())};
  SmallVector<utils::IteratorType> loops(type.getRank(), utils::IteratorType::parallel);
  auto generic = linalg::GenericOp::create(builder, loc, type, element, init, maps, loops,
                                           [](OpBuilder &nested, Location loc, ValueRange arguments) {
                                             linalg::YieldOp::create(nested, loc, arguments.front());
                                           });
  return generic.getResult(0);
}

void st::mlirimport::convertScalars(func::FuncOp entry) {
  IRRewriter rewriter(entry.getContext());
  ScalarTensors scalars(entry);
  SmallVector<Operation *> operations;
  for (Operation &op : entry.getBody().front())
    operations.push_back(&op);
  for (Operation *op : operations) {
    rewriter.setInsertionPoint(op);
    if (auto generic = dyn_cast<linalg::GenericOp>(op)) {
      SmallVector<Value> captured, tensors;
      collectCaptured(op, scalars, captured, tensors);
      if (!captured.empty())
        addOperands(rewriter, generic, captured, tensors);
      continue;
    }
    Value scalar, init;
    if (auto fill = dyn_cast<linalg::FillOp>(op)) {
      scalar = fill.getInputs().front();
      init = fill.getOutputs().front();
    } else if (auto splat = dyn_cast<tensor::SplatOp>(op); splat && splat.getType().hasStaticShape()) {
      scalar = splat.getInput();
    } else if (auto elements = dyn_cast<tensor::FromElementsOp>(op); elements && elements.getElements().size() == 1) {
      scalar = elements.getElements().front();
    }
    Value tensor = scalar ? scalars.of(scalar) : Value();
    if (!tensor)
      continue;
    auto type = cast<RankedTensorType>(op->getResult(0).getType());
    if (!init)
      init = tensor::EmptyOp::create(rewriter, op->getLoc(), type.getShape(), type.getElementType());
    rewriter.replaceOp(op, broadcastElement(rewriter, op->getLoc(), tensor, init));
  }
}

//===----------------------------------------------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------------------------------------------===//

/// TOSA's lowering pads by constants that are operands; later phases want to see them as attributes.
static void foldPadding(IRRewriter &rewriter, tensor::PadOp pad) {
  auto fold = [](SmallVector<OpFoldResult> amounts) {
    for (OpFoldResult &amount : amounts) {
      IntegerAttr constant;
      if (auto value = dyn_cast<Value>(amount); value && matchPattern(value, m_Constant(&constant)))
        amount = constant;
    }
    return amounts;
  };
  if (pad.getLow().empty() && pad.getHigh().empty())
    return;
  auto folded = tensor::PadOp::create(rewriter, pad.getLoc(), pad.getType(), pad.getSource(),
                                      fold(pad.getMixedLowPad()), fold(pad.getMixedHighPad()), pad.getNofold());
  rewriter.inlineRegionBefore(pad.getRegion(), folded.getRegion(), folded.getRegion().begin());
  rewriter.replaceOp(pad, folded.getResult());
}

static LogicalResult simplify(IRRewriter &rewriter, Operation *op) {
  rewriter.setInsertionPoint(op);
  if (auto check = dyn_cast<cf::AssertOp>(op)) {
    IntegerAttr holds;
    if (matchPattern(check.getArg(), m_Constant(&holds))) {
      if (holds.getValue().isZero())
        return check.emitOpError() << "never holds (" << check.getMsg() << "); correct the program or the given sizes";
    } else {
      check.emitRemark() << "run-time check dropped: " << check.getMsg();
    }
    rewriter.eraseOp(op);
  } else if (auto pad = dyn_cast<tensor::PadOp>(op)) {
    foldPadding(rewriter, pad);
  } else if (auto softmax = dyn_cast<linalg::SoftmaxOp>(op)) {
    FailureOr<SmallVector<Value>> results = softmax.decomposeOperation(rewriter);
    if (failed(results))
      return softmax.emitOpError("cannot be decomposed; write its steps as linalg operations");
    rewriter.replaceOp(op, *results);
  } else if (auto generate = dyn_cast<tensor::GenerateOp>(op)) {
    if (failed(linalg::rewriteInDestinationPassingStyle(rewriter, generate)))
      return generate.emitOpError("cannot be written as linalg.generic; give it fixed sizes");
  } else if (auto splat = dyn_cast<tensor::SplatOp>(op)) {
    if (splat.getType().hasStaticShape()) {
      Value init =
          tensor::EmptyOp::create(rewriter, op->getLoc(), splat.getType().getShape(), splat.getType().getElementType());
      rewriter.replaceOpWithNewOp<linalg::FillOp>(op, splat.getInput(), init);
    }
  } else if (auto allocation = dyn_cast<bufferization::AllocTensorOp>(op)) {
    if (allocation.getCopy())
      rewriter.replaceOp(op, allocation.getCopy());
    else
      rewriter.replaceOpWithNewOp<tensor::EmptyOp>(op, allocation.getType(), allocation.getDynamicSizes());
  } else if (auto copy = dyn_cast<bufferization::MaterializeInDestinationOp>(op)) {
    if (copy->getNumResults() == 1)
      rewriter.replaceOp(op, copy.getSource());
  }
  return success();
}

LogicalResult st::mlirimport::simplifyOperations(func::FuncOp entry) {
  IRRewriter rewriter(entry.getContext());
  SmallVector<Operation *> operations;
  entry.walk([&](Operation *op) { operations.push_back(op); });
  for (Operation *op : operations)
    if (failed(simplify(rewriter, op)))
      return failure();
  return success();
}

//===----------------------------------------------------------------------------------------------------------===//
// Annotations
//===----------------------------------------------------------------------------------------------------------===//

/// Names of this compiler's own dialect, and those that another registered dialect reads, have a meaning.
static bool isAnnotation(NamedAttribute attribute) {
  Dialect *dialect = attribute.getNameDialect();
  if (attribute.getName().strref().starts_with("st."))
    return false;
  return !dialect || attribute.getName().strref().starts_with("llvm.") ||
         attribute.getName().strref().starts_with("dlti.");
}

void st::mlirimport::stripAnnotations(ModuleOp module, func::FuncOp entry) {
  module.walk([](Operation *op) {
    SmallVector<StringAttr> names;
    for (NamedAttribute attribute : op->getDiscardableAttrs())
      if (isAnnotation(attribute))
        names.push_back(attribute.getName());
    for (StringAttr name : names)
      op->removeDiscardableAttr(name);
  });
  auto strip = [](DictionaryAttr attributes) {
    SmallVector<NamedAttribute> kept;
    if (attributes)
      llvm::copy_if(attributes, std::back_inserter(kept),
                    [](NamedAttribute attribute) { return !isAnnotation(attribute); });
    return kept;
  };
  for (unsigned index = 0; index < entry.getNumArguments(); ++index)
    entry.setArgAttrs(index, strip(entry.getArgAttrDict(index)));
  for (unsigned index = 0; index < entry.getNumResults(); ++index)
    entry.setResultAttrs(index, strip(entry.getResultAttrDict(index)));
}
