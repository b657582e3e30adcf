// Memrefs, and vectors in registers and memory.
#include "Reference/Compiler.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace st;
using namespace st::reference;

//===----------------------------------------------------------------------------------------------------------===//
// Loads and stores of elements and vectors
//===----------------------------------------------------------------------------------------------------------===//

namespace {
/// The elements that an access to `base` covers: one, or those of a vector whose last dimensions are those of `base`.
struct Footprint {
  SmallVector<int64_t> extents;
  /// Offsets of the lanes in bytes; empty when they lie next to each other.
  std::vector<int64_t> offsets;
};
} // namespace

static Footprint footprint(ShapedType base, Type value) {
  Footprint result;
  result.extents.assign(base.getRank(), 1);
  auto vector = dyn_cast<VectorType>(value);
  if (!vector)
    return result;
  ArrayRef<int64_t> shape = vector.getShape();
  for (auto [index, extent] : llvm::enumerate(shape))
    result.extents[base.getRank() - shape.size() + index] = extent;
  SmallVector<int64_t> strides = byteStrides(base), lanes = computeSuffixProduct(shape);
  int64_t bytes = memoryBytes(elementKind(base));
  bool contiguous = true;
  for (int64_t lane = 0; lane < vector.getNumElements(); ++lane) {
    int64_t offset = 0;
    for (auto [index, position] : llvm::enumerate(delinearize(lane, lanes)))
      offset += position * strides[base.getRank() - shape.size() + index];
    contiguous &= offset == lane * bytes;
    result.offsets.push_back(offset);
  }
  if (contiguous)
    result.offsets.clear();
  return result;
}

static SmallVector<OpFoldResult> foldConstants(ValueRange indices) {
  return llvm::map_to_vector(indices, [](Value index) -> OpFoldResult { return getAsOpFoldResult(index); });
}

void Compiler::emitLoad(Value result, Value base, ValueRange indices) {
  auto type = cast<ShapedType>(base.getType());
  Kind kind = elementKind(type);
  Footprint cells = footprint(type, result.getType());
  Address address = addressOf(type, foldConstants(indices), cells.extents);
  int32_t pointer = dataPointer(base), dst = define(result);
  Instruction &in =
      emit(cells.offsets.empty() ? handlerLoad(kind, address.indices.size(), lanesOf(result.getType()) > 1)
                                 : handlerGather(kind));
  in.dst = dst;
  in.a = pointer;
  in.lanes = lanesOf(result.getType());
  if (cells.offsets.empty())
    in.data = table(std::move(address));
  else
    in.data = table(Gather{std::move(address), std::move(cells.offsets)});
}

void Compiler::emitStore(Value value, Value base, int32_t pointer, ValueRange indices) {
  auto type = cast<ShapedType>(base.getType());
  Kind kind = elementKind(type);
  Footprint cells = footprint(type, value.getType());
  Address address = addressOf(type, foldConstants(indices), cells.extents);
  Instruction &in =
      emit(cells.offsets.empty() ? handlerStore(kind, address.indices.size(), lanesOf(value.getType()) > 1)
                                 : handlerScatter(kind));
  in.a = pointer;
  in.b = reg(value);
  in.lanes = lanesOf(value.getType());
  if (cells.offsets.empty())
    in.data = table(std::move(address));
  else
    in.data = table(Gather{std::move(address), std::move(cells.offsets)});
}

/// A transfer that is a plain load or store: all in bounds, no mask, no permutation.
template <typename Op> static bool isPlainTransfer(Op op) {
  return !op.getMask() && op.getPermutationMap().isMinorIdentity() && !op.hasOutOfBoundsDim();
}

bool Compiler::compileVectorMemory(Operation *op) {
  return TypeSwitch<Operation *, bool>(op)
      .Case([&](vector::LoadOp load) { return emitLoad(load.getResult(), load.getBase(), load.getIndices()), true; })
      .Case([&](vector::StoreOp store) {
        emitStore(store.getValueToStore(), store.getBase(), dataPointer(store.getBase()), store.getIndices());
        return true;
      })
      .Case([&](vector::TransferReadOp read) {
        if (!isPlainTransfer(read))
          return error("is supported by reference execution only in bounds, without mask and permutation");
        return emitLoad(read.getResult(), read.getBase(), read.getIndices()), true;
      })
      .Case([&](vector::TransferWriteOp write) {
        if (!isPlainTransfer(write))
          return error("is supported by reference execution only in bounds, without mask and permutation");
        int32_t pointer;
        if (write->getNumResults() == 1)
          pointer = dataPointer(defineFromInit(write->getResult(0), write.getBaseMutable(), true));
        else
          pointer = dataPointer(write.getBase());
        emitStore(write.getValueToStore(), write.getBase(), pointer, write.getIndices());
        return true;
      })
      .Default(false);
}

