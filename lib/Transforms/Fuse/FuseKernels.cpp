//===- FuseKernels.cpp - Merge kernels so that the tensors between them stay on chip --------------------------===//
//
// The decision is Optimize/FusionProblem's (Algorithm 2 of the paper); here kernels become its nodes, tensors its
// edges, and groups become kernels.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "Dialect/Repeat.h"
#include "Dialect/Sizes.h"
#include "Optimize/FusionProblem.h"
#include "Transforms/Fuse/KernelLinks.h"
#include "Transforms/Fuse/OnChipBytes.h"
#include "Transforms/Fuse/Passes.h"
#include "Transforms/Fuse/Retype.h"
#include "mlir/Analysis/TopologicalSortUtils.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"

#define DEBUG_TYPE "st-fuse-kernels"

namespace st {
#define GEN_PASS_DEF_FUSEKERNELS
#include "Transforms/Fuse/Passes.h.inc"
} // namespace st

using namespace mlir;
using namespace st;

//===----------------------------------------------------------------------------------------------------------===//
// The problem
//===----------------------------------------------------------------------------------------------------------===//

/// The stream behind result `result` of a kernel.
static Value getYielded(OpResult result) {
  return cast<KernelOp>(result.getOwner()).getYield().getOperand(result.getResultNumber());
}

/// Kernels whose results reach `value` through operations of the host.
static void collectProducers(Value value, llvm::SmallSetVector<Operation *, 4> &producers) {
  SmallVector<Value> worklist{value};
  llvm::SmallPtrSet<Operation *, 8> seen;
  while (!worklist.empty()) {
    Operation *op = worklist.pop_back_val().getDefiningOp();
    if (!op || !seen.insert(op).second)
      continue;
    if (isa<KernelOp>(op))
      producers.insert(op);
    else
      llvm::append_range(worklist, op->getOperands());
  }
}

static FusionProblem buildProblem(ArrayRef<KernelOp> kernels, int64_t maxBytes) {
  FusionProblem problem;
  llvm::DenseMap<Operation *, int> index;
  for (KernelOp kernel : kernels)
    index[kernel] = problem.addKernel(kernel.getSymName(), countBufferBytes(kernel) + countConverterBytes(kernel));
  for (KernelOp kernel : kernels)
    for (auto [operand, argument] : llvm::zip(kernel.getInputs(), kernel.getBody().getArguments())) {
      // What the host does to a tensor happens between two launches, so that the two cannot be one.
      int64_t apart = maxBytes + 1;
      if (auto link = findLink(operand)) {
        auto source = cast<ItensorType>(getYielded(link->result).getType());
        auto connection = connectThrough(*link, source, cast<ItensorType>(argument.getType()));
        problem.addEdge(index[link->result.getOwner()], index[kernel], connection ? connection->bytes : apart);
        continue;
      }
      llvm::SmallSetVector<Operation *, 4> producers;
      collectProducers(operand, producers);
      for (Operation *producer : producers)
        problem.addEdge(index[producer], index[kernel], apart);
    }
  return problem;
}

/// Why `operand` of one kernel, whose data come from `producer`, was not fused with it.
static std::string explainApart(Value operand, ItensorType reader, KernelOp producer) {
  auto link = findLink(operand);
  std::string reason = "the host computes on it in between";
  if (link && connectThrough(*link, cast<ItensorType>(getYielded(link->result).getType()), reader))
    reason = "one kernel of both would hold more on the chip than allowed, or would wait for itself";
  else if (link)
    reason = "its padding has no place in one converter";
  auto type = cast<RankedTensorType>(operand.getType());
  int64_t bytes = llvm::divideCeil(type.getNumElements() * type.getElementTypeBitWidth(), 8);
  return (Twine(bytes) + " bytes from '" + producer.getSymName() + "' pass through external memory: " + reason).str();
}

