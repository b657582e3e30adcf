//===- Datapath.h - A task's pipelines as wires and registers ---------------------------------------*- C++ -*-===//
//
// Every value of a pipeline's body becomes a wire that is there a fixed number of cycles after its iteration began, its
// stage; a value that is needed later goes through registers. Operations begin when their last operand arrives and take
// the latencies of the device file, as the schedule says. Values are held in as few bits as they can need and stand for
// their sign extension. Accumulators are read when the sum begins.
//
//===----------------------------------------------------------------------------------------------------------===//

#ifndef ST_EMIT_RTL_DATAPATH_H
#define ST_EMIT_RTL_DATAPATH_H

#include "Device/Device.h"
#include "Emit/Common/NameScope.h"
#include "Emit/Rtl/Control.h"
#include "Emit/Rtl/Features.h"
#include "Emit/Rtl/IndexResolver.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringMap.h"
#include <deque>
#include <set>

namespace st::rtl {

/// A wire of one pipeline, in cycle `stage` of its iteration.
struct Net {
  std::string name;
  /// What it is assigned; empty for an output of an instance.
  std::string source;
  unsigned width = 1;
  /// The low bits that anybody reads.
  unsigned usedBits = 0;
  int64_t stage = 0;
  /// When the schedule counts on it; not before `stage`.
  int64_t arrival = 0;
  /// Registers behind it, so far, and how often each of them is read.
  int64_t delays = 0;
  llvm::SmallDenseMap<int64_t, unsigned> taps;
  /// The net, so many registers behind it, some bits of which this net is.
  const Net *wiredFrom = nullptr;
  int64_t wiredAt = 0;
  std::optional<int64_t> constant;
};

/// What a value of the IR is bound to.
struct Bound {
  Net *net = nullptr;
  /// A product that may become part of a sum: its factors, which are there `start` cycles into the iteration.
  Net *left = nullptr, *right = nullptr;
  int64_t start = 0;
  unsigned width = 0;
  int64_t arrival = 0;
  /// A load from an accumulator, which happens when it is used.
  struct Buffer *accumulator = nullptr;
  Index row, bank;
  /// A vector.
  std::vector<Bound> lanes;
};

/// An access to a buffer's bank first + stride * selector.
struct BankChoice {
  int64_t first = 0, stride = 0, count = 1;
  Index selector;
};

struct Store {
  unsigned pipeline;
  int64_t stage;
  Index row;
  BankChoice bank;
  Net *data;
};

/// A read port's address in one pipeline.
struct ReadUse {
  unsigned pipeline;
  int64_t stage;
  Index row;
};

struct Buffer {
  BufferOp op;
  std::string name;
  unsigned width = 1;
  std::vector<int64_t> shape, factors;
  int64_t banks = 1, rows = 1;
  std::string style;
  /// The read comes with a clock.
  bool isSync = false;
  std::vector<Store> stores;
  /// By port.
  std::vector<std::vector<ReadUse>> ports;
};

/// A stream that the task reads or writes, or external memory, whose port hands it tokens as a stream does.
struct Channel {
  mlir::BlockArgument argument;
  bool isMemory = false;
  std::string name;
  bool isRead = true;
  unsigned width = 1;
  struct Use {
    unsigned pipeline;
    int64_t stage;
    std::string data;
  };
  std::vector<Use> uses;
};

class Datapath {
public:
  Datapath(TaskOp task, Control &control, const Device &device) : task(task), control(control), device(device) {}

  /// Fails with a diagnostic at an operation that has no RTL form.
  mlir::LogicalResult build();

  /// The stage of a net, with registers added where it is older.
  std::string at(Net *net, int64_t stage);
  /// The same in `bits` bits.
  std::string at(Net *net, int64_t stage, unsigned bits);
  std::string delayed(Net *net, int64_t stage);
  /// A wire of pipeline `pipeline` with the value of `index`, in cycle 0.
  Net *indexNet(unsigned pipeline, const Index &index, unsigned bits);

  IndexSpace space;
  std::deque<Buffer> buffers;
  std::vector<Channel> channels;
  /// Wires, registers and instances, in order; and what the registers take in each cycle that does not stall.
  std::vector<std::string> lines, transfers;
  /// Values of which somebody takes some bits only.
  std::set<std::string> partlyUsed;
  Features features;
  /// Counts the registers, once everything has been printed.
  void countRegisters();

private:
  mlir::LogicalResult declare();
  mlir::LogicalResult addBuffer(BufferOp op);
  mlir::FailureOr<Channel *> useChannel(mlir::Operation *op, mlir::Value stream);
  mlir::LogicalResult addPop(mlir::Operation *op, mlir::Value stream, int64_t latency);
  mlir::LogicalResult addPush(mlir::Operation *op, mlir::Value stream, mlir::Value value, int64_t latency);
  mlir::LogicalResult addOperations(llvm::ArrayRef<mlir::Operation *> operations);
  mlir::LogicalResult addOperation(mlir::Operation *op);
  mlir::LogicalResult addScalar(mlir::Operation *op);
  mlir::LogicalResult addStore(mlir::Operation *op, mlir::Value memref, mlir::ValueRange indices,
                               llvm::ArrayRef<Bound> values, llvm::ArrayRef<int64_t> shape);
  mlir::LogicalResult addLoad(mlir::Operation *op, mlir::Value memref, mlir::ValueRange indices,
                              llvm::ArrayRef<int64_t> shape);
  mlir::FailureOr<Bound> boundOf(mlir::Value value);
  mlir::LogicalResult unsupported(mlir::Operation *op);
  mlir::LogicalResult locate(mlir::Operation *op, Buffer &buffer, llvm::ArrayRef<Index> indices, Index &row,
                             Index &bank);
  BankChoice chooseBank(const Index &bank) const;
  bool isAccumulator(mlir::Operation *load, mlir::Value memref, mlir::ValueRange indices);

  Net *addNet(llvm::StringRef hint, const std::string &expression, unsigned width, int64_t stage, int64_t arrival);
  Net *constantNet(int64_t value, unsigned width);
  Net *readBuffer(Buffer &buffer, const Index &row, const Index &bank, int64_t stage);
  Net *addMultiplier(Net *left, Net *right, int64_t start, unsigned width, int64_t latency);
  Net *addMultiplyAdd(const Bound &product, Net *summand, unsigned width);
  Net *materialize(Bound &bound, int64_t stage);
  int64_t arrivalOf(const Bound &bound) const;
  std::string selectLane(llvm::ArrayRef<std::string> candidates, const std::string &selector, unsigned bits);
  void extendDepth(int64_t cycles);

  TaskOp task;
  Control &control;
  const Device &device;
  NameScope names;
  std::deque<Net> nets;
  llvm::StringMap<Net *> shared;
  llvm::DenseMap<mlir::Value, Bound> env;
  IndexResolver resolver{space};
  llvm::DenseMap<mlir::Value, Buffer *> bufferOf;
  unsigned current = 0;
  unsigned multipliers = 0;
};

/// Bits of a token or element, lanes included.
unsigned tokenBits(mlir::Type type);

} // namespace st::rtl

#endif // ST_EMIT_RTL_DATAPATH_H
