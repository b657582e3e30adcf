//===- RollRepeats.cpp - Find the layer loop -------------------------------------------------------------------===//
//
// A model of equal layers is a chain of segments that differ in their constants only. The operations of a block are a
// word over classes of equal operations; a segment that repeats is a period in it. What a segment takes then is made by
// itself, by the one before it, or is the same for all, or is a constant of its own.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "Dialect/Repeat.h"
#include "Transforms/Linalg/ConstantData.h"
#include "Transforms/Linalg/Passes.h"
#include "Transforms/Linalg/Segments.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace st {
#define GEN_PASS_DEF_ROLLREPEATS
#include "Transforms/Linalg/Passes.h.inc"

namespace {

/// Builds the repetition that takes the place of `chain`, whose segments lie in `ops`.
class Roller {
public:
  Roller(ArrayRef<Operation *> ops, const Chain &chain) : ops(ops), chain(chain) {}

  void roll() {
    Operation *last = ops[chain.first + chain.count * chain.period - 1];
    OpBuilder builder(last->getContext());
    builder.setInsertionPointAfter(last);
    Location loc = ops[chain.first]->getLoc();
    SmallVector<Value> inits, stacks;
    SmallVector<Type> types;
    for (const Chain::Carried &carried : chain.carried) {
      inits.push_back(carried.init);
      types.push_back(carried.init.getType());
    }
    for (ArrayRef<Value> parts : chain.slices)
      stacks.push_back(stack(builder, parts));
    auto repeat = RepeatOp::create(builder, loc, types, chain.count, inits, stacks, chain.again);
    Block &body = repeat.getBody().emplaceBlock();
    body.addArgument(builder.getIndexType(), loc);
    // The body is the first segment, on arguments instead of what that takes.
    IRMapping mapping;
    auto addArguments = [&](ArrayRef<Value> values) {
      for (Value value : values)
        mapping.map(value, body.addArgument(value.getType(), value.getLoc()));
    };
    SmallVector<Value> firstParts;
    for (ArrayRef<Value> parts : chain.slices)
      firstParts.push_back(parts.front());
    addArguments(inits);
    addArguments(firstParts);
    addArguments(chain.again);
    builder.setInsertionPointToEnd(&body);
    for (Operation *op : getSegment(0)) {
      cloneLeaves(builder, op, mapping);
      builder.clone(*op, mapping);
    }
    SmallVector<Value> yielded;
    for (const Chain::Carried &carried : chain.carried)
      yielded.push_back(mapping.lookup(getResult(0, carried)));
    YieldOp::create(builder, loc, yielded);

    for (auto [carried, result] : llvm::zip(chain.carried, repeat.getResults())) {
      Value old = getResult(chain.count - 1, carried);
      old.replaceUsesWithIf(result, [&](OpOperand &use) { return !isInChain(use.getOwner()); });
    }
    for (Operation *op : llvm::reverse(ops.slice(chain.first, chain.count * chain.period)))
      op->erase();
  }

private:
  ArrayRef<Operation *> getSegment(int64_t number) const {
    return ops.slice(chain.first + number * chain.period, chain.period);
  }

  Value getResult(int64_t segment, const Chain::Carried &carried) const {
    return getSegment(segment)[carried.place.op]->getResult(carried.place.result);
  }

  bool isInChain(Operation *user) const {
    Operation *top = ops[chain.first]->getBlock()->findAncestorOpInBlock(*user);
    return llvm::is_contained(ops.slice(chain.first, chain.count * chain.period), top);
  }

  /// Clones the leaves that `op` takes and the body lacks.
  static void cloneLeaves(OpBuilder &builder, Operation *op, IRMapping &mapping) {
    op->walk([&](Operation *inner) {
      for (Value operand : inner->getOperands()) {
        Operation *maker = operand.getDefiningOp();
        if (!maker || op->isAncestor(maker) || mapping.contains(operand) || !isLeaf(maker))
          continue;
        cloneLeaves(builder, maker, mapping);
        builder.clone(*maker, mapping);
      }
    });
  }

  static Value stack(OpBuilder &builder, ArrayRef<Value> parts) {
    auto type = cast<RankedTensorType>(parts.front().getType());
    SmallVector<int64_t> one{1}, all{static_cast<int64_t>(parts.size())};
    llvm::append_range(one, type.getShape());
    llvm::append_range(all, type.getShape());
    SmallVector<ElementsAttr> constants;
    for (Value part : parts)
      constants.push_back(reshapeConstant(getConstantTensor(part), RankedTensorType::get(one, type.getElementType())));
    ElementsAttr stacked = concatConstants(constants, /*dim=*/0, RankedTensorType::get(all, type.getElementType()));
    auto constant = arith::ConstantOp::create(builder, parts.front().getLoc(), cast<TypedAttr>(stacked));
    if (std::string name = getCommonName(parts); !name.empty())
      constant->setDiscardableAttr("st.name", builder.getStringAttr(name));
    return constant;
  }

  /// What the user calls a constant: by itself, or by its data.
  static StringRef getName(Value constant) {
    if (auto name = constant.getDefiningOp()->getAttrOfType<StringAttr>("st.name"))
      return name;
    auto resource = dyn_cast<DenseResourceElementsAttr>(getConstantTensor(constant));
    return resource ? resource.getRawHandle().getKey() : StringRef();
  }

  /// What the names of all layers' constants have in common: `h.weight` of `h.0.weight` and `h.1.weight`.
  static std::string getCommonName(ArrayRef<Value> parts) {
    StringRef first = getName(parts.front());
    size_t prefix = first.size(), suffix = first.size();
    for (Value part : parts) {
      StringRef name = getName(part);
      size_t shortest = std::min(first.size(), name.size()), front = 0, back = 0;
      while (front < shortest && first[front] == name[front])
        ++front;
      while (back < shortest && first[first.size() - 1 - back] == name[name.size() - 1 - back])
        ++back;
      prefix = std::min(prefix, front);
      suffix = std::min(suffix, back);
    }
    if (prefix == first.size())
      return first.str();
    StringRef head = first.take_front(prefix).rtrim("._-/"), tail = first.take_back(suffix).ltrim("._-/");
    return head.empty() || tail.empty() ? (head + tail).str() : (head + "." + tail).str();
  }

  ArrayRef<Operation *> ops;
  const Chain &chain;
};

struct RollRepeats : impl::RollRepeatsBase<RollRepeats> {
  void runOnOperation() override {
    roll();
    getOperation().walk([](bufferization::MaterializeInDestinationOp border) {
      border->replaceAllUsesWith(ValueRange(border.getSource()));
      border.erase();
    });
  }

  void roll() {
    Block &block = getOperation().getBody().front();
    while (true) {
      Segments segments(block);
      std::optional<Chain> chain = segments.findChain();
      if (!chain) {
        if (auto rejected = segments.getRejected())
          rejected->at->emitRemark() << rejected->count << " equal segments of " << rejected->period
                                     << " operations are not rolled: " << rejected->reason;
        return;
      }
      Roller(segments.getOps(), *chain).roll();
      ++numRolled;
    }
  }
};

} // namespace
} // namespace st
