//===- Passes.td - Passes of the linalg phase ---------------------------------------------------------------===//

#ifndef ST_TRANSFORMS_LINALG_PASSES
#define ST_TRANSFORMS_LINALG_PASSES

include "mlir/Pass/PassBase.td"

class LinalgPhasePass<string flag> : Pass<flag, "::mlir::func::FuncOp"> {
  let dependentDialects = ["::st::StDialect", "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect"];
}

def AbsorbTransposes : LinalgPhasePass<"st-absorb-transposes"> {
  let summary = "let the readers of a transposed or broadcast tensor index the original";
  let description = [{
    A generic that only copies its operand in another order costs a buffer of the whole tensor when it streams. Its
    readers can index the original instead; where the reader is no generic, the producer writes in the other order.
    ```
    %t = linalg.generic {maps = [(d0, d1) -> (d1, d0), (d0, d1) -> (d0, d1)]} ins(%x) {yield %in}
    %m = linalg.generic {maps = [(d0, d1, d2) -> (d0, d2), ...]} ins(%t, ...)
    // becomes
    %m = linalg.generic {maps = [(d0, d1, d2) -> (d2, d0), ...]} ins(%x, ...)
    ```
  }];
  let statistics = [Statistic<"numAbsorbed", "num-absorbed", "copies absorbed">];
}

def FoldMasks : LinalgPhasePass<"st-fold-masks"> {
  let summary = "turn constant masks into arithmetic on indices";
  let description = [{
    A constant operand of at most two values, which of them is decided by an affine predicate of the indices (a causal
    mask, a sliding window, padding), is computed where it is used instead of being read from memory.
    ```
    %s = linalg.generic ins(%x, %mask : tensor<20x20xf32>, tensor<20x20xi1>) { %0 = arith.select %in_0, %in, %cst }
    // becomes
    %s = linalg.generic ins(%x : tensor<20x20xf32>) {
      %i = linalg.index 0   %j = linalg.index 1
      %d = arith.subi %i, %j
      %m = arith.cmpi sge, %d, %c0
      %0 = arith.select %m, %in, %cst
    ```
  }];
  let statistics = [Statistic<"numFolded", "num-folded", "mask operands folded">];
}

def FoldReshapes : LinalgPhasePass<"st-fold-reshapes"> {
  let summary = "let computations iterate over split dimensions instead of reshaping tensors between them";
  let description = [{
    Splitting and merging heads disappears: the matrix product before the split computes (token, head, channel)
    directly, the one after the merge sums over head and channel. Reshapes of function arguments and results stay at
    the function's border, where the host makes them.
    ```
    %m = linalg.generic {(t, n, k)} ... -> tensor<20x128xf32>
    %e = tensor.expand_shape %m [[0], [1, 2]] : tensor<20x128xf32> into tensor<20x4x32xf32>
    // becomes
    %e = linalg.generic {(t, h, d, k)} ... -> tensor<20x4x32xf32>
    ```
  }];
}

def FoldTensorConstants : LinalgPhasePass<"st-fold-tensor-constants"> {
  let summary = "apply slices and reshapes to constants at compile time";
  let description = [{
    Reshapes of `dense_resource` constants share the data; slices copy it into a new resource.
    ```
    %w = arith.constant dense_resource<w> : tensor<128x384xf32>
    %q = tensor.extract_slice %w[0, 128] [128, 128] [1, 1]
    // becomes
    %q = arith.constant dense_resource<w_1> : tensor<128x128xf32>
    ```
  }];
}

def FuseElementwise : LinalgPhasePass<"st-fuse-elementwise"> {
  let summary = "fuse chains of elementwise operations";
  let description = [{
    Upstream's fusion patterns under three conditions: the value has no other reader, nothing is computed more often
    than before, and no reduction takes part (a reduction repeats its reads, and its body stays a plain combiner).
    Powers with small exponents become products.
    ```
    %b = linalg.generic ins(%m, %bias) {addf}
    %r = linalg.generic ins(%b) {maximumf 0}
    // becomes
    %r = linalg.generic ins(%m, %bias) {addf, maximumf 0}
    ```
  }];
}

