// NumPy's matmul as loops.
#pragma once

#include "Import/Onnx/Emit.h"

namespace st::onnximport {

/// The last two dimensions multiply, the others are a batch that broadcasts; a vector counts as a matrix with one row
/// (left) or one column (right), which the result does not have. The maps' loops are the result's dimensions and the
/// reduction.
struct MatMulShape {
  Shape shape;
  mlir::AffineMap aMap, bMap;
};

/// The shapes of operands `a` and `b`, checked.
mlir::FailureOr<MatMulShape> readMatMul(NodeImporter &node, unsigned a, unsigned b);

} // namespace st::onnximport
