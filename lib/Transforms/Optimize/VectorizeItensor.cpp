//===- VectorizeItensor.cpp - Widen tokens to vectors ---------------------------------------------------------===//

#include "Dialect/StDialect.h"
#include "Transforms/Optimize/Passes.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#define DEBUG_TYPE "st-vectorize-itensor"

namespace st {
#define GEN_PASS_DEF_VECTORIZEITENSOR
#include "Transforms/Optimize/Passes.h.inc"
} // namespace st

using namespace mlir;
using namespace st;

/// The widest vector along the last dimension that divides the tile and fits into a token.
static ItensorType vectorize(ItensorType type, int64_t maxTokenBits) {
  Type scalar = type.getScalarType();
  if (type.getRank() == 0 || !scalar.isIntOrFloat())
    return type;
  SmallVector<int64_t> outer = type.getTileShape();
  int64_t lanes = std::clamp<int64_t>(maxTokenBits / scalar.getIntOrFloatBitWidth(), 1, outer.back());
  while (outer.back() % lanes != 0)
    --lanes;
  outer.back() /= lanes;
  SmallVector<int64_t> vectorShape(type.getRank(), 1);
  vectorShape.back() = lanes;
  return ItensorType::get(type.getContext(), outer, VectorType::get(vectorShape, scalar), type.getDataShape(),
                          type.getTripCounts(), type.getSteps(), type.getIterMap(), type.getDataExtents(),
                          type.getTripExtents())
      .withPlaces(type.getPlaces());
}

namespace {
struct VectorizeItensor : st::impl::VectorizeItensorBase<VectorizeItensor> {
  using VectorizeItensorBase::VectorizeItensorBase;

  void runOnOperation() override {
    getOperation().walk([&](KernelOp kernel) {
      // The tile that is read or written keeps its shape, so that only the types of streams change.
      auto widen = [&](Value value) {
        if (auto type = dyn_cast<ItensorType>(value.getType()))
          value.setType(vectorize(type, maxTokenBits));
      };
      kernel.getBody().walk([&](Block *block) { llvm::for_each(block->getArguments(), widen); });
      kernel.getBody().walk([&](Operation *op) { llvm::for_each(op->getResults(), widen); });
    });
  }
};
} // namespace
