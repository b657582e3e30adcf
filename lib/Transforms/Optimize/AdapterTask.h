//===- AdapterTask.h - The task that cuts a stream into tokens of another width ---------------------*- C++ -*-===//

#ifndef ST_TRANSFORMS_OPTIMIZE_ADAPTERTASK_H
#define ST_TRANSFORMS_OPTIMIZE_ADAPTERTASK_H

#include "Dialect/StDialect.h"
#include "mlir/IR/Builders.h"

namespace st {

/// A width adapter from the stream `source` to one of `type`, which is equal to it up to regrouping: as many scalars
/// are held as both tokens divide. Gives the adapted stream; adds the bytes held to `heldBytes`.
mlir::Value buildAdapterTask(mlir::OpBuilder &builder, mlir::Location loc, llvm::StringRef name, mlir::Value source,
                             ItensorType type, int64_t &heldBytes);

} // namespace st

#endif // ST_TRANSFORMS_OPTIMIZE_ADAPTERTASK_H
