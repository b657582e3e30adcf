//===- InlineAnalysis.h - Which values need no variable ---------------------------------------------*- C++ -*-===//

#ifndef ST_EMIT_COMMON_INLINEANALYSIS_H
#define ST_EMIT_COMMON_INLINEANALYSIS_H

#include "mlir/IR/Operation.h"
#include "llvm/ADT/DenseMap.h"

namespace st {

/// Decides which operations can be written inside the expression that uses them, instead of as a variable.
///
/// An operation with one use in its own block can, if nothing that lies between it and the statement that will contain
/// it changes what it computes. Operations on memory move past nothing that writes; reads of a FIFO past nothing that
/// has an effect.
class InlineAnalysis {
public:
  explicit InlineAnalysis(mlir::Block &body);

  bool canInline(mlir::Operation *op) const { return inlined.contains(op); }

private:
  void analyze(mlir::Block &block);

  /// Maps an operation that can be written inline to the statement that will contain it.
  llvm::DenseMap<mlir::Operation *, mlir::Operation *> inlined;
};

} // namespace st

#endif // ST_EMIT_COMMON_INLINEANALYSIS_H
