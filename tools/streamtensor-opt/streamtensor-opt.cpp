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

namespace {
/// What `streamtensor compile` lets one choose about the phases. A phase ignores what does not concern it.
struct PipelineOptions : PassPipelineOptions<PipelineOptions> {
  st::PhaseOptions defaults;
  Option<std::string> device{*this, "device", llvm::cl::desc("Path of the device file")};
  Option<double> clock{*this, "clock", llvm::cl::desc("Kernel clock in MHz; 0 takes the device's default"),
                       llvm::cl::init(defaults.clockMhz)};
  Option<int64_t> defaultTileSize{*this, "default-tile-size", llvm::cl::desc("Tile extent along every dimension"),
                                  llvm::cl::init(defaults.defaultTileSize)};
  Option<int64_t> tokenTileSize{*this, "token-tile-size",
                                llvm::cl::desc("Tile extent along the outermost (token) dimension"),
                                llvm::cl::init(defaults.tokenTileSize)};
  Option<int64_t> overallUnrollSize{*this, "overall-unroll-size",
                                    llvm::cl::desc("Lanes to spend on all tasks together"),
                                    llvm::cl::init(defaults.overallUnrollSize)};
  Option<int64_t> adderLatency{*this, "adder-latency",
                               llvm::cl::desc("Cycles from the operands of a sum to its result"),
                               llvm::cl::init(defaults.adderLatency)};
  Option<int64_t> maxConverterBytes{*this, "max-converter-bytes",
                                    llvm::cl::desc("On-chip bytes for the converters of one kernel; 0 means 80 % of "
                                                   "what the device has"),
                                    llvm::cl::init(defaults.maxConverterBytes)};
  Option<int64_t> minSavedBytes{*this, "min-saved-bytes",
                                llvm::cl::desc("External traffic that keeping on chip what is read again has to save"),
                                llvm::cl::init(defaults.minSavedBytes)};
  Option<int64_t> maxBufferBytes{*this, "max-buffer-bytes",
                                 llvm::cl::desc("Largest tensor buffered in full; 0 means a quarter of what the device "
                                                "has"),
                                 llvm::cl::init(defaults.maxBufferBytes)};
  Option<int64_t> consecutiveLaunches{*this, "consecutive-launches",
                                      llvm::cl::desc("Launches without a pause that FIFOs are sized for"),
                                      llvm::cl::init(defaults.consecutiveLaunches)};
  Option<bool> partition{*this, "partition", llvm::cl::desc("Leave what cannot stream to the host"),
                         llvm::cl::init(defaults.partition)};
  Option<bool> repeat{*this, "repeat", llvm::cl::desc("Make one loop of equal layers"),
                      llvm::cl::init(defaults.repeat)};

  st::PhaseOptions get() const {
    return {device,
            clock,
            defaultTileSize,
            tokenTileSize,
            overallUnrollSize,
            adderLatency,
            maxConverterBytes,
            minSavedBytes,
            maxBufferBytes,
            consecutiveLaunches,
            partition,
            repeat};
  }
};
} // namespace

/// Every phase between import and emission as a pipeline of its own: --st-tile, --st-fuse="device=u55c.json", ...
static void registerPhasePipelines() {
  for (st::Phase phase : st::allPhases()) {
    if (phase == st::Phase::Import || phase == st::Phase::Emit)
      continue;
    PassPipelineRegistration<PipelineOptions>(("st-" + st::getPhaseName(phase)).str(), st::getPhaseDescription(phase),
                                              [phase](OpPassManager &manager, const PipelineOptions &options) {
                                                st::populatePhase(phase, manager, options.get());
                                              });
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
