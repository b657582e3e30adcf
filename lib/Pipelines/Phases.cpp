//===- Phases.cpp - From a model to an accelerator, phase by phase --------------------------------------------===//

#include "Pipelines/Phases.h"
#include "Pipelines/Allocate.h"
#include "Pipelines/Bufferize.h"
#include "Pipelines/Dataflow.h"
#include "Pipelines/Fuse.h"
#include "Pipelines/Linalg.h"
#include "Pipelines/Lower.h"
#include "Pipelines/Optimize.h"
#include "Pipelines/Schedule.h"
#include "Pipelines/Tile.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace st;

namespace {
struct PhaseEntry {
  Phase phase;
  StringRef name, description;
};
} // namespace

static constexpr PhaseEntry entries[] = {
#define ST_PHASE(Enumerator, Name, Description) {Phase::Enumerator, Name, Description},
#include "Pipelines/Phases.def"
};

ArrayRef<Phase> st::allPhases() {
  static const auto phases = [] {
    std::array<Phase, std::size(entries)> list;
    llvm::transform(entries, list.begin(), [](const PhaseEntry &entry) { return entry.phase; });
    return list;
  }();
  return phases;
}

StringRef st::getPhaseName(Phase phase) { return entries[static_cast<size_t>(phase)].name; }

StringRef st::getPhaseDescription(Phase phase) { return entries[static_cast<size_t>(phase)].description; }

std::optional<Phase> st::findPhase(StringRef name) {
  for (const PhaseEntry &entry : entries)
    if (entry.name == name)
      return entry.phase;
  return std::nullopt;
}

void st::populatePhase(Phase phase, OpPassManager &manager, const PhaseOptions &options) {
  switch (phase) {
  case Phase::Import:
  case Phase::Emit:
    return;
  case Phase::Linalg:
    return populateLinalgPipeline(manager, {options.device, options.maxBufferBytes, options.partition, options.repeat});
  case Phase::Tile:
    return populateTilePipeline(
        manager, {options.defaultTileSize, options.tokenTileSize, options.overallUnrollSize, options.adderLatency});
  case Phase::Dataflow:
    return populateDataflowPipeline(manager, {});
  case Phase::Fuse:
    return populateFusePipeline(manager, {options.device, options.maxConverterBytes, options.minSavedBytes});
  case Phase::Optimize:
    return populateOptimizePipeline(manager, {});
  case Phase::Schedule:
    return populateSchedulePipeline(manager, {options.device, options.clockMhz});
  case Phase::Allocate:
    return populateAllocatePipeline(manager, {options.device, options.clockMhz, options.consecutiveLaunches});
  case Phase::Bufferize:
    return populateBufferizePipeline(manager, {});
  case Phase::Lower:
    return populateLowerPipeline(manager, {options.device, options.clockMhz});
  }
}
