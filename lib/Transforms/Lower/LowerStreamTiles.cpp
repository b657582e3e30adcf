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
static SmallVector<Value> enterTokenLoops(OpBuilder &builder, Location loc, Value tile, Type token) {
  ArrayRef<int64_t> extents = cast<MemRefType>(tile.getType()).getShape();
  SmallVector<int64_t> steps(extents.size(), 1);
  if (auto vector = dyn_cast<VectorType>(token))
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

/// A tile in memory and the tokens that it crosses as. Where `tile` is a view that only adds leading unit dimensions,
/// both are taken without them: a vector of more dimensions than the buffer has cannot be loaded from it.
static std::pair<Value, Type> dropLeadingUnits(Value tile, Type token) {
  // A cast to a looser layout is of no interest here.
  if (auto cast = tile.getDefiningOp<memref::CastOp>(); cast && cast.getSource().getDefiningOp<memref::ExpandShapeOp>())
    tile = cast.getSource();
  while (auto view = tile.getDefiningOp<memref::ExpandShapeOp>()) {
    ArrayRef<int64_t> shape = view.getResultType().getShape(), inner = view.getSrcType().getShape();
    auto vector = dyn_cast<VectorType>(token);
    ArrayRef<int64_t> added = shape.drop_back(inner.size());
    if (shape.take_back(inner.size()) != inner || !llvm::all_of(added, [](int64_t extent) { return extent == 1; }))
      break;
    if (vector)
      token = inner.empty() ? vector.getElementType()
                            : VectorType::get(vector.getShape().take_back(inner.size()), vector.getElementType());
    tile = view.getSrc();
  }
  return {tile, token};
}

static void lowerRead(StreamReadTileOp op, IRRewriter &rewriter) {
  rewriter.setInsertionPoint(op);
  auto [dest, type] = dropLeadingUnits(op.getDest(), op.getStream().getType().getTokenType());
  SmallVector<Value> indices = enterTokenLoops(rewriter, op.getLoc(), dest, type);
  Value token = StreamReadOp::create(rewriter, op.getLoc(), type, op.getStream()), memory = dest;
  auto vector = dyn_cast<VectorType>(type);
  if (vector && isRegrouped(memory))
    forEachLane(rewriter, op.getLoc(), vector, indices, [&](ArrayRef<int64_t> lane, ValueRange at) {
      Value scalar = vector::ExtractOp::create(rewriter, op.getLoc(), token, lane);
      memref::StoreOp::create(rewriter, op.getLoc(), scalar, memory, at);
    });
  else if (vector)
    vector::StoreOp::create(rewriter, op.getLoc(), token, memory, indices);
  else
    memref::StoreOp::create(rewriter, op.getLoc(), token, memory, indices);
  rewriter.eraseOp(op);
}

static void lowerWrite(StreamWriteTileOp op, IRRewriter &rewriter) {
  rewriter.setInsertionPoint(op);
  auto [value, type] = dropLeadingUnits(op.getValue(), op.getStream().getType().getTokenType());
  SmallVector<Value> indices = enterTokenLoops(rewriter, op.getLoc(), value, type);
  Value token;
  if (auto vector = dyn_cast<VectorType>(type))
    token = vector::LoadOp::create(rewriter, op.getLoc(), vector, value, indices);
  else
    token = memref::LoadOp::create(rewriter, op.getLoc(), value, indices);
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
