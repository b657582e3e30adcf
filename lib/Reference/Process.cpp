#include "Reference/Process.h"
#include "Dialect/LayoutAlgebra.h"
#include "Reference/Compiler.h"

#include "mlir/Dialect/Utils/IndexingUtils.h"

using namespace mlir;
using namespace st;
using namespace st::reference;

Port *Process::addPort(Fifo &fifo, bool isReader) {
  ports.push_back(std::make_unique<Port>());
  Port *port = ports.back().get();
  port->fifo = &fifo;
  port->reader = isReader ? fifo.addReader() : -1;
  return port;
}

//===----------------------------------------------------------------------------------------------------------===//
// Slices
//===----------------------------------------------------------------------------------------------------------===//

/// Adds what `expr`, a constant or a sum of dimensions, adds per iteration of each loop.
static void addIncrements(AffineExpr expr, ArrayRef<int64_t> steps, int64_t dim,
                          MutableArrayRef<SmallVector<int64_t>> increments, int64_t &constant) {
  if (auto number = dyn_cast<AffineConstantExpr>(expr)) {
    constant += number.getValue();
  } else if (auto loop = dyn_cast<AffineDimExpr>(expr)) {
    increments[loop.getPosition()][dim] += steps[loop.getPosition()];
  } else {
    auto sum = cast<AffineBinaryOpExpr>(expr);
    addIncrements(sum.getLHS(), steps, dim, increments, constant);
    addIncrements(sum.getRHS(), steps, dim, increments, constant);
  }
}

SliceWalk::SliceWalk(ItensorType type)
    : tripCounts(type.getTripCounts()), counters(type.getNumLoops(), 0), current(type.getRank(), 0),
      increments(type.getNumLoops(), SmallVector<int64_t>(type.getRank(), 0)) {
  for (auto [dim, expr] : llvm::enumerate(type.getIterMap().getResults()))
    addIncrements(expr, type.getSteps(), dim, increments, current[dim]);
}

void SliceWalk::next() {
  // Like an odometer, the innermost loop first.
  for (int64_t loop = int64_t(tripCounts.size()) - 1; loop >= 0; --loop) {
    bool wraps = ++counters[loop] == tripCounts[loop];
    int64_t iterations = wraps ? 1 - tripCounts[loop] : 1;
    for (auto [offset, increment] : llvm::zip(current, increments[loop]))
      offset += iterations * increment;
    if (!wraps)
      return;
    counters[loop] = 0;
  }
}

Crossing::Crossing(ItensorType type, RankedTensorType tensor)
    : tileShape(type.getTileShape()), tileStrides(byteStrides(type.getTileType())), tensorShape(tensor.getShape()),
      tensorStrides(byteStrides(tensor)), isPacked(tensor.getRank() != type.getRank()),
      elementBytes(memoryBytes(elementKind(tensor))), tileOrder(tileLayout(type.getTileType(), type.getTokenType())) {}

int64_t Crossing::locate(ArrayRef<int64_t> offset, SmallVectorImpl<int64_t> &extents) const {
  extents = tileShape;
  int64_t bytes = 0;
  for (size_t dim = 0; dim < tileShape.size(); ++dim) {
    bytes += (isPacked ? offset[dim] / tileShape[dim] : offset[dim]) * tensorStrides[dim];
    if (!isPacked)
      extents[dim] = std::clamp<int64_t>(tensorShape[dim] - offset[dim], 0, tileShape[dim]);
  }
  return bytes;
}

void Crossing::read(const char *tensor, ArrayRef<int64_t> offset, char *tile) const {
  SmallVector<int64_t> extents;
  int64_t bytes = locate(offset, extents);
  if (extents != tileShape)
    std::memset(tile, 0, tileBytes());
  if (llvm::is_contained(extents, 0))
    return;
  ArrayRef<int64_t> strides = ArrayRef(tensorStrides).take_back(tileShape.size());
  StridedCopy::plan(extents, tileStrides, strides, elementBytes).execute(tile, tensor + bytes);
}

void Crossing::write(char *tensor, ArrayRef<int64_t> offset, const char *tile) const {
  SmallVector<int64_t> extents;
  int64_t bytes = locate(offset, extents);
  if (llvm::is_contained(extents, 0))
    return;
  ArrayRef<int64_t> strides = ArrayRef(tensorStrides).take_back(tileShape.size());
  StridedCopy::plan(extents, strides, tileStrides, elementBytes).execute(tensor + bytes, tile);
}

//===----------------------------------------------------------------------------------------------------------===//
// Crossings and converters
//===----------------------------------------------------------------------------------------------------------===//

SourceProcess::SourceProcess(std::string name, Operation *op, ItensorType type, RankedTensorType tensorType,
                             Reference tensor)
    : Process(std::move(name), op), crossing(type, tensorType), walk(type), tensor(std::move(tensor)),
      slices(type.getNumTiles()), tile(crossing.tileBytes()) {}

Status SourceProcess::resume() {
  for (; slices > 0; --slices) {
    if (!tileIsFull)
      crossing.read(tensor->data, walk.offset(), tile.data());
    tileIsFull = true;
    if (!pushTile(*out, tile.data(), crossing.layout(), moved)) {
      waitsFor = out;
      return status = Status::Blocked;
    }
    tileIsFull = false;
    walk.next();
  }
  return status = Status::Done;
}

SinkProcess::SinkProcess(std::string name, Operation *op, ItensorType type, RankedTensorType tensorType, Fifo &fifo)
    : Process(std::move(name), op), crossing(type, tensorType), walk(type),
      tensor(Buffer::allocate(bytesOf(tensorType))), in(addPort(fifo, /*isReader=*/true)), slices(type.getNumTiles()),
      tile(crossing.tileBytes()) {}

Status SinkProcess::resume() {
  for (; slices > 0; --slices) {
    if (!popTile(*in, tile.data(), crossing.layout(), moved)) {
      waitsFor = in;
      return status = Status::Blocked;
    }
    crossing.write(tensor->data, walk.offset(), tile.data());
    walk.next();
  }
  return status = Status::Done;
}

/// The tensor that holds every element that either type touches, padding included, so that padding passes unchanged.
static RankedTensorType spanOf(ItensorConverterOp op) {
  SmallVector<int64_t> shape = op.getSource().getType().getSpan();
  for (auto [extent, other] : llvm::zip(shape, op.getType().getSpan()))
    extent = std::max(extent, other);
  return RankedTensorType::get(shape, op.getType().getScalarType());
}

ConverterProcess::ConverterProcess(std::string name, ItensorConverterOp op, Fifo &from, Fifo &to)
    : Process(name, op), fill(name, op, op.getSource().getType(), spanOf(op), from),
      drain(name, op, op.getType(), spanOf(op), fill.result()) {
  drain.setFifo(to);
}

Status ConverterProcess::resume() {
  if (fill.status != Status::Done && fill.resume() != Status::Done) {
    waitsFor = fill.waitsFor;
    return status = fill.status;
  }
  status = drain.resume();
  waitsFor = drain.waitsFor;
  return status;
}