/// Says of every kernel what it takes from others through external memory.
static void reportApart(Block &block) {
  for (KernelOp kernel : block.getOps<KernelOp>()) {
    SmallVector<std::string> reasons;
    for (auto [operand, argument] : llvm::zip(kernel.getInputs(), kernel.getBody().getArguments())) {
      llvm::SmallSetVector<Operation *, 4> producers;
      collectProducers(operand, producers);
      for (Operation *producer : producers)
        reasons.push_back(explainApart(operand, cast<ItensorType>(argument.getType()), cast<KernelOp>(producer)));
    }
    for (const std::string &reason : reasons)
      emitRemark(kernel.getLoc()) << reason;
    if (!reasons.empty())
      kernel->setDiscardableAttr("st.fallback", StringAttr::get(kernel.getContext(), llvm::join(reasons, "; ")));
  }
}

//===----------------------------------------------------------------------------------------------------------===//
// The rewriting
//===----------------------------------------------------------------------------------------------------------===//

namespace {

/// Builds the kernel of one group.
class GroupBuilder {
public:
  GroupBuilder(ArrayRef<KernelOp> members) : members(members), builder(members.back()) {}

  KernelOp build() {
    for (KernelOp member : members)
      for (OpResult result : member->getResults())
        if (isUsedOutside(result))
          results.push_back(result);
    createKernel();
    for (KernelOp member : members)
      absorb(member);
    finish();
    return kernel;
  }

  unsigned numConverters = 0;

private:
  bool isMember(Operation *op) const { return op && llvm::is_contained(members, op); }
  /// Whether some way from `value` ends elsewhere than in a member.
  bool isUsedOutside(Value value) const {
    return llvm::any_of(value.getUsers(), [&](Operation *user) {
      return isLinkOp(user) ? isUsedOutside(user->getResult(0)) : !isMember(user);
    });
  }
  /// The link of `operand` when it comes from a member.
  std::optional<KernelLink> findInnerLink(Value operand) const {
    auto link = findLink(operand);
    return link && isMember(link->result.getOwner()) ? link : std::nullopt;
  }

  /// `<first>_to_<last>`: a name that a reader of the generated code finds again in the model's order.
  std::string getName() const {
    ArrayRef<KernelOp> all = members;
    KernelOp first = all.front(), last = all.back();
    if (all.size() == 1)
      return first.getSymName().str();
    return (first.getSymName() + "_to_" + last.getSymName()).str();
  }

  void createKernel() {
    SmallVector<Location> locations;
    SmallVector<Value> inputs;
    SmallVector<Type> types, resultTypes;
    for (KernelOp member : members)
      for (auto [operand, argument] : llvm::zip(member.getInputs(), member.getBody().getArguments())) {
        if (findInnerLink(operand))
          continue;
        inputs.push_back(operand);
        types.push_back(argument.getType());
        locations.push_back(argument.getLoc());
      }
    for (OpResult result : results)
      resultTypes.push_back(result.getType());
    kernel = KernelOp::create(
        builder, builder.getFusedLoc(llvm::map_to_vector(members, [](KernelOp member) { return member.getLoc(); })),
        resultTypes, getName(), inputs);
    if (Attribute sizes = KernelOp(members.front())->getDiscardableAttr(sizesAttr))
      kernel->setDiscardableAttr(sizesAttr, sizes);
    Block &body = kernel.getBody().emplaceBlock();
    body.addArguments(types, locations);
    builder.setInsertionPointToEnd(&body);
  }

  /// Moves the tasks of `member` into the new kernel.
  void absorb(KernelOp member) {
    Block &body = member.getBody().front();
    for (auto [operand, argument] : llvm::zip(member.getInputs(), body.getArguments())) {
      auto link = findInnerLink(operand);
      Value stream = link ? connect(*link, argument) : Value(kernel.getBody().getArgument(nextArgument++));
      replaceStream(argument, stream);
    }
    YieldOp yield = member.getYield();
    for (auto [result, stream] : llvm::zip(member.getResults(), yield.getOperands()))
      streams[result] = stream;
    yield.erase();
    kernel.getBody().front().getOperations().splice(kernel.getBody().front().end(), body.getOperations());
  }

