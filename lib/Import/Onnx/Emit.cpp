#include "Import/Onnx/Emit.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/ReshapeOpsUtils.h"

#include <limits>

using namespace mlir;

namespace st::onnximport {

using utils::IteratorType;

std::optional<Shape> broadcastShapes(ArrayRef<int64_t> a, ArrayRef<int64_t> b) {
  Shape result(std::max(a.size(), b.size()), 1);
  for (size_t back = 1; back <= result.size(); ++back) {
    int64_t fromA = back <= a.size() ? a[a.size() - back] : 1, fromB = back <= b.size() ? b[b.size() - back] : 1;
    if (fromA != fromB && fromA != 1 && fromB != 1)
      return std::nullopt;
    result[result.size() - back] = fromA == 1 ? fromB : fromA;
  }
  return result;
}

AffineMap broadcastMap(ArrayRef<int64_t> from, ArrayRef<int64_t> to, MLIRContext *context) {
  SmallVector<AffineExpr> results;
  size_t dropped = to.size() - from.size();
  for (size_t dim = 0; dim < from.size(); ++dim)
    results.push_back(from[dim] == to[dropped + dim] ? getAffineDimExpr(dropped + dim, context)
                                                     : getAffineConstantExpr(0, context));
  return AffineMap::get(to.size(), 0, results, context);
}

ElementwiseOperand elementwiseOperand(NodeImporter &node, unsigned index) {
  const HostTensor *constant = node.constant(index);
  if (constant && constant->isSplat())
    return constant->splatAttribute(node.builder.getContext());
  return node.value(index);
}

Value emitElementwise(OpBuilder &builder, Location loc, ArrayRef<ElementwiseOperand> operands, ArrayRef<int64_t> shape,
                      Type elementType, ScalarBody body) {
  MLIRContext *context = builder.getContext();
  SmallVector<Value> tensors;
  SmallVector<AffineMap> maps;
  // Where each operand comes from: a tensor's block argument, or -1 for a
  // scalar.
  SmallVector<int> positions;
  for (const ElementwiseOperand &operand : operands) {
    if (!operand.tensor) {
      positions.push_back(-1);
      continue;
    }
    auto known = llvm::find(tensors, operand.tensor);
    positions.push_back(known - tensors.begin());
    if (known != tensors.end())
      continue;
    tensors.push_back(operand.tensor);
    maps.push_back(broadcastMap(cast<RankedTensorType>(operand.tensor.getType()).getShape(), shape, context));
  }
  maps.push_back(builder.getMultiDimIdentityMap(shape.size()));
  Value empty = tensor::EmptyOp::create(builder, loc, shape, elementType);
  SmallVector<IteratorType> iterators(shape.size(), IteratorType::parallel);
  return linalg::GenericOp::create(builder, loc, empty.getType(), tensors, empty, maps, iterators,
                                   [&](OpBuilder &inner, Location innerLoc, ValueRange arguments) {
                                     SmallVector<Value> scalars;
                                     for (auto [operand, position] : llvm::zip(operands, positions))
                                       scalars.push_back(
                                           position >= 0 ? Value(arguments[position])
                                                         : arith::ConstantOp::create(inner, innerLoc, operand.scalar));
                                     linalg::YieldOp::create(inner, innerLoc, body(inner, innerLoc, scalars));
                                   })
      .getResult(0);
}

static TypedAttr neutralElement(Builder &builder, ElementType type, ReduceKind kind) {
  MLIRContext *context = builder.getContext();
  Type scalarType = toMlirType(type, context);
  if (kind == ReduceKind::Sum)
    return builder.getZeroAttr(scalarType);
  if (kind == ReduceKind::Product)
    return builder.getOneAttr(scalarType);
  bool isMax = kind == ReduceKind::Max;
  if (isFloat(type)) {
    double infinity = std::numeric_limits<double>::infinity();
    return builder.getFloatAttr(scalarType, isMax ? -infinity : infinity);
  }
  unsigned width = scalarType.getIntOrFloatBitWidth();
  bool noSign = isUnsigned(type) || type == ElementType::Bool;
  llvm::APInt value = isMax ? (noSign ? llvm::APInt::getMinValue(width) : llvm::APInt::getSignedMinValue(width))
                            : (noSign ? llvm::APInt::getMaxValue(width) : llvm::APInt::getSignedMaxValue(width));
  return builder.getIntegerAttr(scalarType, value);
}

Value emitReduce(OpBuilder &builder, Location loc, Value input, ElementType type, ArrayRef<int64_t> axes, bool keepDims,
                 ReduceKind kind) {
  MLIRContext *context = builder.getContext();
  ArrayRef<int64_t> shape = cast<RankedTensorType>(input.getType()).getShape();
  Type elementType = toMlirType(type, context);
  SmallVector<AffineExpr> results;
  Shape resultShape;
  SmallVector<IteratorType> iterators;
  for (int64_t dim = 0, rank = shape.size(); dim < rank; ++dim) {
    bool isReduced = llvm::is_contained(axes, dim);
    iterators.push_back(isReduced ? IteratorType::reduction : IteratorType::parallel);
    if (isReduced && !keepDims)
      continue;
    resultShape.push_back(isReduced ? 1 : shape[dim]);
    results.push_back(isReduced ? getAffineConstantExpr(0, context) : getAffineDimExpr(dim, context));
  }
  Value neutral = arith::ConstantOp::create(builder, loc, neutralElement(builder, type, kind));
  Value empty = tensor::EmptyOp::create(builder, loc, resultShape, elementType);
  Value init = linalg::FillOp::create(builder, loc, neutral, empty).getResult(0);
  SmallVector<AffineMap> maps{builder.getMultiDimIdentityMap(shape.size()),
                              AffineMap::get(shape.size(), 0, results, context)};
  auto combine = [&](OpBuilder &inner, Location innerLoc, ValueRange arguments) {
    ScalarBuilder scalars(inner, innerLoc, type);
    Value element = arguments[0], accumulator = arguments[1], combined;
    switch (kind) {
    case ReduceKind::Sum:
      combined = scalars.add(accumulator, element);
      break;
    case ReduceKind::Product:
      combined = scalars.mul(accumulator, element);
      break;
    case ReduceKind::Max:
      combined = scalars.max(accumulator, element);
      break;
    case ReduceKind::Min:
      combined = scalars.min(accumulator, element);
      break;
    }
    linalg::YieldOp::create(inner, innerLoc, combined);
  };
  return linalg::GenericOp::create(builder, loc, init.getType(), input, init, maps, iterators, combine).getResult(0);
}

Value emitZeros(OpBuilder &builder, Location loc, ArrayRef<int64_t> shape, Type elementType) {
  Value zero = arith::ConstantOp::create(builder, loc, builder.getZeroAttr(elementType));
  Value empty = tensor::EmptyOp::create(builder, loc, shape, elementType);
  return linalg::FillOp::create(builder, loc, zero, empty).getResult(0);
}

Value emitContraction(OpBuilder &builder, Location loc, Value a, Value b, ArrayRef<int64_t> shape,
                      ArrayRef<AffineMap> maps, unsigned numParallel, unsigned numReduction) {
  Type elementType = cast<RankedTensorType>(a.getType()).getElementType();
  Value init = emitZeros(builder, loc, shape, elementType);
  SmallVector<IteratorType> iterators(numParallel, IteratorType::parallel);
  iterators.append(numReduction, IteratorType::reduction);
  auto body = [&](OpBuilder &inner, Location innerLoc, ValueRange arguments) {
    // Sign does not matter for products and sums of equally wide integers.
    ScalarBuilder scalars(inner, innerLoc, isa<FloatType>(elementType) ? ElementType::F32 : ElementType::I32);
    Value product = scalars.mul(arguments[0], arguments[1]);
    linalg::YieldOp::create(inner, innerLoc, scalars.add(arguments[2], product));
  };
  return linalg::GenericOp::create(builder, loc, init.getType(), ValueRange{a, b}, init, maps, iterators, body)
      .getResult(0);
}

/// The dimensions of `from` and `to` in groups of equal size, in order, each as
/// fine as possible.
static void groupDimensions(ArrayRef<int64_t> from, ArrayRef<int64_t> to, SmallVector<ReassociationIndices> &fromGroups,
                            SmallVector<ReassociationIndices> &toGroups) {
  size_t i = 0, j = 0;
  while (i < from.size() && j < to.size()) {
    ReassociationIndices fromGroup{int64_t(i)}, toGroup{int64_t(j)};
    int64_t fromSize = from[i++], toSize = to[j++];
    while (fromSize != toSize) {
      if (fromSize < toSize) {
        fromGroup.push_back(i);
        fromSize *= from[i++];
      } else {
        toGroup.push_back(j);
        toSize *= to[j++];
      }
    }
    fromGroups.push_back(fromGroup);
    toGroups.push_back(toGroup);
  }
  // Only unit dimensions can be left over.
  for (; !fromGroups.empty() && i < from.size(); ++i)
    fromGroups.back().push_back(i);
  for (; !toGroups.empty() && j < to.size(); ++j)
    toGroups.back().push_back(j);
}

Value emitReshape(OpBuilder &builder, Location loc, Value input, ArrayRef<int64_t> shape) {
  auto type = cast<RankedTensorType>(input.getType());
  if (type.getShape() == shape)
    return input;
  SmallVector<ReassociationIndices> fromGroups, toGroups;
  groupDimensions(type.getShape(), shape, fromGroups, toGroups);
  Shape middle;
  for (const ReassociationIndices &group : fromGroups) {
    int64_t size = 1;
    for (int64_t dim : group)
      size *= type.getDimSize(dim);
    middle.push_back(size);
  }
  Value value = input;
  if (ArrayRef<int64_t>(middle) != type.getShape())
    value = tensor::CollapseShapeOp::create(builder, loc, type.clone(middle), value, fromGroups);
  if (ArrayRef<int64_t>(middle) != shape)
    value = tensor::ExpandShapeOp::create(builder, loc, type.clone(shape), value, toGroups);
  return value;
}

Value emitTranspose(OpBuilder &builder, Location loc, Value input, ArrayRef<int64_t> permutation) {
  auto type = cast<RankedTensorType>(input.getType());
  Shape shape;
  for (int64_t dim : permutation)
    shape.push_back(type.getDimSize(dim));
  Value empty = tensor::EmptyOp::create(builder, loc, shape, type.getElementType());
  return linalg::TransposeOp::create(builder, loc, input, empty, permutation)->getResult(0);
}

Value ScalarBuilder::constant(double value) {
  Type scalarType = toMlirType(type, builder.getContext());
  TypedAttr attribute = isFloat(type) ? TypedAttr(builder.getFloatAttr(scalarType, value))
                                      : TypedAttr(builder.getIntegerAttr(scalarType, int64_t(value)));
  return arith::ConstantOp::create(builder, loc, attribute);
}

Value ScalarBuilder::add(Value a, Value b) {
  if (isFloat(type))
    return arith::AddFOp::create(builder, loc, a, b);
  return arith::AddIOp::create(builder, loc, a, b);
}

Value ScalarBuilder::sub(Value a, Value b) {
  if (isFloat(type))
    return arith::SubFOp::create(builder, loc, a, b);
  return arith::SubIOp::create(builder, loc, a, b);
}

Value ScalarBuilder::mul(Value a, Value b) {
  if (isFloat(type))
    return arith::MulFOp::create(builder, loc, a, b);
  return arith::MulIOp::create(builder, loc, a, b);
}

Value ScalarBuilder::div(Value a, Value b) {
  if (isFloat(type))
    return arith::DivFOp::create(builder, loc, a, b);
  if (isUnsigned(type))
    return arith::DivUIOp::create(builder, loc, a, b);
  return arith::DivSIOp::create(builder, loc, a, b);
}

Value ScalarBuilder::max(Value a, Value b) {
  if (isFloat(type))
    return arith::MaximumFOp::create(builder, loc, a, b);
  if (isUnsigned(type) || type == ElementType::Bool)
    return arith::MaxUIOp::create(builder, loc, a, b);
  return arith::MaxSIOp::create(builder, loc, a, b);
}

Value ScalarBuilder::min(Value a, Value b) {
  if (isFloat(type))
    return arith::MinimumFOp::create(builder, loc, a, b);
  if (isUnsigned(type) || type == ElementType::Bool)
    return arith::MinUIOp::create(builder, loc, a, b);
  return arith::MinSIOp::create(builder, loc, a, b);
}

} // namespace st::onnximport
