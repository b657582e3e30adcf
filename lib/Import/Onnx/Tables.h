// Reading a tensor at positions that are known per dimension.
#pragma once

#include "Import/Onnx/Emit.h"

namespace st::onnximport {

/// For each dimension of a result, the positions to read in that dimension of the source; nothing where it is read in
/// order.
using PositionTables = llvm::SmallVector<std::optional<Shape>>;

/// Sets output `output` to operand 0 read at `tables`: computed where it is known, a gather generic otherwise.
mlir::LogicalResult readAtTables(NodeImporter &node, unsigned output, const PositionTables &tables);

/// `source` read at `tables`, emitted.
mlir::Value emitReadAtTables(NodeImporter &node, mlir::Value source, const PositionTables &tables);

} // namespace st::onnximport
