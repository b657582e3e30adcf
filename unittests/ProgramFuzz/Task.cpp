//===- Task.cpp - The types of a task's streams ---------------------------------------------------------------===//

#include "Task.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;
using namespace st;
using namespace st::testing;
using namespace mlir;

Type st::testing::parseDtype(StringRef dtype, MLIRContext *context) {
  if (dtype == "f32")
    return Float32Type::get(context);
  unsigned bits = 32;
  dtype.drop_front().getAsInteger(10, bits);
  return IntegerType::get(context, bits);
}

std::string st::testing::tensorText(ArrayRef<int64_t> shape, StringRef dtype) {
  std::string text = "tensor<";
  for (int64_t extent : shape)
    text += std::to_string(extent) + "x";
  return text + dtype.str() + ">";
}

/// The itensor whose slices of `tile` go over `shape` in the order of `loops`, each at the sum of `index`.
static ItensorType makeType(ArrayRef<Loop> loops, ArrayRef<SmallVector<Term, 2>> index, ArrayRef<int64_t> tile,
                            ArrayRef<int64_t> shape, StringRef dtype, MLIRContext *context) {
  SmallVector<int64_t> trips, steps;
  SmallVector<AffineExpr> offsets(shape.size(), getAffineConstantExpr(0, context));
  for (auto [position, loop] : enumerate(loops)) {
    int64_t step = loop.step;
    for (auto [dim, terms] : enumerate(index))
      for (const Term &term : terms)
        if (term.dim == loop.dim) {
          step = loop.step * term.scale;
          offsets[dim] = offsets[dim] + getAffineDimExpr(position, context);
        }
    trips.push_back(loop.trips);
    steps.push_back(step);
  }
  return ItensorType::get(context, tile, parseDtype(dtype, context), shape, trips, steps,
                          AffineMap::get(loops.size(), 0, offsets, context));
}

ItensorType st::testing::operandType(const Task &task, const Operand &operand, ArrayRef<int64_t> shape, StringRef dtype,
                                     MLIRContext *context) {
  return makeType(ArrayRef(task.loops).take_front(operand.depth), operand.index, operand.tile, shape, dtype, context);
}

SmallVector<ItensorType, 2> st::testing::resultTypes(const Task &task, MLIRContext *context) {
  SmallVector<ItensorType, 2> types;
  auto add = [&](ArrayRef<unsigned> dims, ArrayRef<Loop> loops, StringRef dtype, int64_t rowTile) {
    SmallVector<SmallVector<Term, 2>, 4> index;
    Shape shape, tile;
    for (unsigned dim : dims) {
      index.push_back({{dim}});
      shape.push_back(task.dims[dim].extent);
      tile.push_back(rowTile != 0 && dim == task.rowDim() ? rowTile : task.dims[dim].tile);
    }
    types.push_back(makeType(loops, index, tile, shape, dtype, context));
  };
  if (task.kind == TaskKind::Nest) {
    add(task.resultDims, ArrayRef(task.loops).take_front(task.parallelLoops), task.resultDtype, 0);
    return types;
  }
  SmallVector<Loop> loops(ArrayRef(task.loops));
  const Dim &row = task.dims[task.rowDim()];
  int64_t tile = task.kind == TaskKind::Row ? task.columnTile : row.tile;
  loops.back().step = tile;
  loops.back().trips = (row.extent + tile - 1) / tile;
  add(task.resultDims, loops, task.resultDtype, tile);
  if (task.yieldsReduced) {
    SmallVector<unsigned, 4> outer(make_filter_range(task.resultDims, [&](unsigned d) { return d != task.rowDim(); }));
    add(outer, ArrayRef(loops).drop_back(), task.body.dtype, 0);
  }
  return types;
}
