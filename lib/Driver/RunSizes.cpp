//===- RunSizes.cpp - Runs that are smaller than the largest --------------------------------------------------===//

#include "Driver/RunSizes.h"
#include "Dialect/Sizes.h"
#include "Support/Error.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/Support/FormatVariadic.h"
#include <cstring>
#include <limits>

using namespace mlir;
using namespace st;

RunSizes st::getLargestSizes(func::FuncOp entry) {
  RunSizes sizes;
  if (auto declared = entry->getAttrOfType<DictionaryAttr>(sizesAttr))
    for (NamedAttribute size : declared)
      if (auto range = dyn_cast<SizeRangeAttr>(size.getValue()))
        sizes[size.getName().getValue()] = range.getMaximum();
  return sizes;
}

static SmallVector<int64_t> getShape(Type type, ArrayAttr dims, const RunSizes &sizes) {
  SmallVector<int64_t> shape(cast<ShapedType>(type).getShape());
  if (dims && dims.size() == shape.size())
    for (auto [extent, attribute] : llvm::zip(shape, dims.getAsRange<ExtentAttr>()))
      extent = attribute.evaluate([&](StringRef name) { return sizes.lookup(name); });
  return shape;
}

SmallVector<int64_t> st::getArgumentShape(func::FuncOp entry, unsigned index, const RunSizes &sizes) {
  return getShape(entry.getArgumentTypes()[index], entry.getArgAttrOfType<ArrayAttr>(index, dimsAttr), sizes);
}

SmallVector<int64_t> st::getResultShape(func::FuncOp entry, unsigned index, const RunSizes &sizes) {
  return getShape(entry.getResultTypes()[index], entry.getResultAttrOfType<ArrayAttr>(index, dimsAttr), sizes);
}

llvm::Expected<RunSizes> st::deriveSizes(func::FuncOp entry, ArrayRef<const Array *> inputs,
                                         ArrayRef<std::string> names) {
  RunSizes sizes;
  llvm::StringMap<std::string> places;
  auto declared = entry->getAttrOfType<DictionaryAttr>(sizesAttr);
  for (unsigned index = 0; index < inputs.size(); ++index) {
    auto dims = entry.getArgAttrOfType<ArrayAttr>(index, dimsAttr);
    if (!dims || dims.size() != inputs[index]->shape.size())
      continue;
    for (auto [dim, extent] : llvm::enumerate(dims.getAsRange<ExtentAttr>())) {
      // A size that some dimension is, alone.
      if (extent.getNames().size() != 1 || extent.getCoefficients()[0] != 1 || extent.getConstant() != 0)
        continue;
      StringRef name = extent.getNames()[0].getValue();
      int64_t value = inputs[index]->shape[dim];
      std::string place = llvm::formatv("dimension {0} of input '{1}'", dim, names[index]);
      auto [known, isNew] = sizes.try_emplace(name, value);
      if (!isNew && known->second != value)
        return makeError("size '{0}' is {1} by {2}, but {3} by {4}", name, known->second, places[name], value, place);
      places[name] = place;
      auto range = declared ? declared.getAs<SizeRangeAttr>(name) : SizeRangeAttr();
      if (range && (value < range.getMinimum() || value > range.getMaximum()))
        return makeError("{0} is {1}, but the design takes sizes from {2} to {3} there; compile it for larger ones "
                         "with --dim {4}<=MAX",
                         place, value, range.getMinimum(), range.getMaximum(), name);
      if (range && value % range.getDivisor() != 0)
        return makeError("{0} is {1}, but must be a multiple of {2}", place, value, range.getDivisor());
    }
  }
  if (declared)
    for (NamedAttribute size : declared)
      if (!sizes.count(size.getName().getValue()))
        return makeError("the inputs do not say what size '{0}' is: no dimension of theirs is that alone",
                         size.getName().getValue());
  return sizes;
}

llvm::Error st::checkSizes(func::FuncOp entry, const RunSizes &sizes) {
  auto declared = entry->getAttrOfType<DictionaryAttr>(sizesAttr);
  for (const auto &size : sizes) {
    auto range = declared ? declared.getAs<SizeRangeAttr>(size.getKey()) : SizeRangeAttr();
    int64_t value = size.getValue();
    if (!range)
      return makeError("--dim {0}={1}: the design has no size '{0}'", size.getKey(), value);
    if (value < range.getMinimum() || value > range.getMaximum())
      return makeError("--dim {0}={1}: the design takes sizes from {2} to {3} there; compile it for larger ones with "
                       "--dim {0}<=MAX",
                       size.getKey(), value, range.getMinimum(), range.getMaximum());
    if (value % range.getDivisor() != 0)
      return makeError("--dim {0}={1} must be a multiple of {2}", size.getKey(), value, range.getDivisor());
  }
  return llvm::Error::success();
}

