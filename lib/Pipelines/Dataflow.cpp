//===- Dataflow.cpp - The dataflow phase ----------------------------------------------------------------------===//

#include "Pipelines/Dataflow.h"

#include "Transforms/Dataflow/Passes.h"

using namespace mlir;

namespace st {

void populateDataflowPipeline(OpPassManager &manager, const DataflowOptions &options) {
  OpPassManager &functions = manager.nest<func::FuncOp>();
  functions.addPass(createConvertLinalgToKernel());
  functions.addPass(createVerifyDataflow());
}

} // namespace st
