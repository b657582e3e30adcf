//===- RtlSimulation.cpp - The emitted SystemVerilog, built by Verilator and run ------------------------------===//

#include "Driver/RtlSimulation.h"
#include "Driver/KernelProcess.h"
#include "Emit/Common/NameScope.h"

using namespace mlir;
using namespace st;

llvm::Expected<RtlSimulation> RtlSimulation::build(StringRef rtl) {
  if (llvm::Error error = buildSimulations(rtl, "compile the model with --emit rtl"))
    return std::move(error);
  return RtlSimulation(rtl.str());
}

FailureOr<std::vector<Array>> RtlSimulation::run(KernelOp kernel, ArrayRef<Array> operands,
                                                 std::vector<KernelCycles> &cycles) const {
  FailureOr<OperandFiles> files = OperandFiles::create(kernel, operands);
  if (failed(files))
    return failure();
  std::string program = folder + "/build/" + toCppIdentifier(kernel.getSymName());
  SmallVector<StringRef> command{program};
  llvm::append_range(command, files->paths());
  std::string output;
  auto outcome = runProgram(command, &output);
  if (!outcome)
    return kernel.emitError() << llvm::toString(outcome.takeError());
  if (outcome->status != 0)
    return kernel.emitError() << "the RTL simulation failed with status " << outcome->status << ":\n"
                              << outcome->messages;
  KernelCycles entry{kernel.getSymName().str(), -1};
  for (StringRef rest = output; !rest.empty();) {
    auto [line, next] = rest.split('\n');
    if (line.consume_front("cycles "))
      line.getAsInteger(10, entry.cycles);
    rest = next;
  }
  if (entry.cycles < 0)
    return kernel.emitError("the RTL simulation did not print its cycles");
  cycles.push_back(entry);
  return files->readOutputs("the RTL simulation");
}