  /// The stream that a reader of `argument`'s type takes from the producer at the other end of `link`.
  Value connect(const KernelLink &link, BlockArgument argument) {
    Value source = streams.lookup(link.result);
    auto connection = connectThrough(link, cast<ItensorType>(source.getType()), cast<ItensorType>(argument.getType()));
    // Members of a group have a connection: without one their edge is beyond any limit.
    for (const Connection::Step &step : connection->steps)
      numConverters += !step.reassociation;
    builder.setInsertionPointToEnd(&kernel.getBody().front());
    return createConnection(builder, argument.getLoc(), *connection, source);
  }

  void finish() {
    builder.setInsertionPointToEnd(&kernel.getBody().front());
    SmallVector<Value> yielded;
    for (OpResult result : results)
      yielded.push_back(streams.lookup(result));
    YieldOp::create(builder, kernel.getLoc(), yielded);
    for (auto [result, replacement] : llvm::zip(results, kernel.getResults()))
      result.replaceUsesWithIf(replacement, [&](OpOperand &use) { return !isMember(use.getOwner()); });
    for (KernelOp member : llvm::reverse(members)) {
      // What was done to the result between two members is done inside by now.
      llvm::for_each(member.getResults(), eraseDeadUsers);
      member.erase();
    }
  }

  static void eraseDeadUsers(Value value) {
    for (Operation *user : llvm::make_early_inc_range(value.getUsers())) {
      eraseDeadUsers(user->getResult(0));
      user->erase();
    }
  }

  SmallVector<KernelOp> members;
  OpBuilder builder;
  KernelOp kernel;
  /// Results of members that leave the group.
  SmallVector<OpResult> results;
  /// The stream behind each result of a member.
  llvm::DenseMap<Value, Value> streams;
  unsigned nextArgument = 0;
};

struct FuseKernels : st::impl::FuseKernelsBase<FuseKernels> {
  using FuseKernelsBase::FuseKernelsBase;

  void runOnOperation() override {
    for (Block *block : getHostBlocks(getOperation()))
      if (!repeatsOnly || isa<RepeatOp>(block->getParentOp()))
        if (llvm::Error error = fuse(*block)) {
          getOperation().emitError("cannot fuse kernels: ") << llvm::toString(std::move(error));
          return signalPassFailure();
        }
  }

private:
  llvm::Error fuse(Block &block) {
    SmallVector<KernelOp> kernels(block.getOps<KernelOp>());
    if (kernels.empty())
      return llvm::Error::success();
    auto limit = getOnChipLimit(device, maxConverterBytes);
    if (llvm::Error error = limit.takeError())
      return error;
    FusionProblem problem = buildProblem(kernels, *limit);
    FusionOptions options;
    options.maxBytes = *limit;
    options.mergeGroups = mergeGroups;
    auto solution = problem.solve(options);
    if (llvm::Error error = solution.takeError())
      return error;
    if (llvm::Error error = problem.verify(*solution, options))
      return error;

    SmallVector<SmallVector<KernelOp>> groups(solution->groupBytes.size());
    for (auto [kernel, group] : llvm::zip(kernels, solution->groups))
      groups[group].push_back(kernel);
    for (ArrayRef<KernelOp> group : groups) {
      GroupBuilder builder(group);
      builder.build();
      numConverters += builder.numConverters;
      ++numGroups;
    }
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
      if (isLinkOp(&op) && op.use_empty())
        op.erase();
    // A group stands where its last member stood; readers of its other results may stand before that.
    sortTopologically(&block);
    reportApart(block);
    return llvm::Error::success();
  }
};

} // namespace
