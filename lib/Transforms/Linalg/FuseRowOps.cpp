//===- FuseRowOps.cpp - Operations that need a whole row before they can emit --------------------------------===//
//
// A row group grows from one reduction: its parallel loops are the rows, its reduction loops the rest of the common
// iteration space (the domain). Readers of the group's values join, and producers that only the group reads, as long
// as their loops lie in the domain and nothing outside the group stands between two members.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "Transforms/Linalg/Forms.h"
#include "Transforms/Linalg/Passes.h"

#include "mlir/Analysis/TopologicalSortUtils.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace st {
#define GEN_PASS_DEF_FUSEROWOPS
#include "Transforms/Linalg/Passes.h.inc"

namespace {

/// For each loop of an operation, or each dimension of a tensor, the dimension of the domain that it is.
using DomainDims = SmallVector<unsigned>;

class RowGroup {
public:
  explicit RowGroup(linalg::GenericOp seed);

  /// Whether the group has formed: an operation over whole rows depends on a reduction and reads what the reduction
  /// read.
  bool needsWholeRows() const;
  /// Adds all of `candidates` (in block order) that belong to the group.
  void grow(ArrayRef<linalg::GenericOp> candidates);
  /// Replaces the members by one row operation.
  void outline();

private:
  std::optional<DomainDims> placeLoops(linalg::GenericOp op) const;
  bool isPlacedBy(linalg::GenericOp op, const DomainDims &loops) const;
  bool isMember(Value value) const { return value.getDefiningOp() && members.contains(value.getDefiningOp()); }
  bool isConvexWith(Operation *added) const;
  void add(linalg::GenericOp op, const DomainDims &loops);
  bool coversColumns(Value value) const;
  AffineMap getDomainMap(Value value) const;

