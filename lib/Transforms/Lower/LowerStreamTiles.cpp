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

/// Whether `tile` is a view of a buffer of another rank. Once it is folded, no vector of the tile's rank fits the
/// buffer, so that tokens are taken apart into lanes.
static bool isRegrouped(Value tile) {
  while (Operation *view = tile.getDefiningOp()) {
    if (isa<memref::ExpandShapeOp, memref::CollapseShapeOp>(view))
      return true;
    if (!isa<memref::SubViewOp, memref::CastOp>(view))
      return false;
    tile = view->getOperand(0);
  }
  return false;
}

/// Calls `access` for each lane of a token of type `vector` that lies at `indices`: its place in the token and in
/// memory. Tokens are vectors along the last dimension.
static void forEachLane(OpBuilder &builder, Location loc, VectorType vector, ArrayRef<Value> indices,
                        function_ref<void(ArrayRef<int64_t>, ValueRange)> access) {
  SmallVector<int64_t> place(vector.getRank(), 0);
  for (int64_t lane = 0; lane < vector.getNumElements(); ++lane) {
    place.back() = lane;
    SmallVector<Value> at(indices);
    Value offset = arith::ConstantIndexOp::create(builder, loc, lane);
    at.back() = arith::AddIOp::create(builder, loc, at.back(), offset);
    access(place, at);
  }
}

static void lowerRead(StreamReadTileOp op, IRRewriter &rewriter) {
  StreamType stream = op.getStream().getType();
  rewriter.setInsertionPoint(op);
  SmallVector<Value> indices = enterTokenLoops(rewriter, op.getLoc(), op.getDest(), stream);
  Value token = StreamReadOp::create(rewriter, op.getLoc(), stream.getTokenType(), op.getStream());
  auto vector = dyn_cast<VectorType>(token.getType());
  if (vector && isRegrouped(op.getDest()))
    forEachLane(rewriter, op.getLoc(), vector, indices, [&](ArrayRef<int64_t> lane, ValueRange at) {
      Value scalar = vector::ExtractOp::create(rewriter, op.getLoc(), token, lane);
      memref::StoreOp::create(rewriter, op.getLoc(), scalar, op.getDest(), at);
    });
  else if (vector)
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
