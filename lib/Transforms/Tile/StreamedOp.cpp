//===- StreamedOp.cpp - An operation as tiling sees it -------------------------------------------------------===//

#include "Transforms/Tile/StreamedOp.h"

#include "Transforms/Tile/WindowLoops.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;

namespace st {

static constexpr llvm::StringLiteral tileSizesAttr = "st.tile_sizes";
static constexpr llvm::StringLiteral loopOrderAttr = "st.loop_order";
static constexpr llvm::StringLiteral operandTilesAttr = "st.operand_tiles";
static constexpr llvm::StringLiteral operandOrdersAttr = "st.operand_orders";
/// What the linalg phase left to the host.
static constexpr llvm::StringLiteral hostAttr = "st.host";

/// What the linalg phase found out about run-time extents: of loops, and of tensors read by index.
static constexpr llvm::StringLiteral extentsAttr = "st.extents";
static constexpr llvm::StringLiteral capturedExtentsAttr = "st.captured_extents";

/// Run-time extents; null for constants.
static SmallVector<ExtentAttr> readExtents(ArrayAttr attribute) {
  return llvm::map_to_vector(attribute.getAsRange<ExtentAttr>(),
                             [](ExtentAttr extent) { return extent.isConstant() ? ExtentAttr() : extent; });
}

static SmallVector<ExtentAttr> getBounds(Operation *op, size_t numLoops) {
  auto attribute = op->getAttrOfType<ArrayAttr>(extentsAttr);
  return attribute ? readExtents(attribute) : SmallVector<ExtentAttr>(numLoops);
}

/// The loop whose index `value` is.
static std::optional<unsigned> getIndexLoop(Value value) {
  if (auto index = value.getDefiningOp<linalg::IndexOp>())
    return index.getDim();
  return std::nullopt;
}

/// Tensors from outside that the body reads by index. A dimension that all reads index by one and the same loop moves
/// with it, any other is whole.
static void addCaptures(linalg::GenericOp op, StreamedOp &result) {
  llvm::MapVector<Value, SmallVector<tensor::ExtractOp>> reads;
  op.getBody()->walk([&](tensor::ExtractOp read) {
    if (!op->isAncestor(read.getTensor().getParentBlock()->getParentOp()))
      reads[read.getTensor()].push_back(read);
  });
  AffineExpr computed = getAffineSymbolExpr(0, op.getContext());
  unsigned number = 0;
  for (auto &[tensor, users] : reads) {
    SmallVector<AffineExpr> dims;
    for (int64_t dim = 0; dim < cast<RankedTensorType>(tensor.getType()).getRank(); ++dim) {
      auto loop = getIndexLoop(users.front().getIndices()[dim]);
      bool isAligned = loop && llvm::all_of(users, [&](tensor::ExtractOp read) {
                         return getIndexLoop(read.getIndices()[dim]) == loop;
                       });
      // A loop that leaves elements out would end before the tensor does.
      isAligned &= loop && cast<RankedTensorType>(tensor.getType()).getDimSize(dim) == result.extents[*loop];
      dims.push_back(isAligned ? getAffineDimExpr(*loop, op.getContext()) : computed);
    }
    result.operands.push_back({tensor, AffineMap::get(op.getNumLoops(), 1, dims, op.getContext())});
    if (auto bounds = op->getAttrOfType<ArrayAttr>(capturedExtentsAttr))
      result.operands.back().bounds = readExtents(cast<ArrayAttr>(bounds[number]));
    ++number;
  }
}

static StreamedOp fromGeneric(linalg::GenericOp op) {
  StreamedOp result;
  result.op = op;
  result.extents = op.getStaticLoopRanges();
  result.bounds = getBounds(op, result.extents.size());
  for (utils::IteratorType type : op.getIteratorTypesArray())
    result.loops.push_back(type == utils::IteratorType::parallel ? LoopKind::Parallel : LoopKind::Reduction);
  for (OpOperand *operand : op.getDpsInputOperands())
    if (isa<RankedTensorType>(operand->get().getType()) && op.payloadUsesValueFromOperand(operand))
      result.operands.push_back({operand->get(), op.getMatchingIndexingMap(operand), operand});
  addCaptures(op, result);
  for (OpOperand &init : op.getDpsInitsMutable()) {
    AffineMap map = op.getMatchingIndexingMap(&init);
    if (op.payloadUsesValueFromOperand(&init) && !init.get().getDefiningOp<linalg::FillOp>())
      result.operands.push_back({init.get(), map, &init});
    result.results.push_back({op.getTiedOpResult(&init), map, &init});
  }
  findWindowLoops(result);
  return result;
}

static StreamedOp fromRowOp(RowOp op) {
  StreamedOp result;
  result.op = op;
  result.extents.assign(op.getDomain().begin(), op.getDomain().end());
  result.bounds = getBounds(op, result.extents.size());
  for (size_t dim = 0; dim < result.extents.size(); ++dim)
    result.loops.push_back(dim < op.getNumRowDims() ? LoopKind::Parallel : LoopKind::Column);
  for (auto [value, map] : llvm::zip(op.getInputs(), op.getInputMaps().getAsValueRange<AffineMapAttr>()))
    result.operands.push_back({value, map});
  for (auto [value, map] : llvm::zip(op.getResults(), op.getResultMaps().getAsValueRange<AffineMapAttr>()))
    result.results.push_back({value, map});
  result.isWhole.assign(result.extents.size(), false);
  result.isOutsideRows.assign(result.extents.size(), false);
  return result;
}

std::optional<StreamedOp> StreamedOp::get(Operation *op) {
  if (op->hasAttr(hostAttr))
    return std::nullopt;
  if (auto generic = dyn_cast<linalg::GenericOp>(op); generic && generic.hasPureTensorSemantics())
    return fromGeneric(generic);
  if (auto row = dyn_cast<RowOp>(op))
    return fromRowOp(row);
  return std::nullopt;
}

bool StreamedOp::hasReduction() const {
  auto generic = dyn_cast<linalg::GenericOp>(op);
  return generic && generic.getNumReductionLoops() > 0;
}

bool StreamedOp::hasCaptures() const {
  return llvm::any_of(operands, [](const StreamedTensor &tensor) { return tensor.isCaptured(); });
}

bool StreamedOp::isContraction() const {
  auto isFactor = [](const StreamedTensor &tensor) {
    auto generic = tensor.operand ? dyn_cast<linalg::GenericOp>(tensor.operand->getOwner()) : nullptr;
    return generic && !generic.isDpsInit(tensor.operand);
  };
  return hasReduction() && llvm::count_if(operands, isFactor) > 1;
}

bool StreamedOp::isBatch(unsigned loop) const {
  auto isIn = [&](const StreamedTensor &tensor) { return tensor.map.isFunctionOfDim(loop); };
  return isContraction() && !isWindow() && loops[loop] == LoopKind::Parallel && llvm::all_of(operands, isIn) &&
         llvm::all_of(results, isIn);
}

unsigned StreamedOp::countParallel() const {
  return llvm::count_if(loops, [](LoopKind kind) { return kind != LoopKind::Reduction; });
}

StringRef StreamedOp::getKindName() const {
  if (isa<RowOp>(op))
    return "row";
  if (isWindow())
    return isContraction() ? "conv" : hasReduction() ? "pool" : "window";
  if (hasCaptures())
    return "gather";
  if (isContraction())
    return "matmul";
  return hasReduction() ? "reduce" : "elementwise";
}

std::optional<Tiling> Tiling::get(Operation *op) {
  auto sizes = op->getAttrOfType<DenseI64ArrayAttr>(tileSizesAttr);
  auto order = op->getAttrOfType<DenseI64ArrayAttr>(loopOrderAttr);
  if (!sizes || !order)
    return std::nullopt;
  Tiling result{llvm::to_vector(sizes.asArrayRef()), llvm::to_vector(order.asArrayRef()), {}};
  auto tiles = op->getAttrOfType<ArrayAttr>(operandTilesAttr);
  auto orders = op->getAttrOfType<ArrayAttr>(operandOrdersAttr);
  if (tiles && orders)
    for (auto [tile, dims] : llvm::zip(tiles.getAsRange<DenseI64ArrayAttr>(), orders.getAsRange<DenseI64ArrayAttr>()))
      result.operands.push_back({llvm::to_vector(tile.asArrayRef()), llvm::to_vector(dims.asArrayRef())});
  return result;
}

void Tiling::set(Operation *op) const {
  Builder builder(op->getContext());
  op->setAttr(tileSizesAttr, builder.getDenseI64ArrayAttr(tileSizes));
  op->setAttr(loopOrderAttr, builder.getDenseI64ArrayAttr(loopOrder));
  if (operands.empty())
    return;
  SmallVector<Attribute> tiles, orders;
  for (const OperandTiling &operand : operands) {
    tiles.push_back(builder.getDenseI64ArrayAttr(operand.tileSizes));
    orders.push_back(builder.getDenseI64ArrayAttr(operand.order));
  }
  op->setAttr(operandTilesAttr, builder.getArrayAttr(tiles));
  op->setAttr(operandOrdersAttr, builder.getArrayAttr(orders));
}

void Tiling::remove(Operation *op) {
  for (StringRef name : {tileSizesAttr, loopOrderAttr, operandTilesAttr, operandOrdersAttr})
    op->removeAttr(name);
}

bool isConstant(Value value) { return matchPattern(value, m_Constant()); }

std::optional<unsigned> getLoop(AffineExpr expr) {
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return dim.getPosition();
  return std::nullopt;
}

bool isSum(AffineExpr expr) { return isa<AffineBinaryOpExpr>(expr); }

int64_t getCoefficient(AffineExpr expr, unsigned loop) {
  if (auto dim = getLoop(expr))
    return *dim == loop ? 1 : 0;
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return 0;
  if (binary.getKind() == AffineExprKind::Add)
    return getCoefficient(binary.getLHS(), loop) + getCoefficient(binary.getRHS(), loop);
  return getCoefficient(binary.getLHS(), loop) * getConstantTerm(binary.getRHS());
}

int64_t getConstantTerm(AffineExpr expr) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return constant.getValue();
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return 0;
  if (binary.getKind() == AffineExprKind::Add)
    return getConstantTerm(binary.getLHS()) + getConstantTerm(binary.getRHS());
  return getConstantTerm(binary.getLHS()) * getConstantTerm(binary.getRHS());
}

} // namespace st
