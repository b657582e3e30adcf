//===- Fallbacks.h - What of a design does not stream -----------------------------------------------*- C++ -*-===//

#ifndef ST_DRIVER_FALLBACKS_H
#define ST_DRIVER_FALLBACKS_H

#include "Import/Onnx/OnnxPartition.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

namespace st {

/// What the phases marked in `module`: tasks and operations that buffer a tensor in full ("buffered"), and operations
/// that the host runs between kernels ("host"), each with the place in the model and the reason.
llvm::json::Array describeFallbacks(mlir::ModuleOp module);

/// The nodes that the host runs and the segments of the design between them, in the order in which they take turns.
llvm::json::Object toJson(const OnnxPartition &partition);

/// Prints both for a person, from a design.json or an inspection; nothing where all streams.
void printFallbacks(const llvm::json::Object &design, llvm::raw_ostream &out);

} // namespace st

#endif // ST_DRIVER_FALLBACKS_H