  SmallVector<int64_t> extents;
  unsigned numRows;
  llvm::SetVector<Operation *> members;
  /// Where the tensors that members read or compute lie in the domain.
  DenseMap<Value, DomainDims> dims;
};

DomainDims mapDims(AffineMap map, const DomainDims &loops) {
  DomainDims result;
  for (AffineExpr expr : map.getResults())
    result.push_back(loops[cast<AffineDimExpr>(expr).getPosition()]);
  return result;
}

bool isCandidate(linalg::GenericOp op) {
  // A window or a read by index is no matter of rows.
  return op->getNumResults() == 1 && op.hasPureTensorSemantics() && !op->hasAttr(hostAttr) && !isGather(op) &&
         llvm::all_of(op.getIndexingMapsArray(), [](AffineMap map) { return map.isProjectedPermutation(); });
}

/// A reduction of one tensor, not a contraction: each of its operands covers all of its loops.
bool isRowReduction(linalg::GenericOp op) {
  return op.getNumReductionLoops() > 0 && op.getNumDpsInputs() > 0 &&
         llvm::all_of(op.getDpsInputOperands(),
                      [&](OpOperand *operand) { return op.getMatchingIndexingMap(operand).isPermutation(); });
}

RowGroup::RowGroup(linalg::GenericOp seed) {
  SmallVector<int64_t> ranges = seed.getStaticLoopRanges();
  DomainDims loops(seed.getNumLoops());
  for (bool rows : {true, false}) {
    for (auto [loop, type] : llvm::enumerate(seed.getIteratorTypesArray()))
      if ((type == utils::IteratorType::parallel) == rows) {
        loops[loop] = extents.size();
        extents.push_back(ranges[loop]);
      }
    if (rows)
      numRows = extents.size();
  }
  add(seed, loops);
}

void RowGroup::add(linalg::GenericOp op, const DomainDims &loops) {
  members.insert(op);
  for (OpOperand *operand : op.getDpsInputOperands())
    if (isa<RankedTensorType>(operand->get().getType()))
      dims.try_emplace(operand->get(), mapDims(op.getMatchingIndexingMap(operand), loops));
  dims.try_emplace(op.getResult(0), mapDims(op.getMatchingIndexingMap(op.getDpsInitOperand(0)), loops));
}

/// Whether all tensors that the group knows lie in the domain as `loops` would have them.
bool RowGroup::isPlacedBy(linalg::GenericOp op, const DomainDims &loops) const {
  SmallVector<int64_t> ranges = op.getStaticLoopRanges();
  for (auto [loop, dim] : llvm::enumerate(loops))
    if (ranges[loop] != extents[dim])
      return false;
  for (OpOperand &operand : op->getOpOperands()) {
    bool isInit = op.isDpsInit(&operand);
    auto known = dims.find(isInit ? op.getResult(0) : operand.get());
    if (known != dims.end() && known->second != mapDims(op.getMatchingIndexingMap(&operand), loops))
      return false;
  }
  return true;
}

std::optional<DomainDims> RowGroup::placeLoops(linalg::GenericOp op) const {
  constexpr unsigned unknown = ~0u;
  DomainDims loops(op.getNumLoops(), unknown);
  SmallVector<bool> used(extents.size(), false);
  for (OpOperand &operand : op->getOpOperands()) {
    auto known = dims.find(op.isDpsInit(&operand) ? op.getResult(0) : operand.get());
    if (known == dims.end())
      continue;
    for (auto [expr, dim] : llvm::zip(op.getMatchingIndexingMap(&operand).getResults(), known->second)) {
      loops[cast<AffineDimExpr>(expr).getPosition()] = dim;
      used[dim] = true;
    }
  }
  // What no known tensor places takes the free dimensions in order.
  unsigned next = 0;
  for (unsigned &loop : loops)
    if (loop == unknown) {
      while (next < extents.size() && used[next])
        ++next;
      if (next == extents.size())
        return std::nullopt;
      loop = next;
      used[next] = true;
    }
  // Rows are the loops of every member, and reductions only run over the rest.
  SmallVector<bool> covered(extents.size(), false);
  for (auto [loop, type] : llvm::zip(loops, op.getIteratorTypesArray())) {
    if (covered[loop] || (type == utils::IteratorType::reduction && loop < numRows))
      return std::nullopt;
    covered[loop] = true;
  }
  if (llvm::is_contained(ArrayRef<bool>(covered).take_front(numRows), false) || !isPlacedBy(op, loops))
    return std::nullopt;
  return loops;
}

/// No path leaves the group (with `added`) and comes back.
bool RowGroup::isConvexWith(Operation *added) const {
  llvm::SmallPtrSet<Operation *, 16> visited;
  SmallVector<Operation *> worklist;
  auto isInside = [&](Operation *op) { return op == added || members.contains(op); };
  // A reader by index uses the value inside its body.
  auto getReaders = [&](Operation *op) {
    return llvm::map_to_vector(op->getUsers(),
                               [&](Operation *user) { return added->getBlock()->findAncestorOpInBlock(*user); });
  };
  auto leave = [&](Operation *op) {
    for (Operation *user : getReaders(op))
      if (!isInside(user) && visited.insert(user).second)
        worklist.push_back(user);
  };
  for (Operation *member : members)
    leave(member);
  leave(added);
  while (!worklist.empty()) {
    Operation *op = worklist.pop_back_val();
    for (Operation *user : getReaders(op)) {
      if (isInside(user))
        return false;
      if (visited.insert(user).second)
        worklist.push_back(user);
    }
  }
  return true;
}

void RowGroup::grow(ArrayRef<linalg::GenericOp> candidates) {
  for (bool changed = true; changed;) {
    changed = false;
    for (linalg::GenericOp op : candidates) {
      if (members.contains(op) || (op.getNumReductionLoops() > 0 && !isRowReduction(op)))
        continue;
      bool isReader = llvm::any_of(op.getInputs(), [&](Value operand) { return isMember(operand); });
      bool isProducer =
          !op->use_empty() && llvm::all_of(op->getUsers(), [&](Operation *user) { return members.contains(user); });
      if (!isReader && !isProducer)
        continue;
      auto loops = placeLoops(op);
      if (!loops || !isConvexWith(op))
        continue;
      add(op, *loops);
      changed = true;
    }
  }
}

bool RowGroup::coversColumns(Value value) const {
  auto known = dims.find(value);
  return known != dims.end() && llvm::any_of(known->second, [&](unsigned dim) { return dim >= numRows; });
}

bool RowGroup::needsWholeRows() const {
  for (Operation *reduction : members) {
    if (cast<linalg::GenericOp>(reduction).getNumReductionLoops() == 0)
      continue;
    // What the reduction read, directly or through other members, over whole rows.
    DenseSet<Value> before;
    SmallVector<Operation *> worklist{reduction};
    while (!worklist.empty())
      for (Value operand : worklist.pop_back_val()->getOperands())
        if (coversColumns(operand) && before.insert(operand).second && isMember(operand))
          worklist.push_back(operand.getDefiningOp());
    DenseSet<Operation *> after;
    worklist.push_back(reduction);
    while (!worklist.empty())
      for (Operation *user : worklist.pop_back_val()->getUsers())
        if (members.contains(user) && after.insert(user).second)
          worklist.push_back(user);
    for (Operation *op : after)
      if (llvm::any_of(op->getOperands(), [&](Value operand) { return before.contains(operand); }))
        return true;
  }
  return false;
}

AffineMap RowGroup::getDomainMap(Value value) const {
  return AffineMap::getMultiDimMapWithTargets(extents.size(), dims.at(value), value.getContext());
}

/// Clones what `value` stands for, unless an input or a member provides it.
void cloneInto(OpBuilder &builder, Value value, IRMapping &mapping) {
  Operation *op = value.getDefiningOp();
  if (mapping.contains(value) || !isa_and_nonnull<arith::ConstantOp, tensor::EmptyOp, linalg::FillOp, SizeOp>(op))
    return;
  for (Value operand : op->getOperands())
    cloneInto(builder, operand, mapping);
  builder.clone(*op, mapping);
}

void RowGroup::outline() {
  Block *block = members.front()->getBlock();
  SmallVector<Operation *> ordered = llvm::to_vector(members);
  llvm::sort(ordered, [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });

  llvm::SetVector<Value> inputs;
  SmallVector<Value> results;
  for (Operation *op : ordered) {
    for (Value operand : cast<linalg::GenericOp>(op).getInputs())
      if (isa<RankedTensorType>(operand.getType()) && !isMember(operand))
        inputs.insert(operand);
    if (llvm::any_of(op->getUsers(), [&](Operation *user) { return !members.contains(user); }))
      results.push_back(op->getResult(0));
  }
  OpBuilder builder(ordered.back());
  SmallVector<AffineMap> inputMaps, resultMaps;
  for (Value input : inputs)
    inputMaps.push_back(getDomainMap(input));
  for (Value result : results)
    resultMaps.push_back(getDomainMap(result));
  auto row =
      RowOp::create(builder, ordered.back()->getLoc(), TypeRange(ValueRange(results)), inputs.getArrayRef(), extents,
                    numRows, builder.getAffineMapArrayAttr(inputMaps), builder.getAffineMapArrayAttr(resultMaps));

  Block *body = builder.createBlock(&row.getBody());
  IRMapping mapping;
  for (Value input : inputs)
    mapping.map(input, body->addArgument(input.getType(), input.getLoc()));
  for (Operation *op : ordered) {
    // Constants, empties, and what a reduction starts from come along: the body is isolated.
    llvm::SetVector<Value> captured;
    getUsedValuesDefinedAbove(op->getRegions(), captured);
    captured.insert(op->operand_begin(), op->operand_end());
    for (Value value : captured)
      cloneInto(builder, value, mapping);
    builder.clone(*op, mapping);
  }
  YieldOp::create(builder, row.getLoc(),
                  llvm::to_vector(llvm::map_range(results, [&](Value value) { return mapping.lookup(value); })));
  for (auto [old, result] : llvm::zip(results, row.getResults()))
    old.replaceAllUsesWith(result);
  for (Operation *op : llvm::reverse(ordered))
    op->erase();
  sortTopologically(block);
}

struct FuseRowOps : impl::FuseRowOpsBase<FuseRowOps> {
  void runOnOperation() override {
    // Outlining erases the members, so the search starts again after each group.
    llvm::SmallPtrSet<Operation *, 8> rejected;
    while (formGroup(rejected))
      ++numRowOps;
  }

  bool formGroup(llvm::SmallPtrSetImpl<Operation *> &rejected) {
    SmallVector<linalg::GenericOp> candidates;
    for (auto op : getOperation().getBody().front().getOps<linalg::GenericOp>())
      if (isCandidate(op))
        candidates.push_back(op);
    for (linalg::GenericOp seed : candidates) {
      if (!isRowReduction(seed) || rejected.contains(seed))
        continue;
      RowGroup group(seed);
      group.grow(candidates);
      if (group.needsWholeRows()) {
        group.outline();
        return true;
      }
      rejected.insert(seed);
    }
    return false;
  }
};

} // namespace
} // namespace st
