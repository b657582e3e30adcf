//===- Work.cpp - How much a model computes -------------------------------------------------------------------===//

#include "Driver/Work.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace st;

int64_t st::saturatingMultiply(int64_t a, int64_t b) {
  int64_t result;
  return llvm::MulOverflow(a, b, result) ? std::numeric_limits<int64_t>::max() : result;
}

int64_t st::saturatingAdd(int64_t a, int64_t b) {
  int64_t result;
  return llvm::AddOverflow(a, b, result) ? std::numeric_limits<int64_t>::max() : result;
}

Work &Work::operator+=(const Work &other) {
  multiplyAdds = saturatingAdd(multiplyAdds, other.multiplyAdds);
  otherOperations = saturatingAdd(otherOperations, other.otherOperations);
  return *this;
}

static bool isMultiply(Operation *op) { return isa_and_nonnull<arith::MulFOp, arith::MulIOp>(op); }

/// Changes of format are wires, not work.
static Operation *skipCasts(Operation *op) {
  while (isa_and_nonnull<arith::ExtFOp, arith::ExtSIOp, arith::ExtUIOp, arith::TruncFOp, arith::TruncIOp>(op))
    op = op->getOperand(0).getDefiningOp();
  return op;
}

/// Whether `op` adds a product to the result so far.
static bool isMultiplyAdd(Operation &op, Block &body, unsigned numInputs) {
  if (!isa<arith::AddFOp, arith::AddIOp>(op))
    return false;
  for (unsigned index : {0, 1}) {
    auto sum = dyn_cast<BlockArgument>(op.getOperand(index));
    if (sum && sum.getOwner() == &body && sum.getArgNumber() >= numInputs &&
        isMultiply(skipCasts(op.getOperand(1 - index).getDefiningOp())))
      return true;
  }
  return false;
}

/// Arithmetic on data; computing indices and changing formats is not counted.
static bool isArithmetic(Operation &op) {
  if (isa<arith::ConstantOp>(op) || op.getNumResults() != 1 || op.getResult(0).getType().isIndex() ||
      skipCasts(&op) != &op)
    return false;
  return isa_and_nonnull<arith::ArithDialect, math::MathDialect>(op.getDialect());
}

Work st::countWork(linalg::LinalgOp op) {
  int64_t iterations = 1;
  for (int64_t extent : op.getStaticLoopRanges())
    iterations = saturatingMultiply(iterations, std::max<int64_t>(extent, 0));
  Block &body = op->getRegion(0).front();
  int64_t multiplyAdds = 0, others = 0;
  for (Operation &inner : body) {
    others += isArithmetic(inner);
    multiplyAdds += isMultiplyAdd(inner, body, op.getNumDpsInputs());
  }
  // The product and the sum of a multiply-add are not counted again.
  others -= 2 * multiplyAdds;
  return {saturatingMultiply(iterations, multiplyAdds), saturatingMultiply(iterations, others)};
}
