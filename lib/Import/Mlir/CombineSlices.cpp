#include "Import/Mlir/CombineSlices.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;

namespace {
struct Part {
  Value source;
  SmallVector<int64_t> offsets, sizes;
};
} // namespace

/// The part that `insert` writes, when its place is fixed, dense and of the tensor's rank.
static std::optional<Part> partOf(tensor::InsertSliceOp insert) {
  Part part{insert.getSource(), SmallVector<int64_t>(insert.getStaticOffsets()),
            SmallVector<int64_t>(insert.getStaticSizes())};
  bool isDense = llvm::all_of(insert.getStaticStrides(), [](int64_t stride) { return stride == 1; });
  bool isFixed = !ShapedType::isDynamicShape(part.offsets) && !ShapedType::isDynamicShape(part.sizes);
  if (!isDense || !isFixed || insert.getSourceType().getRank() != insert.getType().getRank())
    return std::nullopt;
  return part;
}

/// The dimension along which `parts` follow each other and fill `shape` without gaps; sorts them. Nothing otherwise.
static std::optional<unsigned> findConcatDimension(SmallVectorImpl<Part> &parts, ArrayRef<int64_t> shape) {
  std::optional<unsigned> dimension;
  for (auto [dim, extent] : llvm::enumerate(shape)) {
    bool isWhole = llvm::all_of(parts, [&, dim = dim, extent = extent](const Part &part) {
      return part.offsets[dim] == 0 && part.sizes[dim] == extent;
    });
    if (isWhole)
      continue;
    if (dimension)
      return std::nullopt;
    dimension = dim;
  }
  if (!dimension)
    return std::nullopt;
  llvm::sort(parts, [&](const Part &a, const Part &b) { return a.offsets[*dimension] < b.offsets[*dimension]; });
  int64_t next = 0;
  for (const Part &part : parts) {
    if (part.offsets[*dimension] != next)
      return std::nullopt;
    next += part.sizes[*dimension];
  }
  return next == shape[*dimension] ? dimension : std::nullopt;
}

/// `last` is the last of a chain of insertions into an empty tensor.
static bool combineConcat(IRRewriter &rewriter, tensor::InsertSliceOp last) {
  SmallVector<Part> parts;
  Value destination = last.getResult();
  while (auto insert = destination.getDefiningOp<tensor::InsertSliceOp>()) {
    auto part = partOf(insert);
    if (!part || (insert != last && !insert->hasOneUse()))
      return false;
    parts.push_back(*part);
    destination = insert.getDest();
  }
  if (!destination.getDefiningOp<tensor::EmptyOp>())
    return false;
  auto dimension = findConcatDimension(parts, last.getType().getShape());
  if (!dimension)
    return false;
  rewriter.setInsertionPoint(last);
  SmallVector<Value> sources(llvm::map_range(parts, [](const Part &part) { return part.source; }));
  rewriter.replaceOpWithNewOp<tensor::ConcatOp>(last, *dimension, sources);
  return true;
}

/// The one value of a filled tensor; null when it has several or is not known.
static TypedAttr fillValue(Value tensor) {
  DenseElementsAttr elements;
  if (matchPattern(tensor, m_Constant(&elements)) && elements.isSplat())
    return elements.getSplatValue<TypedAttr>();
  TypedAttr value;
  if (auto fill = tensor.getDefiningOp<linalg::FillOp>())
    if (matchPattern(fill.getInputs().front(), m_Constant(&value)))
      return value;
  return {};
}

static void combinePad(IRRewriter &rewriter, tensor::InsertSliceOp insert) {
  auto part = partOf(insert);
  TypedAttr value = fillValue(insert.getDest());
  if (!part || !value)
    return;
  rewriter.setInsertionPoint(insert);
  SmallVector<OpFoldResult> low, high;
  for (auto [offset, size, extent] : llvm::zip(part->offsets, part->sizes, insert.getType().getShape())) {
    low.push_back(rewriter.getIndexAttr(offset));
    high.push_back(rewriter.getIndexAttr(extent - offset - size));
  }
  Value constant = arith::ConstantOp::create(rewriter, insert.getLoc(), value);
  rewriter.replaceOpWithNewOp<tensor::PadOp>(insert, insert.getType(), insert.getSource(), low, high, constant);
}

void st::mlirimport::combineSlices(func::FuncOp entry) {
  IRRewriter rewriter(entry.getContext());
  SmallVector<tensor::InsertSliceOp> inserts;
  entry.walk([&](tensor::InsertSliceOp insert) { inserts.push_back(insert); });
  // From the last to the first, so that a chain is met at its end; what it consumed is dead then.
  for (tensor::InsertSliceOp insert : llvm::reverse(inserts)) {
    if (insert->use_empty())
      continue;
    if (!combineConcat(rewriter, insert))
      combinePad(rewriter, insert);
  }
}
