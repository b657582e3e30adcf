//===- PackConstants.cpp - Pack constant tensors at compile time ----------------------------------------------===//

#include "Transforms/Fuse/PackConstants.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include <cstring>

using namespace mlir;
using namespace st;

/// The raw row-major bytes of a constant; `isSplat` when they are those of one element.
static ArrayRef<char> getBytes(ElementsAttr source, bool &isSplat) {
  isSplat = false;
  if (auto dense = dyn_cast<DenseElementsAttr>(source)) {
    isSplat = dense.isSplat();
    return dense.getRawData();
  }
  auto resource = dyn_cast<DenseResourceElementsAttr>(source);
  if (!resource || !resource.getRawHandle().getBlob())
    return {};
  return resource.getData();
}

static SmallVector<int64_t> getRowMajorStrides(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides(shape.size(), 1);
  for (int64_t dim = static_cast<int64_t>(shape.size()) - 2; dim >= 0; --dim)
    strides[dim] = strides[dim + 1] * shape[dim + 1];
  return strides;
}

/// Advances a row-major index; false after the last.
static bool advance(MutableArrayRef<int64_t> index, ArrayRef<int64_t> shape) {
  for (int64_t dim = static_cast<int64_t>(index.size()) - 1; dim >= 0; --dim) {
    if (++index[dim] < shape[dim])
      return true;
    index[dim] = 0;
  }
  return false;
}

/// Bools, of which attributes hold eight in a byte.
static ElementsAttr packBools(ElementsAttr source, RankedTensorType type) {
  auto dense = dyn_cast<DenseElementsAttr>(source);
  if (!dense || type.getRank() == 0)
    return dense;
  auto values = llvm::to_vector(dense.getValues<bool>());
  ArrayRef<int64_t> extents = source.getShapedType().getShape();
  int64_t rank = extents.size();
  ArrayRef<int64_t> tile = type.getShape().drop_front(rank);
  SmallVector<int64_t> strides = getRowMajorStrides(extents), index(type.getRank(), 0);
  SmallVector<bool> packed;
  do {
    int64_t from = 0;
    bool isInside = true;
    for (int64_t dim = 0; dim < rank; ++dim) {
      int64_t position = index[dim] * tile[dim] + index[rank + dim];
      isInside &= position < extents[dim];
      from += position * strides[dim];
    }
    packed.push_back(isInside && values[from]);
  } while (advance(index, type.getShape()));
  return DenseElementsAttr::get(type, packed);
}

ElementsAttr st::packConstant(ElementsAttr source, RankedTensorType type, StringRef name) {
  if (type.getElementType().isInteger(1))
    return packBools(source, type);
  if (!type.getElementType().isIntOrFloat() || type.getElementTypeBitWidth() % 8 != 0)
    return nullptr;
  size_t elementBytes = type.getElementTypeBitWidth() / 8;
  bool isSplat;
  ArrayRef<char> bytes = getBytes(source, isSplat);
  ArrayRef<int64_t> extents = source.getShapedType().getShape();
  if (bytes.size() != (isSplat ? 1 : source.getNumElements()) * elementBytes)
    return nullptr;
  int64_t rank = extents.size();
  if (rank == 0)
    return source;
  ArrayRef<int64_t> counts = type.getShape().take_front(rank), tile = type.getShape().drop_front(rank);
  SmallVector<int64_t> strides = isSplat ? SmallVector<int64_t>(rank, 0) : getRowMajorStrides(extents);

  AsmResourceBlob blob = HeapAsmResourceBlob::allocate(type.getNumElements() * elementBytes, /*align=*/64,
                                                       /*dataIsMutable=*/true);
  char *out = blob.getMutableData().data();
  std::memset(out, 0, type.getNumElements() * elementBytes);
  // The last dimension of a tile is contiguous on both sides: rows are copied whole, up to the tensor's border.
  SmallVector<int64_t> outer(rank, 0), inner(rank - 1, 0);
  do {
    int64_t column = outer[rank - 1] * tile[rank - 1];
    int64_t length = std::min(tile[rank - 1], extents[rank - 1] - column);
    inner.assign(rank - 1, 0);
    do {
      int64_t from = column * strides[rank - 1];
      bool isInside = true;
      for (int64_t dim = 0; dim + 1 < rank; ++dim) {
        int64_t position = outer[dim] * tile[dim] + inner[dim];
        isInside &= position < extents[dim];
        from += position * strides[dim];
      }
      if (isInside && isSplat)
        for (int64_t lane = 0; lane < length; ++lane)
          std::memcpy(out + lane * elementBytes, bytes.data(), elementBytes);
      else if (isInside)
        std::memcpy(out, bytes.data() + from * elementBytes, length * elementBytes);
      out += tile[rank - 1] * elementBytes;
    } while (advance(inner, tile.drop_back()));
  } while (advance(outer, counts));
  return DenseResourceElementsAttr::get(type, name, std::move(blob));
}
