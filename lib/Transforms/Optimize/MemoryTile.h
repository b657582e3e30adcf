//===- MemoryTile.h - Tiles of a tensor that lies in memory as the model has it ---------------------*- C++ -*-===//

#ifndef ST_TRANSFORMS_OPTIMIZE_MEMORYTILE_H
#define ST_TRANSFORMS_OPTIMIZE_MEMORYTILE_H

#include "Transforms/Optimize/TaskBuilder.h"

namespace st {

/// The tile of `type` at the iteration `variables`, from `memory`. Of a tile that reaches beyond what counts, only what
/// counts is read.
mlir::Value readCounting(TaskBuilder &task, mlir::Location loc, ItensorType type, mlir::ValueRange variables,
                         mlir::Value memory);

/// `memory` after `tile` has been written to its place. Only what counts is written.
mlir::Value writeCounting(TaskBuilder &task, mlir::Location loc, ItensorType type, mlir::ValueRange variables,
                          mlir::Value tile, mlir::Value memory);

} // namespace st

#endif // ST_TRANSFORMS_OPTIMIZE_MEMORYTILE_H
