//===- Inspect.h - `streamtensor inspect`: what is in a model, before compiling ---------------------*- C++ -*-===//

#ifndef ST_DRIVER_INSPECT_H
#define ST_DRIVER_INSPECT_H

#include "Driver/Compile.h"

namespace st {

struct InspectOptions {
  std::string model; ///< .onnx or .mlir
  ModelOptions modelOptions;
  std::string device; ///< path of the device file, against which buffers are judged
};

/// Reads `options.model` and tells what it holds and what of it can be compiled, also for models that cannot. The
/// result follows docs/inspect.schema.json; the error is that of a file which cannot be read at all.
llvm::Expected<llvm::json::Value> inspectModel(const InspectOptions &options, mlir::MLIRContext *context);

/// Prints an inspection for a person.
void printInspection(const llvm::json::Value &inspection, llvm::raw_ostream &out);

} // namespace st

#endif // ST_DRIVER_INSPECT_H
