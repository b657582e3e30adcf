//===- AdapterTask.cpp - The task that cuts a stream into tokens of another width -----------------------------===//

#include "Transforms/Optimize/AdapterTask.h"
#include "Dialect/DataSet.h"
#include "Dialect/LoopNest.h"
#include "Transforms/Optimize/ConverterBuffer.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include <numeric>

using namespace mlir;
using namespace st;

/// `type` with each token a slice of its own.
static ItensorType streamTokens(ItensorType type) {
  LoopNest nest = LoopNest::ofTiles(type);
  SmallVector<int64_t> tile = type.getTileShape();
  for (auto [dim, count] : llvm::enumerate(type.getElementShape())) {
    StridedLoop loop{count, SmallVector<int64_t, 4>(type.getRank(), 0)};
    loop.strides[dim] = tile[dim] / count;
    nest.loops.push_back(loop);
  }
  nest.canonicalize();
  MLIRContext *context = type.getContext();
  SmallVector<int64_t> ones(type.getRank(), 1);
  SmallVector<AffineExpr> zeros(type.getRank(), getAffineConstantExpr(0, context));
  return nest.toType(ItensorType::get(context, ones, type.getElementType(), type.getDataShape(), /*tripCounts=*/{},
                                      /*steps=*/{}, AffineMap::get(0, 0, zeros, context)));
}

namespace {
/// A token in the row of scalars that the adapter holds.
struct Token {
  explicit Token(ItensorType type) : type(type.getTileType()), width(this->type.getNumElements()) {
    auto &all = groups.emplace_back();
    for (int64_t dim = 0; dim < this->type.getRank(); ++dim)
      all.push_back(dim);
  }

  Value extract(OpBuilder &body, Location loc, Value held, OpFoldResult offset) const {
    OpFoldResult size = body.getIndexAttr(width), one = body.getIndexAttr(1);
    Value slice = tensor::ExtractSliceOp::create(body, loc, held, offset, size, one);
    return type.getRank() == 1 ? slice : tensor::ExpandShapeOp::create(body, loc, type, slice, groups).getResult();
  }
  Value insert(OpBuilder &body, Location loc, Value token, Value held, OpFoldResult offset) const {
    OpFoldResult size = body.getIndexAttr(width), one = body.getIndexAttr(1);
    if (type.getRank() != 1)
      token = tensor::CollapseShapeOp::create(body, loc, token, groups);
    return tensor::InsertSliceOp::create(body, loc, token, held, offset, size, one);
  }

  RankedTensorType type;
  int64_t width;
  SmallVector<ReassociationIndices> groups;
};
} // namespace

Value st::buildAdapterTask(OpBuilder &builder, Location loc, StringRef name, Value source, ItensorType type,
                           int64_t &heldBytes) {
  ItensorType from = streamTokens(cast<ItensorType>(source.getType())), to = streamTokens(type);
  Token pulled(from), pushed(to);
  int64_t held = std::lcm(pulled.width, pushed.width);
  heldBytes += bytesOfBuffer(held, type.getScalarType(), /*halves=*/1);

  Value tokens = ItensorCastOp::create(builder, loc, from, source);
  Value fifo = ItensorInstanceOp::create(builder, loc, to, /*depth_tokens=*/nullptr, /*storage=*/nullptr);
  TaskBuilder task(builder, loc, name, "converter", tokens, fifo);
  task.task->setDiscardableAttr("st.halves", builder.getI64IntegerAttr(1));
  using Values = SmallVector<Value>;
  Value buffer = createConverterBuffer(task, loc, held, type.getScalarType(), /*pad=*/nullptr);
  auto fill = [&](ValueRange variables, ValueRange carried) -> Values {
    OpFoldResult offset = task.getOffset(variables, pulled.width, 0);
    // Read where it is held.
    Value place = pulled.extract(task.body, loc, carried.front(), offset);
    Value token = ItensorReadOp::create(task.body, loc, pulled.type, task.getRead(0), place).getResult();
    return {pulled.insert(task.body, loc, token, carried.front(), offset)};
  };
  auto run = [&](ValueRange, ValueRange carried) -> Values {
    Value filled = task.buildNest(TaskBuilder::Loop{held / pulled.width, 1}, carried[0], fill).front();
    auto drain = [&](ValueRange variables, ValueRange streams) -> Values {
      OpFoldResult offset = task.getOffset(variables, pushed.width, 0);
      return {task.push(pushed.extract(task.body, loc, filled, offset), streams.front())};
    };
    return {filled, task.buildNest(TaskBuilder::Loop{held / pushed.width, 1}, carried[1], drain).front()};
  };
  int64_t rounds = from.getNumTiles() * pulled.width / held;
  Value stream = task.buildNest(TaskBuilder::Loop{rounds, 1}, {buffer, task.getInits().front()}, run)[1];
  return ItensorCastOp::create(builder, loc, type, task.finish(stream).getResult(0));
}
