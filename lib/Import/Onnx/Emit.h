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

/// A constant that the importer made; a scalar where its elements are equal.
ElementwiseOperand constantOperand(NodeImporter &node, const HostTensor &constant);

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

/// As emitReduce, but what is reduced is computed by `body` from operands that broadcast to `shape`.
mlir::Value emitMapReduce(mlir::OpBuilder &builder, mlir::Location loc, llvm::ArrayRef<ElementwiseOperand> operands,
                          llvm::ArrayRef<int64_t> shape, ElementType type, llvm::ArrayRef<int64_t> axes, bool keepDims,
                          ReduceKind kind, ScalarBody body);

/// The value that `kind` starts from.
mlir::TypedAttr neutralElement(mlir::Builder &builder, ElementType type, ReduceKind kind);

/// One accumulation step.
mlir::Value combine(ReduceKind kind, ElementType type, mlir::OpBuilder &builder, mlir::Location loc, mlir::Value a,
                    mlir::Value b);

/// A factor of a sum of products: `zeroPoint` is subtracted from its elements first.
struct Factor {
  mlir::Value tensor;
  ElementType type;
  mlir::AffineMap map;
  int64_t zeroPoint = 0;
};

/// A linalg.generic that multiplies the factors, as elements of `type`, and adds up over the loops from `numParallel`
/// on; the loops before are the result's dimensions.
mlir::Value emitSumOfProducts(mlir::OpBuilder &builder, mlir::Location loc, llvm::ArrayRef<Factor> factors,
                              llvm::ArrayRef<int64_t> shape, ElementType type, unsigned numReduction);

/// A linalg.generic over `shape` whose body computes where to read: it gets the elements of `operands` (which
/// broadcast to `shape`) and, as index values, the position in the result.
using GatherBody =
    llvm::function_ref<mlir::Value(mlir::OpBuilder &, mlir::Location, mlir::ValueRange, mlir::ValueRange)>;
mlir::Value emitGatherGeneric(mlir::OpBuilder &builder, mlir::Location loc, llvm::ArrayRef<mlir::Value> operands,
                              llvm::ArrayRef<int64_t> shape, mlir::Type elementType, GatherBody body);

/// An integer element as a position in a dimension of size `extent`; negative ones count from the end.
mlir::Value emitPosition(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value element, int64_t extent);

/// tensor.pad with a value, which is a scalar.
mlir::Value emitPad(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value input, llvm::ArrayRef<int64_t> low,
                    llvm::ArrayRef<int64_t> high, mlir::Value padding);
mlir::Value emitPad(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value input, llvm::ArrayRef<int64_t> low,
                    llvm::ArrayRef<int64_t> high, mlir::TypedAttr padding);

/// tensor.extract_slice; `input` itself where that is all of it.
mlir::Value emitSlice(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value input, llvm::ArrayRef<int64_t> offsets,
                      llvm::ArrayRef<int64_t> sizes, llvm::ArrayRef<int64_t> steps);

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
  /// The remainder, with the sign of `a`.
  mlir::Value rem(mlir::Value a, mlir::Value b);

  mlir::OpBuilder &builder;
  mlir::Location loc;
  ElementType type;
};

} // namespace st::onnximport
