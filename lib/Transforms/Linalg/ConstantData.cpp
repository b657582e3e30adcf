//===- ConstantData.cpp - Views of constant tensors ----------------------------------------------------------===//

#include "Transforms/Linalg/ConstantData.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace st {

ElementsAttr getConstantTensor(Value value) {
  ElementsAttr attribute;
  if (isa<RankedTensorType>(value.getType()) && matchPattern(value, m_Constant(&attribute)))
    return attribute;
  return nullptr;
}

/// One element of a constant, as an attribute of its element type. Null when it cannot be read.
static TypedAttr getElement(ElementsAttr source, int64_t index) {
  Type type = source.getElementType();
  if (auto dense = dyn_cast<DenseElementsAttr>(source)) {
    if (dense.isSplat())
      return dyn_cast<TypedAttr>(dense.getSplatValue<Attribute>());
    return dyn_cast<TypedAttr>(*(dense.getValues<Attribute>().begin() + index));
  }
  auto resource = dyn_cast<DenseResourceElementsAttr>(source);
  if (!resource || !resource.getRawHandle().getBlob())
    return nullptr;
  ArrayRef<char> data = resource.getData();
  unsigned bits = type.getIntOrFloatBitWidth();
  size_t bytes = (bits + 7) / 8;
  if (data.size() < (index + 1) * bytes || bytes > 8)
    return nullptr;
  uint64_t word = 0;
  std::memcpy(&word, data.data() + index * bytes, bytes);
  APInt raw = APInt(64, word).trunc(bits);
  if (auto floatType = dyn_cast<FloatType>(type))
    return FloatAttr::get(type, APFloat(floatType.getFloatSemantics(), raw));
  if (isa<IntegerType>(type))
    return IntegerAttr::get(type, raw);
  return nullptr;
}

TypedAttr getSplatValue(Value value) {
  ElementsAttr attribute = getConstantTensor(value);
  if (!attribute || attribute.getNumElements() == 0)
    return nullptr;
  auto dense = dyn_cast<DenseElementsAttr>(attribute);
  if (attribute.getNumElements() == 1 || (dense && dense.isSplat()))
    return getElement(attribute, 0);
  return nullptr;
}

ElementsAttr reshapeConstant(ElementsAttr source, RankedTensorType type) {
  if (auto dense = dyn_cast<DenseElementsAttr>(source))
    return dense.reshape(type);
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(source))
    return DenseResourceElementsAttr::get(type, resource.getRawHandle());
  return nullptr;
}

/// Copies the slice at `offsets` of a row-major array. `elements` counts elements of `elementBytes`.
static std::vector<char> copySlice(ArrayRef<char> data, size_t elementBytes, ArrayRef<int64_t> sourceShape,
                                   ArrayRef<int64_t> offsets, ArrayRef<int64_t> sizes) {
  std::vector<char> result;
  int64_t rank = sizes.size();
  SmallVector<int64_t> strides(rank, 1);
  for (int64_t dim = rank - 2; dim >= 0; --dim)
    strides[dim] = strides[dim + 1] * sourceShape[dim + 1];
  int64_t rowLength = rank == 0 ? 1 : sizes.back();
  int64_t rows = rank == 0 ? 1 : ShapedType::getNumElements(sizes.drop_back());
  result.resize(rows * rowLength * elementBytes);
  SmallVector<int64_t> index(rank, 0);
  for (int64_t row = 0; row < rows; ++row) {
    int64_t start = 0;
    for (int64_t dim = 0; dim < rank; ++dim)
      start += (offsets[dim] + index[dim]) * strides[dim];
    std::memcpy(result.data() + row * rowLength * elementBytes, data.data() + start * elementBytes,
                rowLength * elementBytes);
    for (int64_t dim = rank - 2; dim >= 0; --dim) {
      if (++index[dim] < sizes[dim])
        break;
      index[dim] = 0;
    }
  }
  return result;
}

ElementsAttr sliceConstant(ElementsAttr source, ArrayRef<int64_t> offsets, RankedTensorType type) {
  ArrayRef<int64_t> sourceShape = source.getShapedType().getShape();
  if (auto dense = dyn_cast<DenseElementsAttr>(source)) {
    if (dense.isSplat())
      return dense.resizeSplat(type);
    if (type.getElementTypeBitWidth() % 8 != 0) {
      // Sub-byte elements have no address; they are masks, and small.
      SmallVector<Attribute> values;
      int64_t count = type.getNumElements();
      SmallVector<int64_t> index(type.getRank(), 0);
      auto all = dense.getValues<Attribute>();
      for (int64_t i = 0; i < count; ++i) {
        int64_t position = 0;
        for (int64_t dim = 0; dim < type.getRank(); ++dim)
          position = position * sourceShape[dim] + offsets[dim] + index[dim];
        values.push_back(*(all.begin() + position));
        for (int64_t dim = type.getRank() - 1; dim >= 0; --dim) {
          if (++index[dim] < type.getDimSize(dim))
            break;
          index[dim] = 0;
        }
      }
      return DenseElementsAttr::get(type, values);
    }
    std::vector<char> data =
        copySlice(dense.getRawData(), type.getElementTypeBitWidth() / 8, sourceShape, offsets, type.getShape());
    return DenseElementsAttr::getFromRawBuffer(type, data);
  }
  auto resource = dyn_cast<DenseResourceElementsAttr>(source);
  if (!resource)
    return nullptr;
  AsmResourceBlob *blob = resource.getRawHandle().getBlob();
  if (!blob || blob->getData().empty())
    return nullptr;
  std::vector<char> data =
      copySlice(resource.getData(), (type.getElementTypeBitWidth() + 7) / 8, sourceShape, offsets, type.getShape());
  return DenseResourceElementsAttr::get(type, resource.getRawHandle().getKey(),
                                        HeapAsmResourceBlob::allocateAndCopyWithAlign(data, blob->getDataAlignment()));
}

