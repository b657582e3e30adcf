//===- ValueExtents.cpp - Which part of each tensor counts ----------------------------------------------------===//

#include "Dialect/ValueExtents.h"
#include "Dialect/Sizes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/ReshapeOpsUtils.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace st;

using Extents = ValueExtents::Extents;

bool st::hasRunTimeExtent(ArrayRef<ExtentAttr> extents) {
  return llvm::any_of(extents, [](ExtentAttr extent) { return extent != nullptr; });
}

/// An error that says which dimension is in the way, and the way out.
static InFlightDiagnostic refuse(Operation *op, unsigned dim, ExtentAttr extent) {
  InFlightDiagnostic diag = op->emitError() << "dimension " << dim << " has the run-time size " << extent.str() << ", ";
  std::string remedy;
  for (StringAttr name : extent.getNames())
    remedy += " --dim " + name.str() + "=VALUE";
  diag.attachNote() << "give it a fixed size with" << remedy;
  return diag;
}

static RankedTensorType typeOf(Value value) { return cast<RankedTensorType>(value.getType()); }

FailureOr<Extents> ValueExtents::get(Value tensor) {
  if (auto found = known.find(tensor); found != known.end())
    return found->second;
  FailureOr<Extents> extents = compute(tensor);
  if (succeeded(extents))
    known[tensor] = *extents;
  return extents;
}

bool ValueExtents::isFlexible(Value value) {
  if (auto found = flexible.find(value); found != flexible.end())
    return found->second;
  Operation *op = value.getDefiningOp();
  if (isStrict && op && op->hasTrait<OpTrait::ConstantLike>())
    return flexible[value] = false;
  bool result = op && !isa<BoundOp>(op) && llvm::all_of(op->getOperands(), [&](Value operand) {
                  return !isa<ShapedType>(operand.getType()) || isFlexible(operand);
                });
  return flexible[value] = result;
}

LogicalResult ValueExtents::meet(Operation *op, ExtentAttr extent, bool isFlexible, StringRef what, unsigned index,
                                 ExtentAttr &joined, bool &isFixed) {
  if (!extent) {
    isFixed |= !isFlexible;
  } else if (joined && joined != extent) {
    return op->emitError() << what << " " << index << " has the run-time size " << joined.str()
                           << " by one operand and " << extent.str() << " by another";
  } else {
    joined = extent;
  }
  if (joined && isFixed)
    return refuse(op, index, joined) << "but another operand has a fixed size there";
  return success();
}

LogicalResult ValueExtents::addGatheredExtents(linalg::LinalgOp op, ArrayRef<bool> isFixed, Extents &loops) {
  SmallVector<int64_t> ranges = op.getStaticLoopRanges();
  Extents gathered(loops.size());
  llvm::SmallBitVector disagree(loops.size());
  for (tensor::ExtractOp read : op.getBlock()->getOps<tensor::ExtractOp>()) {
    FailureOr<Extents> extents = get(read.getTensor());
    if (failed(extents))
      return failure();
    for (auto [dim, index] : llvm::enumerate(read.getIndices())) {
      auto loop = index.getDefiningOp<linalg::IndexOp>();
      ExtentAttr extent = (*extents)[dim];
      if (!loop || loop->getBlock() != op.getBlock() || (!extent && isFlexible(read.getTensor())))
        continue;
      unsigned at = loop.getDim();
      if (!extent || read.getTensor().getType().getDimSize(dim) != ranges[at] ||
          (gathered[at] && gathered[at] != extent))
        disagree.set(at);
      gathered[at] = extent;
    }
  }
  for (auto [loop, extent] : llvm::enumerate(gathered))
    if (extent && !loops[loop] && !isFixed[loop] && !disagree.test(loop))
      loops[loop] = extent;
  return success();
}

