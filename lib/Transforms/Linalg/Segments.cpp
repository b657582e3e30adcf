//===- Segments.cpp - Segments of a block that repeat ---------------------------------------------------------===//

#include "Transforms/Linalg/Segments.h"
#include "Transforms/Linalg/ConstantData.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/Hashing.h"

using namespace mlir;

namespace st {

bool isLeaf(Operation *op) {
  if (op->hasTrait<OpTrait::ConstantLike>())
    return true;
  return isa<tensor::EmptyOp, linalg::FillOp>(op) && llvm::all_of(op->getOperands(), [](Value operand) {
           Operation *maker = operand.getDefiningOp();
           return maker && isLeaf(maker);
         });
}

//===----------------------------------------------------------------------------------------------------------===//
// Equal operations
//===----------------------------------------------------------------------------------------------------------===//

using ValuePairs = SmallVector<std::pair<Value, Value>>;

/// Whether `a` and `b` do the same; `outside` collects what they take from outside of themselves, in order.
static bool areEqual(Operation *a, Operation *b, DenseMap<Value, Value> &inside, ValuePairs &outside) {
  if (a->getName() != b->getName() || a->getAttrDictionary() != b->getAttrDictionary() ||
      a->getOperandTypes() != b->getOperandTypes() || a->getResultTypes() != b->getResultTypes() ||
      a->getNumRegions() != b->getNumRegions() || a->getNumSuccessors() != 0 || b->getNumSuccessors() != 0)
    return false;
  for (auto [left, right] : llvm::zip(a->getOperands(), b->getOperands())) {
    auto known = inside.find(left);
    if (known == inside.end())
      outside.push_back({left, right});
    else if (known->second != right)
      return false;
  }
  for (auto [left, right] : llvm::zip(a->getResults(), b->getResults()))
    inside[left] = right;
  for (auto [left, right] : llvm::zip(a->getRegions(), b->getRegions())) {
    if (left.getBlocks().size() > 1 || left.getBlocks().size() != right.getBlocks().size())
      return false;
    if (left.empty())
      continue;
    Block &one = left.front(), &other = right.front();
    if (one.getArgumentTypes() != other.getArgumentTypes() ||
        one.getOperations().size() != other.getOperations().size())
      return false;
    for (auto [argument, counterpart] : llvm::zip(one.getArguments(), other.getArguments()))
      inside[argument] = counterpart;
    for (auto [inner, counterpart] : llvm::zip(one, other))
      if (!areEqual(&inner, &counterpart, inside, outside))
        return false;
  }
  return true;
}

static bool areEqual(Operation *a, Operation *b, ValuePairs &outside) {
  DenseMap<Value, Value> inside;
  return areEqual(a, b, inside, outside);
}

/// Whether two leaves are the same value.
static bool areEqualLeaves(Value a, Value b) {
  if (a == b)
    return true;
  Operation *left = a.getDefiningOp(), *right = b.getDefiningOp();
  ValuePairs operands;
  return left && right && isLeaf(left) && isLeaf(right) &&
         cast<OpResult>(a).getResultNumber() == cast<OpResult>(b).getResultNumber() &&
         areEqual(left, right, operands) &&
         llvm::all_of(operands, [](auto &pair) { return areEqualLeaves(pair.first, pair.second); });
}

Segments::Segments(Block &block) {
  DenseMap<unsigned, SmallVector<unsigned>> byHash;
  SmallVector<Operation *> representatives;
  for (Operation &op : block.without_terminator()) {
    if (isLeaf(&op))
      continue;
    numbers[&op] = ops.size();
    ops.push_back(&op);
    auto hash = static_cast<unsigned>(
        llvm::hash_combine(op.getName(), op.getAttrDictionary(), op.getNumOperands(),
                           llvm::hash_combine_range(op.result_type_begin(), op.result_type_end())));
    SmallVector<unsigned> &candidates = byHash[hash];
    auto found = llvm::find_if(candidates, [&](unsigned candidate) {
      ValuePairs outside;
      return areEqual(representatives[candidate], &op, outside);
    });
    if (found != candidates.end()) {
      classes.push_back(*found);
      continue;
    }
    candidates.push_back(representatives.size());
    classes.push_back(representatives.size());
    representatives.push_back(&op);
  }
}

//===----------------------------------------------------------------------------------------------------------===//
// Chains
//===----------------------------------------------------------------------------------------------------------===//

std::optional<std::pair<int64_t, Chain::Place>> Segments::locate(const Chain &chain, Value value) const {
  auto result = dyn_cast<OpResult>(value);
  auto found = result ? numbers.find(result.getOwner()) : numbers.end();
  if (found == numbers.end())
    return std::nullopt;
  int64_t place = found->second - chain.first;
  if (place < 0 || place >= chain.count * chain.period)
    return std::nullopt;
  return std::make_pair(place / chain.period,
                        Chain::Place{static_cast<unsigned>(place % chain.period), result.getResultNumber()});
}

/// Puts one operand of the segments, given for each of them, where it belongs.
std::optional<std::string> Segments::classify(Chain &chain, ArrayRef<Value> values) const {
  auto own = locate(chain, values.front());
  if (own && own->first == 0) {
    for (auto [segment, value] : llvm::enumerate(values))
      if (auto place = locate(chain, value);
          !place || place->first != static_cast<int64_t>(segment) || !(place->second == own->second))
        return "a value comes from another place in each of them";
    return std::nullopt;
  }
  if (llvm::all_equal(values) && !own) {
    Operation *maker = values.front().getDefiningOp();
    SmallVectorImpl<Value> &same = maker && isLeaf(maker) ? chain.leaves : chain.again;
    if (!llvm::is_contained(same, values.front()))
      same.push_back(values.front());
    return std::nullopt;
  }
  if (llvm::all_of(values, [&](Value value) { return areEqualLeaves(values.front(), value); })) {
    chain.leaves.push_back(values.front());
    return std::nullopt;
  }
  if (auto second = locate(chain, values[1]); second && second->first == 0) {
    for (auto [segment, value] : llvm::enumerate(values.drop_front()))
      if (auto place = locate(chain, value);
          !place || place->first != static_cast<int64_t>(segment) || !(place->second == second->second))
        return "a value comes from another place in each of them";
    if (!isa<RankedTensorType>(values.front().getType()))
      return "what one hands to the next is no tensor";
    auto isKnown = [&](const Chain::Carried &carried) {
      return carried.place == second->second && carried.init == values.front();
    };
    if (llvm::none_of(chain.carried, isKnown)) {
      // The body tells what it takes by the value that the first segment takes.
      if (llvm::any_of(chain.carried, [&](auto &carried) { return carried.init == values.front(); }))
        return "the first takes one value where the others take several";
      chain.carried.push_back({second->second, values.front()});
    }
    return std::nullopt;
  }
  if (!llvm::all_of(values, [](Value value) { return static_cast<bool>(getConstantTensor(value)); }))
    return "they take different values that are no constants";
  if (!cast<RankedTensorType>(values.front().getType()).getElementType().isIntOrFloat() ||
      cast<RankedTensorType>(values.front().getType()).getElementTypeBitWidth() % 8 != 0)
    return "their constants have elements of no whole bytes";
  for (ArrayRef<Value> known : chain.slices)
    if (known.front() == values.front()) {
      if (known == values)
        return std::nullopt;
      return "the first takes one constant where the others take several";
    }
  chain.slices.emplace_back(values);
  return std::nullopt;
}

/// All that leaves the chain is what its last segment would hand on.
std::optional<std::string> Segments::checkUses(const Chain &chain) const {
  for (int64_t number = 0; number < chain.count * chain.period; ++number) {
    Operation *op = ops[chain.first + number];
    int64_t segment = number / chain.period;
    for (OpResult result : op->getResults())
      for (Operation *user : result.getUsers()) {
        Operation *top = op->getBlock()->findAncestorOpInBlock(*user);
        auto found = numbers.find(top);
        int64_t place = found == numbers.end() ? -1 : found->second - chain.first;
        // Uses in the chain are operands, which have been classified.
        if (place >= 0 && place < chain.count * chain.period)
          continue;
        if (segment != chain.count - 1)
          return "what one of them makes is used elsewhere";
        Chain::Place made{static_cast<unsigned>(number % chain.period), result.getResultNumber()};
        if (llvm::none_of(chain.carried, [&](const Chain::Carried &carried) { return carried.place == made; }))
          return "what the last of them makes, and none hands to the next, is used elsewhere";
      }
  }
  return std::nullopt;
}

bool Segments::isConnected(const Chain &chain) const {
  for (Operation *op : ArrayRef(ops).slice(chain.first + chain.period, chain.period)) {
    WalkResult walk = op->walk([&](Operation *inner) {
      return WalkResult(success(llvm::none_of(inner->getOperands(), [&](Value operand) {
        auto place = locate(chain, operand);
        return place && place->first == 0;
      })));
    });
    if (walk.wasInterrupted())
      return true;
  }
  return false;
}

std::optional<std::string> Segments::analyze(Chain &chain) const {
  for (int64_t place = 0; place < chain.period; ++place) {
    // By segment, what the operation takes.
    SmallVector<ValuePairs> outside(chain.count);
    for (int64_t segment = 0; segment < chain.count; ++segment)
      if (!areEqual(ops[chain.first + place], ops[chain.first + segment * chain.period + place], outside[segment]))
        return "their operations differ";
    for (size_t operand = 0; operand < outside.front().size(); ++operand) {
      SmallVector<Value> values;
      for (const ValuePairs &pairs : outside)
        values.push_back(pairs[operand].second);
      if (auto reason = classify(chain, values))
        return reason;
    }
  }
  if (chain.carried.empty())
    return "none takes what another makes";
  // One value of the first segment cannot be two things in the body.
  SmallVector<Value> roles(chain.again);
  for (const Chain::Carried &carried : chain.carried)
    roles.push_back(carried.init);
  for (ArrayRef<Value> parts : chain.slices)
    roles.push_back(parts.front());
  for (auto [index, value] : llvm::enumerate(roles))
    if (llvm::is_contained(chain.leaves, value) || llvm::is_contained(ArrayRef(roles).take_front(index), value))
      return "the first takes from one place what the others take from several";
  return checkUses(chain);
}

std::optional<Chain> Segments::findChain() {
  std::optional<Chain> best;
  auto isBetter = [](const Chain &a, const Chain &b) {
    auto rank = [](const Chain &chain) {
      return std::make_tuple(chain.count * chain.period, chain.count, -static_cast<int64_t>(chain.carried.size()));
    };
    return rank(a) > rank(b);
  };
  int64_t size = ops.size();
  rejected.reset();
  for (int64_t period = 1; 2 * period <= size; ++period)
    for (int64_t first = 0; first + 2 * period <= size;) {
      int64_t end = first;
      while (end + period < size && classes[end] == classes[end + period])
        ++end;
      // From `first` on, `end - first + period` operations have the period; a segment may begin with any of them.
      int64_t length = end - first + period, count = length / period;
      for (int64_t start = first; count >= 2 && start + count * period <= first + length; ++start) {
        Chain chain;
        chain.first = start;
        chain.period = period;
        chain.count = count;
        if (best && best->count * best->period > count * period)
          break;
        if (auto reason = analyze(chain)) {
          // Equal operations side by side are no layers.
          if ((!rejected || rejected->count * rejected->period < count * period) && isConnected(chain))
            rejected = {ops[start], count, period, *reason};
        } else if (!best || isBetter(chain, *best)) {
          best = std::move(chain);
        }
      }
      first = std::max(end, first) + 1;
    }
  return best;
}

} // namespace st
