//===- LowerStreamTiles.cpp - Tiles that cross a FIFO become loops over tokens --------------------------------===//

#include "Transforms/Lower/LoopNest.h"
#include "Transforms/Lower/Passes.h"

namespace st {
#define GEN_PASS_DEF_LOWERSTREAMTILES
#include "Transforms/Lower/Passes.h.inc"
} // namespace st

using namespace mlir;
using namespace st;

/// Opens the loops over the tokens of `tile`, row-major, one token per cycle, and returns where the token lies.
static SmallVector<Value> enterTokenLoops(OpBuilder &builder, Location loc, Value tile, StreamType stream) {
  ArrayRef<int64_t> extents = cast<MemRefType>(tile.getType()).getShape();
  SmallVector<int64_t> steps(extents.size(), 1);
  if (auto vector = dyn_cast<VectorType>(stream.getTokenType()))
    steps.assign(vector.getShape().begin(), vector.getShape().end());
  return enterPipelinedNest(builder, loc, extents, steps, /*initiationInterval=*/1);
}

static void lowerRead(StreamReadTileOp op, IRRewriter &rewriter) {
  StreamType stream = op.getStream().getType();
  rewriter.setInsertionPoint(op);
  SmallVector<Value> indices = enterTokenLoops(rewriter, op.getLoc(), op.getDest(), stream);
  Value token = StreamReadOp::create(rewriter, op.getLoc(), stream.getTokenType(), op.getStream());
  if (isa<VectorType>(token.getType()))
    vector::StoreOp::create(rewriter, op.getLoc(), token, op.getDest(), indices);
  else
    memref::StoreOp::create(rewriter, op.getLoc(), token, op.getDest(), indices);
  rewriter.eraseOp(op);
}

static void lowerWrite(StreamWriteTileOp op, IRRewriter &rewriter) {
  StreamType stream = op.getStream().getType();
  rewriter.setInsertionPoint(op);
  SmallVector<Value> indices = enterTokenLoops(rewriter, op.getLoc(), op.getValue(), stream);
  Value token;
  if (auto vector = dyn_cast<VectorType>(stream.getTokenType()))
    token = vector::LoadOp::create(rewriter, op.getLoc(), vector, op.getValue(), indices);
  else
    token = memref::LoadOp::create(rewriter, op.getLoc(), op.getValue(), indices);
  StreamWriteOp::create(rewriter, op.getLoc(), token, op.getStream());
  rewriter.eraseOp(op);
}

namespace {
struct LowerStreamTiles : st::impl::LowerStreamTilesBase<LowerStreamTiles> {
  void runOnOperation() override {
    SmallVector<Operation *> ops;
    getOperation().walk([&](Operation *op) {
      if (isa<StreamReadTileOp, StreamWriteTileOp>(op))
        ops.push_back(op);
    });
    IRRewriter rewriter(&getContext());
    for (Operation *op : ops) {
      if (auto read = dyn_cast<StreamReadTileOp>(op))
        lowerRead(read, rewriter);
      else
        lowerWrite(cast<StreamWriteTileOp>(op), rewriter);
    }
  }
};
} // namespace