FailureOr<Extents> ValueExtents::getLoops(linalg::LinalgOp op) {
  Extents loops(op.getNumLoops());
  SmallVector<bool> isFixed(op.getNumLoops(), false);
  for (OpOperand &operand : op->getOpOperands()) {
    if (!isa<RankedTensorType>(operand.get().getType()))
      continue;
    FailureOr<Extents> extents = get(operand.get());
    if (failed(extents))
      return failure();
    // Where a result starts from does not say how much of it counts.
    bool flexible = op.isDpsInit(&operand) || isFlexible(operand.get());
    for (auto [dim, expr] : llvm::enumerate(op.getMatchingIndexingMap(&operand).getResults())) {
      ExtentAttr extent = (*extents)[dim];
      if (auto loop = dyn_cast<AffineDimExpr>(expr)) {
        unsigned index = loop.getPosition();
        if (failed(meet(op, extent, flexible, "loop", index, loops[index], isFixed[index])))
          return failure();
      } else if (extent && !isa<AffineConstantExpr>(expr)) {
        return refuse(op, dim, extent) << "along which windows cannot move";
      }
    }
  }
  for (OpOperand &operand : op->getOpOperands())
    for (auto [dim, expr] : llvm::enumerate(op.getMatchingIndexingMap(&operand).getResults()))
      if (!isa<AffineDimExpr, AffineConstantExpr>(expr))
        for (auto [loop, extent] : llvm::enumerate(loops))
          if (extent && expr.isFunctionOfDim(loop))
            return refuse(op, dim, extent) << "along which windows cannot move";
  if (failed(addGatheredExtents(op, isFixed, loops)))
    return failure();
  return loops;
}

FailureOr<Extents> ValueExtents::getLoops(RowOp op) {
  Extents domain(op.getDomain().size());
  SmallVector<bool> isFixed(op.getDomain().size(), false);
  for (auto [input, map] : llvm::zip(op.getInputs(), op.getInputMaps().getAsValueRange<AffineMapAttr>())) {
    FailureOr<Extents> extents = get(input);
    if (failed(extents))
      return failure();
    for (auto [dim, extent] : llvm::enumerate(*extents)) {
      unsigned place = map.getDimPosition(dim);
      if (failed(meet(op, extent, isFlexible(input), "dimension", place, domain[place], isFixed[place])))
        return failure();
    }
  }
  return domain;
}

/// Splitting or merging dimensions: a prefix stays one only where the run-time dimension is the outermost that counts.
FailureOr<Extents> ValueExtents::reshape(Operation *op, ArrayRef<ReassociationIndices> groups) {
  Value source = op->getOperand(0), result = op->getResult(0);
  FailureOr<Extents> extents = get(source);
  if (failed(extents))
    return failure();
  bool collapses = typeOf(source).getRank() > typeOf(result).getRank();
  ArrayRef<int64_t> fine = typeOf(collapses ? source : result).getShape();
  Extents reshaped(typeOf(result).getRank());
  for (auto [coarse, group] : llvm::enumerate(groups)) {
    auto first = llvm::find_if(group, [&](int64_t dim) { return fine[dim] != 1; });
    int64_t outermost = first == group.end() ? group.back() : *first, inner = 1;
    for (int64_t dim : group)
      inner *= dim == outermost ? 1 : fine[dim];
    if (!collapses) {
      ExtentAttr extent = (*extents)[coarse];
      if (!extent)
        continue;
      reshaped[outermost] = extent.dividedBy(inner);
      if (!reshaped[outermost])
        return refuse(op, coarse, extent) << "which is split into parts of " << inner << " that need not divide it";
      continue;
    }
    for (int64_t dim : group)
      if (ExtentAttr extent = (*extents)[dim]) {
        if (dim != outermost)
          return refuse(op, dim, extent) << "and is merged with a dimension outside of it, so that what counts is not "
                                            "the beginning of the result";
        reshaped[coarse] = extent.times(inner);
      }
  }
  return reshaped;
}

