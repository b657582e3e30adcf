//===- FifoGraph.cpp - Who talks to whom in a materialized kernel ---------------------------------------------===//

#include "Analysis/FifoGraph.h"
#include "Dialect/Repeat.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace st;

bool FifoEdge::isFeedback() { return instance->hasAttr(feedbackAttr); }

int64_t FifoEdge::getTokenBits() {
  Type token = getType().getTokenType();
  auto vector = dyn_cast<VectorType>(token);
  return (vector ? vector.getNumElements() : 1) * getElementTypeOrSelf(token).getIntOrFloatBitWidth();
}

/// The only use of `value`, looking through casts; null with a diagnostic naming `what` when there is another number.
static OpOperand *singleUse(Value value, ItensorInstanceOp instance, StringRef what) {
  while (value.hasOneUse())
    if (auto cast = dyn_cast<ItensorCastOp>(*value.user_begin()))
      value = cast.getResult();
    else
      break;
  if (value.hasOneUse() && isa<TaskOp>(*value.user_begin()))
    return &*value.use_begin();
  auto diag = instance.emitOpError() << "needs exactly one " << what << ", which must be a task, but has "
                                     << std::distance(value.use_begin(), value.use_end())
                                     << " uses: run st-ensure-single-use and st-materialize-kernel first";
  for (Operation *user : value.getUsers())
    diag.attachNote(user->getLoc()) << "used here";
  return nullptr;
}

/// The ends of a FIFO that leads back: both tasks take the placeholder itself.
static LogicalResult findEnds(FifoEdge &edge) {
  for (OpOperand &use : edge.instance->getUses()) {
    auto task = dyn_cast<TaskOp>(use.getOwner());
    if (!task)
      continue;
    bool reads = use.getOperandNumber() < task.getReads().size();
    (reads ? edge.consumer : edge.producer) = task;
    (reads ? edge.consumerArgument : edge.producerArgument) = use.getOperandNumber();
  }
  if (edge.instance.getResult().hasNUses(2) && edge.consumer && edge.producer)
    return success();
  InFlightDiagnostic diag = edge.instance.emitOpError("leads back, and needs one task that reads it and one that "
                                                      "writes it");
  for (Operation *user : edge.instance->getUsers())
    diag.attachNote(user->getLoc()) << "used here";
  return failure();
}

FailureOr<std::vector<FifoEdge>> st::collectFifos(KernelOp kernel) {
  std::vector<FifoEdge> fifos;
  for (ItensorInstanceOp instance : kernel.getBody().getOps<ItensorInstanceOp>()) {
    FifoEdge edge;
    edge.instance = instance;
    if (edge.isFeedback()) {
      if (failed(findEnds(edge)))
        return failure();
      fifos.push_back(edge);
      continue;
    }
    OpOperand *written = singleUse(instance.getResult(), instance, "writer");
    if (!written)
      return failure();
    edge.producer = cast<TaskOp>(written->getOwner());
    edge.producerArgument = written->getOperandNumber();
    unsigned reads = edge.producer.getReads().size();
    if (edge.producerArgument < reads)
      return instance.emitOpError("is read but never written");
    OpOperand *read = singleUse(edge.producer.getResultForInit(edge.producerArgument - reads), instance, "reader");
    if (!read)
      return failure();
    edge.consumer = cast<TaskOp>(read->getOwner());
    edge.consumerArgument = read->getOperandNumber();
    fifos.push_back(edge);
  }
  return fifos;
}

/// Whether an argument of the model is one that does not change from launch to launch, as the model says.
static bool isParameterArgument(BlockArgument argument) {
  auto function = dyn_cast<FunctionOpInterface>(argument.getOwner()->getParentOp());
  return function && function.getArgAttr(argument.getArgNumber(), "st.parameter");
}

/// Whether `value` is computed from parameters only: constants and arguments that are declared as such.
static bool isConstant(Value value) {
  Operation *op = value.getDefiningOp();
  if (!op)
    return isParameterArgument(cast<BlockArgument>(value));
  if (op->hasTrait<OpTrait::ConstantLike>())
    return true;
  return isPure(op) && !isa<KernelOp>(op) && llvm::all_of(op->getOperands(), [](Value operand) {
           // An empty destination holds nothing.
           Operation *made = operand.getDefiningOp();
           return (made && made->getNumOperands() == 0 && isPure(made)) || isConstant(operand);
         });
}

bool st::isParameterOperand(KernelOp kernel, unsigned index) {
  if (auto listed = kernel->getAttrOfType<DenseI64ArrayAttr>("st.parameter_operands"))
    return llvm::is_contained(listed.asArrayRef(), static_cast<int64_t>(index));
  return isConstant(kernel.getInputs()[index]);
}

ParameterFlow::ParameterFlow(KernelOp kernel, std::vector<FifoEdge> &fifos) {
  // Tasks stand in topological order, so that one pass suffices.
  for (TaskOp task : kernel.getBody().getOps<TaskOp>()) {
    SmallVector<bool> flags(task->getNumOperands(), false);
    bool all = !task.getReads().empty();
    for (unsigned index = 0; index < task.getReads().size(); ++index) {
      if (auto argument = dyn_cast<BlockArgument>(task->getOperand(index)))
        flags[index] = isParameterOperand(kernel, argument.getArgNumber());
      for (FifoEdge &edge : fifos)
        if (edge.consumer == task && edge.consumerArgument == index)
          flags[index] = isParameter(edge.producer, edge.producerArgument);
      all &= flags[index];
    }
    for (unsigned index = task.getReads().size(); index < flags.size(); ++index)
      flags[index] = all;
    arguments[task] = std::move(flags);
  }
}

bool ParameterFlow::isParameter(TaskOp task, unsigned argument) const {
  auto it = arguments.find(task);
  return it != arguments.end() && it->second[argument];
}

bool ParameterFlow::isParameterTask(TaskOp task) const {
  auto it = arguments.find(task);
  return it != arguments.end() && !it->second.empty() &&
         llvm::all_of(llvm::seq<unsigned>(0, task.getReads().size()), [&](unsigned i) { return it->second[i]; }) &&
         !task.getReads().empty();
}
