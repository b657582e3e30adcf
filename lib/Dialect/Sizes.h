//===- Sizes.h - What named sizes mean in the IR ----------------------------------------------------*- C++ -*-===//

#ifndef ST_DIALECT_SIZES_H
#define ST_DIALECT_SIZES_H

#include "Dialect/StDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Builders.h"
#include <optional>
#include <vector>

namespace st {

/// Dictionary of a function or kernel: names and their #st.size_range.
inline constexpr llvm::StringLiteral sizesAttr = "st.sizes";
/// Array of #st.extent of an argument or result: how many elements count along each dimension.
inline constexpr llvm::StringLiteral dimsAttr = "st.dims";

/// The declaration of `name` that holds at `op`; null where there is none.
SizeRangeAttr lookupSize(mlir::Operation *op, llvm::StringRef name);

/// The largest and smallest value of `extent` at `op`. Sizes that are not declared count as 0.
int64_t getMaximum(ExtentAttr extent, mlir::Operation *op);
int64_t getMinimum(ExtentAttr extent, mlir::Operation *op);

/// `value`, of type index, as a sum of sizes; null when it is none.
ExtentAttr getExtent(mlir::Value value);

/// Operations that compute `extent`.
mlir::Value materialize(mlir::OpBuilder &builder, mlir::Location loc, ExtentAttr extent);

/// The largest value of index arithmetic on sizes and constants; nullopt for anything else. Differences count with the
/// subtrahend's smallest value.
std::optional<int64_t> getLargest(mlir::Value value);

/// How often `loop` runs at most: by constants and sizes. nullopt when that cannot be told.
std::optional<int64_t> getLargestTripCount(mlir::scf::ForOp loop);

/// The names of the sizes that operations in `op` read, sorted.
std::vector<std::string> collectSizes(mlir::Operation *op);

/// The trip counts of `type` for given sizes.
llvm::SmallVector<int64_t> getTripCounts(ItensorType type, llvm::function_ref<int64_t(llvm::StringRef)> sizeOf);

} // namespace st

#endif // ST_DIALECT_SIZES_H