static FailureOr<Extents> getSlice(tensor::ExtractSliceOp op, ArrayRef<ExtentAttr> extents) {
  Extents result;
  llvm::SmallBitVector dropped = op.getDroppedDims();
  for (auto [dim, extent] : llvm::enumerate(extents)) {
    ExtentAttr kept;
    if (extent) {
      auto offset = getConstantIntValue(op.getMixedOffsets()[dim]);
      auto stride = getConstantIntValue(op.getMixedStrides()[dim]);
      int64_t size = op.getStaticSizes()[dim], whole = op.getSourceType().getDimSize(dim);
      // Either all that counts, or elements that every run has.
      if (offset == 0 && stride == 1 && size == whole)
        kept = extent;
      else if (!offset || !stride || *offset + (size - 1) * *stride >= getMinimum(extent, op))
        return refuse(op, dim, extent) << "and the slice reaches beyond its smallest value";
    }
    if (!dropped.test(dim))
      result.push_back(kept);
  }
  return result;
}

FailureOr<Extents> ValueExtents::computeResult(OpResult result) {
  Operation *op = result.getOwner();
  int64_t rank = typeOf(result).getRank();
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op)) {
    FailureOr<Extents> loops = getLoops(linalgOp);
    if (failed(loops))
      return failure();
    Extents extents;
    for (AffineExpr expr : linalgOp.getIndexingMapMatchingResult(result).getResults()) {
      auto loop = dyn_cast<AffineDimExpr>(expr);
      extents.push_back(loop ? (*loops)[loop.getPosition()] : ExtentAttr());
    }
    return extents;
  }
  if (auto row = dyn_cast<RowOp>(op)) {
    FailureOr<Extents> domain = getLoops(row);
    if (failed(domain))
      return failure();
    auto map = cast<AffineMapAttr>(row.getResultMaps()[result.getResultNumber()]).getValue();
    Extents extents;
    for (unsigned dim = 0; dim < map.getNumResults(); ++dim)
      extents.push_back((*domain)[map.getDimPosition(dim)]);
    return extents;
  }
  if (auto repeat = dyn_cast<RepeatOp>(op))
    return getCarried(repeat, result.getResultNumber());
  // What comes back is the source, in another place.
  if (isa<bufferization::MaterializeInDestinationOp>(op))
    return get(op->getOperand(0));
  if (auto bound = dyn_cast<BoundOp>(op))
    return llvm::map_to_vector(bound.getExtents().getAsRange<ExtentAttr>(),
                               [](ExtentAttr extent) { return extent.isConstant() ? ExtentAttr() : extent; });
  if (auto expand = dyn_cast<tensor::ExpandShapeOp>(op))
    return reshape(op, expand.getReassociationIndices());
  if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(op))
    return reshape(op, collapse.getReassociationIndices());

  if (auto dims = op->getAttrOfType<ArrayAttr>(dimsAttr); dims && op->hasTrait<OpTrait::ConstantLike>())
    return llvm::map_to_vector(dims.getAsRange<ExtentAttr>(),
                               [](ExtentAttr extent) { return extent.isConstant() ? ExtentAttr() : extent; });
  // All others: as they are, as long as no operand has run-time sizes.
  std::vector<Extents> operands;
  bool isAllFixed = true;
  for (Value operand : op->getOperands()) {
    operands.push_back({});
    if (!isa<RankedTensorType>(operand.getType()))
      continue;
    FailureOr<Extents> extents = get(operand);
    if (failed(extents))
      return failure();
    operands.back() = *extents;
    isAllFixed &= !hasRunTimeExtent(*extents);
  }
  if (isAllFixed)
    return Extents(rank);
  if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op))
    return getSlice(slice, operands.front());
  if (isa<tensor::CastOp>(op))
    return operands.front();
  if (auto pad = dyn_cast<tensor::PadOp>(op)) {
    for (auto [dim, extent] : llvm::enumerate(operands.front()))
      if (extent && !(isZeroInteger(pad.getMixedLowPad()[dim]) && isZeroInteger(pad.getMixedHighPad()[dim])))
        return refuse(op, dim, extent) << "along which nothing can be padded";
    return operands.front();
  }
  auto join = [&](auto &&takesPart) -> FailureOr<Extents> {
    Extents joined(rank);
    SmallVector<bool> isFixed(rank, false);
    for (auto [operand, extents] : llvm::zip(op->getOperands(), operands))
      for (auto [dim, extent] : llvm::enumerate(extents)) {
        if (extent && !takesPart(operand, dim))
          return refuse(op, dim, extent) << "along which tensors are joined";
        if (takesPart(operand, dim) &&
            failed(meet(op, extent, isFlexible(operand), "dimension", dim, joined[dim], isFixed[dim])))
          return failure();
      }
    return joined;
  };
  if (auto concat = dyn_cast<tensor::ConcatOp>(op))
    return join([&](Value, unsigned dim) { return dim != concat.getDim(); });
  if (auto insert = dyn_cast<tensor::InsertSliceOp>(op); insert && insert.getSourceType().getRank() == rank)
    return join([&](Value, unsigned dim) {
      return insert.getSourceType().getDimSize(dim) == insert.getType().getDimSize(dim);
    });
  if (OpTrait::hasElementwiseMappableTraits(op))
    return join([](Value, unsigned) { return true; });
  for (Extents &extents : operands)
    for (auto [dim, extent] : llvm::enumerate(extents))
      if (extent)
        return refuse(op, dim, extent) << "which '" << op->getName() << "' cannot keep apart from what lies beyond";
  return failure();
}

