// Nodes along dimensions whose size comes with each run.
#pragma once

#include "Import/Onnx/NodeImporter.h"

namespace st::onnximport {

/// The elements of an integer constant as sums of sizes; empty for anything else.
llvm::SmallVector<ExtentAttr> getElements(NodeImporter &node, unsigned index);

/// An error that names a size and how to fix it.
mlir::InFlightDiagnostic refuseSize(NodeImporter &node, ExtentAttr extent);

/// Whether a <= b in all runs (true) or in none (false).
std::optional<bool> isAtMost(ExtentAttr a, ExtentAttr b, mlir::Operation *op);

/// `value`, of which `dims` count; null stands for all of a dimension.
mlir::Value emitBound(NodeImporter &node, mlir::Value value, llvm::ArrayRef<ExtentAttr> dims);

/// Reshape to a shape that is computed from sizes.
mlir::LogicalResult importReshapeToSizes(NodeImporter &node);
/// Slice whose bounds are computed from sizes.
mlir::LogicalResult importSliceAtSizes(NodeImporter &node);

/// A node that reads tensors of such sizes; `inputs` are the extents of its operands. Returns false where the importer
/// for the largest run does what is right.
mlir::FailureOr<bool> importAlongSizes(NodeImporter &node, llvm::ArrayRef<llvm::SmallVector<ExtentAttr>> inputs);

} // namespace st::onnximport
