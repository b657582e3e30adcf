//===- Parameters.h - Constants of a design as memory-mapped files ----------------------------------*- C++ -*-===//

#ifndef ST_DRIVER_PARAMETERS_H
#define ST_DRIVER_PARAMETERS_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"
#include <vector>

namespace st {

/// One file of `params/`: a packed constant, in the byte order in which its DMA reads it.
struct ParameterFile {
  std::string name; ///< file name inside params/
  int64_t bytes = 0;
};

/// Writes every `dense_resource` constant of `module` to `directory`/<key>.bin.
llvm::Expected<std::vector<ParameterFile>> writeParameters(mlir::ModuleOp module, llvm::StringRef directory);

/// Gives the `dense_resource` constants of a module that was printed without their contents the files of `directory`,
/// memory-mapped and without a copy.
llvm::Error bindParameters(mlir::ModuleOp module, llvm::StringRef directory);

} // namespace st

#endif // ST_DRIVER_PARAMETERS_H