//===----------------------------------------------------------------------------------------------------------===//
// Memrefs
//===----------------------------------------------------------------------------------------------------------===//

/// Whether the memref may be seen by another iteration than the one that allocated it.
static bool escapes(Value memref) {
  for (Operation *user : memref.getUsers()) {
    if (user->hasTrait<OpTrait::IsTerminator>() || isa<scf::ForOp, scf::IfOp, arith::SelectOp>(user))
      return true;
    if (isa<ViewLikeOpInterface>(user))
      for (Value view : user->getResults())
        if (isa<MemRefType>(view.getType()) && escapes(view))
          return true;
  }
  return false;
}

void Compiler::compileAllocation(Value memref) {
  auto type = cast<MemRefType>(memref.getType());
  int32_t dst = define(memref);
  if (!escapes(memref) || !memref.getDefiningOp()->getParentOfType<scf::ForOp>()) {
    program.memories.push_back({dst, bytesOf(type)});
    return;
  }
  // Loops hand it on, so that every execution needs memory of its own; it lasts as long as the program's tables.
  auto blocks = std::make_shared<std::vector<std::unique_ptr<char[]>>>();
  auto call = [dst, bytes = bytesOf(type), blocks](char *registers, Activation &) {
    blocks->push_back(std::make_unique<char[]>(bytes));
    std::memset(blocks->back().get(), 0xff, bytes);
    *reinterpret_cast<char **>(registers + dst) = blocks->back().get();
    return true;
  };
  emit(runHostCall).data = table(HostCall(std::move(call)));
}

/// The copy of all elements between two memrefs or tensors of the same shape.
static StridedCopy planCopy(ShapedType to, ShapedType from) {
  return StridedCopy::plan(to.getShape(), byteStrides(to), byteStrides(from), memoryBytes(elementKind(to)));
}

bool Compiler::compileMemory(Operation *op) {
  // Views of other types of the same memory, which begin at the same element.
  auto rename = [&](Value result, Value source) {
    registers[result] = reg(source);
    return true;
  };
  auto copy = [&](int32_t to, int32_t from, StridedCopy plan) {
    Instruction &in = emit(runCopyMemory);
    in.dst = to;
    in.a = from;
    in.data = table(std::move(plan));
    return true;
  };
  return TypeSwitch<Operation *, bool>(op)
      .Case<memref::AllocOp, memref::AllocaOp>([&](auto alloc) { return compileAllocation(alloc), true; })
      .Case([&](BufferOp buffer) { return compileAllocation(buffer), true; })
      .Case([&](memref::DeallocOp) { return true; })
      .Case([&](memref::LoadOp load) { return emitLoad(load, load.getMemRef(), load.getIndices()), true; })
      .Case([&](memref::StoreOp store) {
        emitStore(store.getValue(), store.getMemRef(), reg(store.getMemRef()), store.getIndices());
        return true;
      })
      .Case([&](memref::CopyOp memcopy) {
        return copy(
            reg(memcopy.getTarget()), reg(memcopy.getSource()),
            planCopy(cast<ShapedType>(memcopy.getTarget().getType()), cast<ShapedType>(memcopy.getSource().getType())));
      })
      .Case<memref::CastOp, memref::CollapseShapeOp, memref::ExpandShapeOp>(
          [&](auto view) { return rename(view.getResult(), op->getOperand(0)); })
      .Case([&](memref::SubViewOp view) {
        if (ShapedType::isDynamicShape(view.getStaticSizes()) || ShapedType::isDynamicShape(view.getStaticStrides()))
          return error("needs static sizes and strides in reference execution");
        SmallVector<int64_t> extents;
        for (auto [size, stride] : llvm::zip(view.getStaticSizes(), view.getStaticStrides()))
          extents.push_back(size == 0 ? 0 : (size - 1) * stride + 1);
        const Address *address = table(addressOf(view.getSourceType(), view.getMixedOffsets(), extents));
        int32_t dst = define(view);
        Instruction &in = emit(runView);
        in.dst = dst;
        in.a = reg(view.getSource());
        in.data = address;
        return true;
      })
      .Case([&](memref::DimOp dim) {
        std::optional<int64_t> index = dim.getConstantIndex();
        if (!index)
          return error("needs a constant dimension in reference execution");
        registers[dim] = integer(cast<ShapedType>(dim.getSource().getType()).getDimSize(*index));
        return true;
      })
      .Case([&](memref::GetGlobalOp get) {
        auto global = SymbolTable::lookupNearestSymbolFrom<memref::GlobalOp>(get, get.getNameAttr());
        auto value = global ? dyn_cast_or_null<ElementsAttr>(global.getInitialValueAttr()) : nullptr;
        Reference constant = value ? session.getConstant(value) : Reference();
        if (!constant)
          return error("needs a global with an initial value in reference execution");
        program.constants.push_back(constant);
        registers[get] = integer(reinterpret_cast<int64_t>(constant->data));
        return true;
      })
      .Case([&](bufferization::ToBufferOp toBuffer) {
        // The memref is the tensor's own memory, which therefore stays until the end.
        int32_t kept = newTensorRegister();
        emitTransfer(kept, toBuffer->getOpOperand(0));
        if (!toBuffer.getReadOnly())
          emit(runMakeWritable).dst = kept;
        registers[toBuffer] = dataPointer(kept);
        return true;
      })
      .Case([&](bufferization::ToTensorOp toTensor) {
        auto type = cast<ShapedType>(toTensor.getType());
        int32_t dst = define(toTensor);
        Instruction &in = emit(runAllocate);
        in.dst = dst;
        in.value = bytesOf(type);
        return copy(dataPointer(dst), reg(toTensor.getBuffer()),
                    planCopy(type, cast<ShapedType>(toTensor.getBuffer().getType())));
      })
      .Default([&](Operation *other) { return compileVectorMemory(other); });
}

