#include "Import/Onnx/Windows.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace st::onnximport {

FailureOr<Shape> readPerDimension(NodeImporter &node, StringRef name, int64_t rank) {
  Shape values = node.getInts(name).value_or(Shape(rank, 1));
  if (int64_t(values.size()) != rank)
    return node.emitError() << name << " has " << values.size() << " elements for " << rank << " dimensions";
  for (int64_t value : values)
    if (value <= 0 || value > largestWindowAttribute)
      return node.emitError() << name << " holds " << value << "; it must be positive";
  return values;
}

/// `window.low` and `declaredHigh` from pads or auto_pad.
static LogicalResult readPadding(NodeImporter &node, ArrayRef<int64_t> spatial, WindowGeometry &window) {
  int64_t rank = window.rank();
  std::string automatic = node.getString("auto_pad", "NOTSET");
  window.low.assign(rank, 0);
  window.declaredHigh.assign(rank, 0);
  if (automatic == "NOTSET") {
    Shape pads = node.getInts("pads").value_or(Shape(2 * rank, 0));
    if (int64_t(pads.size()) != 2 * rank)
      return node.emitError() << "pads has " << pads.size() << " elements for " << rank << " dimensions";
    for (int64_t pad : pads)
      if (pad < 0 || pad > largestWindowAttribute)
        return node.emitError() << "pads holds " << pad << "; it must not be negative";
    window.low = Shape(ArrayRef<int64_t>(pads).take_front(rank));
    window.declaredHigh = Shape(ArrayRef<int64_t>(pads).drop_front(rank));
    return success();
  }
  if (automatic == "VALID")
    return success();
  if (automatic != "SAME_UPPER" && automatic != "SAME_LOWER")
    return node.emitError() << "auto_pad is '" << automatic << "'; it must be NOTSET, SAME_UPPER, SAME_LOWER or VALID";
  for (int64_t dim = 0; dim < rank; ++dim) {
    int64_t count = llvm::divideCeil(spatial[dim], window.strides[dim]);
    int64_t reach = (count - 1) * window.strides[dim] + (window.kernel[dim] - 1) * window.dilations[dim] + 1;
    int64_t total = std::max<int64_t>(0, reach - spatial[dim]);
    int64_t smaller = total / 2;
    window.low[dim] = automatic == "SAME_UPPER" ? smaller : total - smaller;
    window.declaredHigh[dim] = total - window.low[dim];
  }
  return success();
}

FailureOr<WindowGeometry> readWindow(NodeImporter &node, ArrayRef<int64_t> spatial, ArrayRef<int64_t> kernel) {
  WindowGeometry window;
  int64_t rank = spatial.size();
  if (rank == 0)
    return node.emitError() << "needs a batch, channels and at least one dimension more";
  window.kernel = Shape(kernel);
  if (node.hasAttribute("kernel_shape") || kernel.empty()) {
    FailureOr<Shape> given = readPerDimension(node, "kernel_shape", rank);
    if (!node.hasAttribute("kernel_shape"))
      return node.emitError() << "has no kernel_shape";
    if (failed(given))
      return failure();
    if (!kernel.empty() && ArrayRef<int64_t>(*given) != kernel)
      return node.emitError() << "kernel_shape " << toString(*given) << " is not the shape of its weights, "
                              << toString(kernel);
    window.kernel = *given;
  }
  FailureOr<Shape> strides = readPerDimension(node, "strides", rank);
  FailureOr<Shape> dilations = readPerDimension(node, "dilations", rank);
  if (failed(strides) || failed(dilations))
    return failure();
  window.strides = *strides;
  window.dilations = *dilations;
  if (failed(readPadding(node, spatial, window)))
    return failure();
  bool ceilMode = node.getInt("ceil_mode", 0);
  for (int64_t dim = 0; dim < rank; ++dim) {
    int64_t stride = window.strides[dim], span = (window.kernel[dim] - 1) * window.dilations[dim] + 1;
    int64_t room = spatial[dim] + window.low[dim] + window.declaredHigh[dim] - span;
    if (room < 0)
      return node.emitError() << "its window spans " << span << " of a dimension of " << room + span
                              << " with its padding (shape " << toString(spatial) << ")";
    int64_t count = (ceilMode ? llvm::divideCeil(room, stride) : room / stride) + 1;
    // A window that starts in the padding behind sees nothing.
    if (ceilMode && (count - 1) * stride >= spatial[dim] + window.low[dim])
      --count;
    window.output.push_back(count);
    window.high.push_back(std::max<int64_t>(0, (count - 1) * stride + span - spatial[dim] - window.low[dim]));
  }
  return window;
}

Value emitWindowPad(OpBuilder &builder, Location loc, Value input, const WindowGeometry &window, TypedAttr value) {
  int64_t rank = cast<RankedTensorType>(input.getType()).getRank();
  Shape low(rank, 0), high(rank, 0);
  for (int64_t dim = 0; dim < window.rank(); ++dim) {
    low[window.firstDim + dim] = window.low[dim];
    high[window.firstDim + dim] = window.high[dim];
  }
  return emitPad(builder, loc, input, low, high, value);
}

AffineExpr windowPosition(const WindowGeometry &window, int64_t dim, AffineExpr place, AffineExpr element) {
  return place * window.strides[dim] + element * window.dilations[dim];
}

Value emitWindowReduce(OpBuilder &builder, Location loc, Value padded, ElementType type, const WindowGeometry &window,
                       ReduceKind kind) {
  auto inputType = cast<RankedTensorType>(padded.getType());
  Type elementType = inputType.getElementType();
  int64_t rank = inputType.getRank(), numLoops = rank + window.rank();
  Shape shape(inputType.getShape());
  SmallVector<AffineExpr> positions, extents;
  for (int64_t dim = 0; dim < rank; ++dim)
    positions.push_back(builder.getAffineDimExpr(dim));
  AffineMap resultMap = AffineMap::get(numLoops, 0, positions, builder.getContext());
  for (int64_t dim = 0; dim < window.rank(); ++dim) {
    int64_t place = window.firstDim + dim;
    AffineExpr element = builder.getAffineDimExpr(rank + dim);
    shape[place] = window.output[dim];
    positions[place] = windowPosition(window, dim, builder.getAffineDimExpr(place), element);
    extents.push_back(element);
  }
  Value neutral = arith::ConstantOp::create(builder, loc, neutralElement(builder, type, kind));
  Value empty = tensor::EmptyOp::create(builder, loc, shape, elementType);
  Value init = linalg::FillOp::create(builder, loc, neutral, empty).getResult(0);
  // Only its shape counts: it says how far the window's loops go.
  Value extent = tensor::EmptyOp::create(builder, loc, window.kernel, elementType);
  SmallVector<AffineMap> maps{AffineMap::get(numLoops, 0, positions, builder.getContext()),
                              AffineMap::get(numLoops, 0, extents, builder.getContext()), resultMap};
  SmallVector<utils::IteratorType> iterators(rank, utils::IteratorType::parallel);
  iterators.append(window.rank(), utils::IteratorType::reduction);
  return linalg::GenericOp::create(builder, loc, init.getType(), ValueRange{padded, extent}, init, maps, iterators,
                                   [&](OpBuilder &inner, Location innerLoc, ValueRange arguments) {
                                     linalg::YieldOp::create(
                                         inner, innerLoc,
                                         combine(kind, type, inner, innerLoc, arguments.back(), arguments[0]));
                                   })
      .getResult(0);
}

} // namespace st::onnximport
