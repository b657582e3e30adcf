//===- KernelLayout.cpp - Names and memory ports of a kernel --------------------------------------------------===//

#include "Emit/Hls/KernelLayout.h"
#include "Dialect/Sizes.h"
#include "Emit/Common/Expression.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace st;

std::string st::tokenCppType(Type tokenType) {
  return "ap_uint<" + std::to_string(tokenLanes(tokenType) * scalarBits(getElementTypeOrSelf(tokenType))) + ">";
}

int64_t st::tokenLanes(Type tokenType) {
  auto vector = dyn_cast<VectorType>(tokenType);
  return vector ? vector.getNumElements() : 1;
}

int64_t st::coveredDims(MemRefType memory, VectorType vector) {
  int64_t covered = 0, rank = vector.getRank();
  auto extentOf = [&](int64_t fromLast) { return memory.getDimSize(memory.getRank() - 1 - fromLast); };
  if (rank > memory.getRank())
    return -1;
  while (covered < rank && vector.getDimSize(rank - 1 - covered) == extentOf(covered))
    ++covered;
  // One dimension may be covered in part; those further out must be single.
  for (int64_t dim = covered + 1; dim < rank; ++dim)
    if (vector.getDimSize(rank - 1 - dim) != 1)
      return -1;
  return covered;
}

/// Whether `index` is always a multiple of `divisor`.
static bool isMultipleOf(Value index, int64_t divisor) {
  if (divisor == 1)
    return true;
  if (std::optional<int64_t> constant = getConstantIntValue(index))
    return *constant % divisor == 0;
  if (auto apply = index.getDefiningOp<affine::AffineApplyOp>())
    return apply.getAffineMap().getResult(0).isMultipleOf(divisor);
  auto argument = dyn_cast<BlockArgument>(index);
  auto loop = argument ? dyn_cast<scf::ForOp>(argument.getOwner()->getParentOp()) : scf::ForOp();
  return loop && loop.getInductionVar() == index && isMultipleOf(loop.getLowerBound(), divisor) &&
         isMultipleOf(loop.getStep(), divisor);
}

/// The vector type of an access of external memory that is exactly one element of a port as wide as the vector.
static VectorType getAlignedVector(Operation *access) {
  auto check = [](MemRefType memory, VectorType vector, OperandRange indices) -> VectorType {
    int64_t covered = coveredDims(memory, vector);
    if (covered < 0)
      return {};
    for (Value index : indices.take_back(covered))
      if (getConstantIntValue(index) != 0)
        return {};
    if (covered < vector.getRank()) {
      int64_t partial = vector.getDimSize(vector.getRank() - 1 - covered);
      if (memory.getDimSize(memory.getRank() - 1 - covered) % partial != 0 ||
          !isMultipleOf(indices[memory.getRank() - 1 - covered], partial))
        return {};
    }
    return vector;
  };
  if (auto load = dyn_cast<vector::LoadOp>(access))
    return check(load.getMemRefType(), load.getVectorType(), load.getIndices());
  if (auto store = dyn_cast<vector::StoreOp>(access))
    return check(store.getMemRefType(), store.getVectorType(), store.getIndices());
  return {};
}

/// As wide as all accesses of the memory are, if they agree; else one scalar.
static PortElement chooseElement(BlockArgument argument, MemRefType memory) {
  int64_t lanes = 0;
  for (Operation *access : argument.getUsers()) {
    VectorType vector = getAlignedVector(access);
    int64_t width = vector ? vector.getNumElements() : 1;
    if (lanes != 0 && lanes != width)
      width = 1;
    lanes = width;
    if (width == 1)
      break;
  }
  PortElement element;
  element.lanes = std::max<int64_t>(lanes, 1);
  int64_t bits = scalarBits(memory.getElementType());
  // Memory holds a byte for each bool; and ports of other widths are padded to the next power of two in memory.
  if (bits < 8 || !llvm::isPowerOf2_64(element.lanes * bits))
    element.lanes = 1;
  element.cppType =
      element.lanes == 1 ? *cppType(memory.getElementType()) : "ap_uint<" + std::to_string(element.lanes * bits) + ">";
  return element;
}

static LogicalResult checkMemory(KernelOp kernel, Value operand, MemRefType type) {
  if (!type.hasStaticShape() || !type.getLayout().isIdentity() || !cppType(type.getElementType()))
    return kernel.emitOpError() << "has a memory operand of type " << type
                                << ", which HLS C++ cannot take; expected a static row-major memref of numbers";
  return success();
}

