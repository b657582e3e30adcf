//===- Simulate.h - `streamtensor simulate`: how long a design takes --------------------------------*- C++ -*-===//

#ifndef ST_DRIVER_SIMULATE_H
#define ST_DRIVER_SIMULATE_H

#include "Driver/Compile.h"
#include "Simulate/Simulator.h"
#include "llvm/ADT/StringMap.h"

namespace st {

/// A kernel of a design as a timed graph.
struct KernelTiming {
  std::string name;
  timed::Graph graph;
  /// What the cycles rest on: "calibrated" or "estimate"; empty where nobody knows.
  std::string basis;
};

/// The kernels of a design, which run one after the other.
struct DesignTiming {
  /// 0 where nobody knows it.
  double clockMhz = 0;
  std::vector<KernelTiming> kernels;
};

/// The graphs of the kernels of `module`, which has passed the allocate phase. Diagnostics and an error otherwise.
llvm::Expected<DesignTiming> deriveTiming(mlir::ModuleOp module, llvm::StringRef device, double clockMhz);

/// Writes `timing` to `folder`: <kernel>.graph in the text form of docs/graph-format.md, and timing.json, which lists
/// them.
llvm::Error writeTiming(const DesignTiming &timing, llvm::StringRef folder);
llvm::Expected<DesignTiming> readTiming(llvm::StringRef folder);

struct SimulateOptions {
  /// A model, a folder that `compile` wrote, or a .graph file.
  std::string subject;
  /// How to compile a model.
  CompileOptions compile;
  /// For times; 0: that of the design.
  double clockMhz = 0;
  /// Of a design that takes sizes with each run: those of this one; the largest where not given.
  llvm::StringMap<int64_t> sizes;
  /// Where the board of a design is looked up by its name.
  std::vector<std::string> deviceFolders;
  int64_t launches = 1;
  bool serial = false;
  /// FIFOs that get other depths, by name; "KERNEL/NAME" where several kernels have one of that name.
  std::map<std::string, int64_t> depths;
  /// No FIFO is ever full.
  bool unbounded = false;
  /// Solve for the depths by every method and tell what each costs.
  bool compareSizing = false;
  /// Files to write; none where empty. With several kernels the kernel's name is put before the extension.
  std::string trace, graph;
};

/// Simulates, and returns the report that docs/simulate.schema.json describes. A deadlock is part of the report, with
/// "finished" false.
llvm::Expected<llvm::json::Value> simulateDesign(const SimulateOptions &options, mlir::MLIRContext *context,
                                                 const PhaseObserver &observer);

/// Prints a report for a person.
void printSimulation(const llvm::json::Value &report, llvm::raw_ostream &out);

} // namespace st

#endif // ST_DRIVER_SIMULATE_H
