// The few forms of linalg that all operators are made of.
#pragma once

#include "Import/Onnx/NodeImporter.h"

#include "mlir/IR/AffineMap.h"

namespace st::onnximport {

/// NumPy's broadcast of two shapes, or nothing if they do not fit.
std::optional<Shape> broadcastShapes(llvm::ArrayRef<int64_t> a, llvm::ArrayRef<int64_t> b);

/// The map from the loops of a result of shape `to` to an operand of shape
/// `from` that is broadcast to it: missing dimensions are dropped, repeated
/// ones read element 0.
mlir::AffineMap broadcastMap(llvm::ArrayRef<int64_t> from, llvm::ArrayRef<int64_t> to, mlir::MLIRContext *context);

/// What is computed per element: scalars in, one scalar out.
using ScalarBody = llvm::function_ref<mlir::Value(mlir::OpBuilder &, mlir::Location, mlir::ValueRange)>;

/// An operand of an element-wise operation: an SSA tensor, or a scalar
/// attribute that is placed in the body.
struct ElementwiseOperand {
  ElementwiseOperand(mlir::Value tensor) : tensor(tensor) {}
  ElementwiseOperand(mlir::TypedAttr scalar) : scalar(scalar) {}

  mlir::Value tensor;
  mlir::TypedAttr scalar;
};

/// Operand `index` of `node`: a constant whose elements are all equal becomes a
/// scalar.
ElementwiseOperand elementwiseOperand(NodeImporter &node, unsigned index);

/// A linalg.generic over `shape` with broadcast operands and elements of type
/// `elementType`.
mlir::Value emitElementwise(mlir::OpBuilder &builder, mlir::Location loc, llvm::ArrayRef<ElementwiseOperand> operands,
                            llvm::ArrayRef<int64_t> shape, mlir::Type elementType, ScalarBody body);

enum class ReduceKind { Sum, Max, Min, Product };

/// A linalg.generic that reduces `axes` (sorted), starting from the neutral
/// element. Kept dimensions become 1, others vanish.
mlir::Value emitReduce(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value input, ElementType type,
                       llvm::ArrayRef<int64_t> axes, bool keepDims, ReduceKind kind);

/// A tensor of zeros to accumulate in.
mlir::Value emitZeros(mlir::OpBuilder &builder, mlir::Location loc, llvm::ArrayRef<int64_t> shape,
                      mlir::Type elementType);

/// A linalg.generic that accumulates products; maps for the two operands and
/// the result, in this order.
mlir::Value emitContraction(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value a, mlir::Value b,
                            llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<mlir::AffineMap> maps, unsigned numParallel,
                            unsigned numReduction);

/// `input` under another shape with equally many elements: at most one
/// tensor.collapse_shape and one tensor.expand_shape.
mlir::Value emitReshape(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value input, llvm::ArrayRef<int64_t> shape);

/// linalg.transpose: dimension i of the result is dimension `permutation[i]` of
/// `input`.
mlir::Value emitTranspose(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value input,
                          llvm::ArrayRef<int64_t> permutation);

/// Arithmetic on scalars that is right for floating-point, signed and unsigned
/// integers.
class ScalarBuilder {
public:
  ScalarBuilder(mlir::OpBuilder &builder, mlir::Location loc, ElementType type)
      : builder(builder), loc(loc), type(type) {}

  mlir::Value constant(double value);
  mlir::Value add(mlir::Value a, mlir::Value b);
  mlir::Value sub(mlir::Value a, mlir::Value b);
  mlir::Value mul(mlir::Value a, mlir::Value b);
  mlir::Value div(mlir::Value a, mlir::Value b);
  mlir::Value max(mlir::Value a, mlir::Value b);
  mlir::Value min(mlir::Value a, mlir::Value b);

  mlir::OpBuilder &builder;
  mlir::Location loc;
  ElementType type;
};

} // namespace st::onnximport
