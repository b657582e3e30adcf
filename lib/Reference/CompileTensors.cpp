// Tensors: values that are updated in place where nobody can tell.
#include "Reference/Compiler.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace st;
using namespace st::reference;

/// The place that `indices` name in `type`, `extents` elements from there being accessed.
Address Compiler::addressOf(ShapedType type, ArrayRef<OpFoldResult> indices, ArrayRef<int64_t> extents) {
  Address address;
  SmallVector<int64_t> strides = byteStrides(type);
  for (auto [dim, index] : llvm::enumerate(indices)) {
    int64_t limit = type.getDimSize(dim) - extents[dim];
    std::optional<int64_t> constant = getConstantIntValue(index);
    // A constant inside needs no register. One outside keeps it: it is an error only if it is executed.
    if (constant && *constant >= 0 && *constant <= limit) {
      address.bytes += *constant * strides[dim];
      continue;
    }
    int32_t offset = constant ? integer(*constant) : reg(cast<Value>(index));
    address.indices.push_back({offset, strides[dim], limit, int32_t(dim)});
  }
  return address;
}

/// Elements from the first to behind the last that a slice of `size` with `stride` touches.
static SmallVector<int64_t> spannedExtents(ArrayRef<int64_t> sizes, ArrayRef<int64_t> strides) {
  return llvm::map_to_vector(llvm::zip(sizes, strides), [](auto pair) {
    return std::get<0>(pair) == 0 ? 0 : (std::get<0>(pair) - 1) * std::get<1>(pair) + 1;
  });
}

/// Whether sizes and strides of a slice are static, as everything here needs.
template <typename Op> static bool isStaticSlice(Op op) {
  return !ShapedType::isDynamicShape(op.getStaticSizes()) && !ShapedType::isDynamicShape(op.getStaticStrides());
}

/// The copy between the tensor `whole` and a dense tensor with the elements of the slice.
template <typename Op> static StridedCopy planSlice(Op op, ShapedType whole, bool extract) {
  int64_t bytes = memoryBytes(elementKind(whole));
  SmallVector<int64_t> sliced = byteStrides(whole), dense = computeSuffixProduct(op.getStaticSizes());
  for (auto [stride, step] : llvm::zip(sliced, op.getStaticStrides()))
    stride *= step;
  for (int64_t &stride : dense)
    stride *= bytes;
  return extract ? StridedCopy::plan(op.getStaticSizes(), dense, sliced, bytes)
                 : StridedCopy::plan(op.getStaticSizes(), sliced, dense, bytes);
}

void Compiler::compilePad(tensor::PadOp op) {
  Value padding = op.getConstantPaddingValue();
  if (!padding || ShapedType::isDynamicShape(op.getStaticLow())) {
    error("pads with a value or extent that varies, which reference execution does not support");
    return;
  }
  if (!registers.contains(padding)) {
    // The constant stands in the region of the pad.
    Operation *constant = padding.getDefiningOp();
    compileOperation(constant);
  }
  auto type = cast<RankedTensorType>(op.getType());
  int32_t dst = define(op);
  Instruction &allocate = emit(runAllocate);
  allocate.dst = dst;
  allocate.value = bytesOf(type);
  int32_t pointer = dataPointer(dst);
  Instruction &fill = emit(handlerFill(elementKind(type)));
  fill.dst = pointer;
  fill.a = reg(padding);
  fill.value = bytesOf(type);
  Slice slice;
  SmallVector<int64_t> strides = byteStrides(type);
  for (auto [low, stride] : llvm::zip(op.getStaticLow(), strides))
    slice.address.bytes += low * stride;
  slice.copy = StridedCopy::plan(op.getSourceType().getShape(), strides, byteStrides(op.getSourceType()),
                                 memoryBytes(elementKind(type)));
  Instruction &insert = emit(runInsertSlice);
  insert.dst = dst;
  insert.a = reg(op.getSource());
  insert.data = table(std::move(slice));
}

