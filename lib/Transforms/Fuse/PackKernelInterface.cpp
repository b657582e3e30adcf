//===- PackKernelInterface.cpp - Lay tensors out in external memory tile by tile ------------------------------===//

#include "Dialect/LayoutAlgebra.h"
#include "Dialect/Repeat.h"
#include "Transforms/Fuse/PackConstants.h"
#include "Transforms/Fuse/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"

#define DEBUG_TYPE "st-pack-kernel-interface"

namespace st {
#define GEN_PASS_DEF_PACKKERNELINTERFACE
#include "Transforms/Fuse/Passes.h.inc"
} // namespace st

using namespace mlir;
using namespace st;

static constexpr StringLiteral nameAttr = "st.name";

static RankedTensorType getPackedType(ItensorType type) {
  return RankedTensorType::get(packedShape(type), type.getScalarType());
}

/// Whether `type` streams only the beginning of memory that keeps its layout: a cache, to which launches append.
static bool isBeginning(Type tensor, ItensorType type) {
  return cast<RankedTensorType>(tensor).getRank() == type.getRank() && tensor != type.getTensorType();
}

static SmallVector<OpFoldResult> getTiles(OpBuilder &builder, ItensorType type) {
  return llvm::map_to_vector(type.getTileShape(),
                             [&](int64_t extent) -> OpFoldResult { return builder.getIndexAttr(extent); });
}

static SmallVector<int64_t> getAllDims(ItensorType type) { return llvm::to_vector(llvm::seq<int64_t>(type.getRank())); }

/// The name of a constant: its own, that of its data, or `fallback`.
static StringRef getName(Operation *op, ElementsAttr constant, StringRef fallback) {
  if (auto name = op->getAttrOfType<StringAttr>(nameAttr))
    return name;
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(constant))
    return resource.getRawHandle().getKey();
  return fallback;
}

namespace {

/// Packed constants by what they were and what they became: several readers share one copy.
using PackedConstants = llvm::DenseMap<std::pair<Attribute, Type>, Value>;

class Packer {
public:
  Packer(KernelOp kernel, PackedConstants &constants) : kernel(kernel), builder(kernel), constants(constants) {}

  LogicalResult packOperands() {
    for (auto [index, argument] : llvm::enumerate(kernel.getBody().getArguments())) {
      auto type = dyn_cast<ItensorType>(argument.getType());
      Value operand = kernel.getInputs()[index];
      if (!type || operand.getType() == getPackedType(type) || isBeginning(operand.getType(), type))
        continue;
      if (!isTileAligned(type))
        return kernel.emitOpError("cannot pack operand ")
               << index << ": its slices do not start at multiples of their size: " << type;
      Value packed = pack(operand, type, index);
      if (!packed)
        return failure();
      kernel.getInputsMutable()[index].set(packed);
    }
    return success();
  }

  void packResults() {
    bool changes = false;
    SmallVector<Type> types(kernel.getResultTypes());
    for (auto [index, stream] : llvm::enumerate(kernel.getYield().getOperands()))
      if (auto type = dyn_cast<ItensorType>(stream.getType());
          type && types[index] != getPackedType(type) && !kernel.getUpdatedOperand(index)) {
        types[index] = getPackedType(type);
        changes = true;
      }
    if (!changes)
      return;
    auto packed = KernelOp::create(builder, kernel.getLoc(), types, kernel.getSymName(), kernel.getInputs());
    packed->setDiscardableAttrs(kernel->getDiscardableAttrDictionary());
    packed.getBody().takeBody(kernel.getBody());
    for (auto [index, result] : llvm::enumerate(kernel.getResults())) {
      Value replacement = packed.getResult(index);
      if (replacement.getType() != result.getType())
        replacement = unpack(replacement, cast<ItensorType>(packed.getYield().getOperand(index).getType()));
      result.replaceAllUsesWith(replacement);
    }
    kernel.erase();
  }

private:
  Value pack(Value operand, ItensorType type, unsigned index) {
    Location loc = operand.getLoc();
    RankedTensorType packedType = getPackedType(type);
    ElementsAttr constant;
    if (matchPattern(operand, m_Constant(&constant)))
      return packConstantOperand(operand, constant, packedType, index);
    // What another kernel leaves in this layout needs no repacking.
    if (auto unpack = operand.getDefiningOp<linalg::UnPackOp>();
        unpack && unpack.getSource().getType() == packedType && unpack.getOuterDimsPerm().empty())
      return unpack.getSource();
    Value padding;
    for (auto [extent, tile] : llvm::zip(type.getDataShape(), type.getTileShape()))
      if (extent % tile != 0 && !padding)
        padding = arith::ConstantOp::create(builder, loc, builder.getZeroAttr(type.getScalarType()));
    Value empty = tensor::EmptyOp::create(builder, loc, packedType.getShape(), packedType.getElementType());
    return linalg::PackOp::create(builder, loc, operand, empty, getAllDims(type), getTiles(builder, type),
                                  padding ? std::optional<Value>(padding) : std::nullopt)
        .getResult();
  }

  Value packConstantOperand(Value operand, ElementsAttr constant, RankedTensorType packedType, unsigned index) {
    Value &shared = constants[{constant, packedType}];
    if (shared)
      return shared;
    std::string fallback = (kernel.getSymName() + "_constant_" + Twine(index)).str();
    StringRef name = getName(operand.getDefiningOp(), constant, fallback);
    ElementsAttr packed = packConstant(constant, packedType, name);
    if (!packed) {
      kernel.emitOpError("cannot pack operand ")
          << index << ": the data of its constant is not at hand, or its elements are no whole bytes";
      return nullptr;
    }
    auto replacement = arith::ConstantOp::create(builder, operand.getLoc(), cast<TypedAttr>(packed));
    // The data's key got a number if the unpacked data still has the name; what the user calls it stays.
    replacement->setDiscardableAttr(nameAttr, builder.getStringAttr(name));
    return shared = replacement;
  }

  Value unpack(Value packed, ItensorType type) {
    Location loc = kernel.getLoc();
    Value empty = tensor::EmptyOp::create(builder, loc, type.getDataShape(), type.getScalarType());
    return linalg::UnPackOp::create(builder, loc, packed, empty, getAllDims(type), getTiles(builder, type)).getResult();
  }

  KernelOp kernel;
  OpBuilder builder;
  PackedConstants &constants;
};

struct PackKernelInterface : st::impl::PackKernelInterfaceBase<PackKernelInterface> {
  void runOnOperation() override {
    for (Block *block : getHostBlocks(getOperation())) {
      PackedConstants constants;
      for (auto kernel : llvm::make_early_inc_range(block->getOps<KernelOp>())) {
        Packer packer(kernel, constants);
        if (failed(packer.packOperands()))
          return signalPassFailure();
        packer.packResults();
      }
      for (Operation &op : llvm::make_early_inc_range(llvm::reverse(*block)))
        if (isOpTriviallyDead(&op))
          op.erase();
    }
  }
};

} // namespace
