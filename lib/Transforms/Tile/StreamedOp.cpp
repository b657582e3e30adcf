//===- StreamedOp.cpp - An operation as tiling sees it -------------------------------------------------------===//

#include "Transforms/Tile/StreamedOp.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace st {

static constexpr llvm::StringLiteral tileSizesAttr = "st.tile_sizes";
static constexpr llvm::StringLiteral loopOrderAttr = "st.loop_order";

static StreamedOp fromGeneric(linalg::GenericOp op) {
  StreamedOp result;
  result.op = op;
  result.extents = op.getStaticLoopRanges();
  for (utils::IteratorType type : op.getIteratorTypesArray())
    result.loops.push_back(type == utils::IteratorType::parallel ? LoopKind::Parallel : LoopKind::Reduction);
  for (OpOperand *operand : op.getDpsInputOperands())
    if (isa<RankedTensorType>(operand->get().getType()))
      result.operands.push_back({operand->get(), op.getMatchingIndexingMap(operand)});
  for (OpOperand &init : op.getDpsInitsMutable())
    result.results.push_back({op.getTiedOpResult(&init), op.getMatchingIndexingMap(&init)});
  return result;
}

static StreamedOp fromRowOp(RowOp op) {
  StreamedOp result;
  result.op = op;
  result.extents.assign(op.getDomain().begin(), op.getDomain().end());
  for (size_t dim = 0; dim < result.extents.size(); ++dim)
    result.loops.push_back(dim < op.getNumRowDims() ? LoopKind::Parallel : LoopKind::Column);
  for (auto [value, map] : llvm::zip(op.getInputs(), op.getInputMaps().getAsValueRange<AffineMapAttr>()))
    result.operands.push_back({value, map});
  for (auto [value, map] : llvm::zip(op.getResults(), op.getResultMaps().getAsValueRange<AffineMapAttr>()))
    result.results.push_back({value, map});
  return result;
}

std::optional<StreamedOp> StreamedOp::get(Operation *op) {
  if (auto generic = dyn_cast<linalg::GenericOp>(op))
    return fromGeneric(generic);
  if (auto row = dyn_cast<RowOp>(op))
    return fromRowOp(row);
  return std::nullopt;
}

bool StreamedOp::isContraction() const { return operands.size() > 1 && llvm::is_contained(loops, LoopKind::Reduction); }

bool StreamedOp::isBatch(unsigned loop) const {
  auto isIn = [&](const StreamedTensor &tensor) { return tensor.map.isFunctionOfDim(loop); };
  return isContraction() && loops[loop] == LoopKind::Parallel && llvm::all_of(operands, isIn) &&
         llvm::all_of(results, isIn);
}

unsigned StreamedOp::countParallel() const {
  return llvm::count_if(loops, [](LoopKind kind) { return kind != LoopKind::Reduction; });
}

StringRef StreamedOp::getKindName() const {
  if (isa<RowOp>(op))
    return "row";
  if (isContraction())
    return "matmul";
  return llvm::is_contained(loops, LoopKind::Reduction) ? "reduce" : "elementwise";
}

std::optional<Tiling> Tiling::get(Operation *op) {
  auto sizes = op->getAttrOfType<DenseI64ArrayAttr>(tileSizesAttr);
  auto order = op->getAttrOfType<DenseI64ArrayAttr>(loopOrderAttr);
  if (!sizes || !order)
    return std::nullopt;
  return Tiling{llvm::to_vector(sizes.asArrayRef()), llvm::to_vector(order.asArrayRef())};
}

void Tiling::set(Operation *op) const {
  op->setAttr(tileSizesAttr, DenseI64ArrayAttr::get(op->getContext(), tileSizes));
  op->setAttr(loopOrderAttr, DenseI64ArrayAttr::get(op->getContext(), loopOrder));
}

void Tiling::remove(Operation *op) {
  op->removeAttr(tileSizesAttr);
  op->removeAttr(loopOrderAttr);
}

bool comesFromArgument(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (!isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp, tensor::ExtractSliceOp>(op))
      return false;
    value = op->getOperand(0);
  }
  return true;
}

bool isConstant(Value value) { return matchPattern(value, m_Constant()); }

} // namespace st
