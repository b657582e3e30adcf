// The frame of the compiler of programs: registers, ownership of tensors, control flow.
#include "Reference/Compiler.h"
#include "Dialect/LayoutAlgebra.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/ADT/ScopeExit.h"

using namespace mlir;
using namespace st;
using namespace st::reference;

//===----------------------------------------------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------------------------------------------===//

std::optional<Kind> st::reference::kindOf(Type type) {
  if (type.isF32())
    return Kind::F32;
  if (type.isF64())
    return Kind::F64;
  if (type.isF16())
    return Kind::F16;
  if (type.isBF16())
    return Kind::BF16;
  if (type.isIndex())
    return Kind::I64;
  if (auto integer = dyn_cast<IntegerType>(type)) {
    switch (integer.getWidth()) {
    case 1:
      return Kind::I1;
    case 8:
      return Kind::I8;
    case 16:
      return Kind::I16;
    case 32:
      return Kind::I32;
    case 64:
      return Kind::I64;
    }
  }
  return std::nullopt;
}

static Type scalarType(Type type) {
  if (auto itensor = dyn_cast<ItensorType>(type))
    return itensor.getScalarType();
  if (auto stream = dyn_cast<StreamType>(type))
    return scalarType(stream.getTokenType());
  if (auto shaped = dyn_cast<ShapedType>(type))
    return scalarType(shaped.getElementType());
  return type;
}

Kind st::reference::elementKind(Type type) { return *kindOf(scalarType(type)); }

int64_t st::reference::bytesOf(ShapedType type) { return type.getNumElements() * memoryBytes(elementKind(type)); }

SmallVector<int64_t> st::reference::byteStrides(ShapedType type) {
  SmallVector<int64_t> strides;
  if (auto memref = dyn_cast<MemRefType>(type)) {
    int64_t offset;
    // Checked by isSupported: strides are static.
    (void)memref.getStridesAndOffset(strides, offset);
  } else {
    strides = computeSuffixProduct(type.getShape());
  }
  for (int64_t &stride : strides)
    stride *= memoryBytes(elementKind(type));
  return strides;
}

TileLayout st::reference::tileLayout(ShapedType type, Type tokenType) {
  auto vector = dyn_cast<VectorType>(tokenType);
  SmallVector<int64_t> tokenShape(type.getRank(), 1);
  if (vector)
    tokenShape.assign(vector.getShape().begin(), vector.getShape().end());
  SmallVector<int64_t> outer, strides = byteStrides(type);
  for (auto [extent, token] : llvm::zip(type.getShape(), tokenShape))
    outer.push_back(extent / token);
  int64_t perToken = computeProduct(tokenShape);
  TileLayout layout;
  layout.elementBytes = memoryBytes(elementKind(type));
  layout.tokens = computeProduct(outer);
  layout.tokenBytes = perToken * layout.elementBytes;
  // Tokens follow each other row-major, and so do the elements inside each.
  SmallVector<int64_t> outerStrides = computeSuffixProduct(outer), tokenStrides = computeSuffixProduct(tokenShape);
  bool contiguous = true;
  for (int64_t token = 0; token < layout.tokens; ++token) {
    SmallVector<int64_t> block = delinearize(token, outerStrides);
    for (int64_t element = 0; element < perToken; ++element) {
      SmallVector<int64_t> inside = delinearize(element, tokenStrides);
      int64_t offset = 0;
      for (size_t dim = 0; dim < strides.size(); ++dim)
        offset += (block[dim] * tokenShape[dim] + inside[dim]) * strides[dim];
      contiguous &= offset == int64_t(layout.offsets.size()) * layout.elementBytes;
      layout.offsets.push_back(offset);
    }
  }
  if (contiguous)
    layout.offsets.clear();
  return layout;
}

