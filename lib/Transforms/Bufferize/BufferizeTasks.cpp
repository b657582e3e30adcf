//===- BufferizeTasks.cpp - One-shot bufferization of task bodies ---------------------------------------------===//

#include "Transforms/Bufferize/Passes.h"
#include "mlir/Dialect/Arith/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Bufferization/Transforms/OneShotAnalysis.h"
#include "mlir/Dialect/Bufferization/Transforms/Transforms.h"
#include "mlir/Dialect/Linalg/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Linalg/Transforms/SubsetInsertionOpInterfaceImpl.h"
#include "mlir/Dialect/SCF/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Tensor/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Tensor/Transforms/SubsetInsertionOpInterfaceImpl.h"

namespace st {
#define GEN_PASS_DEF_BUFFERIZETASKS
#include "Transforms/Bufferize/Passes.h.inc"
} // namespace st

using namespace mlir;
using namespace st;

namespace {
struct BufferizeTasks : st::impl::BufferizeTasksBase<BufferizeTasks> {
  void getDependentDialects(DialectRegistry &registry) const override {
    BufferizeTasksBase::getDependentDialects(registry);
    arith::registerBufferizableOpInterfaceExternalModels(registry);
    linalg::registerBufferizableOpInterfaceExternalModels(registry);
    linalg::registerSubsetOpInterfaceExternalModels(registry);
    scf::registerBufferizableOpInterfaceExternalModels(registry);
    tensor::registerBufferizableOpInterfaceExternalModels(registry);
    tensor::registerSubsetOpInterfaceExternalModels(registry);
    registerStreamBufferizationModels(registry);
  }

  void runOnOperation() override {
    // Collected first: constants become globals of the module, which the walk must not meet halfway.
    SmallVector<TaskOp> tasks;
    getOperation().walk([&](TaskOp task) { tasks.push_back(task); });
    bufferization::OneShotBufferizationOptions options;
    bufferization::BufferizationState state;
    IRRewriter rewriter(&getContext());
    for (TaskOp task : tasks) {
      // A tile that is only inserted into a larger tensor is made there in the first place.
      if (failed(bufferization::eliminateEmptyTensors(rewriter, task)) ||
          failed(bufferization::runOneShotBufferize(task, options, state))) {
        task.emitOpError("could not be bufferized");
        return signalPassFailure();
      }
    }
  }
};
} // namespace
