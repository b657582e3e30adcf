// Poolings: windows that are reduced, and reductions over all spatial dimensions.

#include "Import/Onnx/TensorAlgebra.h"
#include "Import/Onnx/Windows.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace st::onnximport {
namespace {

FailureOr<WindowGeometry> readPooling(NodeImporter &node) {
  const GraphValue &x = node.input(0);
  if (x.rank() < 3)
    return node.emitError() << "needs a batch, channels and spatial dimensions, not shape " << toString(x.shape);
  return readWindow(node, node.shape(0).drop_front(2), {});
}

/// Which element each maximum is: the smallest position, counted over the whole tensor, where the window holds it.
Value emitMaxPositions(NodeImporter &node, Value padded, Value maxima, const WindowGeometry &window) {
  OpBuilder &builder = node.builder;
  ElementType type = node.type(0);
  ArrayRef<int64_t> shape = node.shape(0), spatial = shape.drop_front(2);
  int64_t rank = shape.size(), plane = numElements(spatial);
  bool isColumnMajor = node.getInt("storage_order", 0) && spatial.size() == 2;
  Shape paddedPlane(shapeOf(padded).drop_front(2)), strides = rowMajorStrides(spatial);
  if (isColumnMajor)
    strides = {1, spatial[0]};
  // The position inside its plane of each element of the padded input.
  HostTensor inPlane = HostTensor::fromInts(ElementType::I64, paddedPlane, [&](ArrayRef<int64_t> index) {
    int64_t position = 0;
    for (auto [dim, at] : llvm::enumerate(index))
      position += std::clamp<int64_t>(at - window.low[dim], 0, spatial[dim] - 1) * strides[dim];
    return position;
  });
  int64_t numLoops = rank + window.rank();
  SmallVector<AffineExpr> positions{builder.getAffineDimExpr(0), builder.getAffineDimExpr(1)}, places, extents;
  for (int64_t dim = 0; dim < rank; ++dim)
    places.push_back(builder.getAffineDimExpr(dim));
  for (int64_t dim = 0; dim < window.rank(); ++dim) {
    extents.push_back(builder.getAffineDimExpr(rank + dim));
    positions.push_back(windowPosition(window, dim, places[2 + dim], extents.back()));
  }
  auto map = [&](ArrayRef<AffineExpr> results) { return AffineMap::get(numLoops, 0, results, builder.getContext()); };
  SmallVector<AffineMap> maps{map(positions), map(places), map(ArrayRef<AffineExpr>(positions).drop_front(2)),
                              map(extents), map(places)};
  Type i64 = builder.getI64Type();
  Value extent = tensor::EmptyOp::create(builder, node.loc, window.kernel, i64);
  Value largest =
      arith::ConstantOp::create(builder, node.loc, neutralElement(builder, ElementType::I64, ReduceKind::Min));
  Value empty = tensor::EmptyOp::create(builder, node.loc, shapeOf(maxima), i64);
  Value init = linalg::FillOp::create(builder, node.loc, largest, empty).getResult(0);
  SmallVector<utils::IteratorType> iterators(rank, utils::IteratorType::parallel);
  iterators.append(window.rank(), utils::IteratorType::reduction);
  Value inWindow =
      linalg::GenericOp::create(builder, node.loc, init.getType(),
                                ValueRange{padded, maxima, node.constantValue(inPlane), extent}, init, maps, iterators,
                                [&](OpBuilder &inner, Location loc, ValueRange x) {
                                  EmitAlgebra elements(inner, loc, type), numbers(inner, loc, ElementType::I64);
                                  Value isMaximum = elements.compare(Compare::Equal, x[0], x[1]);
                                  Value candidate = numbers.select(isMaximum, x[2], x[4]);
                                  linalg::YieldOp::create(inner, loc, numbers.min(x[4], candidate));
                                })
          .getResult(0);
  TensorAlgebra numbers(node, ElementType::I64);
  HostTensor planes = HostTensor::fromInts(ElementType::I64, {shape[0], shape[1]}, [&](ArrayRef<int64_t> index) {
                        return (index[0] * shape[1] + index[1]) * plane;
                      }).reshaped([&] {
    Shape unit(rank, 1);
    unit[0] = shape[0];
    unit[1] = shape[1];
    return unit;
  }());
  return numbers.add(inWindow, constantOperand(node, planes));
}

LogicalResult importMaxPool(NodeImporter &node) {
  ElementType type = node.type(0);
  FailureOr<WindowGeometry> window = readPooling(node);
  if (failed(window))
    return failure();
  Value padded = emitWindowPad(node.builder, node.loc, node.value(0), *window,
                               neutralElement(node.builder, type, ReduceKind::Max));
  Value maxima = emitWindowReduce(node.builder, node.loc, padded, type, *window, ReduceKind::Max);
  node.setOutput(0, type, maxima);
  if (node.hasOutput(1)) {
    if (numElements(shapeOf(padded).drop_front(2)) > largestFoldedIntegers)
      return node.emitError() << "its planes are too large for the output of positions; remove output 1";
    node.setOutput(1, ElementType::I64, emitMaxPositions(node, padded, maxima, *window));
  }
  return success();
}

/// How many elements of the window at each place along `dim` lie inside [low, end) of the padded dimension.
Shape countInside(const WindowGeometry &window, int64_t dim, int64_t low, int64_t end) {
  Shape counts;
  int64_t dilation = window.dilations[dim], kernel = window.kernel[dim];
  for (int64_t place = 0; place < window.output[dim]; ++place) {
    int64_t start = place * window.strides[dim];
    auto elementsBefore = [&](int64_t position) {
      return position <= start ? 0 : std::min<int64_t>(kernel, llvm::divideCeil(position - start, dilation));
    };
    counts.push_back(std::max<int64_t>(1, elementsBefore(end) - elementsBefore(low)));
  }
  return counts;
}

/// One over the elements that each window averages; windows at the border count fewer unless padding counts too.
/// Padding that only rounding up reaches never counts.
HostTensor averageFactors(const WindowGeometry &window, ArrayRef<int64_t> spatial, ElementType type,
                          bool countsPadding) {
  SmallVector<Shape> counts;
  for (int64_t dim = 0; dim < window.rank(); ++dim) {
    int64_t end = window.low[dim] + spatial[dim];
    counts.push_back(countsPadding ? countInside(window, dim, 0, end + window.declaredHigh[dim])
                                   : countInside(window, dim, window.low[dim], end));
  }
  return HostTensor::fromDoubles(type, window.output, [&](ArrayRef<int64_t> index) {
    double count = 1;
    for (auto [dim, place] : llvm::enumerate(index))
      count *= counts[dim][place];
    return 1 / count;
  });
}

LogicalResult importAveragePool(NodeImporter &node) {
  ElementType type = node.type(0);
  FailureOr<WindowGeometry> window = readPooling(node);
  if (failed(checkFloat(node)) || failed(window))
    return failure();
  if (numElements(window->output) > largestFoldedIntegers)
    return node.emitError() << "its result of shape " << toString(window->output) << " is too large";
  Value padded = emitWindowPad(node.builder, node.loc, node.value(0), *window,
                               neutralElement(node.builder, type, ReduceKind::Sum));
  Value sums = emitWindowReduce(node.builder, node.loc, padded, type, *window, ReduceKind::Sum);
  HostTensor factors = averageFactors(*window, node.shape(0).drop_front(2), type, node.getInt("count_include_pad", 0));
  node.setOutput(0, type, TensorAlgebra(node, type).mul(sums, constantOperand(node, factors)));
  return success();
}

/// (sum |x|^p)^(1/p).
Value emitRoot(TensorAlgebra &tensors, Value sums, double order) {
  return tensors.map({sums}, [&](EmitAlgebra &a, ValueRange x) {
    return order == 1 ? x[0] : order == 2 ? a.sqrt(x[0]) : a.pow(x[0], a.constant(1 / order));
  });
}

Value emitPower(TensorAlgebra &tensors, Value x, double order) {
  return tensors.map({x}, [&](EmitAlgebra &a, ValueRange v) {
    return order == 1 ? a.abs(v[0]) : order == 2 ? a.mul(v[0], v[0]) : a.pow(a.abs(v[0]), a.constant(order));
  });
}

/// An integer since version 2.
double readOrder(NodeImporter &node) {
  double order = node.opset < 2 ? node.getFloat("p", 2) : node.getInt("p", 2);
  return order > 0 ? order : 2;
}

LogicalResult importLpPool(NodeImporter &node) {
  ElementType type = node.type(0);
  FailureOr<WindowGeometry> window = readPooling(node);
  if (failed(checkFloat(node)) || failed(window))
    return failure();
  double order = readOrder(node);
  TensorAlgebra tensors(node, type);
  Value padded = emitWindowPad(node.builder, node.loc, emitPower(tensors, node.value(0), order), *window,
                               neutralElement(node.builder, type, ReduceKind::Sum));
  Value sums = emitWindowReduce(node.builder, node.loc, padded, type, *window, ReduceKind::Sum);
  node.setOutput(0, type, emitRoot(tensors, sums, order));
  return success();
}

LogicalResult importGlobalPool(NodeImporter &node, llvm::function_ref<Value(TensorAlgebra &, ArrayRef<int64_t>)> pool) {
  if (failed(checkFloat(node)))
    return failure();
  int64_t rank = node.input(0).rank();
  if (rank < 3)
    return node.emitError() << "needs a batch, channels and spatial dimensions, not shape " << toString(node.shape(0));
  TensorAlgebra tensors(node, node.type(0));
  node.setOutput(0, node.type(0), pool(tensors, llvm::to_vector(llvm::seq<int64_t>(2, rank))));
  return success();
}

} // namespace

void registerPooling(OpRegistry &registry) {
  registry["MaxPool"] = importMaxPool;
  registry["AveragePool"] = importAveragePool;
  registry["LpPool"] = importLpPool;
  registry["GlobalAveragePool"] = [](NodeImporter &node) {
    return importGlobalPool(
        node, [&](TensorAlgebra &tensors, ArrayRef<int64_t> axes) { return tensors.mean(node.value(0), axes); });
  };
  registry["GlobalMaxPool"] = [](NodeImporter &node) {
    return importGlobalPool(node, [&](TensorAlgebra &tensors, ArrayRef<int64_t> axes) {
      return tensors.reduce(node.value(0), axes, ReduceKind::Max);
    });
  };
  registry["GlobalLpPool"] = [](NodeImporter &node) {
    return importGlobalPool(node, [&](TensorAlgebra &tensors, ArrayRef<int64_t> axes) {
      double order = readOrder(node);
      return emitRoot(tensors, tensors.reduce(emitPower(tensors, node.value(0), order), axes, ReduceKind::Sum), order);
    });
  };
}

} // namespace st::onnximport
