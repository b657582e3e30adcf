//===- SinkRepeats.cpp - Make one launch of a kernel that is launched in every repetition ---------------------===//

#include "Dialect/LayoutAlgebra.h"
#include "Dialect/Repeat.h"
#include "Dialect/Sizes.h"
#include "Transforms/Fuse/OnChipBytes.h"
#include "Transforms/Fuse/Passes.h"
#include "Transforms/Fuse/Retype.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/Support/FormatVariadic.h"

#define DEBUG_TYPE "st-sink-repeats"

namespace st {
#define GEN_PASS_DEF_SINKREPEATS
#include "Transforms/Fuse/Passes.h.inc"
} // namespace st

using namespace mlir;
using namespace st;

namespace {

/// How a kernel in a repetition meets what is around it.
class Sinking {
public:
  explicit Sinking(RepeatOp repeat) : repeat(repeat), builder(repeat) {}

  /// Why it cannot be done, after which nothing has changed; nullopt when it can.
  std::optional<std::string> whyNot(int64_t limit) {
    for (Operation &op : repeat.getBody().front().without_terminator()) {
      if (auto found = dyn_cast<KernelOp>(op)) {
        if (kernel)
          return "its body is more than one kernel";
        kernel = found;
      } else if (!op.hasTrait<OpTrait::ConstantLike>()) {
        return ("the host computes '" + op.getName().getStringRef() + "' in it").str();
      }
    }
    if (!kernel)
      return "it has no kernel";
    if (llvm::any_of(kernel.getUpdates(), [](int64_t operand) { return operand >= 0; }))
      return "its kernel updates an operand in place";
    for (Value yielded : repeat.getYield().getOperands()) {
      if (yielded.getDefiningOp() != kernel)
        return "it yields what its kernel does not make";
      results.push_back(cast<OpResult>(yielded));
    }
    for (auto [operand, argument] : llvm::zip(kernel.getInputs(), kernel.getBody().getArguments()))
      if (std::optional<unsigned> carried = getCarried(operand))
        if (relate(getCarriedType(*carried), cast<ItensorType>(argument.getType())) == Relation::Incompatible)
          return "what it yields does not stream as what it takes";
    int64_t bytes = countBytes();
    if (bytes > limit)
      return llvm::formatv("buffers of {0} bytes are more than the {1} allowed", bytes, limit).str();
    return std::nullopt;
  }

  void sink() {
    MLIRContext *context = builder.getContext();
    Location loc = repeat.getLoc();
    int64_t count = repeat.getCount();
    Block &body = kernel.getBody().front();
    // Operands outside, the types that they cross with, and what the repetition makes of them.
    SmallVector<Value> inputs;
    SmallVector<Type> crossing, inner;
    auto add = [&](Value input, ItensorType outside, ItensorType inside) {
      inputs.push_back(input);
      crossing.push_back(outside);
      inner.push_back(inside);
    };
    for (auto [index, init] : llvm::enumerate(repeat.getCarried()))
      add(init, getCarriedType(index), getCarriedType(index));
    SmallVector<unsigned> sliced, again;
    for (auto [index, operand] : llvm::enumerate(kernel.getInputs()))
      if (isSlice(operand))
        sliced.push_back(index);
      else if (!getCarried(operand))
        again.push_back(index);
    for (unsigned index : sliced) {
      auto type = cast<ItensorType>(body.getArgument(index).getType());
      add(getOutside(kernel.getInputs()[index]), stackType(type, count), type);
    }
    for (unsigned index : again) {
      auto type = cast<ItensorType>(body.getArgument(index).getType());
      add(getOutside(kernel.getInputs()[index]), againType(type, count), type);
    }

    auto outer = KernelOp::create(builder, builder.getFusedLoc({loc, kernel.getLoc()}), repeat.getResultTypes(),
                                  kernel.getSymName(), inputs);
    outer->setDiscardableAttrs(kernel->getDiscardableAttrDictionary());
    Block &outerBody = outer.getBody().emplaceBlock();
    outerBody.addArguments(crossing, SmallVector<Location>(inputs.size(), loc));
    builder.setInsertionPointToEnd(&outerBody);
    auto operands = ValueRange(outerBody.getArguments());
    size_t numCarried = repeat.getCarried().size();
    auto loop =
        RepeatOp::create(builder, loc, TypeRange(inner).take_front(numCarried), count, operands.take_front(numCarried),
                         operands.slice(numCarried, sliced.size()), operands.drop_front(numCarried + sliced.size()));
    YieldOp::create(builder, loc, loop.getResults());

    Block &loopBody = loop.getBody().emplaceBlock();
    loopBody.addArgument(IndexType::get(context), loc);
    loopBody.addArguments(inner, SmallVector<Location>(inner.size(), loc));
    builder.setInsertionPointToEnd(&loopBody);
    for (auto [operand, argument] : llvm::zip(kernel.getInputs(), body.getArguments()))
      if (std::optional<unsigned> carried = getCarried(operand))
        replaceStream(argument, connect(loop.getCarriedArguments()[*carried], cast<ItensorType>(argument.getType())));
    for (auto [index, argument] : llvm::zip(sliced, loop.getSliceArguments()))
      body.getArgument(index).replaceAllUsesWith(argument);
    for (auto [index, argument] : llvm::zip(again, loop.getAgainArguments()))
      body.getArgument(index).replaceAllUsesWith(argument);
    SmallVector<Value> yielded;
    for (OpResult result : results)
      yielded.push_back(getStream(result));
    kernel.getYield().erase();
    loopBody.getOperations().splice(loopBody.end(), body.getOperations());
    builder.setInsertionPointToEnd(&loopBody);
    YieldOp::create(builder, loc, yielded);

    repeat.replaceAllUsesWith(outer.getResults());
    repeat.erase();
  }

private:
  Value getStream(OpResult result) { return kernel.getYield().getOperand(result.getResultNumber()); }

