#include "Import/Mlir/GatherOperands.h"

#include "mlir/Dialect/Affine/Utils.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;

static bool divides(AffineMap map) {
  auto isDivision = [](AffineExpr expr) {
    auto kind = expr.getKind();
    return kind == AffineExprKind::FloorDiv || kind == AffineExprKind::CeilDiv || kind == AffineExprKind::Mod;
  };
  bool found = false;
  for (AffineExpr result : map.getResults())
    result.walk([&](AffineExpr expr) { found |= isDivision(expr); });
  return found;
}

/// `expr` of `loops`, which count from 0: without negative numbers in it, divisions are those of unsigned numbers.
static Value expand(OpBuilder &builder, Location loc, AffineExpr expr, ValueRange loops) {
  bool isNegative = false;
  expr.walk([&](AffineExpr inner) {
    auto constant = dyn_cast<AffineConstantExpr>(inner);
    isNegative |= constant && constant.getValue() < 0;
  });
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  bool isDivision = binary && (expr.getKind() == AffineExprKind::FloorDiv || expr.getKind() == AffineExprKind::Mod);
  if (isNegative || !isDivision)
    return affine::expandAffineExpr(builder, loc, expr, loops, /*symbolValues=*/{});
  Value left = expand(builder, loc, binary.getLHS(), loops), right = expand(builder, loc, binary.getRHS(), loops);
  return expr.getKind() == AffineExprKind::Mod ? arith::RemUIOp::create(builder, loc, left, right).getResult()
                                               : arith::DivUIOp::create(builder, loc, left, right).getResult();
}

/// The element of `operand` that `map` leads to, from the loops of the body that `builder` stands in.
static Value lookUp(OpBuilder &builder, Location loc, Value operand, AffineMap map) {
  SmallVector<Value> loops, places;
  for (unsigned dim = 0; dim < map.getNumDims(); ++dim)
    loops.push_back(linalg::IndexOp::create(builder, loc, dim));
  for (AffineExpr place : map.getResults())
    places.push_back(expand(builder, loc, place, loops));
  return tensor::ExtractOp::create(builder, loc, operand, places);
}

void st::mlirimport::gatherOperands(func::FuncOp entry) {
  IRRewriter rewriter(entry.getContext());
  entry.walk([&](linalg::GenericOp op) {
    SmallVector<unsigned> gathered;
    for (OpOperand *input : op.getDpsInputOperands())
      if (divides(op.getMatchingIndexingMap(input)))
        gathered.push_back(input->getOperandNumber());
    // The other operands have to say how far the loops run.
    SmallVector<AffineMap> maps;
    for (auto [number, map] : llvm::enumerate(op.getIndexingMapsArray()))
      if (!llvm::is_contained(gathered, number))
        maps.push_back(map);
    if (gathered.empty() || !inversePermutation(concatAffineMaps(maps, op.getContext())))
      return;
    Block *body = op.getBody();
    rewriter.setInsertionPointToStart(body);
    for (unsigned number : gathered) {
      Value element = lookUp(rewriter, op.getLoc(), op->getOperand(number), op.getIndexingMapsArray()[number]);
      body->getArgument(number).replaceAllUsesWith(element);
    }
    for (unsigned number : llvm::reverse(gathered)) {
      body->eraseArgument(number);
      op.getInputsMutable().erase(number);
    }
    op.setIndexingMapsAttr(rewriter.getAffineMapArrayAttr(maps));
  });
}
