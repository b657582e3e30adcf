//===- Passes.td - Passes of the lower phase ----------------------------------------------------------------===//

#ifndef ST_TRANSFORMS_LOWER_PASSES
#define ST_TRANSFORMS_LOWER_PASSES

include "mlir/Pass/PassBase.td"

def LowerCopies : Pass<"st-lower-copies", "::mlir::ModuleOp"> {
  let summary = "copies between buffers become linalg, and then loops like everything else";
  let description = [{
    ```
    memref.copy %a, %b : memref<8x8xf32> to memref<8x8xf32>
    // becomes
    linalg.copy ins(%a : memref<8x8xf32>) outs(%b : memref<8x8xf32>)
    ```
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect"];
}

def LowerLinalgToLoops : Pass<"st-lower-linalg-to-loops", "::mlir::ModuleOp"> {
  let summary = "linalg on tiles becomes pipelined point loops";
  let description = [{
    Reductions go outermost, parallel loops innermost, each in the order of the op: consecutive cycles then accumulate
    into different elements, which hides the adder's latency. `st.unroll` (a factor per loop of the op) splits a loop
    into a pipelined and an unrolled one; fills and copies, which have none, unroll as far as the partition of
    the buffer that they write allows. The innermost loop that is not unrolled carries `st.pipeline`, its initiation
    interval in cycles, from the op's `st.ii` (default 1); unrolled loops carry the unit attribute `st.unroll`.

    ```
    linalg.fill ins(%zero : f32) outs(%acc : memref<8x16xf32>)
    // becomes, %acc being partitioned [1, 8]
    scf.for %i = 0 to 8 {
      scf.for %j = 0 to 16 step 8 {
        scf.for %u = 0 to 8 {
          memref.store %zero, %acc[%i, %j + %u]
        } {st.unroll}
      } {st.pipeline = 1}
    }
    ```
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
                           "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect"];
}

def LowerStreamTiles : Pass<"st-lower-stream-tiles", "::mlir::ModuleOp"> {
  let summary = "tiles that cross a FIFO become loops over its tokens";
  let description = [{
    Tokens row-major over the tile, one per cycle.

    ```
    st.stream_read_tile %s into %m : !st.stream<vector<1x8xf32>, depth = 2>, memref<8x8xf32>
    // becomes
    scf.for %i = 0 to 8 {
      %v = st.stream_read %s : !st.stream<vector<1x8xf32>, depth = 2> -> vector<1x8xf32>
      vector.store %v, %m[%i, 0] : memref<8x8xf32>, vector<1x8xf32>
    } {st.pipeline = 1}
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect",
                           "::mlir::vector::VectorDialect"];
}

def VerifyLower : Pass<"st-verify-lower", "::mlir::ModuleOp"> {
  let summary = "after `lower`: tasks hold nothing but loops, arithmetic, buffers and tokens";
}

#endif // ST_TRANSFORMS_LOWER_PASSES
