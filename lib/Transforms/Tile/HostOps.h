//===- HostOps.h - What stands between nests --------------------------------------------------------*- C++ -*-===//

#ifndef ST_TRANSFORMS_TILE_HOSTOPS_H
#define ST_TRANSFORMS_TILE_HOSTOPS_H

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/SmallVector.h"
#include <utility>

namespace st {

/// Pairs of a dimension of `op`'s operand and one of its result that are the same dimension: of padding all, of a
/// reshape those that it leaves alone. Empty for anything else.
inline llvm::SmallVector<std::pair<unsigned, unsigned>> getCommonDims(mlir::Operation &op) {
  llvm::SmallVector<std::pair<unsigned, unsigned>> dims;
  if (auto pad = llvm::dyn_cast<mlir::tensor::PadOp>(op))
    for (int64_t dim = 0; dim < pad.getSourceType().getRank(); ++dim)
      dims.push_back({dim, dim});
  auto addReshape = [&](llvm::ArrayRef<mlir::ReassociationIndices> groups, bool isCollapse) {
    for (auto [index, group] : llvm::enumerate(groups))
      if (group.size() == 1)
        dims.push_back(isCollapse ? std::pair<unsigned, unsigned>(group[0], index)
                                  : std::pair<unsigned, unsigned>(index, group[0]));
  };
  if (auto collapse = llvm::dyn_cast<mlir::tensor::CollapseShapeOp>(op))
    addReshape(collapse.getReassociationIndices(), true);
  if (auto expand = llvm::dyn_cast<mlir::tensor::ExpandShapeOp>(op))
    addReshape(expand.getReassociationIndices(), false);
  return dims;
}

} // namespace st

#endif // ST_TRANSFORMS_TILE_HOSTOPS_H
