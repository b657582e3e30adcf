//===- UpdateCaches.cpp - Write new rows of a cache where the cache lies --------------------------------------===//

#include "Dialect/Caches.h"
#include "Dialect/LayoutAlgebra.h"
#include "Dialect/Sizes.h"
#include "Transforms/Fuse/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/ReshapeOpsUtils.h"

namespace st {
#define GEN_PASS_DEF_UPDATECACHES
#include "Transforms/Fuse/Passes.h.inc"
} // namespace st

using namespace mlir;
using namespace st;

static SmallVector<ReassociationIndices> getGroups(Operation *reshape) {
  if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(reshape))
    return collapse.getReassociationIndices();
  return cast<tensor::ExpandShapeOp>(reshape).getReassociationIndices();
}

static ExtentAttr extentOf(Attribute dim) { return cast<ExtentAttr>(dim); }

namespace {

class Updater {
public:
  explicit Updater(func::FuncOp function) : function(function) {}

  LogicalResult run() {
    auto ret = cast<func::ReturnOp>(function.getBody().front().getTerminator());
    for (unsigned result = 0; result < function.getNumResults(); ++result)
      if (auto cache = getCache(function, result); cache && !cache->isInPlace)
        if (failed(update(ret, result, *cache)))
          return failure();
    dropUnusedResults(function);
    return success();
  }

private:
  /// `kernel` with a result more, which updates `operand`, and without results that nobody uses any more.
  static std::pair<KernelOp, Value> yieldMore(KernelOp kernel, Value streamed, Type type, int64_t operand) {
    SmallVector<Type> types(kernel.getResultTypes());
    SmallVector<int64_t> updates(kernel.getUpdates());
    updates.resize(types.size(), -1);
    types.push_back(type);
    updates.push_back(operand);
    YieldOp yield = kernel.getYield();
    yield.getOperandsMutable().append(streamed);
    OpBuilder builder(kernel);
    auto more = KernelOp::create(builder, kernel.getLoc(), types, kernel.getSymName(), kernel.getInputs());
    more->setDiscardableAttrs(kernel->getDiscardableAttrDictionary());
    more->setDiscardableAttr(updatesAttr, builder.getDenseI64ArrayAttr(updates));
    more.getBody().takeBody(kernel.getBody());
    kernel->replaceAllUsesWith(more.getResults().drop_back());
    kernel.erase();
    return {more, more.getResults().back()};
  }

  /// Drops results without a use: an output less to write.
  static void dropUnusedResults(func::FuncOp function) {
    for (auto kernel : llvm::make_early_inc_range(function.getOps<KernelOp>())) {
      if (kernel.getUpdates().empty() || llvm::none_of(kernel.getResults(), [](Value v) { return v.use_empty(); }))
        continue;
      SmallVector<Value> kept, yielded;
      SmallVector<int64_t> updates;
      for (OpResult result : kernel->getResults())
        if (!result.use_empty()) {
          kept.push_back(result);
          yielded.push_back(kernel.getYield().getOperand(result.getResultNumber()));
          updates.push_back(kernel.getUpdates()[result.getResultNumber()]);
        }
      kernel.getYield()->setOperands(yielded);
      OpBuilder builder(kernel);
      auto fewer = KernelOp::create(builder, kernel.getLoc(), TypeRange(ValueRange(kept)), kernel.getSymName(),
                                    kernel.getInputs());
      fewer->setDiscardableAttrs(kernel->getDiscardableAttrDictionary());
      fewer->setDiscardableAttr(updatesAttr, builder.getDenseI64ArrayAttr(updates));
      fewer.getBody().takeBody(kernel.getBody());
      for (auto [old, replacement] : llvm::zip_equal(kept, fewer.getResults()))
        old.replaceAllUsesWith(replacement);
      kernel.erase();
    }
  }

