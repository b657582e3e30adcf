// What runs inside a kernel: tasks, and the crossings and converters that are not tasks yet.
#pragma once

#include "Dialect/StDialect.h"
#include "Reference/Activation.h"
#include "Reference/Handlers.h"

#include <memory>
#include <string>

namespace st::reference {

struct Session;

/// A tensor of its own with the same contents.
Reference copyOf(const Reference &other);

/// Something that runs until it has to wait.
class Process {
public:
  Process(std::string name, mlir::Operation *op) : name(std::move(name)), op(op) {}
  virtual ~Process() = default;

  /// Whether `resume` would get any further. A process that has not started can.
  virtual bool canResume() const { return !waitsFor || waitsFor->ready() > 0; }
  /// Runs until it is done, waits for `waitsFor`, or has failed, which it reports.
  virtual Status resume() = 0;

  /// An end of `fifo` for this process.
  Port *addPort(Fifo &fifo, bool isReader);

  const std::string name;
  mlir::Operation *const op;
  Status status = Status::Ready;
  Port *waitsFor = nullptr;
  std::vector<std::unique_ptr<Port>> ports;
};

/// The offsets of an itensor's slices in stream order.
class SliceWalk {
public:
  /// `tripCounts` are those of `type` in this run.
  SliceWalk(ItensorType type, llvm::ArrayRef<int64_t> tripCounts);
  /// Offset of the current slice by data dimension, in scalars.
  llvm::ArrayRef<int64_t> offset() const { return current; }
  /// Adds `start` to all offsets.
  void moveBy(llvm::ArrayRef<int64_t> start);
  void next();

private:
  llvm::SmallVector<int64_t> tripCounts, counters, current;
  /// What one iteration of a loop adds to each offset.
  llvm::SmallVector<llvm::SmallVector<int64_t>> increments;
};

/// Copies between a tensor and the slices of an itensor that lies in it, in its logical shape or packed by tiles.
class Crossing {
public:
  Crossing(ItensorType type, mlir::RankedTensorType tensor);
  /// Fills `tile`; elements beyond the extent become zero.
  void read(const char *tensor, llvm::ArrayRef<int64_t> offset, char *tile) const;
  /// Makes elements from `limits` on, by dimension, count as beyond the extent.
  void limitTo(llvm::ArrayRef<int64_t> limits);
  /// Elements beyond the extent are dropped.
  void write(char *tensor, llvm::ArrayRef<int64_t> offset, const char *tile) const;

  const TileLayout &layout() const { return tileOrder; }
  int64_t tileBytes() const { return tileOrder.tokens * tileOrder.tokenBytes; }

private:
  /// Where the slice lies in the tensor, and how much of it along each dimension.
  int64_t locate(llvm::ArrayRef<int64_t> offset, llvm::SmallVectorImpl<int64_t> &extents) const;

  llvm::SmallVector<int64_t> tileShape, tileStrides, tensorShape, tensorStrides;
  bool isPacked;
  int64_t elementBytes;
  TileLayout tileOrder;
};

/// The DMA that an operand's crossing is: streams the slices of a tensor to one reader.
class SourceProcess : public Process {
public:
  SourceProcess(std::string name, mlir::Operation *op, ItensorType type, mlir::RankedTensorType tensorType,
                Reference tensor, const Session &session);
  Status resume() override;
  void setFifo(Fifo &fifo) { out = addPort(fifo, /*isReader=*/false); }

  /// Slices until it is done.
  int64_t slices;

private:
  Crossing crossing;
  SliceWalk walk;
  Reference tensor;
  Port *out = nullptr;
  int64_t moved = 0;
  std::vector<char> tile;
  bool tileIsFull = false;
};

/// The DMA that a result's crossing is: collects slices into a tensor.
class SinkProcess : public Process {
public:
  SinkProcess(std::string name, mlir::Operation *op, ItensorType type, mlir::RankedTensorType tensorType, Fifo &fifo,
              const Session &session);
  Status resume() override;
  Reference result() const { return tensor; }
  /// Writes into `memory`, all slices moved by `start`, and nothing from `limits` on.
  void place(Reference memory, llvm::ArrayRef<int64_t> start, llvm::ArrayRef<int64_t> limits);

  /// Slices until it is done.
  int64_t slices;

private:
  Crossing crossing;
  SliceWalk walk;
  Reference tensor;
  Port *in;
  int64_t moved = 0;
  std::vector<char> tile;
};

/// st.itensor_converter: collects by the offsets of one type, then emits by those of the other. A stack of tensors, one
/// after the other, is several rounds: a repetition may need what comes out of one to make what goes into the next.
class ConverterProcess : public Process {
public:
  /// `padded` is the result's tensor before the source's lies in it, null without padding.
  ConverterProcess(std::string name, ItensorConverterOp op, Fifo &from, Fifo &to, const Reference &padded,
                   const Session &session);
  Status resume() override;

private:
  /// Copies what has been collected into the middle of the padded tensor.
  void placeInPadding();

  SinkProcess fill;
  Reference emitted;
  SourceProcess drain;
  int64_t rounds, filledPerRound, drainedPerRound;
  bool isFilled = false;
};

/// st.itensor_reassociate: the scalars of each slice in slices of another shape.
class ReassociateProcess : public Process {
public:
  ReassociateProcess(std::string name, ItensorReassociateOp op, Fifo &from, Fifo &to, const Session &session);
  Status resume() override;

private:
  TileLayout popped, pushed;
  Port *in, *out;
  int64_t slices, moved = 0;
  std::vector<char> tile;
  bool tileIsFull = false;
};

} // namespace st::reference
