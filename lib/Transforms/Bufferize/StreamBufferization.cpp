//===- StreamBufferization.cpp - How tiles of streams bufferize -----------------------------------------------===//

#include "Transforms/Bufferize/Passes.h"
#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"
#include "mlir/Dialect/Bufferization/IR/DstBufferizableOpInterfaceImpl.h"

using namespace mlir;
using namespace mlir::bufferization;
using namespace st;

namespace {

struct ReadTileModel : DstBufferizableOpInterfaceExternalModel<ReadTileModel, StreamReadTileOp> {
  /// Every element of the tile is overwritten, so what stood there before need not be kept.
  bool bufferizesToMemoryRead(Operation *, OpOperand &, const AnalysisState &) const { return false; }

  LogicalResult bufferize(Operation *op, RewriterBase &rewriter, const BufferizationOptions &options,
                          BufferizationState &state) const {
    auto read = cast<StreamReadTileOp>(op);
    if (!read.getResult())
      return success();
    FailureOr<Value> buffer = getBuffer(rewriter, read.getDest(), options, state);
    if (failed(buffer))
      return failure();
    StreamReadTileOp::create(rewriter, op->getLoc(), Type(), read.getStream(), *buffer);
    replaceOpWithBufferizedValues(rewriter, op, *buffer);
    return success();
  }
};

struct WriteTileModel : BufferizableOpInterface::ExternalModel<WriteTileModel, StreamWriteTileOp> {
  bool bufferizesToMemoryRead(Operation *, OpOperand &, const AnalysisState &) const { return true; }
  bool bufferizesToMemoryWrite(Operation *, OpOperand &, const AnalysisState &) const { return false; }
  AliasingValueList getAliasingValues(Operation *, OpOperand &, const AnalysisState &) const { return {}; }

  LogicalResult bufferize(Operation *op, RewriterBase &rewriter, const BufferizationOptions &options,
                          BufferizationState &state) const {
    auto write = cast<StreamWriteTileOp>(op);
    FailureOr<Value> buffer = getBuffer(rewriter, write.getValue(), options, state);
    if (failed(buffer))
      return failure();
    replaceOpWithNewBufferizedOp<StreamWriteTileOp>(rewriter, op, *buffer, write.getStream());
    return success();
  }
};

} // namespace

void st::registerStreamBufferizationModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, StDialect *) {
    StreamReadTileOp::attachInterface<ReadTileModel>(*context);
    StreamWriteTileOp::attachInterface<WriteTileModel>(*context);
  });
}
