//===- TaskPrinter.h - A task as a module -----------------------------------------------------------*- C++ -*-===//

#ifndef ST_EMIT_RTL_TASKPRINTER_H
#define ST_EMIT_RTL_TASKPRINTER_H

#include "Emit/Rtl/Datapath.h"
#include "Emit/Rtl/RtlWriter.h"

namespace st::rtl {

/// A task as a module with a controller and a datapath.
class TaskPrinter {
public:
  TaskPrinter(TaskOp task, const Device &device) : task(task), device(device) {}

  mlir::LogicalResult build();
  void print(llvm::StringRef module, RtlWriter &out);

  llvm::ArrayRef<Channel> channels() const { return datapath->channels; }
  const Control &getControl() const { return control; }
  const Features &features() const { return datapath->features; }

private:
  void printPorts(llvm::StringRef module, RtlWriter &out);
  void printState(RtlWriter &out);
  void printHandshakes(RtlWriter &out);
  void printBuffer(Buffer &buffer, RtlWriter &out);
  void printSequence(RtlWriter &out);
  void printAdvance(llvm::ArrayRef<Counter> loops, RtlWriter &out);
  void printSteps(llvm::ArrayRef<Statement> statements, llvm::SmallVectorImpl<const Statement *> &path,
                  llvm::SmallVectorImpl<llvm::ArrayRef<Statement>> &lists, RtlWriter &out);
  void printAfter(llvm::ArrayRef<const Statement *> path, llvm::ArrayRef<llvm::ArrayRef<Statement>> lists,
                  const Statement *done, RtlWriter &out);
  std::string stepText(unsigned pipeline) const;
  /// The condition that stage `stage` of pipeline `pipeline` holds an iteration.
  std::string activeAt(unsigned pipeline, int64_t stage) const;
  std::string isLast(const Counter &counter) const;
  int64_t deepest() const;
  unsigned stepBits() const;

  TaskOp task;
  const Device &device;
  Control control;
  std::unique_ptr<Datapath> datapath;
};

} // namespace st::rtl

#endif // ST_EMIT_RTL_TASKPRINTER_H
