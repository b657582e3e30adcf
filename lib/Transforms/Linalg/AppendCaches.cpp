//===- AppendCaches.cpp - Results that are an argument with rows behind it give only the rows ------------------===//

#include "Dialect/Caches.h"
#include "Dialect/InterfaceNames.h"
#include "Dialect/Sizes.h"
#include "Transforms/Linalg/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace st {
#define GEN_PASS_DEF_APPENDCACHES
#include "Transforms/Linalg/Passes.h.inc"

namespace {

/// `index` without the bounds that keep it inside of a dimension of `size` elements, of which `counted` count, in runs
/// where it is not used.
Value stripBounds(Value index, int64_t size, ExtentAttr counted) {
  while (Operation *op = index.getDefiningOp()) {
    if (!isa<arith::MinSIOp, arith::MaxSIOp>(op))
      break;
    bool isLow = isa<arith::MaxSIOp>(op);
    ExtentAttr bound = getExtent(op->getOperand(1));
    bool isConstant = bound && bound.isConstant();
    int64_t value = isConstant ? bound.getConstant() : 0;
    bool isBeyond = isConstant && (isLow ? value <= 0 : value >= size - 1);
    bool isLast = !isLow && bound && bound.getDivisor() == 1 && bound.plus(1) == counted;
    if (!isBeyond && !isLast)
      break;
    index = op->getOperand(0);
  }
  return index;
}

bool isLoop(Value index, unsigned loop) {
  auto op = index.getDefiningOp<linalg::IndexOp>();
  return op && op.getDim() == loop;
}

/// `select(i < P, argument[.., i, ..], rows[.., i - P, ..])` over all of the result.
struct Append {
  Value rows;
  unsigned dim = 0;
  ExtentAttr end;
};

/// Whether `read` takes the element at the loops' indices. Along `dim`, of which `counted` elements count, `start` is
/// subtracted from them, unless null.
bool readsAlong(tensor::ExtractOp read, unsigned dim, ExtentAttr start, ExtentAttr counted) {
  for (auto [loop, bounded] : llvm::enumerate(read.getIndices())) {
    int64_t size = read.getTensor().getType().getDimSize(loop);
    Value index = stripBounds(bounded, size, loop == dim ? counted : ExtentAttr());
    if (loop != dim || !start) {
      if (!isLoop(index, loop))
        return false;
      continue;
    }
    auto moved = index.getDefiningOp<arith::SubIOp>();
    if (!moved || !isLoop(moved.getLhs(), loop) || getExtent(moved.getRhs()) != start)
      return false;
  }
  return true;
}

/// `dims` is how much of the result counts.
std::optional<Append> matchAppend(linalg::GenericOp op, Value argument, ArrayAttr dims) {
  if (op.getNumDpsInputs() != 0 || op.getNumDpsInits() != 1 || op.getNumParallelLoops() != op.getNumLoops() ||
      !op.getIndexingMapsArray().front().isIdentity())
    return std::nullopt;
  auto select = op.getBody()->getTerminator()->getOperand(0).getDefiningOp<arith::SelectOp>();
  if (!select)
    return std::nullopt;
  auto isOld = select.getCondition().getDefiningOp<arith::CmpIOp>();
  auto old = select.getTrueValue().getDefiningOp<tensor::ExtractOp>();
  auto added = select.getFalseValue().getDefiningOp<tensor::ExtractOp>();
  auto loop = isOld ? isOld.getLhs().getDefiningOp<linalg::IndexOp>() : linalg::IndexOp();
  if (!loop || !old || !added || isOld.getPredicate() != arith::CmpIPredicate::slt || old.getTensor() != argument)
    return std::nullopt;
  unsigned dim = loop.getDim();
  ExtentAttr end = getExtent(isOld.getRhs());
  if (!end || end.getDivisor() != 1)
    return std::nullopt;
  ExtentAttr rows = cast<ExtentAttr>(dims[dim]).plus(end.times(-1));
  if (!readsAlong(old, dim, {}, end) || !readsAlong(added, dim, end, rows))
    return std::nullopt;
  return Append{added.getTensor(), dim, end};
}

class Appender {
public:
  explicit Appender(func::FuncOp function) : function(function) {}

  LogicalResult run() {
    auto ret = cast<func::ReturnOp>(function.getBody().front().getTerminator());
    for (unsigned result = 0; result < function.getNumResults(); ++result)
      if (auto name = function.getResultAttrOfType<StringAttr>(result, cacheAttr))
        if (failed(append(ret, result, name)))
          return failure();
    return success();
  }

private:
  LogicalResult append(func::ReturnOp ret, unsigned result, StringAttr name) {
    std::optional<unsigned> found;
    std::vector<std::string> names;
    for (unsigned argument = 0; argument < function.getNumArguments(); ++argument) {
      names.push_back(getArgumentName(function, argument));
      if (names.back() == name.getValue())
        found = argument;
    }
    if (!found)
      return function.emitError() << "result " << result << " should be kept in the memory of '" << name.getValue()
                                  << "', but the inputs are: " << llvm::join(names, ", ");
    if (!taken.insert(*found).second)
      return function.emitError() << "input '" << name.getValue() << "' is the cache of two results";
    Value argument = function.getArgument(*found), value = ret.getOperand(result);
    while (auto bound = value.getDefiningOp<BoundOp>())
      value = bound.getSource();
    auto refuse = [&]() {
      InFlightDiagnostic diag = emitError(value.getLoc())
                                << "result " << result << " cannot be kept in the memory of '" << name.getValue()
                                << "': it must be that input with rows behind it, one after the other along a "
                                   "dimension whose size comes with each run (--dim \"0<=NAME<=MAX\")";
      diag.attachNote(argument.getLoc()) << "the input";
      return diag;
    };
    auto generic = value.getDefiningOp<linalg::GenericOp>();
    auto dims = function.getArgAttrOfType<ArrayAttr>(*found, dimsAttr);
    auto all = function.getResultAttrOfType<ArrayAttr>(result, dimsAttr);
    std::optional<Append> match = generic && all ? matchAppend(generic, argument, all) : std::nullopt;
    if (!match || !dims)
      return refuse();
    if (match->end.getNames().size() != 1 || match->end != ExtentAttr::getSize(match->end.getNames().front()) ||
        dims[match->dim] != Attribute(match->end))
      return refuse() << "; that size must be a name of its own";
    StringAttr size = match->end.getNames().front();

    SmallVector<Attribute> counted(all.begin(), all.end());
    counted[match->dim] = cast<ExtentAttr>(counted[match->dim]).plus(match->end.times(-1));
    Builder builder(function.getContext());
    function.setResultAttr(result, dimsAttr, builder.getArrayAttr(counted));
    function.setResultAttr(result, cacheAttr, makeCache({*found, match->dim, size, false}, function.getContext()));
    ret.setOperand(result, match->rows);
    SmallVector<Type> results(function.getResultTypes());
    results[result] = match->rows.getType();
    function.setType(builder.getFunctionType(function.getArgumentTypes(), results));
    return success();
  }

  func::FuncOp function;
  llvm::SmallDenseSet<unsigned> taken;
};

struct AppendCaches : impl::AppendCachesBase<AppendCaches> {
  void runOnOperation() override {
    if (failed(Appender(getOperation()).run()))
      return signalPassFailure();
    // Concatenations that nothing else reads.
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(getOperation().getBody().front())))
      if (isOpTriviallyDead(&op))
        op.erase();
  }
};

} // namespace
} // namespace st
