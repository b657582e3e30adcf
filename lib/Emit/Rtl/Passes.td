//===- Passes.td - The RTL back end as a pass ---------------------------------------------------------------===//

#ifndef ST_EMIT_RTL_PASSES
#define ST_EMIT_RTL_PASSES

include "mlir/Pass/PassBase.td"

def EmitRtl : Pass<"st-emit-rtl", "::mlir::ModuleOp"> {
  let summary = "write the kernels as SystemVerilog into a folder";
  let description = [{
    Leaves the module as it is. For every `st.kernel`, which must be as the `lower` phase leaves it, writes a module for
    each task, a top module, a test bench and the components that they consist of (see `Emit/Rtl/EmitRtl.h`). Tasks
    compute on integers; DMAs become ports to external memory.

    ```
    streamtensor-opt lowered.mlir --st-emit-rtl="directory=rtl"
    sh rtl/simulate.sh
    ```
  }];
  let options = [
    Option<"directory", "directory", "std::string", "\"rtl\"", "Folder to write to">,
    Option<"device", "device", "std::string", "\"\"", "Device file (default: the U55C)">,
    Option<"clockMhz", "clock-mhz", "double", "0", "Kernel clock in MHz (default: the device's)">
  ];
}

#endif // ST_EMIT_RTL_PASSES