/// Constants from this size on are resources, in bytes: what the printer and the uniquer should not have to walk.
static constexpr size_t resourceBytes = 1024;

std::optional<std::vector<float>> readFloats(ElementsAttr source) {
  if (!source.getElementType().isF32())
    return std::nullopt;
  if (auto dense = dyn_cast<DenseElementsAttr>(source)) {
    auto values = dense.getValues<float>();
    return std::vector<float>(values.begin(), values.end());
  }
  auto resource = dyn_cast<DenseResourceElementsAttr>(source);
  if (!resource || !resource.getRawHandle().getBlob())
    return std::nullopt;
  ArrayRef<char> data = resource.getData();
  size_t count = source.getNumElements();
  if (data.size() < count * sizeof(float))
    return std::nullopt;
  std::vector<float> values(count);
  std::memcpy(values.data(), data.data(), count * sizeof(float));
  return values;
}

/// `type` with row-major `data`; `name` is that of the resource where one is made.
static ElementsAttr createConstant(RankedTensorType type, ArrayRef<char> data, StringRef name) {
  if (data.size() < resourceBytes)
    return DenseElementsAttr::getFromRawBuffer(type, data);
  return DenseResourceElementsAttr::get(type, name, HeapAsmResourceBlob::allocateAndCopyWithAlign(data, 64));
}

ElementsAttr createFloats(RankedTensorType type, ArrayRef<float> values, StringRef name) {
  return createConstant(
      type, ArrayRef<char>(reinterpret_cast<const char *>(values.data()), values.size() * sizeof(float)), name);
}

/// The bytes of all elements, splats written out; empty when they are not at hand or no whole bytes.
static std::vector<char> readBytes(ElementsAttr source) {
  unsigned bits = source.getElementType().getIntOrFloatBitWidth();
  if (bits % 8 != 0)
    return {};
  ArrayRef<char> data;
  if (auto dense = dyn_cast<DenseElementsAttr>(source)) {
    data = dense.getRawData();
    if (dense.isSplat()) {
      std::vector<char> all;
      for (int64_t i = 0; i < source.getNumElements(); ++i)
        all.insert(all.end(), data.begin(), data.end());
      return all;
    }
  } else if (auto resource = dyn_cast<DenseResourceElementsAttr>(source)) {
    if (resource.getRawHandle().getBlob())
      data = resource.getData();
  }
  if (data.size() < size_t(source.getNumElements()) * bits / 8)
    return {};
  return std::vector<char>(data.begin(), data.begin() + source.getNumElements() * bits / 8);
}

ElementsAttr concatConstants(ArrayRef<ElementsAttr> parts, int64_t dim, RankedTensorType type) {
  if (!type.getElementType().isIntOrFloat())
    return nullptr;
  // What one part holds for one index of the dimensions before `dim` is contiguous.
  int64_t outer = ShapedType::getNumElements(type.getShape().take_front(dim));
  std::vector<std::vector<char>> data;
  for (ElementsAttr part : parts) {
    data.push_back(readBytes(part));
    if (data.back().empty())
      return nullptr;
  }
  std::vector<char> result;
  for (int64_t i = 0; i < outer; ++i)
    for (const std::vector<char> &part : data) {
      size_t length = part.size() / outer;
      result.insert(result.end(), part.begin() + i * length, part.begin() + (i + 1) * length);
    }
  return createConstant(type, result, "concatenated");
}

std::optional<TwoValued> findTwoValues(ElementsAttr source) {
  // Weights differ within their first elements; only masks are walked to the end.
  TwoValued result;
  int64_t count = source.getNumElements();
  if (count == 0 || !source.getElementType().isIntOrFloat())
    return std::nullopt;
  result.second.reserve(std::min<int64_t>(count, 1 << 16));
  for (int64_t i = 0; i < count; ++i) {
    TypedAttr element = getElement(source, i);
    if (!element)
      return std::nullopt;
    if (!result.values[0])
      result.values[0] = element;
    if (element == result.values[0]) {
      result.second.push_back(false);
      continue;
    }
    if (!result.values[1])
      result.values[1] = element;
    if (element != result.values[1])
      return std::nullopt;
    result.second.push_back(true);
  }
  // All the same, though not stored as one element.
  if (!result.values[1])
    return std::nullopt;
  return result;
}

} // namespace st
