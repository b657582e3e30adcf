//===- IrFeatures.h - What the compiler made of a program -------------------------------------------*- C++ -*-===//

#ifndef ST_UNITTESTS_PROGRAMFUZZ_IRFEATURES_H
#define ST_UNITTESTS_PROGRAMFUZZ_IRFEATURES_H

#include "mlir/IR/BuiltinOps.h"
#include <set>
#include <string>

namespace st::testing {

/// After `fuse`: kernels, reassociations, and converters by the kind of their buffer.
void addFusedFeatures(mlir::ModuleOp module, std::set<std::string> &features);

/// After `optimize`: forks, and copies that meet again in a task (a fork-join).
void addTaskFeatures(mlir::ModuleOp module, std::set<std::string> &features);

} // namespace st::testing

#endif // ST_UNITTESTS_PROGRAMFUZZ_IRFEATURES_H
