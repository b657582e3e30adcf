//===- IndexResolver.h - Values of type index as forms of a task's counters -------------------------*- C++ -*-===//

#ifndef ST_EMIT_RTL_INDEXRESOLVER_H
#define ST_EMIT_RTL_INDEXRESOLVER_H

#include "Emit/Rtl/Control.h"
#include "Emit/Rtl/Index.h"
#include "llvm/ADT/DenseMap.h"

namespace st::rtl {

/// Finds what an index is from the operations that compute it.
class IndexResolver {
public:
  explicit IndexResolver(IndexSpace &space) : space(space) {}

  void bind(mlir::Value value, Index index) { bindings[value] = std::move(index); }
  /// Makes every counter of `statements` an atom, and its loop's induction variable a form of it.
  void bindCounters(llvm::ArrayRef<Statement> statements, const Control &control);

  /// None where it is no expression of counters.
  std::optional<Index> resolve(mlir::Value value) const;

private:
  void bindCounter(const Counter &counter);

  IndexSpace &space;
  llvm::DenseMap<mlir::Value, Index> bindings;
};

} // namespace st::rtl

#endif // ST_EMIT_RTL_INDEXRESOLVER_H
