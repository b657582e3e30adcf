//===- Tile.cpp - The tile phase -----------------------------------------------------------------------------===//

#include "Pipelines/Tile.h"

#include "Transforms/Tile/Passes.h"

#include "mlir/Transforms/Passes.h"

using namespace mlir;

namespace st {

void populateTilePipeline(OpPassManager &manager, const TileOptions &options) {
  OpPassManager &functions = manager.nest<func::FuncOp>();
  ChooseTilingOptions tiling;
  tiling.defaultTileSize = options.defaultTileSize;
  tiling.tokenTileSize = options.tokenTileSize;
  functions.addPass(createChooseTiling(tiling));
  functions.addPass(createApplyTiling());
  // CSE merges the padding of what several nests read. No canonicalizer from here on: it would dissolve a loop that
  // runs once, and with it the name of its task.
  functions.addPass(createCSEPass());
  ChooseUnrollOptions unroll;
  unroll.overallUnrollSize = options.overallUnrollSize;
  unroll.adderLatency = options.adderLatency;
  functions.addPass(createChooseUnroll(unroll));
  functions.addPass(createVerifyTile());
}

} // namespace st
