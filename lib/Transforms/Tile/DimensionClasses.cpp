//===- DimensionClasses.cpp - Dimensions that several operations share ---------------------------------------===//

#include "Transforms/Tile/DimensionClasses.h"
#include "Dialect/Repeat.h"

#include "Transforms/Tile/HostOps.h"

using namespace mlir;

namespace st {

unsigned DimensionClasses::reserve(unsigned count) {
  numNodes += count;
  return numNodes - count;
}

unsigned DimensionClasses::nodeOf(Value tensor, unsigned dim) {
  auto [known, isNew] = firstDim.try_emplace(tensor, numNodes);
  if (isNew)
    reserve(cast<RankedTensorType>(tensor.getType()).getRank());
  return known->second + dim;
}

DimensionClasses::DimensionClasses(Block &block, ArrayRef<StreamedOp> ops) {
  SmallVector<std::pair<unsigned, unsigned>> joins;
  for (const StreamedOp &op : ops) {
    unsigned first = firstLoop[op.op] = reserve(op.extents.size());
    for (const auto *tensors : {&op.operands, &op.results})
      for (const StreamedTensor &tensor : *tensors)
        for (auto [dim, expr] : llvm::enumerate(tensor.map.getResults())) {
          unsigned node = nodeOf(tensor.value, dim);
          if (auto loop = getLoop(expr))
            joins.push_back({node, first + *loop});
        }
  }
  for (Operation &op : block)
    for (auto [source, result] : getCommonDims(op))
      joins.push_back({nodeOf(op.getOperand(0), source), nodeOf(op.getResult(0), result)});
  // What a repetition yields, the next one finds.
  if (auto repeat = dyn_cast<RepeatOp>(block.getParentOp()))
    for (auto [argument, yielded] : llvm::zip(repeat.getCarriedArguments(), repeat.getYield().getOperands()))
      for (int64_t dim = 0; dim < cast<RankedTensorType>(argument.getType()).getRank(); ++dim)
        joins.push_back({nodeOf(argument, dim), nodeOf(yielded, dim)});
  classes.grow(numNodes);
  for (auto [a, b] : joins)
    classes.join(a, b);
  classes.compress();
}

} // namespace st
