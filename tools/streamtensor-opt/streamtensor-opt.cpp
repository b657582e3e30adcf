//===- streamtensor-opt.cpp - Any pass, any pipeline ----------------------------------------------------------===//

#include "Dialect/StDialect.h"
#include "Emit/Hls/Passes.h"
#include "Emit/Rtl/Passes.h"
#include "Pipelines/Phases.h"
#include "Transforms/Allocate/Passes.h"
#include "Transforms/Bufferize/Passes.h"
#include "Transforms/Dataflow/Passes.h"
#include "Transforms/Fuse/Passes.h"
#include "Transforms/Linalg/Passes.h"
#include "Transforms/Lower/Passes.h"
#include "Transforms/Optimize/Passes.h"
#include "Transforms/Schedule/Passes.h"
#include "Transforms/Tile/Passes.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

using namespace mlir;

/// Every phase between import and emission as a pipeline of its own, with default options: --st-tile, --st-fuse, ...
static void registerPhasePipelines() {
  for (st::Phase phase : st::allPhases()) {
    if (phase == st::Phase::Import || phase == st::Phase::Emit)
      continue;
    PassPipelineRegistration<>(("st-" + st::getPhaseName(phase)).str(), st::getPhaseDescription(phase),
                               [phase](OpPassManager &manager) { st::populatePhase(phase, manager, {}); });
  }
}

int main(int argc, char **argv) {
  DialectRegistry registry;
  registerAllDialects(registry);
  registerAllExtensions(registry);
  registry.insert<st::StDialect>();
  registerAllPasses();
  st::registerStLinalgPasses();
  st::registerStTilePasses();
  st::registerStDataflowPasses();
  st::registerStFusePasses();
  st::registerStOptimizePasses();
  st::registerStSchedulePasses();
  st::registerStAllocatePasses();
  st::registerStBufferizePasses();
  st::registerStLowerPasses();
  st::registerStEmitHlsPasses();
  st::registerStEmitRtlPasses();
  registerPhasePipelines();
  return asMainReturnCode(MlirOptMain(argc, argv, "StreamTensor's optimizer driver\n", registry));
}
