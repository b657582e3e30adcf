//===- Kernel.h - A kernel as a module, and what runs it --------------------------------------------*- C++ -*-===//

#ifndef ST_EMIT_RTL_KERNEL_H
#define ST_EMIT_RTL_KERNEL_H

#include "Emit/Rtl/MemoryPort.h"
#include "Emit/Rtl/TaskPrinter.h"

namespace st::rtl {

class KernelPrinter {
public:
  KernelPrinter(KernelOp kernel, const Device &device) : kernel(kernel), device(device) {}

  /// Fails with a diagnostic where a task has no RTL form.
  mlir::LogicalResult build();

  const std::string &name() const { return moduleName; }
  /// The text of each module, by its name.
  std::vector<std::pair<std::string, std::string>> printModules();
  std::string printTestbench();
  /// What the modules consist of, once they have been printed.
  const Features &getFeatures() const { return features; }

private:
  struct Task {
    TaskOp op;
    std::string name;
    std::unique_ptr<TaskPrinter> printer;
  };

  void printTop(RtlWriter &out);
  std::string signalOf(mlir::Value stream) const;

  KernelOp kernel;
  const Device &device;
  std::string moduleName;
  std::vector<Task> tasks;
  std::vector<MemoryPort> ports;
  Features features;
  /// Streams that are no port's.
  llvm::MapVector<mlir::Value, std::string> streams;
};

} // namespace st::rtl

#endif // ST_EMIT_RTL_KERNEL_H