FailureOr<Extents> ValueExtents::getCarried(RepeatOp repeat, unsigned index) {
  FailureOr<Extents> entering = get(repeat.getCarried()[index]), leaving = get(repeat.getYield().getOperand(index));
  if (failed(entering) || failed(leaving))
    return failure();
  for (auto [dim, extents] : llvm::enumerate(llvm::zip(*entering, *leaving)))
    if (auto [before, after] = extents; before != after) {
      auto spell = [](ExtentAttr extent) { return extent ? "the run-time size " + extent.str() : "a fixed size"; };
      return repeat.emitError() << "carried value " << index << " has " << spell(before) << " along dimension " << dim
                                << " before the first repetition, and " << spell(after) << " after each";
    }
  return entering;
}

FailureOr<Extents> ValueExtents::compute(Value tensor) {
  if (auto result = dyn_cast<OpResult>(tensor))
    return computeResult(result);
  Extents none(typeOf(tensor).getRank());
  auto argument = cast<BlockArgument>(tensor);
  if (auto row = dyn_cast<RowOp>(argument.getOwner()->getParentOp()))
    return get(row.getInputs()[argument.getArgNumber()]);
  if (auto repeat = dyn_cast<RepeatOp>(argument.getOwner()->getParentOp())) {
    FailureOr<Extents> extents = get(repeat->getOperand(argument.getArgNumber() - 1));
    if (succeeded(extents) && llvm::is_contained(repeat.getSliceArguments(), argument))
      extents->erase(extents->begin());
    return extents;
  }
  auto function = dyn_cast<func::FuncOp>(argument.getOwner()->getParentOp());
  auto dims = function ? function.getArgAttrOfType<ArrayAttr>(argument.getArgNumber(), dimsAttr) : ArrayAttr();
  if (!dims)
    return none;
  if (dims.size() != none.size())
    return function.emitError() << "argument " << argument.getArgNumber() << " has rank " << none.size()
                                << ", but its '" << dimsAttr << "' lists " << dims.size() << " extents";
  for (auto [extent, attribute] : llvm::zip(none, dims))
    if (auto given = dyn_cast<ExtentAttr>(attribute); given && !given.isConstant())
      extent = given;
  return none;
}