void Compiler::compileGenerate(tensor::GenerateOp op) {
  auto type = cast<RankedTensorType>(op.getType());
  int32_t dst = define(op);
  Instruction &allocate = emit(runAllocate);
  allocate.dst = dst;
  allocate.value = bytesOf(type);
  int32_t pointer = dataPointer(dst);
  SmallVector<OpFoldResult> indices;
  SmallVector<int64_t> starts;
  for (BlockArgument index : op.getBody().getArguments()) {
    define(index);
    indices.push_back(index);
  }
  for (auto [index, extent] : llvm::zip(op.getBody().getArguments(), type.getShape())) {
    starts.push_back(position());
    Instruction &in = emit(runEnterLoop);
    in.dst = reg(index);
    in.a = integer(0);
    in.b = integer(extent);
    in.c = integer(1);
  }
  compileBlock(op.getBody().front());
  if (failed)
    return;
  Value value = op.getBody().front().getTerminator()->getOperand(0);
  const Address *address = table(addressOf(type, indices, SmallVector<int64_t>(type.getRank(), 1)));
  Instruction &store = emit(handlerStore(elementKind(type), address->indices.size(), false));
  store.a = pointer;
  store.b = reg(value);
  store.data = address;
  for (int64_t dim = type.getRank() - 1; dim >= 0; --dim) {
    int64_t next = position();
    Instruction in = program.code[starts[dim]];
    in.run = runNextIteration;
    emit(runNextIteration) = in;
    setTarget(next, starts[dim] + 1);
    setTarget(starts[dim], position());
  }
}