//===----------------------------------------------------------------------------------------------------------===//
// Vectors in registers
//===----------------------------------------------------------------------------------------------------------===//

void Compiler::emitShuffle(Value result, Value source, std::vector<int32_t> order) {
  int32_t dst = define(result);
  Instruction &in = emit(handlerShuffle(elementKind(result.getType())));
  in.dst = dst;
  in.a = reg(source);
  in.data = table(std::move(order));
}

static SmallVector<int64_t> shapeOf(Type type) {
  auto vector = dyn_cast<VectorType>(type);
  return vector ? llvm::to_vector(vector.getShape()) : SmallVector<int64_t>();
}

/// For every lane of `result` the lane of `source` at the position that `map` gives.
static std::vector<int32_t> orderOf(Type result, Type source,
                                    function_ref<SmallVector<int64_t>(ArrayRef<int64_t>)> map) {
  SmallVector<int64_t> to = computeSuffixProduct(shapeOf(result)), from = computeSuffixProduct(shapeOf(source));
  std::vector<int32_t> order;
  for (int64_t lane = 0, end = computeProduct(shapeOf(result)); lane < end; ++lane) {
    int64_t at = 0;
    for (auto [position, stride] : llvm::zip_equal(map(delinearize(lane, to)), from))
      at += position * stride;
    order.push_back(at);
  }
  return order;
}

/// The number of the sub-vector that a position names, in a register; `position` may be shorter than the vector's rank.
static std::optional<int64_t> staticGroup(ArrayRef<OpFoldResult> position, ArrayRef<int64_t> shape) {
  int64_t group = 0;
  for (auto [index, extent] : llvm::zip(position, shape)) {
    std::optional<int64_t> constant = getConstantIntValue(index);
    if (!constant)
      return std::nullopt;
    group = group * extent + *constant;
  }
  return group;
}

