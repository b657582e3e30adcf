//===- Passes.td - Passes of the linalg phase ---------------------------------------------------------------===//

#ifndef ST_TRANSFORMS_LINALG_PASSES
#define ST_TRANSFORMS_LINALG_PASSES

include "mlir/Pass/PassBase.td"

class LinalgPhasePass<string flag> : Pass<flag, "::mlir::func::FuncOp"> {
  let dependentDialects = ["::st::StDialect", "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
                           "::mlir::math::MathDialect", "::mlir::tensor::TensorDialect"];
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

def AssignHost : LinalgPhasePass<"st-assign-host"> {
  let summary = "decide what the host executes, and report what is buffered in full";
  let description = [{
    Marks with `st.host` what later phases leave alone: lookups in large constant tables at indices that arrive with the
    arguments (token embeddings), concatenations of arguments or results, buffers beyond the limit, and, with
    `partition`, everything that has no form that streams. `st.fallback` names the reason, there and on operations
    that read a computed tensor in another order than it arrives.
    ```
    %c = tensor.concat dim(0) %arg0, %arg1
    // becomes
    %c = tensor.concat dim(0) %arg0, %arg1 {st.fallback = "host: prepares arguments", st.host}
    ```
  }];
  let options = [
    Option<"device", "device", "std::string", "\"\"", "path of the device file">,
    Option<"maxBufferBytes", "max-buffer-bytes", "int64_t", "0",
           "largest tensor buffered in full, in bytes; 0 takes a quarter of the device's on-chip memory, or no limit "
           "without a device">,
    Option<"partition", "partition", "bool", "false", "leave what cannot stream to the host instead of failing">,
    Option<"isFinal", "final", "bool", "false", "the decision is the last: nothing is rewritten afterwards">
  ];
}

def BoundLoops : LinalgPhasePass<"st-bound-loops"> {
  let summary = "write down which loops run to a size that is known at run time only";
  let description = [{
    Follows run-time extents from the arguments (`st.dims`) to every operation, and attaches to each what its loops
    (`st.extents`) and the tensors that it reads by index (`st.captured_extents`) have. The tile phase ends its loops
    there. A loop of which no operand says anything runs as far as what the body reads at its index, and what is longer
    than all that read it, such as a mask of constants, is made as far as these go. `st.bound` has said what nothing else
    says, and goes. An operation whose result is not the beginning of what the largest run computes is an error.
    ```
    func.func @main(%x: tensor<256x64xf32> {st.dims = [#st.extent<S>, #st.extent<64>]}) ...
      %y = linalg.generic {...} ins(%x) ...
    // becomes
      %y = linalg.generic {...} ins(%x) ... attrs = {st.extents = [#st.extent<S>, #st.extent<64>]}
    ```
  }];
}

def DropUnitDims : LinalgPhasePass<"st-drop-unit-dims"> {
  let summary = "drop loops and dimensions of extent one";
  let description = [{
    As upstream's pass, but a window that moves only once and reads less than there is keeps its loop: without it, nothing
    would say which elements are read.
    ```
    linalg.generic {maps = [(n, h, w, a, b) -> (n, h * 2 + a, w + b), ...]} ins(%x : tensor<1x4x6xf32>, ...)
    // becomes
    linalg.generic {maps = [(h, w, a, b) -> (h * 2 + a, w + b), ...]} ins(%1 : tensor<4x6xf32>, ...)
    ```
  }];
}

def ExpandScalars : LinalgPhasePass<"st-expand-scalars"> {
  let summary = "give tensors without dimensions one";
  let description = [{
    What streams has a dimension. A reduction to a single number gets a loop of one iteration; a reader of a single
    number reads it by index.
    ```
    %s = linalg.generic {reduction} ins(%x) outs(%zero : tensor<f32>) {addf}
    // becomes
    %1 = linalg.generic {parallel, reduction} ins(%x) outs(%zeros : tensor<1xf32>) {addf}
    %s = tensor.collapse_shape %1 [] : tensor<1xf32> into tensor<f32>
    ```
  }];
}

def FoldLayoutOps : LinalgPhasePass<"st-fold-layout-ops"> {
  let summary = "let slices, concatenations and insertions cancel";
  let description = [{
    A slice of a concatenation is a slice of its parts, neighbouring slices put together are one slice, insertions
    that fill an empty tensor are a concatenation, an insertion into a filled tensor is padding. Dimensions of one
    element are dropped around all of them.
    ```
    %c = tensor.concat dim(1) %a, %b : (tensor<4x6xf32>, tensor<4x2xf32>) -> tensor<4x8xf32>
    %s = tensor.extract_slice %c[0, 6] [4, 2] [1, 1]
    // becomes %b
    ```
  }];
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

def FoldScales : LinalgPhasePass<"st-fold-scales"> {
  let summary = "fold constant factors behind a product into its weights";
  let description = [{
    Batch normalization behind a convolution costs nothing: an elementwise step that is factor * x + term with constants
    per channel multiplies the weights by its factors and leaves one addition. Any step whose body evaluates to that
    form qualifies, and a bias in between is taken along.
    ```
    %m = linalg.generic ins(%x, %w) {mulf, addf}
    %n = linalg.generic ins(%m, %mean, %scale, %shift) {subf, mulf, addf}
    // becomes, with %w1 = scale * w and %b = shift - mean * scale
    %m = linalg.generic ins(%x, %w1) {mulf, addf}
    %n = linalg.generic ins(%m, %b) {addf}
    ```
  }];
  let statistics = [Statistic<"numFolded", "num-folded", "elementwise steps folded">];
}

def FoldTensorConstants : LinalgPhasePass<"st-fold-tensor-constants"> {
  let summary = "apply slices, reshapes and concatenations to constants at compile time";
  let description = [{
    Reshapes of `dense_resource` constants share the data; slices and concatenations copy it into a new resource.
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

def GatherLayoutOps : LinalgPhasePass<"st-gather-layout-ops"> {
  let summary = "read concatenated and sliced tensors by index";
  let description = [{
    What no computation could take over becomes one: a generic that reads its sources by `tensor.extract`. Dimensions
    read at a loop stream, the others are buffered in full. Reversed and other orders that are no sum of loops with
    positive coefficients are read in the same way. A producer that computes next to nothing is repeated in its only
    reader.
    ```
    %c = tensor.concat dim(1) %a, %b : (tensor<4x6xf32>, tensor<4x2xf32>) -> tensor<4x8xf32>
    // becomes
    %c = linalg.generic outs(%empty : tensor<4x8xf32>) {
      %i = linalg.index 0   %j = linalg.index 1
      %0 = arith.minsi %j, %c5     %in_a = tensor.extract %a[%i, %0]
      %1 = arith.subi %j, %c6 ...  %in_b = tensor.extract %b[%i, %2]
      %3 = arith.cmpi sge, %j, %c6
      %4 = arith.select %3, %in_b, %in_a
    ```
  }];
}

def GeneralizeNamedOps : LinalgPhasePass<"st-generalize-named-ops"> {
  let summary = "turn named linalg operations into generics, all but fills";
  let description = [{
    As upstream's linalg-generalize-named-ops, but a fill stays a fill where a reduction starts from it; elsewhere it is
    a constant. Softmax becomes the operations it is made of, `tensor.generate` a generic.
    ```
    %m = linalg.matmul ins(%a, %b) outs(%zeros)
    // becomes
    %m = linalg.generic {maps = [(d0, d1, d2) -> (d0, d2), ...]} ins(%a, %b) outs(%zeros) {mulf, addf}
    ```
  }];
}

def AppendCaches : LinalgPhasePass<"st-append-caches"> {
  let summary = "let results that are an argument with rows behind it give only the rows";
  let description = [{
    A result whose `st.cache` names an argument stays in that argument's memory: `select(i < P, old[i], new[i - P])`
    over a size P. The function then returns the rows that are new, and `st.cache` says where they lie; whoever calls it
    puts them there, until st-update-caches lets a kernel do so. Other readers of the concatenation keep it.
    ```
    func.func @main(%old: tensor<64x16xf32> {st.name = "past", st.dims = [#st.extent<P>, #st.extent<16>]}, ...)
        -> (tensor<65x16xf32> {st.cache = "past"})
    // becomes
        -> (tensor<1x16xf32> {st.cache = {argument = 0 : i64, dim = 0 : i64, size = "P"}})
    ```
  }];
}

def MaskExtents : LinalgPhasePass<"st-mask-extents"> {
  let summary = "keep what lies beyond a run-time extent out of what counts";
  let description = [{
    Tensors have the shape of the largest run, and hold anything beyond the extent of a shorter one. A reduction over
    such a dimension leaves these elements out, and indices that are computed from them stay inside the tensor that they
    address. Runs at the end of the import, so that operations mean the same from there on without further ado; does
    nothing where all is masked already.
    ```
    %s = arith.addf %in, %out : f32
    linalg.yield %s : f32
    // becomes
    %s = arith.addf %in, %out : f32
    %i = linalg.index 1 : index
    %n = st.size "S" : index
    %counts = arith.cmpi slt, %i, %n : index
    %kept = arith.select %counts, %s, %out : f32
    linalg.yield %kept : f32
    ```
  }];
  let statistics = [Statistic<"numMasked", "num-masked", "operations masked">];
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

def MarkLayers : LinalgPhasePass<"st-mark-layers"> {
  let summary = "keep what is between two layers between them";
  let dependentDialects = ["::mlir::bufferization::BufferizationDialect", "::mlir::tensor::TensorDialect"];
  let description = [{
    Finds what st-roll-repeats will roll, and puts a border between the segments that nothing fuses across: the last one
    would fuse with what follows, and be no equal of the others any more. st-roll-repeats removes the borders.
    ```
    %b = bufferization.materialize_in_destination %x in %empty : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
    ```
  }];
}

def RollRepeats : LinalgPhasePass<"st-roll-repeats"> {
  let summary = "find the layer loop";
  let description = [{
    A chain of segments that are equal but for their constants becomes `st.repeat`: what each takes from the one before it
    is carried, constants that differ are stacked. Only structure counts, no names. Where equal segments cannot be rolled,
    a remark says why.
    ```
    %1 = linalg.generic ins(%x, %w0) ...
    %2 = linalg.generic ins(%1, %w1) ...
    // becomes
    %2 = st.repeat %i to 2 carried(%c = %x : tensor<8x8xf32>) slices(%w = %w01 : tensor<2x8x8xf32> as tensor<8x8xf32>) {
      %n = linalg.generic ins(%c, %w) ...
      st.yield %n : tensor<8x8xf32>
    }
    ```
  }];
  let statistics = [Statistic<"numRolled", "num-rolled", "chains rolled">];
}

def SplitResults : LinalgPhasePass<"st-split-results"> {
  let summary = "compute every result by an operation of its own";
  let description = [{
    Results that do not depend on each other part. The place of an extreme, kept beside the running extreme, is found
    in a second pass as the least (or greatest) index whose element equals it.
    ```
    %max, %place = linalg.generic ins(%x) {maximumf; cmpf ogt, select}
    // becomes
    %max = linalg.generic ins(%x) {maximumf}
    %place = linalg.generic ins(%x, %max) {cmpf oeq, select, minsi}
    ```
  }];
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
