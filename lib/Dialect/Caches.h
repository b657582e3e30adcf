//===- Caches.h - Results that stay in the memory of an argument ------------------------------------*- C++ -*-===//

#ifndef ST_DIALECT_CACHES_H
#define ST_DIALECT_CACHES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include <optional>

namespace st {

/// Of a function's result: the name of the argument that it is with rows behind it; after st-append-caches, where the
/// rows lie, a dictionary that `Cache` spells out.
inline constexpr llvm::StringLiteral cacheAttr = "st.cache";

/// A result that is rows to be written behind those of an argument, in its memory.
struct Cache {
  /// Number of the argument.
  unsigned argument = 0;
  /// The dimension along which there are more, from the size `size` on, which is how many there were before.
  unsigned dim = 0;
  mlir::StringAttr size;
  /// Whether the result is all of the memory, with the rows written; before, it is the rows.
  bool isInPlace = false;
};

mlir::DictionaryAttr makeCache(const Cache &cache, mlir::MLIRContext *context);
/// What result `result` of `function` is; nullopt for one of its own.
std::optional<Cache> getCache(mlir::func::FuncOp function, unsigned result);

} // namespace st

#endif // ST_DIALECT_CACHES_H