/// Ports of one memory that is updated in place see elements of one width.
static void shareElements(std::vector<MemoryPort> &ports, Value operand, MemRefType type) {
  SmallVector<MemoryPort *> shared;
  for (MemoryPort &port : ports)
    if (port.operand == operand && port.isInPlace)
      shared.push_back(&port);
  auto isSame = [&](MemoryPort *port) { return port->element.lanes == shared.front()->element.lanes; };
  if (llvm::all_of(shared, isSame))
    return;
  for (MemoryPort *port : shared)
    port->element = {*cppType(type.getElementType()), 1};
}

FailureOr<KernelLayout> KernelLayout::build(KernelOp kernel) {
  KernelLayout layout;
  layout.kernel = kernel;
  layout.name = toCppIdentifier(kernel.getSymName());
  NameScope functions, variables, files;
  functions.declare(layout.name);

  Block &body = kernel.getBody().front();
  auto names = kernel->getAttrOfType<ArrayAttr>("st.operand_names");
  auto directions = kernel->getAttrOfType<ArrayAttr>("st.operand_directions");
  for (BlockArgument argument : body.getArguments()) {
    unsigned index = argument.getArgNumber();
    std::string name = "operand_" + std::to_string(index);
    if (names && index < names.size())
      name = toCppIdentifier(cast<StringAttr>(names[index]).getValue());
    layout.operandNames.push_back(files.declare(name));
  }

  for (Operation &op : body.without_terminator()) {
    if (auto stream = dyn_cast<StreamOp>(op)) {
      layout.streamNames[stream] = variables.declare(toCppIdentifier(stream.getSymName()));
    } else if (auto task = dyn_cast<TaskOp>(op)) {
      layout.tasks.push_back(task);
      layout.taskNames[task] = functions.declare(toCppIdentifier(task.getSymName()));
    } else {
      return op.emitOpError() << "cannot stand in a dataflow region of C++ functions";
    }
  }

  for (const std::string &size : collectSizes(kernel))
    layout.sizes.push_back({size, variables.declare("size_" + toCppIdentifier(size))});
  for (BlockArgument operand : body.getArguments()) {
    auto type = dyn_cast<MemRefType>(operand.getType());
    if (!type || failed(checkMemory(kernel, operand, type)))
      return type ? failure() : kernel.emitOpError() << "has an operand that is no memref";
    unsigned index = operand.getArgNumber();
    bool isKnown = directions && index < directions.size();
    StringRef direction = isKnown ? cast<StringAttr>(directions[index]).getValue() : StringRef("in");
    for (TaskOp task : layout.tasks)
      for (BlockArgument argument : task.getBody().getArguments()) {
        if (task.getOperandFor(argument).get() != operand)
          continue;
        MemoryPort port;
        port.name = variables.declare(layout.operandNames[index]);
        port.element = chooseElement(argument, type);
        bool isRead = argument.getArgNumber() < task.getReads().size();
        port.isInput = direction == "in" || (direction == "inout" && isRead);
        port.isInPlace = direction == "inout";
        port.operand = operand;
        port.operandIndex = index;
        port.task = task;
        port.taskArgument = argument;
        if (auto channel = task->getAttrOfType<IntegerAttr>("st.hbm_channel"))
          port.hbmChannel = channel.getInt();
        layout.ports.push_back(port);
      }
    shareElements(layout.ports, operand, type);
    for (MemoryPort &port : layout.ports)
      if (port.operand == operand)
        port.numElements = type.getNumElements() / port.element.lanes;
  }
  return layout;
}

const MemoryPort &KernelLayout::getFirstPort(const MemoryPort &port) const {
  if (!port.isInPlace)
    return port;
  return *llvm::find_if(ports, [&](const MemoryPort &other) { return other.operand == port.operand; });
}

const MemoryPort *KernelLayout::findPort(BlockArgument taskArgument) const {
  auto found = llvm::find_if(ports, [&](const MemoryPort &port) { return port.taskArgument == taskArgument; });
  return found == ports.end() ? nullptr : &*found;
}

std::vector<std::string> KernelLayout::getSizesOf(TaskOp task) const {
  std::vector<std::string> used = collectSizes(task), names;
  for (const auto &[size, name] : sizes)
    if (llvm::is_contained(used, size))
      names.push_back(name);
  return names;
}

TaskOp KernelLayout::findPartner(BlockArgument taskArgument) const {
  auto task = cast<TaskOp>(taskArgument.getOwner()->getParentOp());
  for (Operation *user : task.getOperandFor(taskArgument).get().getUsers())
    if (auto other = dyn_cast<TaskOp>(user); other && other != task)
      return other;
  return {};
}