/// What values can be: scalars, vectors, tensors and memrefs of static shape, itensors and streams.
static bool isSupported(Type type) {
  if (isa<ItensorType, StreamType>(type))
    return kindOf(scalarType(type)).has_value();
  if (auto memref = dyn_cast<MemRefType>(type)) {
    SmallVector<int64_t> strides;
    int64_t offset;
    if (failed(memref.getStridesAndOffset(strides, offset)) || llvm::is_contained(strides, ShapedType::kDynamic))
      return false;
  }
  if (auto vector = dyn_cast<VectorType>(type))
    return !vector.isScalable() && kindOf(vector.getElementType());
  if (auto shaped = dyn_cast<ShapedType>(type))
    return shaped.hasStaticShape() && kindOf(shaped.getElementType());
  return kindOf(type).has_value();
}

//===----------------------------------------------------------------------------------------------------------===//
// Registers
//===----------------------------------------------------------------------------------------------------------===//

int32_t Compiler::newRegister(int64_t bytes) {
  int32_t offset = program.initial.size();
  program.initial.resize(offset + llvm::alignTo(std::max<int64_t>(bytes, 1), 8));
  return offset;
}

int32_t Compiler::newTensorRegister() {
  program.tensorRegisters.push_back(newRegister());
  return program.tensorRegisters.back();
}

int64_t Compiler::lanesOf(Type type) const {
  if (auto vector = dyn_cast<VectorType>(type))
    return vector.getNumElements();
  return scalarLanes;
}

int64_t Compiler::registerSize(Type type) const {
  if (isa<RankedTensorType, MemRefType, ItensorType, StreamType>(type))
    return 8;
  return lanesOf(type) * registerBytes(elementKind(type));
}

int32_t Compiler::define(Value value) {
  int32_t offset =
      isa<RankedTensorType>(value.getType()) ? newTensorRegister() : newRegister(registerSize(value.getType()));
  registers[value] = offset;
  return offset;
}

int32_t Compiler::reg(Value value) const {
  auto found = registers.find(value);
  assert(found != registers.end() && "operand has no register");
  return found->second;
}

int32_t Compiler::integer(int64_t value) {
  auto [entry, isNew] = integers.try_emplace(value, 0);
  if (isNew) {
    entry->second = newRegister();
    std::memcpy(&program.initial[entry->second], &value, 8);
  }
  return entry->second;
}

Instruction &Compiler::emit(Handler handler) {
  program.origins.push_back(current);
  program.code.emplace_back();
  program.code.back().run = handler;
  return program.code.back();
}

bool Compiler::error(const Twine &message) {
  if (!failed)
    current->emitOpError() << message;
  failed = true;
  return true;
}

//===----------------------------------------------------------------------------------------------------------===//
// Ownership of tensors
//===----------------------------------------------------------------------------------------------------------===//

/// The last operation in the block of `value` that uses it, itself or in a region.
static Operation *lastUser(Value value) {
  Block *block = value.getParentBlock();
  Operation *last = nullptr;
  for (Operation *user : value.getUsers()) {
    Operation *ancestor = block->findAncestorOpInBlock(*user);
    if (ancestor && (!last || last->isBeforeInBlock(ancestor)))
      last = ancestor;
  }
  return last;
}

bool Compiler::isLastUse(OpOperand &operand) const {
  Operation *owner = operand.getOwner();
  if (lastUser(operand.get()) != owner)
    return false;
  return llvm::count_if(operand.get().getUses(), [&](OpOperand &use) {
           return operand.get().getParentBlock()->findAncestorOpInBlock(*use.getOwner()) == owner;
         }) == 1;
}

void Compiler::emitTransfer(int32_t dst, OpOperand &operand) {
  Instruction &in = emit(isLastUse(operand) ? runMove : runShare);
  in.dst = dst;
  in.a = reg(operand.get());
}

