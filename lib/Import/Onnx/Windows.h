// Windows that move over some dimensions of a tensor: what convolutions and poolings share.
#pragma once

#include "Import/Onnx/Emit.h"

namespace st::onnximport {

/// How windows move over neighbouring dimensions of a tensor. All vectors have one element per such dimension.
struct WindowGeometry {
  /// The first dimension that the window moves over; those before and behind are left alone.
  int64_t firstDim = 2;
  Shape kernel, strides, dilations;
  /// Padding that windows reach; less than the model declares where they stop before.
  Shape low, high;
  /// Windows along each dimension.
  Shape output;
  /// The padding that the model declares behind.
  Shape declaredHigh;

  int64_t rank() const { return kernel.size(); }
};

/// Reads kernel, strides, dilations, pads, auto_pad and, for poolings, ceil_mode. `spatial` are the extents that the
/// windows move over. The attribute kernel_shape, where given, must be `kernel`; where `kernel` is empty it is needed.
mlir::FailureOr<WindowGeometry> readWindow(NodeImporter &node, llvm::ArrayRef<int64_t> spatial,
                                           llvm::ArrayRef<int64_t> kernel);

/// Larger numbers in attributes of windows are mistakes; below it no sum or product of them overflows.
constexpr int64_t largestWindowAttribute = 1 << 20;

/// An attribute with one positive number for each of `rank` dimensions, which is 1 by default.
mlir::FailureOr<Shape> readPerDimension(NodeImporter &node, llvm::StringRef name, int64_t rank);

/// `input` padded by `value` as `window` says.
mlir::Value emitWindowPad(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value input, const WindowGeometry &window,
                          mlir::TypedAttr value);

/// The positions that a window touches: for window `dims[i]` and its element `dims[j]`.
mlir::AffineExpr windowPosition(const WindowGeometry &window, int64_t dim, mlir::AffineExpr place,
                                mlir::AffineExpr element);

/// A linalg.generic that reduces each window of `padded`. The loops are the result's dimensions, then the window's.
mlir::Value emitWindowReduce(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value padded, ElementType type,
                             const WindowGeometry &window, ReduceKind kind);

} // namespace st::onnximport
