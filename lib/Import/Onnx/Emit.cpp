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

ElementwiseOperand constantOperand(NodeImporter &node, const HostTensor &constant) {
  if (constant.isSplat())
    return constant.splatAttribute(node.builder.getContext());
  return node.constantValue(constant);
}

namespace {
/// How operands of an element-wise body enter a linalg.generic over `shape`.
struct LoopOperands {
  LoopOperands(ArrayRef<ElementwiseOperand> operands, ArrayRef<int64_t> shape, MLIRContext *context) {
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
  }

  SmallVector<Value> scalars(ArrayRef<ElementwiseOperand> operands, ValueRange arguments, OpBuilder &builder,
                             Location loc) const {
    SmallVector<Value> values;
    for (auto [operand, position] : llvm::zip(operands, positions))
      values.push_back(position >= 0 ? Value(arguments[position])
                                     : arith::ConstantOp::create(builder, loc, operand.scalar));
    return values;
  }

  SmallVector<Value> tensors;
  SmallVector<AffineMap> maps;
  /// Where each operand comes from: a tensor's block argument, or -1 for a scalar.
  SmallVector<int> positions;
};
} // namespace

Value emitElementwise(OpBuilder &builder, Location loc, ArrayRef<ElementwiseOperand> operands, ArrayRef<int64_t> shape,
                      Type elementType, ScalarBody body) {
  LoopOperands loops(operands, shape, builder.getContext());
  loops.maps.push_back(builder.getMultiDimIdentityMap(shape.size()));
  Value empty = tensor::EmptyOp::create(builder, loc, shape, elementType);
  SmallVector<IteratorType> iterators(shape.size(), IteratorType::parallel);
  return linalg::GenericOp::create(builder, loc, empty.getType(), loops.tensors, empty, loops.maps, iterators,
                                   [&](OpBuilder &inner, Location innerLoc, ValueRange arguments) {
                                     linalg::YieldOp::create(
                                         inner, innerLoc,
                                         body(inner, innerLoc, loops.scalars(operands, arguments, inner, innerLoc)));
                                   })
      .getResult(0);
}

TypedAttr neutralElement(Builder &builder, ElementType type, ReduceKind kind) {
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

Value combine(ReduceKind kind, ElementType type, OpBuilder &builder, Location loc, Value a, Value b) {
  ScalarBuilder scalars(builder, loc, type);
  switch (kind) {
  case ReduceKind::Sum:
    return scalars.add(a, b);
  case ReduceKind::Product:
    return scalars.mul(a, b);
  case ReduceKind::Max:
    return scalars.max(a, b);
  case ReduceKind::Min:
    return scalars.min(a, b);
  }
  llvm_unreachable("all kinds are listed");
}

Value emitReduce(OpBuilder &builder, Location loc, Value input, ElementType type, ArrayRef<int64_t> axes, bool keepDims,
                 ReduceKind kind) {
  return emitMapReduce(builder, loc, {input}, cast<RankedTensorType>(input.getType()).getShape(), type, axes, keepDims,
                       kind, [](OpBuilder &, Location, ValueRange elements) { return elements[0]; });
}

Value emitMapReduce(OpBuilder &builder, Location loc, ArrayRef<ElementwiseOperand> operands, ArrayRef<int64_t> shape,
                    ElementType type, ArrayRef<int64_t> axes, bool keepDims, ReduceKind kind, ScalarBody body) {
  MLIRContext *context = builder.getContext();
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
  Value empty = tensor::EmptyOp::create(builder, loc, resultShape, toMlirType(type, context));
  Value init = linalg::FillOp::create(builder, loc, neutral, empty).getResult(0);
  LoopOperands loops(operands, shape, context);
  loops.maps.push_back(AffineMap::get(shape.size(), 0, results, context));
  return linalg::GenericOp::create(
             builder, loc, init.getType(), loops.tensors, init, loops.maps, iterators,
             [&](OpBuilder &inner, Location innerLoc, ValueRange arguments) {
               Value element = body(inner, innerLoc, loops.scalars(operands, arguments, inner, innerLoc));
               linalg::YieldOp::create(inner, innerLoc,
                                       combine(kind, type, inner, innerLoc, arguments.back(), element));
             })
      .getResult(0);
}

Value emitZeros(OpBuilder &builder, Location loc, ArrayRef<int64_t> shape, Type elementType) {
  Value zero = arith::ConstantOp::create(builder, loc, builder.getZeroAttr(elementType));
  Value empty = tensor::EmptyOp::create(builder, loc, shape, elementType);
  return linalg::FillOp::create(builder, loc, zero, empty).getResult(0);
}

/// An integer element of a narrower type as `to`, less its zero point.
static Value widen(OpBuilder &builder, Location loc, Value element, ElementType from, ElementType to,
                   int64_t zeroPoint) {
  Type target = toMlirType(to, builder.getContext());
  if (element.getType() != target)
    element = isUnsigned(from) || from == ElementType::Bool
                  ? Value(arith::ExtUIOp::create(builder, loc, target, element))
                  : Value(arith::ExtSIOp::create(builder, loc, target, element));
  if (zeroPoint == 0)
    return element;
  Value zero = arith::ConstantOp::create(builder, loc, builder.getIntegerAttr(target, zeroPoint));
  return arith::SubIOp::create(builder, loc, element, zero);
}

Value emitSumOfProducts(OpBuilder &builder, Location loc, ArrayRef<Factor> factors, ArrayRef<int64_t> shape,
                        ElementType type, unsigned numReduction) {
  MLIRContext *context = builder.getContext();
  Type elementType = toMlirType(type, context);
  unsigned numParallel = shape.size();
  // Without a sum nothing has to be cleared.
  Value init = numReduction ? emitZeros(builder, loc, shape, elementType)
                            : Value(tensor::EmptyOp::create(builder, loc, shape, elementType));
  SmallVector<IteratorType> iterators(numParallel, IteratorType::parallel);
  iterators.append(numReduction, IteratorType::reduction);
  SmallVector<Value> tensors;
  SmallVector<AffineMap> maps;
  for (const Factor &factor : factors) {
    tensors.push_back(factor.tensor);
    maps.push_back(factor.map);
  }
  SmallVector<AffineExpr> results;
  for (unsigned dim = 0; dim < numParallel; ++dim)
    results.push_back(builder.getAffineDimExpr(dim));
  maps.push_back(AffineMap::get(numParallel + numReduction, 0, results, context));
  auto body = [&](OpBuilder &inner, Location innerLoc, ValueRange arguments) {
    ScalarBuilder scalars(inner, innerLoc, type);
    Value product;
    for (auto [factor, argument] : llvm::zip(factors, arguments)) {
      Value element =
          isFloat(type) ? Value(argument) : widen(inner, innerLoc, argument, factor.type, type, factor.zeroPoint);
      product = product ? scalars.mul(product, element) : element;
    }
    linalg::YieldOp::create(inner, innerLoc, numReduction ? scalars.add(arguments.back(), product) : product);
  };
  return linalg::GenericOp::create(builder, loc, init.getType(), tensors, init, maps, iterators, body).getResult(0);
}

Value emitGatherGeneric(OpBuilder &builder, Location loc, ArrayRef<Value> operands, ArrayRef<int64_t> shape,
                        Type elementType, GatherBody body) {
  SmallVector<AffineMap> maps;
  for (Value operand : operands)
    maps.push_back(broadcastMap(cast<RankedTensorType>(operand.getType()).getShape(), shape, builder.getContext()));
  maps.push_back(builder.getMultiDimIdentityMap(shape.size()));
  Value empty = tensor::EmptyOp::create(builder, loc, shape, elementType);
  SmallVector<IteratorType> iterators(shape.size(), IteratorType::parallel);
  return linalg::GenericOp::create(builder, loc, empty.getType(), operands, empty, maps, iterators,
                                   [&](OpBuilder &inner, Location innerLoc, ValueRange arguments) {
                                     SmallVector<Value> position;
                                     for (size_t dim = 0; dim < shape.size(); ++dim)
                                       position.push_back(linalg::IndexOp::create(inner, innerLoc, dim));
                                     linalg::YieldOp::create(inner, innerLoc,
                                                             body(inner, innerLoc, arguments.drop_back(), position));
                                   })
      .getResult(0);
}

Value emitPosition(OpBuilder &builder, Location loc, Value element, int64_t extent) {
  Value position = arith::IndexCastOp::create(builder, loc, builder.getIndexType(), element);
  Value zero = arith::ConstantIndexOp::create(builder, loc, 0);
  Value size = arith::ConstantIndexOp::create(builder, loc, extent);
  Value isNegative = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::slt, position, zero);
  Value fromEnd = arith::AddIOp::create(builder, loc, position, size);
  return arith::SelectOp::create(builder, loc, isNegative, fromEnd, position);
}