  LogicalResult update(func::ReturnOp ret, unsigned result, Cache cache) {
    Value returned = ret.getOperand(result), rows = returned;
    // Reshapes between the kernel and the result go into the kernel.
    SmallVector<Operation *> reshapes;
    while (isa_and_nonnull<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(rows.getDefiningOp())) {
      reshapes.push_back(rows.getDefiningOp());
      rows = reshapes.back()->getOperand(0);
    }
    BlockArgument memory = function.getArgument(cache.argument);
    auto kernel = rows.getDefiningOp<KernelOp>();
    auto refuse = [&](const Twine &why) {
      return function.emitError() << "result " << result << " cannot be kept in the memory of argument "
                                  << cache.argument << ": " << why << "; compile without --cache for it";
    };
    if (!kernel)
      return refuse("its rows are computed by the host");
    if (!returned.hasOneUse())
      return refuse("its rows are also another result");
    auto memoryType = cast<RankedTensorType>(memory.getType());
    std::optional<unsigned> operand;
    for (OpOperand &use : memory.getUses()) {
      auto reader = dyn_cast<KernelOp>(use.getOwner());
      auto read = reader ? dyn_cast<ItensorType>(reader.getBody().getArgument(use.getOperandNumber()).getType())
                         : ItensorType();
      if (!read || read.getRank() != memoryType.getRank())
        return refuse("the host reshapes or reads what is there before");
      if (reader == kernel)
        operand = use.getOperandNumber();
    }
    Value streamed = kernel.getYield().getOperand(cast<OpResult>(rows).getResultNumber());
    OpBuilder inside(kernel.getYield());
    for (Operation *reshape : llvm::reverse(reshapes)) {
      auto groups = getGroups(reshape);
      auto shape = cast<RankedTensorType>(reshape->getResult(0).getType()).getShape();
      std::optional<ItensorType> type = reassociate(cast<ItensorType>(streamed.getType()), groups, shape);
      if (!type)
        return refuse("the host reshapes its rows, and some slice of them would be none of the result");
      streamed = ItensorReassociateOp::create(inside, reshape->getLoc(), *type, streamed,
                                              getReassociationIndicesAttribute(inside, groups));
    }
    auto stream = cast<ItensorType>(streamed.getType());
    auto before = function.getArgAttrOfType<ArrayAttr>(cache.argument, dimsAttr);
    auto added = function.getResultAttrOfType<ArrayAttr>(result, dimsAttr);
    if (stream.getRank() != memoryType.getRank())
      return refuse("its rows have another rank");

    // The memory of the largest result.
    SmallVector<int64_t> shape(memoryType.getShape());
    SmallVector<Attribute> dims(added.begin(), added.end());
    ExtentAttr all = extentOf(before[cache.dim]).plus(extentOf(added[cache.dim]));
    dims[cache.dim] = all;
    shape[cache.dim] = getMaximum(all, function);
    memoryType = RankedTensorType::get(shape, memoryType.getElementType());
    memory.setType(memoryType);
    // What another kernel reads, this one only writes: as it lies before the new rows, in any order.
    if (!operand) {
      operand = kernel.getInputs().size();
      kernel.getInputsMutable().append(memory);
      kernel.getBody().addArgument(memoryType, memory.getLoc());
    }
    Builder builder(function.getContext());
    function.setResultAttr(result, dimsAttr, builder.getArrayAttr(dims));
    cache.isInPlace = true;
    function.setResultAttr(result, cacheAttr, makeCache(cache, function.getContext()));

    SmallVector<ExtentAttr> extents;
    SmallVector<StringAttr> places(stream.getRank());
    for (Attribute dim : dims)
      extents.push_back(extentOf(dim).isConstant() ? ExtentAttr() : extentOf(dim));
    places[cache.dim] = cache.size;
    auto inMemory = ItensorType::get(function.getContext(), stream.getElementShape(), stream.getElementType(), shape,
                                     stream.getTripCounts(), stream.getSteps(), stream.getIterMap())
                        .withSizes(extents, stream.getTripExtents())
                        .withPlaces(places);
    streamed = ItensorCastOp::create(inside, kernel.getYield().getLoc(), inMemory, streamed);
    std::tie(kernel, rows) = yieldMore(kernel, streamed, memoryType, *operand);
    ret.setOperand(result, rows);
    // What only the result was made of is gone.
    for (Operation *reshape : reshapes)
      if (reshape->use_empty())
        reshape->erase();
    // Operands that are no more than a place to write to have its type inside too.
    for (OpOperand &use : memory.getUses()) {
      BlockArgument inside = cast<KernelOp>(use.getOwner()).getBody().getArgument(use.getOperandNumber());
      if (isa<RankedTensorType>(inside.getType()))
        inside.setType(memoryType);
    }
    SmallVector<Type> arguments(function.getArgumentTypes()), results(function.getResultTypes());
    arguments[cache.argument] = results[result] = memoryType;
    function.setType(builder.getFunctionType(arguments, results));
    return success();
  }

  func::FuncOp function;
};

struct UpdateCaches : st::impl::UpdateCachesBase<UpdateCaches> {
  void runOnOperation() override {
    if (failed(Updater(getOperation()).run()))
      signalPassFailure();
  }
};

} // namespace
