// One execution of a kernel: its FIFOs, its processes, and their turns.
#pragma once

#include "Reference/Compiler.h"
#include "Reference/Process.h"

namespace st::reference {

using TaskPrograms = llvm::DenseMap<mlir::Operation *, std::shared_ptr<Program>>;

/// A FIFO and who uses it.
struct Channel {
  Fifo fifo;
  mlir::Operation *op;
  Process *writer = nullptr;
  /// By the number of the reader.
  llvm::SmallVector<Process *> readers;
  /// Whether what is left in it is of no interest: a repetition does not read it.
  bool isDropped = false;

  Channel(std::string name, int64_t tokenBytes, int64_t depth, mlir::Operation *op)
      : fifo(std::move(name), tokenBytes, depth), op(op) {}
};

class TaskProcess;

/// Builds the FIFOs and processes of a kernel from its body, lets the processes take turns, and checks what is left.
class KernelRun {
public:
  KernelRun(KernelOp kernel, const TaskPrograms &programs, Session &session)
      : kernel(kernel), programs(programs), session(session) {}

  /// Executes with the given operands; `memrefs` and `tensors` hold them by block argument.
  mlir::LogicalResult run();

  llvm::DenseMap<mlir::Value, Reference> tensors;
  llvm::DenseMap<mlir::Value, char *> memrefs;
  /// The kernel's results.
  llvm::SmallVector<Reference> results;

private:
  friend class TaskProcess;

  mlir::LogicalResult addOperation(mlir::Operation *op);
  mlir::LogicalResult addTask(TaskOp task);
  /// Every repetition, each with FIFOs of its own.
  mlir::LogicalResult addRepeat(RepeatOp repeat);
  /// FIFOs for `count` parts of what `value` streams, each like `part`.
  llvm::SmallVector<Channel *> deal(mlir::Operation *op, mlir::Value value, ItensorType part, int64_t count);
  mlir::LogicalResult addSinks();
  Channel &addChannel(mlir::Operation *op, std::string name, mlir::Type tokenType, int64_t depth);
  /// Slices between `whole` and its `parts` along `dim`.
  mlir::LogicalResult addRouting(mlir::Operation *op, mlir::Value whole, mlir::ValueRange parts, uint64_t dim,
                                 bool splits);
  Channel &getSourceChannel(mlir::Value value);
  Port *addReader(Process &process, mlir::Value value);
  mlir::FailureOr<Port *> addWriter(Process &process, mlir::Value value);
  std::string nameOfValue(mlir::Value value) const;
  mlir::LogicalResult takeTurns();
  mlir::LogicalResult checkAllMoved(Process &process);
  mlir::LogicalResult reportDeadlock();
  mlir::LogicalResult checkLeftovers();
  std::string describeWait(Process &process) const;
  Process *partnerOf(Process &process) const;
  Channel *channelOf(const Port *port) const;

  KernelOp kernel;
  const TaskPrograms &programs;
  Session &session;
  std::vector<std::unique_ptr<Channel>> channels;
  llvm::DenseMap<mlir::Value, Channel *> channelOfValue;
  /// The tensors that operands, and the parts of them that repetitions see, cross from.
  llvm::DenseMap<mlir::Value, mlir::RankedTensorType> crossingTypes;
  /// The number of the repetition that is being built, by its block argument.
  llvm::DenseMap<mlir::Value, int64_t> indices;
  std::vector<std::unique_ptr<Process>> processes;
  /// By result of the kernel; null for those that are tensors inside already.
  llvm::SmallVector<SinkProcess *> sinks;
};

/// A task: an activation of its program.
class TaskProcess : public Process {
public:
  TaskProcess(TaskOp task, const Program &program, KernelRun &kernel)
      : Process(task.getSymName().str(), task), activation(program), task(task), kernel(kernel) {}

  bool canResume() const override { return started ? Process::canResume() : !missingTensor(); }
  Status resume() override;

  /// An operand that a task that has not ended has to make first.
  mlir::Value missingTensor() const {
    for (mlir::Value operand : task->getOperands())
      if (llvm::isa<mlir::RankedTensorType>(operand.getType()) && !kernel.tensors.lookup(operand))
        return operand;
    return {};
  }

  Activation activation;

private:
  void start();

  TaskOp task;
  KernelRun &kernel;
  bool started = false;
};

} // namespace st::reference
