//===- BufferRereads.cpp - What is read again is kept on chip -------------------------------------------------===//
//
// Weights are read again for every tile of tokens. A converter behind the DMA lets each element cross the kernel's
// boundary once and gives it to the readers as often as they ask. Memory on the chip goes first to the buffers that
// save the most external traffic for each byte that they take.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "Dialect/LayoutAlgebra.h"
#include "Dialect/LoopNest.h"
#include "Transforms/Fuse/OnChipBytes.h"
#include "Transforms/Fuse/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/Support/MathExtras.h"

#define DEBUG_TYPE "st-buffer-rereads"

namespace st {
#define GEN_PASS_DEF_BUFFERREREADS
#include "Transforms/Fuse/Passes.h.inc"
} // namespace st

using namespace mlir;
using namespace st;

namespace {
/// An argument of a kernel that is read again, and how it crosses once.
struct Reread {
  BlockArgument argument;
  ItensorType once;
  /// External traffic that the buffer saves in a launch, and what it takes on the chip, in bytes.
  int64_t savedBytes, bufferBytes;
};
} // namespace

/// `type` without the loops that pass the same data again; nullopt when there are none, or when its slices overlap.
static std::optional<ItensorType> streamOnce(ItensorType type) {
  type = canonicalize(type);
  LoopNest nest = LoopNest::ofTiles(type);
  size_t before = nest.loops.size();
  llvm::erase_if(nest.loops, [](const StridedLoop &loop) {
    return llvm::all_of(loop.strides, [](int64_t stride) { return stride == 0; });
  });
  if (nest.loops.size() == before)
    return std::nullopt;
  ItensorType once = nest.toType(type);
  if (whyNotProducer(once) || relate(once, type) != Relation::Convertible)
    return std::nullopt;
  return once;
}

static std::optional<Reread> findReread(BlockArgument argument) {
  auto type = dyn_cast<ItensorType>(argument.getType());
  auto once = type ? streamOnce(type) : std::nullopt;
  if (!once)
    return std::nullopt;
  int64_t tileBits = ShapedType::getNumElements(type.getTileShape()) * type.getScalarType().getIntOrFloatBitWidth();
  int64_t savedBytes = llvm::divideCeil((type.getNumTiles() - once->getNumTiles()) * tileBits, 8);
  return Reread{argument, *once, savedBytes, inferConverter(*once, type).bytes};
}

namespace {
struct BufferRereads : st::impl::BufferRereadsBase<BufferRereads> {
  using BufferRereadsBase::BufferRereadsBase;

  void runOnOperation() override {
    auto limit = getOnChipLimit(device, maxConverterBytes);
    if (llvm::Error error = limit.takeError()) {
      getOperation().emitError("cannot buffer what is read again: ") << llvm::toString(std::move(error));
      return signalPassFailure();
    }
    getOperation().walk([&](KernelOp kernel) {
      // Half of what is left: FIFOs and the granularity of memories take their part of it.
      buffer(kernel, (*limit - countBufferBytes(kernel) - countConverterBytes(kernel)) / 2);
    });
  }

private:
  void buffer(KernelOp kernel, int64_t free) {
    SmallVector<Reread> rereads;
    for (BlockArgument argument : kernel.getBody().getArguments())
      if (auto reread = findReread(argument); reread && reread->savedBytes >= minSavedBytes)
        rereads.push_back(*reread);
    llvm::stable_sort(rereads, [](const Reread &a, const Reread &b) {
      return double(a.savedBytes) * b.bufferBytes > double(b.savedBytes) * a.bufferBytes;
    });
    for (const Reread &reread : rereads) {
      if (reread.bufferBytes > free)
        continue;
      free -= reread.bufferBytes;
      ++numBuffers;
      BlockArgument argument = reread.argument;
      OpBuilder builder = OpBuilder::atBlockBegin(argument.getOwner());
      auto type = cast<ItensorType>(argument.getType());
      auto converter = ItensorConverterOp::create(builder, argument.getLoc(), type, argument);
      argument.replaceAllUsesExcept(converter.getResult(), converter);
      argument.setType(reread.once);
    }
  }
};
} // namespace
