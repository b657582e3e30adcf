//===- Parameters.h - Constants of a design as memory-mapped files ----------------------------------*- C++ -*-===//

#ifndef ST_DRIVER_PARAMETERS_H
#define ST_DRIVER_PARAMETERS_H

#include "mlir/IR/AsmState.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/Support/Error.h"
#include <vector>

namespace st {

/// One file of `params/`: a packed constant, in the byte order in which its DMA reads it.
struct ParameterFile {
  std::string name; ///< file name inside params/
  int64_t bytes = 0;
};

/// Gives every `dense_resource` constant of `module` the name of its file, as attribute `st.file`. The resource's key
/// would not do: whoever parses the printed module may have to rename it.
void nameParameterFiles(mlir::ModuleOp module);

/// Writes every named `dense_resource` constant of `module` to its file in `directory`.
llvm::Expected<std::vector<ParameterFile>> writeParameters(mlir::ModuleOp module, llvm::StringRef directory);

/// Gives the `dense_resource` constants of a module that was printed without their contents the files of `directory`,
/// memory-mapped and without a copy.
llvm::Error bindParameters(mlir::ModuleOp module, llvm::StringRef directory);

/// Takes the contents of all `dense_resource` constants of a module away for as long as it lives. Printing a module
/// writes every resource out as text before it can be elided; for a model's weights that takes longer than compiling.
class WithoutParameters {
public:
  explicit WithoutParameters(mlir::ModuleOp module);
  WithoutParameters(const WithoutParameters &) = delete;
  ~WithoutParameters();

private:
  std::vector<std::pair<mlir::DenseResourceElementsHandle, mlir::AsmResourceBlob>> taken;
};

} // namespace st

#endif // ST_DRIVER_PARAMETERS_H
