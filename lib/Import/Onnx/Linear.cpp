// Matrix products.

#include "Import/Onnx/MatMul.h"
#include "Import/Onnx/ScalarAlgebra.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"

using namespace mlir;

namespace st::onnximport {
namespace {

/// linalg.matmul or linalg.batch_matmul.
template <typename Op> Value emitNamed(NodeImporter &node, Value a, Value b, ArrayRef<int64_t> shape) {
  Value zeros = emitZeros(node.builder, node.loc, shape, cast<RankedTensorType>(a.getType()).getElementType());
  return Op::create(node.builder, node.loc, ValueRange{a, b}, ValueRange{zeros}).getResult(0);
}

} // namespace

FailureOr<MatMulShape> readMatMul(NodeImporter &node, unsigned aIndex, unsigned bIndex) {
  const GraphValue &a = node.input(aIndex), &b = node.input(bIndex);
  if (a.rank() == 0 || b.rank() == 0)
    return node.emitError() << "a scalar operand; use Mul";
  bool aIsVector = a.rank() == 1, bIsVector = b.rank() == 1;
  ArrayRef<int64_t> aBatch = ArrayRef<int64_t>(a.shape).drop_back(aIsVector ? 1 : 2);
  ArrayRef<int64_t> bBatch = ArrayRef<int64_t>(b.shape).drop_back(bIsVector ? 1 : 2);
  std::optional<Shape> batch = broadcastShapes(aBatch, bBatch);
  if (!batch || a.shape.back() != b.shape[bIsVector ? 0 : b.rank() - 2])
    return node.emitError() << "shapes " << toString(a.shape) << " and " << toString(b.shape) << " do not multiply";
  Shape shape = *batch;
  if (!aIsVector)
    shape.push_back(a.shape[a.rank() - 2]);
  if (!bIsVector)
    shape.push_back(b.shape.back());

  // Loops: the batch, the row if a has one, the column if b has one, then the reduction.
  MLIRContext *context = node.builder.getContext();
  unsigned numParallel = shape.size();
  AffineExpr reduction = getAffineDimExpr(numParallel, context);
  AffineExpr row = getAffineDimExpr(batch->size(), context);
  AffineExpr column = getAffineDimExpr(numParallel ? numParallel - 1 : 0, context);
  auto operandMap = [&](ArrayRef<int64_t> operandBatch, ArrayRef<AffineExpr> matrix) {
    SmallVector<AffineExpr> results(broadcastMap(operandBatch, *batch, context).getResults());
    results.append(matrix.begin(), matrix.end());
    return AffineMap::get(numParallel + 1, 0, results, context);
  };
  AffineMap aMap = aIsVector ? operandMap(aBatch, {reduction}) : operandMap(aBatch, {row, reduction});
  AffineMap bMap = bIsVector ? operandMap(bBatch, {reduction}) : operandMap(bBatch, {reduction, column});
  return MatMulShape{shape, aMap, bMap};
}

namespace {

LogicalResult importMatMul(NodeImporter &node) {
  const GraphValue &a = node.input(0), &b = node.input(1);
  if (a.type != b.type)
    return node.emitError() << "operands of types " << elementName(a.type) << " and " << elementName(b.type)
                            << "; insert a Cast";
  FailureOr<MatMulShape> product = readMatMul(node, 0, 1);
  if (failed(product))
    return failure();
  const Shape &shape = product->shape;
  Value aValue = node.value(0), bValue = node.value(1), result;
  if (a.rank() == 2 && b.rank() == 2)
    result = emitNamed<linalg::MatmulOp>(node, aValue, bValue, shape);
  else if (a.rank() == 3 && b.rank() == 3 && a.shape[0] == b.shape[0])
    result = emitNamed<linalg::BatchMatmulOp>(node, aValue, bValue, shape);
  else
    result = emitSumOfProducts(node.builder, node.loc,
                               {{aValue, a.type, product->aMap}, {bValue, b.type, product->bMap}}, shape, a.type, 1);
  node.setOutput(0, a.type, result);
  return success();
}

/// alpha * A' * B' + beta * C. A transposed operand is only read in another
/// order.
LogicalResult importGemm(NodeImporter &node) {
  const GraphValue &a = node.input(0), &b = node.input(1);
  if (a.rank() != 2 || b.rank() != 2)
    return node.emitError() << "operands of rank " << a.rank() << " and " << b.rank() << ", two matrices are needed";
  if (a.type != b.type || (node.hasInput(2) && node.input(2).type != a.type))
    return node.emitError() << "operands of different types; insert a Cast";
  bool transA = node.getInt("transA", 0), transB = node.getInt("transB", 0);
  double alpha = node.getFloat("alpha", 1), beta = node.getFloat("beta", 1);
  int64_t k = a.shape[transA ? 0 : 1];
  Shape shape{a.shape[transA ? 1 : 0], b.shape[transB ? 0 : 1]};
  if (k != b.shape[transB ? 1 : 0])
    return node.emitError() << "shapes " << toString(a.shape) << (transA ? " (transposed)" : "") << " and "
                            << toString(b.shape) << (transB ? " (transposed)" : "") << " do not multiply";
  bool hasBias = node.hasInput(2) && beta != 0;
  if (hasBias && broadcastShapes(node.input(2).shape, shape) != shape)
    return node.emitError() << "shape " << toString(node.input(2).shape) << " of C does not broadcast to "
                            << toString(shape);

  Value aValue = node.value(0), bValue = node.value(1), product;
  if (!transA && !transB) {
    product = emitNamed<linalg::MatmulOp>(node, aValue, bValue, shape);
  } else {
    MLIRContext *context = node.builder.getContext();
    AffineExpr row, column, reduction;
    bindDims(context, row, column, reduction);
    auto map = [&](AffineExpr first, AffineExpr second) { return AffineMap::get(3, 0, {first, second}, context); };
    AffineMap aMap = transA ? map(reduction, row) : map(row, reduction);
    AffineMap bMap = transB ? map(column, reduction) : map(reduction, column);
    product =
        emitSumOfProducts(node.builder, node.loc, {{aValue, a.type, aMap}, {bValue, b.type, bMap}}, shape, a.type, 1);
  }
  if (!hasBias && alpha == 1) {
    node.setOutput(0, a.type, product);
    return success();
  }
  SmallVector<ElementwiseOperand> operands{product};
  if (hasBias)
    operands.push_back(elementwiseOperand(node, 2));
  auto body = [&](OpBuilder &builder, Location loc, ValueRange scalars) {
    EmitAlgebra algebra(builder, loc, a.type);
    Value result = scalars[0];
    if (alpha != 1)
      result = algebra.mul(algebra.constant(alpha), result);
    if (hasBias)
      result = algebra.add(result, beta == 1 ? scalars[1] : algebra.mul(algebra.constant(beta), scalars[1]));
    return result;
  };
  node.setOutput(
      0, a.type,
      emitElementwise(node.builder, node.loc, operands, shape, toMlirType(a.type, node.builder.getContext()), body));
  return success();
}

} // namespace

void registerLinear(OpRegistry &registry) {
  registry["MatMul"] = importMatMul;
  registry["Gemm"] = importGemm;
}

} // namespace st::onnximport
