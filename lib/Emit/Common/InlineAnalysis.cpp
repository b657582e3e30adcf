//===- InlineAnalysis.cpp - Which values need no variable -----------------------------------------------------===//

#include "Emit/Common/InlineAnalysis.h"
#include "Dialect/StDialect.h"
#include "Emit/Common/ScalarOperations.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace st;

InlineAnalysis::InlineAnalysis(Block &body) { analyze(body); }

/// Whether the statement `op` writes a buffer, a memory or a FIFO; loops and branches may.
static bool hasEffect(Operation *op) {
  return op->getNumRegions() != 0 || isa<memref::StoreOp, vector::StoreOp, StreamWriteOp, StreamReadOp>(op);
}

void InlineAnalysis::analyze(Block &block) {
  // From the last operation to the first, so that the statement of every user is known.
  for (Operation &op : llvm::reverse(block)) {
    for (Region &region : op.getRegions())
      for (Block &inner : region)
        analyze(inner);
    if (op.getNumResults() != 1 || !op.hasOneUse() || op.getNumRegions() != 0)
      continue;
    bool readsMemory = isa<memref::LoadOp, vector::LoadOp>(op);
    bool readsFifo = isa<StreamReadOp>(op);
    if (!readsMemory && !readsFifo && !isScalarOperation(&op) && !isa<vector::ExtractOp>(op))
      continue;
    Operation *user = *op.user_begin();
    if (user->getBlock() != &block)
      continue;
    auto outer = inlined.find(user);
    Operation *statement = outer != inlined.end() ? outer->second : user;
    // A value that a loop or branch takes (a bound, a condition, an initial value) is read when that starts.
    bool isMovable = true;
    if (readsMemory || readsFifo)
      for (Operation *between = op.getNextNode(); between != statement; between = between->getNextNode())
        if (hasEffect(between) || (readsFifo && isa<memref::LoadOp, vector::LoadOp>(between)))
          isMovable = false;
    if (isMovable)
      inlined[&op] = statement;
  }
}
