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
  return success();
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
