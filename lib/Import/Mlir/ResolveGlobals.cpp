#include "Import/Mlir/ResolveGlobals.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MLProgram/IR/MLProgram.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;

//===----------------------------------------------------------------------------------------------------------===//
// ml_program.global
//===----------------------------------------------------------------------------------------------------------===//

/// The global that a load or store names; null when `op` is neither.
static FailureOr<ml_program::GlobalOp> globalOf(Operation *op) {
  SymbolRefAttr name;
  if (auto load = dyn_cast<ml_program::GlobalLoadOp>(op))
    name = load.getGlobal();
  else if (auto load = dyn_cast<ml_program::GlobalLoadConstOp>(op))
    name = load.getGlobal();
  else if (auto store = dyn_cast<ml_program::GlobalStoreOp>(op))
    name = store.getGlobal();
  else
    return ml_program::GlobalOp();
  auto global = SymbolTable::lookupNearestSymbolFrom<ml_program::GlobalOp>(op, name);
  if (!global)
    return op->emitOpError() << "names the global " << name << ", which the module does not hold; add it";
  return global;
}

LogicalResult st::mlirimport::resolveGlobals(ModuleOp module, func::FuncOp entry) {
  SmallVector<std::pair<Operation *, ml_program::GlobalOp>> loads;
  WalkResult result = entry.walk([&](Operation *op) {
    auto global = globalOf(op);
    if (failed(global))
      return WalkResult::interrupt();
    if (!*global)
      return WalkResult::advance();
    if (isa<ml_program::GlobalStoreOp>(op)) {
      InFlightDiagnostic diagnostic = op->emitOpError()
                                      << "writes the global @" << global->getSymName()
                                      << "; a compiled program keeps nothing between runs, so take its old value as an "
                                         "argument and return the new one (random numbers: make them outside)";
      diagnostic.attachNote(global->getLoc()) << "the global";
      return WalkResult::interrupt();
    }
    loads.push_back({op, *global});
    return WalkResult::advance();
  });
  if (result.wasInterrupted())
    return failure();
  for (auto [op, global] : loads) {
    auto value = dyn_cast_or_null<ElementsAttr>(global.getValue().value_or(Attribute()));
    if (!value) {
      InFlightDiagnostic diagnostic = op->emitOpError()
                                      << "reads the global @" << global.getSymName()
                                      << ", whose value is not in the file; take it as an argument, or link it in";
      diagnostic.attachNote(global.getLoc()) << "the global";
      return diagnostic;
    }
    OpBuilder builder(op);
    Value constant = arith::ConstantOp::create(builder, op->getLoc(), cast<TypedAttr>(Attribute(value)));
    if (constant.getType() != op->getResult(0).getType())
      constant = tensor::CastOp::create(builder, op->getLoc(), op->getResult(0).getType(), constant);
    op->getResult(0).replaceAllUsesWith(constant);
    op->erase();
  }
  for (auto global : llvm::make_early_inc_range(module.getOps<ml_program::GlobalOp>()))
    global.erase();
  return success();
}

//===----------------------------------------------------------------------------------------------------------===//
// Contents
//===----------------------------------------------------------------------------------------------------------===//

/// Constants below this stay where they can be read.
static constexpr int64_t largeBytes = 1024;

/// The first element of `data` that is not a number; -1 for none.
static int64_t findNan(Type element, ArrayRef<char> data) {
  auto find = [&](auto zero, auto magnitude, auto infinity) -> int64_t {
    decltype(zero) bits;
    for (size_t index = 0; index < data.size() / sizeof bits; ++index) {
      std::memcpy(&bits, data.data() + index * sizeof bits, sizeof bits);
      if ((bits & magnitude) > infinity)
        return index;
    }
    return -1;
  };
  if (element.isF32())
    return find(uint32_t(), 0x7fffffffu, 0x7f800000u);
  if (element.isF64())
    return find(uint64_t(), 0x7fffffffffffffffull, 0x7ff0000000000000ull);
  if (element.isF16())
    return find(uint16_t(), 0x7fff, 0x7c00);
  if (element.isBF16())
    return find(uint16_t(), 0x7fff, 0x7f80);
  return -1;
}

/// A single NaN may be what a program wants to compare with; among weights it is a fault.
static LogicalResult checkNumbers(Operation *op, Type element, ArrayRef<char> data) {
  int64_t position = findNan(element, data);
  if (position < 0)
    return success();
  return op->emitOpError() << "holds NaN (element " << position
                           << "), so that whatever depends on it is NaN; check how "
                           << "the model was trained or exported";
}

static LogicalResult checkResource(Operation *op, DenseResourceElementsAttr elements) {
  AsmResourceBlob *blob = elements.getRawHandle().getBlob();
  if (!blob)
    return op->emitOpError() << "has a value that was left out of the file (" << elements.getRawHandle().getKey()
                             << "); write the file again with all weights, without "
                                "--mlir-elide-elementsattrs-if-larger and --mlir-elide-resource-strings-if-larger";
  Type element = elements.getElementType();
  if (!element.isIntOrIndexOrFloat())
    return success();
  int64_t bytes =
      elements.getNumElements() * llvm::divideCeil(element.isIndex() ? 64 : element.getIntOrFloatBitWidth(), 8);
  if (int64_t(blob->getData().size()) != bytes)
    return op->emitOpError() << "needs " << bytes << " bytes, but the resource " << elements.getRawHandle().getKey()
                             << " holds " << blob->getData().size() << "; write the file again";
  return checkNumbers(op, element, blob->getData());
}

LogicalResult st::mlirimport::prepareConstants(func::FuncOp entry) {
  unsigned count = 0;
  WalkResult result = entry.walk([&](Operation *op) {
    auto constant = dyn_cast<arith::ConstantOp>(op);
    if (!constant) {
      if (auto tosa = dyn_cast<tosa::ConstOp>(op))
        if (auto resource = dyn_cast<DenseResourceElementsAttr>(tosa.getValues()))
          return WalkResult(checkResource(op, resource));
      return WalkResult::advance();
    }
    if (auto resource = dyn_cast<DenseResourceElementsAttr>(constant.getValue()))
      return WalkResult(checkResource(op, resource));
    auto dense = dyn_cast<DenseElementsAttr>(constant.getValue());
    if (dense && !dense.isSplat() && failed(checkNumbers(op, dense.getElementType(), dense.getRawData())))
      return WalkResult::interrupt();
    // The elements of dense i1 are bits, those of a resource bytes.
    if (!dense || dense.isSplat() || dense.getElementType().isInteger(1) ||
        int64_t(dense.getRawData().size()) < largeBytes)
      return WalkResult::advance();
    // The context owns the data of both, so that the resource can refer to it.
    auto resource = DenseResourceElementsAttr::get(
        cast<ShapedType>(dense.getType()), llvm::formatv("constant_{0}", count++).str(),
        UnmanagedAsmResourceBlob::allocateWithAlign(dense.getRawData(), alignof(int64_t)));
    constant.setValueAttr(resource);
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}
