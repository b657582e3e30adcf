//===- LoopOrders.h - In which order operations run their loops -------------------------------------*- C++ -*-===//

#ifndef ST_TRANSFORMS_TILE_LOOPORDERS_H
#define ST_TRANSFORMS_TILE_LOOPORDERS_H

#include "Transforms/Tile/StreamedOp.h"

namespace st {

/// The loop orders, from the order in which operands arrive. Where nothing arrives that is computed, the order is the
/// one in which a window further on wants its rows.
class LoopOrders {
public:
  using Dims = llvm::SmallVector<int64_t>;

  /// `ops` in the order of `block`.
  LoopOrders(mlir::Block &block, llvm::ArrayRef<StreamedOp> ops);

  /// By operation.
  llvm::ArrayRef<llvm::SmallVector<int64_t>> getLoopOrders() const { return loopOrders; }
  /// The dimensions of `tensor` in the order in which it streams or should stream, slowest first; all of them.
  Dims getStreamOrder(const StreamedTensor &tensor, const StreamedOp &op) const;

private:
  void wantRowsFirst(const StreamedOp &op);
  llvm::SmallVector<int64_t> choose(const StreamedOp &op);
  llvm::SmallVector<int64_t> getArrivalOrder(const StreamedOp &op) const;
  const StreamedTensor *findLead(const StreamedOp &op) const;

  llvm::SmallVector<llvm::SmallVector<int64_t>> loopOrders;
  /// Dimensions of computed tensors, slowest first; and of tensors that lead to windows.
  llvm::DenseMap<mlir::Value, Dims> streamOrder, wantedOrder;
};

} // namespace st

#endif // ST_TRANSFORMS_TILE_LOOPORDERS_H