static SmallVector<OpFoldResult> indexAttributes(OpBuilder &builder, ArrayRef<int64_t> values) {
  return llvm::map_to_vector(values, [&](int64_t value) { return OpFoldResult(builder.getIndexAttr(value)); });
}

Value emitPad(OpBuilder &builder, Location loc, Value input, ArrayRef<int64_t> low, ArrayRef<int64_t> high,
              Value padding) {
  auto type = cast<RankedTensorType>(input.getType());
  Shape shape;
  for (auto [extent, before, after] : llvm::zip(type.getShape(), low, high))
    shape.push_back(extent + before + after);
  if (ArrayRef<int64_t>(shape) == type.getShape())
    return input;
  return tensor::PadOp::create(builder, loc, type.clone(shape), input, indexAttributes(builder, low),
                               indexAttributes(builder, high), padding);
}

Value emitPad(OpBuilder &builder, Location loc, Value input, ArrayRef<int64_t> low, ArrayRef<int64_t> high,
              TypedAttr padding) {
  if (llvm::all_of(low, [](int64_t extent) { return extent == 0; }) &&
      llvm::all_of(high, [](int64_t extent) { return extent == 0; }))
    return input;
  return emitPad(builder, loc, input, low, high, Value(arith::ConstantOp::create(builder, loc, padding)));
}

Value emitSlice(OpBuilder &builder, Location loc, Value input, ArrayRef<int64_t> offsets, ArrayRef<int64_t> sizes,
                ArrayRef<int64_t> steps) {
  if (cast<RankedTensorType>(input.getType()).getShape() == sizes)
    return input;
  return tensor::ExtractSliceOp::create(builder, loc, input, indexAttributes(builder, offsets),
                                        indexAttributes(builder, sizes), indexAttributes(builder, steps));
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

Value ScalarBuilder::rem(Value a, Value b) {
  if (isFloat(type))
    return arith::RemFOp::create(builder, loc, a, b);
  if (isUnsigned(type))
    return arith::RemUIOp::create(builder, loc, a, b);
  return arith::RemSIOp::create(builder, loc, a, b);
}

} // namespace st::onnximport
