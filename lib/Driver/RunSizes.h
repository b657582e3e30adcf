//===- RunSizes.h - Runs that are smaller than the largest ------------------------------------------*- C++ -*-===//
//
// A design with named sizes takes tensors of any size within their ranges. Inside, tensors have the shape of the
// largest run; here the two are brought together.
//
//===----------------------------------------------------------------------------------------------------------===//

#ifndef ST_DRIVER_RUNSIZES_H
#define ST_DRIVER_RUNSIZES_H

#include "Support/Npz.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"

namespace st {

/// Values of named sizes.
using RunSizes = llvm::StringMap<int64_t>;

/// The largest value of each size that `entry` declares.
RunSizes getLargestSizes(mlir::func::FuncOp entry);

/// The shape of argument or result `index` in a run of `sizes`.
llvm::SmallVector<int64_t> getArgumentShape(mlir::func::FuncOp entry, unsigned index, const RunSizes &sizes);
llvm::SmallVector<int64_t> getResultShape(mlir::func::FuncOp entry, unsigned index, const RunSizes &sizes);

/// The sizes that make the arguments of `entry` have the shapes of `inputs`, one for each argument; `names` are those
/// of the arguments, for messages.
llvm::Expected<RunSizes> deriveSizes(mlir::func::FuncOp entry, llvm::ArrayRef<const Array *> inputs,
                                     llvm::ArrayRef<std::string> names);

/// An error that names the first of `sizes` that `entry` does not declare, or whose value it does not take.
llvm::Error checkSizes(mlir::func::FuncOp entry, const RunSizes &sizes);

/// Makes `module` one that takes only these `sizes`, so that what is derived for its largest run is for theirs. Tensors
/// keep their shapes.
void fixSizes(mlir::ModuleOp module, const RunSizes &sizes);

/// `array` as the beginning of one of `shape`. What lies beyond is NaN, or the largest integer, so that a result that
/// depends on it is wrong beyond doubt.
Array padToShape(const Array &array, llvm::ArrayRef<int64_t> shape);
/// `first` and, along `dim`, `second` after it.
Array joinAlong(const Array &first, const Array &second, unsigned dim);
/// Whether both hold the same bytes, but for the elements from `from` to `to` along `dim`.
bool areSameOutside(const Array &a, const Array &b, unsigned dim, int64_t from, int64_t to);
/// The beginning of `array`.
Array cropToShape(const Array &array, llvm::ArrayRef<int64_t> shape);

} // namespace st

#endif // ST_DRIVER_RUNSIZES_H