bool Compiler::compileTensor(Operation *op) {
  auto allocate = [&](Value result) {
    int32_t dst = define(result);
    Instruction &in = emit(runAllocate);
    in.dst = dst;
    in.value = bytesOf(cast<ShapedType>(result.getType()));
    return true;
  };
  // Reshapes keep the elements where they are.
  auto rename = [&](Value result, OpOperand &source) {
    emitTransfer(define(result), source);
    return true;
  };
  return TypeSwitch<Operation *, bool>(op)
      .Case([&](tensor::EmptyOp empty) { return allocate(empty); })
      .Case([&](bufferization::AllocTensorOp alloc) {
        return alloc.getCopy() ? rename(alloc, alloc.getCopyMutable()[0]) : allocate(alloc);
      })
      .Case<tensor::CastOp, tensor::CollapseShapeOp, tensor::ExpandShapeOp, tensor::ReshapeOp, BoundOp>(
          [&](auto reshape) { return rename(reshape, op->getOpOperand(0)); })
      .Case([&](bufferization::MaterializeInDestinationOp materialize) {
        if (materialize->getNumResults() == 0)
          return error("writes to a memref, which reference execution does not support here");
        return rename(materialize->getResult(0), materialize.getSourceMutable());
      })
      .Case([&](tensor::DimOp dim) {
        std::optional<int64_t> index = dim.getConstantIndex();
        if (!index)
          return error("needs a constant dimension in reference execution");
        registers[dim] = integer(cast<ShapedType>(dim.getSource().getType()).getDimSize(*index));
        return true;
      })
      .Case([&](tensor::RankOp rank) {
        registers[rank] = integer(cast<ShapedType>(rank.getTensor().getType()).getRank());
        return true;
      })
      .Case(
          [&](tensor::ExtractOp extract) { return emitLoad(extract, extract.getTensor(), extract.getIndices()), true; })
      .Case([&](tensor::InsertOp insert) {
        int32_t dst = defineFromInit(insert.getResult(), insert.getDestMutable(), true);
        int32_t pointer = dataPointer(dst);
        emitStore(insert.getScalar(), insert.getResult(), pointer, insert.getIndices());
        return true;
      })
      .Case([&](tensor::ExtractSliceOp extract) {
        if (!isStaticSlice(extract))
          return error("needs static sizes and strides in reference execution");
        auto type = extract.getSourceType();
        Slice slice{addressOf(type, extract.getMixedOffsets(),
                              spannedExtents(extract.getStaticSizes(), extract.getStaticStrides())),
                    planSlice(extract, type, true)};
        int32_t dst = define(extract);
        Instruction &in = emit(runExtractSlice);
        in.dst = dst;
        in.a = reg(extract.getSource());
        in.value = bytesOf(extract.getType());
        in.data = table(std::move(slice));
        return true;
      })
      .Case([&](tensor::InsertSliceOp insert) {
        if (!isStaticSlice(insert))
          return error("needs static sizes and strides in reference execution");
        auto type = insert.getDestType();
        Slice slice{addressOf(type, insert.getMixedOffsets(),
                              spannedExtents(insert.getStaticSizes(), insert.getStaticStrides())),
                    planSlice(insert, type, false)};
        int32_t dst = defineFromInit(insert, insert.getDestMutable(), true);
        Instruction &in = emit(runInsertSlice);
        in.dst = dst;
        in.a = reg(insert.getSource());
        in.data = table(std::move(slice));
        return true;
      })
      .Case([&](tensor::ConcatOp concat) {
        auto type = concat.getResultType();
        allocate(concat);
        SmallVector<int64_t> strides = byteStrides(type);
        int64_t offset = 0;
        for (Value part : concat.getInputs()) {
          auto partType = cast<RankedTensorType>(part.getType());
          Slice slice;
          slice.address.bytes = offset * strides[concat.getDim()];
          slice.copy =
              StridedCopy::plan(partType.getShape(), strides, byteStrides(partType), memoryBytes(elementKind(type)));
          Instruction &in = emit(runInsertSlice);
          in.dst = reg(concat);
          in.a = reg(part);
          in.data = table(std::move(slice));
          offset += partType.getDimSize(concat.getDim());
        }
        return true;
      })
      .Case([&](tensor::PadOp pad) { return compilePad(pad), true; })
      .Case([&](tensor::GenerateOp generate) { return compileGenerate(generate), true; })
      .Case([&](tensor::SplatOp splat) {
        allocate(splat);
        int32_t pointer = dataPointer(reg(splat));
        Instruction &in = emit(handlerFill(elementKind(splat.getType())));
        in.dst = pointer;
        in.a = reg(splat.getInput());
        in.value = bytesOf(splat.getType());
        return true;
      })
      .Case([&](tensor::FromElementsOp from) {
        allocate(from);
        int32_t pointer = dataPointer(reg(from));
        Kind kind = elementKind(from.getType());
        for (auto [index, element] : llvm::enumerate(from.getElements())) {
          Address address;
          address.bytes = index * memoryBytes(kind);
          Instruction &in = emit(handlerStore(kind, 0, false));
          in.a = pointer;
          in.b = reg(element);
          in.data = table(std::move(address));
        }
        return true;
      })
      .Default([&](Operation *other) { return compilePack(other); });
}

//===----------------------------------------------------------------------------------------------------------===//
// Packing
//===----------------------------------------------------------------------------------------------------------===//

namespace {
/// The copies between a tensor and the same tensor packed by tiles: one for each tile, clipped at the edge.
struct PackPlan {
  struct Tile {
    int64_t packedBytes, plainBytes;
    StridedCopy copy;
  };
  std::vector<Tile> tiles;
};
} // namespace