void st::fixSizes(ModuleOp module, const RunSizes &sizes) {
  MLIRContext *context = module.getContext();
  module.walk([&](Operation *op) {
    auto declared = op->getAttrOfType<DictionaryAttr>(sizesAttr);
    if (!declared)
      return;
    NamedAttrList ranges(declared);
    for (const auto &size : sizes)
      // No range ends at 0; a size of 0 is replaced where it is read.
      if (size.getValue() > 0 && declared.get(size.getKey()))
        ranges.set(size.getKey(), SizeRangeAttr::get(context, size.getValue(), size.getValue(), 1));
    op->setAttr(sizesAttr, ranges.getDictionary(context));
  });
  module.walk([&](SizeOp op) {
    auto size = sizes.find(op.getSymbol());
    if (size == sizes.end() || size->getValue() > 0)
      return;
    OpBuilder builder(op);
    op.replaceAllUsesWith(arith::ConstantIndexOp::create(builder, op.getLoc(), 0).getResult());
    op.erase();
  });
}

namespace {
/// Copies the box of `shape` at the beginning of both sides.
void copyBox(char *to, ArrayRef<int64_t> toShape, const char *from, ArrayRef<int64_t> fromShape, int64_t elementBytes) {
  int64_t rank = toShape.size();
  SmallVector<int64_t> box, index(rank, 0);
  for (auto [a, b] : llvm::zip(toShape, fromShape))
    box.push_back(std::min(a, b));
  if (llvm::is_contained(box, 0))
    return;
  int64_t run = rank ? box.back() : 1;
  while (true) {
    int64_t toOffset = 0, fromOffset = 0;
    for (int64_t dim = 0; dim < rank; ++dim) {
      toOffset = toOffset * toShape[dim] + index[dim];
      fromOffset = fromOffset * fromShape[dim] + index[dim];
    }
    std::memcpy(to + toOffset * elementBytes, from + fromOffset * elementBytes, run * elementBytes);
    int64_t dim = rank - 2;
    for (; dim >= 0; --dim) {
      if (++index[dim] < box[dim])
        break;
      index[dim] = 0;
    }
    if (dim < 0)
      return;
  }
}
} // namespace

/// NaN, or the largest integer.
static std::string getPoison(StringRef dtype, int64_t elementBytes) {
  std::string bytes(elementBytes, '\xff');
  if (dtype == "bool")
    return std::string(1, '\1');
  // All ones is a NaN in every floating-point format. Signed integers end one bit earlier.
  if (dtype.starts_with("i"))
    bytes.back() = '\x7f';
  return bytes;
}

Array st::padToShape(const Array &array, ArrayRef<int64_t> shape) {
  if (ArrayRef<int64_t>(array.shape) == shape)
    return array;
  int64_t elementBytes = bytesPerElement(array.dtype).value_or(4);
  Array padded{array.dtype, SmallVector<int64_t>(shape), {}};
  std::string poison = getPoison(array.dtype, elementBytes);
  padded.bytes.reserve(ShapedType::getNumElements(shape) * elementBytes);
  for (int64_t n = 0, e = ShapedType::getNumElements(shape); n < e; ++n)
    padded.bytes.insert(padded.bytes.end(), poison.begin(), poison.end());
  copyBox(padded.bytes.data(), shape, array.bytes.data(), array.shape, elementBytes);
  return padded;
}

/// Bytes of one step along `dim`.
static int64_t getStrideBytes(const Array &array, unsigned dim) {
  int64_t bytes = bytesPerElement(array.dtype).value_or(4);
  for (int64_t extent : ArrayRef<int64_t>(array.shape).drop_front(dim + 1))
    bytes *= extent;
  return bytes;
}

Array st::joinAlong(const Array &first, const Array &second, unsigned dim) {
  Array joined{first.dtype, first.shape, {}};
  joined.shape[dim] += second.shape[dim];
  int64_t firstBytes = getStrideBytes(first, dim) * first.shape[dim];
  int64_t secondBytes = getStrideBytes(second, dim) * second.shape[dim];
  int64_t outer = ShapedType::getNumElements(ArrayRef<int64_t>(first.shape).take_front(dim));
  for (int64_t n = 0; n < outer; ++n) {
    auto append = [&](const Array &from, int64_t bytes) {
      joined.bytes.insert(joined.bytes.end(), from.bytes.begin() + n * bytes, from.bytes.begin() + (n + 1) * bytes);
    };
    append(first, firstBytes);
    append(second, secondBytes);
  }
  return joined;
}

bool st::areSameOutside(const Array &a, const Array &b, unsigned dim, int64_t from, int64_t to) {
  if (a.shape != b.shape || a.bytes.size() != b.bytes.size())
    return false;
  int64_t stride = getStrideBytes(a, dim), steps = a.shape[dim];
  for (int64_t start = 0, end = a.bytes.size(); start < end; start += stride) {
    int64_t step = start / stride % steps;
    if ((step < from || step >= to) && std::memcmp(a.bytes.data() + start, b.bytes.data() + start, stride) != 0)
      return false;
  }
  return true;
}

Array st::cropToShape(const Array &array, ArrayRef<int64_t> shape) {
  if (ArrayRef<int64_t>(array.shape) == shape)
    return array;
  int64_t elementBytes = bytesPerElement(array.dtype).value_or(4);
  Array cropped{array.dtype, SmallVector<int64_t>(shape), {}};
  cropped.bytes.resize(ShapedType::getNumElements(shape) * elementBytes);
  copyBox(cropped.bytes.data(), shape, array.bytes.data(), array.shape, elementBytes);
  return cropped;
}
