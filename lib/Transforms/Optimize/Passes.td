//===- Passes.td - Passes of the optimize phase -------------------------------------------------------------===//

#ifndef ST_TRANSFORMS_OPTIMIZE_PASSES
#define ST_TRANSFORMS_OPTIMIZE_PASSES

include "mlir/Pass/PassBase.td"

class OptimizePhasePass<string flag> : Pass<flag, "::mlir::func::FuncOp"> {
  let dependentDialects = ["::st::StDialect", "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
                           "::mlir::scf::SCFDialect", "::mlir::tensor::TensorDialect"];
}

def ExpandRepeats : OptimizePhasePass<"st-expand-repeats"> {
  let summary = "let the tasks of a repetition loop over the repetitions";
  let description = [{
    What streams inside becomes a stack, whose leading dimension the repetition drives; every task loops over the
    repetitions around all that it does. What is carried enters through a task that takes the first from outside and the
    others from a FIFO marked `st.feedback`, into which another one at the end sends all but the last.
    ```
    %y = st.repeat %i to 3 carried(%x = %init : !t) {
      %n = st.task @f reads(%p = %x : !t) inits(%o = %e : !t) { ... }
      st.yield %n : !t
    }
    // becomes
    %back = st.itensor_instance {st.feedback} : !two
    %all = st.task @enter reads(%p = %first : !one, %q = %back : !two) inits(%o = %whole : !three) { ... }
    %n = st.task @f reads(%p = %all : !three) inits(%o = %e : !three) { scf.for %i = 0 to 3 { ... } }
    %0:2 = st.task @leave reads(%p = %n : !three) inits(%o = %back : !two, %q = %last : !one) { ... }
    ```
  }];
  let statistics = [Statistic<"numRepeats", "num-repeats", "repetitions expanded">];
}

def VectorizeItensor : OptimizePhasePass<"st-vectorize-itensor"> {
  let summary = "widen tokens to vectors";
  let description = [{
    A tile crosses as vectors along its last dimension, as wide as the tile and the widest token allow. All streams
    follow the same rule, so that the two ends of each still agree.
    ```
    !st.itensor<8x16xf32, iter_space = [4, 4] * [8, 16], iter_map = (d0, d1) -> (d0, d1)>
    // becomes
    !st.itensor<8x1xvector<1x16xf32>, iter_space = [4, 4] * [8, 16], iter_map = (d0, d1) -> (d0, d1)>
    ```
  }];
  let options = [
    Option<"maxTokenBits", "max-token-bits", "int64_t", "512", "widest token of a FIFO, in bits">
  ];
}

def EnsureItensorSingleUse : OptimizePhasePass<"st-ensure-itensor-single-use"> {
  let summary = "copy a stream that has several readers";
  let description = [{
    Reading consumes, so that every itensor has one reader: several read copies made by a fork, and one without any
    reader is drained.
    ```
    %a, %b = st.itensor_fork %x : !c -> !c, !c
    ```
  }];
  let statistics = [Statistic<"numForks", "num-forks", "forks inserted">];
}

def MaterializeKernel : OptimizePhasePass<"st-materialize-kernel"> {
  let summary = "make tasks of converters, forks and boundary crossings";
  let dependentDialects = ["::st::StDialect", "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect", "::mlir::scf::SCFDialect",
                           "::mlir::tensor::TensorDialect"];
  let description = [{
    A converter fills its buffer with the source's inner loops and drains it with the result's, once for each round of
    the loops that both share; where a line buffer is smaller, it keeps the rows of a window, the one that nobody needs
    any more making room for the next, and one row of padding where windows reach beyond the data; where slices only
    leave in another order, they lie in a circular buffer of as many as wait at once. One whose two sides have the same
    tokens in the same order becomes a cast. `st.live_bytes` tells what no buffer between the two could do without.
    Streams that are cut into parts or put together become tasks that hand slices on. A crossing becomes a task that
    moves packed tiles between external memory and a stream.
    ```
    %k = st.kernel @k (%s = %x : tensor<3x8x8x16xf32> as !a) ...
    // becomes
    %k = st.kernel @k (%m = %x : tensor<3x8x8x16xf32>) ... {
      %f = st.itensor_instance : !a
      %s = st.task @dma_x reads(%p = %m : tensor<3x8x8x16xf32>) inits(%o = %f : !a) attributes {st.kind = "dma_read"} {
        scf.for ... { tensor.extract_slice %p[...]   st.itensor_write }
    ```
  }];
  let statistics = [
    Statistic<"numConverters", "num-converters", "converters made tasks">,
    Statistic<"converterBytes", "converter-bytes", "on-chip bytes of their buffers, both halves">
  ];
}

def FoldItensor : OptimizePhasePass<"st-fold-itensor"> {
  let summary = "let a task that holds a whole row stream it again itself";
  let description = [{
    Where a converter only repeats or reorders the tiles of a row that the task before it still holds, that task writes
    them in the order that is asked for, from its own buffer.
    ```
    %r = st.task @row_0 ... { scf.for %i { ... scf.for %k { extract_slice %row[0, %k]   st.itensor_write } } }
    %v = st.itensor_converter %r : !c -> !a
    // becomes
    %v = st.task @row_0 ... { scf.for %i { ... scf.for %j { scf.for %k { extract_slice %row[0, %k]   st.itensor_write } } } }
    ```
  }];
  let options = [
    Option<"minReaccess", "min-reaccess", "int64_t", "8",
           "how often each tile must leave at least: meanwhile the task cannot start its next row">
  ];
  let statistics = [Statistic<"numFolded", "num-folded", "converters folded into the task before them">];
}

def FoldReassociate : OptimizePhasePass<"st-fold-reassociate"> {
  let summary = "let a reader of a regrouped stream regroup its tiles itself";
  let dependentDialects = ["::st::StDialect", "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect", "::mlir::scf::SCFDialect",
                           "::mlir::tensor::TensorDialect"];
  let description = [{
    The scalars of each tile stay the same in the same order, so that the reader takes the tile as it comes and gives it
    the other shape, which costs nothing.
    ```
    %b = st.itensor_reassociate %a [[0], [1, 2]] : !a -> !b
    st.task @reader reads(%in = %b : !b) ... { st.itensor_read %in init %e : !b -> tensor<1x32xf32> }
    // becomes
    st.task @reader reads(%in = %a : !a) ... {
      %t = st.itensor_read %in init %e : !a -> tensor<1x4x8xf32>
      %r = tensor.collapse_shape %t [[0], [1, 2]] : tensor<1x4x8xf32> into tensor<1x32xf32>
    ```
  }];
  let statistics = [Statistic<"numFolded", "num-folded", "reassociations folded into readers">];
}

def ConvertEmptyToInstance : OptimizePhasePass<"st-convert-empty-to-instance"> {
  let summary = "turn placeholders into FIFOs";
  let description = [{
    ```
    %e = st.itensor_empty : !c      // becomes
    %e = st.itensor_instance : !c
    ```
  }];
}

def VerifyOptimize : Pass<"st-verify-optimize", "::mlir::func::FuncOp"> {
  let summary = "after `optimize`, a kernel holds tasks and the FIFOs between them";
  let description = [{
    Every itensor has one writer and one reader; what enters and leaves a kernel is a tensor.
    ```
    %b = st.itensor_converter %a ...   // error: must not stand in a kernel after the optimize phase
    ```
  }];
}

#endif // ST_TRANSFORMS_OPTIMIZE_PASSES