  ItensorType getCarriedType(unsigned index) { return cast<ItensorType>(getStream(results[index]).getType()); }

  /// The number of the carried value that `operand` is.
  std::optional<unsigned> getCarried(Value operand) {
    auto found = llvm::find(repeat.getCarriedArguments(), operand);
    if (found == repeat.getCarriedArguments().end())
      return std::nullopt;
    return found - repeat.getCarriedArguments().begin();
  }

  bool isSlice(Value operand) { return llvm::is_contained(repeat.getSliceArguments(), operand); }

  /// What `operand` is outside of the repetition.
  Value getOutside(Value operand) {
    if (auto argument = dyn_cast<BlockArgument>(operand))
      return repeat->getOperand(argument.getArgNumber() - 1);
    Value &outside = constants[operand];
    if (!outside)
      outside = builder.clone(*operand.getDefiningOp())->getResult(0);
    return outside;
  }

  Value connect(Value stream, ItensorType type) {
    if (relate(cast<ItensorType>(stream.getType()), type) == Relation::Equal)
      return stream;
    return ItensorConverterOp::create(builder, stream.getLoc(), type, stream);
  }

  /// On-chip bytes of the kernel that repeats.
  int64_t countBytes() {
    int64_t bytes = countBufferBytes(kernel), count = repeat.getCount();
    auto addConverter = [&](ItensorType source, ItensorType result, Padding padding) {
      for (auto *amounts : {&padding.low, &padding.high})
        if (!amounts->empty())
          amounts->insert(amounts->begin(), 0);
      bytes += inferConverter(stackType(source, count), stackType(result, count), padding).bytes;
    };
    for (auto converter : kernel.getBody().getOps<ItensorConverterOp>())
      addConverter(converter.getSource().getType(), converter.getType(), getPadding(converter));
    for (auto [operand, argument] : llvm::zip(kernel.getInputs(), kernel.getBody().getArguments()))
      if (std::optional<unsigned> carried = getCarried(operand)) {
        auto type = cast<ItensorType>(argument.getType());
        if (relate(getCarriedType(*carried), type) != Relation::Equal)
          addConverter(getCarriedType(*carried), type, {});
      }
    return bytes;
  }

  RepeatOp repeat;
  KernelOp kernel;
  OpBuilder builder;
  /// The result of the kernel behind each carried value.
  SmallVector<OpResult> results;
  DenseMap<Value, Value> constants;
};

struct SinkRepeats : st::impl::SinkRepeatsBase<SinkRepeats> {
  using SinkRepeatsBase::SinkRepeatsBase;

  void runOnOperation() override {
    SmallVector<RepeatOp> repeats(getOperation().getBody().front().getOps<RepeatOp>());
    if (repeats.empty())
      return;
    auto limit = getOnChipLimit(device, maxConverterBytes);
    if (llvm::Error error = limit.takeError()) {
      getOperation().emitError("cannot move repetitions into kernels: ") << llvm::toString(std::move(error));
      return signalPassFailure();
    }
    for (RepeatOp repeat : repeats) {
      Sinking sinking(repeat);
      if (auto reason = sinking.whyNot(*limit)) {
        repeat.emitRemark() << "launches its kernels " << repeat.getCount() << " times: " << *reason;
        continue;
      }
      sinking.sink();
      ++numSunk;
    }
  }
};

} // namespace
