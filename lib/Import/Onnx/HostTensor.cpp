#include "Import/Onnx/HostTensor.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"

#include <cstring>
#include <limits>

using namespace mlir;

namespace st::onnximport {

int64_t elementBytes(ElementType type) {
  switch (type) {
  case ElementType::F64:
  case ElementType::I64:
  case ElementType::U64:
    return 8;
  case ElementType::F32:
  case ElementType::I32:
  case ElementType::U32:
    return 4;
  case ElementType::F16:
  case ElementType::BF16:
  case ElementType::I16:
  case ElementType::U16:
    return 2;
  case ElementType::I8:
  case ElementType::U8:
  case ElementType::Bool:
    return 1;
  }
  llvm_unreachable("all element types are listed");
}

bool isFloat(ElementType type) {
  return type == ElementType::F64 || type == ElementType::F32 || type == ElementType::F16 || type == ElementType::BF16;
}

bool isUnsigned(ElementType type) {
  return type == ElementType::U64 || type == ElementType::U32 || type == ElementType::U16 || type == ElementType::U8;
}

StringRef elementName(ElementType type) {
  static constexpr const char *names[] = {"f64", "f32", "f16", "bf16", "i64", "i32", "i16",
                                          "i8",  "u64", "u32", "u16",  "u8",  "bool"};
  return names[static_cast<size_t>(type)];
}

Type toMlirType(ElementType type, MLIRContext *context) {
  switch (type) {
  case ElementType::F64:
    return Float64Type::get(context);
  case ElementType::F32:
    return Float32Type::get(context);
  case ElementType::F16:
    return Float16Type::get(context);
  case ElementType::BF16:
    return BFloat16Type::get(context);
  case ElementType::Bool:
    return IntegerType::get(context, 1);
  default:
    return IntegerType::get(context, 8 * elementBytes(type));
  }
}

int64_t numElements(ArrayRef<int64_t> shape) {
  if (llvm::is_contained(shape, 0))
    return 0;
  int64_t count = 1;
  for (int64_t extent : shape)
    if (llvm::MulOverflow(count, extent, count))
      return std::numeric_limits<int64_t>::max();
  return count;
}

Shape rowMajorStrides(ArrayRef<int64_t> shape) {
  Shape strides(shape.size(), 1);
  for (int64_t dim = int64_t(shape.size()) - 2; dim >= 0; --dim)
    strides[dim] = strides[dim + 1] * shape[dim + 1];
  return strides;
}

std::string toString(ArrayRef<int64_t> shape) {
  if (shape.empty())
    return "scalar";
  return llvm::join(llvm::map_range(shape, [](int64_t extent) { return std::to_string(extent); }), "x");
}

void forEachIndex(ArrayRef<int64_t> shape, llvm::function_ref<void(ArrayRef<int64_t>)> visit) {
  if (llvm::is_contained(shape, 0))
    return;
  Shape index(shape.size(), 0);
  while (true) {
    visit(index);
    size_t dim = shape.size();
    while (dim > 0 && ++index[dim - 1] == shape[dim - 1])
      index[--dim] = 0;
    if (dim == 0)
      return;
  }
}

Shape broadcastStrides(ArrayRef<int64_t> from, ArrayRef<int64_t> to) {
  Shape strides(to.size(), 0);
  int64_t stride = 1;
  for (size_t back = 1; back <= from.size(); ++back) {
    int64_t extent = from[from.size() - back];
    strides[to.size() - back] = extent == 1 ? 0 : stride;
    stride *= extent;
  }
  return strides;
}

HostTensor::HostTensor(ElementType type, ArrayRef<int64_t> shape, ArrayRef<char> bytes,
                       std::shared_ptr<const void> owner)
    : type(type), shape(shape), bytes(bytes), owner(std::move(owner)) {
  detectSplat();
}

HostTensor::HostTensor(ElementType type, ArrayRef<int64_t> shape, std::vector<char> contents)
    : type(type), shape(shape) {
  auto shared = std::make_shared<std::vector<char>>(std::move(contents));
  bytes = *shared;
  owner = shared;
  detectSplat();
}

void HostTensor::detectSplat() {
  size_t element = elementBytes(type);
  if (bytes.empty())
    return;
  // Equal to itself one element later: all elements are equal. It stops at the
  // first difference.
  if (std::memcmp(bytes.data(), bytes.data() + element, bytes.size() - element) == 0) {
    splatted = true;
    bytes = bytes.take_front(element);
  }
}

static uint16_t toSixteenBits(double value, const llvm::fltSemantics &semantics) {
  llvm::APFloat number(value);
  bool losesInfo;
  number.convert(semantics, llvm::APFloat::rmNearestTiesToEven, &losesInfo);
  return number.bitcastToAPInt().getZExtValue();
}

static double fromSixteenBits(uint16_t bits, const llvm::fltSemantics &semantics) {
  llvm::APFloat number(semantics, llvm::APInt(16, bits));
  bool losesInfo;
  number.convert(llvm::APFloat::IEEEdouble(), llvm::APFloat::rmNearestTiesToEven, &losesInfo);
  return number.convertToDouble();
}

template <typename T> static void append(std::vector<char> &bytes, T value) {
  const char *data = reinterpret_cast<const char *>(&value);
  bytes.insert(bytes.end(), data, data + sizeof(T));
}

HostTensor HostTensor::fromDoubles(ElementType type, ArrayRef<int64_t> shape,
                                   llvm::function_ref<double(ArrayRef<int64_t>)> compute) {
  std::vector<char> bytes;
  bytes.reserve(numElements(shape) * elementBytes(type));
  forEachIndex(shape, [&](ArrayRef<int64_t> index) {
    double value = compute(index);
    switch (type) {
    case ElementType::F64:
      return append<double>(bytes, value);
    case ElementType::F32:
      return append<float>(bytes, value);
    case ElementType::F16:
      return append<uint16_t>(bytes, toSixteenBits(value, llvm::APFloat::IEEEhalf()));
    case ElementType::BF16:
      return append<uint16_t>(bytes, toSixteenBits(value, llvm::APFloat::BFloat()));
    default:
      llvm_unreachable("integers are computed by fromInts");
    }
  });
  return HostTensor(type, shape, std::move(bytes));
}

HostTensor HostTensor::fromInts(ElementType type, ArrayRef<int64_t> shape,
                                llvm::function_ref<int64_t(ArrayRef<int64_t>)> compute) {
  std::vector<char> bytes;
  bytes.reserve(numElements(shape) * elementBytes(type));
  forEachIndex(shape, [&](ArrayRef<int64_t> index) {
    int64_t value = compute(index);
    if (type == ElementType::Bool)
      return append<char>(bytes, value != 0);
    switch (elementBytes(type)) {
    case 8:
      return append<int64_t>(bytes, value);
    case 4:
      return append<int32_t>(bytes, value);
    case 2:
      return append<int16_t>(bytes, value);
    default:
      return append<int8_t>(bytes, value);
    }
  });
  return HostTensor(type, shape, std::move(bytes));
}

HostTensor HostTensor::iota(ElementType type, int64_t count, int64_t axis, int64_t rank) {
  Shape shape(rank, 1);
  shape[axis] = count;
  return fromInts(type, shape, [&](ArrayRef<int64_t> index) { return index[axis]; });
}

HostTensor HostTensor::fromShape(ArrayRef<int64_t> values) {
  return fromInts(ElementType::I64, {int64_t(values.size())},
                  [&](ArrayRef<int64_t> index) { return values[index[0]]; });
}

HostTensor HostTensor::splat(ArrayRef<int64_t> shape, const HostTensor &scalar) {
  HostTensor result = scalar;
  result.shape = Shape(shape);
  if (result.size() == 0)
    result.bytes = {};
  return result;
}

template <typename T> static T readAt(ArrayRef<char> bytes, int64_t position) {
  T value;
  std::memcpy(&value, bytes.data() + position * sizeof(T), sizeof(T));
  return value;
}

double HostTensor::getDouble(int64_t position) const {
  if (splatted)
    position = 0;
  switch (type) {
  case ElementType::F64:
    return readAt<double>(bytes, position);
  case ElementType::F32:
    return readAt<float>(bytes, position);
  case ElementType::F16:
    return fromSixteenBits(readAt<uint16_t>(bytes, position), llvm::APFloat::IEEEhalf());
  case ElementType::BF16:
    return fromSixteenBits(readAt<uint16_t>(bytes, position), llvm::APFloat::BFloat());
  case ElementType::U64:
    return readAt<uint64_t>(bytes, position);
  default:
    return getInt(position);
  }
}

int64_t HostTensor::getInt(int64_t position) const {
  if (splatted)
    position = 0;
  switch (type) {
  case ElementType::I64:
  case ElementType::U64:
    return readAt<int64_t>(bytes, position);
  case ElementType::I32:
    return readAt<int32_t>(bytes, position);
  case ElementType::I16:
    return readAt<int16_t>(bytes, position);
  case ElementType::I8:
    return readAt<int8_t>(bytes, position);
  case ElementType::U32:
    return readAt<uint32_t>(bytes, position);
  case ElementType::U16:
    return readAt<uint16_t>(bytes, position);
  case ElementType::U8:
  case ElementType::Bool:
    return readAt<uint8_t>(bytes, position);
  default:
    return getDouble(position);
  }
}

std::vector<char> HostTensor::copyBytes() const {
  if (!splatted)
    return std::vector<char>(bytes.begin(), bytes.end());
  std::vector<char> result;
  result.reserve(size() * bytes.size());
  for (int64_t position = 0, end = size(); position < end; ++position)
    result.insert(result.end(), bytes.begin(), bytes.end());
  return result;
}

Shape HostTensor::getInts() const {
  Shape values;
  for (int64_t position = 0, end = size(); position < end; ++position)
    values.push_back(getInt(position));
  return values;
}

/// A number whose magnitude bits exceed those of infinity is none.
template <typename T> static int64_t findAbove(ArrayRef<char> bytes, T infinity) {
  for (int64_t position = 0, end = bytes.size() / sizeof(T); position < end; ++position)
    if ((readAt<T>(bytes, position) & T(~T(0)) >> 1) > infinity)
      return position;
  return -1;
}

int64_t HostTensor::findNan() const {
  switch (type) {
  case ElementType::F64:
    return findAbove<uint64_t>(bytes, 0x7ff0000000000000);
  case ElementType::F32:
    return findAbove<uint32_t>(bytes, 0x7f800000);
  case ElementType::F16:
    return findAbove<uint16_t>(bytes, 0x7c00);
  case ElementType::BF16:
    return findAbove<uint16_t>(bytes, 0x7f80);
  default:
    return -1;
  }
}

HostTensor HostTensor::reshaped(ArrayRef<int64_t> newShape) const {
  HostTensor result = *this;
  result.shape = Shape(newShape);
  return result;
}

HostTensor HostTensor::picked(ArrayRef<int64_t> newShape, llvm::function_ref<int64_t(ArrayRef<int64_t>)> source) const {
  if (splatted)
    return splat(newShape, *this);
  int64_t element = elementBytes(type);
  std::vector<char> result(numElements(newShape) * element);
  char *target = result.data();
  forEachIndex(newShape, [&](ArrayRef<int64_t> index) {
    std::memcpy(target, bytes.data() + source(index) * element, element);
    target += element;
  });
  return HostTensor(type, newShape, std::move(result));
}

ElementsAttr HostTensor::toAttribute(StringRef name, MLIRContext *context) const {
  // Above this, printing and uniquing an attribute costs more than a resource's
  // extra name.
  constexpr int64_t largestDenseBytes = 1024;
  auto tensorType = RankedTensorType::get(shape, toMlirType(type, context));
  if (size() == 0)
    return DenseElementsAttr::get(tensorType, ArrayRef<Attribute>());
  if (splatted)
    return DenseElementsAttr::get(tensorType, Attribute(splatAttribute(context)));
  if (type == ElementType::Bool) {
    SmallVector<bool> values = llvm::map_to_vector(bytes, [](char value) { return value != 0; });
    return DenseElementsAttr::get(tensorType, ArrayRef<bool>(values));
  }
  if (int64_t(bytes.size()) <= largestDenseBytes)
    return DenseElementsAttr::getFromRawBuffer(tensorType, bytes);
  AsmResourceBlob blob = UnmanagedAsmResourceBlob::allocateWithAlign(bytes, elementBytes(type),
                                                                     [owner = owner](void *, size_t, size_t) {});
  return DenseResourceElementsAttr::get(tensorType, name, std::move(blob));
}

TypedAttr HostTensor::splatAttribute(MLIRContext *context) const {
  Builder builder(context);
  Type scalarType = toMlirType(type, context);
  if (isFloat(type))
    return builder.getFloatAttr(scalarType, getDouble(0));
  if (type == ElementType::Bool)
    return builder.getBoolAttr(getInt(0) != 0);
  return builder.getIntegerAttr(scalarType, llvm::APInt(8 * elementBytes(type), getInt(0),
                                                        /*isSigned=*/true,
                                                        /*implicitTrunc=*/true));
}

} // namespace st::onnximport
