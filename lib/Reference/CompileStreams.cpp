// Itensors and streams as a task sees them, row operations, and the call of a kernel.
#include "Reference/Compiler.h"

using namespace mlir;
using namespace st;
using namespace st::reference;

void Compiler::emitPop(Operation *op, Value port, int32_t pointer, TileLayout layout) {
  Instruction &in = emit(runPopTile);
  in.dst = pointer;
  in.a = reg(port);
  in.b = newRegister();
  in.data = table(std::move(layout));
}

void Compiler::emitPush(Operation *op, Value port, int32_t pointer, TileLayout layout) {
  Instruction &in = emit(runPushTile);
  in.dst = pointer;
  in.a = reg(port);
  in.b = newRegister();
  in.data = table(std::move(layout));
}

bool Compiler::compileStreams(Operation *op) {
  auto popTensor = [&](Value result, Value port, Type tokenType) {
    auto type = cast<RankedTensorType>(result.getType());
    int32_t dst = define(result);
    Instruction &in = emit(runAllocate);
    in.dst = dst;
    in.value = bytesOf(type);
    emitPop(op, port, dataPointer(dst), tileLayout(type, tokenType));
    return true;
  };
  auto emitCall = [&](auto compileCallee) {
    SmallVector<int32_t> operands, results;
    for (Value operand : op->getOperands())
      operands.push_back(reg(operand));
    for (Value result : op->getResults())
      results.push_back(define(result));
    if (std::unique_ptr<HostCall> call = compileCallee(operands, results))
      emit(runHostCall).data = table(std::move(*call));
    else
      failed = true;
    return true;
  };
  return TypeSwitch<Operation *, bool>(op)
      .Case([&](ItensorReadOp read) {
        return popTensor(read.getResult(), read.getSource(), read.getSource().getType().getTokenType());
      })
      .Case([&](ItensorWriteOp write) {
        auto type = cast<RankedTensorType>(write.getValue().getType());
        emitPush(op, write.getDest(), dataPointer(write.getValue()),
                 tileLayout(type, write.getDest().getType().getTokenType()));
        registers[write.getResult()] = reg(write.getDest());
        return true;
      })
      .Case([&](ItensorCastOp cast) {
        registers[cast.getResult()] = reg(cast.getSource());
        return true;
      })
      .Case([&](StreamReadTileOp read) {
        Type token = read.getStream().getType().getTokenType();
        if (read.getResult())
          return popTensor(read.getResult(), read.getStream(), token);
        emitPop(op, read.getStream(), reg(read.getDest()),
                tileLayout(cast<ShapedType>(read.getDest().getType()), token));
        return true;
      })
      .Case([&](StreamWriteTileOp write) {
        emitPush(op, write.getStream(), dataPointer(write.getValue()),
                 tileLayout(cast<ShapedType>(write.getValue().getType()), write.getStream().getType().getTokenType()));
        return true;
      })
      .Case([&](StreamReadOp read) {
        int32_t dst = define(read.getResult());
        Instruction &in = emit(handlerPopToken(elementKind(read.getResult().getType())));
        in.dst = dst;
        in.a = reg(read.getStream());
        in.lanes = lanesOf(read.getResult().getType());
        return true;
      })
      .Case([&](StreamWriteOp write) {
        Instruction &in = emit(handlerPushToken(elementKind(write.getValue().getType())));
        in.a = reg(write.getStream());
        in.b = reg(write.getValue());
        in.lanes = lanesOf(write.getValue().getType());
        return true;
      })
      .Case([&](RowOp row) { return compileRowOp(row), true; })
      .Case([&](KernelOp kernel) {
        return emitCall(
            [&](auto &operands, auto &results) { return compileKernel(kernel, operands, results, session); });
      })
      .Case([&](RepeatOp repeat) {
        return emitCall(
            [&](auto &operands, auto &results) { return compileRepeat(repeat, operands, results, session); });
      })
      .Default(false);
}
