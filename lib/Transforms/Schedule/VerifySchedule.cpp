//===- VerifySchedule.cpp - What holds after the schedule phase -----------------------------------------------===//

#include "Transforms/Schedule/Passes.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace st {
#define GEN_PASS_DEF_VERIFYSCHEDULE
#include "Transforms/Schedule/Passes.h.inc"
} // namespace st

using namespace mlir;
using namespace st;

namespace {
struct VerifySchedule : st::impl::VerifyScheduleBase<VerifySchedule> {
  void runOnOperation() override {
    bool ok = true;
    getOperation().walk([&](TaskOp task) {
      if (!task.getSchedule()) {
        task.emitOpError("has no schedule after the schedule phase");
        ok = false;
      }
      task.walk([&](linalg::LinalgOp op) {
        if (op->hasAttr("st.ii"))
          return;
        op->emitOpError("has no 'st.ii' after the schedule phase");
        ok = false;
      });
    });
    if (!ok)
      signalPassFailure();
  }
};
} // namespace
