#include "Reference/Process.h"
#include "Dialect/LayoutAlgebra.h"
#include "Reference/Compiler.h"

#include "mlir/Dialect/Utils/IndexingUtils.h"

using namespace mlir;
using namespace st;
using namespace st::reference;

Reference st::reference::copyOf(const Reference &other) {
  Reference copy(Buffer::allocate(other->bytes));
  std::memcpy(copy->data, other->data, other->bytes);
  return copy;
}

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

SliceWalk::SliceWalk(ItensorType type, ArrayRef<int64_t> tripCounts)
    : tripCounts(tripCounts), counters(type.getNumLoops(), 0), current(type.getRank(), 0),
      increments(type.getNumLoops(), SmallVector<int64_t>(type.getRank(), 0)) {
  for (auto [dim, expr] : llvm::enumerate(type.getIterMap().getResults()))
    addIncrements(expr, type.getSteps(), dim, increments, current[dim]);
}

void SliceWalk::moveBy(ArrayRef<int64_t> start) {
  for (auto [offset, move] : llvm::zip(current, start))
    offset += move;
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

void Crossing::limitTo(ArrayRef<int64_t> limits) {
  for (auto [extent, limit] : llvm::zip(tensorShape, limits))
    extent = std::min(extent, limit);
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
                             Reference tensor, const Session &session)
    : Process(std::move(name), op), slices(session.getNumTiles(type)), crossing(type, tensorType),
      walk(type, session.getTripCounts(type)), tensor(std::move(tensor)), tile(crossing.tileBytes()) {}

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

SinkProcess::SinkProcess(std::string name, Operation *op, ItensorType type, RankedTensorType tensorType, Fifo &fifo,
                         const Session &session)
    : Process(std::move(name), op), slices(session.getNumTiles(type)), crossing(type, tensorType),
      walk(type, session.getTripCounts(type)), tensor(Buffer::allocate(bytesOf(tensorType))),
      in(addPort(fifo, /*isReader=*/true)), tile(crossing.tileBytes()) {}

void SinkProcess::place(Reference memory, ArrayRef<int64_t> start, ArrayRef<int64_t> limits) {
  tensor = std::move(memory);
  crossing.limitTo(limits);
  walk.moveBy(start);
}

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

/// What is collected before it is emitted. With padding around it what lies beyond the extents must not pass.
static RankedTensorType collectedType(ItensorConverterOp op) {
  return op.getPad() ? op.getSource().getType().getTensorType() : spanOf(op);
}

/// How many tensors `type` streams one after the other: the leading loops that alone drive the leading dimensions, one
/// element at a time.
static SmallVector<int64_t> getStackedExtents(ItensorType type) {
  SmallVector<int64_t> extents;
  for (unsigned dim = 0; dim < std::min(type.getRank(), type.getNumLoops()); ++dim) {
    bool isAlone =
        llvm::count_if(type.getIterMap().getResults(), [&](AffineExpr expr) { return expr.isFunctionOfDim(dim); }) == 1;
    if (!isAlone || type.getIterMap().getResult(dim) != getAffineDimExpr(dim, type.getContext()) ||
        type.getTileShape()[dim] != 1 || type.getSteps()[dim] != 1 || type.getTripExtent(dim) ||
        type.getTripCounts()[dim] != type.getDataShape()[dim])
      break;
    extents.push_back(type.getTripCounts()[dim]);
  }
  return extents;
}

/// The rounds in which `op` collects and emits: the tensors that both sides stream one after the other.
static int64_t countRounds(ItensorConverterOp op) {
  int64_t rounds = 1;
  for (auto [dim, extents] :
       llvm::enumerate(llvm::zip(getStackedExtents(op.getSource().getType()), getStackedExtents(op.getType())))) {
    bool isPadded = getPadding(op).along(dim);
    if (std::get<0>(extents) != std::get<1>(extents) || isPadded)
      break;
    rounds *= std::get<0>(extents);
  }
  return rounds;
}

ConverterProcess::ConverterProcess(std::string name, ItensorConverterOp op, Fifo &from, Fifo &to,
                                   const Reference &padded, const Session &session)
    : Process(name, op), fill(name, op, op.getSource().getType(), collectedType(op), from, session),
      emitted(padded ? copyOf(padded) : fill.result()),
      drain(name, op, op.getType(), padded ? op.getType().getTensorType() : spanOf(op), emitted, session),
      rounds(countRounds(op)) {
  drain.setFifo(to);
  fill.slices = filledPerRound = fill.slices / rounds;
  drain.slices = drainedPerRound = drain.slices / rounds;
}

void ConverterProcess::placeInPadding() {
  auto converter = cast<ItensorConverterOp>(op);
  if (!converter.getPad())
    return;
  RankedTensorType inner = collectedType(converter), outer = converter.getType().getTensorType();
  SmallVector<int64_t> strides = byteStrides(outer);
  int64_t start = 0;
  for (auto [low, stride] : llvm::zip(*converter.getLow(), strides))
    start += low * stride;
  StridedCopy::plan(inner.getShape(), strides, byteStrides(inner), memoryBytes(elementKind(inner)))
      .execute(emitted->data + start, fill.result()->data);
}

Status ConverterProcess::resume() {
  for (; rounds > 0; --rounds) {
    if (!isFilled && fill.resume() != Status::Done) {
      waitsFor = fill.waitsFor;
      return status = fill.status;
    }
    if (!isFilled)
      placeInPadding();
    isFilled = true;
    if (drain.resume() != Status::Done) {
      waitsFor = drain.waitsFor;
      return status = drain.status;
    }
    isFilled = false;
    fill.slices = filledPerRound;
    drain.slices = drainedPerRound;
  }
  return status = Status::Done;
}

ReassociateProcess::ReassociateProcess(std::string name, ItensorReassociateOp op, Fifo &from, Fifo &to,
                                       const Session &session)
    : Process(std::move(name), op),
      popped(tileLayout(op.getSource().getType().getTileType(), op.getSource().getType().getTokenType())),
      pushed(tileLayout(op.getType().getTileType(), op.getType().getTokenType())), in(addPort(from, /*isReader=*/true)),
      out(addPort(to, /*isReader=*/false)), slices(session.getNumTiles(op.getType())),
      tile(popped.tokens * popped.tokenBytes) {}

Status ReassociateProcess::resume() {
  for (; slices > 0; --slices) {
    if (!tileIsFull && !popTile(*in, tile.data(), popped, moved)) {
      waitsFor = in;
      return status = Status::Blocked;
    }
    tileIsFull = true;
    if (!pushTile(*out, tile.data(), pushed, moved)) {
      waitsFor = out;
      return status = Status::Blocked;
    }
    tileIsFull = false;
  }
  return status = Status::Done;
}
