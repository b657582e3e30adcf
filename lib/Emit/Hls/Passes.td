//===- Passes.td - The HLS back end as a pass ---------------------------------------------------------------===//

#ifndef ST_EMIT_HLS_PASSES
#define ST_EMIT_HLS_PASSES

include "mlir/Pass/PassBase.td"

def EmitHls : Pass<"st-emit-hls", "::mlir::ModuleOp"> {
  let summary = "write the kernels as HLS C++ into a folder";
  let description = [{
    Leaves the module as it is. For every `st.kernel`, which must be as the `lower` phase leaves it, writes the kernel,
    a test bench, `link.cfg` and the scripts that build (see `Emit/Hls/EmitHls.h`).

    ```
    streamtensor-opt lowered.mlir --st-emit-hls="directory=hls"
    sh hls/simulate.sh
    ```
  }];
  let options = [
    Option<"directory", "directory", "std::string", "\"hls\"", "Folder to write to">,
    Option<"clockMhz", "clock-mhz", "double", "300", "Kernel clock in MHz">,
    Option<"platform", "platform", "std::string", "", "Platform that v++ builds for">
  ];
}

#endif // ST_EMIT_HLS_PASSES