bool Compiler::compileVector(Operation *op) {
  auto groupRegister = [&](ArrayRef<OpFoldResult> position, ArrayRef<int64_t> shape) -> int32_t {
    if (std::optional<int64_t> group = staticGroup(position, shape))
      return integer(*group);
    // A varying position of rank 1 is the group itself.
    return position.size() == 1 ? reg(cast<Value>(position[0])) : -1;
  };
  auto strided = [](ArrayRef<int64_t> offsets, ArrayRef<int64_t> strides, ArrayRef<int64_t> position) {
    SmallVector<int64_t> at(position);
    for (size_t i = 0; i < offsets.size(); ++i)
      at[i] = offsets[i] + position[i] * strides[i];
    return at;
  };
  return TypeSwitch<Operation *, bool>(op)
      .Case([&](vector::BroadcastOp broadcast) {
        Type type = broadcast.getType(), source = broadcast.getSource().getType();
        SmallVector<int64_t> from = shapeOf(source);
        if (from.empty()) {
          registers[broadcast] = splat(reg(broadcast.getSource()), elementKind(type), lanesOf(type));
          return true;
        }
        emitShuffle(broadcast, broadcast.getSource(), orderOf(type, source, [&](ArrayRef<int64_t> position) {
                      SmallVector<int64_t> at(position.take_back(from.size()));
                      for (auto [index, extent] : llvm::zip(at, from))
                        index = extent == 1 ? 0 : index;
                      return at;
                    }));
        return true;
      })
      .Case([&](vector::ShapeCastOp shapeCast) {
        registers[shapeCast] = reg(shapeCast.getSource());
        return true;
      })
      .Case([&](vector::TransposeOp transpose) {
        emitShuffle(transpose, transpose.getVector(),
                    orderOf(transpose.getType(), transpose.getVector().getType(), [&](ArrayRef<int64_t> position) {
                      SmallVector<int64_t> at(position.size());
                      for (auto [index, dim] : llvm::enumerate(transpose.getPermutation()))
                        at[dim] = position[index];
                      return at;
                    }));
        return true;
      })
      .Case([&](vector::ExtractStridedSliceOp extract) {
        SmallVector<int64_t> offsets = getI64SubArray(extract.getOffsets()),
                             strides = getI64SubArray(extract.getStrides());
        emitShuffle(extract, extract->getOperand(0),
                    orderOf(extract.getType(), extract->getOperand(0).getType(),
                            [&](ArrayRef<int64_t> position) { return strided(offsets, strides, position); }));
        return true;
      })
      .Case([&](vector::ExtractOp extract) {
        Value source = extract->getOperand(0);
        int64_t lanes = lanesOf(extract.getType());
        int32_t group = groupRegister(extract.getMixedPosition(), shapeOf(source.getType()));
        if (group < 0)
          return error("needs a constant position, or one index of a vector of rank 1, in reference execution");
        int32_t dst = define(extract);
        Instruction &in = emit(handlerExtractLane(elementKind(extract.getType())));
        in.dst = dst;
        in.a = reg(source);
        in.b = group;
        in.lanes = lanesOf(source.getType());
        in.value = lanes;
        return true;
      })
      .Case([&](vector::InsertOp insert) {
        Value value = insert->getOperand(0), dest = insert->getOperand(1);
        int32_t group = groupRegister(insert.getMixedPosition(), shapeOf(dest.getType()));
        if (group < 0)
          return error("needs a constant position, or one index of a vector of rank 1, in reference execution");
        int32_t dst = define(insert);
        Instruction &copy = emit(runCopy);
        copy.dst = dst;
        copy.a = reg(dest);
        copy.value = registerSize(dest.getType());
        Instruction &in = emit(handlerInsertLane(elementKind(dest.getType())));
        in.dst = dst;
        in.a = reg(value);
        in.b = group;
        in.lanes = lanesOf(dest.getType());
        in.value = lanesOf(value.getType());
        return true;
      })
      .Case([&](vector::FromElementsOp from) {
        int32_t dst = define(from);
        int64_t bytes = registerBytes(elementKind(from.getType()));
        for (auto [index, element] : llvm::enumerate(from.getElements())) {
          Instruction &in = emit(runCopy);
          in.dst = dst + index * bytes;
          in.a = reg(element);
          in.value = bytes;
        }
        return true;
      })
      .Case([&](vector::ToElementsOp to) {
        int64_t bytes = registerBytes(elementKind(to.getSource().getType()));
        for (auto [index, element] : llvm::enumerate(to.getElements())) {
          int32_t dst = define(element);
          Instruction &in = emit(runCopy);
          in.dst = dst;
          in.a = reg(to.getSource()) + index * bytes;
          in.value = bytes;
        }
        return true;
      })
      .Case([&](vector::StepOp step) {
        int32_t dst = define(step);
        Instruction &in = emit(runIota);
        in.dst = dst;
        in.a = integer(0);
        in.lanes = lanesOf(step.getType());
        return true;
      })
      .Default(false);
}
