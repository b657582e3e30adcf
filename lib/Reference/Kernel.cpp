// The call of a kernel, by the interpreter or by another back end.
#include "Reference/Arrays.h"
#include "Reference/KernelRun.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace st;
using namespace st::reference;

namespace {
struct Direction {
  bool isRead = true, isWritten = false;
};
} // namespace

/// Tensors are read; memrefs according to their direction.
static FailureOr<Direction> getDirection(KernelOp kernel, unsigned index) {
  if (!isa<MemRefType>(kernel.getInputs()[index].getType()))
    return Direction();
  auto directions = kernel->getAttrOfType<ArrayAttr>("st.operand_directions");
  if (!directions || directions.size() != kernel.getInputs().size())
    return kernel.emitOpError("needs 'st.operand_directions' for every operand to run on another back end");
  StringRef direction = cast<StringAttr>(directions[index]).getValue();
  return Direction{direction != "out", direction != "in"};
}

/// Runs the kernel outside of the interpreter; `registers` hold operands and results as its caller has them.
static bool runOnBackend(KernelOp kernel, ArrayRef<int32_t> inputs, ArrayRef<int32_t> results, Activation &caller,
                         const RunOptions &options) {
  std::vector<Array> arrays;
  SmallVector<unsigned> outputs;
  for (auto [index, input] : llvm::enumerate(kernel.getInputs())) {
    FailureOr<Direction> direction = getDirection(kernel, index);
    if (failed(direction))
      return false;
    auto type = cast<ShapedType>(input.getType());
    if (direction->isWritten)
      outputs.push_back(index);
    if (direction->isRead)
      arrays.push_back(toArray(
          isa<MemRefType>(type) ? caller.reg<char *>(inputs[index]) : caller.reg<Buffer *>(inputs[index])->data, type));
  }
  FailureOr<std::vector<Array>> written = options.kernelBackend(kernel, arrays);
  if (failed(written))
    return false;
  if (written->size() != results.size() + outputs.size()) {
    kernel.emitOpError() << "writes " << results.size() + outputs.size() << " arrays, but its back end returned "
                         << written->size();
    return false;
  }
  for (auto [index, array] : llvm::enumerate(*written)) {
    bool isResult = index < results.size();
    unsigned operand = isResult ? 0 : outputs[index - results.size()];
    auto type = cast<ShapedType>(isResult ? kernel.getResult(index).getType() : kernel.getInputs()[operand].getType());
    if (!matches(array, type)) {
      kernel.emitOpError() << "writes " << type << ", but its back end returned " << describe(array);
      return false;
    }
    if (!isResult) {
      fromArray(array, type, caller.reg<char *>(inputs[operand]));
      continue;
    }
    Reference tensor(Buffer::allocate(bytesOf(type)));
    fromArray(array, type, tensor->data);
    caller.setTensor(results[index], tensor);
  }
  return true;
}

std::unique_ptr<HostCall> st::reference::compileKernel(KernelOp kernel, ArrayRef<int32_t> inputs,
                                                       ArrayRef<int32_t> results, Session &session) {
  SmallVector<int32_t> inputRegisters(inputs), resultRegisters(results);
  if (session.options.kernelBackend)
    return std::make_unique<HostCall>([=, &session](char *, Activation &caller) {
      return runOnBackend(kernel, inputRegisters, resultRegisters, caller, session.options);
    });
  auto programs = std::make_shared<TaskPrograms>();
  WalkResult compiled = kernel.getBody().walk([&](TaskOp task) {
    auto program = std::make_shared<Program>();
    if (failed(Compiler(*program, session).compileBody(task.getBody().front())))
      return WalkResult::interrupt();
    (*programs)[task] = program;
    return WalkResult::skip();
  });
  if (compiled.wasInterrupted())
    return nullptr;
  return std::make_unique<HostCall>([=, &session](char *, Activation &caller) {
    KernelRun run(kernel, *programs, session);
    KernelOp op = kernel;
    for (auto [argument, offset] : llvm::zip(op.getBody().getArguments(), inputRegisters)) {
      if (isa<MemRefType>(argument.getType()))
        run.memrefs[argument] = caller.reg<char *>(offset);
      else
        run.tensors[argument] = Reference(retain(caller.reg<Buffer *>(offset)));
    }
    if (failed(run.run()))
      return false;
    for (auto [result, offset] : llvm::zip(run.results, resultRegisters))
      caller.setTensor(offset, result);
    return true;
  });
}