/// `toPacked` tells the direction of the copies.
template <typename Op>
static PackPlan planPacking(Op op, RankedTensorType plain, RankedTensorType packed, bool toPacked) {
  int64_t rank = plain.getRank(), bytes = memoryBytes(elementKind(plain));
  ArrayRef<int64_t> innerDims = op.getInnerDimsPos(), outerPerm = op.getOuterDimsPerm();
  SmallVector<int64_t> tileSizes(rank, 1);
  for (auto [dim, size] : llvm::zip(innerDims, op.getStaticInnerTiles()))
    tileSizes[dim] = size;
  SmallVector<int64_t> plainStrides = byteStrides(plain), packedStrides = byteStrides(packed);
  SmallVector<int64_t> innerStrides(rank, 0);
  for (auto [index, dim] : llvm::enumerate(innerDims))
    innerStrides[dim] = packedStrides[rank + index];
  PackPlan plan;
  ArrayRef<int64_t> counts = packed.getShape().take_front(rank);
  SmallVector<int64_t> countStrides = computeSuffixProduct(counts);
  for (int64_t tile = 0, end = computeProduct(counts); tile < end; ++tile) {
    SmallVector<int64_t> position = delinearize(tile, countStrides), shape(rank);
    PackPlan::Tile entry{};
    bool empty = false;
    for (int64_t outer = 0; outer < rank; ++outer) {
      int64_t dim = outerPerm.empty() ? outer : outerPerm[outer];
      int64_t offset = position[outer] * tileSizes[dim];
      entry.packedBytes += position[outer] * packedStrides[outer];
      entry.plainBytes += offset * plainStrides[dim];
      shape[dim] = std::min(tileSizes[dim], plain.getDimSize(dim) - offset);
      empty |= shape[dim] <= 0;
    }
    if (empty)
      continue;
    entry.copy = toPacked ? StridedCopy::plan(shape, innerStrides, plainStrides, bytes)
                          : StridedCopy::plan(shape, plainStrides, innerStrides, bytes);
    plan.tiles.push_back(std::move(entry));
  }
  return plan;
}

bool Compiler::compilePack(Operation *op) {
  if (auto pack = dyn_cast<linalg::PackOp>(op)) {
    auto plain = dyn_cast<RankedTensorType>(pack.getSource().getType());
    auto packed = dyn_cast<RankedTensorType>(pack.getDest().getType());
    if (!plain || !packed || ShapedType::isDynamicShape(pack.getStaticInnerTiles()))
      return error("is supported by reference execution on tensors with static tiles only");
    int32_t dst = defineFromInit(pack->getResult(0), pack.getDestMutable(), false);
    int32_t to = dataPointer(dst), from = dataPointer(pack.getSource());
    if (pack.getPaddingValue()) {
      Instruction &fill = emit(handlerFill(elementKind(packed)));
      fill.dst = to;
      fill.a = reg(pack.getPaddingValue());
      fill.value = bytesOf(packed);
    }
    auto call = [to, from, plan = planPacking(pack, plain, packed, true)](char *registers, Activation &) {
      char *target = *reinterpret_cast<char **>(registers + to);
      const char *source = *reinterpret_cast<char **>(registers + from);
      for (const PackPlan::Tile &tile : plan.tiles)
        tile.copy.execute(target + tile.packedBytes, source + tile.plainBytes);
      return true;
    };
    emit(runHostCall).data = table(HostCall(std::move(call)));
    return true;
  }
  auto unpack = dyn_cast<linalg::UnPackOp>(op);
  if (!unpack)
    return false;
  auto packed = dyn_cast<RankedTensorType>(unpack.getSource().getType());
  auto plain = dyn_cast<RankedTensorType>(unpack.getDest().getType());
  if (!plain || !packed || ShapedType::isDynamicShape(unpack.getStaticInnerTiles()))
    return error("is supported by reference execution on tensors with static tiles only");
  int32_t dst = defineFromInit(unpack->getResult(0), unpack.getDestMutable(), false);
  int32_t to = dataPointer(dst), from = dataPointer(unpack.getSource());
  auto call = [to, from, plan = planPacking(unpack, plain, packed, false)](char *registers, Activation &) {
    char *target = *reinterpret_cast<char **>(registers + to);
    const char *source = *reinterpret_cast<char **>(registers + from);
    for (const PackPlan::Tile &tile : plan.tiles)
      tile.copy.execute(target + tile.plainBytes, source + tile.packedBytes);
    return true;
  };
  emit(runHostCall).data = table(HostCall(std::move(call)));
  return true;
}
