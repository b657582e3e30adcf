//===- Passes.td - Passes of the dataflow phase -------------------------------------------------------------===//

#ifndef ST_TRANSFORMS_DATAFLOW_PASSES
#define ST_TRANSFORMS_DATAFLOW_PASSES

include "mlir/Pass/PassBase.td"

def ConvertLinalgToKernel : Pass<"st-convert-linalg-to-kernel", "::mlir::func::FuncOp"> {
  let summary = "turn every tiled nest into a kernel of one task";
  let description = [{
    StreamTensor, MICRO 2025, section 4.1. The itensor type of an operand follows from the loops that enclose its
    slice (trip counts and steps), the slice's offsets (the map) and its sizes (the element); the data shape is that of
    the tensor before padding. A slice becomes a read where it stood, an insertion a write.
    ```
    %n = scf.for %i = %c0 to %c64 step %c16 iter_args(%o = %e) -> (tensor<64x64xf32>) {
      %t = tensor.extract_slice %x[%i, 0] [16, 64] [1, 1]
      %m = linalg.generic ins(%t) ...
      %1 = tensor.insert_slice %m into %o[%i, 0] [16, 64] [1, 1]
      scf.yield %1
    } {st.task = "relu_0"}
    // becomes
    %n = st.kernel @relu_0 (%s = %x : tensor<64x64xf32> as !a) -> (tensor<64x64xf32>) {
      %empty = st.itensor_empty : !a
      %r = st.task @relu_0 reads(%in = %s : !a) inits(%out = %empty : !a) {
        %0 = scf.for %i = %c0 to %c64 step %c16 iter_args(%o = %out) -> (!a) {
          %t = st.itensor_read %in init %e : !a -> tensor<16x64xf32>
          %m = linalg.generic ins(%t) ...
          %1 = st.itensor_write %m into %o : tensor<16x64xf32> -> !a
          scf.yield %1
        }
        st.yield %0
      }
      st.yield %r
    }
    ```
    Task bodies are isolated: constants and empty tensors are made inside.
  }];
  let dependentDialects = ["::st::StDialect", "::mlir::arith::ArithDialect", "::mlir::scf::SCFDialect",
                           "::mlir::tensor::TensorDialect"];
  let statistics = [Statistic<"numKernels", "num-kernels", "nests turned into kernels">];
}

def VerifyDataflow : Pass<"st-verify-dataflow", "::mlir::func::FuncOp"> {
  let summary = "after `dataflow`, computation stands in tasks only";
  let description = [{
    Outside of kernels only the operations of the host remain (constants, reshapes), and every kernel holds exactly one
    task.
    ```
    %0 = linalg.generic ...   // error: computes outside of a task
    ```
  }];
}

#endif // ST_TRANSFORMS_DATAFLOW_PASSES