void Compiler::emitDrops(Operation *op) {
  llvm::SmallDenseSet<Value> seen;
  auto dropUnlessUsedLater = [&](Value value) {
    if (!isa<RankedTensorType>(value.getType()) || value.getParentBlock() != op->getBlock() ||
        !seen.insert(value).second || lastUser(value) != op || !registers.contains(value))
      return;
    emit(runDrop).dst = reg(value);
  };
  for (Value operand : op->getOperands())
    dropUnlessUsedLater(operand);
  if (op->getNumRegions() > 0)
    op->walk([&](Operation *inner) { llvm::for_each(inner->getOperands(), dropUnlessUsedLater); });
  for (Value result : op->getResults())
    if (result.use_empty() && isa<RankedTensorType>(result.getType()))
      emit(runDrop).dst = reg(result);
}

int32_t Compiler::defineFromInit(Value result, OpOperand &init, bool needsContent) {
  int32_t dst = define(result);
  // A tensor of the same size is reused even where its content does not matter: it saves an allocation.
  if (needsContent || isLastUse(init)) {
    emitTransfer(dst, init);
    emit(runMakeWritable).dst = dst;
    return dst;
  }
  Instruction &in = emit(runAllocate);
  in.dst = dst;
  in.value = bytesOf(cast<ShapedType>(result.getType()));
  return dst;
}

int32_t Compiler::dataPointer(int32_t tensorRegister) {
  int32_t pointer = newRegister();
  Instruction &in = emit(runData);
  in.dst = pointer;
  in.a = tensorRegister;
  return pointer;
}

int32_t Compiler::dataPointer(Value value) {
  return isa<RankedTensorType>(value.getType()) ? dataPointer(reg(value)) : reg(value);
}

//===----------------------------------------------------------------------------------------------------------===//
// Blocks and operations
//===----------------------------------------------------------------------------------------------------------===//

LogicalResult Compiler::compileBody(Block &body) {
  current = body.getParentOp();
  for (BlockArgument argument : body.getArguments()) {
    if (!isSupported(argument.getType())) {
      error("has an argument of type " + llvm::to_string(argument.getType()) +
            ", which reference execution does not support");
      return failure();
    }
    program.arguments.push_back(define(argument));
  }
  compileBlock(body);
  if (failed)
    return failure();
  current = body.getTerminator();
  for (Value result : current->getOperands())
    program.results.push_back(reg(result));
  emit(runFinish);
  return success();
}

void Compiler::compileBlock(Block &block) {
  for (Operation &op : block.without_terminator()) {
    if (failed)
      return;
    compileOperation(&op);
  }
}

void Compiler::compileOperation(Operation *op) {
  Operation *outer = std::exchange(current, op);
  llvm::scope_exit restore([&] { current = outer; });
  for (Type type : llvm::concat<const Type>(op->getOperandTypes(), op->getResultTypes()))
    if (!isSupported(type)) {
      error("has the type " + llvm::to_string(type) +
            ", which reference execution does not support; it needs static shapes of standard scalars");
      return;
    }
  bool handled = compileScalar(op) || compileControl(op) || compileTensor(op) || compileMemory(op) ||
                 compileVector(op) || compileLinalg(op) || compileStreams(op);
  if (!handled)
    error("is not supported by reference execution");
  if (!failed && scalarLanes == 1)
    emitDrops(op);
}

/// Copies values to registers as if all at once: a loop may yield its arguments in another order.
void Compiler::emitAssignments(ArrayRef<OpOperand *> sources, ArrayRef<int32_t> targets) {
  auto assign = [&](int32_t dst, int32_t src, Type type) {
    if (dst == src)
      return;
    int64_t bytes = registerSize(type);
    Instruction &in = emit(bytes <= 8 ? runCopyWord : runCopy);
    in.dst = dst;
    in.a = src;
    in.value = bytes;
  };
  // Where a target is also a later source, everything goes through registers of its own.
  bool overlap = false;
  for (size_t i = 0; i < sources.size(); ++i)
    for (size_t j = i + 1; j < sources.size(); ++j)
      overlap |= targets[i] == reg(sources[j]->get());
  SmallVector<int32_t> from;
  for (OpOperand *source : sources)
    from.push_back(reg(source->get()));
  SmallVector<bool> taken(sources.size());
  if (overlap)
    for (auto [index, source] : llvm::enumerate(sources)) {
      Type type = source->get().getType();
      if (isa<RankedTensorType>(type)) {
        int32_t copy = newTensorRegister();
        emitTransfer(copy, *source);
        from[index] = copy;
        taken[index] = true;
      } else {
        int32_t copy = newRegister(registerSize(type));
        assign(copy, from[index], type);
        from[index] = copy;
      }
    }
  for (auto [index, source] : llvm::enumerate(sources)) {
    Type type = source->get().getType();
    if (!isa<RankedTensorType>(type)) {
      assign(targets[index], from[index], type);
    } else if (taken[index]) {
      Instruction &in = emit(runMove);
      in.dst = targets[index];
      in.a = from[index];
    } else if (targets[index] != from[index]) {
      emitTransfer(targets[index], *source);
    }
  }
}

