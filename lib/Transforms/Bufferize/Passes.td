//===- Passes.td - Passes of the bufferize phase ------------------------------------------------------------===//

#ifndef ST_TRANSFORMS_BUFFERIZE_PASSES
#define ST_TRANSFORMS_BUFFERIZE_PASSES

include "mlir/Pass/PassBase.td"

def LowerItensorToStream : Pass<"st-lower-itensor-to-stream", "::mlir::ModuleOp"> {
  let summary = "iterative tensors become FIFOs, external tensors become memory operands";
  let description = [{
    Every layout has been proven when this pass runs, so only the order of tokens is left to keep: an
    `st.itensor_instance` becomes an `st.stream` of its tokens, reads and writes of tiles become `st.stream_read_tile`
    and `st.stream_write_tile`, and no task has results any more. Tensors that cross the kernel boundary become memref
    operands, results after inputs; @main converts with `bufferization.to_buffer` and `to_tensor`.

    ```
    %f = st.itensor_instance {st.name = "a_to_b", depth_tokens = 4} : !a
    %0 = st.task @a reads(%m = %sa : tensor<2x2x8x8xf32>) inits(%o = %f : !a) {...}
    // becomes
    %f = st.stream @a_to_b : !st.stream<vector<1x8xf32>, depth = 4>
    st.task @a reads(%m = %sa : memref<2x2x8x8xf32>) inits(%o = %f : !st.stream<vector<1x8xf32>, depth = 4>) {...}
    ```

    The kernel gains `st.operand_names` (the user's names), `st.operand_directions` ("in" or "out") and
    `st.parameter_operands` (the numbers of those that hold constants of the model); a stream that carries only
    parameters has the attribute `st.parameter`.
  }];
  let dependentDialects = ["::mlir::bufferization::BufferizationDialect", "::mlir::memref::MemRefDialect",
                           "::mlir::scf::SCFDialect"];
  let statistics = [Statistic<"numStreams", "streams", "Number of FIFOs created">];
}

def FoldTableCopies : Pass<"st-fold-table-copies", "::mlir::ModuleOp"> {
  let summary = "a constant table that a task assembles slice by slice is that table";
  let description = [{
    Row operations assemble their inputs in buffers; a constant is one already.

    ```
    %e = tensor.empty() : tensor<128xf32>
    %gain = scf.for %j = %c0 to %c128 step %c16 iter_args(%row = %e) -> (tensor<128xf32>) {
      %part = tensor.extract_slice %table[%j] [16] [1] : tensor<128xf32> to tensor<16xf32>
      %next = tensor.insert_slice %part into %row[%j] [16] [1] : tensor<16xf32> into tensor<128xf32>
      scf.yield %next : tensor<128xf32>
    }
    // becomes
    %table
    ```
  }];
  let statistics = [Statistic<"numFolded", "folded", "Number of copies removed">];
}

def PrivatizeInits : Pass<"st-privatize-inits", "::mlir::ModuleOp"> {
  let summary = "give every op in a task a destination of its own, or the operand that dies there";
  let description = [{
    One-shot bufferization copies where two ops want to write the same tensor. This pass leaves it no reason to: every
    use of a `tensor.empty` as a destination gets its own, a splat constant that is written becomes a `linalg.fill`,
    and an elementwise op whose operand has no later use writes over that operand. A tile of external memory that is
    computed with, not only moved into a stream, is copied on chip first.

    ```
    %acc = scf.for ... iter_args(%t = %zero)                   // %zero = arith.constant dense<0.0>
    // becomes
    %e = tensor.empty() : tensor<8x8xf32>
    %z = linalg.fill ins(%cst : f32) outs(%e : tensor<8x8xf32>) -> tensor<8x8xf32>
    %acc = scf.for ... iter_args(%t = %z)
    ```
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect"];
  let statistics = [Statistic<"numReused", "reused", "Number of elementwise ops that write over an operand">];
}

def BufferizeTasks : Pass<"st-bufferize-tasks", "::mlir::ModuleOp"> {
  let summary = "upstream one-shot bufferization of task bodies";
  let description = [{
    Runs empty-tensor elimination and one-shot bufferization on every `st.task`; @main stays on tensors. Tiles become
    `memref.alloc`, non-splat constants `memref.get_global`.
  }];
  let dependentDialects = ["::mlir::bufferization::BufferizationDialect", "::mlir::memref::MemRefDialect"];
}

def NameBuffers : Pass<"st-name-buffers", "::mlir::ModuleOp"> {
  let summary = "allocations become on-chip buffers with a name, a role and a partition";
  let description = [{
    Each `memref.alloc` of a task becomes an `st.buffer` at the head of the task.

    - name: `tile_x` or `row_x` when filled from the stream of x, `acc` when it accumulates, `out` when it leaves
      through a stream, else `tmp`;
    - role: accumulator when a reduction writes it, parameter when only parameters fill it, else activation;
    - partition: as many elements as one cycle accesses, from the `st.unroll` of the linalg ops and the vectors of the
      streams that touch it.

    Tables (`memref.get_global`) get the attribute `st.partition` by the same rule, and their globals the name of the
    task that reads them.

    ```
    %b = st.buffer @acc {partition = array<i64: 1, 8>, role = "accumulator"} : memref<8x8xf32>
    ```
  }];
  let statistics = [Statistic<"numBuffers", "buffers", "Number of on-chip buffers">];
}

def VerifyBufferize : Pass<"st-verify-bufferize", "::mlir::ModuleOp"> {
  let summary = "after `bufferize`: no itensor anywhere, no tensor and no unnamed memory inside a kernel";
}

#endif // ST_TRANSFORMS_BUFFERIZE_PASSES