def FuseRowBodies : LinalgPhasePass<"st-fuse-row-bodies"> {
  let summary = "keep as few rows as a row operation needs";
  let description = [{
    Every intermediate value over whole rows is a buffer and a pass over it. Inside of a row operation, elementwise
    steps join their readers, reductions included; additions and multiplications are repeated for each reader rather
    than kept. Layer normalization then keeps the row alone.
    ```
    %d = linalg.generic ins(%x, %mean) {subf}
    %q = linalg.generic ins(%d) {mulf}
    %v = linalg.generic {parallel, reduction} ins(%q) {addf}
    // becomes
    %v = linalg.generic {parallel, reduction} ins(%x, %mean) {subf, mulf, addf}
    ```
  }];
}

def FuseRowOps : LinalgPhasePass<"st-fuse-row-ops"> {
  let summary = "group operations that need a whole row before they can emit";
  let description = [{
    Softmax, layer normalization and their like, recognised by structure alone: a reduction together with the
    operations around it that have the same row dimensions, when a row is needed both before and after a reduction.
    The group is convex: nothing outside stands between two of its members.
    ```
    %m = linalg.generic {parallel, reduction} ins(%x) {maximumf}
    %e = linalg.generic {parallel, parallel} ins(%x, %m) {subf, exp}
    %s = linalg.generic {parallel, reduction} ins(%e) {addf}
    %p = linalg.generic {parallel, parallel} ins(%e, %s) {divf}
    // becomes
    %p = st.row_op (%a = %x : tensor<20x20xf32>) domain [20, 20] rows 1 ... { the same; st.yield }
    ```
  }];
  let statistics = [Statistic<"numRowOps", "num-row-ops", "row operations formed">];
}

def GeneralizeNamedOps : LinalgPhasePass<"st-generalize-named-ops"> {
  let summary = "turn named linalg operations into generics, all but fills";
  let description = [{
    As upstream's linalg-generalize-named-ops, but a fill stays a fill: it marks the value from which a reduction
    starts.
    ```
    %m = linalg.matmul ins(%a, %b) outs(%zeros)
    // becomes
    %m = linalg.generic {maps = [(d0, d1, d2) -> (d0, d2), ...]} ins(%a, %b) outs(%zeros) {mulf, addf}
    ```
  }];
}

def NormalizeReductions : LinalgPhasePass<"st-normalize-reductions"> {
  let summary = "start every reduction from a neutral value";
  let description = [{
    The initial value of a reduction becomes an attribute of the design, so it must be one scalar. A tensor that is
    added to (a bias as initial value) becomes an elementwise step after the last addition.
    ```
    %r = linalg.generic {reduction} ins(%a, %b) outs(%bias) {mulf, addf}
    // becomes
    %0 = linalg.fill ins(%zero) outs(%empty)
    %1 = linalg.generic {reduction} ins(%a, %b) outs(%0) {mulf, addf}
    %r = linalg.generic ins(%1, %bias) {addf}
    ```
  }];
}

def PushSlicesUp : LinalgPhasePass<"st-push-slices-up"> {
  let summary = "compute only what the slices of a result ask for";
  let description = [{
    Where a computed tensor is only read in disjoint slices (one product split into query, key and value), each slice
    is computed by itself from slices of the operands, which fold where the operands are constants.
  }];
  let statistics = [Statistic<"numPushed", "num-pushed", "slices pushed above a computation">];
}

def VerifyLinalg : LinalgPhasePass<"st-verify-linalg"> {
  let summary = "after `linalg`, only generics and row operations compute";
  let description = [{
    Accepts constants, empties, fills that start a reduction, `linalg.generic` whose operands are indexed by sums of
    loops with positive coefficients or read by `tensor.extract`, `st.row_op`, reshapes, padding with a constant, slices
    of arguments and results, and what carries `st.host`. Anything else cannot stream and is reported with a remedy.
  }];
}

#endif // ST_TRANSFORMS_LINALG_PASSES
