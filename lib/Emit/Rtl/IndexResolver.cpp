//===- IndexResolver.cpp - Values of type index as forms of a task's counters ---------------------------------===//

#include "Emit/Rtl/IndexResolver.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace st;
using namespace st::rtl;

void IndexResolver::bindCounter(const Counter &counter) {
  scf::ForOp loop = counter.loop;
  Index count = space.addAtom(counter.name, counter.trips - 1);
  bind(loop.getInductionVar(),
       IndexSpace::add(Index(*getConstantIntValue(loop.getLowerBound())), count, *getConstantIntValue(loop.getStep())));
}

void IndexResolver::bindCounters(ArrayRef<Statement> statements, const Control &control) {
  for (const Statement &statement : statements) {
    if (statement.pipeline >= 0) {
      for (const Counter &counter : control.pipelines[statement.pipeline].loops)
        bindCounter(counter);
      continue;
    }
    bindCounter(statement.loop);
    bindCounters(statement.body, control);
  }
}

std::optional<Index> IndexResolver::resolve(Value value) const {
  using Result = std::optional<Index>;
  if (auto constant = getConstantIntValue(value))
    return Index(*constant);
  if (auto found = bindings.find(value); found != bindings.end())
    return found->second;
  Operation *op = value.getDefiningOp();
  if (!op)
    return std::nullopt;
  SmallVector<Index> operands;
  for (Value operand : op->getOperands()) {
    if (!operand.getType().isIndex())
      return std::nullopt;
    Result index = resolve(operand);
    if (!index)
      return std::nullopt;
    operands.push_back(*index);
  }
  if (auto apply = dyn_cast<affine::AffineApplyOp>(op)) {
    AffineMap map = apply.getAffineMap();
    ArrayRef<Index> all(operands);
    return space.evaluate(map.getResult(0), all.take_front(map.getNumDims()), all.drop_front(map.getNumDims()));
  }
  return TypeSwitch<Operation *, Result>(op)
      .Case([&](arith::AddIOp) { return IndexSpace::add(operands[0], operands[1]); })
      .Case([&](arith::SubIOp) { return IndexSpace::add(operands[0], operands[1], -1); })
      .Case([&](arith::MulIOp) -> Result {
        if (!operands[0].isConstant())
          std::swap(operands[0], operands[1]);
        if (!operands[0].isConstant())
          return std::nullopt;
        return IndexSpace::scale(operands[1], operands[0].constant);
      })
      .Case<arith::RemUIOp, arith::RemSIOp>([&](Operation *) -> Result {
        bool covered = operands[1].isConstant() && operands[1].constant > 0;
        return covered ? space.remainder(operands[0], operands[1].constant) : std::nullopt;
      })
      .Case<arith::DivUIOp, arith::DivSIOp, arith::FloorDivSIOp>([&](Operation *) -> Result {
        bool covered = operands[1].isConstant() && operands[1].constant > 0;
        return covered ? space.divide(operands[0], operands[1].constant) : std::nullopt;
      })
      .Default([](Operation *) { return std::nullopt; });
}