static SmallVector<OpOperand *> operandPointers(MutableArrayRef<OpOperand> operands) {
  return llvm::map_to_vector(operands, [](OpOperand &operand) { return &operand; });
}

bool Compiler::compileControl(Operation *op) {
  return TypeSwitch<Operation *, bool>(op)
      .Case([&](scf::ForOp loop) {
        if (!compileStripLoop(loop))
          compileFor(loop);
        return true;
      })
      .Case([&](scf::IfOp branch) { return compileIf(branch), true; })
      .Case([&](func::CallOp call) { return compileCall(call), true; })
      .Default(false);
}

void Compiler::compileFor(scf::ForOp loop) {
  if (!loop.getInductionVar().getType().isIndex() && !loop.getInductionVar().getType().isInteger(64)) {
    error("has an induction variable of type " + llvm::to_string(loop.getInductionVar().getType()) +
          ", but reference execution supports index and i64");
    return;
  }
  SmallVector<int32_t> carried;
  for (auto [argument, result] : llvm::zip(loop.getRegionIterArgs(), loop.getResults()))
    carried.push_back(registers[result] = define(argument));
  emitAssignments(operandPointers(loop.getInitArgsMutable()), carried);
  int32_t variable = define(loop.getInductionVar());
  auto setBounds = [&](Instruction &in) {
    in.dst = variable;
    in.a = reg(loop.getLowerBound());
    in.b = reg(loop.getUpperBound());
    in.c = reg(loop.getStep());
  };
  int64_t enter = position();
  setBounds(emit(runEnterLoop));
  int64_t first = position();
  compileBlock(*loop.getBody());
  if (failed)
    return;
  emitAssignments(operandPointers(loop.getBody()->getTerminator()->getOpOperands()), carried);
  int64_t next = position();
  setBounds(emit(runNextIteration));
  setTarget(next, first);
  setTarget(enter, position());
}

void Compiler::compileIf(scf::IfOp branch) {
  SmallVector<int32_t> results;
  for (Value result : branch.getResults())
    results.push_back(define(result));
  int64_t condition = position();
  emit(runJumpUnless).a = reg(branch.getCondition());
  compileBlock(*branch.thenBlock());
  if (failed)
    return;
  emitAssignments(operandPointers(branch.thenYield()->getOpOperands()), results);
  int64_t end = position();
  emit(runJump);
  setTarget(condition, position());
  if (branch.elseBlock()) {
    compileBlock(*branch.elseBlock());
    if (failed)
      return;
    emitAssignments(operandPointers(branch.elseYield()->getOpOperands()), results);
  }
  setTarget(end, position());
}

void Compiler::compileRowOp(RowOp op) {
  SmallVector<int32_t> inputs, results;
  for (BlockArgument argument : op.getBody().getArguments())
    inputs.push_back(define(argument));
  for (Value result : op.getResults())
    results.push_back(define(result));
  emitAssignments(operandPointers(op->getOpOperands()), inputs);
  compileBlock(op.getBody().front());
  if (!failed)
    emitAssignments(operandPointers(op.getYield()->getOpOperands()), results);
}
