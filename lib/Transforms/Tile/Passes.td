//===- Passes.td - Passes of the tile phase -----------------------------------------------------------------===//

#ifndef ST_TRANSFORMS_TILE_PASSES
#define ST_TRANSFORMS_TILE_PASSES

include "mlir/Pass/PassBase.td"

class TilePhasePass<string flag> : Pass<flag, "::mlir::func::FuncOp"> {
  let dependentDialects = ["::st::StDialect", "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect", "::mlir::scf::SCFDialect", "::mlir::tensor::TensorDialect"];
}

def ChooseTiling : TilePhasePass<"st-choose-tiling"> {
  let summary = "choose tile sizes and loop orders that agree along every tensor";
  let description = [{
    Orders first, in the order of the program: the parallel loops of an operation run in the order in which its first
    computed operand arrives, its other loops follow, reductions are innermost. Then tile sizes: dimensions that any
    operation identifies are one dimension and get one tile size, so that a producer and its readers cut their tensor
    into the same tiles. The dimension of an outermost loop (tokens) gets `token-tile-size`, a batch dimension of a
    product (heads) 1, any other `default-tile-size`; none more than its extent.

    An operation that slides windows over an operand takes the batch and then the rows outermost, one at a time, and
    all of what else moves its windows at once; so the rows of its operand stream one by one, and what prepares the
    operand streams in that order already. Dimensions that the body indexes by computed values are read whole, by tiles
    of the size in which they come.
    ```
    %m = linalg.generic ... {st.loop_order = array<i64: 0, 1, 2>, st.tile_sizes = array<i64: 8, 16, 16>}
    ```
  }];
  let options = [
    Option<"defaultTileSize", "default-tile-size", "int64_t", "16", "Tile extent along a dimension, in elements">,
    Option<"tokenTileSize", "token-tile-size", "int64_t", "8", "Tile extent along outermost dimensions, in elements">
  ];
}

def ApplyTiling : TilePhasePass<"st-apply-tiling"> {
  let summary = "turn every operation into a nest of loops over tiles";
  let description = [{
    Reads are slices at the outermost loop that determines them, the result is inserted where its tile is complete, a
    reduction carries its tile through the innermost loops. Where a tile does not divide an extent, operands are padded
    and reductions masked to what exists.
    ```
    %m = linalg.generic ins(%a, %b) ... {st.loop_order = ..., st.tile_sizes = ...}
    // becomes
    %m = scf.for %i ... iter_args(%o = %empty) {
      scf.for %j ... {
        %acc = scf.for %k ... iter_args(%t = %zeros) {
          %ta = tensor.extract_slice %a[%i, %k] [8, 16] [1, 1]
          ...
        }
        tensor.insert_slice %acc into ...
      }
    } {st.task = "matmul_0"}
    ```
  }];
  let statistics = [Statistic<"numNests", "num-nests", "nests built">];
}

def ChooseUnroll : TilePhasePass<"st-choose-unroll"> {
  let summary = "spend parallel lanes on the slowest nests";
  let description = [{
    Intensity-driven unrolling (StreamTensor, section 5.1): raises the factor of the slowest nest until the budget is
    spent. A lane of a nest costs what its bodies compute, in multiply-accumulates. Only one loop is unrolled, by
    a divisor of its extent: the one along the last dimension of a result, or where that offers next to nothing the one
    that offers most. A reduction goes no further than its adders allow at II = 1.
    ```
    linalg.generic ... {st.unroll = array<i64: 1, 16, 1>}
    ```
  }];
  let options = [
    Option<"overallUnrollSize", "overall-unroll-size", "int64_t", "256", "Multiply-accumulate lanes of all nests">,
    Option<"adderLatency", "adder-latency", "int64_t", "7", "Cycles from the operands of a sum to its result">
  ];
}

def VerifyTile : TilePhasePass<"st-verify-tile"> {
  let summary = "after `tile`, computation stands in named nests only";
  let description = [{
    Every loop at the top of a function names its task, every linalg operation stands in a nest and has its unroll
    factors, and no row operation remains.
  }];
}

#endif // ST_TRANSFORMS_TILE_PASSES
