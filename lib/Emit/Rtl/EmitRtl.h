//===- EmitRtl.h - Kernels as SystemVerilog ---------------------------------------------------------*- C++ -*-===//
//
// The back end without a vendor's tool. It decides nothing: II, stages, depths and storage are the schedule's and the
// allocation's, so that cycles are exact by construction.
//
//===----------------------------------------------------------------------------------------------------------===//

#ifndef ST_EMIT_RTL_EMITRTL_H
#define ST_EMIT_RTL_EMITRTL_H

#include "Device/Device.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"
#include <string>

namespace st {

/// Writes into the folder `directory`, for every st.kernel of `module`, which the lower phase has left:
///
///   <kernel>.sv               the kernel's tasks and its top module
///   <kernel>_testbench.cpp    runs the kernel, Verilated, on operands in files
///
/// and for all of them
///
///   st_*.sv                   the components of which they consist
///   simulation/               a model of the DSP slice, and the testbench's memory
///   simulate.sh               builds the simulations with Verilator
///   synthesize.sh             counts resources with Yosys
///
/// Operator latencies are those of `device` at its clock. Gives the estimate of what all kernels take together. Emits a
/// diagnostic at each operation that has no RTL form, and then fails.
llvm::Expected<Resources> emitRtl(mlir::ModuleOp module, const Device &device, llvm::StringRef directory);

} // namespace st

#endif // ST_EMIT_RTL_EMITRTL_H
