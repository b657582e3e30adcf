//===- Forms.h - What may stream after the linalg phase ---------------------------------------------*- C++ -*-===//

#ifndef ST_TRANSFORMS_LINALG_FORMS_H
#define ST_TRANSFORMS_LINALG_FORMS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/SmallVector.h"
#include <optional>

namespace st {

/// Unit attribute of an operation of @main that the host executes between kernels.
inline constexpr llvm::StringLiteral hostAttr = "st.host";
/// String attribute: why an operation is buffered in full or left to the host, with its bytes.
inline constexpr llvm::StringLiteral fallbackAttr = "st.fallback";

/// One summand of a window: `coefficient` elements per step of `loop`.
struct WindowTerm {
  unsigned loop;
  int64_t coefficient;
};

/// The summands of a map's result that is a sum of loops with positive coefficients, each loop once; nullopt for
/// anything else, constants included.
std::optional<llvm::SmallVector<WindowTerm>> getWindowTerms(mlir::AffineExpr expr);

/// Whether every result is a sum of loops with positive coefficients and no loop serves two results.
bool isWindowMap(mlir::AffineMap map);

/// Whether the body reads tensors from outside by index.
bool isGather(mlir::linalg::GenericOp op);

/// The reads by index in `op`'s body.
llvm::SmallVector<mlir::tensor::ExtractOp> getGatheredReads(mlir::linalg::GenericOp op);

/// Whether all loops are parallel: nothing is summed up.
bool isElementwise(mlir::linalg::GenericOp op);

/// Takes apart operations made of several: softmax becomes max, sub, exp, sum, div.
void decomposeAggregates(mlir::func::FuncOp function, mlir::RewriterBase &rewriter);

/// Whether `value` is a function argument or a constant, directly or through operations that the host executes.
bool isReadyOnHost(mlir::Value value);

/// Whether the host has all operands of `op` before the first kernel starts.
bool onlyPreparesArguments(mlir::Operation *op);

/// Whether every result of `op` is returned, directly or through reshapes and operations that the host executes.
bool onlyFinishesResults(mlir::Operation *op);

} // namespace st

#endif // ST_TRANSFORMS_LINALG_FORMS_H
