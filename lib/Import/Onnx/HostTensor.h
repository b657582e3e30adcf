// Tensors whose value is known at import, and the few ways of computing with
// them.
#pragma once

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace st::onnximport {

/// The element types of ONNX that linalg can compute with. MLIR's integers have
/// no sign, so this is remembered here.
enum class ElementType { F64, F32, F16, BF16, I64, I32, I16, I8, U64, U32, U16, U8, Bool };

/// Bytes per element on the host; a bool takes one.
int64_t elementBytes(ElementType type);
bool isFloat(ElementType type);
/// True for the unsigned integers, not for bool.
bool isUnsigned(ElementType type);
/// "f32", "u8", "bool", ...: the names that st::Array uses.
llvm::StringRef elementName(ElementType type);
mlir::Type toMlirType(ElementType type, mlir::MLIRContext *context);

using Shape = llvm::SmallVector<int64_t>;

/// Product of the extents; the largest integer where it does not fit.
int64_t numElements(llvm::ArrayRef<int64_t> shape);
/// Row-major distances between neighbours along each dimension.
Shape rowMajorStrides(llvm::ArrayRef<int64_t> shape);
/// "2x3x4", or "scalar".
std::string toString(llvm::ArrayRef<int64_t> shape);

/// Calls `visit` with every index of `shape` in row-major order.
void forEachIndex(llvm::ArrayRef<int64_t> shape, llvm::function_ref<void(llvm::ArrayRef<int64_t>)> visit);

/// Elements between neighbours along each dimension when a tensor of shape
/// `from` is broadcast to `to` (NumPy's rules); 0 where it is repeated.
Shape broadcastStrides(llvm::ArrayRef<int64_t> from, llvm::ArrayRef<int64_t> to);

/// A constant. Immutable; copies share the bytes. A tensor of equal elements
/// stores only one.
class HostTensor {
public:
  /// A view of `bytes`, row-major, which `owner` keeps alive.
  HostTensor(ElementType type, llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<char> bytes,
             std::shared_ptr<const void> owner);
  /// A tensor that owns its bytes.
  HostTensor(ElementType type, llvm::ArrayRef<int64_t> shape, std::vector<char> bytes);

  /// Computed element by element, in row-major order. Values are rounded to the
  /// type: the first for floating-point types, the second for integers and
  /// bool.
  static HostTensor fromDoubles(ElementType type, llvm::ArrayRef<int64_t> shape,
                                llvm::function_ref<double(llvm::ArrayRef<int64_t>)> compute);
  static HostTensor fromInts(ElementType type, llvm::ArrayRef<int64_t> shape,
                             llvm::function_ref<int64_t(llvm::ArrayRef<int64_t>)> compute);
  /// The integers 0, 1, ... along dimension `axis` of an otherwise unit shape.
  static HostTensor iota(ElementType type, int64_t count, int64_t axis, int64_t rank);
  /// A vector of i64, the type of shapes.
  static HostTensor fromShape(llvm::ArrayRef<int64_t> values);
  /// All elements equal to the only element of `scalar`.
  static HostTensor splat(llvm::ArrayRef<int64_t> shape, const HostTensor &scalar);

  ElementType getType() const { return type; }
  llvm::ArrayRef<int64_t> getShape() const { return shape; }
  int64_t size() const { return numElements(shape); }
  bool isSplat() const { return splatted; }
  /// Elements that are stored: one for a splat.
  int64_t storedElements() const { return bytes.size() / elementBytes(type); }

  /// The element at a row-major position.
  double getDouble(int64_t position) const;
  int64_t getInt(int64_t position) const;
  /// The bytes of all elements, row-major, also for a splat.
  std::vector<char> copyBytes() const;
  /// All elements of an integer tensor.
  Shape getInts() const;

  /// The position of the first stored element that is not a number, or -1.
  int64_t findNan() const;

  /// The same elements under another shape of equal size.
  HostTensor reshaped(llvm::ArrayRef<int64_t> newShape) const;
  /// Elements picked from this tensor: `source` maps an index of the result to
  /// a row-major position here.
  HostTensor picked(llvm::ArrayRef<int64_t> newShape,
                    llvm::function_ref<int64_t(llvm::ArrayRef<int64_t>)> source) const;

  /// As an attribute: dense up to 1 KiB, for splats and for bool; otherwise a
  /// dense resource called `name` that shares this tensor's bytes.
  mlir::ElementsAttr toAttribute(llvm::StringRef name, mlir::MLIRContext *context) const;
  /// The value of a splat as a scalar attribute.
  mlir::TypedAttr splatAttribute(mlir::MLIRContext *context) const;

private:
  void detectSplat();

  ElementType type;
  Shape shape;
  llvm::ArrayRef<char> bytes;
  std::shared_ptr<const void> owner;
  bool splatted = false;
};

} // namespace st::onnximport
