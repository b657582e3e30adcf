//===- IrFeatures.cpp - What the compiler made of a program ---------------------------------------------------===//

#include "IrFeatures.h"
#include "Dialect/LayoutAlgebra.h"
#include "llvm/ADT/SmallPtrSet.h"

using namespace mlir;
using namespace st;

void st::testing::addFusedFeatures(ModuleOp module, std::set<std::string> &features) {
  unsigned kernels = 0;
  module.walk([&](Operation *op) {
    if (isa<KernelOp>(op))
      ++kernels;
    if (isa<ItensorReassociateOp>(op))
      features.insert("[reassociate]");
    auto converter = dyn_cast<ItensorConverterOp>(op);
    if (!converter)
      return;
    features.insert("[converter]");
    auto source = cast<ItensorType>(converter.getSource().getType());
    auto result = cast<ItensorType>(converter.getType());
    Padding padding = getPadding(converter);
    ConverterPlan plan = inferConverter(source, result, padding);
    features.insert(plan.rolling      ? "[converter: line buffer]"
                    : plan.ring       ? "[converter: ring]"
                    : plan.halves > 1 ? "[converter: ping-pong]"
                                      : "[converter: one fill]");
    if (isa<BlockArgument>(converter.getSource()))
      features.insert("[converter: at the boundary]");
    if (!padding.isNone())
      features.insert("[converter: padding]");
  });
  features.insert(kernels == 1 ? "[one kernel]" : "[several kernels]");
}

/// Every task that gets data of `value`, directly or through others.
static void collectReached(Value value, llvm::SmallPtrSetImpl<Operation *> &reached) {
  for (Operation *user : value.getUsers())
    if (isa<TaskOp>(user) && reached.insert(user).second)
      for (Value result : user->getResults())
        collectReached(result, reached);
}

void st::testing::addTaskFeatures(ModuleOp module, std::set<std::string> &features) {
  module.walk([&](TaskOp task) {
    auto kind = task->getAttrOfType<StringAttr>("st.kind");
    if (!kind || kind.getValue() != "fork")
      return;
    features.insert("[fork]");
    llvm::SmallPtrSet<Operation *, 16> all;
    for (Value copy : task->getResults()) {
      llvm::SmallPtrSet<Operation *, 16> reached;
      collectReached(copy, reached);
      for (Operation *op : reached)
        if (!all.insert(op).second)
          features.insert("[fork-join]");
    }
  });
}
