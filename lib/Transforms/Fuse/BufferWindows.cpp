//===- BufferWindows.cpp - Windows read external memory once --------------------------------------------------===//
//
// A window that moves over rows meets each of them several times. Between two kernels' tasks a line buffer keeps them;
// what comes from external memory would be read again for every row of the window. One line buffer behind the DMA makes
// it read everything once, and is where padding is added, too.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "Dialect/LayoutAlgebra.h"
#include "Dialect/LoopNest.h"
#include "Transforms/Fuse/KernelLinks.h"
#include "Transforms/Fuse/OnChipBytes.h"
#include "Transforms/Fuse/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "llvm/Support/MathExtras.h"

#define DEBUG_TYPE "st-buffer-windows"

namespace st {
#define GEN_PASS_DEF_BUFFERWINDOWS
#include "Transforms/Fuse/Passes.h.inc"
} // namespace st

using namespace mlir;
using namespace st;

namespace {

/// How a window's tensor is read once instead.
struct LineBuffer {
  ItensorType source;
  Padding padding;
  int64_t bytes;
};

/// A loop that steps a window along `dim`; loops inside of it move along the same dimension.
struct StepLoop {
  unsigned loop, dim;
};

} // namespace

static bool movesAlong(const StridedLoop &loop, unsigned dim) { return loop.strides[dim] != 0; }

static std::optional<StepLoop> findStepLoop(const LoopNest &nest) {
  for (auto [index, loop] : llvm::enumerate(nest.loops)) {
    if (llvm::count_if(loop.strides, [](int64_t stride) { return stride != 0; }) != 1)
      continue;
    unsigned dim = llvm::find_if(loop.strides, [](int64_t stride) { return stride != 0; }) - loop.strides.begin();
    auto inner = ArrayRef(nest.loops).drop_front(index + 1);
    if (llvm::any_of(inner, [dim = dim](const StridedLoop &other) { return movesAlong(other, dim); }))
      return StepLoop{unsigned(index), dim};
  }
  return std::nullopt;
}

/// `window`, a stream that steps along rows, with every row once, of the tensor without `padding`. Slices that are
/// whole along a padded dimension shrink with it; nothing where they are parts of it.
static std::optional<ItensorType> streamOnce(ItensorType window, const LoopNest &nest, const StepLoop &step,
                                             const Padding &padding) {
  SmallVector<int64_t> shape(window.getDataShape()), tile(window.getTileShape());
  for (unsigned dim = 0; dim < window.getRank(); ++dim) {
    if (!padding.along(dim))
      continue;
    bool isWhole = tile[dim] == shape[dim] && nest.start[dim] == 0 &&
                   llvm::none_of(nest.loops, [dim](const StridedLoop &loop) { return movesAlong(loop, dim); });
    shape[dim] -= padding.lowOf(dim) + padding.highOf(dim);
    if (dim == step.dim)
      continue;
    if (!isWhole)
      return std::nullopt;
    tile[dim] = shape[dim];
  }
  LoopNest once{nest.start, {}};
  once.start[step.dim] = 0;
  for (auto [index, loop] : llvm::enumerate(nest.loops)) {
    if (index == step.loop) {
      StridedLoop rowLoop = loop;
      rowLoop.count = llvm::divideCeil(shape[step.dim], tile[step.dim]);
      rowLoop.strides[step.dim] = tile[step.dim];
      once.loops.push_back(rowLoop);
      continue;
    }
    bool isStill = llvm::all_of(loop.strides, [](int64_t stride) { return stride == 0; });
    // Loops inside that pass the same data again, or other rows of it, are the line buffer's to run.
    if (index > step.loop && (isStill || movesAlong(loop, step.dim)))
      continue;
    once.loops.push_back(loop);
  }
  MLIRContext *context = window.getContext();
  SmallVector<AffineExpr> zeros(window.getRank(), getAffineConstantExpr(0, context));
  auto like = ItensorType::get(context, tile, window.getScalarType(), shape, /*tripCounts=*/{}, /*steps=*/{},
                               AffineMap::get(0, 0, zeros, context));
  return once.toType(like);
}

static std::optional<LineBuffer> findLineBuffer(ItensorType window, const Padding &padding) {
  window = canonicalize(window);
  LoopNest nest = LoopNest::ofTiles(window);
  auto step = findStepLoop(nest);
  auto source = step ? streamOnce(window, nest, *step, padding) : std::nullopt;
  if (!source || source->getNumTiles() >= window.getNumTiles() || !isTileAligned(*source))
    return std::nullopt;
  auto plan = inferRollingConverter(*source, window, padding);
  if (!plan)
    return std::nullopt;
  return LineBuffer{*source, padding, plan->bytes};
}

/// Whether the stream of `argument` comes from what a compile-time constant holds.
static bool isConstant(Value operand) {
  Operation *op = operand.getDefiningOp();
  return op && op->hasTrait<OpTrait::ConstantLike>();
}

namespace {
struct BufferWindows : st::impl::BufferWindowsBase<BufferWindows> {
  using BufferWindowsBase::BufferWindowsBase;

  void runOnOperation() override {
    auto limit = getOnChipLimit(device, maxConverterBytes);
    if (llvm::Error error = limit.takeError()) {
      getOperation().emitError("cannot buffer windows: ") << llvm::toString(std::move(error));
      return signalPassFailure();
    }
    getOperation().walk([&](KernelOp kernel) {
      int64_t free = *limit - countBufferBytes(kernel) - countConverterBytes(kernel);
      for (BlockArgument argument : kernel.getBody().getArguments())
        free -= buffer(kernel, argument, free);
    });
  }

private:
  /// Puts a line buffer behind `argument` where that fits into `free` bytes; gives what it takes.
  int64_t buffer(KernelOp kernel, BlockArgument argument, int64_t free) {
    auto window = dyn_cast<ItensorType>(argument.getType());
    Value operand = kernel.getInputs()[argument.getArgNumber()];
    if (!window || isConstant(operand))
      return 0;
    std::optional<LineBuffer> found;
    auto pad = operand.getDefiningOp<tensor::PadOp>();
    TypedAttr padValue = pad ? getPadValue(pad) : TypedAttr();
    if (padValue)
      found =
          findLineBuffer(window, {SmallVector<int64_t>(pad.getStaticLow()), SmallVector<int64_t>(pad.getStaticHigh())});
    bool isPadded = found.has_value();
    if (!found)
      found = findLineBuffer(window, {});
    if (!found || found->bytes > free)
      return 0;

    OpBuilder builder = OpBuilder::atBlockBegin(argument.getOwner());
    auto converter = ItensorConverterOp::create(builder, argument.getLoc(), window, argument);
    argument.replaceAllUsesExcept(converter.getResult(), converter);
    argument.setType(found->source);
    if (isPadded) {
      converter.setLow(found->padding.low);
      converter.setHigh(found->padding.high);
      converter.setPadAttr(padValue);
      kernel.getInputsMutable()[argument.getArgNumber()].set(pad.getSource());
      if (isOpTriviallyDead(pad))
        pad.erase();
    }
    ++numBuffers;
    return found->bytes;
  }
};
} // namespace
